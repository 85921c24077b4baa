"""Worked mappings that ship with the package; the tests import with them."""

from __future__ import annotations

from pathlib import Path

from links2_tasks.errors import DataError

EXAMPLES = ("tsv", "json", "parquet")


def example_mapping(name: str) -> str:
    """The text of a worked mapping: one of `EXAMPLES`.

    Raises:
        DataError: there is no such example.
    """
    if name not in EXAMPLES:
        raise DataError(f"There is no example '{name}'. Examples: {', '.join(EXAMPLES)}.")
    return Path(__file__).with_name(f"example_{name}.yaml").read_text(encoding="utf-8")
