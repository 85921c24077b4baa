"""Footprints on token grids."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.adaptation.cvaa import other_regions, token_shares

SIZE_PX = (120, 80)
corners = st.lists(st.tuples(st.floats(-60, 180), st.floats(-60, 140)), min_size=3, max_size=6)


@given(corners=corners, rows=st.integers(1, 9), columns=st.integers(1, 9))
def test_shares_add_up_to_the_ground_that_the_image_shows(
    corners: list[tuple[float, float]], rows: int, columns: int
) -> None:
    footprint = shapely.MultiPoint(corners).convex_hull
    shares = token_shares(footprint, SIZE_PX, rows, columns)
    shown = footprint.intersection(shapely.box(0, 0, *SIZE_PX)).area
    assert shares.shape == (rows * columns,)
    assert float(shares.sum()) * 120 * 80 / (rows * columns) == pytest.approx(shown, abs=1e-2)


def test_shares_go_row_by_row_from_the_top_left() -> None:
    shares = token_shares(shapely.box(60, 0, 120, 40), SIZE_PX, rows=2, columns=4)
    assert shares.tolist() == [0, 0, 1, 1, 0, 0, 0, 0]


def test_other_regions_are_of_the_same_size_within_the_image_and_elsewhere() -> None:
    footprint = shapely.box(10, 10, 40, 30)
    found = list(other_regions(footprint, SIZE_PX, 6, np.random.default_rng(3)))
    assert len(found) == 6
    for region in found:
        assert region.area == pytest.approx(footprint.area)
        assert shapely.box(-1e-6, -1e-6, 120.001, 80.001).covers(region)
        assert region.intersection(footprint).area < 0.1 * footprint.area


def test_an_image_without_room_has_no_other_regions() -> None:
    assert list(other_regions(shapely.box(0, 0, 120, 80), SIZE_PX, 3, np.random.default_rng(0))) == []
