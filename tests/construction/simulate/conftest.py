"""A small region, simulated once for all tests of the simulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from links2_tasks.construction.simulate import FlightSpec, RegionSpec, simulate_region


def tiny_region(seed: int = 5, n_flights: int = 1) -> RegionSpec:
    """A region of 300 m with flights of two seconds."""
    flights = tuple(
        FlightSpec(
            f"flight_{number}",
            seed=seed * 10 + number,
            duration_s=2.0,
            width_px=160,
            height_px=90,
            altitude_range_m=(60.0, 80.0),
            pitch_range_deg=(-88.0, -60.0),
        )
        for number in range(n_flights)
    )
    return RegionSpec("tiny", seed, size_m=300.0, flights=flights, n_changes=4)


@pytest.fixture(scope="session")
def tiny() -> RegionSpec:
    """The spec of the small region."""
    return tiny_region()


@pytest.fixture(scope="session")
def tiny_flight(tiny: RegionSpec, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small region's flight."""
    return simulate_region(tiny, tmp_path_factory.mktemp("simulated"))[0]
