"""Figures that others have published, read from `reference.yaml`. Reports show them apart from what was measured."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from links2_tasks._listed import read_listed
from links2_tasks.schema import Name, Record

Sentence = Annotated[str, Field(pattern=r"^[A-Z].*\.$")]


class ReferenceFigure(Record):
    """One published figure. It is no result of this project, and never stands in one table with one."""

    key: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    kind: Literal["score", "error_share", "size"]
    label: Name
    """What it is a figure of."""
    value: Annotated[float, Field(gt=0)]
    unit: Literal["percent", "clips", "minutes", "images", "cities", "square kilometres", "questions", "models"]
    written: Name
    """As the source puts it, with its unit, for people."""
    source: Name
    """Where it was published."""
    reached_us: Sentence
    """How it came here, and what of the source was not read."""
    comparable: Literal[False]
    """Whether it may be compared with a figure measured here. None may."""
    why_not: Sentence


@lru_cache(maxsize=1)
def reference_figures() -> tuple[ReferenceFigure, ...]:
    """All published figures, scores first.

    Raises:
        DataError: `reference.yaml` is not as it should be.
    """
    return read_figures(files("links2_tasks.report").joinpath("reference.yaml").read_text(encoding="utf-8"))


def read_figures(text: str) -> tuple[ReferenceFigure, ...]:
    """The figures of a text in the form of `reference.yaml`.

    Raises:
        DataError: it is no YAML, a field is missing, unknown or wrong, or a key stands twice.
    """
    return read_listed(text, ReferenceFigure, "reference.yaml", "figures", "key")
