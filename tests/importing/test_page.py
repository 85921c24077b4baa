"""The page on importing says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from links2_tasks.importing import EXAMPLES, REASONS, ArchiveLimits, _json_rows, _media, _tables, example_mapping
from links2_tasks.importing._mapping import (
    Answer,
    DatasetFacts,
    ImportMapping,
    Made,
    Options,
    Rows,
    SatelliteFrom,
    SourceFrom,
    Value,
    VideoFrom,
)
from links2_tasks.schema import Record

PAGE = (Path(__file__).parents[2] / "docs/importing.md").read_text(encoding="utf-8")
RECORDS: dict[str, type[Record]] = {
    "The whole mapping": ImportMapping,
    "`dataset`": DatasetFacts,
    "`rows`": Rows,
    "What a field is made from": Made,
    "`options`": Options,
    "`answer`": Answer,
    "`value`": Value,
    "`video`": VideoFrom,
    "`satellite`": SatelliteFrom,
    "`source`": SourceFrom,
}


def table(record: type[Record]) -> str:
    """The fields of a record as a table in Markdown; those that a record has from another are in its table."""
    inherited = set(Made.model_fields) if record is Answer else set()
    rows = [
        f"| `{name}` | {'yes' if field.is_required() else ''} | {field.description} |"
        for name, field in record.model_fields.items()
        if name not in inherited
    ]
    return "\n".join(["| key | needed | |", "|---|---|---|", *rows])


@pytest.mark.parametrize("title", RECORDS)
def test_the_fields_of_mappings_stand_on_the_page(title: str) -> None:
    section = f"### {title}\n\n{table(RECORDS[title])}\n"
    assert section in PAGE, f"write this on docs/importing.md:\n{section}"


def test_the_reasons_stand_on_the_page() -> None:
    rows = "\n".join(f"| {reason} | {meaning} |" for reason, meaning in REASONS.items())
    assert rows in PAGE, f"write this on docs/importing.md:\n{rows}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_worked_mappings_stand_on_the_page(name: str) -> None:
    assert f"```yaml\n{example_mapping(name)}```" in PAGE


def test_the_limits_on_the_page_are_those_of_the_code() -> None:
    limits = ArchiveLimits()
    assert f"--max-unpacked-gb` ({limits.max_bytes / 1e9:.0f})" in PAGE
    assert f"--max-ratio` ({limits.max_ratio:.0f})" in PAGE
    assert f"{limits.free_bytes / 1e6:.0f} MB" in PAGE
    assert f"{limits.max_members:,} members" in PAGE
    assert f"A cell of a table: {_tables.MAX_CELL_CHARS / 2**20:.0f} Mi characters" in PAGE
    assert f"A JSON file: {_json_rows.MAX_FILE_BYTES / 2**30:.0f} GiB" in PAGE
    assert f"A line of JSON Lines: {_json_rows.MAX_LINE_BYTES / 2**20:.0f} MiB" in PAGE
    assert f"An image in a cell: {_media.MAX_IMAGE_BYTES / 2**20:.0f} MiB" in PAGE


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_a_test(reason: str) -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert re.search(rf'"{reason}[":]', tests), f"no test names the reason '{reason}'"
