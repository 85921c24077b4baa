"""Endpoints that fail in every way: what is tried again, what is not, and what the error says."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest
from misbehaving import (
    KEY,
    KEY_VARIABLE,
    Behaviour,
    QuickClock,
    Service,
    completion,
    drips,
    fails,
    hangs_up,
    never_answers,
    says,
    sends,
)

from links2_tasks.errors import LanguageModelError
from links2_tasks.language import LanguageModel, Request
from links2_tasks.schema import Record


class Colour(Record):
    """What the tests ask for."""

    colour: str
    brightness: int


RED = {"colour": "red", "brightness": 3}
ASKED = Request(purpose="test", system="You look at colours.", text="Which colour?", answer=Colour)
SOUND = completion(RED)


def model(service: Service, folder: Path, clock: QuickClock | None = None, **settings: object) -> LanguageModel:
    return LanguageModel(service.settings(**settings), folder / "cache", clock=clock or QuickClock())


TRIED_AGAIN: dict[str, Behaviour] = {
    "500": fails(500),
    "503": fails(503),
    "429": fails(429),
    "closes without a word": hangs_up,
    "half a JSON": sends(SOUND[: len(SOUND) // 2]),
    "half of what it announced": sends(SOUND[: len(SOUND) // 2], length=len(SOUND)),
    "an empty body": sends(b""),
    "no text at all": sends(b"\xff\xfe\x00"),
    "a page of a proxy": sends(b"<html>502</html>", kind="text/html"),
    "JSON of another kind": sends(b"[1, 2]"),
    "deep JSON": sends(b"[" * 100_000),
    "no choices": sends(b'{"choices": []}'),
    "a choice that is none": sends(b'{"choices": [7]}'),
    "no content": says(None),
    "a refusal": says(None, refusal="I cannot."),
    "an empty answer": says(""),
    "words alone": says("It is red, and its brightness is 3."),
    "half an object": says('{"colour": "red", "brigh', finish_reason="length"),
    "another schema": says({"color": "red"}),
    "a field too many": says({**RED, "mood": "good"}),
    "a wrong type": says({"colour": "red", "brightness": "very"}),
    "not a number": says('{"colour": "red", "brightness": NaN}'),
    "two different objects": says('{"colour": "red", "brightness": 3} or {"colour": "blue", "brightness": 3}'),
}


@pytest.mark.parametrize("name", TRIED_AGAIN)
def test_is_asked_again(name: str, service: Service, tmp_path: Path) -> None:
    service.turns.append(TRIED_AGAIN[name])
    service.otherwise = says(RED)
    answer = model(service, tmp_path).ask(ASKED)
    assert answer.content == Colour(**RED)
    assert answer.usage.n_asked == 2 == len(service.payloads)


@pytest.mark.parametrize("name", ["500", "closes without a word", "half a JSON", "another schema", "no content"])
def test_ends_in_an_error_that_says_who_and_what_to_do(name: str, service: Service, tmp_path: Path) -> None:
    service.otherwise = TRIED_AGAIN[name]
    asking = model(service, tmp_path, retries=3)
    with pytest.raises(LanguageModelError) as caught:
        asking.ask(ASKED)
    told = str(caught.value)
    assert len(service.payloads) == 4
    assert "'test'" in told
    assert "'test-model'" in told
    assert service.url in told
    assert "4 times" in told
    assert told.rpartition(". ")[2].endswith(("kept.", "another model."))
    assert asking.usage.n_asked == 4
    assert not list(tmp_path.rglob("*.json"))


def test_the_fault_is_named_when_it_is_asked_again(service: Service, tmp_path: Path) -> None:
    service.turns.append(says({"colour": "red", "brightness": "very"}))
    service.otherwise = says(RED)
    model(service, tmp_path).ask(ASKED)
    first, second = (payload["messages"] for payload in service.payloads)
    assert second[: len(first)] == first
    assert '"very"' in second[-2]["content"]
    assert "brightness" in second[-1]["content"]


def test_a_reply_that_was_cut_off_is_called_so(service: Service, tmp_path: Path) -> None:
    service.otherwise = says('{"colour": "re', finish_reason="length")
    with pytest.raises(LanguageModelError, match=r"cut off after 64 tokens.*max_output_tokens"):
        model(service, tmp_path, retries=1, max_output_tokens=64).ask(ASKED)


def test_waits_grow(service: Service, tmp_path: Path) -> None:
    clock = QuickClock()
    with pytest.raises(LanguageModelError):
        model(service, tmp_path, clock, retries=8).ask(ASKED)
    assert clock.waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_no_wait_before_other_words(service: Service, tmp_path: Path) -> None:
    clock = QuickClock()
    service.turns.extend([says("no"), says("no")])
    service.otherwise = says(RED)
    model(service, tmp_path, clock).ask(ASKED)
    assert clock.waits == []


def test_the_endpoint_says_how_long_to_wait(service: Service, tmp_path: Path) -> None:
    clock = QuickClock()
    later = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=90), usegmt=True)
    service.turns.extend(fails(429, headers={"Retry-After": said}) for said in ("7", "0.5", later, "soon", "0"))
    service.otherwise = says(RED)
    model(service, tmp_path, clock).ask(ASKED)
    assert clock.waits[:2] == [7, 0.5]
    assert 80 < clock.waits[2] <= 90
    assert clock.waits[3:] == [8, 16]


def test_an_endpoint_that_asks_to_wait_an_hour_is_not_waited_for(service: Service, tmp_path: Path) -> None:
    clock = QuickClock()
    service.otherwise = fails(429, headers={"Retry-After": "3600"})
    with pytest.raises(LanguageModelError, match="asks to wait 3600 s"):
        model(service, tmp_path, clock).ask(ASKED)
    assert clock.waits == []


def test_silence_ends_by_itself(service: Service, tmp_path: Path) -> None:
    service.otherwise = never_answers
    with pytest.raises(LanguageModelError, match=r"no answer within 0\.05 s"):
        model(service, tmp_path, retries=1, timeout_s=0.05).ask(ASKED)
    assert len(service.payloads) == 2


def test_a_reply_that_only_drips_ends_too(service: Service, tmp_path: Path) -> None:
    service.turns.append(drips(SOUND))
    service.otherwise = says(RED)
    # Each look at the clock finds it 50 s on, each byte comes long before the 120 s of a single wait are over.
    answer = model(service, tmp_path, QuickClock(step_s=50)).ask(ASKED)
    assert answer.usage.n_asked == 2


def test_a_reply_without_end_is_not_read_to_the_end(service: Service, tmp_path: Path) -> None:
    service.otherwise = sends(b" " * 5_000_000)
    with pytest.raises(LanguageModelError, match="larger than 4000000 bytes"):
        model(service, tmp_path, retries=0).ask(ASKED)


@pytest.mark.parametrize(
    ("status", "told"),
    [(401, KEY_VARIABLE), (403, KEY_VARIABLE), (404, "`model`"), (402, "settings"), (413, "settings")],
)
def test_what_cannot_get_better_is_an_error_at_once(status: int, told: str, service: Service, tmp_path: Path) -> None:
    service.otherwise = fails(status, "Incorrect API key provided: " + KEY)
    with pytest.raises(LanguageModelError, match=told) as caught:
        model(service, tmp_path).ask(ASKED)
    assert len(service.payloads) == 1
    assert KEY not in str(caught.value)


def test_an_empty_account_is_not_asked_again(service: Service, tmp_path: Path) -> None:
    service.otherwise = fails(429, "You exceeded your quota: insufficient_quota")
    with pytest.raises(LanguageModelError, match="no quota left"):
        model(service, tmp_path).ask(ASKED)
    assert len(service.payloads) == 1


@pytest.mark.parametrize("status", [401, 404])
def test_a_wrong_key_or_model_is_found_out_once(status: int, service: Service, tmp_path: Path) -> None:
    service.otherwise = fails(status)
    asking = model(service, tmp_path, workers=1)
    requests = [Request(purpose="test", system="", text=f"number {i}", answer=Colour) for i in range(20)]
    found = list(asking.ask_many(requests))
    assert len(service.payloads) == 1
    assert all(isinstance(one, LanguageModelError) and one.hopeless for one in found)


def test_an_endpoint_that_was_never_there_is_given_up(tmp_path: Path, service: Service) -> None:
    service.otherwise = hangs_up
    asking = model(service, tmp_path, workers=1, retries=2)
    requests = [Request(purpose="test", system="", text=f"number {i}", answer=Colour) for i in range(20)]
    found = list(asking.ask_many(requests))
    assert len(service.payloads) == 3
    assert all(isinstance(one, LanguageModelError) and one.hopeless for one in found)


def test_an_endpoint_that_failed_for_a_while_is_not_given_up(tmp_path: Path, service: Service) -> None:
    service.turns.extend([says(RED), fails(500), fails(500), fails(500)])
    service.otherwise = says(RED)
    asking = model(service, tmp_path, workers=1, retries=2)
    requests = [Request(purpose="test", system="", text=f"number {i}", answer=Colour) for i in range(4)]
    found = [isinstance(one, LanguageModelError) for one in asking.ask_many(requests)]
    assert found == [False, True, False, False]


def test_an_image_of_an_unknown_kind_is_refused_before_anything_is_asked(service: Service, tmp_path: Path) -> None:
    request = Request(purpose="test", system="", text="", answer=Colour, images=(b"GIF89a",))
    with pytest.raises(LanguageModelError, match="neither JPEG nor PNG"):
        model(service, tmp_path).ask(request)
    assert service.payloads == []
