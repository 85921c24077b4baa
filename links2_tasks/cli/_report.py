"""The command that writes a report of runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from links2_tasks.cli._app import RESULTS, app


@app.command(rich_help_panel=RESULTS)
def report(
    folders: Annotated[
        list[Path], typer.Argument(metavar="RUN", help="Folders with results of either framework; all runs below them.")
    ],
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("report.html"),
    data: Annotated[
        str | None,
        typer.Option(
            help="Folder or Hub id of the dataset that was asked; by default LINKS2_DATA, or the simulated one if it is "
            "there."
        ),
    ] = None,
    media: Annotated[
        str,
        typer.Option(help="Questions with pictures: all, wrong, none, or a number, first those answered wrong."),
    ] = "300",
    tables: Annotated[
        Path | None, typer.Option(help="Also write each table and figure as CSV, LaTeX and PNG into this folder.")
    ] = None,
    title: Annotated[str, typer.Option(help="Heading of the report.")] = "LinkS2 evaluation",
) -> None:
    """Write a report of runs as one HTML file that loads nothing and can be sent to anybody.

    It holds scores with intervals, strengths by dimension and task, ablations, kinds of mistakes, how replies were read,
    cost, and a browser over single questions with their frames and marked maps.

        links2 report out --out report.html

        links2 report out/gpt out/qwen --data my_city --media all --tables tables
    """
    from links2_tasks._console import steps
    from links2_tasks._files import size_text
    from links2_tasks.report import media_of, report_root, write_report
    from links2_tasks.results import read_runs

    wanted = media_of(media)
    root = report_root(data)
    runs = [run for folder in folders for run in read_runs(folder)]
    with steps(f"writing a report of {len(runs)} run(s) to {out}") as show:
        written = write_report(
            runs, out, root=root, media=wanted, tables=tables, title=title, progress=show, say=typer.echo
        )
    for warning in written.warnings:
        Console(stderr=True).print(f"Warning: {escape(warning)}", soft_wrap=True, highlight=False)
    if written.tables:
        typer.echo(f"{len(written.tables)} files of tables and figures in {tables}")
    typer.echo(
        f"{size_text(written.n_bytes)} in {written.path}: {written.n_questions:,} questions, "
        f"{written.n_pictures:,} pictures of {written.n_pictured:,} of them"
    )
