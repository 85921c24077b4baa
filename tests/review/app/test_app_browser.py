"""The page in a browser: whole sessions by keyboard, reloads, hostile texts, and a quiet network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.dataset import load_questions
from links2_tasks.review import Decision, Desk, DeskSettings, ReviewSettings, Store, export_people
from links2_tasks.schema import Provenance, Question, Source, Wording

ENTER, ESCAPE, SPACE, RIGHT, LEFT = "\ue007", "\ue00c", " ", "\ue014", "\ue012"
HOSTILE = (
    "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">",
    "</div></gradio-app><b onclick=alert(1)>bold</b> &lt;i&gt; {{7*7}} ${7*7}",
    "\u202eright to left\u202c line\u2028separator and 'quotes' \"both\"",
)
FAULT = "return document.getElementById('l2-fault').innerText"


@dataclass(frozen=True)
class Shared:
    """One server for many tests, each of which reviews under a name of its own."""

    address: str
    store: Store
    n: int

    def kept(self, reviewer: str) -> list[Decision]:
        """What a person has decided so far."""
        return [one.decision for one in self.store.logged() if one.decision.reviewer == reviewer]


@pytest.fixture(scope="module")
def shared(finished: Path, made: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    pytest.importorskip("gradio", reason="gradio is not installed (extra 'review')")
    from links2_tasks.review._app import start

    path = tmp_path_factory.mktemp("shared") / "review.sqlite"
    running = start(finished, ReviewSettings(store=path, desk=DeskSettings(reviewers_per_question=99)))
    yield Shared(running.address, Store.open(finished, path), made.n_questions)
    running.close()


@pytest.fixture
def kept(finished: Path, tmp_path: Path) -> Any:
    """The decisions that a server of one test has stored so far."""
    return lambda: [one.decision for one in Store.open(finished, tmp_path / "review.sqlite").logged()]


def test_a_whole_check_session_by_keyboard(shared: Shared, chromium: Any) -> None:
    n = shared.n
    chromium.enter(shared.address, "ann")
    chromium.wait_for_place(f"1 of {n}")
    chromium.press("a")
    chromium.wait_for_place(f"2 of {n}")
    assert [one.verdict for one in shared.kept("ann")] == ["accepted"]
    chromium.press("f")
    chromium.press("are these keys? ")
    chromium.press(ENTER, control=True)
    chromium.wait_for_place(f"3 of {n}")
    assert shared.kept("ann")[-1].edit.question.startswith("are these keys?")
    chromium.press("r")
    chromium.press("3")
    chromium.wait_for_place(f"4 of {n}")
    assert shared.kept("ann")[-1].reason == "a mark is misplaced or cannot be read"
    chromium.press("u")
    chromium.wait_for_place(f"3 of {n}")
    assert [one.verdict for one in shared.kept("ann")] == ["accepted", "fixed"]
    chromium.press("r")
    chromium.run("document.getElementById('l2-reason').focus()")
    chromium.press("3 marks are one")
    chromium.press(ENTER, control=True)
    chromium.wait_for_place(f"4 of {n}")
    assert shared.kept("ann")[-1].reason == "3 marks are one"
    for place in range(4, n + 1):
        chromium.wait_for_place(f"{place} of {n}")
        chromium.press("a")
    chromium.wait("return document.querySelector('#l2-done:not([hidden])')")
    assert f"checked {n} questions" in chromium.text("#l2-done")
    assert len(shared.kept("ann")) == n
    assert chromium.text("#l2-count") == f"{n} of {n}"
    chromium.press("u")
    chromium.wait_for_place(f"{n} of {n}")
    assert chromium.complaints() == []
    assert {host.split(":")[0] for host in chromium.hosts()} == {"127.0.0.1"}


def test_a_whole_answer_session_by_keyboard(serve: Any, chromium: Any, finished: Path, kept: Any, made: Any) -> None:
    n = made.n_questions
    truth = {one.question_id: one for one in load_questions(finished)}
    chromium.enter(serve(finished, "answer").address, "ben")
    shown_texts = []
    for place in range(1, n + 1):
        chromium.wait_for_place(f"{place} of {n}")
        assert len(chromium.run("return document.querySelectorAll('.l2-strip img')")) == 8
        assert "right" not in chromium.text("#l2-card").replace("Mark", "")
        chromium.press("c" if place % 2 else "3")
        shown_texts.append(chromium.text(".l2-choice[aria-checked=true]").split("\n")[-1])
        chromium.press(ENTER if place % 3 else "c")
    chromium.wait("return document.querySelector('#l2-done:not([hidden])')")
    decisions = kept()
    assert len(decisions) == n
    for decision, text in zip(decisions, shown_texts, strict=True):
        question = truth[decision.question_id]
        if not text.startswith("Mark"):  # Marks change their names with the options.
            assert question.options["ABCDEF".index(decision.letter)] == text
    assert chromium.complaints() == []


@pytest.fixture
def wrong_run(finished: Path, tmp_path: Path) -> Path:
    """Results in which every answer is the option after the right one."""
    store = Store.open(finished, tmp_path / "answers.sqlite")
    desk = Desk(store, finished, "answer", "gus")
    for position in range(1, desk.n_items + 1):
        item = desk.item(position)
        desk.decide(item, letter=item.shown_letter("ABCDA"["ABCD".index(item.question.answer) + 1]))
    export_people(finished, tmp_path / "people", store=store, names=True)
    return tmp_path / "people/gus"


def test_errors_of_a_model_are_tagged_by_keyboard(
    serve: Any, chromium: Any, finished: Path, kept: Any, made: Any, wrong_run: Path
) -> None:
    n = made.n_questions
    desk = DeskSettings(results=wrong_run, only_undecided=False)
    chromium.enter(serve(finished, "errors", desk=desk).address)
    chromium.wait_for_place(f"1 of {n}")
    chosen, right = (chromium.text(f".l2-options .l2-{kind}") for kind in ("wrong", "right"))
    assert chosen != right
    assert "chosen" in chosen
    assert "gus" in chromium.text(".l2-model")
    chromium.press("c")
    chromium.press("3 looks 5")
    chromium.press(ESCAPE)
    chromium.press("4")
    chromium.wait_for_place(f"2 of {n}")
    chromium.press("8")
    chromium.wait_for_place(f"3 of {n}")
    assert [(one.category, one.comment, one.run) for one in kept()] == [
        ("direction", "3 looks 5", "gus"),
        ("undecided", "", "gus"),
    ]
    chromium.press("u")
    chromium.wait_for_place(f"2 of {n}")
    assert len(kept()) == 1


def test_a_reload_loses_nothing(shared: Shared, chromium: Any) -> None:
    n = shared.n
    chromium.enter(shared.address, "ben")
    chromium.wait_for_place(f"1 of {n}")
    chromium.press("a")
    chromium.wait_for_place(f"2 of {n}")
    chromium.press("n")
    chromium.wait_for_place(f"3 of {n}")
    chromium.press("f")
    chromium.press("half a thought ")
    before = chromium.run("return document.querySelector('.l2-edit textarea').value")
    chromium.driver.refresh()
    chromium.wait("return document.querySelector('.l2-edit textarea')")
    chromium.wait_for_place(f"3 of {n}")
    assert chromium.run("return document.querySelector('.l2-edit textarea').value") == before
    chromium.press(ESCAPE)
    assert not chromium.run("return document.querySelector('.l2-edit')")
    chromium.press("a")
    chromium.wait_for_place(f"4 of {n}")
    assert [one.verdict for one in shared.kept("ben")] == ["accepted", "accepted"]


def test_a_server_that_is_gone_is_told_and_the_page_stays(
    serve: Any, chromium: Any, finished: Path, kept: Any, made: Any
) -> None:
    app = serve(finished)
    chromium.enter(app.address)
    chromium.wait_for_place(f"1 of {made.n_questions}")
    chromium.press("f")
    chromium.press("words that took long ")
    app.close()
    chromium.press(ENTER, control=True)
    chromium.wait("return document.getElementById('l2-fault').innerText.includes('does not answer')")
    assert "words that took long" in chromium.run("return document.querySelector('.l2-edit textarea').value")
    assert kept() == []


def test_a_decision_that_cannot_be_stored_is_told_and_the_page_stays(
    serve: Any, chromium: Any, finished: Path, made: Any, tmp_path: Path
) -> None:
    chromium.enter(serve(finished).address)
    chromium.wait_for_place(f"1 of {made.n_questions}")
    for file in tmp_path.glob("review.sqlite*"):
        file.unlink()
    (tmp_path / "review.sqlite").mkdir()
    chromium.press("a")
    assert "cannot be read or written" in chromium.wait(FAULT)
    assert chromium.text(".l2-head .l2-aside") == f"1 of {made.n_questions}"


def test_texts_of_a_dataset_are_shown_and_never_run(serve: Any, chromium: Any, made: Any, tmp_path: Path) -> None:
    wording = Wording(by=HOSTILE[0])
    question: Question = made.question(
        "heading_estimation",
        "clip-0",
        question=HOSTILE[0],
        options=(HOSTILE[1], HOSTILE[2], "<!--", "</script>"),
        region=HOSTILE[0],
        source=Source(dataset=HOSTILE[1], licence=HOSTILE[2]),
        provenance=Provenance(writer=HOSTILE[1], version="1", seed=0, wording=wording),
    )
    root = made.dataset(tmp_path / "data", [question])
    (root / "dataset.json").write_text(
        (root / "dataset.json").read_text().replace('"tiny"', '"<b id=x>tiny</b> {{MODE}}"')
    )
    chromium.enter(serve(root).address)
    chromium.wait_for_place("1 of 1")
    assert chromium.run("return document.querySelector('.l2-question').textContent") == HOSTILE[0]
    texts = chromium.run(
        "return [...document.querySelectorAll('.l2-options li span:nth-child(2)')].map((e) => e.textContent)"
    )
    assert texts == list(question.options)
    chromium.press("f")
    fields = chromium.run("return [...document.querySelectorAll('.l2-edit textarea')].map((e) => e.value)")
    assert fields[0] == HOSTILE[0]
    assert fields[1:] == list(question.options)
    chromium.press(ESCAPE)
    assert chromium.run(
        "return document.title !== 'taken' && document.querySelector('#x, #l2 b, #l2-card img') === null"
    )
    assert chromium.text("#l2-title").startswith("<b id=x>tiny</b>")


def test_the_video_is_stepped_through_frame_by_frame(shared: Shared, chromium: Any) -> None:
    chromium.enter(shared.address, "cem")
    chromium.wait_for_place(f"1 of {shared.n}")
    frame = "return document.querySelector('.l2-time').textContent"
    chromium.wait(f"{frame} === '1.00 s · 5/8'")
    chromium.press(RIGHT)
    chromium.wait(f"{frame} === '1.25 s · 6/8'")
    chromium.press(LEFT * 3)
    chromium.wait(f"{frame} === '0.50 s · 3/8'")
    chromium.wait("return Math.abs(document.querySelector('video').currentTime - 2.5 / 4) < 0.01")
    chromium.press("t")
    chromium.wait(f"{frame} === '1.00 s · 5/8'")
    chromium.press(SPACE)
    chromium.wait(f"{frame} === '1.75 s · 8/8'")
    chromium.wait("return document.querySelector('video').paused")


def test_a_browser_without_h264_gets_another_clip(shared: Shared, chromium: Any) -> None:
    chromium.enter(shared.address, "dan")
    chromium.wait_for_place(f"1 of {shared.n}")
    chromium.run("document.querySelector('video').dispatchEvent(new Event('error'))")
    chromium.wait("return document.querySelector('video').src.endsWith('.webm')")
    chromium.wait(
        "return document.querySelector('.l2-wait[hidden]') && document.querySelector('video').videoWidth === 64"
    )


def test_the_map_is_zoomed_and_shown_without_its_marks(shared: Shared, chromium: Any) -> None:
    chromium.enter(f"{shared.address}#task=uav_localization", "flo")
    chromium.wait_for_place("1 of 3")
    scale = "return new DOMMatrix(getComputedStyle(document.querySelector('#l2-viewer img.l2-content')).transform).a"
    assert chromium.run(scale) == pytest.approx(1)
    chromium.press("++")
    assert chromium.run(scale) == pytest.approx(2.25)
    chromium.press("0")
    assert chromium.run(scale) == pytest.approx(1)
    source = "return document.querySelector('#l2-viewer img.l2-content').src"
    marked = chromium.run(source)
    chromium.press("m")
    assert chromium.run(source) != marked
    assert "without its marks" in chromium.text("#l2-viewer .l2-words")
    chromium.press("m")
    assert chromium.run(source) == marked


def test_keys_that_are_typed_are_not_commands(shared: Shared, chromium: Any) -> None:
    chromium.enter(shared.address, "eva")
    chromium.wait_for_place(f"1 of {shared.n}")
    chromium.press("f")
    chromium.press("aarnpu? ")
    assert chromium.run("return document.querySelector('.l2-edit textarea').value").startswith("aarnpu? ")
    chromium.press(ESCAPE)
    chromium.press("?")
    assert chromium.run("return document.getElementById('l2-help').open")
    chromium.press("a")
    chromium.press(ESCAPE)
    assert chromium.text(".l2-head .l2-aside") == f"1 of {shared.n}"
    assert shared.kept("eva") == []


def test_people_with_a_password_log_in_with_it(
    serve: Any, chromium: Any, finished: Path, tmp_path: Path, made: Any, kept: Any
) -> None:
    Store.open(finished, tmp_path / "review.sqlite").add_user("ann", "correct horse")
    address = serve(finished).address
    chromium.driver.get("about:blank")
    chromium.driver.get_log("performance")
    chromium.driver.get(address)
    chromium.wait("return document.querySelectorAll('input').length === 2")
    chromium.run("document.querySelector('input').focus()")
    chromium.press("ann\tcorrect horse" + ENTER)
    chromium.wait_for_place(f"1 of {made.n_questions}")
    assert "ann" in chromium.text("#l2-who")
    chromium.press("a")
    chromium.wait_for_place(f"2 of {made.n_questions}")
    assert [one.reviewer for one in kept()] == ["ann"]
    chromium.driver.delete_all_cookies()
    chromium.press("a")
    assert "logged out" in chromium.wait(FAULT)
    assert len(kept()) == 1
    chromium.run("document.querySelector('.l2-leave').click()")
    chromium.wait("return document.querySelectorAll('input').length === 2 && !document.getElementById('l2')")
    assert {host.split(":")[0] for host in chromium.hosts()} == {"127.0.0.1"}
