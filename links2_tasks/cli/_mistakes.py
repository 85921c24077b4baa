"""The command that says what wrong answers are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from links2_tasks.cli._app import app

if TYPE_CHECKING:
    from links2_tasks.mistakes import Agreement, Study


@app.command()
def mistakes(
    run: Annotated[Path, typer.Argument(help="Folder of results, of either framework.")],
    name: Annotated[str | None, typer.Option(help="Only the run of this name, where the folder holds several.")] = None,
    data: Annotated[str | None, typer.Option(help="Dataset of the run; by default as for the tasks.")] = None,
    cases: Annotated[Path | None, typer.Option(help="Write the undecided answers here, for people.")] = None,
    labels: Annotated[list[Path] | None, typer.Option(help="Filled-in file of one rater; once for each.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw the shares to this PNG or SVG file.")] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Draw for a dark page.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write the shares to this CSV file.")] = None,
) -> None:
    """Say what wrong answers are, where the questions' data prove it, and leave the rest to people.

    A guesser's wrong answers get categories too: compare with the rows called 'by guessing'.

        links2 mistakes out --picture mistakes.png --cases cases.jsonl

        links2 mistakes out --labels ann.jsonl --labels ben.jsonl
    """
    from links2_tasks._console import steps
    from links2_tasks.construction.mini import data_root
    from links2_tasks.mistakes import only_study, study, write_shares
    from links2_tasks.report import draw_shares

    with steps(f"reading {run}"):
        studies = study(run, data_root(data), labels or (), name)
    for one in studies:
        _print(one)
    if csv is not None:
        write_shares(csv, studies)
        typer.echo(f"shares in {csv}")
    if picture is not None:
        one = only_study(studies, run)
        draw_shares(one.shares, picture, guessed=one.guessed, title=one.run.name, theme="dark" if dark else "light")
        typer.echo(f"picture in {picture}")
    if cases is not None:
        typer.echo(
            f"{only_study(studies, run).write_cases(cases)} cases in {cases}. Give each rater a copy to fill in."
        )


def _print(study: Study) -> None:
    from links2_tasks.mistakes import CATEGORIES, UNDECIDED

    table = Table(title=escape(f"Wrong answers of {study.run.name}"), header_style="bold")
    table.add_column("task")
    for name in ("wrong", *CATEGORIES, UNDECIDED):
        table.add_column(name.replace("_", " "), justify="right")
    for shares in study.shares:
        table.add_row(shares.name, str(shares.n_wrong), *(str(number or "") for number in shares.counts.values()))
    for guessed in study.guessed[-1:]:
        table.add_row("by guessing", "", *(f"{share * guessed.n_wrong:.1f}" for share in guessed.shares.values()))
    Console().print(table)
    for one in study.agreements:
        typer.echo(_agreement(one))


def _agreement(agreement: Agreement) -> str:
    kappa = agreement.kappa
    found = "no kappa: only one category came" if kappa.value is None else f"Cohen's kappa {kappa.value:.2f}"
    if kappa.interval is not None:
        found += f" (95 % interval {kappa.interval.low:.2f} to {kappa.interval.high:.2f})"
    differ = [f"{a} / {b}: {n}" for (a, b), n in agreement.table.items() if a != b]
    tail = f". They differ on {', '.join(differ)}" if differ else ""
    return f"{agreement.first} and {agreement.second}: {agreement.n_same} of {kappa.n} the same, {found}{tail}"
