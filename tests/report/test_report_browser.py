"""A report in a browser: quiet, and usable by mouse, keyboard, on paper and with very many questions."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.report import write_report

COUNT = "return document.getElementById('count').textContent"
OPEN = "return Number(document.getElementById('card').dataset.question)"
IDLE = "return document.getElementById('rows').getAttribute('aria-busy') === 'false'"
ROWS = "return document.querySelectorAll('#rows .entry').length"


@pytest.fixture(scope="module")
def page(tiny_runs: Any, tiny_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with pictures."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    write_report(tiny_runs, path, root=tiny_root, media="all", n_resamples=200)
    return path


@pytest.fixture
def opened(page: Path, chromium: Any) -> Any:
    """The report in a browser, as it is first seen."""
    chromium.open(page)
    chromium.run("localStorage.clear()")
    chromium.open(page)
    return chromium


def choose(browser: Any, field: str, label: str) -> None:
    """Choose in a filter by its label, and wait until the list has followed."""
    browser.run(
        "const f = document.getElementById(arguments[0]);"
        "f.value = [...f.options].find((one) => one.textContent === arguments[1]).value;"
        "f.dispatchEvent(new Event('input', {bubbles: true}));",
        field,
        label,
    )
    browser.wait(IDLE)


def search(browser: Any, text: str) -> str:
    """Search for a text from the keyboard; the count that is shown then."""
    browser.run("document.getElementById('f-reset').click()")
    browser.wait(IDLE)
    browser.press("\ue00c/")
    browser.press(text)
    browser.wait(IDLE)
    return browser.run(COUNT)


def test_the_console_stays_empty_and_nothing_is_asked_of_a_network(opened: Any) -> None:
    opened.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    opened.press("jjj]")
    opened.wait("return document.querySelector('.strip img')?.complete")
    assert opened.complaints() == []
    assert opened.requests() == []


def test_pictures_are_shown_where_they_belong(opened: Any) -> None:
    opened.press("j")
    opened.wait("return document.querySelector('.frame.asked .ring') !== null")
    opened.wait("return [...document.querySelectorAll('.strip img')].every((one) => one.naturalWidth > 0)")
    assert opened.run("return document.querySelectorAll('.strip img').length") == 8
    assert opened.run("return document.querySelector('.map svg').getAttribute('viewBox')") == "0 0 100 80"
    assert opened.run("return document.querySelectorAll('.map image').length") == 2
    opened.press("m")
    assert opened.run("return getComputedStyle(document.querySelector('.marks')).display") == "none"
    opened.press("m")


def test_keys_go_through_questions_and_pages(opened: Any) -> None:
    opened.press("j")
    opened.wait(f"{OPEN} === 1")
    opened.press("\ue014")
    opened.wait(f"{OPEN} === 2")
    opened.press("k")
    opened.wait(f"{OPEN} === 1")
    assert opened.run("return location.hash") == "#question=1"
    opened.press("?")
    assert opened.run("return document.getElementById('help').open")
    opened.press("\ue00c")
    assert not opened.run("return document.getElementById('help').open")
    opened.press("/")
    assert opened.run("return document.activeElement.id") == "f-text"
    opened.press("jk\ue00c")
    assert opened.run("return document.getElementById('f-text').value") == "jk"
    assert opened.run("return document.activeElement.id") != "f-text"


def test_arrows_move_the_focus_through_the_list(opened: Any) -> None:
    opened.run("document.querySelector('#rows .entry').focus()")
    opened.press("\ue015\ue015")
    opened.wait(f"{OPEN} === 2")
    assert opened.run("return document.activeElement.getAttribute('aria-current')") == "true"


def test_a_question_can_be_named_in_the_address(page: Path, chromium: Any) -> None:
    chromium.open(page, at="#question=7")
    assert chromium.run(OPEN) == 7


def test_filters_find_what_they_name(opened: Any) -> None:
    choose(opened, "f-task", "heading estimation")
    assert opened.run(COUNT) == "8 of 32 questions"
    choose(opened, "f-run", "lazy")
    choose(opened, "f-verdict", "right")
    assert opened.run(COUNT) == "1 of 32 questions"
    opened.run("document.getElementById('f-reset').click()")
    opened.wait(IDLE)
    assert opened.run(COUNT) == "32 questions"
    choose(opened, "f-reason", "none")
    assert opened.run(COUNT) == "5 of 32 questions"
    assert opened.run("return document.querySelector('#card .answers').textContent").count("I cannot tell.") == 1


def test_questions_with_pictures_are_found_where_only_some_have_them(
    tiny_runs: Any, tiny_root: Path, chromium: Any, tmp_path: Path
) -> None:
    write_report(tiny_runs[:1], tmp_path / "report.html", root=tiny_root, media=3, n_resamples=50)
    chromium.open(tmp_path / "report.html")
    choose(chromium, "f-pictured", "with pictures")
    assert chromium.run(COUNT) == "3 of 32 questions"
    assert chromium.run("return document.querySelectorAll('#card figure').length") > 0
    assert chromium.run("return document.getElementById('f-variant').parentElement.hidden")


def test_text_is_searched_in_questions_and_replies(opened: Any) -> None:
    assert search(opened, "number 3") == "4 of 32 questions"
    assert search(opened, "CANNOT TELL") == "5 of 32 questions"
    assert search(opened, "no such words") == "0 of 32 questions"
    assert "No question passes" in opened.run("return document.getElementById('card').textContent")


def test_the_theme_follows_the_system_until_it_is_chosen(opened: Any) -> None:
    paper = "return getComputedStyle(document.body).backgroundColor"
    colours = {}
    for system in ("light", "dark"):
        media = {"features": [{"name": "prefers-color-scheme", "value": system}]}
        opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        colours[system] = opened.run(paper)
    assert colours["light"] != colours["dark"]
    opened.press("t")
    assert opened.run(paper) == colours["light"]
    opened.press("t")
    assert opened.run(paper) == colours["dark"]
    opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    opened.press("t")


def test_it_prints_with_its_tables_and_without_the_browser_of_questions(opened: Any) -> None:
    opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert opened.run("return getComputedStyle(document.getElementById('questions')).display") == "none"
    assert opened.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    printed = opened.driver.execute_cdp_cmd("Page.printToPDF", {})
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")


def test_it_fits_on_a_small_screen(opened: Any) -> None:
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    opened.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    assert opened.run("return document.documentElement.scrollWidth") <= 360
    opened.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_tables_and_fields_have_names_for_those_who_cannot_see_them(opened: Any) -> None:
    assert opened.run("return [...document.querySelectorAll('table.figures')].every((t) => t.caption && t.tHead)")
    unnamed = "[...document.querySelectorAll('select, input')].filter((f) => f.labels.length === 0).length"
    assert opened.run(f"return {unnamed}") == 0
    assert opened.run(
        "return [...document.querySelectorAll('svg.drawing')].every((s) => s.querySelector('desc').textContent)"
    )
    assert opened.run("return document.querySelectorAll('button:not([aria-label]):empty').length") == 0


def test_many_thousand_questions_load_page_and_are_searched(made: Any, chromium: Any, tmp_path: Path) -> None:
    n_per_task = 17_900 // len(made.tasks)
    questions = [made.question(task, index) for task in made.tasks for index in range(n_per_task)]
    run = made.run(questions, lambda at, q: "ABCD"[at % 4], raw="Because of the river, I say so. " * 8)
    path = tmp_path / "report.html"
    write_report((run,), path, media="none", n_resamples=50)
    assert path.stat().st_size < 5e6
    chromium.open(path)
    assert chromium.run(COUNT) == "17,900 questions"
    assert chromium.run(ROWS) == 40
    chromium.press("]")
    chromium.wait(f"{OPEN} === 40")
    choose(chromium, "f-task", "route planning")
    assert chromium.run(COUNT) == "4,475 of 17,900 questions"
    assert search(chromium, "route_planning-4474") == "1 of 17,900 questions"
    assert chromium.complaints() == []
