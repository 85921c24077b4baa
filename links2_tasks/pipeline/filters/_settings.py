"""What the filters of a build may be told; the same fields stand under `filters:` in its YAML."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from links2_tasks.schema import Name, Record


class FilterSettings(Record):
    """Which filters run, and their limits."""

    skip: tuple[Name, ...] = ()
    """Names of filters to leave out."""
    most_per_clip: Annotated[int, Field(ge=1)] = 48
    """Questions about one clip, all tasks together."""
