"""Random guessing: the measured chance level."""

from __future__ import annotations

import hashlib
from pathlib import Path

from links2_tasks.schema import Question


class RandomBaseline:
    """Draws a letter for each question from a digest of its id, so order, batches and processes do not matter."""

    def __init__(self, seed: int = 0) -> None:
        """Another `seed` gives other, independent draws."""
        self._seed = seed

    def answer(self, question: Question, root: Path) -> str:
        """A letter, each with the same chance."""
        digest = hashlib.sha256(f"{self._seed}:{question.question_id}".encode()).digest()
        # 64 bits modulo at most 6: the letters' chances differ by less than one in 10^18.
        return question.letters[int.from_bytes(digest[:8], "big") % len(question.letters)]
