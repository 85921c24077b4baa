"""The command that brings foreign layouts to the format."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from links2_tasks.cli._app import DATASETS, app

if TYPE_CHECKING:
    from links2_tasks.importing import ArchiveLimits, Column, ImportReport

_VALUES_SHOWN = 20


@app.command("import", rich_help_panel=DATASETS)
def import_(
    source: Annotated[
        Path | None, typer.Argument(help="Folder with rows and media, or a zip or tar archive of one.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="YAML file that says what each part of a question is made from.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the new dataset; must not exist yet.")] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Write nothing; show the first question, counts and columns. Without --mapping: columns."
        ),
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Look at this many rows at most.")] = None,
    allow_incomplete: Annotated[
        bool, typer.Option("--allow-incomplete", help="Exit status 0 although rows were left out.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Also write the report to this JSON file.")] = None,
    example: Annotated[str | None, typer.Option(help="Print a mapping to start from: tsv, json or parquet.")] = None,
    max_unpacked_gb: Annotated[
        float, typer.Option(min=0, help="Of an archive, gigabytes that may come out of it.")
    ] = 200.0,
    max_ratio: Annotated[
        float,
        typer.Option(min=1, help="Of an archive, bytes that may come out for each of its own; 100 MB always may."),
    ] = 100.0,
) -> None:
    """Make a dataset of questions and media in a foreign layout, as a mapping says.

    Rows that cannot be used are listed with file, row and reason in `import_report.json`, and the exit status is 1.

        links2 import SOURCE --dry-run

        links2 import --example tsv > map.yaml

        links2 import SOURCE --mapping map.yaml --dry-run --limit 20

        links2 import SOURCE --mapping map.yaml --out ROOT
    """
    from links2_tasks._console import steps
    from links2_tasks.importing import ArchiveLimits, example_mapping, import_dataset, try_import

    if example is not None:
        typer.echo(example_mapping(example), nl=False)
        return
    if source is None:
        raise typer.BadParameter("name a folder or an archive, or print a mapping with --example", param_hint="SOURCE")
    limits = ArchiveLimits(max_bytes=int(max_unpacked_gb * 1e9), max_ratio=max_ratio)
    if mapping is None and dry_run:
        _print_look(source, limit, limits)
        return
    if mapping is None:
        raise typer.BadParameter("name a mapping; --example tsv prints one to start from", param_hint="--mapping")
    if out is None and not dry_run:
        raise typer.BadParameter("name the folder of the new dataset, or add --dry-run", param_hint="--out")
    with steps(f"importing {source}") as show:
        if out is None or dry_run:
            done = try_import(source, mapping, show, limit=limit, limits=limits)
        else:
            done = import_dataset(source, mapping, out, show, limit=limit, limits=limits)
    _print(done, dry_run)
    _write_report(done, report)
    _say_what_next(done, None if dry_run else out)
    if not done.n_questions or (done.left_out and not allow_incomplete):
        raise typer.Exit(1)


def _print(done: ImportReport, dry_run: bool) -> None:
    from links2_tasks._console import results_console

    if dry_run and done.first is not None:
        typer.echo("The first question:")
        typer.echo(json.dumps(done.first.model_dump(mode="json"), ensure_ascii=False, indent=2))
    if dry_run:
        _print_columns("Columns", done.columns)
    counts = Table("split", "task", "questions", title="Questions")
    for split, tasks in done.counts.items():
        for task, n_questions in tasks.items():
            counts.add_row(escape(split), task, str(n_questions))
    if done.counts:
        results_console().print(counts)
    if done.left_out:
        _print_left_out(done)
    for what, names in (
        ("Columns that the mapping does not use", done.unused_columns),
        ("Columns that the mapping names and no row has", done.absent_columns),
    ):
        if names:
            typer.echo(f"{what}: {', '.join(names)}")
    if done.values_without_mapping:
        shown = [f"{value} ({n} rows)" for value, n in list(done.values_without_mapping.items())[:_VALUES_SHOWN]]
        more = ", ..." if len(done.values_without_mapping) > _VALUES_SHOWN else ""
        typer.echo(f"Values that no lookup knows: {', '.join(shown)}{more}")
    stopped = f", stopped after {done.limit}" if done.limit is not None else ""
    typer.echo(
        f"{done.n_questions} questions about {done.n_clips} clips from {done.n_rows} rows in {len(done.files)} files; "
        f"{len(done.left_out)} left out{stopped}"
    )


def _print_left_out(done: ImportReport) -> None:
    from links2_tasks._console import results_console

    reasons = Table("reason", "rows", "the first of them", title="Left out")
    for reason, n_rows in done.reasons.items():
        first = next(each for each in done.left_out if each.reason == reason)
        where = " ".join(filter(None, (first.file, f"({first.place})" if first.place else "")))
        reasons.add_row(reason, str(n_rows), escape(f"{where}: {first.detail}"))
    results_console().print(reasons)


def _print_columns(title: str, columns: Iterable[Column]) -> None:
    from links2_tasks._console import results_console

    table = Table("column", "used", "filled", "example", title=escape(title))
    for column in columns:
        used = "yes" if column.used else ""
        table.add_row(escape(column.name), used, str(column.n_filled), escape(column.example))
    results_console().print(table)


def _print_look(source: Path, limit: int | None, limits: ArchiveLimits) -> None:
    from links2_tasks._console import steps
    from links2_tasks.importing import look

    with steps(f"looking at {source}") as show:
        looks = look(source, show, limits=limits) if limit is None else look(source, show, limit=limit, limits=limits)
    for each in looks:
        where = f", path: {each.rows.path}" if each.rows.path else ""
        where += f", nested: [{', '.join(each.rows.nested)}]" if each.rows.nested else ""
        _print_columns(f"{each.file}, {each.n_rows} rows{where}", each.columns)
        if each.fault:
            typer.echo(f"{each.file}: {each.fault}")
    if not looks:
        typer.echo(f"no JSON, JSON Lines, CSV, TSV or Parquet file in {source}")
        raise typer.Exit(1)
    typer.echo("Next: links2 import --example tsv > map.yaml")


def _write_report(done: ImportReport, path: Path | None) -> None:
    from links2_tasks._files import write_text
    from links2_tasks.importing import report_json

    if path is not None:
        write_text(path, report_json(done))
        typer.echo(f"report in {path}")


def _say_what_next(done: ImportReport, out: Path | None) -> None:
    from links2_tasks.importing import REPORT_FILE

    if out is None:
        typer.echo("Nothing was written.")
    elif not done.n_questions:
        typer.echo(f"Nothing was written to {out}. All rows are listed in {out.with_name(f'{out.name}.{REPORT_FILE}')}")
    else:
        if done.left_out:
            typer.echo(f"All rows that were left out are listed in {out / REPORT_FILE}")
        typer.echo(f"Next: links2 validate {out}, then set LINKS2_DATA={out}")
