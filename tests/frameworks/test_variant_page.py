"""The page of variants says what the files declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from links2_tasks import taxonomy
from links2_tasks.frameworks._variant_page import variant_table

PAGE = Path(__file__).parents[2] / "docs/variants.md"


def test_the_table_is_up_to_date() -> None:
    assert variant_table() in PAGE.read_text(encoding="utf-8"), f"{PAGE} lacks this table:\n{variant_table()}"


@pytest.mark.parametrize("variant", [variant.name for variant in taxonomy.variants()])
def test_each_variant_has_a_section(variant: str) -> None:
    assert f"\n### {variant}\n" in PAGE.read_text(encoding="utf-8")
