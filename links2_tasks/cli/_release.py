"""The command that makes a dataset ready for others."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from links2_tasks._console import results_console
from links2_tasks.cli._app import DATASETS, app

if TYPE_CHECKING:
    from links2_tasks.release import LedgerRow, ReleasePlan

_SHOWN = 12
"""Files and traces of places that are printed."""


@app.command(rich_help_panel=DATASETS)
def release(
    root: Annotated[str, typer.Argument(metavar="ROOT", help="Folder or Hub id of the dataset.")],
    version: Annotated[str, typer.Option(help="Version of the release: three numbers, such as 1.0.0.")],
    out: Annotated[Path | None, typer.Option(help="Folder of the release; must not exist yet.")] = None,
    title: Annotated[str | None, typer.Option(help="Name for people; by default that of the dataset.")] = None,
    coordinates: Annotated[
        str, typer.Option(help="What becomes of coordinates in media files: removed, rounded or keep.")
    ] = "removed",
    metres: Annotated[float, typer.Option(help="With rounded: origins of maps become multiples of so many metres.")] = (
        1000.0
    ),
    licence: Annotated[
        list[str] | None,
        typer.Option(help="SOURCE=SPDX-ID, where the text of a source is no SPDX expression; may be repeated."),
    ] = None,
    notice: Annotated[
        list[Path] | None, typer.Option(help="File with a licence or notice that goes along; may be repeated.")
    ] = None,
    work: Annotated[Path | None, typer.Option(help="Work folder of the build; its funnel goes into the card.")] = None,
    audit: Annotated[bool, typer.Option("--audit", help="Audit the questions and put the findings into the card.")] = (
        False
    ),
    citation: Annotated[Path | None, typer.Option(help="BibTeX file for the card and the metadata.")] = None,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of publication; left out by default.")
    ] = None,
    allow_unknown_licence: Annotated[
        bool, typer.Option("--allow-unknown-licence", help="Release sources whose licence is no SPDX expression.")
    ] = False,
    allow_leaks: Annotated[
        bool, typer.Option("--allow-leaks", help="Release splits that share regions, clips, videos or maps.")
    ] = False,
    require_review: Annotated[
        bool, typer.Option("--require-review", help="Refuse when there is a question that nobody has reviewed.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would be written, and everything that stands in its way.")
    ] = False,
) -> None:
    """Make a dataset ready for others: data card, licences, Croissant metadata, Parquet, checksums, nothing private.

    The release is a dataset itself: `links2 validate` and LINKS2_DATA take it, and so does `datasets.load_dataset`.
    Coordinates and all other metadata of videos and images are removed unless told otherwise; pixels stay as they are.

        links2 release my_city --version 1.0.0 --dry-run

        links2 release my_city --version 1.0.0 --out my_city_1.0.0 --licence "my footage=CC-BY-4.0" --audit

        links2 release my_city --version 1.0.0 --out open --coordinates rounded --metres 5000 --require-review
    """
    from links2_tasks import release as releases
    from links2_tasks._console import steps
    from links2_tasks._files import size_text

    if out is None and not dry_run:
        raise typer.BadParameter("name the folder of the release, or add --dry-run", param_hint="--out")
    settings = releases.read_settings(
        version=version,
        title=title,
        coordinates=coordinates,
        round_m=metres,
        licences=licence or (),
        notices=notice or (),
        work=work,
        audit=audit,
        citation=citation,
        published=date.date() if date else None,
        allow_unknown_licence=allow_unknown_licence,
        allow_leaks=allow_leaks,
        require_review=require_review,
    )
    with steps(f"looking at {root}") as show:
        planned = releases.plan(root, out, settings, show)
    if dry_run or out is None:
        _print_plan(planned)
        if planned.refusals:
            raise typer.Exit(1)
        return
    with steps(f"releasing {root} as {out}", None if planned.refusals else planned.n_steps) as show:
        written = releases.release(root, out, settings, show, planned)
    _print_ledger(written.plan.ledger)
    _print_remarks(written.plan)
    n_before, n_after = len(written.plan.traces), len(written.traces)
    typer.echo(f"Traces of places in media files and texts: {n_before} before, {n_after} in the release")
    typer.echo(f"{written.n_files} files, {size_text(written.n_bytes)} in {out}: version {written.version}")
    typer.echo(f"Next: read {out / 'README.md'}, then `links2 validate {out}` and `sha256sum -c SHA256SUMS` in it")


def _print_plan(planned: ReleasePlan) -> None:
    from links2_tasks._files import size_text

    typer.echo(
        f"{planned.n_questions:,} questions about {planned.n_clips:,} clips; {len(planned.files):,} media files of "
        f"{size_text(planned.n_bytes)} would be written:"
    )
    for file in planned.files[:_SHOWN]:
        typer.echo(f"  {file.target}" + (f" (from {file.source})" if file.source != file.target else ""))
    if len(planned.files) > _SHOWN:
        typer.echo(f"  and {len(planned.files) - _SHOWN} more")
    for trace in planned.traces[:_SHOWN]:
        typer.echo(f"Tells a place: {trace.file}: {trace.what}")
    if len(planned.traces) > _SHOWN:
        typer.echo(f"and {len(planned.traces) - _SHOWN} more traces of places")
    _print_ledger(planned.ledger)
    _print_remarks(planned)
    err = Console(stderr=True)
    for refusal in planned.refusals:
        err.print(f"[red]Refused, {escape(str(refusal))}[/]", soft_wrap=True, highlight=False)
    if not planned.refusals:
        typer.echo("Nothing stands in the way")


def _print_ledger(ledger: tuple[LedgerRow, ...]) -> None:
    table = Table("source", "SPDX", "as stated", "clips", "footage", "questions", "regions", title="Sources")
    for row in ledger:
        table.add_row(
            escape(row.dataset),
            row.spdx or "[red]unknown[/]",
            escape(row.stated),
            str(row.n_clips),
            f"{row.seconds:.1f} s",
            str(row.n_questions),
            escape(", ".join(row.regions)),
        )
    if ledger:
        results_console().print(table)


def _print_remarks(planned: ReleasePlan) -> None:
    for remark in planned.remarks:
        typer.echo(f"Note: {remark}")
