"""The prior: always the letter that is right most often, without a look at the question."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from links2_tasks.schema import LETTERS, Question


class PriorBaseline:
    """Answers with one fixed letter for each number of options.

    It may not see the answers of the questions that it is asked. So without a table it says 'A'; a table comes from
    other questions, for example those of a training split. On letters that are balanced it scores at chance.
    """

    def __init__(self, letters: Mapping[int, str] | None = None) -> None:
        """Take the letter for each number of options; numbers that are not in the table get 'A'.

        Raises:
            ValueError: a letter is not among that many options.
        """
        self._letters = dict(letters or {})
        for n_options, letter in self._letters.items():
            if len(letter) != 1 or letter not in LETTERS[:n_options]:
                raise ValueError(f"'{letter}' is not a letter of {n_options} options ({LETTERS[:n_options]})")

    @classmethod
    def of(cls, questions: Iterable[Question]) -> PriorBaseline:
        """Prior of the answers of questions that will not be asked; of equally frequent letters the first."""
        counts: dict[int, Counter[str]] = defaultdict(Counter)
        for question in questions:
            counts[len(question.options)][question.answer] += 1
        return cls({n: min(seen, key=lambda letter: (-seen[letter], letter)) for n, seen in counts.items()})

    def answer(self, question: Question, root: Path) -> str:
        """The fixed letter."""
        return self._letters.get(len(question.options), LETTERS[0])
