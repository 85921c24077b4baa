"""The geometric baseline: answers from registered pixels, and counts how often it could not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import cv2

from links2_tasks.baselines.geometric._answers import ANSWERS
from links2_tasks.baselines.geometric._case import CannotTellError, Case
from links2_tasks.baselines.geometric._clip import Registrar
from links2_tasks.baselines.prior import PriorBaseline
from links2_tasks.errors import Links2Error
from links2_tasks.schema import Question

ANSWERED = "answered"


@dataclass(frozen=True)
class Outcome:
    """How often questions of a task ended in one way."""

    task: str
    reason: str
    """'answered', or why the answer is the prior's."""
    count: int


class GeometricBaseline:
    """Registers video frames to the satellite image by local features and answers by geometry.

    It reads pixels, marks, ground sample distances, times and the texts of the question and its options: what a model
    is shown. It never reads the answer, its value, telemetry or landmarks. Where it cannot tell, the prior answers and
    the reason is counted. One object keeps frames, features and registrations, so ask all questions of one.
    """

    def __init__(self, prior: PriorBaseline | None = None) -> None:
        """Start with nothing read; `prior` answers what geometry cannot."""
        self._prior = prior if prior is not None else PriorBaseline()
        self._registrar = Registrar()
        self._counts: Counter[tuple[str, str]] = Counter()

    def answer(self, question: Question, root: Path) -> str:
        """Letter of the option that geometry finds, or the prior's. Bad media and odd questions never raise."""
        try:
            letter, reason = self._geometric(question, Path(root)), ANSWERED
        except CannotTellError as error:
            letter, reason = self._prior.answer(question, root), str(error)
        except (Links2Error, OSError):
            letter, reason = self._prior.answer(question, root), "media unreadable"
        except (cv2.error, ValueError, ArithmeticError):
            # Wild geometry can defeat OpenCV or NumPy in ways that cannot be listed; one question must not end a run.
            letter, reason = self._prior.answer(question, root), "numerical failure"
        self._counts[question.task, reason] += 1
        return letter

    def report(self) -> tuple[Outcome, ...]:
        """How often each task ended in each way so far, by task and then by count."""
        rows = (Outcome(task, reason, count) for (task, reason), count in self._counts.items())
        return tuple(sorted(rows, key=lambda row: (row.task, -row.count, row.reason)))

    def _geometric(self, question: Question, root: Path) -> str:
        answer = ANSWERS.get(question.task)
        if answer is None:
            raise CannotTellError("task without a geometric answer")
        if not question.satellite:
            raise CannotTellError("question without a satellite image")
        return answer(Case(question, root, self._registrar))
