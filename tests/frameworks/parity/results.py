"""What the comparison found, as the page and the tests read it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seen import difference
from ways import Way

from links2_tasks.schema import Question

if TYPE_CHECKING:
    # Importing the frameworks takes long, so nothing that is collected imports them.
    from run_lmms_eval import LmmsRun
    from run_vlmeval import VlmRun

Row = Mapping[str, Any]

BY_DESIGN = frozenset({"variant"})
"""Fields of a row that may differ: samplings of VLMEvalKit are no variants in lmms-eval, where a task file may say so."""

SHARED_FIGURES = {
    "links2_accuracy,none": "macro_accuracy",
    "links2_micro_accuracy,none": "micro_accuracy",
    "links2_chance_corrected,none": "chance_corrected_accuracy",
    "links2_extraction_failure,none": "failures",
}
"""Figures that mean the same, by their names in lmms-eval and in VLMEvalKit's `_acc` file."""


@dataclass(frozen=True)
class Pair:
    """One way through both frameworks."""

    way: Way
    questions: Sequence[Question]
    lmms: LmmsRun
    vlm: VlmRun

    def of_task(self, task: str) -> list[str]:
        """Ids of a task's questions."""
        return [each.question_id for each in self.questions if each.task == task]

    def differences_in_prompts(self, task: str) -> list[str]:
        """What a model is shown otherwise; a question that one framework did not ask counts."""
        found = {
            each: difference(self.lmms.shown.get(each, ()), self.vlm.shown.get(each, ())) for each in self.of_task(task)
        }
        return [f"{question_id}: {what}" for question_id, what in found.items() if what]

    def differences_in_rows(self, task: str) -> list[str]:
        """What is scored or recorded otherwise."""
        return [
            f"{each}: {what}"
            for each in self.of_task(task)
            for what in row_differences(self.lmms.rows[each], self.vlm.rows[each])
        ]


def row_differences(one: Row, other: Row) -> list[str]:
    """Fields of two rows of the same question that are not the same, with both values."""
    names = sorted((one.keys() | other.keys()) - BY_DESIGN)
    values = [(name, _comparable(name, one), _comparable(name, other)) for name in names]
    return [f"{name} {left!r} is not {right!r}" for name, left, right in values if left != right]


def _comparable(name: str, row: Row) -> Any:
    value = row.get(name, "no such field")
    # lmms-eval takes blanks and line ends off the ends of a reply before it hands it over.
    if name == "raw":
        return str(value).strip()
    # Numbers are numbers in the one and texts in the other.
    return str(value) if name in ("prediction", "answer") and value is not None else value


@dataclass(frozen=True)
class Figure:
    """One figure in both frameworks."""

    name: str
    """Of a task, a dimension, or 'overall'."""
    measure: str
    lmms: float
    vlm: float


def shared_figures(pair: Pair) -> list[Figure]:
    """Every figure of tasks, dimensions and all that should be the same."""
    table = pair.vlm.figures.assign(failures=_share_of_failures)
    return [
        Figure(str(row["name"]), ours, float(_result(pair, row)[theirs]), float(row[ours]))
        for _, row in table.iterrows()
        for theirs, ours in SHARED_FIGURES.items()
    ]


def _share_of_failures(table: Any) -> Any:
    counts = table["extraction_failures"].map(lambda cell: sum(json.loads(cell).values()))
    return counts / table["n"]


def _result(pair: Pair, row: Any) -> Mapping[str, Any]:
    """The entry of lmms-eval's results that a row of the `_acc` file stands beside."""
    return pair.lmms.results[pair.way.group if row["level"] == "overall" else pair.way.in_group(row["name"])]
