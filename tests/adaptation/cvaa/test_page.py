"""What docs/cvaa.md says of the code."""

from __future__ import annotations

from pathlib import Path

from links2_tasks.adaptation import cvaa

PAGE = Path(__file__).parents[3] / "docs" / "cvaa.md"


def test_the_page_names_what_there_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in ("CvaaConfig", "CvaaModel", "footprint_loss", "contrastive_loss", "token_shares", "other_regions"):
        assert name in page
        assert hasattr(cvaa, name)
    assert all(hasattr(cvaa.CvaaModel, name) for name in ("satellites", "detach", "save_pretrained", "from_pretrained"))
