"""What an export needs: from its roots, along names and imports, statement by statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.export._plan import Passage, Plan, Replacement
from links2_tasks.frameworks.export._source import (
    Imported,
    SourceModule,
    SourcePackage,
    Statement,
    is_text,
    read_module,
)


@dataclass
class Kept:
    """What of one module is needed."""

    module: SourceModule
    statements: set[Statement] = field(default_factory=set)
    bound: set[str] = field(default_factory=set)
    """Names bound by its import statements that are used."""


class Reach:
    """Follows what is needed; conservative: a definition is kept when its name occurs in what is kept."""

    def __init__(self, package: SourcePackage, plan: Plan) -> None:
        """Begin with nothing."""
        self._package = package
        self._plan = plan
        self._redirects = {redirect.name: redirect.instead for redirect in plan.redirects}
        self.kept: dict[str, Kept] = {}
        self._waiting: list[tuple[Kept, Statement]] = []
        self._by: dict[str, str] = {}
        self._modules: dict[str, SourceModule] = {}

    def run(self) -> dict[str, Kept]:
        """Follow all roots; what is kept, by module.

        Raises:
            FrameworkError: a name cannot be found, or a module is reached that is kept out.
        """
        for root in self._plan.roots:
            for name in root.names or (None,):
                self._want(root.module, name, by="the roots")
        while self._waiting:
            self._follow(*self._waiting.pop())
        return self.kept

    def target(self, imported: Imported) -> tuple[str, str | None]:
        """Module and name that an import of the package leads to, after redirects; no name: the module itself."""
        if imported.name is None:
            if imported.bound == self._package.name:
                raise FrameworkError(
                    f"`import {imported.module}` cannot be exported; import from it, or give it a name."
                )
            return imported.module, None
        dotted = self._redirects.get(f"{imported.module}.{imported.name}", f"{imported.module}.{imported.name}")
        module, _, name = dotted.rpartition(".")
        return (dotted, None) if self._package.file_of(dotted) and not self._defines(module, name) else (module, name)

    def is_ours(self, imported: Imported) -> bool:
        """Whether an import is one of the package's own."""
        return imported.module.partition(".")[0] == self._package.name

    def _defines(self, module: str, name: str) -> bool:
        path = self._package.file_of(module)
        return path is not None and name in self._read(module).by_name

    def _read(self, name: str) -> SourceModule:
        if name in self._modules:
            return self._modules[name]
        path = self._package.file_of(name)
        if path is None:
            raise FrameworkError(f"'{name}' is needed by {self._by.get(name, 'a root')} and is not in the package.")
        text = path.read_text(encoding="utf-8")
        for passage in self._plan.passages:
            if passage.module == name:
                text = _with_passage(text, passage)
        for replacement in self._plan.replacements:
            if self._package.split(replacement.name)[0] == name:
                text = _replaced(text, replacement)
        self._modules[name] = read_module(name, path.name == "__init__.py", text)
        return self._modules[name]

    def _open(self, name: str, by: str) -> Kept:
        """The module, with the packages around it, from now on part of the export."""
        if name not in self.kept:
            if self._plan.is_kept_out(name):
                raise FrameworkError(f"The export would hold {name}, which it must not: {self._way(name, by)}.")
            self._by[name] = by
            self.kept[name] = Kept(self._read(name))
            if self._stands_in_parent(name):
                self._open(name.rpartition(".")[0], by)
            self._keep_effects(self.kept[name])
        return self.kept[name]

    def _stands_in_parent(self, name: str) -> bool:
        """Whether a module stands in the package upstream that its own package becomes."""
        parent = name.rpartition(".")[0]
        return parent != "" and self._plan.place_of(name).rpartition(".")[0] == self._plan.place_of(parent)

    def _way(self, name: str, by: str) -> str:
        steps = [name, by]
        while (further := self._by.get(steps[-1])) and further not in steps:
            steps.append(further)
        return " <- ".join(steps)

    def _want(self, module: str, name: str | None, by: str) -> None:
        kept = self._open(module, by)
        if name is None:
            wanted: Iterable[Statement] = [one for one in kept.module.statements if not one.is_import]
            for listed in kept.module.public_names:
                self._want(module, listed, by)
        else:
            wanted = kept.module.by_name.get(name) or kept.module.by_name.get("__getattr__", ())
            if not wanted:
                raise FrameworkError(f"{module} has no '{name}', which is needed by {by}.")
            if name in kept.module.imports and name not in kept.bound:
                kept.bound.add(name)
                self._want_import(kept.module.imports[name], None, module)
        for statement in wanted:
            self._keep(kept, statement)

    def _want_import(self, imported: Imported, attribute: str | None, by: str) -> None:
        if not self.is_ours(imported):
            return
        module, name = self.target(imported)
        self._want(module, attribute if name is None else name, by)

    def _keep(self, kept: Kept, statement: Statement) -> None:
        if statement not in kept.statements:
            kept.statements.add(statement)
            self._waiting.append((kept, statement))

    def _follow(self, kept: Kept, statement: Statement) -> None:
        module = kept.module
        # What an import at the top level needs is followed name by name, when the name is used.
        inside = () if statement.is_import else statement.imported
        followed: set[str] = set()
        bindings = {**module.imports, **{one.bound: one for one in inside}}
        for use in () if _lists_names(statement) else statement.uses:
            if use.name in bindings:
                followed.add(use.name)
                self._use(kept, bindings[use.name], use.attribute)
            for definition in module.by_name.get(use.name, ()):
                self._keep(kept, definition)
        for imported in inside:
            if imported.bound not in followed:
                self._want_import(imported, None, module.name)
        self._keep_effects(kept)

    def _use(self, kept: Kept, imported: Imported, attribute: str | None) -> None:
        if kept.module.imports.get(imported.bound) == imported:
            kept.bound.add(imported.bound)
        self._want_import(imported, attribute, kept.module.name)

    def _keep_effects(self, kept: Kept) -> None:
        """Keep the statements that define nothing when they touch what is kept, or nothing of the module."""
        definitions = [statement for statement in kept.module.statements if not statement.is_import]
        own = {name for statement in definitions for name in statement.defines}
        own_and_kept = {name for statement in kept.statements for name in statement.defines}
        for statement in kept.module.statements:
            if statement.defines or _is_future(statement):
                continue
            touched = {use.name for use in statement.uses} & own
            if not touched or touched & own_and_kept:
                self._keep(kept, statement)


def _is_future(statement: Statement) -> bool:
    return statement.is_import and any(one.module == "__future__" for one in statement.imported)


def _lists_names(statement: Statement) -> bool:
    return "__all__" in statement.defines


def _with_passage(text: str, passage: Passage) -> str:
    n_found = text.count(passage.old)
    if n_found != 1:
        raise FrameworkError(
            f"A passage of {passage.module} is to be another in an export ({passage.reason}), but it stands there "
            f"{n_found} times. Bring the table of passages up to date: {passage.old!r}"
        )
    return text.replace(passage.old, passage.new)


def _replaced(text: str, replacement: Replacement) -> str:
    """The text of a module with one definition replaced, and the imports that it needs at the top."""
    name = replacement.name.rpartition(".")[2]
    module = read_module(replacement.name, False, text)
    found = [statement for statement in module.statements if name in statement.defines]
    if name == "__doc__":
        found = [statement for statement in module.statements[:1] if is_text(statement.node)]
    if len(found) != 1:
        raise FrameworkError(
            f"'{replacement.name}' is to be replaced in an export ({replacement.reason}), but it is defined "
            f"{len(found)} times. Bring the table of replacements up to date."
        )
    lines = text.splitlines()
    lines[found[0].first_line - 1 : found[0].last_line] = replacement.text.strip("\n").splitlines()
    top = next((one.last_line for one in module.statements if _is_future(one)), module.statements[0].last_line)
    return "\n".join([*lines[:top], *replacement.imports, *lines[top:]]) + "\n"
