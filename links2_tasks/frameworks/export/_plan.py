"""What is to be exported, and what stands in for what the upstream project cannot have: data, not code."""

from __future__ import annotations

from dataclasses import dataclass

from links2_tasks.errors import FrameworkError


@dataclass(frozen=True)
class Root:
    """Where an export begins: names of a module that must be in it with all they need."""

    module: str
    names: tuple[str, ...] | None = None
    """None takes the whole module."""


@dataclass(frozen=True)
class Place:
    """Where a module or package stands upstream; the longest `source` that fits a module counts."""

    source: str
    target: str


@dataclass(frozen=True)
class Redirect:
    """An import of one name becomes an import of another one that can be used in its place."""

    name: str
    """Dotted, as import statements name it."""
    instead: str
    reason: str


@dataclass(frozen=True)
class Replacement:
    """A definition is exported with another text, and what only its own text needs stays behind."""

    name: str
    """Dotted; the module is the one that holds the definition. `__doc__` is the module's docstring."""
    text: str
    """The definition that stands in, as it would stand in that module."""
    reason: str
    imports: tuple[str, ...] = ()
    """Import statements that the text needs and the module lacks."""


@dataclass(frozen=True)
class Passage:
    """A passage of a module is exported with another text; for what is less than a definition."""

    module: str
    old: str
    """As it stands in the module, once."""
    new: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """An export as a whole."""

    roots: tuple[Root, ...]
    places: tuple[Place, ...]
    redirects: tuple[Redirect, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    passages: tuple[Passage, ...] = ()
    kept_out: tuple[str, ...] = ()
    """Modules and packages that must not be reached; reaching one is an error that says by which way."""

    def place_of(self, module: str) -> str:
        """Name of a module upstream."""
        fitting = [place for place in self.places if _within(module, place.source)]
        if not fitting:
            raise FrameworkError(f"The plan of the export has no place for {module}.")
        best = max(fitting, key=lambda place: len(place.source))
        return best.target + module[len(best.source) :]

    def is_kept_out(self, module: str) -> bool:
        """Whether a module must not be reached."""
        return any(_within(module, one) for one in self.kept_out)


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
