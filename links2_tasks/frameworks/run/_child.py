"""A framework's runner as a process of its own that gets the signals that this one gets."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_GRACE_S = 20.0
"""After this time a process that was told to end is ended."""


def run_child(command: Sequence[str], variables: Mapping[str, str | None]) -> int:
    """Run a program to its end; what it prints goes where ours does.

    SIGINT and SIGTERM are passed on to it and to all that it has started. A second one ends them at once.

    Args:
        command: The program and its arguments.
        variables: Environment variables to set; None for those to leave out.

    Returns:
        Its exit status; the negative number of the signal that ended it, or that was passed on to it before it failed.
    """
    environment = {**os.environ, **{name: value for name, value in variables.items() if value is not None}}
    for name in (name for name, value in variables.items() if value is None):
        environment.pop(name, None)
    # In a session of its own: a terminal would send Ctrl-C to us and to it, and it would get it twice.
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        with _passing_on(process) as received:
            status = process.wait()
        return -received[0] if status and received else status
    finally:
        _end(process)


@contextmanager
def _passing_on(process: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """Gives the signals that have come, in order."""
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return

    def pass_on(number: int, _: FrameType | None) -> None:
        received.append(number)
        _send(process, signal.Signals(number) if len(received) == 1 else signal.SIGKILL)

    before = {each: signal.signal(each, pass_on) for each in _SIGNALS}
    try:
        yield received
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Also what it has started and left behind."""
    _send(process, signal.SIGTERM)
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        _send(process, signal.SIGKILL)
        process.wait()


def _send(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # The group outlives its first process as long as anyone is in it.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
