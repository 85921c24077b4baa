"""Which packets of a video have to be decoded for the planned frames."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from links2_tasks.media._timetable import Keyframe, Timetable


@dataclass(frozen=True)
class Run:
    """A keyframe, the packets after it, and the planned frames that they show. No two runs share a packet."""

    start: Keyframe | None
    """None is the beginning of the file, for frames that are shown before the first keyframe."""
    end_place: int
    """Place of the last packet that is needed."""
    wanted: frozenset[int]
    """Time stamps of the planned frames."""

    @property
    def start_place(self) -> int:
        """Place of the first packet that is needed."""
        return self.start.place if self.start else 0


def runs_of(timetable: Timetable, indices: Sequence[int]) -> tuple[Run, ...]:
    """The runs that show the frames `indices`, in the order of the file.

    A frame's run starts at the last keyframe that neither comes nor is shown after it. So the pictures of an open group
    that are shown before their keyframe, and may need the group before, belong to that group's run. Where the next
    planned frame's keyframe has been passed already, the run goes on.

    Args:
        timetable: The video's frames.
        indices: Rising frame indices.

    Returns:
        Runs; none for frames that can only be found by decoding the file from its beginning.
    """
    if not _leads_to_keyframes(timetable):
        return ()
    runs: list[Run] = []
    for index in indices:
        pts, place = timetable.pts[index], timetable.places[index]
        start = _start_of(timetable.keyframes, pts, place)
        if runs and (start is None or start.place <= runs[-1].end_place):
            last = runs.pop()
            runs.append(Run(last.start, max(last.end_place, place), last.wanted | {pts}))
        else:
            runs.append(Run(start, place, frozenset({pts})))
    return tuple(runs)


def _start_of(keyframes: Sequence[Keyframe], pts: int, place: int) -> Keyframe | None:
    for number in range(bisect_right(keyframes, place, key=lambda keyframe: keyframe.place) - 1, -1, -1):
        if keyframes[number].pts <= pts:
            return keyframes[number]
    return None


def _leads_to_keyframes(timetable: Timetable) -> bool:
    """Whether frames are known by time stamp and place, and keyframes are shown in the order of the file."""
    in_order = all(before.pts < after.pts for before, after in pairwise(timetable.keyframes))
    return timetable.stamped and len(timetable.places) == timetable.n_frames and in_order
