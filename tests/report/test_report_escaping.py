"""Text from strangers in a report: nothing of it runs, and all of it is seen as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from links2_tasks.report import write_report
from links2_tasks.report._exhibits import Cell, Column, Row, Table, text_cell
from links2_tasks.report._table_files import csv_text, latex_escaped, latex_text
from links2_tasks.report._text import shown
from links2_tasks.scoring import Interval

HOSTILE = (
    "</script><script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "\" onmouseover='document.title=1' x=\"",
    "{{7*7}}{% for x in y %}{{ ''.__class__ }}",
    "</style></title></bdi><!-- --> ]]>",
    "line\u2028separators\u2029here",
    "\u202eright to left\u202c \u200fmark",
    "null\x00byte\x07bell\x1bescape",
    "javascript:alert(1)",
    "no character \ufffe \uffff",
    "&lt;b&gt; &amp; 'quotes' \"both\"",
)
TAKEN = "return document.title === 'taken' || document.title === '1'"


def hostile_run(made: Any, text: str) -> Any:
    """A run in which everything that can be named is named so."""
    changes = {"region": text, "clip_id": text, "options": (text, *(f"{text} {n}" for n in range(3)))}
    questions = [
        made.question(task, index, question=text, question_id=f"{text} {task} {index}", **changes)
        for task in made.tasks
        for index in range(3)
    ]
    run = made.run(questions, lambda at, q: "AB"[at % 2], raw=text, model=text, model_args=text, started_at=text)
    return run, questions


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_runs_and_everything_is_seen(
    made: Any, chromium: Any, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, questions = hostile_run(made, text)
    by_key = {(question.task, question.question_id): question for question in questions}
    monkeypatch.setattr("links2_tasks.report._write.questions_of", lambda run, root: by_key)
    monkeypatch.setattr("links2_tasks.report._write.load_info", lambda root: None)
    write_report((run,), tmp_path / "report.html", root=tmp_path, media="none", title=text, n_resamples=50)
    chromium.open(tmp_path / "report.html")
    assert not chromium.run(TAKEN)
    assert chromium.complaints() == []
    assert chromium.requests() == []
    seen = shown(text)
    assert chromium.run("return document.querySelector('h1').textContent") == seen
    assert chromium.run("return document.querySelector('#card .question').textContent") == seen
    assert chromium.run("return document.querySelector('#card pre').textContent") == seen
    assert chromium.run("return document.querySelector('.options bdi').textContent") == seen
    assert seen in chromium.run("return document.querySelector('#table-runs').textContent")
    assert chromium.run("return document.querySelectorAll('img[src=x], #card script, #card img').length") == 0


def test_control_characters_are_seen_and_half_characters_replaced() -> None:
    assert shown("a\x00b\x1b\x7f\r\n\t") == "a␀b␛␡\n\t"
    assert shown("\ud800 \ufffe \x85") == "\ufffd \ufffd \ufffd"
    assert shown("\u202e stays \u2028") == "\u202e stays \u2028"


def table_of(*texts: str) -> Table:
    rows = tuple(Row((text_cell(text), Cell("0.50", 0.5, Interval(0.25, 0.75)))) for text in texts)
    return Table("made", "A title with 100 %", (Column("na_me", is_text=True), Column("run & run")), rows, "Note #1")


def test_latex_prints_what_was_written() -> None:
    assert latex_escaped(r"a_b & 50% {x} \y $z$ #1 ^~<>|") == (
        r"a\_b \& 50\% \{x\} \textbackslash{}y \$z\$ \#1 \textasciicircum{}\textasciitilde{}"
        r"\textless{}\textgreater{}\textbar{}"
    )
    assert latex_escaped("\u202e\x00") == r"\texttt{U+202E}\texttt{U+0000}"
    text = latex_text(table_of("\\input{/etc/passwd}", "[2] b"))
    assert "\\input" not in text
    assert "\\toprule" in text
    assert "run \\& run" in text
    assert "{}[2] b & 0.50 {\\scriptsize [0.25, 0.75]} \\\\" in text
    assert text.count("{") == text.count("}")


def test_csv_holds_numbers_with_their_intervals_and_no_formulas() -> None:
    lines = csv_text(table_of("=1+1", "@x", "-", "plain, with comma")).splitlines()
    assert lines[0] == "na_me,run & run,run & run low,run & run high"
    assert lines[1:] == [
        "'=1+1,0.5,0.25,0.75",
        "'@x,0.5,0.25,0.75",
        "-,0.5,0.25,0.75",
        '"plain, with comma",0.5,0.25,0.75',
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_files_of_tables_take_any_name(made: Any, text: str, tmp_path: Path) -> None:
    run, _ = hostile_run(made, text)
    if text is not HOSTILE[0]:
        # Pictures are slow to draw; one hostile name shows that they can be.
        run_text = latex_text(table_of(shown(text))) + csv_text(table_of(shown(text)))
        run_text.encode()
        return
    found = write_report((run,), tmp_path / "r.html", media="none", tables=tmp_path / "tables", n_resamples=50)
    endings = {path.suffix for path in found.tables}
    assert endings == {".csv", ".tex", ".png"}
    assert all(path.stat().st_size > 0 for path in found.tables)
    assert {path.parent for path in found.tables} == {tmp_path / "tables"}
