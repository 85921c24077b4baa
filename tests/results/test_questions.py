"""The questions of a run, as they were asked."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import DataError
from links2_tasks.results import Run, questions_of, read_runs
from links2_tasks.schema import Provenance, Question, SatelliteImage, Source, question_sha256
from links2_tasks.variants import change_questions

TASK = "heading_estimation"
LABEL = f"links2_{TASK}"


def question(index: int, **changes: Any) -> Question:
    fields: dict[str, Any] = {
        "question_id": f"{TASK}-{index}",
        "task": TASK,
        "clip_id": f"clip-{index}",
        "video": "videos/clip.mp4",
        "video_span_s": (0.0, 4.0),
        "satellite": (SatelliteImage(path="satellite/map.png", gsd_m=0.5),),
        "question": "Which one is it?",
        "options": ("one", "two", "three", "four"),
        "answer": "ABCD"[index % 4],
        "region": "tinytown",
        "source": Source(dataset="tiny", licence="CC0-1.0"),
        "provenance": Provenance(writer="tests", version="1", seed=0),
    }
    return Question(**{**fields, **changes})


QUESTIONS = [question(index) for index in range(3)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A dataset as far as it matters here, with a line that is no question."""
    folder = tmp_path / "data"
    path = folder / f"questions/test/{TASK}.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("".join(f"{each.model_dump_json()}\n" for each in QUESTIONS) + "{broken\n")
    return folder


@pytest.fixture
def run_of(folders: Any, tmp_path: Path) -> Any:
    """A run of some questions with rows as they are or changed."""

    def make(asked: list[Question], **changes: Any) -> Run:
        rows = [
            folders.row(
                TASK,
                0,
                **{
                    "id": each.question_id,
                    "answer": each.answer,
                    "question_sha256": hashlib.sha256(each.model_dump_json().encode()).hexdigest()[:16],
                    **changes,
                },
            )
            for each in asked
        ]
        (run,) = read_runs(folders.lmms_eval(tmp_path / "out", {LABEL: rows}))
        return run

    return make


def test_each_row_has_its_question(root: Path, run_of: Any) -> None:
    found = questions_of(run_of(QUESTIONS[:2]), root)
    assert found == {(TASK, each.question_id): each for each in QUESTIONS[:2]}


def test_a_byte_order_mark_is_no_part_of_the_first_question(root: Path, run_of: Any) -> None:
    path = root / f"questions/test/{TASK}.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(questions_of(run_of(QUESTIONS), root)) == 3


def test_the_digest_is_that_of_the_question_as_json() -> None:
    text = QUESTIONS[0].model_dump_json()
    assert question_sha256(QUESTIONS[0]) == hashlib.sha256(text.encode()).hexdigest()[:16]
    assert question_sha256(QUESTIONS[0]) != question_sha256(QUESTIONS[1])


def test_the_change_of_the_variant_is_applied(root: Path, run_of: Any) -> None:
    turned = change_questions("circular", QUESTIONS, root)
    found = questions_of(run_of(list(turned), variant="circular"), root)
    assert len(found) == 12
    assert found[TASK, f"{TASK}-1#2"].options == ("three", "four", "one", "two")


def test_rows_of_damaged_lines_have_no_question(folders: Any, tmp_path: Path, root: Path) -> None:
    bad = folders.row(TASK, 9, id="", score=0.0, chance=0.0, reason="bad_question", question_sha256=None)
    good = folders.row(TASK, 0, question_sha256=question_sha256(QUESTIONS[0]))
    (run,) = read_runs(folders.lmms_eval(tmp_path / "out", {LABEL: [good, bad]}))
    assert len(run.rows) == 2
    assert list(questions_of(run, root)) == [(TASK, f"{TASK}-0")]


def test_a_question_that_has_changed_since_is_an_error(root: Path, run_of: Any) -> None:
    with pytest.raises(DataError, match=rf"1 of 3 rows .*'{TASK}-2'"):
        questions_of(run_of([*QUESTIONS[:2], question(2, question="Which other one?")]), root)


def test_a_question_that_is_gone_is_an_error(root: Path, run_of: Any) -> None:
    with pytest.raises(DataError, match=f"'{TASK}-7'"):
        questions_of(run_of([question(7)]), root)


def test_without_digests_the_right_answers_must_fit(root: Path, run_of: Any) -> None:
    assert len(questions_of(run_of(QUESTIONS, question_sha256=None), root)) == 3
    with pytest.raises(DataError, match=f"'{TASK}-2'"):
        questions_of(run_of([question(2, answer="D")], question_sha256=None), root)


def test_a_variant_that_nobody_knows_is_taken_by_its_digests(root: Path, run_of: Any) -> None:
    assert len(questions_of(run_of(QUESTIONS, variant="8_frames"), root)) == 3
    with pytest.raises(DataError, match="no variant '8_frames'"):
        questions_of(run_of(QUESTIONS, variant="8_frames", question_sha256=None), root)


def test_a_dataset_without_the_task_is_an_error(tmp_path: Path, run_of: Any) -> None:
    with pytest.raises(DataError, match=f"{TASK}.jsonl"):
        questions_of(run_of(QUESTIONS), tmp_path)
