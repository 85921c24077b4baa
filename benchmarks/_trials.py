"""Fair measuring: each trial in a process of its own, contestants in turn, and another one first in each round.

A worker is a command that prints one line of JSON with its figures, last. Processes of their own keep what one contestant
has loaded or cached in memory from another, and make peaks of memory comparable. Contestants are measured in turn, so
that a machine that slows down slows all of them; and the order moves on by one each round, so that none of them always
profits from what the one before it left in the caches of the system.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

Figures = Mapping[str, float]

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Contestant:
    """Something that is measured."""

    name: str
    command: tuple[str, ...]
    """Arguments for this Python: a file and its options."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that differ from this process's own."""


@dataclass(frozen=True)
class Trial:
    """One measurement."""

    contestant: str
    figures: Figures


class TrialError(RuntimeError):
    """A worker did not get through; the message shows what it said."""


def run_in_turn(contestants: Sequence[Contestant], repeats: int, timeout_s: float = 3_600.0) -> list[Trial]:
    """Measure each contestant `repeats` times, another one first in each round.

    Raises:
        TrialError: a worker failed.
    """
    trials = []
    for number in range(repeats):
        for contestant in turned(contestants, number):
            print(f"round {number + 1} of {repeats}: {contestant.name}", file=sys.stderr, flush=True)
            trials.append(Trial(contestant.name, run_worker(contestant, timeout_s)))
    return trials


def turned(items: Sequence[Contestant], by: int) -> Iterator[Contestant]:
    """The items in order, beginning with another one."""
    start = by % len(items) if items else 0
    return chain(items[start:], items[:start])


def run_worker(contestant: Contestant, timeout_s: float = 3_600.0) -> Figures:
    """The figures that a worker prints.

    Raises:
        TrialError: it failed, or printed none.
    """
    command = [sys.executable, *contestant.command]
    done = subprocess.run(
        command,
        env={**os.environ, **contestant.environment},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    lines = done.stdout.splitlines()
    if done.returncode != 0 or not lines:
        raise TrialError(
            f"{contestant.name} ended with status {done.returncode}.\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        )
    figures: Figures = json.loads(lines[-1])
    return figures


def say(figures: Figures) -> None:
    """What a worker does last: print its figures where the benchmark looks for them."""
    sys.stdout.flush()
    print(f"\n{json.dumps(dict(figures))}", flush=True)


def peak_mb() -> float:
    """The most memory that this process has held so far, in megabytes."""
    if _STATUS.is_file():
        # Not getrusage: its figure begins with what the parent held when it started this process.
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


@contextmanager
def clocked(figures: dict[str, float]) -> Iterator[None]:
    """Note the seconds on the wall and on the processor, and the memory that it took above what was held before."""
    before_mb = peak_mb()
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    yield
    figures["wall_s"] = time.perf_counter() - wall_s
    figures["cpu_s"] = time.process_time() - cpu_s
    figures["added_mb"] = peak_mb() - before_mb
    figures["peak_mb"] = peak_mb()


def median_of(trials: Sequence[Trial], contestant: str, figure: str) -> float:
    """The median of a figure over a contestant's trials."""
    return statistics.median(samples_of(trials, contestant, figure))


def samples_of(trials: Sequence[Trial], contestant: str, figure: str) -> list[float]:
    """A figure in each of a contestant's trials."""
    return [trial.figures[figure] for trial in trials if trial.contestant == contestant]


def ratio_of(trials: Sequence[Trial], one: str, other: str, figure: str) -> float:
    """How many times larger a figure of one contestant is than that of another: the median over the rounds.

    Round by round, so that a round in which the machine was slow counts for both.
    """
    pairs = zip(samples_of(trials, one, figure), samples_of(trials, other, figure), strict=True)
    return statistics.median(first / second for first, second in pairs)


def all_samples(trials: Sequence[Trial]) -> dict[str, list[float]]:
    """Every measurement, by contestant and figure."""
    found: dict[str, list[float]] = {}
    for trial in trials:
        for figure, value in trial.figures.items():
            found.setdefault(f"{trial.contestant}: {figure}", []).append(value)
    return found
