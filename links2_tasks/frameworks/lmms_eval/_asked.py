"""What a model was shown for each question, kept from the making of a prompt to the scoring of its answer."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from links2_tasks.prompt import FrameManifest


@dataclass(frozen=True)
class Asked:
    """Record of one prompt."""

    manifest: FrameManifest | None
    """The frames that were shown; None when no prompt could be built."""
    reason: str = ""
    """Why no prompt could be built, as one of the reasons of sample rows; empty when it was."""
    error: str = ""
    """The same in words."""


class AskedLog:
    """A bounded log that several threads may use."""

    def __init__(self, capacity: int = 100_000) -> None:
        """Keep at most `capacity` records; the oldest go first."""
        self._capacity = capacity
        self._records: OrderedDict[tuple[str, str], Asked] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, variant: str, question_id: str, asked: Asked) -> None:
        """Remember the latest prompt for a question of a variant."""
        with self._lock:
            self._records[variant, question_id] = asked
            self._records.move_to_end((variant, question_id))
            while len(self._records) > self._capacity:
                self._records.popitem(last=False)

    def forget(self, variant: str, question_id: str) -> None:
        """Drop what an earlier run of this process left about a question."""
        with self._lock:
            self._records.pop((variant, question_id), None)

    def get(self, variant: str, question_id: str) -> Asked | None:
        """The latest prompt for a question; None when this process built none."""
        with self._lock:
            return self._records.get((variant, question_id))


ASKED = AskedLog()
"""The log of this process. The host calls hooks as plain functions, so there is no object of a run to keep it in."""
