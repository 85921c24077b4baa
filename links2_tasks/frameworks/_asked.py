"""What a model was shown for each question, kept from the making of a prompt to the scoring of its answer."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from links2_tasks.errors import PromptError
from links2_tasks.prompt import FrameManifest, Prompt, PromptSettings, build_prompt
from links2_tasks.schema import Question, Record

UNREADABLE = "The images of this question could not be read. Reply with the word UNREADABLE only."
"""What a model is asked when there is no prompt: a framework needs a reply to each request, and this one is not scored.

Were the reply kept by a framework's cache and met again later, it would hold no letter.
"""


class Asked(Record):
    """Record of one prompt."""

    manifest: FrameManifest | None = None
    """The frames that were shown; None when no prompt could be built."""
    reason: str = ""
    """Why no prompt could be built, as one of the reasons of sample rows; empty when it was."""
    error: str = ""
    """The same in words."""


@dataclass(frozen=True)
class Attempt:
    """The outcome of building a prompt."""

    prompt: Prompt | None
    """None when the question's media or the settings are bad."""
    asked: Asked


def attempt(question: Question, settings: PromptSettings, root: Path) -> Attempt:
    """Build a prompt, or say why not; never raises.

    What a hook raises ends a framework's whole run and loses its answers, so every fault of one question is kept as a
    fact about that question: its sample row says `media_error` (or `prompt_error`) and scores 0.
    """
    try:
        prompt = build_prompt(question, settings, root)
    except Exception as error:  # noqa: BLE001
        return Attempt(None, not_built(error))
    return Attempt(prompt, Asked(manifest=prompt.manifest))


def not_built(error: Exception) -> Asked:
    """The record of a prompt that could not be built."""
    reason = "prompt_error" if isinstance(error, PromptError) else "media_error"
    return Asked(reason=reason, error=f"{type(error).__name__}: {error}")


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
"""The log of this process. Hosts call hooks as plain functions, so there is no object of a run to keep it in."""
