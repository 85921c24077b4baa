"""All filters, one after the other, and on datasets that exist."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from links2_tasks.dataset import load_info, load_questions, validate, write_dataset
from links2_tasks.errors import DataError
from links2_tasks.pipeline.filters import (
    FILTERS,
    FilterContext,
    FilterSettings,
    filter_dataset,
    funnel_of,
    run_filters,
)
from links2_tasks.pipeline.filters._page import filters_page
from links2_tasks.schema import Clip, Question

Ask = Callable[..., Question]
Context = Callable[..., FilterContext]
NAMES = [one.name for one in FILTERS]
PAGE = Path(__file__).parents[3] / "docs" / "filters.md"
LEARNED = ("text_alone",)
"""Takes seconds and is tested by itself."""
RUN = [name for name in NAMES if name not in (*LEARNED, "language_model")]
"""There is no language model here."""


def _sound(ask: Ask, n: int) -> list[Question]:
    """Questions that differ in where their marks lie, so that none asks what another does."""
    return [
        ask(
            i,
            marks=[
                {"image": 0, "kind": "point", "label": label, "xy_px": [[120.0 + 150 * k, 80.0 + 40 * i]]}
                for k, label in enumerate("ABCD")
            ],
            answer="ABCD"[i % 4],
        )
        for i in range(n)
    ]


def test_sound_questions_pass_all_filters_as_they_are(ask: Ask, context: Context) -> None:
    questions = _sound(ask, 8)
    run = run_filters(questions, context(skip=LEARNED))
    assert run.questions == tuple(questions)
    assert [step.name for step in run.steps] == RUN
    assert run.dropped == ()


def test_each_step_takes_up_what_the_one_before_left(ask: Ask, context: Context) -> None:
    cut = ask(90, marks=[{"image": 0, "kind": "point", "label": "A", "xy_px": [[1, 1]]}])
    lost = ask(91, video="none.mp4")
    run = run_filters([*_sound(ask, 8), cut, lost], context(skip=LEARNED, most_per_clip=7))
    steps = {step.name: step for step in run.steps}
    assert [step.n_in for step in run.steps][1:] == [step.n_out for step in run.steps][:-1]
    assert all(step.n_in - step.n_out == len(step.dropped) == sum(step.reasons.values()) for step in run.steps)
    assert steps["unreadable_marks"].dropped[0].item == "q090"
    assert steps["unusable_footage"].reasons == {"the video cannot be read": 1}
    assert len(steps["clip_caps"].dropped) == 1
    assert [one.item for one in run.dropped][:2] == ["q090", "q091"]
    assert len(run.questions) == 7


def test_the_same_questions_give_the_same_run(ask: Ask, context: Context) -> None:
    questions = [question.model_copy(update={"answer": "A"}) for question in _sound(ask, 8)]
    assert run_filters(questions, context(skip=LEARNED)) == run_filters(questions, context(skip=LEARNED))


def test_no_questions_pass_all_filters(context: Context) -> None:
    assert run_filters([], context()).questions == ()


def test_an_unknown_filter_to_skip_is_an_error_that_lists_the_known_ones(ask: Ask, context: Context) -> None:
    with pytest.raises(DataError, match="no filter 'letters'") as error:
        run_filters([ask()], context(skip=("letters",)))
    assert all(name in str(error.value) for name in NAMES)


def test_ids_that_come_twice_are_an_error(ask: Ask, context: Context) -> None:
    with pytest.raises(DataError, match="'q000' comes twice"):
        run_filters([ask(), ask()], context(skip=tuple(NAMES)))


def test_each_filter_is_told_of(ask: Ask, root: Path) -> None:
    told: list[str] = []
    run_filters([ask()], FilterContext(root, FilterSettings(skip=LEARNED), progress=told.append))
    assert [line.split(":")[0] for line in told if line.startswith("filter ")] == [f"filter {name}" for name in RUN]


def test_names_reasons_and_limits_are_fit_to_be_printed() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(re.fullmatch("[a-z_]+", name) for name in NAMES)
    assert all(one.summary.endswith(".") and one.title[0].isupper() for one in FILTERS)
    limits = set(FilterSettings.model_fields) - {"skip"}
    fields = dict(FilterSettings())
    assert limits == {name for name in fields if name != "skip"}


def test_the_page_tells_of_each_filter_and_limit() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert filters_page() in text, "write the table anew: python -m links2_tasks.pipeline.filters._page"


@pytest.fixture
def dataset(root: Path, tmp_path: Path, ask: Ask) -> Path:
    """A dataset of two splits; of 'test', one question is unreadable, and clip_2 has no other."""
    folder = Path(shutil.copytree(root, tmp_path / "dataset", ignore=lambda _, names: {"other.mp4"} & set(names)))
    (folder / "unused.bin").write_bytes(b"unused")
    cut = ask(90, clip_id="clip_2", marks=[{"image": 0, "kind": "point", "label": "A", "xy_px": [[1, 1]]}])
    questions = {"test": [*_sound(ask, 4), cut], "train": [ask(50)]}
    facts = {"video": "flight.mp4", "width_px": 160, "height_px": 96, "fps": 10.0, "region": "town"}
    clips = [
        Clip.model_validate(
            {"clip_id": name, "span_s": (0.0, 4.0), "source": ask().source, "recorded_on": date(2026, 5, 1), **facts}
        )
        for name in ("clip", "clip_2")
    ]
    write_dataset(
        folder, name="made up", version="3", licence="CC0-1.0", description="For tests.", clips=clips,
        questions=questions, simulated=True,
    )  # fmt: skip
    return folder


def test_a_dataset_is_filtered_split_by_split_into_one_without_faults(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = filter_dataset(dataset, out, FilterSettings(skip=LEARNED))
    assert (found.n_in, found.n_out) == (6, 5)
    assert [str(fault) for fault in validate(out)] == []
    before, after = load_info(dataset), load_info(out)
    assert (after.name, after.version, after.simulated) == (before.name, before.version, True)
    assert [clip.clip_id for clip in after.clips] == ["clip"]
    assert after.clips[0] == before.clips[0]
    assert not (out / "unused.bin").exists()
    kept = {question.question_id: question for question in load_questions(dataset)}
    assert all(kept[question.question_id] == question for question in load_questions(out))
    assert load_questions(out, split="train") == load_questions(dataset, split="train")
    assert Counter(one.reason for step in found.steps for one in step.dropped) == {"a mark is cut off by the edge": 1}


def test_a_funnel_of_a_dataset_adds_up_its_splits(dataset: Path) -> None:
    steps = funnel_of(filter_dataset(dataset, None, FilterSettings(skip=LEARNED)))
    assert [(step.n_in, step.n_out) for step in steps][:2] == [(6, 5), (5, 5)]
    assert steps[0].title == "Unreadable marks"


def test_nothing_is_written_without_a_place_or_where_one_is(dataset: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    filter_dataset(dataset, None, FilterSettings(skip=LEARNED))
    assert sorted(path for path in tmp_path.iterdir() if path.name != "cache") == [
        p for p in before if p.name != "cache"
    ]
    with pytest.raises(DataError, match="exists already"):
        filter_dataset(dataset, dataset, FilterSettings(skip=LEARNED))


def test_a_dataset_of_which_nothing_is_left_is_not_written(dataset: Path, tmp_path: Path) -> None:
    limits = FilterSettings(skip=LEARNED, least_mark_gap_m=10_000)
    with pytest.raises(DataError, match="leave no question"):
        filter_dataset(dataset, tmp_path / "out", limits)
    assert not (tmp_path / "out").exists()
