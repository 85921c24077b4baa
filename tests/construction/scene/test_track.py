from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.construction.scene import Pose, Track
from links2_tasks.errors import SceneError
from links2_tasks.terms import angle_between_deg


def pose(t_s: float, heading_deg: float = 0.0, east_m: float = 0.0) -> Pose:
    return Pose(t_s, east_m, 0.0, 100.0, heading_deg)


@given(st.floats(0, 360), st.floats(-179, 179), st.floats(0, 1))
def test_headings_turn_the_short_way(start_deg: float, turn_deg: float, share: float) -> None:
    track = Track((pose(0.0, start_deg), pose(1.0, (start_deg + turn_deg) % 360.0)))
    between = track.at(share).heading_deg
    assert 0.0 <= between <= 360.0
    assert angle_between_deg(between, start_deg + share * turn_deg) == pytest.approx(0.0, abs=1e-6)


@given(st.lists(st.floats(-170, 170), min_size=2, max_size=8))
def test_headings_at_the_poses_are_kept(turns_deg: list[float]) -> None:
    headings = [sum(turns_deg[: i + 1]) for i in range(len(turns_deg))]
    track = Track(tuple(pose(float(i), heading % 360.0) for i, heading in enumerate(headings)))
    for i, heading in enumerate(headings):
        assert angle_between_deg(track.at(float(i)).heading_deg, heading) == pytest.approx(0.0, abs=1e-6)


def test_positions_are_interpolated_and_held_at_the_ends() -> None:
    track = Track((pose(1.0, east_m=10.0), pose(3.0, east_m=30.0)))
    assert [track.at(t).east_m for t in (0.0, 1.0, 2.0, 9.0)] == [10.0, 10.0, 20.0, 30.0]
    assert (track.start_s, track.end_s, track.at(2.0).t_s) == (1.0, 3.0, 2.0)


def test_poses_may_come_in_any_order() -> None:
    assert Track.of([pose(2.0), pose(1.0)]).start_s == 1.0


@pytest.mark.parametrize("times", [[], [1.0, 1.0], [2.0, 1.0]])
def test_tracks_that_do_not_go_forward_are_refused(times: list[float]) -> None:
    with pytest.raises(SceneError):
        Track(tuple(pose(t) for t in times))


def test_angles_stay_finite_over_many_turns() -> None:
    track = Track(tuple(pose(float(i), (170.0 * i) % 360.0) for i in range(500)))
    assert math.isfinite(track.at(499.5).heading_deg)
