"""Frame plans: which frames are taken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from links2_tasks.errors import MediaError
from links2_tasks.media import FramePlan, VideoInfo

EVEN = VideoInfo(path=Path("a.mp4"), width_px=64, height_px=32, fps=25.0, n_frames=100, duration_s=4.0)

rates = st.sampled_from([1.0, 10.0, 24.0, 30000 / 1001, 25.0, 59.94])


@st.composite
def videos(draw: st.DrawFn) -> VideoInfo:
    fps, n_frames = draw(rates), draw(st.integers(1, 400))
    return replace(EVEN, fps=fps, n_frames=n_frames, duration_s=n_frames / fps)


@st.composite
def uneven_videos(draw: st.DrawFn) -> VideoInfo:
    gaps_s = draw(st.lists(st.floats(0.001, 1.0), min_size=1, max_size=60))
    times_s = [0.0]
    for gap_s in gaps_s:
        times_s.append(times_s[-1] + gap_s)
    fps = len(gaps_s) / times_s[-1]
    return replace(EVEN, fps=fps, n_frames=len(times_s), duration_s=times_s[-1] + 1 / fps, frame_times_s=tuple(times_s))


@given(video=videos(), n=st.integers(1, 64))
def test_whole_video_gives_as_many_frames_as_there_are_up_to_n(video: VideoInfo, n: int) -> None:
    plan = FramePlan.uniform(video, n=n)
    assert len(plan.indices) == min(n, video.n_frames)
    assert 0 <= plan.indices[0] <= plan.indices[-1] < video.n_frames


@given(video=st.one_of(videos(), uneven_videos()), n=st.integers(1, 40), data=st.data())
def test_frames_lie_in_the_span_and_rise(video: VideoInfo, n: int, data: st.DataObject) -> None:
    start_s = data.draw(st.floats(0, video.duration_s * 0.99))
    end_s = data.draw(st.floats(start_s, video.duration_s * 1.5))
    assume(end_s > start_s and start_s < min(end_s, video.duration_s))
    plan = FramePlan.uniform(video, (start_s, end_s), n)
    times_s = [video.time_s(index) for index in range(video.n_frames)]
    slack_s = 2e-3 / video.fps
    inside = [index for index, time_s in enumerate(times_s) if start_s - slack_s <= time_s < end_s + slack_s]
    assert len(plan.indices) <= n
    assert list(plan.indices) == sorted(set(plan.indices))
    assert plan.times_s == pytest.approx([times_s[index] for index in plan.indices], abs=1e-5)
    if inside:
        assert set(plan.indices) <= set(inside)
    else:
        assert len(plan.indices) == 1


@given(video=videos(), n=st.integers(1, 40))
def test_each_frame_is_the_nearest_to_the_centre_of_its_bin(video: VideoInfo, n: int) -> None:
    assume(n < video.n_frames)
    plan = FramePlan.uniform(video, n=n)
    for position, time_s in enumerate(plan.times_s):
        centre_s = (position + 0.5) * video.duration_s / n
        assert abs(time_s - centre_s) <= 0.5 / video.fps + 1e-5


def test_bins_of_an_uneven_video_are_bins_of_time() -> None:
    times_s = (*(k / 100 for k in range(100)), 1.5, 2.5, 3.5)
    video = replace(EVEN, fps=25.0, n_frames=103, duration_s=4.0, frame_times_s=times_s)
    assert FramePlan.uniform(video, n=4).indices == (50, 100, 101, 102)


def test_a_span_that_ends_after_the_video_is_cut() -> None:
    assert FramePlan.uniform(EVEN, (3.0, 60.0), 4) == FramePlan.uniform(EVEN, (3.0, 4.0), 4)


def test_a_span_between_two_frames_gives_the_nearer_one() -> None:
    assert FramePlan.uniform(EVEN, (1.005, 1.01), 8).indices == (25,)


@pytest.mark.parametrize("span_s", [(4.0, 5.0), (2.0, 2.0), (3.0, 1.0)])
def test_a_span_outside_the_video_is_refused(span_s: tuple[float, float]) -> None:
    with pytest.raises(MediaError, match="empty or lies outside"):
        FramePlan.uniform(EVEN, span_s)


def test_at_least_one_frame_is_asked_for() -> None:
    with pytest.raises(MediaError, match="n=0"):
        FramePlan.uniform(EVEN, n=0)


def test_at_times() -> None:
    assert FramePlan.at_times(EVEN, [2.0, 0.01, 2.005, 3.999]).indices == (0, 50, 99)
    with pytest.raises(MediaError, match="outside"):
        FramePlan.at_times(EVEN, [9.0])
    with pytest.raises(MediaError, match="at least one"):
        FramePlan.at_times(EVEN, [])


def test_the_id_names_the_content() -> None:
    plan = FramePlan.uniform(EVEN, n=8)
    assert plan.plan_id == FramePlan.model_validate_json(plan.model_dump_json()).plan_id
    assert plan.plan_id != FramePlan.uniform(EVEN, n=9).plan_id
    # A change of this value means that every recorded plan id has become another one.
    assert FramePlan(rule="uniform", n=2, indices=(0, 3), times_s=(0.0, 0.12)).plan_id == "36655707901a"


@pytest.mark.parametrize(
    ("indices", "times_s"),
    [((), ()), ((1,), ()), ((2, 1), (0.0, 1.0)), ((1, 1), (0.0, 1.0)), ((-1,), (0.0,)), ((1, 2), (1.0, 1.0))],
)
def test_impossible_plans_are_refused(indices: tuple[int, ...], times_s: tuple[float, ...]) -> None:
    with pytest.raises(ValidationError):
        FramePlan(rule="test", n=1, indices=indices, times_s=times_s)
