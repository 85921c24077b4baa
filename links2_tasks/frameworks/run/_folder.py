"""The folder of a run: `run.json`, answers that are kept, and a folder for the results of each attempt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from links2_tasks.errors import FrameworkError

_ATTEMPT = "attempt-"


@dataclass(frozen=True)
class Attempt:
    """One start of the framework."""

    number: int
    """From 1."""
    results: Path
    """Where the framework writes its results; nothing else does."""


@dataclass(frozen=True)
class OutFolder:
    """What lies where below `--out`."""

    root: Path

    @property
    def record(self) -> Path:
        """What was asked for."""
        return self.root / "run.json"

    @property
    def lock(self) -> Path:
        """The lock file of the run at work."""
        return self.root / "lock"

    @property
    def answers(self) -> Path:
        """Answers that were given; an attempt asks only what is missing in it."""
        return self.root / "answers"

    def attempts(self) -> list[Attempt]:
        """The attempts that were begun, in order."""
        numbers = [path.name.removeprefix(_ATTEMPT) for path in self.root.glob(f"{_ATTEMPT}*")]
        return [self._attempt(number) for number in sorted(int(each) for each in numbers if each.isdigit())]

    def next_attempt(self) -> Attempt:
        """Another attempt; its folder is made, so that no later one has its number."""
        begun = self.attempts()
        attempt = self._attempt(begun[-1].number + 1 if begun else 1)
        attempt.results.mkdir(parents=True)
        return attempt

    def refuse_others(self) -> None:
        """Refuse a folder that holds something else.

        Raises:
            FrameworkError: there is something in it, and no `run.json`.
        """
        if self.root.exists() and not self.root.is_dir():
            raise FrameworkError(f"{self.root} is no folder. Name another --out.")
        others = [path.name for path in self.root.iterdir() if path != self.lock] if self.root.is_dir() else []
        if others and not self.record.is_file():
            raise FrameworkError(
                f"{self.root} holds other things ({', '.join(sorted(others)[:3])}) and no {self.record.name}. Name a "
                "new folder with --out, or that of an earlier `links2 run`."
            )

    def _attempt(self, number: int) -> Attempt:
        return Attempt(number, self.root / f"{_ATTEMPT}{number}")
