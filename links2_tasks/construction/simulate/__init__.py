"""A procedural city, its satellite map and flights over it, written as the folders that real footage comes in."""

from links2_tasks.construction.simulate._spec import FlightSpec, LandUseShares, RegionSpec, RegionStyle, mini_regions
from links2_tasks.construction.simulate._write import simulate, simulate_region

__all__ = [
    "FlightSpec",
    "LandUseShares",
    "RegionSpec",
    "RegionStyle",
    "mini_regions",
    "simulate",
    "simulate_region",
]
