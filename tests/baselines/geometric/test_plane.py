"""Homographies against what they are made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.baselines.geometric._plane import apply, inverse, local_similarity, plausible

MAP = (600.0, 500.0)
angles = st.floats(-179.0, 179.0)
scales = st.floats(0.2, 2.0)
places = st.floats(50.0, 450.0)


def similarity(scale: float, turn_deg: float, x: float, y: float) -> np.ndarray:
    """Turn clockwise and scale about the middle of a 400 x 300 frame, whose middle goes to (x, y)."""
    c, s = scale * np.cos(np.radians(turn_deg)), scale * np.sin(np.radians(turn_deg))
    centred = np.array([[1, 0, -200.0], [0, 1, -150.0], [0, 0, 1]])
    return np.array([[c, -s, x], [s, c, y], [0, 0, 1]]) @ centred


@given(scales, angles, places, places)
def test_local_similarity_reads_back_scale_and_turn(scale, turn_deg, x, y):
    found_scale, found_turn = local_similarity(similarity(scale, turn_deg, x, y), np.array([(30.0, 200.0), (0.0, 0.0)]))
    assert found_scale == pytest.approx([scale] * 2)
    assert found_turn == pytest.approx([turn_deg] * 2, abs=1e-6)


@given(scales, angles, places, places)
def test_inverse_undoes(scale, turn_deg, x, y):
    forth = similarity(scale, turn_deg, x, y)
    points = np.array([(1.0, 2.0), (300.0, 20.0)])
    assert apply(inverse(forth), apply(forth, points)) == pytest.approx(points, abs=1e-6)


def test_inverse_of_a_singular_matrix_is_nan():
    assert np.isnan(inverse(np.ones((3, 3)))).all()


def test_points_beyond_the_horizon_are_nan():
    tilted = np.array([[1, 0, 0], [0, 1, 0], [0, -0.01, 1.0]])
    seen = apply(tilted, np.array([(0.0, 50.0), (0.0, 150.0)]))
    assert np.isfinite(seen[0]).all()
    assert np.isnan(seen[1]).all()


@given(scales, angles, places, places)
def test_every_view_from_above_is_plausible(scale, turn_deg, x, y):
    assert plausible(similarity(scale, turn_deg, x, y), 400, 300, MAP)


def test_views_that_no_camera_has_are_refused():
    good = similarity(0.6, 30, 300, 250)
    mirror, squeeze = np.diag([-1.0, 1.0, 1.0]), np.diag([1.0, 0.1, 1.0])
    horizon = np.array([[1, 0, 0], [0, 1, 0], [0, -0.005, 1.0]])
    assert plausible(good, 400, 300, MAP)
    assert not plausible(good @ mirror, 400, 300, MAP)
    assert not plausible(good @ squeeze, 400, 300, MAP)
    assert not plausible(good @ horizon, 400, 300, MAP)
    assert not plausible(similarity(0.02, 0, 300, 250), 400, 300, MAP)
    assert not plausible(similarity(9.0, 0, 300, 250), 400, 300, MAP)
    assert not plausible(similarity(0.6, 0, 3000, 250), 400, 300, MAP)
    assert not plausible(np.full((3, 3), np.nan), 400, 300, MAP)
    assert not plausible(None, 400, 300, MAP)
