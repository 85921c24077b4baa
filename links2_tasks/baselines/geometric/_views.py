"""The two views of a question, read once and kept: frames of a video with their features, and maps by tiles."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import cv2
import numpy as np

from links2_tasks.baselines.geometric._features import Features, Floats, Pixels, detect, joined
from links2_tasks.baselines.geometric._matching import match
from links2_tasks.baselines.geometric._plane import scaled
from links2_tasks.media import (
    FramePlan,
    image_size,
    load_frames,
    probe_video,
    read_image_window,
    read_satellite,
    resolve_inside,
    turned_size,
)
from links2_tasks.schema import SatelliteImage

Value = TypeVar("Value")

FRAME_MAX_PX = 800
_SMALL_FRAME_PX = 400
_FRAME_FEATURES = 1600
# About 0.8 MB each: the frames of some 60 clips, so that one task after the other finds them again.
_MOST_FRAMES = 700
_MAP_MAX_PX = 100_000
_TILE_PX = 512
_TILE_MARGIN_PX = 24
_TILE_FEATURES = 2500
_LINK_RATIO = 0.8
_LINK_TOLERANCE_PX = 2.0
_LEAST_LINK_INLIERS = 12


class Recent(Generic[Value]):
    """The values used last, up to a number of them."""

    def __init__(self, most: int) -> None:
        """Keep at most `most` values."""
        self._most = most
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        """Whether the value is still there."""
        return key in self._values

    def __getitem__(self, key: Hashable) -> Value:
        """A value that is there; it counts as used now."""
        self._values.move_to_end(key)
        return self._values[key]

    def __setitem__(self, key: Hashable, value: Value) -> None:
        """Keep a value and drop the one that was used the longest ago."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._most:
            self._values.popitem(last=False)


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame; its coordinates are pixels of the size at which its features were found."""

    t_s: float
    width_px: int
    height_px: int
    features: Features
    small: Pixels
    """A smaller copy (H, W, 3) RGB, enough to compare colours."""

    def at(self, x_share: float, y_share: float) -> Floats:
        """Pixel (1, 2) at shares of the width and the height."""
        return np.array([(x_share * self.width_px, y_share * self.height_px)])


def frame_of(t_s: float, image: Pixels) -> Frame:
    """Frame with the features of an image (H, W, 3) RGB."""
    height, width = image.shape[:2]
    small = shrunk(image, min(1.0, _SMALL_FRAME_PX / max(width, height)))
    return Frame(t_s, width, height, detect(image, _FRAME_FEATURES), small)


def shrunk(image: Pixels, factor: float) -> Pixels:
    """A smaller copy of an image (H, W, 3), each pixel the mean of those that it replaces."""
    size = tuple(max(round(side * factor), 1) for side in image.shape[1::-1])
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


class Videos:
    """Frames of videos, and the homographies between neighbouring frames."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._frames: Recent[Frame] = Recent(_MOST_FRAMES)
        self._links: Recent[Floats | None] = Recent(4096)

    def frames(self, path: Path, times_s: Sequence[float]) -> list[Frame]:
        """The frames nearest to the times, each once, in order of time.

        Raises:
            MediaError: the video cannot be read.
        """
        video = probe_video(path)
        plan = FramePlan.at_times(video, [min(t_s, video.duration_s) for t_s in times_s])
        found = {index: self._frames[path, index] for index in plan.indices if (path, index) in self._frames}
        missing = [video.time_s(index) for index in plan.indices if index not in found]
        if missing:
            fresh = FramePlan.at_times(video, missing)
            images, shown_s = load_frames(path, fresh, FRAME_MAX_PX)
            for index, image, t_s in zip(fresh.indices, images, shown_s, strict=True):
                found[index] = self._frames[path, index] = frame_of(float(t_s), image)
        return [found[index] for index in plan.indices]

    def link(self, path: Path, earlier: Frame, later: Frame) -> Floats | None:
        """Homography from the later frame to the earlier one, or None when they do not match."""
        key = (path, earlier.t_s, later.t_s)
        if key not in self._links:
            self._links[key] = _link(earlier, later)
        return self._links[key]


class Maps:
    """Features of maps, found tile by tile: windows of one file share them, and a huge file is never searched whole."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._tiles: Recent[Features] = Recent(192)

    def pixels(self, root: Path, image: SatelliteImage) -> Pixels:
        """The window of the map as the question shows it, RGB at full size.

        Raises:
            MediaError: the map cannot be read.
            UnsafePathError: its path leaves the root.
        """
        return read_satellite(root, image, _MAP_MAX_PX)

    def features(self, root: Path, image: SatelliteImage, size_px: tuple[int, int]) -> Features:
        """Features within the window, in pixels of the window as shown.

        Args:
            root: The dataset's root.
            image: The map, its window and its turn.
            size_px: Width and height of the window as `pixels` gives it.
        """
        left, top = image.window_px[:2] if image.window_px else (0, 0)
        in_file_px = turned_size(size_px, image.turned_deg)
        right, bottom = left + in_file_px[0], top + in_file_px[1]
        columns = range(left // _TILE_PX * _TILE_PX, right, _TILE_PX)
        rows = range(top // _TILE_PX * _TILE_PX, bottom, _TILE_PX)
        tiles = [self._tile(root, image, x, y) for y in rows for x in columns]
        found = joined(tiles).inside(left, top, right, bottom).moved(-left, -top)
        return found.turned(in_file_px, image.turned_deg)

    def _tile(self, root: Path, image: SatelliteImage, x_px: int, y_px: int) -> Features:
        """Features of one tile of the file; a margin lets points at the tile's edge see their surroundings."""
        path = resolve_inside(root, image.path)
        key = (path, x_px, y_px)
        if key not in self._tiles:
            width, height = image_size(path)
            left, top = max(x_px - _TILE_MARGIN_PX, 0), max(y_px - _TILE_MARGIN_PX, 0)
            right = min(x_px + _TILE_PX + _TILE_MARGIN_PX, width)
            bottom = min(y_px + _TILE_PX + _TILE_MARGIN_PX, height)
            pixels = read_image_window(path, (left, top, right - left, bottom - top), _MAP_MAX_PX)
            found = detect(pixels, _TILE_FEATURES).moved(left, top)
            self._tiles[key] = found.inside(x_px, y_px, x_px + _TILE_PX, y_px + _TILE_PX)
        return self._tiles[key]


def _link(earlier: Frame, later: Frame) -> Floats | None:
    """Homography from the later frame to the earlier one."""
    matches = match(later.features, earlier.features, _LINK_RATIO)
    if len(matches) < _LEAST_LINK_INLIERS:
        return None
    found, mask = cv2.findHomography(matches.first.xy_px, matches.second.xy_px, cv2.USAC_MAGSAC, _LINK_TOLERANCE_PX)
    if found is None or mask is None or int(mask.sum()) < _LEAST_LINK_INLIERS or abs(found[2, 2]) < 1e-12:
        return None
    return scaled(np.asarray(found, float))
