"""What writers wrote about small flights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from links2_tasks.rewriting._wordings import rendered, slots_of, wordings
from links2_tasks.schema import Question


@dataclass(frozen=True)
class Written:
    """What the writers wrote, and where the media lie."""

    root: Path
    questions: tuple[Question, ...]

    def one(self, task: str) -> Question:
        """A question of a task."""
        return next(question for question in self.questions if question.task == task)


def in_all_wordings(question: Question) -> list[Question]:
    """A question in each of its task's wordings, the writer's own first."""
    slots = slots_of(question.task, question.question)
    assert slots is not None, f"no template matches {question.question!r}"
    return [
        question.model_copy(update={"question": rendered(question.task, number, slots)})
        for number in range(len(wordings()[question.task]))
    ]
