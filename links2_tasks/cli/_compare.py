"""The command that compares two runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from links2_tasks.cli._app import RESULTS, app


@app.command(rich_help_panel=RESULTS)
def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="Folder with results of the first run.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Folder with results of the second run; may be the same.")],
    first: Annotated[
        str | None, typer.Option(help="Which run of A, where it holds several: its name or a part of it.")
    ] = None,
    second: Annotated[str | None, typer.Option(help="Which run of B, likewise.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Also write the figures to this CSV file.")] = None,
    json: Annotated[Path | None, typer.Option(help="Also write runs, figures and warnings to this JSON file.")] = None,
    resamples: Annotated[int, typer.Option(min=1, help="Number of resamples and of permutations.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same figures.")] = 0,
) -> None:
    """Compare two runs on the questions that both answered: is the second better, or is it noise?

    A folder is what lmms-eval was given as --output_path (with --log_samples), VLMEvalKit as --work-dir, or `links2 run`
    as --out; the two may be of different frameworks. For each task, each dimension and overall: the difference with its
    interval, the questions won and lost, a permutation test, and how many questions a difference of this size needs.
    Warnings tell when the runs were not shown the same.

        links2 compare out_qwen out_internvl

        links2 compare out out --first Qwen2.5-VL-7B --second Qwen3-VL-8B --csv difference.csv

    What the video adds for one model, with its two runs in one folder:

        links2 compare out out --first "Qwen3-VL-8B satellite_only" --second Qwen3-VL-8B

    A run of the variant `circular` counts a question as right only when all its rotations are, so it can be compared
    with a run that asked each question once. Answers by numbers and by letters cannot be compared.
    """
    from links2_tasks.report import print_comparison, write_comparison_csv, write_comparison_json
    from links2_tasks.results import choose_run, compare_runs

    found = compare_runs(
        choose_run(a, first, "--first"), choose_run(b, second, "--second"), n_resamples=resamples, seed=seed
    )
    print_comparison(found)
    if csv is not None:
        write_comparison_csv(found, csv)
        typer.echo(f"figures in {csv}")
    if json is not None:
        write_comparison_json(found, json)
        typer.echo(f"runs, figures and warnings in {json}")
