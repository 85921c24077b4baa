"""Requests put to a model so that one that raises costs only itself, and a dead server is not asked for hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from links2_tasks.scoring import request_failed

PATIENCE = 16
"""After this many requests in a row without a reply, and none in their chunk, the rest is not asked."""

_MARK = "[LMMS_EVAL_REQUEST_FAILED"
"""How lmms-eval's own clients begin what they give in place of a reply; scoring knows it."""

Ask = Callable[[Sequence[Any]], Sequence[Any]]
"""Puts requests to a model; one reply for each, in order."""


@dataclass(frozen=True)
class Lost:
    """What stands in place of a reply that could not be had."""

    why: str

    @property
    def text(self) -> str:
        """As a reply that counts as a failed request."""
        return f"{_MARK}: {self.why}]"


def chunks_of(positions: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Runs of at most `size` positions, in order."""
    for start in range(0, len(positions), size):
        yield positions[start : start + size]


def is_lost(reply: Any) -> bool:
    """Whether this stands in place of a reply that could not be had."""
    if isinstance(reply, Lost):
        return True
    text = text_of(reply)
    return text is None or request_failed(text)


def text_of(reply: Any) -> str | None:
    """The text of a reply, which models give with or without facts about tokens; None when it has none."""
    if isinstance(reply, (tuple, list)) and reply:
        reply = reply[0]
    text = getattr(reply, "text", reply)
    return text if isinstance(text, str) else None


def ask_narrowing(requests: Sequence[Any], ask: Ask, tidy_up: Callable[[], None]) -> list[Any]:
    """Replies to requests; what raises is halved until the requests that raise stand alone, and these are `Lost`.

    Args:
        requests: At least one.
        ask: Puts requests to the model.
        tidy_up: Called after an error, before anything is asked again.
    """
    try:
        replies = list(ask(requests))
        if len(replies) != len(requests):
            raise ValueError(f"the model gave {len(replies)} replies to {len(requests)} requests")
        return replies
    except Exception as error:  # noqa: BLE001 - whatever a model raises is a fact about its requests
        why = f"{type(error).__name__}: {error}"
    # Outside of the handler, which would keep the tensors of the failed call alive.
    tidy_up()
    if len(requests) == 1:
        return [Lost(why)]
    half = len(requests) // 2
    return [*ask_narrowing(requests[:half], ask, tidy_up), *ask_narrowing(requests[half:], ask, tidy_up)]


class PatientAsker:
    """Asks until too many requests in a row had no reply; from then on gives `Lost` for each without asking."""

    def __init__(self, ask: Ask, tidy_up: Callable[[], None], patience: int = PATIENCE) -> None:
        """Ask with `ask`, with as much patience."""
        self._ask = ask
        self._tidy_up = tidy_up
        self._patience = patience
        self._n_in_a_row = 0
        self._last_loss = ""

    @property
    def has_given_up(self) -> bool:
        """Whether nothing is asked any more."""
        return self._n_in_a_row >= self._patience

    def __call__(self, requests: Sequence[Any]) -> list[Any]:
        """One reply, or a `Lost`, for each request."""
        if self.has_given_up:
            why = (
                f"not asked, since the {self._n_in_a_row} requests before it had no reply; the last: {self._last_loss}"
            )
            return [Lost(why)] * len(requests)
        replies = ask_narrowing(requests, self._ask, self._tidy_up)
        lost = [reply for reply in replies if is_lost(reply)]
        self._n_in_a_row = self._n_in_a_row + len(replies) if len(lost) == len(replies) else 0
        if lost:
            self._last_loss = lost[-1].why if isinstance(lost[-1], Lost) else str(text_of(lost[-1]))
        return replies
