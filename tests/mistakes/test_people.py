"""Cases for people, their labels, how far two of them agree, and what they decide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import DataError
from links2_tasks.mistakes import agreement, agreements, categorise, combine, read_labels, write_cases

N = 6


@pytest.fixture
def run(make: Any) -> tuple[Any, Any, Any]:
    """Rows, questions and mistakes: six undecided, one decided, one right."""
    questions = [make.question("uav_localization", question_id=f"u{i}", marks=()) for i in range(N)]
    decided = make.question("heading_estimation", question_id="h", options=("north", "south"))
    right = make.question("uav_localization", question_id="right")
    reply = 'I think it is "B"\u2028\u00e4 \ud83d'
    rows = [make.row(one, "B", raw=reply) for one in questions] + [make.row(decided, "B"), make.row(right, "A")]
    by_key = {(one.task, one.question_id): one for one in (*questions, decided, right)}
    return rows, by_key, categorise(rows, by_key)


def _fill(cases: Path, out: Path, rater: str, categories: list[str], comment: str = "") -> Path:
    lines = [json.loads(line) for line in cases.read_text(encoding="utf-8").split("\n") if line]
    for line, category in zip(lines, categories, strict=True):
        line.update(rater=rater, category=category, comment=comment)
    out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return out


@pytest.fixture
def cases(run: Any, tmp_path: Path) -> Path:
    path = tmp_path / "out/cases.jsonl"
    assert write_cases(path, *run) == N
    return path


def test_a_case_holds_what_a_person_needs_and_only_undecided_answers_are_cases(cases: Path) -> None:
    lines = [json.loads(line) for line in cases.read_text(encoding="utf-8").split("\n") if line]
    assert [line["question_id"] for line in lines] == [f"u{i}" for i in range(N)]
    first = lines[0]
    assert (first["chosen"], first["right"], first["options"]["B"]) == ("B", "A", "Mark B")
    assert first["shown"]["video"] == "videos/clip.mp4"
    assert first["shown"]["satellite"][0]["window_px"] == [200, 300, 1000, 1000]
    assert first["reply"].startswith('I think it is "B"')
    assert first["rater"] == first["category"] == first["comment"] == ""


def test_mistakes_of_another_run_are_refused(run: Any, tmp_path: Path) -> None:
    rows, questions, mistakes = run
    with pytest.raises(DataError, match="another run"):
        write_cases(tmp_path / "cases.jsonl", rows[1:], questions, mistakes)


def test_labels_are_read_back_and_empty_lines_are_passed_over(cases: Path, tmp_path: Path) -> None:
    categories = ["temporal", "Reasoning ", "undecided", "", "", ""]
    labels = read_labels(_fill(cases, tmp_path / "ann.jsonl", "ann", categories, "saw it"))
    assert [label.category for label in labels] == ["temporal", "reasoning", None]
    assert {label.rater for label in labels} == {"ann"}
    assert labels[0].comment == "saw it"


def test_a_file_without_any_label_says_which_categories_there_are(cases: Path) -> None:
    with pytest.raises(DataError, match="spatial_alignment"):
        read_labels(cases)


def test_bad_lines_are_named_by_their_number(cases: Path, tmp_path: Path) -> None:
    path = _fill(cases, tmp_path / "ann.jsonl", "ann", ["temporal", "time", "temporal", "temporal", "temporal", ""])
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[3] = "{not json"
    lines[4] = json.dumps({"task": "uav_localization", "question_id": "u4", "category": "temporal", "rater": "ann"})
    lines.append(lines[0])
    nameless = json.loads(lines[2]) | {"rater": " "}
    lines[2] = json.dumps(nameless)
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_labels(path)
    message = str(error.value)
    assert "line 2: 'time' is no category" in message
    assert "line 3: it has a category but no rater" in message
    assert "line 4: " in message
    assert "line 5: chosen" in message
    assert "line 7: the answer to 'u0' is labelled a second time" in message
    assert "line 1:" not in message


def test_one_file_is_of_one_rater(cases: Path, tmp_path: Path) -> None:
    path = _fill(cases, tmp_path / "ann.jsonl", "ann", ["temporal"] * N)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[0] = json.dumps(json.loads(lines[0]) | {"rater": "ben"})
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match="ann, ben"):
        read_labels(path)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_labels(tmp_path / "none.jsonl")


@pytest.fixture
def raters(cases: Path, tmp_path: Path) -> tuple[Any, Any]:
    first = ["temporal", "temporal", "reasoning", "perception", "undecided", "temporal"]
    second = ["temporal", "reasoning", "reasoning", "perception", "undecided", ""]
    return tuple(
        read_labels(_fill(cases, tmp_path / f"{name}.jsonl", name, categories))
        for name, categories in (("ann", first), ("ben", second))
    )


def test_agreement_counts_pairs_and_gives_the_kappa_of_the_textbook(raters: Any) -> None:
    pytest.importorskip("statsmodels")
    found = agreement(*raters)
    assert (found.first, found.second, found.n_same, found.kappa.n) == ("ann", "ben", 4, 5)
    assert found.table["temporal", "reasoning"] == 1
    # Observed 4/5; by chance (2*1 + 1*2 + 1*1 + 1*1) / 25 = 6/25.
    assert found.kappa.value == pytest.approx((4 / 5 - 6 / 25) / (1 - 6 / 25))


def test_agreement_needs_two_names_and_common_answers(raters: Any) -> None:
    with pytest.raises(DataError, match="two raters"):
        agreement(raters[0], raters[0])
    with pytest.raises(DataError, match="two raters"):
        agreement(raters[0][:1], raters[1][1:])


def _chosen(run: Any) -> dict[tuple[str, str], str | None]:
    return {(row.scored.task, row.scored.question_id): row.scored.prediction for row in run[0]}


def test_what_two_call_the_same_is_decided_and_nothing_else(run: Any, raters: Any) -> None:
    labels = [label for of_one in raters for label in of_one]
    combined = {one.question_id: one for one in combine(run[2], labels, _chosen(run))}
    assert [combined[f"u{i}"].category for i in range(N)] == ["temporal", None, "reasoning", "perception", None, None]
    assert combined["u0"].rule == "people"
    assert "ann" in combined["u0"].evidence
    assert (combined["h"].category, combined["h"].rule) == ("direction", "opposite")


def test_one_rater_alone_decides_nothing(run: Any, raters: Any) -> None:
    assert combine(run[2], raters[0], _chosen(run)) == run[2]


def test_an_adjudicated_file_has_the_last_word_and_counts_for_no_agreement(
    run: Any, raters: Any, cases: Path, tmp_path: Path
) -> None:
    final = read_labels(_fill(cases, tmp_path / "final.jsonl", "adjudicated", ["format", "temporal", "", "", "", ""]))
    labels = [label for of_one in (*raters, final) for label in of_one]
    combined = {one.question_id: one for one in combine(run[2], labels, _chosen(run))}
    assert [combined[f"u{i}"].category for i in range(3)] == ["format", "temporal", "reasoning"]
    assert combined["u0"].rule == "adjudicated"
    pytest.importorskip("statsmodels")
    assert len(agreements([*raters, final])) == 1


def test_labels_of_another_runs_answers_are_refused(run: Any, raters: Any) -> None:
    chosen = {**_chosen(run), ("uav_localization", "u0"): "C"}
    with pytest.raises(DataError, match="no wrong answer of this run"):
        combine(run[2], raters[0], chosen)
