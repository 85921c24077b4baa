"""What the commands of `links2 review` print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from links2_tasks._console import results_console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from links2_tasks.review import ExportReport, PersonRun, Progress, ReviewAgreement, Status

_MOST_SHOWN = 20


def print_status(found: Status) -> None:
    """Where questions stand, how far people are, and what waits for somebody."""
    from links2_tasks.review import WORDS

    table = Table("task", *WORDS, title="Questions, as checked", box=SIMPLE_HEAD)
    for task, counts in found.counts.items():
        table.add_row(escape(task), *(str(counts[word] or "") for word in WORDS))
    table.add_row("all", *(str(sum(counts[word] for counts in found.counts.values())) for word in WORDS))
    results_console().print(table)
    for mode in dict.fromkeys(one.mode for one in found.progress):
        _print_progress(mode, [one for one in found.progress if one.mode == mode])
    for one in found.open[:_MOST_SHOWN]:
        said = ", ".join(f"{each.reviewer} {each.verdict}" for each in one.outcome.decisions)
        typer.echo(f"open: {one.question.question_id} ({said})")
    if len(found.open) > _MOST_SHOWN:
        typer.echo(f"open: {len(found.open) - _MOST_SHOWN} more; settle them with `links2 review ROOT --adjudicate`")
    for run, counts in found.errors.items():
        typer.echo(f"wrong answers of {run}: " + ", ".join(f"{n} {state}" for state, n in sorted(counts.items())))
    if found.outdated:
        ids = ", ".join(dict.fromkeys(each.question_id for each in found.outdated[:_MOST_SHOWN]))
        typer.echo(f"{len(found.outdated)} decisions count no more, as the questions have changed since: {ids}")
    typer.echo(f"users with a password: {', '.join(found.users) or 'none'}")


def _print_progress(mode: str, found: Sequence[Progress]) -> None:
    people = sorted({one.reviewer for one in found})
    table = Table("task", *people, title=f"Done of given, mode {mode}", box=SIMPLE_HEAD)
    cells = {(one.task, one.reviewer): f"{one.n_done} of {one.n_given}" for one in found}
    for task in sorted({one.task for one in found}):
        table.add_row(escape(task), *(cells.get((task, person), "") for person in people))
    of_all = [[one for one in found if one.reviewer == person] for person in people]
    table.add_row("all", *(f"{sum(o.n_done for o in own)} of {sum(o.n_given for o in own)}" for own in of_all))
    results_console().print(table)


def print_agreements(found: Sequence[ReviewAgreement]) -> None:
    """One table for each mode and run."""
    if not found:
        typer.echo("No two people have decided about the same question yet.")
    for mode, run in dict.fromkeys((one.mode, one.run) for one in found):
        title = f"Agreement, mode {mode}" + (f", answers of {run}" if run else "")
        table = Table("task", "first", "second", "n", "alike", "kappa", "95 % interval", title=title, box=SIMPLE_HEAD)
        for one in found:
            if (one.mode, one.run) == (mode, run):
                kappa, interval = one.kappa.value, one.kappa.interval
                shown = "" if interval is None else f"{interval.low:.2f} to {interval.high:.2f}"
                value = "none: one category" if kappa is None else f"{kappa:.2f}"
                table.add_row(escape(one.task), one.first, one.second, str(one.n), f"{one.share:.0%}", value, shown)
        results_console().print(table)


def print_export(report: ExportReport) -> None:
    """What became of the questions of each task."""
    from links2_tasks.review import WORDS

    table = Table("task", *WORDS, box=SIMPLE_HEAD)
    for task, counts in report.counts.items():
        table.add_row(escape(task), *(str(counts[word] or "") for word in WORDS))
    results_console().print(table)
    typer.echo(f"{report.n_after} of {report.n_before} questions in {report.out}")


def print_people(runs: Sequence[PersonRun]) -> None:
    """One line for each run."""
    for run in runs:
        typer.echo(f"{run.name}: {run.n_answers} answers, {run.accuracy:.3f} right, in {run.folder}")
