"""The funnel as data, as a table and as a figure."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from links2_tasks.errors import DataError
from links2_tasks.pipeline._funnel import funnel_markdown, write_funnel
from links2_tasks.pipeline._funnel_figure import WIDTH
from links2_tasks.pipeline._funnel_step import FunnelStep

STEPS = (
    FunnelStep("footage", "Footage check", "flights", 3, 2, {"no telemetry": 1}),
    FunnelStep("clips", "Clip cutting", "clips", 12, 12),
    FunnelStep("questions", "Writers", "drafts", 5_000, 288, {"not chosen": 4_000, "two places are alike": 500}),
    FunnelStep("marks", "Marks", "questions", 288, 1, {"too small": 287}),
    FunnelStep("letters", "Letters", "questions", 1, 1),
)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    pytest.importorskip("matplotlib")
    files = write_funnel(tmp_path / "funnel", STEPS)
    assert [file.name for file in files] == ["funnel.json", "funnel.md", "funnel.png", "funnel.svg"]
    assert all(file.is_file() for file in files)
    return tmp_path / "funnel"


def _texts(folder: Path) -> list[str]:
    """What the SVG says, and the sizes and places it gives are numbers."""
    tree = ElementTree.fromstring((folder / "funnel.svg").read_text(encoding="utf-8"))
    return [element.text or "" for element in tree.iter("{http://www.w3.org/2000/svg}text")]


def test_the_data_hold_every_step(written: Path) -> None:
    steps = json.loads((written / "funnel.json").read_text())["steps"]
    assert [FunnelStep(**step) for step in steps] == list(STEPS)


def test_the_table_has_a_row_for_each_step(written: Path) -> None:
    rows = (written / "funnel.md").read_text(encoding="utf-8").splitlines()[2:]
    assert len(rows) == len(STEPS)
    assert rows[2] == (
        "| Writers | drafts | 5,000 | 288 | 4,712 | 4,000 \N{MULTIPLICATION SIGN} not chosen; "
        "500 \N{MULTIPLICATION SIGN} two places are alike; 212 \N{MULTIPLICATION SIGN} no reason kept |"
    )


def test_the_figure_says_what_each_step_left_and_took_out(written: Path) -> None:
    said = _texts(written)
    assert "3 flights in, 1 question out" in said
    assert "288  (\N{MINUS SIGN}4,712)" in said
    assert "12" in said
    assert any(text.startswith("287\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN} too small") for text in said)
    assert {"FLIGHTS", "CLIPS", "DRAFTS", "QUESTIONS"} <= set(said)


def test_the_same_steps_give_the_same_bytes(written: Path, tmp_path: Path) -> None:
    write_funnel(tmp_path / "again", STEPS)
    for name in ("funnel.json", "funnel.md", "funnel.png", "funnel.svg"):
        assert (written / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_many_steps_and_long_reasons_have_room(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    reasons = {f"reason {i} that goes on {'and on ' * 12}": i + 1 for i in range(30)}
    steps = [FunnelStep(f"s{i}", "A title without end " * 6, "questions", 1_000, 500, reasons) for i in range(12)]
    write_funnel(tmp_path, steps)
    said = _texts(tmp_path)
    assert max(map(len, said)) <= 100
    assert sum("more reasons" in text for text in said) == 12
    with Image.open(tmp_path / "funnel.png") as picture:
        assert picture.height > 0.8 * picture.width
        # Nothing touches the frame: the outermost pixels are paper.
        bare = picture.convert("L")
        for edge in ((0, 0, picture.width, 20), (0, 0, 20, picture.height), (picture.width - 20, 0, *picture.size)):
            assert bare.crop(edge).getextrema() == (255, 255)


def test_a_bar_of_one_among_many_is_seen_and_none_is_not(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    one = FunnelStep("a", "One", "questions", 100_000, 1)
    none = FunnelStep("a", "None", "questions", 100_000, 0)
    paths = []
    for step in (one, none):
        write_funnel(tmp_path / step.title, [step])
        paths.append((tmp_path / step.title / "funnel.svg").read_text().count("#17697a"))
    # One of them is the legend's.
    assert paths == [2, 1]
    assert WIDTH > 0


@pytest.mark.parametrize("text", ["<b>&amp;", "a | b", "$x$ and $y$", "two\nlines"])
def test_texts_are_texts(tmp_path: Path, text: str) -> None:
    pytest.importorskip("matplotlib")
    steps = [FunnelStep("a", text, "questions", 2, 1, {text: 1})]
    write_funnel(tmp_path, steps)
    assert " ".join(text.split()) in _texts(tmp_path)
    (row,) = funnel_markdown(steps).splitlines()[2:]
    assert len(re.findall(r"(?<!\\)\|", row)) == 7
    assert "<" not in row


def test_numbers_that_no_step_can_have_are_refused() -> None:
    with pytest.raises(DataError, match="'a' of a funnel"):
        FunnelStep("a", "A", "questions", 1, 2)
    with pytest.raises(DataError):
        FunnelStep("a", "A", "questions", 2, 1, {"why": -1})


def test_a_funnel_without_steps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no step"):
        write_funnel(tmp_path, [])


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="file"):
        write_funnel(tmp_path / "file", STEPS)
