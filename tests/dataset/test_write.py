from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.dataset import load_info, load_questions, write_dataset
from links2_tasks.dataset._layout import _parse
from links2_tasks.dataset._write import question_line
from links2_tasks.errors import DataError, UnsafePathError
from links2_tasks.schema import Clip, Question


def _snapshot(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_what_is_written_is_what_is_loaded(write: Callable[..., Path], make_question: Callable[..., Question]) -> None:
    questions = (make_question(0), make_question(1, value=None, query_time_s=None, marks=[]))
    assert load_questions(write(*questions)) == questions


def test_every_line_names_every_key_in_the_order_of_the_schema(root: Path) -> None:
    for file in (root / "questions").rglob("*.jsonl"):
        for line in file.read_text().splitlines():
            assert list(json.loads(line)) == list(Question.model_fields)


def test_the_order_of_the_questions_does_not_matter(
    write: Callable[..., Path], make_question: Callable[..., Question]
) -> None:
    questions = [make_question(number) for number in range(5)]
    first = _snapshot(write(*questions))
    assert _snapshot(write(*reversed(questions))) == first


def test_dataset_json_holds_the_digest_and_size_of_every_other_file(root: Path) -> None:
    (root / ".hidden").write_text("not part of the dataset")
    info = load_info(root)
    wanted = {name: content for name, content in _snapshot(root).items() if name not in {"dataset.json", ".hidden"}}
    assert {name: (facts.bytes, facts.sha256) for name, facts in info.files.items()} == {
        name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in wanted.items()
    }
    assert set(wanted) >= {"videos/flight.mp4", "satellite/map.png", "questions/test/uav_localization.jsonl"}


def test_question_files_of_an_earlier_writing_go(
    root: Path, write: Callable[..., Path], make_question: Callable[..., Question]
) -> None:
    write(make_question(9))
    assert [path.name for path in (root / "questions/test").iterdir()] == ["uav_localization.jsonl"]
    assert load_info(root).counts == {"test": {"uav_localization": 1}}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"question_id": "q0"}, "more than once: q0"),
        ({"clip_id": "elsewhere"}, "not in `clips`: elsewhere"),
        ({"task": "../escape"}, "'../escape' cannot be a split or a task"),
    ],
)
def test_what_cannot_be_a_dataset_is_refused_before_anything_is_written(
    changes: dict[str, str],
    fault: str,
    media_root: Path,
    write: Callable[..., Path],
    make_question: Callable[..., Question],
) -> None:
    with pytest.raises(DataError, match=fault):
        write(make_question(0), make_question(1, **changes))
    assert not (media_root / "dataset.json").exists()
    assert not (media_root / "questions").exists()


def test_a_split_cannot_be_a_path(write: Callable[..., Path], make_question: Callable[..., Question]) -> None:
    with pytest.raises(DataError, match="cannot be a split"):
        write(make_question(), split="../test")


def test_a_link_out_of_the_root_is_refused(media_root: Path, clip: Clip, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (media_root / "satellite/link.png").symlink_to(tmp_path / "secret")
    with pytest.raises(UnsafePathError):
        write_dataset(
            media_root, name="x", version="1", licence="x", description="", clips=[clip], questions={"test": []}
        )


@given(st.text(min_size=1).filter(str.strip), st.floats(0, 1.99), st.floats(allow_nan=False, allow_infinity=False))
def test_a_line_gives_back_the_same_question(text: str, start_s: float, number: float) -> None:
    question = Question.model_validate(
        {
            "question_id": text, "task": "t", "clip_id": "c", "video": "v.mp4", "video_span_s": [start_s, 2.0],
            "satellite": [], "question": text, "options": ["1", "2"], "answer": "B",
            "value": {"kind": "metres", "number": [number], "unit": "m"}, "region": "r",
            "source": {"dataset": "d", "licence": "l"}, "provenance": {"writer": "w", "version": "1", "seed": 1},
        }
    )  # fmt: skip
    line = question_line(question)
    assert line.count("\n") == 1
    assert _parse(1, line.encode()).question == question
