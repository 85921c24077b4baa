"""What people decided, folded into a new dataset."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.dataset import load_info, load_questions, validate
from links2_tasks.errors import DataError
from links2_tasks.review import Desk, DeskSettings, Edit, Store, checked, export_reviewed, status
from links2_tasks.schema import Question

FIXED, REJECTED, DIFFER = "clip-0-heading_estimation", "clip-1-relative_direction", "clip-2-uav_localization"
EDIT = Edit(question="Whereto does it point?", options=("N", "E", "S", "W"))
AS_FIXED = {"verdict": "fixed", "edit": EDIT}
AS_REJECTED = {"verdict": "rejected", "reason": "two options are right"}
Check = Callable[..., None]


def _words(store: Store, root: Path, reviewers: int = 2) -> dict[str, str]:
    return {each.question.question_id: each.word for each in checked(store, root, reviewers)}


def _by_id(root: Path) -> dict[str, Question]:
    return {one.question_id: one for one in load_questions(root)}


def _adjudicate(store: Store, root: Path, fields: dict[str, Any], who: str = "cem") -> None:
    desk = Desk(store, root, "check", who, DeskSettings(adjudicate=True))
    position = desk.next_open()
    assert position is not None
    desk.decide(desk.item(position), **fields)


def test_what_two_say_holds_and_what_they_differ_on_is_open(store: Store, finished: Path, check: Check) -> None:
    check("ann", {FIXED: AS_FIXED, REJECTED: AS_REJECTED, DIFFER: AS_REJECTED})
    assert set(_words(store, finished).values()) == {"waiting"}
    check("ben", {FIXED: AS_FIXED, REJECTED: AS_REJECTED | {"reason": "blurred"}})
    words = _words(store, finished)
    assert (words.pop(FIXED), words.pop(REJECTED), words.pop(DIFFER)) == ("fixed", "rejected", "open")
    assert set(words.values()) == {"accepted"}


def test_two_fixes_with_other_words_are_open(store: Store, finished: Path, check: Check) -> None:
    other = {"verdict": "fixed", "edit": EDIT.model_copy(update={"question": "Which way?"})}
    check("ann", {FIXED: AS_FIXED})
    check("ben", {FIXED: other})
    assert _words(store, finished)[FIXED] == "open"


def test_with_one_reviewer_every_verdict_holds(store: Store, finished: Path, check: Check) -> None:
    check("ann", {REJECTED: AS_REJECTED}, reviewers_per_question=1)
    assert _words(store, finished, 1)[REJECTED] == "rejected"
    assert set(_words(store, finished, 1).values()) == {"rejected", "accepted"}


def test_the_adjudicators_word_is_final(store: Store, finished: Path, check: Check) -> None:
    check("ann", {DIFFER: AS_REJECTED})
    check("ben")
    _adjudicate(store, finished, AS_FIXED)
    assert _words(store, finished)[DIFFER] == "fixed"
    check("ann", {DIFFER: {"verdict": "accepted"}})
    assert _words(store, finished)[DIFFER] == "fixed"


def test_the_new_dataset_holds_what_was_decided_and_nothing_is_wrong_with_it(
    store: Store, finished: Path, check: Check, tmp_path: Path
) -> None:
    for name in ("ann", "ben"):
        check(name, {FIXED: AS_FIXED, REJECTED: AS_REJECTED})
    out = tmp_path / "reviewed"
    report = export_reviewed(finished, out, store=store)
    before, after = _by_id(finished), _by_id(out)
    assert set(after) == set(before) - {REJECTED}
    assert (after[FIXED].question, after[FIXED].options) == (EDIT.question, EDIT.options)
    assert {one.provenance.review for one in after.values()} == {"accepted", "fixed"}
    for question_id, one in after.items():
        old = before[question_id]
        assert (one.answer, one.marks, one.satellite, one.video_span_s) == (
            *(old.answer, old.marks, old.satellite),
            old.video_span_s,
        )
    assert (report.n_before, report.n_after, report.total("fixed"), report.total("rejected")) == (9, 8, 1, 1)
    info = load_info(out)
    assert (info.version, info.simulated, info.name) == ("1+reviewed", True, "tiny")
    assert validate(out) == ()


def test_the_report_in_the_dataset_counts_and_names_nobody(
    store: Store, finished: Path, check: Check, tmp_path: Path
) -> None:
    check("ann-the-first", reviewers_per_question=1)
    export_reviewed(finished, tmp_path / "out", store=store, reviewers=1)
    text = (tmp_path / "out/review.json").read_text()
    content = json.loads(text)
    assert content["all"]["accepted"] == content["questions_after"] == 9
    assert content["tasks"]["heading_estimation"]["accepted"] == 3
    everything = [path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not any(b"ann-the-first" in each for each in everything)


def test_the_reviewed_dataset_is_not_changed(store: Store, finished: Path, check: Check, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in finished.rglob("*") if path.is_file()}
    check("ann", {FIXED: AS_FIXED}, reviewers_per_question=1)
    export_reviewed(finished, tmp_path / "out", store=store, reviewers=1)
    assert {path: path.read_bytes() for path in finished.rglob("*") if path.is_file()} == before


def test_what_is_not_through_stays_as_it_was_or_is_left_out(store: Store, finished: Path, tmp_path: Path) -> None:
    desk = Desk(store, finished, "check", "ann", DeskSettings(reviewers_per_question=1))
    item = desk.item(1)
    desk.decide(item, verdict="accepted")
    export_reviewed(finished, tmp_path / "all", store=store, reviewers=1)
    reviews = {question_id: one.provenance.review for question_id, one in _by_id(tmp_path / "all").items()}
    assert reviews.pop(item.question.question_id) == "accepted"
    assert (len(reviews), set(reviews.values())) == (8, {"none"})
    export_reviewed(finished, tmp_path / "some", store=store, reviewers=1, only_reviewed=True)
    assert set(_by_id(tmp_path / "some")) == {item.question.question_id}
    assert validate(tmp_path / "some") == ()
    # With two reviewers wanted, what one has accepted is not through.
    export_reviewed(finished, tmp_path / "two", store=store)
    assert {one.provenance.review for one in _by_id(tmp_path / "two").values()} == {"none"}


def test_open_disagreements_are_an_error_unless_they_are_kept(
    store: Store, finished: Path, check: Check, tmp_path: Path
) -> None:
    check("ann", {DIFFER: AS_REJECTED})
    check("ben")
    with pytest.raises(DataError, match=rf"differ on 1 questions, as {DIFFER}.*--adjudicate"):
        export_reviewed(finished, tmp_path / "out", store=store)
    assert not (tmp_path / "out").exists()
    export_reviewed(finished, tmp_path / "out", store=store, keep_open=True)
    kept = _by_id(tmp_path / "out")
    assert kept[DIFFER].provenance.review == "none"
    assert kept[FIXED].provenance.review == "accepted"


def test_fixes_that_make_two_questions_alike_are_refused(store: Store, made: Any, tmp_path: Path) -> None:
    twin = made.question("heading_estimation", "clip-0", question_id="twin", question="The other one?")
    root = made.dataset(tmp_path / "data", [*made.questions(), twin])
    kept = Store.open(root)
    first = made.question("heading_estimation", "clip-0")
    desk = Desk(kept, root, "check", "ann", DeskSettings(reviewers_per_question=1))
    places = {desk.item(at).question.question_id: at for at in range(1, desk.n_items + 1)}
    same = Edit(question=first.question, options=first.options)
    desk.decide(desk.item(places["twin"]), verdict="fixed", edit=same)
    with pytest.raises(DataError, match="ask the same"):
        export_reviewed(root, tmp_path / "out", reviewers=1)
    assert not (tmp_path / "out").exists()


def test_a_second_review_of_an_exported_dataset_keeps_the_first(
    store: Store, finished: Path, check: Check, tmp_path: Path
) -> None:
    check("ann", {FIXED: AS_FIXED}, reviewers_per_question=1)
    export_reviewed(finished, tmp_path / "once", store=store, reviewers=1)
    again = Store.open(tmp_path / "once")
    assert validate(tmp_path / "once") == ()
    export_reviewed(tmp_path / "once", tmp_path / "twice", store=again, reviewers=1, only_reviewed=True)
    assert _by_id(tmp_path / "twice") == _by_id(tmp_path / "once")
    assert load_info(tmp_path / "twice").version == "1+reviewed"
    assert validate(tmp_path / "twice") == ()


def test_rejecting_everything_leaves_no_dataset(store: Store, finished: Path, check: Check, tmp_path: Path) -> None:
    check("ann", dict.fromkeys(_by_id(finished), AS_REJECTED), reviewers_per_question=1)
    with pytest.raises(DataError, match="No question"):
        export_reviewed(finished, tmp_path / "out", store=store, reviewers=1)


def test_an_existing_folder_is_not_written_to(store: Store, finished: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine")
    with pytest.raises(DataError, match="exists already"):
        export_reviewed(finished, tmp_path / "out", store=store)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_splits_stay_apart(made: Any, tmp_path: Path) -> None:
    extra = made.question("heading_estimation", "clip-0", question_id="trained-on", question="And now?")
    root = made.dataset(tmp_path / "data", train=[extra])
    export_reviewed(root, tmp_path / "out", store=Store.open(root))
    assert [one.question_id for one in load_questions(tmp_path / "out", split="train")] == ["trained-on"]
    assert validate(tmp_path / "out") == ()


def test_decisions_about_words_that_are_gone_are_listed_and_count_for_nothing(
    store: Store, finished: Path, check: Check, made: Any, tmp_path: Path
) -> None:
    check("ann", {FIXED: AS_REJECTED}, reviewers_per_question=1)
    changed = [
        one.model_copy(update={"question": "New words?"}) if one.question_id == FIXED else one
        for one in made.questions()
    ]
    root = made.dataset(tmp_path / "changed", changed)
    found = status(store, root, 1)
    assert [each.question_id for each in found.outdated] == [FIXED]
    assert found.counts["heading_estimation"]["unreviewed"] == 1
    assert found.counts["heading_estimation"]["rejected"] == 0
    export_reviewed(root, tmp_path / "out", store=store, reviewers=1)
    assert _by_id(tmp_path / "out")[FIXED].provenance.review == "none"
