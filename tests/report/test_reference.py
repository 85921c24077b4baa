from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from links2_tasks.errors import DataError
from links2_tasks.report import ReferenceFigure, reference_figures
from links2_tasks.report._reference import read_figures

GOOD: dict[str, Any] = {
    "key": "people",
    "kind": "score",
    "label": "people",
    "value": 90.0,
    "unit": "percent",
    "written": "90 %",
    "source": "A paper",
    "reached_us": "Through its abstract.",
    "comparable": False,
    "why_not": "The tasks differ.",
}


def text_with(**changes: Any) -> str:
    return yaml.safe_dump({"figures": [{**GOOD, **changes}]})


def test_the_published_figures_are_there() -> None:
    found = {figure.key: figure.value for figure in reference_figures()}
    scores = {"best_model": 51.1, "people": 91.3, "spatial_alignment_errors": 46}
    sizes = {"clips": 1500, "minutes": 1022, "satellite_images": 43273, "cities": 16, "area": 200}
    assert found == {**scores, **sizes, "questions": 17900, "models": 18}


def test_every_figure_says_where_it_is_from_how_it_came_and_why_it_is_not_ours() -> None:
    for figure in reference_figures():
        assert "2604.02020" in figure.source
        assert "abstract" in figure.reached_us
        assert "not read by us" in figure.reached_us
        assert figure.comparable is False
        assert figure.why_not


def test_what_is_shown_is_the_value() -> None:
    for figure in reference_figures():
        number = re.search(r"[\d.,]+", figure.written)
        assert number is not None
        shown = float(number[0].replace(",", "")) * (1000 if figure.written.endswith("k") else 1)
        assert shown == pytest.approx(figure.value), figure.key


def test_scores_come_first() -> None:
    kinds = [figure.kind for figure in reference_figures()]
    assert kinds == sorted(kinds, key=["score", "error_share", "size"].index)


def test_a_good_figure_is_read() -> None:
    assert read_figures(text_with()) == (ReferenceFigure(**GOOD),)


@pytest.mark.parametrize(
    "changes",
    [
        {"comparable": True},
        {"value": -1},
        {"value": float("nan")},
        {"unit": "points"},
        {"kind": "measured"},
        {"why_not": "no sentence"},
        {"reached_us": ""},
        {"source": ""},
        {"page": 3},
    ],
)
def test_a_wrong_figure_is_refused_by_the_name_of_its_field(changes: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=next(iter(changes))):
        read_figures(text_with(**changes))


@pytest.mark.parametrize("field", sorted(GOOD))
def test_no_field_may_be_left_out(field: str) -> None:
    rest = {name: value for name, value in GOOD.items() if name != field}
    with pytest.raises(DataError, match=field):
        read_figures(yaml.safe_dump({"figures": [rest]}))


@pytest.mark.parametrize("text", ["", "figures", "figures: 3", "other: []", "{", "figures: [1]"])
def test_a_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(DataError, match=r"reference\.yaml"):
        read_figures(text)


def test_a_key_stands_once() -> None:
    with pytest.raises(DataError, match="people"):
        read_figures(yaml.safe_dump({"figures": [GOOD, GOOD]}))
