"""Clips whose frames show nothing, or stand still because the recording did."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from links2_tasks.pipeline.filters._filter import Fault, Filter, FilterContext, Filtered, one_by_one
from links2_tasks.pipeline.filters._footage import Glance, glances
from links2_tasks.pipeline.filters._settings import FilterSettings
from links2_tasks.schema import Question

SLACK_S = 0.05


def apply(questions: Sequence[Question], context: FilterContext) -> Filtered:
    """Questions whose own span shows too many blank or frozen frames, or cannot be decoded."""
    looks, errors = glances(questions, context.root)

    def fault_of(question: Question) -> Fault | None:
        key = question.clip_id, question.video
        if key in errors:
            return Fault("the video cannot be read", errors[key])
        return footage_fault(looks[key], question, context.settings)

    return one_by_one(questions, fault_of)


def footage_fault(look: Glance, question: Question, settings: FilterSettings) -> Fault | None:
    """What is wrong with the frames of a question's span."""
    start_s, end_s = question.video_span_s
    shown = (look.times_s >= start_s - SLACK_S) & (look.times_s <= end_s + SLACK_S)
    n = int(shown.sum())
    if n == 0:
        return None
    blank = int(look.blank[shown].sum())
    if blank > settings.most_blank_frames_share * n:
        return Fault("frames show nothing", f"{blank} of {n} frames are of one colour")
    if question.query_time_s is not None:
        asked = int(np.abs(look.times_s - question.query_time_s).argmin())
        if look.blank[asked]:
            return Fault("frames show nothing", f"the frame at {question.query_time_s:g} s is of one colour")
    # A blank frame is like the blank one before it; it is counted once.
    frozen = int((look.frozen & ~look.blank)[shown].sum())
    if frozen > settings.most_frozen_frames_share * n:
        return Fault("the footage stands still", f"{frozen} of {n} frames repeat the one before them")
    return None


FILTER = Filter(
    "unusable_footage",
    "Questions about spans with black, blank, grey or frozen frames, or with a video that cannot be decoded.",
    apply,
)
