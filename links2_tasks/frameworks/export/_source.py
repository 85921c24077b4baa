"""A Python package as text and statements: what each statement defines, what it uses, and which lines it takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from links2_tasks.errors import FrameworkError


@dataclass(frozen=True)
class Use:
    """A name that a statement uses."""

    name: str
    attribute: str | None
    """The attribute that is taken of it; None when it stands by itself."""


@dataclass(frozen=True)
class Imported:
    """One name that an import statement binds."""

    bound: str
    module: str
    """The module that the statement names."""
    name: str | None
    """What is taken from that module; None when the statement imports the module itself."""


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement at the top level of a module."""

    node: ast.stmt
    first_line: int
    """Counted from 1, with the comment lines directly above."""
    last_line: int
    """With the text below an assignment that documents it."""
    defines: frozenset[str]
    guard_line: int | None = None
    """Line of the `if TYPE_CHECKING:` that it stands below; None when it stands below none."""

    @property
    def is_import(self) -> bool:
        """Whether it is an import and nothing else."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)

    @cached_property
    def uses(self) -> frozenset[Use]:
        """Names in it, also those of its annotations; conservative: a local name counts too."""
        attributes = {id(node.value): node.attr for node in ast.walk(self.node) if isinstance(node, ast.Attribute)}
        names = (node for node in ast.walk(self.node) if isinstance(node, ast.Name))
        guard = set() if self.guard_line is None else {Use("TYPE_CHECKING", None)}
        return frozenset(Use(node.id, attributes.get(id(node))) for node in names) | guard

    @cached_property
    def imported(self) -> tuple[Imported, ...]:
        """What import statements in it bind, also inside functions."""
        nodes = [node for node in ast.walk(self.node) if isinstance(node, ast.Import | ast.ImportFrom)]
        return tuple(one for node in nodes for one in imported_by(node))


@dataclass(frozen=True, eq=False)
class SourceModule:
    """One module of the package."""

    name: str
    is_package: bool
    text: str
    statements: tuple[Statement, ...] = field(repr=False)

    @cached_property
    def by_name(self) -> dict[str, tuple[Statement, ...]]:
        """Statements that define a name; several when branches or overloads do."""
        found: dict[str, tuple[Statement, ...]] = {}
        for statement in self.statements:
            for name in statement.defines:
                found[name] = (*found.get(name, ()), statement)
        return found

    @cached_property
    def imports(self) -> dict[str, Imported]:
        """What the import statements at the top level bind."""
        return {one.bound: one for statement in self.statements if statement.is_import for one in statement.imported}

    @property
    def public_names(self) -> tuple[str, ...]:
        """Names in its `__all__`."""
        lists = [one.node for one in self.by_name.get("__all__", ())]
        return tuple(name for one in lists if isinstance(one, ast.Assign) for name in ast.literal_eval(one.value))


def imported_by(node: ast.Import | ast.ImportFrom) -> Iterator[Imported]:
    """What one import statement binds.

    Raises:
        FrameworkError: it is relative or takes everything, which cannot be followed name by name.
    """
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Imported(alias.asname or alias.name.partition(".")[0], alias.name, None)
        return
    if node.level or node.module is None or any(alias.name == "*" for alias in node.names):
        raise FrameworkError(f"Only absolute imports of names can be exported, not `{ast.unparse(node)}`.")
    for alias in node.names:
        yield Imported(alias.asname or alias.name, node.module, alias.name)


def is_text(node: ast.stmt) -> bool:
    """Whether a statement is a text and nothing else, as docstrings are."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def read_module(name: str, is_package: bool, text: str) -> SourceModule:
    """Split the text of a module into statements."""
    lines = text.splitlines()
    statements: list[Statement] = []
    for node, guard_line in _flat(ast.parse(text).body):
        if statements and _documents(node, statements[-1]):
            statements[-1] = replace(statements[-1], last_line=_last_line(node))
        else:
            defines = frozenset(_defined(node))
            statements.append(Statement(node, _first_line(node, lines), _last_line(node), defines, guard_line))
    return SourceModule(name, is_package, text, tuple(statements))


@dataclass(frozen=True)
class SourcePackage:
    """A package on disk."""

    name: str
    folder: Path

    def file_of(self, module: str) -> Path | None:
        """The file of a module; None when there is none."""
        if module != self.name and not module.startswith(f"{self.name}."):
            return None
        stem = self.folder.joinpath(*module.split(".")[1:])
        candidates = (stem / "__init__.py", stem.with_name(f"{stem.name}.py"))
        return next((path for path in candidates if path.is_file()), None)

    def split(self, dotted: str) -> tuple[str, str]:
        """Module and name of a dotted name.

        Raises:
            FrameworkError: it names nothing below a module of the package.
        """
        module, _, name = dotted.rpartition(".")
        if not module or self.file_of(module) is None:
            raise FrameworkError(f"'{dotted}' is to be exported, but there is no module '{module}' in {self.folder}.")
        return module, name


def _flat(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, int | None]]:
    """Statements in order; those below `if TYPE_CHECKING:` count as if they stood at the top level, with its line."""
    for node in body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            yield from ((inner, node.lineno) for inner in node.body)
        else:
            yield node, None


def _documents(node: ast.stmt, before: Statement) -> bool:
    return is_text(node) and isinstance(before.node, ast.Assign | ast.AnnAssign)


def _first_line(node: ast.stmt, lines: list[str]) -> int:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    return first


def _last_line(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _defined(node: ast.stmt) -> Iterator[str]:
    """Names that a statement binds at the top level."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (one.bound for one in imported_by(node))
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            names = (part for part in ast.walk(target) if isinstance(part, ast.Name))
            yield from (name.id for name in names if isinstance(name.ctx, ast.Store))
    elif isinstance(node, ast.If | ast.Try | ast.With):
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.stmt):
                yield from _defined(inner)
            elif isinstance(inner, ast.ExceptHandler):
                yield from (name for stmt in inner.body for name in _defined(stmt))
