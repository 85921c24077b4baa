"""Commands that make, check and draw datasets."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from links2_tasks._files import write_text
from links2_tasks.cli._app import app

if TYPE_CHECKING:
    from links2_tasks.construction.building import BuildReport


@app.command()
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


@app.command()
def build(
    folder: Annotated[Path, typer.Argument(help="Folder of one flight, or any tree of such folders.")],
    out: Annotated[Path | None, typer.Option(help="Folder of the new dataset; must not exist yet.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the dataset; by default that of FOLDER.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed and footage give the same questions.")] = 0,
    questions_per_task: Annotated[int, typer.Option(min=1, help="How many questions of each task at most.")] = 32,
    region: Annotated[str | None, typer.Option(help="Region, where a flight's scene.yaml names none.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of the footage, where nothing beside it says.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be written and refused.")] = False,
    report: Annotated[Path | None, typer.Option(help="Also write the counts to this JSON file.")] = None,
) -> None:
    """Write questions about flights into a new dataset, and count what was refused and why.

    A flight's folder holds its video, its telemetry, a map and landmarks.

        links2 build flights --dry-run

        links2 build flights --out data --licence CC-BY-4.0 --region "Old Town"
    """
    from links2_tasks._console import steps
    from links2_tasks.construction import building

    if out is None and not dry_run:
        raise typer.BadParameter("name the folder of the new dataset, or add --dry-run", param_hint="--out")
    with steps(f"building from {folder}") as show:
        settings: dict[str, Any] = {
            "seed": seed,
            "questions_per_task": questions_per_task,
            "region": region,
            "licence": licence,
            "progress": show,
        }
        if out is None or dry_run:
            built = building.dry_run(folder, **settings)
        else:
            built = building.build(folder, out, name=name, **settings)
    _print_build(built)
    if report is not None:
        write_text(report, json.dumps(dataclasses.asdict(built), indent=2) + "\n")
        typer.echo(f"counts in {report}")
    if out is not None and not dry_run:
        typer.echo(f"Next: links2 validate {out}, then set LINKS2_DATA={out}")


def _print_build(built: BuildReport) -> None:
    table = Table("task", "questions", "drafts", "refused", "reasons", title="Questions")
    for task, n_questions in built.n_questions.items():
        refused = built.refusals.get(task, {})
        reasons = "; ".join(f"{n} x {reason}" for reason, n in refused.items())
        table.add_row(task, str(n_questions), str(built.n_drafts[task]), str(sum(refused.values())), escape(reasons))
    Console().print(table)
    total = sum(built.n_questions.values())
    typer.echo(f"{total} questions about {built.n_clips} clips of {built.n_flights} flights")


@app.command()
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


@app.command()
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
