"""What `links2 run` needs to know of a framework."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

from links2_tasks.frameworks.run._folder import Attempt, OutFolder
from links2_tasks.frameworks.run._look import Look
from links2_tasks.frameworks.run._options import Options
from links2_tasks.frameworks.run._rows import LabelledRow


class Host(ABC):
    """A framework, and the command line for its runner."""

    name: str
    """As `--framework` has it."""

    @property
    @abstractmethod
    def version(self) -> str:
        """Version of the framework, for people and for comparing."""

    @property
    @abstractmethod
    def options(self) -> Options:
        """The options that must stay what they are when a run goes on, free of secrets."""

    @property
    @abstractmethod
    def facts(self) -> Mapping[str, str]:
        """What else must stay, by what people call it."""

    @abstractmethod
    def look(self) -> Look:
        """Look at the framework and at what is asked for; takes some 20 s and starts nothing.

        Raises:
            Links2Error: what is asked for cannot be done.
        """

    @abstractmethod
    def prepare(self, folder: OutFolder) -> None:
        """Bring the answers of earlier attempts to where the next one finds them."""

    @abstractmethod
    def command(self, folder: OutFolder, attempt: Attempt) -> Sequence[str]:
        """The program that runs one attempt, and its arguments."""

    @abstractmethod
    def environment(self, folder: OutFolder, run_id: str) -> Mapping[str, str | None]:
        """Variables that the program needs; None for one that it must not have."""

    @abstractmethod
    def rows(self, results: Path) -> list[LabelledRow]:
        """The sample rows that an attempt left in its folder; none where it left no results."""
