"""Modules of a package, without what an export does not need, under the names that they have upstream."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from links2_tasks.frameworks.export._plan import Plan
from links2_tasks.frameworks.export._reach import Kept, Reach
from links2_tasks.frameworks.export._source import Imported, SourcePackage, Statement, imported_by, is_text


@dataclass(frozen=True)
class BundledModule:
    """One module of an export."""

    path: str
    """Its file, relative to the root of the upstream project."""
    source: str
    """The file that it was made from, relative to the folder that holds the package."""
    text: str


def bundle(package: SourcePackage, plan: Plan) -> tuple[BundledModule, ...]:
    """The modules that the roots of a plan need, in the order of their paths.

    Raises:
        FrameworkError: a name cannot be found, or a module is reached that the plan keeps out.
    """
    reach = Reach(package, plan)
    kept = reach.run()
    modules = (
        BundledModule(_path(plan.place_of(name), one), _path(name, one), _Text(package, plan, reach, one).text())
        for name, one in kept.items()
    )
    return tuple(sorted(modules, key=lambda module: module.path))


def _path(name: str, kept: Kept) -> str:
    return name.replace(".", "/") + ("/__init__.py" if kept.module.is_package else ".py")


class _Text:
    """Makes the text of one module: cuts what is not kept, prunes lists of names, and renames modules."""

    def __init__(self, package: SourcePackage, plan: Plan, reach: Reach, kept: Kept) -> None:
        self._package = package
        self._plan = plan
        self._reach = reach
        self._kept = kept
        self._lines = kept.module.text.splitlines()

    def text(self) -> str:
        """The module as it stands upstream."""
        for statement in reversed(self._kept.module.statements):
            self._edit(statement)
        return self._renamed("\n".join(self._lines) + "\n")

    def _edit(self, statement: Statement) -> None:
        if "__all__" in statement.defines:
            self._write(statement.node, self._public_names())
        elif statement.is_import:
            self._write(statement.node, self._import(statement))
        elif statement in self._kept.statements:
            for node in _nested_imports(statement.node):
                self._write(node, [self._import_line(one) for one in imported_by(node)])
        else:
            self._cut(statement.first_line, statement.last_line)
        self._cut_empty_guard(statement)

    def _import(self, statement: Statement) -> list[str]:
        if statement.imported[0].module == "__future__":
            rest = [one for one in self._kept.statements if not is_text(one.node)]
            return [ast.unparse(statement.node)] if rest or self._kept.bound else []
        return [self._import_line(one) for one in statement.imported if one.bound in self._kept.bound]

    def _import_line(self, imported: Imported) -> str:
        if not self._reach.is_ours(imported):
            return _import_line(imported.module, imported.name, imported.bound)
        module, name = self._reach.target(imported)
        place = self._plan.place_of(module)
        if name is None:
            parent, _, leaf = place.rpartition(".")
            return _import_line(parent, leaf, imported.bound)
        return _import_line(place, name, imported.bound)

    def _public_names(self) -> list[str]:
        defined = {name for one in self._kept.statements for name in one.defines if not one.is_import}
        left = [name for name in self._kept.module.public_names if name in defined | self._kept.bound]
        return [f"__all__ = {left!r}"] if left else []

    def _write(self, node: ast.stmt, lines: list[str]) -> None:
        """Put lines in place of a statement that stands alone on its lines; without lines, cut it."""
        first, last = node.lineno, node.end_lineno or node.lineno
        if lines:
            indent = " " * node.col_offset
            self._lines[first - 1 : last] = [indent + line for line in lines]
        else:
            self._cut(first, last)

    def _cut(self, first: int, last: int) -> None:
        """Cut lines, and of the blank ones above and below them those above."""
        if last >= len(self._lines) or not self._lines[last].strip():
            while first > 1 and not self._lines[first - 2].strip():
                first -= 1
        del self._lines[first - 1 : last]

    def _cut_empty_guard(self, statement: Statement) -> None:
        line = statement.guard_line
        others = [one for one in self._kept.module.statements if one.guard_line == line]
        if line is not None and statement is others[0] and not any(self._is_left(one) for one in others):
            self._cut(line, line)

    def _is_left(self, statement: Statement) -> bool:
        return bool(statement.defines & self._kept.bound) if statement.is_import else statement in self._kept.statements

    def _renamed(self, text: str) -> str:
        """The text with the modules of the package that it mentions under their names upstream."""
        mention = re.compile(rf"\b{re.escape(self._package.name)}(?:\.[A-Za-z_]\w*)+")
        return mention.sub(lambda found: self._rename(found[0]), text)

    def _rename(self, dotted: str) -> str:
        module = dotted
        while module and module not in self._reach.kept:
            module = module.rpartition(".")[0]
        is_far = module == self._package.name
        return dotted if not module or is_far else self._plan.place_of(module) + dotted[len(module) :]


def _import_line(module: str, name: str | None, bound: str) -> str:
    if name is None:
        return f"import {module}" if bound == module.partition(".")[0] else f"import {module} as {bound}"
    return f"from {module} import {name}" + (f" as {bound}" if bound != name else "")


def _nested_imports(node: ast.stmt) -> list[ast.Import | ast.ImportFrom]:
    """Import statements inside of another statement, the last one first."""
    found = [inner for inner in ast.walk(node) if isinstance(inner, ast.Import | ast.ImportFrom)]
    return sorted(found, key=lambda inner: inner.lineno, reverse=True)
