"""The docs hold what is generated. After a change that is meant, write the page of wrappers anew and read the diff:

LINKS2_UPDATE_GOLDEN=1 python -m pytest tests/frameworks/vlmeval/test_pages.py
"""

from __future__ import annotations

import os
from pathlib import Path

from links2_tasks.frameworks.vlmeval._pages import sampling_table, wrapper_page
from links2_tasks.frameworks.vlmeval._wrappers import wrapper_table

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_of_wrappers_is_the_generated_one() -> None:
    page = DOCS / "wrappers.md"
    if os.environ.get("LINKS2_UPDATE_GOLDEN"):
        page.write_text(wrapper_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == wrapper_page()


def test_every_row_of_the_table_is_a_row_of_the_page() -> None:
    rows = [line for line in wrapper_page().splitlines() if line.startswith("| ")]
    assert len(rows) == 1 + len(wrapper_table())


def test_the_page_on_vlmevalkit_holds_the_generated_table() -> None:
    assert sampling_table() in (DOCS / "vlmevalkit.md").read_text(encoding="utf-8")
