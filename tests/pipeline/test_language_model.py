"""A build that asks a language model: words, captions and the filter; nothing is asked twice."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# The endpoint's maker lies with other tests; tests are no package.
sys.path.insert(0, str(Path(__file__).parents[1] / "language"))

from misbehaving import Handler, completion, says, serving

from links2_tasks.dataset import load_questions, validate
from links2_tasks.errors import LanguageModelError
from links2_tasks.pipeline import BuildSettings, build, work_folder
from links2_tasks.pipeline._work import STAGES, read_rows
from links2_tasks.pipeline.filters import FILTERS

SKIP = [one.name for one in FILTERS if one.name != "language_model"]
ANSWERS: tuple[dict[str, Any], ...] = (
    {"letter": "A"},
    {"differences": "", "same": True},
    {"description": "A long grey roof.", "recognisable": True},
    {"question": "Where was the UAV at 99.9 s?", "options": ["north", "south", "east", "west"]},
)
"""The rewrite names another time, so it is refused."""


def answers_by_form(handler: Handler, payload: dict[str, Any]) -> None:
    """Say what has the form that is asked for."""
    wanted = set(payload["response_format"]["json_schema"]["schema"]["properties"])
    known = {key: value for one in ANSWERS for key, value in one.items()}
    handler.send(completion({key: known[key] for key in wanted}))


def test_words_captions_and_filter_come_from_the_model_and_nothing_is_asked_twice(
    built: Path, settings: Callable[..., BuildSettings]
) -> None:
    pytest.importorskip("openai", reason="the client of the endpoint")
    flights, work = built.with_name("flights"), work_folder(built)
    with serving() as service:
        service.otherwise = answers_by_form
        asked = settings(
            wording="model",
            landmark_captions=True,
            language_model=service.settings().model_dump(),
            filters={"skip": SKIP},
        )
        report = build(flights, built.with_name("first"), asked, work=work)
        n_asked = len(service.payloads)
        shutil.rmtree(work / "5_wording")
        shutil.rmtree(work / "6_filters")
        build(flights, built.with_name("second"), asked, work=work)
        assert len(service.payloads) == n_asked > 30
    first, second = (load_questions(built.with_name(name)) for name in ("first", "second"))
    assert first == second
    assert validate(built.with_name("first")) == ()
    wording = report.stages[STAGES.index("wording")]
    assert "rewrites were refused" in wording.remarks[0]
    assert "the language model was asked" in wording.remarks[1]
    assert {row["text"] for row in read_rows(work / "5_wording/captions.jsonl")} == {"A long grey roof."}
    assert any("99.9 s" in row["text"] for row in read_rows(work / "5_wording/refused_rewrites.jsonl"))
    assert not any("99.9 s" in question.question for question in first)


def test_answers_that_did_not_come_are_asked_for_again_by_the_next_build(
    built: Path, settings: Callable[..., BuildSettings]
) -> None:
    pytest.importorskip("openai", reason="the client of the endpoint")
    flights, work = built.with_name("flights"), work_folder(built)
    with serving() as service:
        service.otherwise = answers_by_form
        service.turns.extend([says("no JSON at all")] * 2)
        asked = settings(wording="model", language_model=service.settings(retries=0, workers=1).model_dump())
        first = build(flights, built.with_name("first"), asked, work=work)
        n_asked = len(service.payloads)
        again = build(flights, built.with_name("again"), asked, work=work)
        n_again = len(service.payloads) - n_asked
    place = STAGES.index("wording")
    assert "the language model gave no answer" in first.stages[place].remarks[0]
    assert "the language model gave no answer" not in again.stages[place].remarks[0]
    assert 0 < n_again < n_asked


def test_an_endpoint_that_is_not_there_ends_the_build_and_keeps_what_was_made(
    built: Path, settings: Callable[..., BuildSettings]
) -> None:
    pytest.importorskip("openai", reason="the client of the endpoint")
    flights, work = built.with_name("flights"), work_folder(built)
    nobody = {"base_url": "http://127.0.0.1:9/v1", "model": "none", "retries": 0}
    with pytest.raises(LanguageModelError, match=r"127\.0\.0\.1:9"):
        build(flights, built.with_name("out"), settings(wording="model", language_model=nobody), work=work)
    assert not built.with_name("out").exists()
    report = build(flights, built.with_name("out"), settings(), work=work)
    assert [stage.kept.get("flights") for stage in report.stages[:4]] == [2, 2, 2, 2]
