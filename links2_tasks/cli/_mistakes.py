"""The command that says what wrong answers are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from links2_tasks.cli._app import RESULTS, app

if TYPE_CHECKING:
    from links2_tasks.mistakes import Agreement, Study


@app.command(rich_help_panel=RESULTS)
def mistakes(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder with results of either framework.")],
    name: Annotated[
        str | None, typer.Option(help="Which run, where the folder holds several: its name or a part of it.")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="Folder or Hub id of the dataset that was asked; by default LINKS2_DATA or the simulated one."
        ),
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(help="Also write the undecided answers to this JSONL file, for people.")
    ] = None,
    labels: Annotated[
        list[Path] | None, typer.Option(help="Filled-in file of cases of one rater; may be repeated.")
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="Also draw the shares to this PNG or SVG file.")] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Draw for a dark page.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Also write the shares to this CSV file.")] = None,
) -> None:
    """Say what a run's wrong answers are, where the questions' data prove it, and leave the rest to people.

    A guesser's wrong answers get categories too, since nearly every wrong option is the right one mirrored, turned,
    reversed or moved: compare with the row `all, by guessing`.

        links2 mistakes out --picture mistakes.png --cases cases.jsonl

        links2 mistakes out --labels ann.jsonl --labels ben.jsonl
    """
    from links2_tasks._console import steps
    from links2_tasks.construction.mini import data_root
    from links2_tasks.mistakes import study, write_shares
    from links2_tasks.report import draw_shares
    from links2_tasks.results import choose_run, questions_of

    with steps(f"reading {folder}"):
        run, root = choose_run(folder, name, "--name"), data_root(data)
        found = study(run, questions_of(run, root), root, labels or ())
    _print(found)
    if csv is not None:
        write_shares(csv, found)
        typer.echo(f"figures in {csv}")
    if picture is not None:
        theme: Literal["light", "dark"] = "dark" if dark else "light"
        draw_shares(found.shares, picture, guessed=found.guessed, title=found.run.name, theme=theme)
        typer.echo(f"picture in {picture}")
    if cases is not None:
        typer.echo(f"{found.write_cases(cases)} cases in {cases}. Give each rater a copy to fill in.")


def _print(study: Study) -> None:
    """Numbers by task and category, without the categories that never come."""
    from links2_tasks._console import results_console
    from links2_tasks.mistakes import CATEGORIES, UNDECIDED

    everything = study.shares[-1]
    names = [name for name in CATEGORIES if everything.counts[name]] + [UNDECIDED]
    table = Table(title=escape(f"Wrong answers of {study.run.name}"), box=SIMPLE_HEAD, padding=0)
    table.add_column("task", no_wrap=True)
    for name in ("wrong", *names):
        # Headings break between words only.
        words = name.split("_")
        table.add_column("\n".join(words), justify="right", min_width=max(map(len, words)))
    for shares in study.shares:
        table.add_row(shares.name, str(shares.n_wrong), *(str(shares.counts[name] or "") for name in names))
    guessed = study.guessed[-1]
    table.add_row("all, by guessing", "", *(f"{guessed.shares[name] * guessed.n_wrong:.1f}" for name in names))
    results_console().print(table)
    for line in _steady(study):
        typer.echo(line)
    for one in study.agreements:
        typer.echo(_agreement(one))


def _steady(study: Study) -> list[str]:
    """What the model gets wrong throughout, beyond what guessing would give."""
    found = [one for one in study.steady if one.p < 0.05]
    if not found:
        return ["No error goes through all wrong answers more than by guessing."]
    return [
        f"{one.name}: {one.hits} of {one.n} wrong answers are what this gives, {one.by_guessing:.1f} by guessing "
        f"(p = {one.p:.2g})"
        for one in found
    ]


def _agreement(agreement: Agreement) -> str:
    kappa = agreement.kappa
    found = "no kappa: only one category came" if kappa.value is None else f"Cohen's kappa {kappa.value:.2f}"
    if kappa.interval is not None:
        found += f" (95 % interval {kappa.interval.low:.2f} to {kappa.interval.high:.2f})"
    differ = [f"{a} / {b}: {n}" for (a, b), n in agreement.table.items() if a != b]
    tail = f". They differ on {', '.join(differ)}" if differ else ""
    return f"{agreement.first} and {agreement.second}: {agreement.n_same} of {kappa.n} the same, {found}{tail}"
