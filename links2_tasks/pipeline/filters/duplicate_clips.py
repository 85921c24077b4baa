"""Clips that show what an earlier clip shows: all questions about the later one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from links2_tasks.pipeline.filters._digests import media_digests
from links2_tasks.pipeline.filters._filter import Fault, Filter, FilterContext, Filtered, without
from links2_tasks.pipeline.filters._footage import Bits, clip_spans, glances
from links2_tasks.pipeline.filters._settings import FilterSettings
from links2_tasks.schema import Question

SAME_TIME = "shows what an earlier clip of the video shows"
SAME_LOOK = "its frames are those of an earlier clip"


@dataclass(frozen=True)
class _Shown:
    """One clip."""

    clip_id: str
    footage: str
    """Digest of the video's bytes, or its path."""
    span_s: tuple[float, float]
    prints: Bits
    """Fingerprints (N, 63) of its frames, without blank ones; empty where it cannot be decoded."""


def apply(questions: Sequence[Question], context: FilterContext) -> Filtered:
    """Questions about a clip that shows the seconds, or the frames, of one that comes before it."""
    kept: list[_Shown] = []
    gone: dict[str, Fault] = {}
    for clip in _clips(questions, context):
        fault = next((found for one in kept if (found := _twin_fault(one, clip, context.settings))), None)
        if fault is None:
            kept.append(clip)
        else:
            gone.setdefault(clip.clip_id, fault)
    return without(questions, {q.question_id: gone[q.clip_id] for q in questions if q.clip_id in gone})


def _clips(questions: Sequence[Question], context: FilterContext) -> list[_Shown]:
    looks, _ = glances(questions, context.root)
    digests = media_digests(questions, context.root)
    shown = []
    for (clip_id, video), span_s in sorted(clip_spans(questions).items()):
        look = looks.get((clip_id, video))
        prints = look.prints[~look.blank] if look is not None else np.zeros((0, 1), bool)
        shown.append(_Shown(clip_id, digests.get(video, video), span_s, prints))
    return shown


def _twin_fault(earlier: _Shown, later: _Shown, settings: FilterSettings) -> Fault | None:
    if earlier.clip_id == later.clip_id:
        return None
    if earlier.footage == later.footage:
        share = _common_share(earlier.span_s, later.span_s)
        if share > settings.most_common_span_share:
            return Fault(SAME_TIME, f"{100 * share:.0f} % of the shorter of {later.clip_id} and {earlier.clip_id}")
    share = alike_share(later.prints, earlier.prints, settings.most_fingerprint_bits)
    if share > settings.most_alike_frames_share:
        return Fault(SAME_LOOK, f"{100 * share:.0f} % of the frames of {later.clip_id} are in {earlier.clip_id}")
    return None


def _common_share(first: tuple[float, float], second: tuple[float, float]) -> float:
    common_s = min(first[1], second[1]) - max(first[0], second[0])
    return max(0.0, common_s) / min(first[1] - first[0], second[1] - second[0])


def alike_share(prints: Bits, others: Bits, most_bits: int) -> float:
    """Share of fingerprints (N, B) that differ from one of the others (M, B) in at most so many bits; 0 for none."""
    if not len(prints) or not len(others):
        return 0.0
    # Bits that differ, as a product of matrices: those set here and not there, and the other way round.
    first, second = prints.astype(np.float32), others.astype(np.float32)
    differing = first @ (1 - second).T + (1 - first) @ second.T
    return float((differing.min(axis=1) <= most_bits).mean())


FILTER = Filter(
    "duplicate_clips",
    "All questions about a clip that shows the same seconds of a video, or the same frames, as an earlier clip.",
    apply,
)
