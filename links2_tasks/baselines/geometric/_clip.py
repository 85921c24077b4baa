"""The frames of a question's clip, registered to its maps."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from links2_tasks.baselines.geometric._features import Pixels
from links2_tasks.baselines.geometric._flight import Flight
from links2_tasks.baselines.geometric._register import MapView, register_clip
from links2_tasks.baselines.geometric._views import Maps, Recent, Videos
from links2_tasks.media import resolve_inside
from links2_tasks.schema import Question

_STEPS_S = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0, 30.0, 60.0, 120.0)
_MOST_GRID_FRAMES = 9
_END_GAP_S = 0.05


def frame_times_s(span_s: tuple[float, float], query_time_s: float | None) -> tuple[float, ...]:
    """Times of the frames to look at: the ends of the span, the query time, and a grid of at most 9 between.

    The grid belongs to the video and not to the span, so clips that overlap share frames.
    """
    start_s, end_s = span_s
    last_s = max(start_s, end_s - _END_GAP_S)  # the span's end may be the end of the file, where no frame starts
    step_s = next(
        (step for step in _STEPS_S if (end_s - start_s) / step <= _MOST_GRID_FRAMES),
        (end_s - start_s) / _MOST_GRID_FRAMES,
    )
    first = int(start_s // step_s) + 1
    grid = [step_s * count for count in range(first, first + _MOST_GRID_FRAMES + 1)]
    near = 0.25 * step_s
    asked = {query_time_s} if query_time_s is not None else set()
    end = {last_s} if not any(t_s > last_s - near for t_s in asked) else set()
    times = {start_s} | asked | end | {t_s for t_s in grid if start_s + near < t_s < last_s - near}
    return tuple(sorted(times))


class Registrar:
    """Registers clips to maps and remembers what it did."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._videos = Videos()
        self._maps = Maps()
        self._flights: Recent[Flight | None] = Recent(64)

    def flight(self, question: Question, root: Path, image: int = 0) -> Flight | None:
        """The question's clip on one of its satellite images, or None when it cannot be placed there.

        Raises:
            MediaError: the video or the image cannot be read.
            UnsafePathError: a path leaves the root.
        """
        path = resolve_inside(root, question.video)
        times_s = frame_times_s(question.video_span_s, question.query_time_s)
        satellite = question.satellite[image]
        key = (path, times_s, resolve_inside(root, satellite.path), satellite.window_px, satellite.turned_deg)
        if key not in self._flights:
            frames = self._videos.frames(path, times_s)
            links = [self._videos.link(path, earlier, later) for earlier, later in pairwise(frames)]
            registrations = register_clip(frames, links, self._view(question, root, image))
            self._flights[key] = Flight(registrations) if registrations else None
        return self._flights[key]

    def map_pixels(self, question: Question, root: Path, image: int = 0) -> Pixels:
        """The satellite image as shown, RGB at full size."""
        return self._maps.pixels(root, question.satellite[image])

    def _view(self, question: Question, root: Path, image: int) -> MapView:
        height, width = self.map_pixels(question, root, image).shape[:2]
        return MapView(self._maps.features(root, question.satellite[image], (width, height)), width, height)
