from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.frameworks.run._chunks import Lost, PatientAsker, ask_narrowing, chunks_of, is_lost
from links2_tasks.scoring import extract_choice, request_failed


class Model:
    """Doubles what it is asked, and raises on some of it."""

    def __init__(self, bad: frozenset[int] = frozenset()) -> None:
        self.bad = bad
        self.calls: list[list[int]] = []

    def __call__(self, requests: Any) -> list[str]:
        self.calls.append(list(requests))
        if self.bad & set(requests):
            raise RuntimeError(f"no {min(self.bad & set(requests))}")
        return [str(2 * request) for request in requests]


def nothing() -> None:
    """No memory to free."""


@given(st.integers(1, 40), st.frozensets(st.integers(0, 39)))
def test_only_the_requests_that_raise_are_lost_and_each_says_why(size: int, bad: frozenset[int]) -> None:
    model = Model(bad)
    replies = ask_narrowing(range(size), model, nothing)
    for request, reply in enumerate(replies):
        assert reply == (Lost(f"RuntimeError: no {request}") if request in bad else str(2 * request))
    assert len(replies) == size


def test_one_that_raises_among_64_takes_few_more_calls() -> None:
    model = Model(frozenset({37}))
    ask_narrowing(range(64), model, nothing)
    assert len(model.calls) == 13
    assert sum(map(len, model.calls)) == 64 + 2 * (32 + 16 + 8 + 4 + 2 + 1)


def test_memory_is_freed_before_anything_is_asked_again() -> None:
    model = Model(frozenset({1}))
    freed_after: list[int] = []
    ask_narrowing(range(2), model, lambda: freed_after.append(len(model.calls)))
    assert freed_after == [1, 3]


def test_another_number_of_replies_is_an_error_as_nobody_knows_whose_they_are() -> None:
    replies = ask_narrowing([1, 2], lambda requests: ["A"] if len(requests) == 2 else ["B"], nothing)
    assert replies == ["B", "B"]
    (lost,) = ask_narrowing([1], lambda requests: [], nothing)
    assert lost == Lost("ValueError: the model gave 0 replies to 1 requests")


def test_an_interruption_is_no_failed_request() -> None:
    def interrupted(_: Any) -> list[str]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask_narrowing([1, 2], interrupted, nothing)


def test_what_stands_for_a_lost_reply_is_scored_as_a_failed_request() -> None:
    text = Lost("RuntimeError: Answer: B").text
    assert request_failed(text)
    assert extract_choice(text, ("one", "two")).reason == "request_failed"


@pytest.mark.parametrize(
    ("reply", "lost"),
    [
        ("B", False),
        ("", False),
        ("[LMMS_EVAL_REQUEST_FAILED after 5 retries] 500", True),
        ("[LMMS_EVAL_BUDGET_EXCEEDED]", True),
        ("Failed to obtain answer via API.", True),
        ("[SAFETY_BLOCKED: no]", False),
        (("B", {"input_tokens": 3}), False),
        (("[LMMS_EVAL_REQUEST_FAILED]", {}), True),
        (SimpleNamespace(text="B"), False),
        (SimpleNamespace(text="[LMMS_EVAL_REQUEST_FAILED]"), True),
        (None, True),
        (Lost("why"), True),
    ],
)
def test_replies_in_every_form_that_models_give_are_told_from_failures(reply: Any, lost: bool) -> None:
    assert is_lost(reply) is lost


def test_after_enough_losses_in_a_row_nothing_is_asked_any_more() -> None:
    model = Model(frozenset(range(100)))
    asker = PatientAsker(model, nothing, patience=6)
    replies = [reply for chunk in chunks_of(range(20), 4) for reply in asker(chunk)]
    assert {request for call in model.calls for request in call} == set(range(8))
    assert asker.has_given_up
    assert [reply.why for reply in replies[:8]] == [f"RuntimeError: no {request}" for request in range(8)]
    why = "not asked, since the 8 requests before it had no reply; the last: RuntimeError: no 7"
    assert replies[8:] == [Lost(why)] * 12


def test_a_reply_in_between_keeps_up_the_hope() -> None:
    model = Model(frozenset(range(100)) - {0, 5, 10, 15})
    asker = PatientAsker(model, nothing, patience=6)
    for chunk in chunks_of(range(20), 5):
        asker(chunk)
    assert {request for call in model.calls for request in call} == set(range(20))


def test_failures_that_a_client_reports_as_text_count_too() -> None:
    asker = PatientAsker(lambda requests: ["[LMMS_EVAL_REQUEST_FAILED] 503"] * len(requests), nothing, patience=4)
    assert asker([1, 2, 3, 4]) == ["[LMMS_EVAL_REQUEST_FAILED] 503"] * 4
    (after,) = asker([5])
    assert isinstance(after, Lost)
    assert "[LMMS_EVAL_REQUEST_FAILED] 503" in after.why


def test_chunks_hold_everything_once_in_order() -> None:
    assert [list(chunk) for chunk in chunks_of([3, 5, 8, 9, 11], 2)] == [[3, 5], [8, 9], [11]]
    assert list(chunks_of([], 2)) == []
