"""What a language model is told, what comes back, what is kept, and what never leaves the environment."""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from misbehaving import KEY, KEY_VARIABLE, Handler, QuickClock, Service, completion, fails, says
from PIL import Image
from pydantic import BaseModel, ValidationError

from links2_tasks.errors import LanguageModelError
from links2_tasks.language import Answer, LanguageModel, LanguageSettings, Request, Usage
from links2_tasks.schema import Record


class Number(Record):
    """What the tests ask for."""

    number: int


def asked(text: str = "Say 7.", **changes: Any) -> Request[Number]:
    return Request(**{"purpose": "test", "system": "You say numbers.", "text": text, "answer": Number, **changes})


def model(service: Service, folder: Path, clock: QuickClock | None = None, **settings: object) -> LanguageModel:
    return LanguageModel(service.settings(**settings), folder / "cache", clock=clock or QuickClock())


def counts(handler: Handler, payload: Mapping[str, Any]) -> None:
    """Say the number that the question ends with."""
    number = int(payload["messages"][1]["content"].split()[-1])
    handler.send(completion({"number": number}))


def test_the_endpoint_is_told_texts_schema_temperature_and_limit(service: Service, tmp_path: Path) -> None:
    service.otherwise = says({"number": 7})
    answer = model(service, tmp_path, temperature=0.3, max_output_tokens=99).ask(asked())
    (payload,) = service.payloads
    assert (payload["model"], payload["temperature"], payload["max_tokens"]) == ("test-model", 0.3, 99)
    form = payload["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"] == {"name": "Number", "schema": Number.model_json_schema(), "strict": True}
    system, user = payload["messages"]
    assert system["content"].startswith("You say numbers.")
    assert '"number"' in system["content"]
    assert user["content"] == "Say 7."
    assert answer == Answer(Number(number=7), "test-model", 0.3, answer.prompt_sha256, Usage(1, 0, 100, 20), None)
    assert len(answer.prompt_sha256) == 16


def test_a_form_that_is_open_is_not_called_strict(service: Service, tmp_path: Path) -> None:
    class Open(BaseModel):
        number: int

    service.otherwise = says({"number": 7, "more": 8})
    assert model(service, tmp_path).ask(asked(answer=Open)).content.number == 7
    assert service.payloads[0]["response_format"]["json_schema"]["strict"] is False


def test_images_are_shown_after_the_text(service: Service, tmp_path: Path) -> None:
    service.otherwise = says({"number": 7})
    files = []
    for kind in ("PNG", "JPEG"):
        stream = io.BytesIO()
        Image.new("RGB", (3, 2)).save(stream, kind)
        files.append(stream.getvalue())
    model(service, tmp_path).ask(asked(images=tuple(files)))
    text, *images = service.payloads[0]["messages"][1]["content"]
    assert text == {"type": "text", "text": "Say 7."}
    heads, bodies = zip(*(image["image_url"]["url"].split(",") for image in images), strict=True)
    assert heads == ("data:image/png;base64", "data:image/jpeg;base64")
    assert [base64.b64decode(body) for body in bodies] == files


@pytest.mark.parametrize(
    "reply",
    [
        '```json\n{"number": 7}\n```',
        'Of course! Here it is:\n\n{"number": 7}\n\nTell me if you need {anything} else.',
        '<think>Perhaps {"number": 8}? No.</think>{"number": 7}',
        '{"number": 7}{"number": 7}',
        'First {"thoughts": {"number": 9}} and then {"number": 7}.',
        '\ufeff {"number": 7.0}',
    ],
)
def test_wrapped_answers_are_found(reply: str, service: Service, tmp_path: Path) -> None:
    service.otherwise = says(reply)
    assert model(service, tmp_path).ask(asked()).content.number == 7
    assert len(service.payloads) == 1


def test_a_reply_of_braces_takes_no_time(service: Service, tmp_path: Path) -> None:
    service.turns.append(says("{" * 1_000_000))
    service.otherwise = says({"number": 7})
    assert model(service, tmp_path).ask(asked()).usage.n_asked == 2


def refuses(*words: str) -> Any:
    """An endpoint that answers 400 wherever a payload has one of some words."""

    def behave(handler: Handler, payload: dict[str, Any]) -> None:
        named = next((word for word in words if word in json.dumps(payload)), None)
        if named is None:
            handler.send(completion({"number": 7}))
        else:
            hint = " Use max_completion_tokens." if named == "max_tokens" else ""
            fails(400, f"Unsupported parameter: {named}.{hint}")(handler, payload)

    return behave


def test_an_endpoint_without_schemas_is_asked_for_any_json_and_remembered(service: Service, tmp_path: Path) -> None:
    service.otherwise = refuses("json_schema")
    asking = model(service, tmp_path)
    assert asking.ask(asked()).usage.n_asked == 2
    assert asking.ask(asked("Say it again.")).usage.n_asked == 1
    assert [p["response_format"]["type"] for p in service.payloads] == ["json_schema", "json_object", "json_object"]


def test_an_endpoint_that_takes_no_form_is_asked_in_words(service: Service, tmp_path: Path) -> None:
    service.otherwise = refuses("response_format")
    assert model(service, tmp_path).ask(asked()).usage.n_asked == 3
    assert '\\"number\\"' in service.said(2)


def test_an_endpoint_that_calls_the_limit_otherwise(service: Service, tmp_path: Path) -> None:
    service.otherwise = refuses("max_tokens")
    asking = model(service, tmp_path, max_output_tokens=99)
    asking.ask(asked())
    asking.ask(asked("Say it again."))
    assert [p.get("max_completion_tokens") for p in service.payloads] == [None, 99, 99]
    assert all("response_format" in p for p in service.payloads)


def test_an_endpoint_without_temperature_is_asked_without_and_the_answer_says_so(
    service: Service, tmp_path: Path
) -> None:
    service.otherwise = refuses("temperature")
    asking = model(service, tmp_path)
    first, second = asking.ask(asked()), asking.ask(asked("Say it again."))
    assert [("temperature" in p, p["response_format"]["type"]) for p in service.payloads] == [
        (True, "json_schema"),
        (False, "json_schema"),
        (False, "json_schema"),
    ]
    assert first.temperature is second.temperature is None
    assert model(service, tmp_path).ask(asked()).temperature is None


def test_what_is_refused_again_and_again_is_given_up(service: Service, tmp_path: Path) -> None:
    service.otherwise = fails(400, "No.")
    found = list(model(service, tmp_path, workers=1).ask_many([asked(f"Say {i}") for i in range(9)]))
    # Three requests, each in three forms.
    assert len(service.payloads) == 9
    assert [one.hopeless for one in found if isinstance(one, LanguageModelError)] == [False, False] + 7 * [True]


def test_a_request_that_is_refused_in_every_form_is_an_error_with_the_endpoints_words(
    service: Service, tmp_path: Path
) -> None:
    service.otherwise = fails(400, "The prompt is too long.")
    asking = model(service, tmp_path)
    with pytest.raises(LanguageModelError, match="The prompt is too long") as caught:
        asking.ask(asked())
    assert not caught.value.hopeless
    service.otherwise = says({"number": 7})
    assert asking.ask(asked("shorter")).content.number == 7
    assert service.payloads[-1]["response_format"]["type"] == "json_schema"


def test_a_rerun_asks_nothing(service: Service, tmp_path: Path) -> None:
    service.otherwise = counts
    requests = [asked(f"Say {i}") for i in range(6)]
    prices = {"usd_per_million_input_tokens": 2.0, "usd_per_million_output_tokens": 10.0}
    first_model = model(service, tmp_path, **prices)
    first = list(first_model.ask_many(requests))
    again_model = model(service, tmp_path, **prices)
    again = list(again_model.ask_many(requests))
    assert len(service.payloads) == 6
    assert [one.content for one in again] == [one.content for one in first]
    assert [(one.prompt_sha256, one.cost_usd) for one in again] == [(one.prompt_sha256, one.cost_usd) for one in first]
    assert first[0].cost_usd == pytest.approx(100 * 2e-6 + 20 * 10e-6)
    assert first_model.usage == Usage(6, 0, 600, 120, pytest.approx(6 * 0.0004))
    assert again_model.usage == Usage(0, 6)


def test_a_rerun_needs_neither_key_nor_endpoint(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.otherwise = says({"number": 7})
    model(service, tmp_path).ask(asked())
    service.server.server_close()
    monkeypatch.delenv(KEY_VARIABLE)
    assert model(service, tmp_path).ask(asked()).content.number == 7


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Say 8."},
        {"system": "You say large numbers."},
        {"temperature": 0.1},
        {"images": (b"\xff\xd8\xff1",)},
        {"model": "other-model"},
        {"base_url": "other"},
    ],
)
def test_whatever_is_asked_otherwise_is_asked_anew(change: dict[str, Any], service: Service, tmp_path: Path) -> None:
    service.otherwise = says({"number": 7})
    settings = {}
    if "base_url" in change:
        change, settings = {}, {"base_url": service.url.replace("127.0.0.1", "localhost")}
    elif "model" in change:
        change, settings = {}, change
    first = model(service, tmp_path).ask(asked())
    second = model(service, tmp_path, **settings).ask(asked(**change))
    assert len(service.payloads) == 2
    assert (first.prompt_sha256 == second.prompt_sha256) == ("base_url" in settings)


def test_another_form_is_asked_anew(service: Service, tmp_path: Path) -> None:
    class Count(Record):
        number: int
        unit: str = ""

    service.otherwise = says({"number": 7})
    model(service, tmp_path).ask(asked())
    assert model(service, tmp_path).ask(asked(answer=Count)).content == Count(number=7)
    assert len(service.payloads) == 2


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff\xfe", b'{"key": "x"}', b'{"number": 7}', b"[" * 100_000])
def test_a_damaged_entry_is_asked_anew_and_mended(damage: bytes, service: Service, tmp_path: Path) -> None:
    service.otherwise = says({"number": 7})
    model(service, tmp_path).ask(asked())
    (entry,) = tmp_path.rglob("*.json")
    sound = entry.read_bytes()
    entry.write_bytes(damage)
    assert model(service, tmp_path).ask(asked()).content.number == 7
    assert entry.read_bytes() == sound
    assert len(service.payloads) == 2


def test_an_entry_with_an_answer_of_another_form_is_asked_anew(service: Service, tmp_path: Path) -> None:
    service.otherwise = says({"number": 7})
    model(service, tmp_path).ask(asked())
    (entry,) = tmp_path.rglob("*.json")
    entry.write_text(entry.read_text().replace('"number": 7', '"number": "seven"'))
    assert model(service, tmp_path).ask(asked()).content.number == 7
    assert len(service.payloads) == 2


def test_nothing_but_whole_answers_lies_in_the_cache(service: Service, tmp_path: Path) -> None:
    service.otherwise = counts
    list(model(service, tmp_path).ask_many([asked(f"Say {i}") for i in range(5)]))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 5
    assert {path.suffix for path in files} == {".json"}
    assert "You say numbers" not in "".join(path.read_text() for path in files)


def test_the_same_request_of_many_workers_is_asked_once(service: Service, tmp_path: Path) -> None:
    service.otherwise = says({"number": 7})
    asking = model(service, tmp_path, workers=8)
    found = list(asking.ask_many([asked()] * 20))
    assert len(service.payloads) == 1
    assert asking.usage == Usage(1, 19, 100, 20)
    assert {one.content.number for one in found} == {7}


def test_the_same_request_of_two_processes_is_asked_once(service: Service, tmp_path: Path) -> None:
    both_wait = threading.Barrier(2, timeout=30)

    def slow(handler: Handler, payload: dict[str, Any]) -> None:
        both_wait.wait()
        handler.send(completion({"number": 7}))

    service.otherwise = slow
    code = (
        "import sys; from pathlib import Path; from links2_tasks.language import *; from links2_tasks.schema import Record\n"
        "class Number(Record):\n    number: int\n"
        "asking = LanguageModel(LanguageSettings.model_validate_json(sys.argv[1]), Path(sys.argv[2]))\n"
        "print('ready', flush=True)\n"
        "asked = Request(purpose='test', system='You say numbers.', text='Say 7.', answer=Number)\n"
        "print(asking.ask(asked).content.number, asking.usage.n_asked)"
    )
    command = [sys.executable, "-c", code, service.settings().model_dump_json(), str(tmp_path / "cache")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    both_wait.wait()
    said = sorted(process.communicate(timeout=30)[0].strip() for process in processes)
    assert said == ["7 0", "7 1"]
    assert len(service.payloads) == 1


def test_answers_keep_the_order_of_the_requests(service: Service, tmp_path: Path) -> None:
    second_came = threading.Event()

    def late_first(handler: Handler, payload: dict[str, Any]) -> None:
        if payload["messages"][1]["content"] == "Say 0":
            assert second_came.wait(30)
        else:
            second_came.set()
        counts(handler, payload)

    service.otherwise = late_first
    steps: list[str] = []
    found = list(model(service, tmp_path).ask_many([asked(f"Say {i}") for i in range(9)], steps.append))
    assert [one.content.number for one in found] == list(range(9))
    assert steps == [f"test: {i} of 9" for i in range(1, 10)]


def test_who_stops_early_does_not_pay_for_the_rest(service: Service, tmp_path: Path) -> None:
    service.otherwise = counts
    answers = model(service, tmp_path, workers=1).ask_many([asked(f"Say {i}") for i in range(100)])
    next(answers)
    answers.close()
    assert len(service.payloads) < 10


def test_all_workers_keep_one_pace(service: Service, tmp_path: Path) -> None:
    service.otherwise = counts
    turns: list[float] = []

    class Seen(QuickClock):
        def now(self) -> float:
            return 0.0

        def sleep(self, seconds: float, stop: threading.Event) -> None:
            turns.append(seconds)

    asking = model(service, tmp_path, Seen(), workers=4, requests_per_minute=30)
    list(asking.ask_many([asked(f"Say {i}") for i in range(7)]))
    assert sorted(turns) == [2.0, 4.0, 6.0, 8.0, 10.0, 12.0]


def test_a_busy_endpoint_holds_all_workers(service: Service, tmp_path: Path) -> None:
    service.turns.append(fails(429, headers={"Retry-After": "20"}))
    service.otherwise = counts
    waits: list[float] = []

    class Still(QuickClock):
        def now(self) -> float:
            return 0.0

        def sleep(self, seconds: float, stop: threading.Event) -> None:
            waits.append(seconds)

    asking = model(service, tmp_path, Still(), workers=1)
    list(asking.ask_many([asked(f"Say {i}") for i in range(3)]))
    # The first waits itself; its second turn and the others' come no sooner.
    assert waits == [20, 20, 20, 20]


def test_the_key_is_sent_and_stands_nowhere_else(
    service: Service,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    echoed = {"number": 7, "note": KEY}
    for behaviour in (
        says(f"The key is {KEY}"),
        says(echoed),
        says(json.dumps({"colour": KEY})),
        fails(500, f"bad {KEY}"),
    ):
        service.turns.append(behaviour)
    service.otherwise = fails(403, f"The key {KEY} may not; Authorization: Bearer {KEY}")
    asking = model(service, tmp_path)
    with pytest.raises(LanguageModelError) as caught:
        asking.ask(asked())
    service.otherwise = says({"number": 7})
    asking.ask(asked())

    assert {headers["authorization"] for headers in service.headers} == {f"Bearer {KEY}"}
    chain, error = [], caught.value
    while error is not None:
        chain.append(repr(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    shown = [repr(asking), repr(asking.settings), repr(vars(asking)), asking.settings.model_dump_json(), *chain]
    shown += [capfd.readouterr().out, capfd.readouterr().err]
    shown += [record.getMessage() for record in caplog.records]
    shown += [path.read_text(errors="replace") + str(path) for path in tmp_path.rglob("*") if path.is_file()]
    assert not [text for text in shown if KEY in text]


def test_an_answer_that_holds_the_key_is_not_kept(service: Service, tmp_path: Path) -> None:
    class Words(Record):
        words: str

    service.turns.append(says({"words": f"Your key is {KEY}"}))
    service.otherwise = says({"words": "nothing"})
    answer = model(service, tmp_path).ask(asked(answer=Words))
    assert answer.content == Words(words="nothing")


def test_without_the_variable_no_key_is_sent_not_even_another_ones(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-somebody-else")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-for-somebody-else")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-mine")
    service.otherwise = says({"number": 7})
    model(service, tmp_path).ask(asked())
    sent = json.dumps(service.headers)
    assert "authorization" not in sent
    assert "somebody" not in sent
    assert "of-mine" not in sent


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "https://me:secret-1@example.org/v1"},
        {"base_url": "https://example.org/v1?api_key=secret-1"},
        {"base_url": "file:///secret-1"},
        {"base_url": "secret-1"},
        {"api_key_variable": "sk-secret-1"},
        {"api_key_variable": "secret1"},
    ],
)
def test_settings_take_no_secrets_and_do_not_repeat_them(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        LanguageSettings.model_validate({"base_url": "http://localhost/v1", "model": "m", **wrong})
    assert "secret" not in str(caught.value)


def test_a_cache_that_cannot_be_written_is_said_before_anything_is_asked(service: Service, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(Exception, match="cannot be written"):
        model(service, tmp_path).ask(asked())
    assert service.payloads == []


def test_half_characters_can_be_asked_about(service: Service, tmp_path: Path) -> None:
    service.otherwise = says({"number": 7})
    assert model(service, tmp_path).ask(asked("Say \ud800 7.")).content.number == 7


def test_nothing_heavy_is_loaded_for_an_answer_from_the_cache(tmp_path: Path) -> None:
    code = "import sys, links2_tasks.language, links2_tasks.rewriting; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env={**os.environ}
    )
    assert not {"openai", "httpx", "numpy"} & set(loaded.stdout.split())
