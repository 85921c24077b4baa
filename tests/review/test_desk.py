"""Who gets which questions, and what becomes of their decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import DataError
from links2_tasks.review import Decision, Desk, DeskSettings, Edit, Item, Store

ACCEPTED = {"verdict": "accepted"}


def _items(desk: Desk) -> list[Item]:
    return [desk.item(position) for position in range(1, desk.n_items + 1)]


def _ids(desk: Desk) -> list[str]:
    return [each.question.question_id for each in _items(desk)]


def _work(desk: Desk, most: int = 1000) -> list[str]:
    """Accept what comes, up to a number; what came."""
    came = []
    position = desk.next_open()
    while position is not None and len(came) < most:
        item = desk.item(position)
        desk.decide(item, **ACCEPTED)
        came.append(item.question.question_id)
        position = desk.next_open(position)
    return came


def test_each_question_comes_once_and_those_of_a_clip_together(store: Store, finished: Path, made: Any) -> None:
    desk = Desk(store, finished, "check", "ann")
    assert desk.n_items == made.n_questions
    items = _items(desk)
    assert len({each.question.question_id for each in items}) == made.n_questions
    assert len(list(groupby(each.question.clip_id for each in items))) == 3
    assert [each.position for each in items] == list(range(1, made.n_questions + 1))


def test_a_queue_goes_on_after_a_restart_in_the_same_places(store: Store, finished: Path) -> None:
    desk = Desk(store, finished, "check", "ann")
    came, before = _work(desk, 4), _ids(desk)
    again = Desk(Store(store.path), finished, "check", "ann")
    assert again.n_done == 4
    assert again.next_open() == 5
    assert _ids(again) == before
    assert before[:4] == came


def test_the_order_is_a_persons_own_and_the_same_for_the_same_seed(finished: Path, tmp_path: Path) -> None:
    def order(reviewer: str, seed: int, file: str) -> list[str]:
        store = Store.open(finished, tmp_path / file)
        return _ids(Desk(store, finished, "answer", reviewer, DeskSettings(seed=seed)))

    first = order("ann", 1, "a")
    assert order("ann", 1, "b") == first
    assert order("ann", 2, "c") != first
    assert order("ben", 1, "d") != first
    assert sorted(order("ben", 1, "d")) == sorted(first)


def test_two_people_check_each_question_and_a_third_gets_what_is_left(store: Store, finished: Path, made: Any) -> None:
    came = {name: _work(Desk(store, finished, "check", name)) for name in ("ann", "ben", "cem")}
    assert len(came["ann"]) == len(came["ben"]) == made.n_questions
    assert came["cem"] == []
    desk = Desk(store, finished, "check", "cem")
    assert (desk.n_items, desk.next_open()) == (0, None)


def test_three_people_who_take_turns_share_the_work_two_to_a_question(store: Store, finished: Path, made: Any) -> None:
    desks = [Desk(store, finished, "check", name) for name in ("ann", "ben", "cem")]
    came: Counter[str] = Counter()
    while any(new := [_work(desk, 1) for desk in desks]):
        came.update(each for of_one in new for each in of_one)
    assert came == dict.fromkeys(came, 2)
    assert len(came) == made.n_questions


def test_with_one_reviewer_nobody_gets_what_another_has(store: Store, finished: Path, made: Any) -> None:
    settings = DeskSettings(reviewers_per_question=1)
    ann, ben = (Desk(store, finished, "check", name, settings) for name in ("ann", "ben"))
    assert ann.next_open() == 1
    held = {ann.item(position).question.question_id for position in (1, 2, 3)}
    came = _work(ben)
    assert held.isdisjoint(came)
    assert len(came) == made.n_questions - 3


def test_people_who_ask_at_the_same_moment_never_get_more_than_wanted(store: Store, finished: Path, made: Any) -> None:
    settings = DeskSettings(reviewers_per_question=1)
    names = [f"person{at}" for at in range(6)]
    with ThreadPoolExecutor(6) as threads:
        came = list(threads.map(lambda name: _work(Desk(store, finished, "check", name, settings)), names))
    found = Counter(each for of_one in came for each in of_one)
    assert found == dict.fromkeys(found, 1)
    assert len(found) == made.n_questions


def test_what_somebody_left_lying_goes_to_others_and_stays_with_nobody_twice(
    store: Store, finished: Path, monkeypatch: pytest.MonkeyPatch, made: Any
) -> None:
    settings = DeskSettings(reviewers_per_question=1, hold_hours=1.0)
    ann = Desk(store, finished, "check", "ann", settings)
    assert ann.next_open() == 1
    later = datetime.now(timezone.utc) + timedelta(hours=2)
    monkeypatch.setattr("links2_tasks.review._desk.time.time", later.timestamp)
    assert len(_work(Desk(store, finished, "check", "ben", settings))) == made.n_questions
    assert ann.next_open() is None


def test_skipped_questions_come_again_at_the_end(store: Store, finished: Path, made: Any) -> None:
    desk = Desk(store, finished, "check", "ann")
    assert desk.next_open(after=2) == 3
    for position in range(3, made.n_questions + 1):
        desk.decide(desk.item(position), **ACCEPTED)
    assert desk.next_open(after=made.n_questions) == 1


def test_positions_that_are_not_there_are_refused(store: Store, finished: Path, made: Any) -> None:
    desk = Desk(store, finished, "check", "ann")
    for position in (0, -1, made.n_questions + 1):
        with pytest.raises(DataError, match="There is no question"):
            desk.item(position)


def test_the_newest_decision_counts_and_undo_brings_back_the_one_before(store: Store, finished: Path) -> None:
    desk = Desk(store, finished, "check", "ann")
    first, second = desk.item(1), desk.item(2)
    desk.decide(first, **ACCEPTED)
    desk.decide(second, **ACCEPTED)
    desk.decide(first, verdict="rejected", reason="two marks overlap")

    def verdict() -> str | None:
        decision = desk.item(1).decision
        return decision and decision.verdict

    assert verdict() == "rejected"
    assert desk.undo() == 1
    assert verdict() == "accepted"
    assert [desk.undo(), desk.undo(), desk.undo()] == [2, 1, None]
    assert verdict() is None
    assert desk.n_done == 0


def test_undo_takes_back_nobody_elses_decision(store: Store, finished: Path) -> None:
    ann, ben = (Desk(store, finished, "check", name) for name in ("ann", "ben"))
    ann.decide(ann.item(1), **ACCEPTED)
    ben.decide(ben.item(1), **ACCEPTED)
    assert ann.undo() == 1
    assert (ann.n_done, ben.n_done) == (0, 1)
    assert Desk(store, finished, "answer", "ann").undo() is None


def test_decisions_about_other_words_do_not_count(finished: Path, made: Any, tmp_path: Path) -> None:
    store = Store.open(finished, tmp_path / "s.sqlite")
    desk = Desk(store, finished, "check", "ann")
    _work(desk)
    first = desk.item(1).question
    changed = [
        one.model_copy(update={"question": "Other words?"}) if one.question_id == first.question_id else one
        for one in made.questions()
    ]
    other = Desk(store, made.dataset(tmp_path / "changed", changed), "check", "ann")
    assert (other.n_items, other.n_done) == (made.n_questions, made.n_questions - 1)
    position = other.next_open()
    assert position is not None
    assert other.item(position).question.question == "Other words?"


def test_only_questions_of_the_tasks_that_are_named_come(store: Store, finished: Path) -> None:
    desk = Desk(store, finished, "check", "ann", DeskSettings(tasks=("heading_estimation",)))
    assert {each.question.task for each in _items(desk)} == {"heading_estimation"}
    with pytest.raises(DataError, match="no questions of route_planning"):
        Desk(store, finished, "check", "ann", DeskSettings(tasks=("route_planning",)))


def test_checking_takes_all_splits_and_answering_the_one_that_models_are_asked(made: Any, tmp_path: Path) -> None:
    extra = made.question("heading_estimation", "clip-0", question_id="trained-on", question="And now?")
    root = made.dataset(tmp_path / "data", train=[extra])
    store = Store.open(root)
    assert "trained-on" in _ids(Desk(store, root, "check", "ann"))
    assert "trained-on" not in _ids(Desk(store, root, "answer", "ann"))


def test_a_sample_is_the_same_for_all_and_of_every_task(store: Store, finished: Path) -> None:
    settings = DeskSettings(sample=2, seed=3)
    ann, ben = (_items(Desk(store, finished, "answer", name, settings)) for name in ("ann", "ben"))
    assert {each.question.question_id for each in ann} == {each.question.question_id for each in ben}
    assert set(Counter(each.question.task for each in ann).values()) == {2}


def test_everyone_answers_everything(store: Store, finished: Path, made: Any) -> None:
    for name in ("ann", "ben", "cem"):
        desk = Desk(store, finished, "answer", name)
        for item in _items(desk):
            desk.decide(item, letter="A")
        assert desk.n_done == desk.n_items == made.n_questions


def test_an_answer_is_kept_by_the_letter_as_stored(store: Store, finished: Path) -> None:
    desk = Desk(store, finished, "answer", "ann")
    for item in _items(desk):
        kept = desk.decide(item, letter=item.shown.answer, seconds=2.5)
        assert kept.letter == item.question.answer
        assert desk.item(item.position).shown_letter(kept.letter) == item.shown.answer
    assert {each.decision.seconds for each in store.logged("answer")} == {2.5}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Choose one of"),
        ({"verdict": "rejected"}, "Say why"),
        ({"verdict": "rejected", "reason": "  "}, "Say why"),
        ({"verdict": "fixed"}, "needs its new texts"),
        ({"verdict": "maybe"}, "no decision"),
        ({"verdict": "accepted", "seconds": -1.0}, "no decision"),
        ({"verdict": "accepted", "seconds": float("nan")}, "no decision"),
        ({"verdict": "accepted", "colour": "red"}, "no decision"),
    ],
)
def test_what_decides_nothing_is_refused_and_not_kept(
    store: Store, finished: Path, fields: dict[str, Any], told: str
) -> None:
    desk = Desk(store, finished, "check", "ann")
    with pytest.raises(DataError, match=told):
        desk.decide(desk.item(1), **fields)
    assert store.logged() == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda q, o: (q, o[:3]), "must keep so many"),
        (lambda q, o: (q, (*o, "more")), "must keep so many"),
        (lambda q, o: (q, (o[0], o[0], *o[2:])), "same text"),
        (lambda q, o: (q, (o[0], f"  {o[0].upper()} ", *o[2:])), "same text"),
        (lambda q, o: (q, (" ", *o[1:])), "need a text"),
        (lambda q, o: ("\t", o), "need a text"),
        (lambda q, o: (f" {q} ", o), "Nothing was changed"),
    ],
)
def test_a_fix_that_is_no_valid_question_is_refused(
    store: Store, finished: Path, change: Callable[..., tuple[str, tuple[str, ...]]], told: str
) -> None:
    desk = Desk(store, finished, "check", "ann")
    item = desk.item(1)
    question, options = change(item.question.question, item.question.options)
    with pytest.raises(DataError, match=told):
        desk.decide(item, verdict="fixed", edit=Edit(question=question, options=options))
    assert store.logged() == ()


def test_a_fix_is_kept_without_stray_spaces(store: Store, finished: Path) -> None:
    desk = Desk(store, finished, "check", "ann")
    item = desk.item(1)
    desk.decide(item, verdict="fixed", edit=Edit(question=" Which way? ", options=item.question.options))
    kept = desk.item(1).decision
    assert kept is not None
    assert kept.edit == Edit(question="Which way?", options=item.question.options)


@pytest.mark.parametrize("letter", ["E", "", "AB", "a", None])
def test_an_answer_is_one_of_the_options(store: Store, finished: Path, letter: str | None) -> None:
    desk = Desk(store, finished, "answer", "ann")
    with pytest.raises(DataError, match="Choose one of"):
        desk.decide(desk.item(1), letter=letter)
    assert store.logged() == ()


def test_only_what_two_differ_on_comes_to_the_adjudicator_with_what_they_said(
    store: Store, finished: Path, check: Callable[..., None], made: Any
) -> None:
    check("ann")
    first, second = "clip-0-heading_estimation", "clip-1-uav_localization"
    check("ben", {each: {"verdict": "rejected", "reason": "blurred"} for each in (first, second)})
    desk = Desk(store, finished, "check", "cem", DeskSettings(adjudicate=True))
    assert set(_ids(desk)) == {first, second}
    position = desk.next_open()
    assert position is not None
    item = desk.item(position)
    assert [(each.reviewer, each.verdict) for each in item.others] == [("ann", "accepted"), ("ben", "rejected")]
    assert desk.decide(item, **ACCEPTED).adjudicates
    assert desk.n_done == 1
    left = desk.next_open(position)
    assert left not in (None, position)
    assert desk.undo() == position
    assert desk.n_done == 0


def test_reviewers_do_not_see_what_others_said(store: Store, finished: Path, check: Callable[..., None]) -> None:
    check("ann")
    assert all(each.others == () and each.decision is None for each in _items(Desk(store, finished, "check", "ben")))


def test_what_one_adjudicator_has_settled_is_done_for_the_next(
    store: Store, finished: Path, check: Callable[..., None]
) -> None:
    check("ann")
    check("ben", {"clip-0-heading_estimation": {"verdict": "rejected", "reason": "blurred"}})
    settings = DeskSettings(adjudicate=True)
    desk = Desk(store, finished, "check", "cem", settings)
    desk.decide(desk.item(1), **ACCEPTED)
    other = Desk(store, finished, "check", "dia", settings)
    assert (other.n_items, other.n_done, other.next_open()) == (1, 1, None)


def test_what_was_settled_goes_to_no_further_reviewer(
    store: Store, finished: Path, check: Callable[..., None], made: Any
) -> None:
    check("ann")
    check("ben", {"clip-0-heading_estimation": {"verdict": "rejected", "reason": "blurred"}})
    desk = Desk(store, finished, "check", "cem", DeskSettings(adjudicate=True))
    desk.decide(desk.item(1), **ACCEPTED)
    came = _work(Desk(store, finished, "check", "dia", DeskSettings(reviewers_per_question=3)))
    assert len(came) == made.n_questions - 1
    assert "clip-0-heading_estimation" not in came


def test_progress_counts_what_each_person_got_and_did(store: Store, finished: Path, made: Any) -> None:
    ann = Desk(store, finished, "check", "ann")
    for position in (1, 2, 3):
        ann.decide(ann.item(position), **ACCEPTED)
    desk = Desk(store, finished, "answer", "ben")
    desk.decide(desk.item(1), letter="A")
    checked, answered = store.progress("check"), store.progress("answer")
    assert {each.reviewer for each in checked} == {"ann"}
    assert sum(each.n_done for each in checked) == 3
    assert all(each.n_done == 1 and each.n_given == 1 for each in checked)
    assert (sum(each.n_done for each in answered), sum(each.n_given for each in answered)) == (1, made.n_questions)


def test_a_decision_of_a_moved_question_is_refused(store: Store, finished: Path) -> None:
    desk = Desk(store, finished, "check", "ann")
    first, second = desk.item(1), desk.item(2)
    mixed = Item(second.question, second.shown, first.position, 2, None)
    with pytest.raises(DataError, match="Reload"):
        desk.decide(mixed, **ACCEPTED)
    assert isinstance(desk.decide(first, **ACCEPTED), Decision)
