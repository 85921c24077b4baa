"""The table at the end of a run."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from links2_tasks.frameworks.vlmeval._outcome import Outcome, PairOutcome

_WIDTH = 160
"""Columns where the output is no terminal and has no width of its own."""


def print_outcome(outcome: Outcome, host_version: str) -> None:
    """Print what became of each model and dataset, and what to do next."""
    table = Table(
        "model", "dataset", "questions", "score", "failed", "what happened", title=f"links2 on {host_version}"
    )
    for pair in outcome.pairs:
        table.add_row(*map(escape, _cells(pair)), style="red" if pair.problem else None)
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    console.print(table)
    for advice in dict.fromkeys(pair.advice for pair in outcome.pairs if pair.advice):
        console.print(f"next: {escape(advice)}", soft_wrap=True, highlight=False)


def _cells(pair: PairOutcome) -> tuple[str, ...]:
    return (
        pair.model,
        pair.dataset,
        "-" if pair.n_questions is None else str(pair.n_questions),
        "-" if pair.score is None else f"{pair.score_name} {pair.score:.3f}",
        str(pair.n_failed),
        pair.problem or (f"done ({pair.remark})" if pair.remark else "done"),
    )
