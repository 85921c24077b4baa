"""The wordings of each task, read from `wordings.yaml`: which one a question has, and how it reads in another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

import yaml

from links2_tasks.schema import Name, Record
from links2_tasks.terms import place_phrase

PLACE = re.sub("0", r"\\d+", re.escape(place_phrase(0.0, 0.0)))
"""Pattern of every phrase that names a place in the image."""
_SLOTS = {
    "time": r"\d+\.\d",
    "place": PLACE,
    "number": r"\d+",
    "number_word": "[a-z]+",
    "class": ".+?",
}
_SLOT = re.compile(r"\{(\w+)\}")


class TaskWordings(Record):
    """The wordings of one task; the first is the writer's own."""

    task: Name
    wordings: tuple[Name, ...]


class _Table(Record):
    protected: tuple[Name, ...]
    tasks: tuple[TaskWordings, ...]


@lru_cache(maxsize=1)
def _table() -> _Table:
    text = files("links2_tasks.rewriting").joinpath("wordings.yaml").read_text(encoding="utf-8")
    return _Table.model_validate(yaml.safe_load(text))


def protected_phrases() -> tuple[str, ...]:
    """Phrases that stay word for word in every wording, since other parts look for them."""
    return _table().protected


@lru_cache(maxsize=1)
def wordings() -> Mapping[str, tuple[str, ...]]:
    """Wordings by task."""
    return {one.task: one.wordings for one in _table().tasks}


def slots_of(task: str, text: str) -> Mapping[str, str] | None:
    """What stands in the slots of a text in the writer's own words; None where it has other words."""
    if task not in wordings():
        return None
    found = _pattern(wordings()[task][0]).fullmatch(text)
    return found.groupdict() if found else None


def rendered(task: str, number: int, slots: Mapping[str, str]) -> str:
    """A text in one of the wordings, counted from 0."""
    return _SLOT.sub(lambda slot: slots[slot[1]], wordings()[task][number])


@lru_cache(maxsize=64)
def _pattern(wording: str) -> re.Pattern[str]:
    parts = _SLOT.split(wording)
    # `split` gives text and names of slots in turn.
    told = [re.escape(part) if i % 2 == 0 else f"(?P<{part}>{_SLOTS[part]})" for i, part in enumerate(parts)]
    return re.compile("".join(told))
