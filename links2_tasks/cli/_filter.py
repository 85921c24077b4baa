"""The command that runs the automatic filters on a dataset."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from links2_tasks._console import results_console
from links2_tasks._files import write_text
from links2_tasks.cli._app import DATASETS, app

if TYPE_CHECKING:
    from collections.abc import Sequence

    from links2_tasks.pipeline import Dropped
    from links2_tasks.pipeline.filters import FilterStep


@app.command("filter", rich_help_panel=DATASETS)
def filter_(
    root: Annotated[
        str | None,
        typer.Argument(
            metavar="ROOT", help="Folder or Hub id of a dataset; by default LINKS2_DATA or the simulated one."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the new dataset; must not exist yet.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go, and why.")] = False,
    config: Annotated[
        Path | None, typer.Option(help="YAML of a build: its 'filters' and 'language_model' are used.")
    ] = None,
    skip: Annotated[list[str] | None, typer.Option(help="Leave out this filter; may be repeated.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of letters, folds and lots.")] = 0,
    dropped: Annotated[
        Path | None, typer.Option(help="Also write each question that goes, with its reason, to this JSONL file.")
    ] = None,
    funnel: Annotated[
        Path | None, typer.Option(help="Also write the table and figure of what each filter took out to this folder.")
    ] = None,
) -> None:
    """Take questions out that should not reach a reviewer, and write the others as a new dataset.

    The filters are those of `links2 build`: marks that cannot be read, answers that could be disputed, maps and footage
    that show nothing, duplicates, watermarks, what text alone gives away, too many questions about one clip. At last
    letters are dealt anew where some are right more often. Each split is filtered by itself. Limits stand under
    `filters:` in a YAML file (`links2 build --print-config` prints all of them). With a `language_model:` there, that
    model is asked every question without pictures.

        links2 filter my_city --dry-run

        links2 filter my_city --out my_city_filtered --skip text_alone --dropped dropped.jsonl

        links2 filter imported --out imported_filtered --config build.yaml --funnel funnel
    """
    from links2_tasks._console import steps
    from links2_tasks._folders import cache_folder
    from links2_tasks.construction.mini import data_root
    from links2_tasks.language import LanguageModel
    from links2_tasks.pipeline import read_settings
    from links2_tasks.pipeline._funnel import write_funnel
    from links2_tasks.pipeline.filters import filter_dataset, funnel_of

    if out is None and not dry_run:
        raise typer.BadParameter("name the folder of the new dataset, or add --dry-run", param_hint="--out")
    settings = read_settings(config)
    limits = settings.filters.model_copy(update={"skip": (*settings.filters.skip, *(skip or ()))})
    model = LanguageModel(settings.language_model, cache_folder() / "language") if settings.language_model else None
    folder = data_root(root)
    with steps(f"filtering {folder}") as show:
        found = filter_dataset(folder, None if dry_run else out, limits, seed=seed, model=model, progress=show)
    _print(found.steps)
    typer.echo(f"{found.n_out} of {found.n_in} questions are left")
    if dropped is not None:
        _write_dropped(dropped, [one for step in found.steps for one in step.dropped])
    if funnel is not None:
        write_funnel(funnel, funnel_of(found))
        typer.echo(f"table and figure in {funnel}")
    if out is not None and not dry_run:
        typer.echo(f"Next: links2 validate {out}, then set LINKS2_DATA={out}")


def _print(done: Sequence[FilterStep]) -> None:
    table = Table("filter", "in", "out", "changed", "why", title="Filters")
    for step in done:
        why = "; ".join(f"{n} x {reason}" for reason, n in step.reasons.items())
        table.add_row(step.name, str(step.n_in), str(step.n_out), str(step.n_changed), escape(why))
    results_console().print(table)


def _write_dropped(path: Path, dropped: Sequence[Dropped]) -> None:
    lines = (json.dumps(dataclasses.asdict(one), ensure_ascii=False) for one in dropped)
    write_text(path, "".join(f"{line}\n" for line in lines))
    typer.echo(f"{len(dropped)} that went, with reasons, in {path}")
