"""Questions that tell themselves apart by number, and models that answer them by it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vlmeval_runs import HostRun, text_of

from links2_tasks.schema import Question

TASK = "uav_localization"
FRAMES, VIDEO = f"LinkS2-{TASK}", f"LinkS2-{TASK}_video"


def numbered_questions(make_question: Any, n_questions: int, changes: Mapping[str, Any]) -> list[Question]:
    """Questions 0, 1, ... of one task; `changes` gives the fields of single ones, under `q3` and the like."""
    return [
        make_question(
            TASK, index, **{"question": f"Which one is it in question {index}?", **changes.get(f"q{index}", {})}
        )
        for index in range(n_questions)
    ]


def question_file(root: Path) -> Path:
    """The file of the task's questions."""
    return root / f"questions/test/{TASK}.jsonl"


def edit_lines(root: Path, edit: Callable[[list[str]], list[str]]) -> None:
    """Change the lines of the question file, by number, without the checks that writing a dataset has."""
    path = question_file(root)
    lines = sorted(path.read_text(encoding="utf-8").splitlines(), key=lambda line: json.loads(line)["question_id"])
    path.write_text("\n".join(edit(lines)) + "\n", encoding="utf-8")


def changed(line: str, **fields: Any) -> str:
    """A line with other fields."""
    return json.dumps({**json.loads(line), **fields})


def on(index: int, otherwise: str = "A", **outcome: Any) -> Callable[[Any], Any]:
    """An answer to all messages, but another one, or an error, to that with a question."""

    def answer(message: Any) -> Any:
        if f"in question {index}?" not in text_of(message):
            return otherwise
        if "error" in outcome:
            raise outcome["error"]
        return outcome["reply"]

    return answer


def scores_of(run: HostRun, dataset: str = FRAMES) -> dict[str, str]:
    """Scores by question."""
    return {name: row["score"] for name, row in run.rows(dataset).items()}
