"""Names for runs: short, and no two alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from links2_tasks.results._merge import Merged
from links2_tasks.results._records import Run
from links2_tasks.schema import DEFAULT_VARIANT


def named(merged: Sequence[Merged], root: Path) -> list[Run]:
    """The runs with names: the model and the variant, and what else tells two of them apart.

    Args:
        merged: All runs of a folder.
        root: The folder.
    """
    names = [_plain(each) for each in merged]
    for more in (_setting, _framework, _arguments, _dataset, lambda each: _place(each, root)):
        names = _told_apart(names, merged, more)
    names = [name if names.count(name) == 1 else f"{name} ({number})" for number, name in enumerate(names, start=1)]
    return [replace(each.run, name=name) for each, name in zip(merged, names, strict=True)]


def _told_apart(names: list[str], merged: Sequence[Merged], more: Callable[[Merged], str]) -> list[str]:
    """Add something to the names of those that share one, if it differs among them."""
    shared = {name for name, count in Counter(names).items() if count > 1}
    said: dict[str, set[str]] = {name: set() for name in shared}
    for name, each in zip(names, merged, strict=True):
        if name in shared:
            said[name].add(more(each))
    return [
        f"{name} [{more(each)}]" if name in shared and len(said[name]) > 1 and more(each) else name
        for name, each in zip(names, merged, strict=True)
    ]


def _plain(each: Merged) -> str:
    identity, variant = each.identity, each.run.variant
    # How VLMEvalKit puts the views stands in the name of its datasets, so people know it by that.
    way = identity.setting if identity.framework == "VLMEvalKit" and identity.setting != variant else ""
    return " ".join(filter(None, (each.display, way, "" if variant == DEFAULT_VARIANT else variant)))


def _setting(each: Merged) -> str:
    return each.identity.setting


def _framework(each: Merged) -> str:
    return each.identity.framework


def _arguments(each: Merged) -> str:
    return each.identity.model_args


def _dataset(each: Merged) -> str:
    return Path(each.identity.dataset).name


def _place(each: Merged, root: Path) -> str:
    return str(each.run.folder.relative_to(root)) if root in each.run.folder.parents else ""
