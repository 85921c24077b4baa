"""Which frames of a video a prompt shows, and in which order."""

from __future__ import annotations

import hashlib

from links2_tasks.media import FramePlan, VideoInfo
from links2_tasks.prompt._settings import PromptSettings
from links2_tasks.schema import Question


def frame_plan(question: Question, settings: PromptSettings, video: VideoInfo) -> FramePlan:
    """The frames that a prompt takes from the video of a question, besides one that `query_frame` may add.

    Raises:
        MediaError: the question's span or moment lies outside the video.
    """
    if settings.query_frame != "only":
        return FramePlan.uniform(video, question.video_span_s, settings.n_frames)
    if question.query_time_s is not None:
        return FramePlan.at_times(video, [question.query_time_s])
    return FramePlan.uniform(video, question.video_span_s, 1)


def shown_order(question: Question, settings: PromptSettings, plan: FramePlan) -> tuple[int, ...] | None:
    """Places in the plan of the frames in the order in which they are shown; None for that of time.

    It depends on the video's name and the plan alone.
    """
    n_frames = len(plan.indices)
    if settings.frame_order == "time" or n_frames < 2:
        return None
    return _shuffled(n_frames, f"{question.video} {plan.plan_id}")


def _shuffled(n: int, seed: str) -> tuple[int, ...]:
    """The numbers 0 to n - 1 in another order, which digests give: no version of a library can change it."""
    in_order = tuple(range(n))
    order, draw = in_order, 0
    while order == in_order:
        order = tuple(sorted(in_order, key=lambda place: _digest(f"{seed} {draw} {place}")))
        draw += 1
    return order


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
