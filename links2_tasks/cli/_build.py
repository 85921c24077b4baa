"""The command that builds a dataset from footage."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer
from rich.markup import escape
from rich.table import Table

from links2_tasks._files import write_text
from links2_tasks.cli._app import DATASETS, app

if TYPE_CHECKING:
    from links2_tasks.pipeline import BuildReport, Plan

_REASONS = 3
"""Of a stage that are shown; all stand in its report, and those of the writers in the table of tasks."""


def _print_settings(wanted: bool) -> None:
    if wanted:
        from links2_tasks.pipeline import settings_page

        typer.echo(settings_page(), nl=False)
        raise typer.Exit


@app.command(rich_help_panel=DATASETS)
def build(
    folder: Annotated[Path, typer.Argument(help="Folder of one flight, or any tree of such folders.")],
    out: Annotated[Path | None, typer.Option(help="Folder of the new dataset; must not exist yet.")] = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with settings; options here come before it.")] = None,
    work: Annotated[Path | None, typer.Option(help="Folder for what stages make; by default OUT-work.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the dataset; by default that of FOLDER.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed and footage give the same questions.")] = None,
    questions_per_task: Annotated[
        int | None, typer.Option(min=1, help="How many questions of each task at most; by default 32.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Region, where a flight's scene.yaml names none.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of the footage, where nothing beside it says.")] = None,
    wording: Annotated[str | None, typer.Option(help="Words of questions: writers, templates or model.")] = None,
    engine: Annotated[str, typer.Option(help="Where the work is done: local or ray.")] = "local",
    workers: Annotated[int, typer.Option(min=1, help="Number of processes.")] = 2,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; nothing is written.")] = False,
    report: Annotated[Path | None, typer.Option(help="Also write the counts to this JSON file.")] = None,
    print_config: Annotated[
        bool,
        typer.Option(
            "--print-config",
            callback=_print_settings,
            is_eager=True,
            help="Print a YAML file of all settings and leave.",
        ),
    ] = False,
) -> None:
    """Build a dataset of questions about flights, stage by stage, and say what was dropped and why.

    A flight's folder holds its video, its telemetry, a map and landmarks. What each stage made stands in the work folder:
    the same command after a kill, or with other settings, makes only what is missing or has changed.

        links2 build flights --dry-run

        links2 build flights --out data --licence CC-BY-4.0 --region "Old Town"

        links2 build --print-config > build.yaml

        links2 build flights --out data --config build.yaml --workers 8
    """
    from links2_tasks import pipeline
    from links2_tasks._console import steps

    if out is None and not dry_run:
        raise typer.BadParameter("name the folder of the new dataset, or add --dry-run", param_hint="--out")
    overrides = {
        "name": name,
        "seed": seed,
        "questions_per_task": questions_per_task,
        "region": region,
        "licence": licence,
        "wording": wording,
    }
    settings = pipeline.read_settings(config, overrides)
    with pipeline.engine_of(cast(Literal["local", "ray"], engine), workers) as hands:
        if out is None or dry_run:
            planned = pipeline.plan(folder, settings, engine=hands, progress=steps)
            built = planned.report
        else:
            planned = None
            built = pipeline.build(folder, out, settings, work=work, engine=hands, progress=steps)
    _print_tasks(built)
    _print_stages(built)
    if planned is not None:
        _print_plan(planned)
    if report is not None:
        write_text(report, json.dumps(dataclasses.asdict(built), indent=2) + "\n")
        typer.echo(f"counts in {report}")
    if out is not None and not dry_run:
        typer.echo(f"What each stage made and dropped, and why: {built.work}")
        typer.echo(
            f"Next: links2 validate {out}, then links2 review {out} and links2 release {out} --version 1.0.0 --out RELEASE,"
        )
        typer.echo(f"or set LINKS2_DATA={out} and run a model.")


def _print_tasks(built: BuildReport) -> None:
    from links2_tasks._console import results_console

    table = Table("task", "questions", "drafts", "refused", "reasons", title="Questions")
    for task, n_questions in built.n_questions.items():
        refused = built.refusals.get(task, {})
        reasons = "; ".join(f"{n} x {reason}" for reason, n in refused.items())
        table.add_row(task, str(n_questions), str(built.n_drafts[task]), str(sum(refused.values())), escape(reasons))
    results_console().print(table)


def _print_stages(built: BuildReport) -> None:
    from links2_tasks._console import results_console

    table = Table("stage", "read", "made", "kept from before", "dropped", "reasons", title="Stages")
    for stage in built.stages:
        reasons = "; ".join(f"{n} x {reason}" for reason, n in list(stage.dropped.items())[:_REASONS])
        if len(stage.dropped) > _REASONS:
            reasons += f"; and {len(stage.dropped) - _REASONS} reasons more"
        table.add_row(
            stage.stage,
            _counts(stage.read),
            _counts(stage.made),
            _counts(stage.kept),
            str(sum(stage.dropped.values())),
            escape(reasons),
        )
    results_console().print(table)
    for stage in built.stages:
        for remark in stage.remarks:
            typer.echo(f"{stage.stage}: {remark}")
    total = sum(built.n_questions.values())
    typer.echo(f"{_n(total, 'question')} about {_n(built.n_clips, 'clip')} of {_n(built.n_flights, 'flight')}")


def _n(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _print_plan(planned: Plan) -> None:
    calls = planned.calls
    if calls is not None:
        cost = "no price is stated" if calls.cost_usd is None else f"about {calls.cost_usd:.2f} USD"
        typer.echo(
            f"The language model would be asked about {calls.n_calls} times: {calls.input_tokens} tokens in, "
            f"{calls.output_tokens} out, {cost}; and {planned.n_filter_calls} times by the filter language_model"
        )
    typer.echo("These are numbers before the filters. Nothing was written.")


def _counts(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {what}" for what, n in numbers.items() if n)
