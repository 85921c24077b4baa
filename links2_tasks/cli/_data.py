"""Commands that make, check and draw datasets."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from links2_tasks.cli._app import DATASETS, app


@app.command(rich_help_panel=DATASETS)
def simulate(
    out: Annotated[Path, typer.Option(help="Folder for the flights; one folder per region.")] = Path("flights"),
    regions: Annotated[int, typer.Option(min=1, max=4, help="Number of simulated regions.")] = 4,
    flights: Annotated[int, typer.Option(min=1, max=5, help="Number of flights over each region.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same flights.")] = 7,
    workers: Annotated[int, typer.Option(min=1, help="Number of processes.")] = 2,
) -> None:
    """Simulate regions with their satellite image, and UAV flights over them.

    The flights are in the same form as real footage, so they also show what `links2 build` expects.

        links2 simulate --out flights --regions 1 --flights 2

        links2 build flights --out data
    """
    from links2_tasks._console import steps
    from links2_tasks.construction import simulate as simulator

    chosen = [
        dataclasses.replace(region, flights=region.flights[:flights])
        for region in simulator.mini_regions(seed)[:regions]
    ]
    with steps(f"simulating {regions * flights} flight(s) into {out}") as show:
        simulator.simulate(out, regions=chosen, workers=workers, progress=show)
    typer.echo(f"{regions * flights} flight(s) in {out}. Next: links2 build {out} --out ROOT")


@app.command(rich_help_panel=DATASETS)
def validate(
    root: Annotated[
        str | None,
        typer.Argument(
            metavar="ROOT", help="Folder or Hub id of a dataset; by default LINKS2_DATA or the simulated one."
        ),
    ] = None,
) -> None:
    """Check a dataset and print every fault as `file:line: message`.

    Looks at records, ids, options, marks, windows, spans, sources, counts, digests and sizes, and decodes every image
    and the first and last frame of every video. The exit status is 1 when there is a fault.

        links2 validate data
    """
    from links2_tasks import dataset
    from links2_tasks._console import steps
    from links2_tasks.construction.mini import data_root

    folder = data_root(root)
    with steps(f"checking {folder}") as show:
        faults = dataset.validate(folder, progress=show)
    for fault in faults:
        typer.echo(str(fault))
    if faults:
        typer.echo(f"{len(faults)} faults in {folder}", err=True)
        raise typer.Exit(1)
    typer.echo(f"no faults in {folder}")


@app.command(rich_help_panel=DATASETS)
def show(
    root: Annotated[
        str | None,
        typer.Argument(
            metavar="ROOT", help="Folder or Hub id of a dataset; by default LINKS2_DATA or the simulated one."
        ),
    ] = None,
    task: Annotated[str | None, typer.Option(help="Only questions of this task.")] = None,
    question: Annotated[str | None, typer.Option(help="Only the question of this id.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many questions of each task.")] = 5,
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("pictures"),
) -> None:
    """Draw questions as people check them: frames beside the marked map, the text and the right answer.

    links2 show data --task uav_localization --out pictures

    links2 show --question hillgate_flight_1_01-route_planning-1
    """
    from links2_tasks._console import steps
    from links2_tasks.construction.mini import data_root
    from links2_tasks.report import draw_questions

    folder = data_root(root)
    with steps(f"drawing questions of {folder}") as progress:
        drawn = draw_questions(folder, out, task=task, question_id=question, limit=limit, progress=progress)
    typer.echo(f"{len(drawn)} pictures in {out}")
