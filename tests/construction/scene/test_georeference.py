from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.construction.scene import Georeference

finite = st.floats(-1e6, 1e6)
places = st.builds(
    Georeference, finite, st.floats(0, 1e7), st.floats(0.05, 20), st.integers(1, 20_000), st.integers(1, 20_000)
)


@given(places, st.tuples(st.floats(-1e4, 1e5), st.floats(-1e4, 1e5)))
def test_pixels_return_from_metres(place: Georeference, pixel: tuple[float, float]) -> None:
    assert place.to_pixels(place.to_metres(np.array([pixel])))[0] == pytest.approx(pixel, abs=1e-4)


def test_origin_is_the_corner_of_the_top_left_pixel() -> None:
    place = Georeference(100.0, 900.0, 0.5, 40, 20)
    assert place.to_metres(np.array([(0, 0), (40, 20)])).tolist() == [[100.0, 900.0], [120.0, 890.0]]
    assert place.bounds_m == (100.0, 890.0, 120.0, 900.0)
