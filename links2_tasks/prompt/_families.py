"""Which strategy a model takes, from a table and not from code."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

import yaml

from links2_tasks.prompt._settings import Strategy
from links2_tasks.schema import Name, Record

DEFAULT_STRATEGY: Strategy = "frames_as_images"
"""What every model that takes several images can be given."""


class ModelFamily(Record):
    """One row of the table."""

    family: Name
    strategy: Strategy
    names: tuple[Name, ...] = ()
    """Whole names that hosts give a model, for example lmms-eval's --model."""
    contains: tuple[Name, ...] = ()
    """Parts of a name, for example of a checkpoint's."""
    why: Name


@lru_cache(maxsize=1)
def model_families() -> tuple[ModelFamily, ...]:
    """The rows of `model_families.yaml` in order."""
    table = yaml.safe_load(files("links2_tasks.prompt").joinpath("model_families.yaml").read_text(encoding="utf-8"))
    return tuple(ModelFamily.model_validate(row) for row in table["families"])


def strategy_for(model_name: str) -> Strategy:
    """Strategy for a model by its name in a host or the name of its checkpoint.

    Whole names are looked up first, then parts of names in the table's order. Case does not count, and any run of
    other characters counts as one underscore. An unknown model gets frames as images.
    """
    name = _plain(model_name)
    for family in model_families():
        if name in map(_plain, family.names):
            return family.strategy
    for family in model_families():
        if any(_plain(part) in name for part in family.contains):
            return family.strategy
    return DEFAULT_STRATEGY


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
