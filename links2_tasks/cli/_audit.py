"""Commands that look for what makes a score mean less than it seems."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from links2_tasks._console import results_console
from links2_tasks._files import write_text
from links2_tasks.cli._app import RESULTS, app

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from links2_tasks.audits import Clue, DatasetAudit, Duplicate, Leak, RunAudit, ShortcutScore

_MOST_SHOWN = 12
"""Duplicates and leaks of one kind that are printed; the JSON file holds all."""

audit = typer.Typer(name="audit", no_args_is_help=True, rich_markup_mode="markdown")
app.add_typer(audit, rich_help_panel=RESULTS)


@audit.callback()
def _audit() -> None:
    """Look for what makes a score mean less than it seems: shortcuts, duplicates, leaks, preferred letters, lost answers.

    links2 audit data

    links2 audit run out
    """


@audit.command()
def data(
    root: Annotated[
        str | None,
        typer.Argument(
            metavar="ROOT", help="Folder or Hub id of a dataset; by default LINKS2_DATA or the simulated one."
        ),
    ] = None,
    run: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of a run without pictures, such as links2_text_only; may be repeated."),
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Parts that regions are dealt to, at most one each.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Of folds, forests and intervals.")] = 0,
    pruned: Annotated[
        Path | None, typer.Option(help="Also write the ids of the questions that no shortcut solves, one a line.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write all findings to this JSON file.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when a shortcut is above chance.")] = False,
) -> None:
    """Say how far one gets with the text alone, or with where marks lie alone, and what is there twice.

    **Text alone**: rules (longest option, middle number, odd one out and so on) and classifiers that learn from other
    regions (n-grams, tf-idf, a forest) answer every question from its words. **Layout alone**: the same with the places
    of marks, paths and tiles. A task is solvable so when the *corrected p* of any row is below 0.05: it is corrected for
    all rows of the audit, since among many guessers some do well by luck. `--run` adds a language model's answers.

    **Pruned**: where a shortcut works, the questions that it has right are taken out until none does.

    **Twice**: questions that ask the same of the same footage, and files with the same bytes. **Leaks**: what two
    splits share; a dataset of one split has none.

        links2 audit data

        links2 audit data my_city --run out/text_only --pruned kept.txt --json audit.json --strict
    """
    from links2_tasks._console import steps
    from links2_tasks.audits import audit_dataset
    from links2_tasks.construction.mini import data_root
    from links2_tasks.results import read_runs

    folder = data_root(root)
    runs = [one for path in run or [] for one in read_runs(path)]
    with steps(f"auditing {folder}") as show:
        found = audit_dataset(folder, runs, folds=folds, seed=seed, progress=show)
    _print_data(found)
    if pruned is not None:
        write_text(pruned, "".join(f"{question_id}\n" for question_id in found.text.pruned))
        typer.echo(f"{len(found.text.pruned)} of {found.n_questions} questions are in {pruned}")
    if json_file is not None:
        _write_json(json_file, _plain(found))
    if strict and found.found:
        raise typer.Exit(1)


@audit.command("run")
def run_(
    folder: Annotated[
        Path, typer.Argument(metavar="RUN", help="Folder with results of either framework; all runs below it.")
    ],
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write all findings to this JSON file.")] = None,
) -> None:
    """Say whether a model prefers letters, and which of its replies gave no answer and why.

    **Letters**: a model without a preference is right as often wherever the right option stands. *Spread* is the standard
    deviation of its accuracies by right letter; *p* is the chance of choices as uneven without a preference.

    **No answer**: replies by reason, with the beginnings of some. Thinking that was cut off is an answer that was not
    heard: above 1 % of it there is a warning with the limit of tokens.

        links2 audit run out

        links2 audit run out --json audit.json
    """
    from links2_tasks.audits import audit_run
    from links2_tasks.results import read_runs

    found = [audit_run(one) for one in read_runs(folder)]
    for each in found:
        _print_run(each)
    if json_file is not None:
        _write_json(json_file, [_plain(each) for each in found])


def _print_data(found: DatasetAudit) -> None:
    text = found.text
    how = f"held out by {text.grouped_by}, {text.n_folds} folds"
    _print_scores(f"Text alone ({how})", text.scores)
    _print_scores(f"Layout alone ({how})", found.layout)
    for (task, classifier), clues in text.clues.items():
        typer.echo(f"{task}: {classifier} goes by {_clues(clues)}")
    n_gone = found.n_questions - len(text.pruned)
    typer.echo(f"Pruned: {n_gone} of {found.n_questions} questions would go until text alone is at chance")
    _print_duplicates(found.duplicates)
    if len(found.splits) < 2:
        typer.echo(f"Leaks: only the split '{', '.join(found.splits)}', so there is nothing to compare")
    else:
        _print_leaks(found.leaks)


def _print_scores(title: str, scores: Sequence[ShortcutScore]) -> None:
    """Of each task the best classifier, and every one that is above chance."""
    table = Table("task", "classifier", "n", "accuracy", "95 % interval", "chance", "p", "corrected p", "", title=title)
    n_looks = sum(one.p_value is not None for one in scores)
    for task in dict.fromkeys(one.task for one in sorted(scores, key=lambda one: (one.task == "all", one.task))):
        looks = [one for one in scores if one.task == task and one.p_any_look is not None]
        looks.sort(key=lambda one: (one.p_any_look or 0.0, one.p_value or 0.0, -one.accuracy))
        for one in [each for i, each in enumerate(looks) if i == 0 or each.above_chance]:
            interval = f"{one.interval.low:.2f} to {one.interval.high:.2f}" if one.interval else ""
            table.add_row(
                one.task,
                escape(one.classifier),
                str(one.n),
                f"{one.accuracy:.2f}",
                interval,
                f"{one.chance:.2f}",
                f"{one.p_value:.3g}",
                f"{one.p_any_look:.3g}",
                "[red]above chance[/]" if one.above_chance else "",
            )
        if not looks:
            table.add_row(task, "none tells options apart", *[""] * 7)
    results_console().print(table)
    above = sorted({one.task for one in scores if one.above_chance} - {"all"})
    typer.echo(f"{n_looks} looks; tasks above chance: {', '.join(above) or 'none'}")


def _clues(clues: Sequence[Clue]) -> str:
    return ", ".join(f"'{clue.feature}' ({clue.weight:+.2f})" for clue in clues)


def _print_duplicates(duplicates: Sequence[Duplicate]) -> None:
    if not duplicates:
        typer.echo("Twice: nothing")
    for what in dict.fromkeys(one.what for one in duplicates):
        of_kind = [one for one in duplicates if one.what == what]
        table = Table("first", "second", "likeness", title=f"Twice, '{what}': {len(of_kind)} pairs")
        for one in sorted(of_kind, key=lambda one: -one.similarity)[:_MOST_SHOWN]:
            table.add_row(escape(one.first), escape(one.second), f"{one.similarity:.2f}")
        results_console().print(table)


def _print_leaks(leaks: Sequence[Leak]) -> None:
    if not leaks:
        typer.echo("Leaks: none between the splits")
    for what in dict.fromkeys(leak.what for leak in leaks):
        of_kind = [leak for leak in leaks if leak.what == what]
        table = Table("split", "other split", "what they share", title=f"Leaks, '{what}': {len(of_kind)}")
        for leak in of_kind[:_MOST_SHOWN]:
            table.add_row(escape(leak.first_split), escape(leak.second_split), escape(leak.detail))
        results_console().print(table)


def _print_run(found: RunAudit) -> None:
    positions, extraction = found.positions, found.extraction
    table = Table("letter", "right", "chosen", "accuracy where right", title=f"Letters: {escape(found.name)}")
    for one in positions.letters:
        accuracy = "" if one.accuracy is None else f"{one.accuracy:.2f}"
        table.add_row(one.letter, str(one.n_right), str(one.n_chosen), accuracy)
    results_console().print(table)
    spread = "unknown" if positions.recall_spread is None else f"{positions.recall_spread:.3f}"
    p = "too few rows for a p" if positions.p_value is None else f"p {positions.p_value:.3g}"
    typer.echo(f"{positions.n} readable letters, spread {spread}, {p}")
    lost = sum(extraction.reasons.values())
    typer.echo(f"{lost} of {extraction.n} replies give no answer")
    if lost:
        table = Table("reason", "replies", "some of them", title=f"No answer: {escape(found.name)}")
        for reason, n in extraction.reasons.items():
            table.add_row(escape(reason), str(n), escape("\n".join(extraction.examples.get(reason, ()))))
        results_console().print(table)
    if extraction.warning:
        results_console().print(f"[yellow]Warning: {escape(extraction.warning)}[/]")


def _plain(found: DatasetAudit | RunAudit) -> dict[str, Any]:
    """The record as JSON takes it: keys of two names are joined."""
    plain = dataclasses.asdict(found)
    if "text" in plain:
        clues: Mapping[tuple[str, str], Any] = plain["text"]["clues"]
        plain["text"]["clues"] = {f"{task}: {classifier}": each for (task, classifier), each in clues.items()}
    return plain


def _write_json(path: Path, content: object) -> None:
    write_text(path, json.dumps(content, indent=2) + "\n")
    typer.echo(f"all findings in {path}")
