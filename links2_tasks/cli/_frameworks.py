"""Commands that run the tasks in a framework, or write them for one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from links2_tasks.cli._app import EVALUATE, app

if TYPE_CHECKING:
    from links2_tasks.frameworks.export import ExportReport

_Destination = Annotated[Path, typer.Argument(help="Folder to write; lay it over a clone of the framework.")]
_Results = Annotated[
    Path | None,
    typer.Option(help="Folder of results of the framework; its figures go into PULL_REQUEST.md."),
]

export = typer.Typer(name="export", no_args_is_help=True, rich_markup_mode="markdown")
app.add_typer(export, rich_help_panel=EVALUATE)


@app.command(rich_help_panel=EVALUATE, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def vlmeval(
    context: typer.Context,
    checkout: Annotated[
        Path | None,
        typer.Option(help="Folder of a VLMEvalKit checkout; by default the current one if it is one, else ms-vlmeval."),
    ] = None,
) -> None:
    """Run the tasks in VLMEvalKit: its own runner, with all its arguments, and datasets and checks of ours.

    Datasets are `LinkS2` (all tasks), `LinkS2-DIMENSION` and `LinkS2-TASK`. Each sends 32 frames as images and the
    satellite image; add `_16frame` or `_8frame` for fewer frames, `_images` for images before text, `_video` for a video
    file beside the satellite image, where the model's wrapper takes both. The exit status is 1 when any dataset,
    question or request failed; `--reuse` then asks only for what is missing.

        links2 vlmeval --data LinkS2 --model links2_geometric --work-dir out

        links2 vlmeval --data LinkS2-localization --model Qwen2.5-VL-7B-Instruct

        links2 vlmeval --data LinkS2_16frame --model served --base-url http://localhost:8000/v1 --reuse

    On several GPUs:

        torchrun --nproc-per-node=4 -m links2_tasks.frameworks.vlmeval --data LinkS2 --model Qwen2.5-VL-7B-Instruct

    The framework's own help: `links2 vlmeval -- --help`
    """
    from links2_tasks.frameworks.vlmeval.runner import run

    raise typer.Exit(run(context.args, checkout))


@export.callback()
def _export() -> None:
    """Write the tasks as a framework's own files, without any need of this package, ready for a pull request.

    links2 export lmms-eval DEST

    links2 export vlmevalkit DEST
    """


@export.command("lmms-eval")
def export_lmms_eval(dest: _Destination, results: _Results = None) -> None:
    """Write a task folder, tests and the catalogue line for a clone of lmms-eval.

    lmms-eval --model qwen2_5_vl --tasks links2_all --output_path out

    links2 export lmms-eval DEST --results out
    """
    from links2_tasks.frameworks import export as exports

    _print_export(exports.export_lmms_eval(dest, results))


@export.command("vlmevalkit")
def export_vlmevalkit(dest: _Destination, results: _Results = None) -> None:
    """Write the dataset file, a patch of the two registries and an example config for a clone of VLMEvalKit.

    links2 vlmeval --data LinkS2 --model Qwen2.5-VL-7B-Instruct --work-dir out

    links2 export vlmevalkit DEST --results out
    """
    from links2_tasks.frameworks import export as exports

    _print_export(exports.export_vlmevalkit(dest, results))


def _print_export(report: ExportReport) -> None:
    for file in report.files:
        typer.echo(str(file))
    for file in report.removed:
        typer.echo(f"removed, since it is in the export no more: {file}")
    typer.echo(f"{len(report.files)} files, {report.n_lines} lines, in {report.dest}. Next: {report.next_step}")
