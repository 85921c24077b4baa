from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.dataset import load_info, load_questions
from links2_tasks.dataset._layout import _parse
from links2_tasks.errors import DataError

QUESTIONS = "questions/test/uav_localization.jsonl"


def test_questions_of_all_tasks_or_of_one(root: Path) -> None:
    assert [question.question_id for question in load_questions(root)] == ["q2", "q0", "q1"]
    assert [question.question_id for question in load_questions(root, "uav_localization")] == ["q0", "q1"]
    assert load_info(root).counts == {"test": {"heading_estimation": 1, "uav_localization": 2}}


def test_an_unknown_task_or_split_is_answered_with_the_known_ones(root: Path) -> None:
    with pytest.raises(DataError, match=r"task .*named 'uav'.*Known: heading_estimation, uav_localization"):
        load_questions(root, "uav")
    with pytest.raises(DataError, match=r"split .*named 'train'.*Known: test"):
        load_questions(root, split="train")


def test_another_format_is_named_with_the_format_that_can_be_read(root: Path) -> None:
    info = json.loads((root / "dataset.json").read_text())
    (root / "dataset.json").write_text(json.dumps({"format": 2, "unknown": info}))
    with pytest.raises(DataError, match=r"is of format 2.*reads format 1.*Build the dataset again"):
        load_questions(root)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"null", b"\xff\xfe", b'{"format": "1"}'])
def test_a_broken_dataset_json_is_an_error_of_ours(root: Path, content: bytes) -> None:
    (root / "dataset.json").write_bytes(content)
    with pytest.raises(DataError, match=r"dataset\.json"):
        load_info(root)


def test_missing_fields_of_dataset_json_are_named(root: Path) -> None:
    (root / "dataset.json").write_text('{"format": 1, "name": "x"}')
    with pytest.raises(DataError, match="licence: Field required"):
        load_info(root)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"answer":"A"', '"answer":"E"', "answer 'E' is not one of the options"),
        ('"answer":"A"', '"anwser":"A"', "anwser: Extra inputs"),
        ('"region":"town"', '"region":', "Invalid JSON"),
        ('"seed":0', '"seed":"many"', "provenance.seed"),
        ('"gsd_m":0.5', '"gsd_m":NaN', "satellite.0.gsd_m"),
    ],
)
def test_a_bad_line_is_an_error_with_file_and_line(root: Path, old: str, new: str, fault: str) -> None:
    path = root / QUESTIONS
    first, second = path.read_text().splitlines(keepends=True)
    assert old in second
    path.write_text(first + "\n" + second.replace(old, new))
    with pytest.raises(DataError, match=rf"{QUESTIONS}:3: .*{fault}"):
        load_questions(root, "uav_localization")


def test_a_byte_order_mark_at_the_head_of_a_file_is_no_part_of_it(root: Path) -> None:
    before = load_questions(root)
    for name in (QUESTIONS, "dataset.json"):
        (root / name).write_bytes(b"\xef\xbb\xbf" + (root / name).read_bytes())
    assert load_questions(root) == before


def test_a_byte_order_mark_further_down_is_a_fault_of_its_line(root: Path) -> None:
    path = root / QUESTIONS
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + b"\xef\xbb\xbf" + second)
    with pytest.raises(DataError, match=rf"{QUESTIONS}:2: .*Invalid JSON"):
        load_questions(root, "uav_localization")


def test_a_missing_question_file_is_named(root: Path) -> None:
    (root / QUESTIONS).unlink()
    with pytest.raises(DataError, match=rf"Cannot read .*{QUESTIONS}.*links2 validate"):
        load_questions(root, "uav_localization")


def test_a_task_name_in_dataset_json_cannot_leave_the_root(root: Path) -> None:
    info = json.loads((root / "dataset.json").read_text())
    info["counts"]["test"]["../../../secret"] = 1
    (root / "dataset.json").write_text(json.dumps(info))
    with pytest.raises(DataError, match=r"\.\."):
        load_questions(root, "../../../secret")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["marks", "value", "x"]), inner),
    max_leaves=8,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_bytes_are_a_fault_and_never_a_crash(line: bytes) -> None:
    parsed = _parse(1, line)
    assert parsed.question is None
    assert parsed.fault
    assert "\n" not in parsed.fault
