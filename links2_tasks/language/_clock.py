"""Time as requests see it: waits that grow, and a pace that all workers keep together."""

from __future__ import annotations

import threading
import time

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
"""Of the waits that grow by themselves; an endpoint may ask for a longer one."""


class Clock:
    """The machine's clock; tests have one of their own."""

    def now(self) -> float:
        """Seconds since some moment; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        """Wait, but not once somebody says stop."""
        stop.wait(seconds)


def growing_wait_s(n_failed: int) -> float:
    """Seconds to wait after so many failures in a row: 1, 2, 4, ..., at most 60."""
    return float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(n_failed - 1, 10)))


class Pace:
    """Lets requests of all workers go at most so often, and none before a moment that the endpoint named."""

    def __init__(self, clock: Clock, requests_per_minute: float | None) -> None:
        """Keep time by `clock`; None for no limit."""
        self._clock = clock
        self._step_s = 60.0 / requests_per_minute if requests_per_minute else 0.0
        self._lock = threading.Lock()
        self._next = float("-inf")

    def wait_turn(self, stop: threading.Event) -> None:
        """Return when the next request may go, or when somebody says stop."""
        with self._lock:
            now = self._clock.now()
            turn = max(now, self._next)
            self._next = turn + self._step_s
        if turn > now:
            self._clock.sleep(turn - now, stop)

    def hold(self, seconds: float) -> None:
        """Let no request go before so many seconds from now."""
        with self._lock:
            self._next = max(self._next, self._clock.now() + seconds)
