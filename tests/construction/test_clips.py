"""Clips: parts of the time that video and telemetry share."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.construction._clips import clips_of
from links2_tasks.construction.scene import Scene


@dataclass(frozen=True)
class Video:
    duration_s: float
    fps: float = 25.0


@dataclass(frozen=True)
class Times:
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Flight:
    """As much of a scene as cutting needs."""

    video: Video
    track: Times
    scene_id: str = "flight"


def cut(flight: Flight, **keywords: Any) -> tuple[Any, ...]:
    return clips_of(cast(Scene, flight), **keywords)


seconds = st.floats(0.0, 2000.0)


@given(
    duration_s=st.floats(1.0, 2000.0), start_s=seconds, length_s=st.floats(0.5, 100.0), track_s=st.floats(1.0, 2000.0)
)
def test_clips_follow_one_another_inside_the_common_time(
    duration_s: float, start_s: float, length_s: float, track_s: float
) -> None:
    flight = Flight(Video(duration_s), Times(start_s, start_s + track_s))
    spans = [clip.span_s for clip in cut(flight, length_s=length_s)]
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    if spans:
        assert spans[0][0] >= start_s - 0.051
        assert spans[-1][1] <= min(duration_s, start_s + track_s) + 1e-9


@given(duration_s=st.floats(1.0, 2000.0), length_s=st.floats(1.0, 100.0))
def test_clips_are_about_as_long_as_wanted_and_cover_the_video(duration_s: float, length_s: float) -> None:
    clips = cut(Flight(Video(duration_s), Times(0.0, 3000.0)), length_s=length_s)
    assert clips
    lengths = [clip.span_s[1] - clip.span_s[0] for clip in clips]
    if duration_s >= length_s:
        assert length_s / 1.6 - 0.3 <= max(lengths) <= 1.6 * length_s + 0.3
    assert sum(lengths) >= duration_s - 0.2


def test_ids_count_from_one_and_are_unique() -> None:
    clips = cut(Flight(Video(60.0), Times(0.0, 60.0)), length_s=12.0)
    assert [clip.clip_id for clip in clips] == [f"flight_{i:02d}" for i in range(1, 6)]


def test_a_flight_whose_video_ends_before_its_telemetry_begins_has_no_clip() -> None:
    assert cut(Flight(Video(10.0), Times(12.0, 40.0))) == ()


@given(start_s=st.floats(0.0, 100.0), length_s=st.floats(1.0, 60.0))
def test_query_times_rise_in_tenths_and_lie_in_the_span(start_s: float, length_s: float) -> None:
    (clip,) = cut(Flight(Video(start_s + length_s + 1.0), Times(start_s, start_s + length_s)), length_s=1000.0)
    times = clip.query_times_s
    assert 1 <= len(times) <= 32
    assert np.all(np.diff(times) > 0)
    assert clip.span_s[0] <= times[0]
    assert times[-1] <= clip.span_s[1]
    assert np.allclose(times * 10, np.round(times * 10))


@pytest.mark.parametrize("length_s", [0.5, 3.0, 12.0])
def test_sample_times_are_close_and_reach_both_ends(length_s: float) -> None:
    (clip,) = cut(Flight(Video(length_s + 1.0), Times(0.0, length_s)), length_s=1000.0)
    assert (clip.sample_times_s[0], clip.sample_times_s[-1]) == clip.span_s
    assert np.diff(clip.sample_times_s).max() <= 0.3
