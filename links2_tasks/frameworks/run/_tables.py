"""What a run prints: the look before it, and what it came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from links2_tasks._console import results_console
from links2_tasks._files import size_text
from links2_tasks.frameworks._checks import Check
from links2_tasks.frameworks.run._estimate import Estimate, RunEstimate
from links2_tasks.frameworks.run._outcome import LOST, Failure, RunOutcome
from links2_tasks.schema import DEFAULT_VARIANT
from links2_tasks.scoring import Scoreboard, Summary
from links2_tasks.variants import CIRCULAR

MOST_LISTED = 20
"""Questions that are named for each reason; the rest is counted."""
_NOTE_CHARS = 200
_OPEN = "open"


def print_checks(checks: Iterable[Check], notes: Sequence[str]) -> None:
    """Print what was looked at."""
    out = results_console()
    for check in checks:
        sign = "[green]ok  [/]" if check.ok else "[red]FAIL[/]"
        out.print(f"{sign} {escape(check.name)}: {escape(check.detail)}")
    for note in notes:
        out.print(f"[yellow]note[/] {escape(note)}")


def print_estimate(found: RunEstimate) -> None:
    """Print what the run will ask and show."""
    table = Table(
        "task", "questions", "frames", "maps", "Mpx", "tokens (patches)", "tokens (tiles)", "upload", title="Estimate"
    )
    for name, sums in found.tasks.items():
        table.add_row(name, *_cells(sums))
    table.add_section()
    table.add_row("all", *_cells(found.total))
    out = results_console()
    out.print(table)
    out.print(
        f"{found.n_clips} clips to decode, each once; decoded media come to {size_text(found.disk_bytes)} on the disk."
    )
    out.print(
        "Estimates of what is put in: text at 4 characters a token; images at 28 x 28 px a token (Qwen2.5-VL) or at 85 "
        "tokens and 170 for each tile of 512 px (OpenAI, detail high); upload as PNG in base64."
    )


def print_outcome(outcome: RunOutcome, where: str) -> None:
    """Print figures, then what has failed and what to do next.

    Args:
        outcome: What an attempt came to.
        where: Where its results are.
    """
    out = results_console()
    for variant, board in outcome.boards.items():
        out.print(_table_of(variant, board))
    if outcome.boards:
        out.print("Dimensions and overall: mean over tasks, each counting the same.")
        out.print(f"results: {escape(where)}")
    _print_failures(out, outcome.failures)
    for task, n_rows in outcome.n_missing.items():
        out.print(f"[red]missing[/] {escape(task)}: {n_rows} questions have no row in the results")
    if outcome.n_empty:
        out.print(
            f"[yellow]note[/] {outcome.n_empty} replies are empty. Some models hide errors that way; the same command "
            "asks these again."
        )
    for advice in _advice(outcome):
        out.print(f"next: {escape(advice)}")


def _table_of(variant: str, board: Scoreboard) -> Table:
    title = "links2 run" if variant == DEFAULT_VARIANT else f"links2 run: {variant}"
    names = {CIRCULAR: "all rotations right", _OPEN: "open score"}
    table = Table("", "questions", names.get(variant, "accuracy"), "standard error", "no answer read", title=title)
    for summary in board.tasks:
        table.add_row(*_figures(summary))
    table.add_section()
    for summary in (*board.dimensions, board.overall):
        table.add_row(*_figures(summary))
    return table


def _print_failures(out: Console, failures: Sequence[Failure]) -> None:
    for reason, count in Counter(failure.reason for failure in failures).items():
        out.print(f"[red]{reason}[/] {count}")
        listed = [failure for failure in failures if failure.reason == reason]
        for failure in listed[:MOST_LISTED]:
            note = " ".join(failure.note.split())[:_NOTE_CHARS]
            out.print(f"  {escape(failure.task)} {escape(failure.question_id)}: {escape(note)}")
        if count > MOST_LISTED:
            out.print(f"  and {count - MOST_LISTED} more")


def _advice(outcome: RunOutcome) -> list[str]:
    reasons = {failure.reason for failure in outcome.failures}
    advice = []
    if not outcome.boards:
        advice.append("read what the framework printed above; the same command then goes on from here")
    elif LOST in reasons or outcome.n_missing:
        advice.append("the same command asks only what has no answer")
    if reasons - {LOST}:
        advice.append("`links2 validate` says what is wrong with these questions; ask the mended data in another --out")
    return advice


def _cells(sums: Estimate) -> tuple[str, ...]:
    tokens = [f"{sums.text_tokens + images:,}" for images in (sums.patch_tokens, sums.tile_tokens)]
    counts = [f"{count:,}" for count in (sums.n_questions, sums.n_frames, sums.n_maps, round(sums.n_px / 1e6))]
    return (*counts, *tokens, size_text(sums.upload_bytes))


def _figures(summary: Summary) -> tuple[str, ...]:
    error = summary.macro_standard_error
    return (
        summary.name,
        str(summary.n),
        f"{summary.macro_accuracy:.3f}",
        "-" if error is None else f"{error:.3f}",
        str(summary.n_failures),
    )
