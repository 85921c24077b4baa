from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import DataError, NoQuestionsError

pytest.importorskip("pandas")

from links2_tasks.frameworks.vlmeval._table import answered_lines, line_in, question_table


def _question_file(root: Path, task: str) -> Path:
    return root / f"questions/test/{task}.jsonl"


@pytest.fixture
def root(tmp_path: Path, make_dataset: Any, make_question: Any) -> Path:
    """Four questions of one task and two of another."""
    questions = [make_question("route_planning", index) for index in range(4)]
    return make_dataset(tmp_path, [*questions, *(make_question("object_counting", index) for index in range(2))])


def test_rows_are_ordered_by_clip_over_all_tasks(root: Path) -> None:
    table = question_table(root, ["route_planning", "object_counting"])
    assert list(table["clip_id"]) == sorted(table["clip_id"])
    assert set(table["task"]) == {"route_planning", "object_counting"}
    assert set(table["dimension"]) == {"reasoning", "perception"}


def test_each_row_gives_its_question_back(root: Path, make_question: Any) -> None:
    table = question_table(root, ["route_planning"])
    wanted = {make_question("route_planning", index).question_id: index for index in range(4)}
    for _, row in table.iterrows():
        assert line_in(row).question == make_question("route_planning", wanted[row["question_id"]])


def test_an_index_belongs_to_the_content_of_a_line_and_to_no_position(root: Path) -> None:
    both = question_table(root, ["object_counting", "route_planning"]).set_index("question_id")["index"]
    alone = question_table(root, ["route_planning"]).set_index("question_id")["index"]
    assert all(both[name] == alone[name] for name in alone.index)
    path = _question_file(root, "route_planning")
    path.write_text(path.read_text(encoding="utf-8").replace("the third", "the other", 1), encoding="utf-8")
    changed = question_table(root, ["route_planning"]).set_index("question_id")["index"]
    assert sum(changed[name] != alone[name] for name in alone.index) == 1


def test_indices_are_whole_numbers_that_every_format_keeps(root: Path) -> None:
    table = question_table(root, ["route_planning", "object_counting"])
    assert table["index"].is_unique
    assert all(0 <= index < 2**53 for index in table["index"])


def test_tasks_without_questions_are_left_out_unless_there_are_no_others(root: Path) -> None:
    assert set(question_table(root, ["route_planning", "uav_localization"])["task"]) == {"route_planning"}
    with pytest.raises(NoQuestionsError, match="object_counting, route_planning"):
        question_table(root, ["uav_localization"])


def test_bad_lines_stay_with_their_fault_and_an_id_of_their_own(root: Path) -> None:
    path = _question_file(root, "route_planning")
    good = path.read_text(encoding="utf-8").splitlines()
    no_options = json.dumps({**json.loads(good[0]), "question_id": "bare", "options": []})
    wrong_task = json.dumps({**json.loads(good[1]), "question_id": "moved", "task": "object_counting"})
    path.write_text("\n".join([*good, "{ not json", no_options, good[0], wrong_task]) + "\n", encoding="utf-8")
    table = question_table(root, ["route_planning"])
    bad = {row["question_id"]: row["fault"] for _, row in table.iterrows() if row["fault"]}
    assert set(bad) == {f"route_planning.jsonl:{number}" for number in (5, 6, 7, 8)}
    assert "options" in bad["route_planning.jsonl:6"]
    assert "stands twice" in bad["route_planning.jsonl:7"]
    assert "stands in the file of route_planning" in bad["route_planning.jsonl:8"]
    assert set(table["task"]) == {"route_planning"}
    assert (table["fault"] == "").sum() == len(good)


@pytest.mark.parametrize("head", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_byte_order_mark_at_the_head_of_a_file_changes_nothing(root: Path, head: bytes) -> None:
    before = question_table(root, ["route_planning"])
    path = _question_file(root, "route_planning")
    path.write_bytes(head + path.read_bytes())
    assert question_table(root, ["route_planning"]).equals(before)


def test_a_missing_file_of_questions_is_an_error_that_names_it(root: Path) -> None:
    _question_file(root, "route_planning").unlink()
    with pytest.raises(DataError, match=r"route_planning\.jsonl"):
        question_table(root, ["route_planning"])


def test_a_line_separator_inside_a_question_does_not_cut_it(root: Path, make_question: Any) -> None:
    path = _question_file(root, "route_planning")
    question = make_question("route_planning", 9, question="Which\u2028one\x85is it?")
    path.write_text(json.dumps(question.model_dump(mode="json"), ensure_ascii=False) + "\n", encoding="utf-8")
    (row,) = (row for _, row in question_table(root, ["route_planning"]).iterrows())
    assert line_in(row).question == question


@pytest.mark.parametrize(
    "reply", ["NA", "None", "nan", "", "=B", 'a "quoted"\ttab\nand line', "x" * 40_000, "\u200b\u2603"]
)
def test_replies_come_back_from_a_result_file_as_they_were(root: Path, tmp_path: Path, reply: str) -> None:
    smp = pytest.importorskip("vlmeval.smp")
    table = question_table(root, ["route_planning"])
    table["prediction"] = reply
    path = tmp_path / "model_LinkS2.tsv"
    smp.dump(table, str(path))
    answers = answered_lines(path)
    assert [each.reply for each in answers] == [reply] * len(table)
    assert [each.line for each in answers] == [line_in(row) for _, row in table.iterrows()]


def test_a_file_of_another_dataset_is_no_result_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "other.tsv"
    path.write_text("index\tprediction\n1\tA\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column line, fault"):
        answered_lines(path)
