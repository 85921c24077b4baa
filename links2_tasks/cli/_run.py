"""The command that runs a framework so that a run that was cut off goes on where it stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from links2_tasks.cli._app import EVALUATE, app


@app.command(rich_help_panel=EVALUATE, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder of the run: its answers, results, and what was asked for.")],
    framework: Annotated[str, typer.Option(help="lmms-eval or vlmevalkit.")] = "lmms-eval",
    chunk: Annotated[int, typer.Option(min=1, help="lmms-eval: store answers after this many questions.")] = 64,
    processes: Annotated[int, typer.Option(min=1, help="Copies of the model, each with a share of the questions.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look, count and stop; nothing is written.")] = False,
    no_warm: Annotated[bool, typer.Option("--no-warm", help="Do not decode ahead.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes that decode ahead.")] = 2,
    checkout: Annotated[Path | None, typer.Option(help="vlmevalkit: folder of a checkout.")] = None,
) -> None:
    """Run a framework's own runner so that nothing is lost: look first, keep every answer, go on after a stop.

    What follows `--` goes to the runner unchanged. The same command again, after a kill, a crash or failed requests,
    asks only what has no answer yet. The exit status is 0 when every question has an answer, and 1 when not.

        links2 run --out out -- --model qwen2_5_vl --model_args pretrained=Qwen/Qwen2.5-VL-7B-Instruct --tasks links2_all

        links2 run --out out --dry-run -- --model openai --model_args model_version=gpt-4o --tasks links2_all

        links2 run --out out --framework vlmevalkit -- --model Qwen2.5-VL-7B-Instruct --data LinkS2

    On four GPUs, each with a copy of the model:

        links2 run --out out --processes 4 -- --model qwen2_5_vl --tasks links2_all
    """
    from links2_tasks.frameworks.run import RunRequest
    from links2_tasks.frameworks.run import run as conduct

    request = RunRequest(
        out=out,
        arguments=tuple(context.args),
        framework=framework,
        checkout=checkout,
        chunk=chunk,
        processes=processes,
        workers=workers,
        warm=not no_warm,
        dry_run=dry_run,
    )
    raise typer.Exit(conduct(request))
