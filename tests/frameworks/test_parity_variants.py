"""Each variant through the real code of both frameworks: the same prompts, the same pixels, the same rows and figures."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# The tests' own helpers lie in this folder; tests are no package. Those that import a framework are imported late.
sys.path.insert(0, str(Path(__file__).parent / "parity"))

from hosts import Bench, both_hosts
from replies import replies_to
from results import row_differences
from seen import difference
from tiny_questions import FLIGHTS, question, write
from ways import UNKNOWN_MODEL

from links2_tasks import taxonomy
from links2_tasks.dataset import load_questions
from links2_tasks.schema import AnswerValue, Mark, Question, SatelliteImage
from links2_tasks.taxonomy import Variant
from links2_tasks.variants import change_questions

if TYPE_CHECKING:
    from run_lmms_eval import LmmsRun
    from run_vlmeval import VlmRun

pytestmark = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("lmms_eval", "vlmeval")),
    reason="needs both frameworks: the extras 'lmms-eval' and 'vlmeval'",
)

VALUES = {
    "object_counting": AnswerValue(kind="count", number=(3.0,), unit="places"),
    "heading_estimation": AnswerValue(kind="degrees", number=(90.0,), unit="deg"),
    "relative_distance": AnswerValue(kind="metres", number=(20.0,), unit="m"),
    "uav_localization": AnswerValue(kind="point", number=(300.0, 400.0), unit="px"),
    "landmark_sequence": None,
}
WINDOWS = ((10, 20, 600, 500), None)
"""Of the two maps; the second is shown whole, and smaller than it is."""
OPEN_REPLIES = (
    "About 12.",
    "3",
    "It is at (70, 95).",
    "I cannot tell.",
    "x=75, y=100",
    "100 degrees",
    "(10.5, 20)",
    "",
)
OWN_FIGURES = {
    "open": {
        "links2_open_score,none": "macro_accuracy",
        "links2_median_error_m,none": "median_error",
        "links2_within_5_m,none": "within_5_m",
        "links2_within_25_m,none": "within_25_m",
    },
    "circular": {"links2_circular,none": "circular_accuracy"},
}
"""Figures that are a variant's own, by their names in lmms-eval and in VLMEvalKit."""

every_variant = pytest.mark.parametrize("name", [variant.name for variant in taxonomy.variants()])


@dataclass(frozen=True)
class Sides:
    """One variant through both."""

    questions: Sequence[Question]
    """As they are asked."""
    lmms: LmmsRun
    vlm: VlmRun


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Sides]]:
    """Every variant of a few questions through both."""
    folder = tmp_path_factory.mktemp("variants")
    with both_hosts(folder / "hosts"):
        yield _run_both(Bench(_write(folder / "data"), folder))


def _write(root: Path) -> Path:
    """Two questions of some tasks, about two regions, each with a map."""
    marks = (Mark(image=0, kind="point", label="A", xy_px=((30.0, 40.0),)),)
    questions = [
        question(
            task,
            number,
            value=value,
            satellite=(SatelliteImage(path=f"satellite/{number % 2}.png", gsd_m=0.5, window_px=WINDOWS[number % 2]),),
            marks=marks,
            question=f"At 2.0 s, which mark is it, for {task} {number}?",
            options=("mark A", "mark B", "mark C"),
            answer="ABC"[number % 3],
        )
        for place, (task, value) in enumerate(VALUES.items())
        for number in (2 * place, 2 * place + 1)
    ]
    write(root, [_at_home(each, number % 2) for number, each in enumerate(questions)], FLIGHTS)
    for number in range(2):
        _enlarge(root / f"satellite/{number}.png")
    return root


def _at_home(each: Question, number: int) -> Question:
    flight = FLIGHTS[number]
    changes = {"clip_id": flight.clip_id, "video": flight.video, "video_span_s": flight.span_s, "region": flight.region}
    return each.model_copy(update=changes)


def _enlarge(path: Path) -> None:
    from PIL import Image

    with Image.open(path) as image:
        image.resize((1536, 1280)).save(path)


def _run_both(bench: Bench) -> Mapping[str, Sides]:
    import run_lmms_eval
    import run_vlmeval

    asked = {variant.name: _asked(variant, bench.root) for variant in taxonomy.variants()}
    replies = {name: _replies(taxonomy.variant(name), questions) for name, questions in asked.items()}
    with bench.on("VLMEvalKit"):
        vlm = run_vlmeval.run({f"LinkS2_{name}": given for name, given in replies.items()}, bench.folder / "work")
    with bench.on("lmms-eval"):
        lmms = {name: run_lmms_eval.run(given, UNKNOWN_MODEL, [f"links2_{name}"]) for name, given in replies.items()}
    return {name: Sides(asked[name], lmms[name], vlm[f"LinkS2_{name}"]) for name in asked}


def _asked(variant: Variant, root: Path) -> list[Question]:
    of_tasks = [load_questions(root, task.name) for task in variant.tasks if task.name in VALUES]
    if variant.change is None:
        return [each for questions in of_tasks for each in questions]
    return [each for questions in of_tasks for each in change_questions(variant.change, questions, root)]


def _replies(variant: Variant, questions: Sequence[Question]) -> dict[str, str]:
    if variant.name != "open":
        return replies_to(questions)
    ordered = sorted(each.question_id for each in questions)
    return {each: OPEN_REPLIES[place % len(OPEN_REPLIES)] for place, each in enumerate(ordered)}


@every_variant
def test_both_ask_and_score_every_question_once(sides: Mapping[str, Sides], name: str) -> None:
    both = sides[name]
    asked = sorted(each.question_id for each in both.questions)
    assert len(asked) >= 8
    assert sorted(both.lmms.shown) == sorted(both.vlm.shown) == asked
    assert sorted(row["id"] for row in both.lmms.samples) == sorted(both.vlm.rows) == asked


@every_variant
def test_a_model_is_shown_the_same_parts(sides: Mapping[str, Sides], name: str) -> None:
    both = sides[name]
    found = {each: difference(both.lmms.shown[each], both.vlm.shown[each]) for each in both.lmms.shown}
    assert {each: what for each, what in found.items() if what} == {}


@every_variant
def test_the_same_replies_get_the_same_rows_under_the_same_name(sides: Mapping[str, Sides], name: str) -> None:
    both = sides[name]
    for question_id, row in both.lmms.rows.items():
        assert row_differences(row, both.vlm.rows[question_id]) == [], question_id
        assert row["variant"] == both.vlm.rows[question_id]["variant"] == name
        assert len(row["question_sha256"]) == 16


@pytest.mark.parametrize("name", ["wrong_satellite", "rotated_satellite", "open", "circular"])
def test_a_change_changes_the_questions(sides: Mapping[str, Sides], name: str) -> None:
    """Else the comparison would say nothing about it."""
    plain = {row["question_sha256"] for row in sides["text_only"].lmms.samples}
    assert plain - {row["question_sha256"] for row in sides[name].lmms.samples}


@pytest.mark.parametrize("name", sorted(OWN_FIGURES))
def test_figures_of_tasks_agree(sides: Mapping[str, Sides], name: str) -> None:
    both, n_compared = sides[name], 0
    for _, row in both.vlm.figures.query("level == 'task'").iterrows():
        ours: Mapping[str, Any] = both.lmms.results[f"links2_{row['name']}_{name}"]
        for theirs, figure in OWN_FIGURES[name].items():
            if theirs in ours and ours[theirs] is not None:
                assert ours[theirs] == pytest.approx(row[figure]), (row["name"], theirs)
                n_compared += 1
    assert n_compared >= 5


def test_figures_of_all_tasks_agree(sides: Mapping[str, Sides]) -> None:
    for name, (figure, theirs) in {
        "circular": ("circular_accuracy", "links2_circular,none"),
        "open": ("macro_accuracy", "links2_open_score,none"),
        "text_only": ("macro_accuracy", "links2_accuracy,none"),
    }.items():
        (row,) = (row for _, row in sides[name].vlm.figures.iterrows() if row["level"] == "overall")
        assert sides[name].lmms.results[f"links2_{name}"][theirs] == pytest.approx(row[figure])


def test_open_answers_of_both_sorts_are_read(sides: Mapping[str, Sides]) -> None:
    rows = sides["open"].lmms.samples
    assert {row["unit"] for row in rows} == {"m", "deg", "count"}
    assert {row["error"] is None for row in rows} == {True, False}
    (far, near) = sorted((row["answer"] for row in rows if row["task"] == "uav_localization"), key=len)
    # The larger map is shown at two thirds of its size, and points are told in pixels of what is shown.
    assert {far, near} == {"(300.0, 400.0)", "(200.0, 266.7)"}
