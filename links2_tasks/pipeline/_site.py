"""What all stages of one build are given, and how a stage goes through its flights."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from links2_tasks import __version__
from links2_tasks.pipeline._digest import digest_of
from links2_tasks.pipeline._engines import Engine
from links2_tasks.pipeline._settings import BuildSettings
from links2_tasks.pipeline._work import STAGES, Made, StageFolder

Show = Callable[[str], None]
Progress = Callable[[str, int | None], AbstractContextManager[Show]]
"""Opens a stage by its title and number of steps, and gives what each step is told to; `_console.steps` is one."""
Argument = TypeVar("Argument")


@contextmanager
def silent(title: str, n_steps: int | None = None) -> Iterator[Show]:
    """No progress is shown."""
    yield lambda step: None


@dataclass(frozen=True)
class Site:
    """Where a build takes place, and with what."""

    folder: Path
    settings: BuildSettings
    work: Path
    engine: Engine
    progress: Progress

    def stage(self, name: str) -> StageFolder:
        """The folder of a stage."""
        return StageFolder(self.work, name)

    def title(self, name: str, what: str) -> str:
        """What a stage's progress is headed by."""
        return f"{STAGES.index(name) + 1}/{len(STAGES)} {what}"

    def made_from(self, stage: str, **parts: object) -> str:
        """Digest of what a stage depends on: the parts that are named, and this version of the package."""
        return digest_of(stage=stage, version=__version__, **parts)


@dataclass(frozen=True)
class Job(Generic[Argument]):
    """A flight that a stage works on."""

    flight: str
    made_from: str
    argument: Argument
    """What the stage's function is given; `str` of it names the flight."""


@dataclass(frozen=True)
class MadeOfFlights:
    """What a stage made of all flights."""

    made: Mapping[str, Made]
    """By flight, in their order."""
    n_kept: int

    @property
    def sha256(self) -> str:
        """Digest of all of it."""
        return digest_of(flights=[(flight, made.sha256) for flight, made in self.made.items()])


def make_of_flights(
    site: Site,
    stage: str,
    what: str,
    jobs: Sequence[Job[Argument]],
    function: Callable[[Argument], Made],
    *,
    holds: Callable[[Made], bool] = lambda made: True,
) -> MadeOfFlights:
    """Do what a stage does to each flight, or take what an earlier build made of it.

    Args:
        site: The build.
        stage: Name of the stage.
        what: What it does, for people.
        jobs: The flights.
        function: What is done; a function of a module.
        holds: Whether what lies outside the stage's own file is there still.
    """
    place = site.stage(stage)
    found: dict[str, Made] = {}
    for job in jobs:
        made = place.read_item(job.flight, job.made_from)
        if made is not None and holds(made):
            found[job.flight] = made
    n_kept = len(found)
    missing = [job for job in jobs if job.flight not in found]
    of_argument = {id(job.argument): job for job in missing}
    place.drop_other_items(job.flight for job in jobs)
    told = f"{what}; {n_kept} of {len(jobs)} flights were done before" if n_kept else what
    with site.progress(site.title(stage, told), len(missing)) as show:

        def keep(argument: Argument, made: Made) -> None:
            job = of_argument[id(argument)]
            place.write_item(job.flight, job.made_from, made)
            found[job.flight] = made
            show(job.flight)

        site.engine.map(function, [job.argument for job in missing], keep)
    return MadeOfFlights({job.flight: found[job.flight] for job in jobs}, n_kept)


class Clock:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """To a hundredth."""
        return round(time.monotonic() - self._start, 2)
