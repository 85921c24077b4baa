"""People as runs, categories as labels, and how far people agree."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import DataError
from links2_tasks.mistakes import ADJUDICATOR, read_labels, study
from links2_tasks.prompt import FrameManifest
from links2_tasks.report import write_report
from links2_tasks.results import Run, compare_runs, questions_of, read_runs
from links2_tasks.review import (
    Decision,
    Desk,
    DeskSettings,
    Edit,
    Store,
    export_labels,
    export_people,
    review_agreements,
    status,
)
from links2_tasks.schema import Question, question_sha256

WRONG_OF_BEN = ("clip-0-heading_estimation", "clip-1-relative_direction", "clip-2-uav_localization")


def _answer(store: Store, root: Path, reviewer: str, choose: Callable[[Question], str], **settings: Any) -> None:
    desk = Desk(store, root, "answer", reviewer, DeskSettings(**settings))
    for position in range(1, desk.n_items + 1):
        item = desk.item(position)
        desk.decide(item, letter=item.shown_letter(choose(item.question)), seconds=2.0)


def _right(question: Question) -> str:
    return question.answer


def _next(question: Question) -> str:
    return "ABCD"[("ABCD".index(question.answer) + 1) % 4]


def _like_ben(question: Question) -> str:
    return _next(question) if question.question_id in WRONG_OF_BEN else question.answer


@pytest.fixture
def answered(store: Store, finished: Path) -> Store:
    _answer(store, finished, "ann", _right)
    _answer(store, finished, "ben", _like_ben)
    return store


def _runs(folder: Path) -> dict[str, Run]:
    return {run.name: run for run in read_runs(folder)}


def test_each_person_is_a_run_without_a_name_of_their_own(answered: Store, finished: Path, tmp_path: Path) -> None:
    written = export_people(finished, tmp_path / "people", store=answered)
    runs = _runs(tmp_path / "people")
    assert [each.name for each in written] == ["person_1", "person_2", "people"]
    assert set(runs) == {"person_1", "person_2", "people"}
    assert all(run.remarks == () and run.variant == "default" for run in runs.values())
    everything = b"".join(path.read_bytes() for path in (tmp_path / "people").rglob("*") if path.is_file())
    assert b'"ann"' not in everything
    assert b'"ben"' not in everything


def test_rows_say_what_was_asked_answered_and_how_long_it_took(
    answered: Store, finished: Path, tmp_path: Path, by_id: dict[str, Question]
) -> None:
    export_people(finished, tmp_path / "people", store=answered)
    run = _runs(tmp_path / "people")["person_2"]
    assert len(run.rows) == len(by_id)
    for row in run.rows:
        question = by_id[row.scored.question_id]
        assert row.question_sha256 == question_sha256(question)
        assert row.scored.prediction == row.raw == _like_ben(question)
        assert row.scored.score == float(question.question_id not in WRONG_OF_BEN)
        assert (row.scored.chance, row.scored.answer) == (0.25, question.answer)
    assert run.seconds == 2.0 * len(by_id)
    assert run.started_at is not None
    lines = next((tmp_path / "people/person_2").glob("*_samples_*heading*")).read_text().splitlines()
    assert {json.loads(line)["row"]["seconds"] for line in lines} == {2.0}


def test_rows_of_all_people_are_the_share_of_those_who_were_right(
    answered: Store, finished: Path, tmp_path: Path, by_id: dict[str, Question]
) -> None:
    _answer(answered, finished, "cem", _right, sample=1)
    written = export_people(finished, tmp_path / "people", store=answered)
    rows = {row.scored.question_id: row for row in _runs(tmp_path / "people")["people"].rows}
    sampled = {each.decision.question_id for each in answered.logged("answer") if each.decision.reviewer == "cem"}
    assert len(sampled) == 3
    for question_id, row in rows.items():
        n_people = 3 if question_id in sampled else 2
        n_right = n_people - (question_id in WRONG_OF_BEN)
        assert row.scored.score == pytest.approx(n_right / n_people)
        assert row.scored.prediction == _like_ben(by_id[question_id])
        assert f"{n_people} people" in row.note
    assert written[-1].accuracy == pytest.approx(sum(row.scored.score for row in rows.values()) / len(rows))


@pytest.mark.parametrize(("plans", "known"), [(("p1", "p1"), True), (("p1", "p2"), False), (("p1", None), False)])
def test_what_all_were_shown_stays_known_though_marks_have_other_letters_for_each(
    store: Store, finished: Path, tmp_path: Path, plans: tuple[str | None, ...], known: bool
) -> None:
    for reviewer, plan in zip(("ann", "ben"), plans, strict=True):
        desk = Desk(store, finished, "answer", reviewer)
        shown = FrameManifest(
            strategy="frames_as_images",
            modality="both",
            plan_id=plan,
            n_frames=1,
            indices=(0,),
            times_s=(0.0,),
            decoder="links2",
            pixel_sha256="00",
            satellite_sha256=(f"map of {reviewer}",),
        )
        for position in range(1, desk.n_items + 1):
            desk.decide(desk.item(position), letter="A", manifest=shown if plan else None)
    export_people(finished, tmp_path / "people", store=store)
    runs = _runs(tmp_path / "people")
    first = runs["person_1"].rows[0].manifest
    assert first is not None
    assert first.satellite_sha256 == ("map of ann",)
    pooled = runs["people"].rows[0].manifest
    assert (pooled is not None) is known
    assert pooled is None or (pooled.plan_id, pooled.satellite_sha256) == ("p1", ())


def test_the_newest_answer_of_a_person_is_the_one_that_goes_out(
    answered: Store, finished: Path, tmp_path: Path
) -> None:
    _answer(answered, finished, "ben", _right)
    written = export_people(finished, tmp_path / "people", store=answered, names=True)
    assert [(each.name, each.n_answers, each.accuracy) for each in written] == [
        ("ann", 9, 1.0),
        ("ben", 9, 1.0),
        ("people", 9, 1.0),
    ]


def test_answers_to_other_words_do_not_go_out(answered: Store, made: Any, tmp_path: Path) -> None:
    changed = [
        one.model_copy(update={"question": "New words?"}) if one.question_id in WRONG_OF_BEN else one
        for one in made.questions()
    ]
    root = made.dataset(tmp_path / "changed", changed)
    written = export_people(root, tmp_path / "people", store=answered)
    assert [(each.n_answers, each.accuracy) for each in written] == [(6, 1.0)] * 3


def test_questions_that_a_person_did_not_answer_are_told_by_a_remark(
    store: Store, finished: Path, tmp_path: Path
) -> None:
    _answer(store, finished, "ann", _right)
    _answer(store, finished, "ben", _right, sample=1)
    export_people(finished, tmp_path / "people", store=store)
    runs = _runs(tmp_path / "people")
    assert (len(runs["person_2"].rows), runs["person_1"].remarks) == (3, ())
    assert any("1 of 3" in remark for remark in runs["person_2"].remarks)


def test_people_stand_beside_models_in_reports_and_comparisons(answered: Store, finished: Path, tmp_path: Path) -> None:
    export_people(finished, tmp_path / "results/people", store=answered)
    runs = read_runs(tmp_path / "results")
    first, second = (next(run for run in runs if run.name == name) for name in ("person_2", "people"))
    found = compare_runs(first, second, n_resamples=50)
    assert found.statistics.overall.difference == pytest.approx(1 / 6)
    assert [each.n_same for each in found.sameness if each.what == "questions"] == [9]
    page = tmp_path / "report.html"
    write_report(runs, page, root=finished, n_resamples=50)
    text = page.read_text(encoding="utf-8")
    assert "person_1" in text
    assert "people" in text


def test_without_answers_there_is_nothing_to_write(store: Store, finished: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--mode answer"):
        export_people(finished, tmp_path / "people", store=store)
    assert not (tmp_path / "people").exists()


@pytest.fixture
def model(answered: Store, finished: Path, tmp_path: Path) -> Path:
    """A folder with the results of a model that answers as ben does."""
    export_people(finished, tmp_path / "people", store=answered, names=True)
    shutil.copytree(tmp_path / "people/ben", tmp_path / "model")
    for file in (tmp_path / "model").glob("*_results.json"):
        file.write_text(file.read_text().replace('"ben"', '"org/model 7B"'))
    return tmp_path / "model"


def _categorise(store: Store, root: Path, model: Path, reviewer: str, categories: list[str], **more: Any) -> list[str]:
    settings = DeskSettings(results=model, only_undecided=False, **more)
    desk = Desk(store, root, "errors", reviewer, settings)
    ids = {desk.item(at).question.question_id: at for at in range(1, desk.n_items + 1)}
    for question_id, category in zip(sorted(ids), categories, strict=True):
        desk.decide(desk.item(ids[question_id]), category=category, comment="seen so")
    return sorted(ids)


def test_the_wrong_answers_of_a_run_wait_for_categories(
    answered: Store, finished: Path, model: Path, by_id: dict[str, Question]
) -> None:
    desk = Desk(answered, finished, "errors", "ann", DeskSettings(results=model, only_undecided=False))
    items = [desk.item(at) for at in range(1, desk.n_items + 1)]
    assert {each.question.question_id for each in items} == set(WRONG_OF_BEN)
    for each in items:
        assert each.model_answer is not None
        assert each.model_answer.chosen == _next(by_id[each.question.question_id])
    with pytest.raises(DataError, match="Choose a category"):
        desk.decide(items[0], category="laziness")


def test_what_rules_decide_needs_no_person_unless_asked_for(answered: Store, finished: Path, model: Path) -> None:
    """A mirrored heading is a matter of rules; where they say nothing, a person has to look."""
    (run,) = read_runs(model)
    decided = {
        one.question_id
        for one in study(run, questions_of(run, finished), finished).mistakes
        if one.category is not None
    }
    assert decided
    desk = Desk(answered, finished, "errors", "ann", DeskSettings(results=model))
    waiting = {desk.item(at).question.question_id for at in range(1, desk.n_items + 1)}
    assert waiting == set(WRONG_OF_BEN) - decided


def test_categories_go_to_files_that_the_study_of_mistakes_reads(
    answered: Store, finished: Path, model: Path, tmp_path: Path
) -> None:
    _categorise(answered, finished, model, "ann", ["temporal", "perception", "perception"])
    _categorise(answered, finished, model, "ben", ["temporal", "perception", "undecided"])
    _categorise(answered, finished, model, "cem", ["reasoning"], adjudicate=True)
    files = export_labels(answered, tmp_path / "labels")
    assert [file.name for file in files] == ["adjudicated.jsonl", "person_1.jsonl", "person_2.jsonl"]
    assert len({file.parent for file in files}) == 1
    assert [label.rater for label in read_labels(files[0])] == [ADJUDICATOR]
    (run,) = read_runs(model)
    found = study(run, questions_of(run, finished), finished, files)
    (agreed,) = found.agreements
    assert (agreed.kappa.n, agreed.n_same) == (3, 2)
    by_people = {one.question_id: one.category for one in found.mistakes if one.rule in ("people", "adjudicated")}
    assert set(by_people.values()) <= {"temporal", "perception", "reasoning"}
    assert by_people[sorted(WRONG_OF_BEN)[2]] == "reasoning"


def test_status_counts_wrong_answers_of_each_run(answered: Store, finished: Path, model: Path) -> None:
    _categorise(answered, finished, model, "ann", ["temporal", "perception", "perception"])
    _categorise(answered, finished, model, "ben", ["temporal", "perception", "undecided"])
    assert status(answered, finished).errors == {"org/model 7B": {"agreed": 2, "open": 1}}
    _categorise(answered, finished, model, "cem", ["reasoning"], adjudicate=True)
    assert status(answered, finished).errors == {"org/model 7B": {"agreed": 2, "adjudicated": 1}}


def test_errors_need_a_run(store: Store, finished: Path) -> None:
    with pytest.raises(DataError, match="--results RUN"):
        Desk(store, finished, "errors", "ann")


def test_a_decision_about_another_answer_does_not_count(
    answered: Store, finished: Path, model: Path, by_id: dict[str, Question]
) -> None:
    settings = DeskSettings(results=model, only_undecided=False)
    desk = Desk(answered, finished, "errors", "ann", settings)
    kept = desk.decide(desk.item(1), category="temporal")
    answered.add(kept.model_copy(update={"chosen": by_id[kept.question_id].answer, "category": "reasoning"}))
    decision = Desk(answered, finished, "errors", "ann", settings).item(1).decision
    assert decision is not None
    assert decision.category == "temporal"


def test_agreement_is_told_by_task_and_for_all(store: Store, finished: Path, check: Callable[..., None]) -> None:
    rejected = {"verdict": "rejected", "reason": "blurred"}
    check("ann", {WRONG_OF_BEN[0]: rejected, WRONG_OF_BEN[1]: rejected})
    check("ben", {WRONG_OF_BEN[0]: rejected})
    found = {each.task: each for each in review_agreements(store, finished)}
    assert {(each.mode, each.first, each.second) for each in found.values()} == {("check", "ann", "ben")}
    assert (found["all"].n, found["all"].share) == (9, pytest.approx(8 / 9))
    # By hand: 8 of 9 alike; by chance (7 * 8 + 2 * 1) / 81 alike.
    by_chance = 58 / 81
    assert found["all"].kappa.value == pytest.approx((8 / 9 - by_chance) / (1 - by_chance))
    assert found["heading_estimation"].kappa.value == pytest.approx(1.0)
    assert found["uav_localization"].kappa.value is None
    assert found["relative_direction"].as_json()["kappa"] == pytest.approx(0.0)


def test_agreement_on_answers_is_of_letters_as_stored(answered: Store, finished: Path) -> None:
    found = {each.task: each for each in review_agreements(answered, finished) if each.mode == "answer"}
    assert (found["all"].n, found["all"].share) == (9, pytest.approx(6 / 9))


def test_agreement_on_categories_is_that_of_mistakes(answered: Store, finished: Path, model: Path) -> None:
    _categorise(answered, finished, model, "ann", ["temporal", "perception", "perception"])
    _categorise(answered, finished, model, "ben", ["temporal", "perception", "undecided"])
    found = {each.task: each for each in review_agreements(answered, finished) if each.mode == "errors"}
    assert (found["all"].run, found["all"].n, found["all"].share) == ("org/model 7B", 3, pytest.approx(2 / 3))


def test_what_was_adjudicated_is_no_agreement(
    store: Store, finished: Path, check: Callable[..., None], by_id: dict[str, Question]
) -> None:
    check("ann")
    question = by_id[WRONG_OF_BEN[0]]
    edit = Edit(question="Other words?", options=question.options)
    store.add(
        Decision(
            mode="check",
            reviewer="cem",
            task=question.task,
            question_id=question.question_id,
            question_sha256=question_sha256(question),
            verdict="fixed",
            edit=edit,
            adjudicates=True,
            decided_at="2026-01-02T03:04:05+00:00",
        )
    )
    assert review_agreements(store, finished) == ()
