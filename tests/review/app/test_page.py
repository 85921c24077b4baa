"""The page's server side, asked as the browser asks it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from links2_tasks.dataset import load_questions
from links2_tasks.prompt import build_prompt
from links2_tasks.review import Store
from links2_tasks.schema import Question


def test_a_check_goes_from_question_to_question_and_into_the_store(visit: Any, store: Store) -> None:
    ann = visit()
    first = ann.ask("open")["shown"]
    assert first["position"] == 1
    assert first["right"] in first["letters"]
    second = ann.decide(first, verdict="accepted", seconds=3.5)
    assert second["shown"]["position"] == 2
    assert second["state"]["n_done"] == 1
    edit = {"question": "Other words?", "options": second["shown"]["options"]}
    third = ann.decide(second["shown"], verdict="fixed", edit=edit)["shown"]
    fourth = ann.decide(third, verdict="rejected", reason="the truth is wrong")["shown"]
    assert fourth["position"] == 4
    kept = [one.decision for one in store.logged("check")]
    assert [one.verdict for one in kept] == ["accepted", "fixed", "rejected"]
    assert [one.reviewer for one in kept] == ["ann"] * 3
    assert kept[0].seconds == 3.5
    assert kept[1].edit is not None
    assert kept[1].edit.question == "Other words?"


def test_a_reload_comes_back_to_the_same_question(visit: Any) -> None:
    ann = visit()
    ann.ask("open")
    before = ann.ask("open", position=3)["shown"]
    assert visit().ask("open", position=3)["shown"]["question_sha256"] == before["question_sha256"]


def test_what_cannot_be_stored_is_told_and_moves_nothing(visit: Any, store: Store) -> None:
    ann = visit()
    shown = ann.ask("open")["shown"]
    assert "why" in ann.decide(shown, verdict="rejected", reason="  ")["fault"]
    assert "Nothing was changed" in ann.decide(shown, verdict="fixed", edit=_texts(shown))["fault"]
    store.path.unlink()
    store.path.mkdir()
    reply = ann.decide(shown, verdict="accepted")
    assert "cannot be read or written" in reply["fault"]
    assert reply["shown"] is None


def _texts(shown: dict[str, Any]) -> dict[str, Any]:
    return {"question": shown["question"], "options": shown["options"]}


def test_a_failure_that_nobody_foresaw_is_told_too(visit: Any, monkeypatch: Any) -> None:
    ann = visit()
    monkeypatch.setattr(ann.page, "_act", lambda *given: 1 / 0)
    assert "ZeroDivisionError" in ann.ask("open")["fault"]


def test_requests_that_no_page_sends_change_nothing(visit: Any, store: Store) -> None:
    ann = visit()
    ann.ask("open")
    for text in ("", "[]", "{", '{"kind": "drop", "number": 1}', '{"kind": "open", "number": 1, "x": 1}'):
        assert '"number":-1' in ann.page.answer(text, None)
    assert ann.ask("open", position=99)["shown"]["position"] == 1
    assert "no question 99" in ann.ask("decide", position=99, verdict="accepted")["fault"]
    assert "Reload" in ann.ask("decide", position=1, question_sha256="other", verdict="accepted")["fault"]
    assert "is no name" in visit().ask("open", name="../ann")["fault"]
    assert store.logged() == ()


def test_who_is_logged_in_counts_and_not_who_the_page_says_it_is(visit: Any, store: Store) -> None:
    store.add_user("ann", "correct horse")
    ann = visit()
    ann.user = "ann"
    shown = ann.ask("open", name="ben")["shown"]
    ann.decide(shown, name="ben", verdict="accepted")
    assert [one.decision.reviewer for one in store.logged()] == ["ann"]
    store.remove_user("ann")
    assert "no more" in ann.ask("undo", position=1)["fault"]
    assert len(store.logged()) == 1


def test_undo_goes_back_and_a_filter_keeps_to_one_task(visit: Any, store: Store) -> None:
    ann = visit()
    shown = ann.ask("open")["shown"]
    ann.decide(shown, verdict="accepted")
    undone = ann.ask("undo", position=2)
    assert undone["shown"]["position"] == 1
    assert store.logged() == ()
    assert "Nothing is left" in ann.ask("undo", position=2)["note"]
    only = ann.ask("open", task="uav_localization")
    assert (only["shown"]["task"], only["state"]["n_items"]) == ("uav_localization", 3)


def test_everything_done_is_told(visit: Any, made: Any) -> None:
    ann = visit()
    reply = ann.ask("open")
    for _ in range(made.n_questions):
        assert reply["fault"] == ""
        reply = ann.decide(reply["shown"], verdict="accepted")
    assert reply["shown"] is None
    assert reply["state"]["n_done"] == made.n_questions


def test_in_mode_answer_people_see_what_models_see_and_no_more(visit: Any, finished: Path) -> None:
    ann = visit("answer")
    shown = ann.ask("open")["shown"]
    hidden = {"right": "", "value": "", "facts": [], "asked_s": None, "place": None, "title": "question"}
    assert {name: shown[name] for name in hidden} == hidden
    item = ann.page._desks["ann", ""].item(1)
    texts = [shown["frames_heading"], *(one["caption"] for one in shown["frames"] + shown["maps"]), shown["question"]]
    texts += [f"{letter}. {text}" for letter, text in zip(shown["letters"], shown["options"], strict=True)]
    assert "\n".join([*texts, shown["instruction"]]) == build_prompt(item.shown, root=finished).text
    assert all(not one["bare"] for one in shown["maps"])
    assert "no video" in ann.ask("clip", position=1)["fault"]


def test_letters_are_kept_as_in_the_dataset_with_what_was_shown(visit: Any, store: Store, finished: Path) -> None:
    truth = {one.question_id: one.answer for one in load_questions(finished)}
    ann = visit("answer")
    reply = ann.ask("open")
    while reply["shown"] is not None:
        item = ann.page._desks["ann", ""].item(reply["shown"]["position"])
        reply = ann.decide(reply["shown"], letter=item.shown.answer)
    kept = [one.decision for one in store.logged("answer")]
    assert {one.question_id: one.letter for one in kept} == truth
    assert all(one.manifest is not None and one.manifest.n_frames == 8 for one in kept)


def test_an_answer_stands(visit: Any, store: Store) -> None:
    ann, other_window = visit("answer"), visit("answer")
    shown = ann.ask("open")["shown"]
    assert other_window.ask("open")["shown"]["question_sha256"] == shown["question_sha256"]
    ann.decide(shown, letter="A")
    again = other_window.decide(shown, letter="B")
    assert "already" in again["note"]
    assert again["shown"]["position"] == 2
    assert "stands" in ann.ask("undo", position=2)["fault"]
    assert ann.ask("open", position=1)["shown"]["position"] == 2
    assert [one.decision.letter is None for one in store.logged()] == [False]


def test_two_windows_of_one_person_decide_each_question_once(visit: Any, store: Store, made: Any) -> None:
    ann = visit("answer")

    def work() -> None:
        window = type(ann)(ann.page)
        shown = window.ask("open")["shown"]
        while shown is not None:
            shown = window.decide(shown, letter="A")["shown"]

    windows = [threading.Thread(target=work) for _ in range(2)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    ids = [one.decision.question_id for one in store.logged("answer")]
    assert len(ids) == len(set(ids)) == made.n_questions


def test_a_question_whose_media_are_gone_can_be_rejected_and_not_answered(
    visit: Any, made: Any, tmp_path: Path, store: Store
) -> None:
    root = made.dataset(tmp_path / "data")
    (root / "satellite/map.png").write_bytes(b"no picture")
    ann = visit(root=root)
    reply = ann.ask("open")
    assert "cannot be read" in reply["note"]
    assert reply["shown"]["maps"] == []
    assert ann.decide(reply["shown"], verdict="rejected", reason="no map")["fault"] == ""
    ben = visit("answer", root=root)
    reply = ben.ask("open")
    assert reply["shown"]["letters"] == ""
    assert "cannot be read" in ben.decide(reply["shown"], letter="A")["fault"]
    assert ben.ask("next", position=1)["shown"]["position"] == 2
    assert len(store.logged()) == 1


def test_media_of_a_dataset_stay_inside_its_root(visit: Any, made: Any, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    outside: Callable[..., Question] = lambda path: made.question(  # noqa: E731
        "heading_estimation", "clip-0", satellite=({"path": path, "gsd_m": 0.5},)
    )
    root = made.dataset(tmp_path / "data", [outside("../secret.png")])
    reply = visit(root=root).ask("open")
    assert "'..'" in reply["note"]
    assert reply["shown"]["maps"] == []


def test_a_clip_has_the_frames_of_the_span_at_their_times(visit: Any) -> None:
    ann = visit()
    ann.ask("open")
    clip = ann.ask("clip", position=1)["clip"]
    assert clip["fps"] == 4.0
    assert clip["times_s"] == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75]
    assert clip["address"].endswith(".mp4")
    assert ann.ask("clip", position=1, webm=True)["clip"]["address"].endswith(".webm")


def test_an_adjudicator_sees_what_others_said(visit: Any, store: Store) -> None:
    for name, verdict in (("ann", {"verdict": "accepted"}), ("ben", {"verdict": "rejected", "reason": "too dark"})):
        one = visit()
        one.name = name
        shown = one.ask("open", task="uav_localization")["shown"]
        while shown is not None:
            shown = one.decide(shown, task="uav_localization", **verdict)["shown"]
    settling = visit(adjudicate=True)
    settling.name = "cem"
    reply = settling.ask("open")
    assert reply["state"]["n_items"] == 3
    said = {one["reviewer"]: one["words"] for one in reply["shown"]["others"]}
    assert said == {"ann": "accepted", "ben": "rejected: too dark"}
    settling.decide(reply["shown"], verdict="accepted")
    assert store.logged()[-1].decision.adjudicates
