"""The page of a tiny dataset, asked directly, over HTTP, and in a browser."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.review import DeskSettings, ReviewSettings, Store
from links2_tasks.review._media_shelf import Shelf
from links2_tasks.review._page import Page


@dataclass
class Visitor:
    """Asks a page as the browser does, one request after another."""

    page: Page
    user: str | None = None
    name: str = "ann"
    number: int = field(default=0)

    def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The whole reply."""
        self.number += 1
        text = json.dumps({"kind": kind, "number": self.number, "name": self.name, **fields})
        reply: dict[str, Any] = json.loads(self.page.answer(text, self.user))
        assert reply["number"] == self.number
        return reply

    def decide(self, shown: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Decide about what was shown."""
        place = {"position": shown["position"], "question_sha256": shown["question_sha256"]}
        return self.ask("decide", **{**place, **fields})


@pytest.fixture
def visit(finished: Path, store: Store, tmp_path: Path) -> Iterator[Callable[..., Visitor]]:
    """Opens the page of `finished`, or of another dataset, in a mode."""
    pages: list[Page] = []

    def visited(mode: Any = "check", root: Path = finished, store: Store = store, **desk: Any) -> Visitor:
        folder = tmp_path / f"shown-{len(pages)}"
        folder.mkdir()
        settings = ReviewSettings(mode=mode, desk=DeskSettings(**desk))
        pages.append(Page(root, store, settings, Shelf(folder)))
        return Visitor(pages[-1])

    yield visited
    for page in pages:
        page.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Serves a dataset's page, on this machine and until the test is over."""
    pytest.importorskip("gradio", reason="gradio is not installed (extra 'review')")
    from links2_tasks.review._app import start

    running: list[Any] = []

    def served(root: Path, mode: Any = "check", **changes: Any) -> Any:
        settings = ReviewSettings(mode=mode, **{"store": tmp_path / "review.sqlite", **changes})
        running.append(start(root, settings))
        return running[-1]

    yield served
    for one in running:
        one.close()


@dataclass
class Chromium:
    """A headless browser."""

    driver: Any

    def open(self, address: str) -> None:
        """Open the page and wait until it shows a question or asks for a name."""
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(address)
        self.wait("return document.querySelector('#l2-name[open], #l2-main:not([hidden]), #l2-done:not([hidden])')")

    def enter(self, address: str, name: str = "ann") -> None:
        """Open the page and say who reviews."""
        self.open(address)
        self.press(f"{name}\ue007")
        self.wait("return document.querySelector('#l2-main:not([hidden]), #l2-done:not([hidden])')")

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns."""
        return self.driver.execute_script(script, *arguments)

    def text(self, selector: str) -> str:
        """What a reader sees of an element."""
        return str(self.run("return document.querySelector(arguments[0]).innerText", selector))

    def wait(self, script: str, *arguments: Any, seconds: float = 30.0) -> Any:
        """Wait until a script returns something true."""
        end = time.monotonic() + seconds
        while not (found := self.run(script, *arguments)):
            assert time.monotonic() < end, f"{script} {arguments}: {self.run('return document.body.innerText')[:800]}"
        return found

    def wait_for_place(self, place: str) -> None:
        """Wait until the question at a place, such as '2 of 9', is shown and its media are there."""
        self.wait("return document.querySelector('.l2-head .l2-aside')?.textContent === arguments[0]", place)
        self.wait("return document.querySelector('#l2-busy:not(.l2-on)')")
        self.wait("return document.querySelector('.l2-wait[hidden]') ?? document.querySelector('.l2-strip')")

    def press(self, keys: str, *, control: bool = False) -> None:
        """Press keys, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        actions = ActionChains(self.driver, duration=0)
        if control:
            actions.key_down(Keys.CONTROL).send_keys(keys).key_up(Keys.CONTROL).perform()
        else:
            actions.send_keys(keys).perform()

    def complaints(self) -> list[str]:
        """What the console says since the page was opened."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def hosts(self) -> set[str]:
        """Where the page asked for anything since it was opened, but for what lies in the page itself."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]
        return {url.split("/")[2] for url in sent if not url.startswith(("data:", "about:", "blob:"))}


@pytest.fixture(scope="session")
def started_chromium(start_chromium: Callable[[int], Any]) -> Any:
    """Debian's Chromium, without a window."""
    return start_chromium(900)


@pytest.fixture
def chromium(started_chromium: Any) -> Iterator[Chromium]:
    """A browser that knows of no earlier test."""
    yield Chromium(started_chromium)
    started_chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})
    started_chromium.execute_script("localStorage.clear(); sessionStorage.clear()")
