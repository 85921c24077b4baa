"""A larger dataset to audit the writers with: many simulated regions, whose videos nobody needs to see.

Shortcuts are looked for in texts and in where marks lie, so frames are made as small and as few as the simulator takes,
and maps are coarse; tracks, landmarks and questions are those of full flights.

    python experiments/many_regions.py --out audit_set --seeds 101 102 103 --questions-per-task 200
    links2 audit data audit_set/data
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from links2_tasks.construction.building import build
from links2_tasks.construction.simulate import FlightSpec, RegionSpec, mini_regions, simulate

MAP_GSD_M = 2.0


def _quick(flight: FlightSpec, number: int) -> FlightSpec:
    """A flight of the same kind elsewhere, hardly drawn."""
    name, seed = f"flight_{number + 1}", flight.seed + 1_000_000 * number
    return replace(flight, name=name, seed=seed, width_px=64, height_px=36, fps=2)


def regions_of(seeds: list[int], n_flights: int) -> list[RegionSpec]:
    """The four styles of links2_mini for each seed, each with streets and flights of its own."""
    return [
        replace(
            region,
            name=f"{region.name}_{seed}",
            map_gsd_m=MAP_GSD_M,
            texture_gsd_m=MAP_GSD_M,
            flights=tuple(_quick(region.flights[i % len(region.flights)], i) for i in range(n_flights)),
        )
        for seed in seeds
        for region in mini_regions(seed)
    ]


def main() -> None:
    """Simulate and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for flights and data")
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    parser.add_argument("--flights", type=int, default=8, help="over each region")
    parser.add_argument("--questions-per-task", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7, help="of the questions")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--name", default="data", help="name of the dataset's folder below --out")
    arguments = parser.parse_args()
    flights = arguments.out / "flights"  # Kept: another build of the same flights shows what a change of a writer does.
    if not flights.exists():
        simulate(flights, regions_of(arguments.seeds, arguments.flights), workers=arguments.workers, progress=print)
    report = build(
        flights,
        arguments.out / arguments.name,
        seed=arguments.seed,
        questions_per_task=arguments.questions_per_task,
        progress=print,
    )
    print(dict(report.n_questions))


if __name__ == "__main__":
    main()
