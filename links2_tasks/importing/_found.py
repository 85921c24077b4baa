"""What readers of files find: rows, and lines that are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from links2_tasks.importing._records import UnusableError


@dataclass(frozen=True)
class Found:
    """A row as it stands in its file."""

    content: Mapping[str, Any]
    place: str
    """Where editors find it: 'line 7', or 'data.2' in nested JSON."""


@dataclass(frozen=True)
class Bad:
    """Something that should be a row."""

    place: str
    error: UnusableError
