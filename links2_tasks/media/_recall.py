"""Frames of a plan from memory, from the disk, or from the video, in this order."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import IO, TypeAlias

import numpy as np

from links2_tasks.media._cache import ClipCache, clip_cache
from links2_tasks.media._decode import decoder_version, load_frames
from links2_tasks.media._identity import file_sha256
from links2_tasks.media._memory import ArrayMemory
from links2_tasks.media._plan import FramePlan

_RECENT = ArrayMemory(max_bytes=32 * 2**20)
"""The clip that is asked about: questions come ordered by clip, and another comes from the disk in some 30 ms."""


Order: TypeAlias = tuple[int, ...]
"""Places in a plan, counted from 0, in the order in which its frames are shown."""


def recall_frames(path: Path, plan: FramePlan, max_px: int | None = None, *, order: Order | None = None) -> np.ndarray:
    """Frames of a plan as `load_frames` gives them, decoded once for all questions, processes and runs.

    A disk that is full or cannot be written to costs speed and no frame. The disk keeps them in order of time.

    Args:
        path: Video file.
        plan: The frames.
        max_px: Frames whose longer side is longer are scaled down to it.
        order: The order in which they are given; None is that of time.

    Returns:
        Frames (T, H, W, 3) uint8 RGB, shared and therefore not to be written to.

    Raises:
        MediaError: as `load_frames`.
    """
    path = Path(path)
    return _RECENT.get(_key(path, plan, max_px, order), lambda: _ordered(path, plan, max_px, order))


def recall_sha256(path: Path, plan: FramePlan, max_px: int | None = None, *, order: Order | None = None) -> str:
    """`pixel_sha256` of what `recall_frames` gives, computed once for the questions about a clip that follow.

    Raises:
        MediaError: as `load_frames`.
    """
    path = Path(path)
    return _RECENT.sha256_of(_key(path, plan, max_px, order), lambda: _ordered(path, plan, max_px, order))


def _key(path: Path, plan: FramePlan, max_px: int | None, order: Order | None) -> tuple[object, ...]:
    facts = path.stat() if path.is_file() else None
    return path, facts and (facts.st_size, facts.st_mtime_ns), plan.indices, max_px, order


def _ordered(path: Path, plan: FramePlan, max_px: int | None, order: Order | None) -> np.ndarray:
    frames = cached_frames(clip_cache(), path, plan, max_px)
    return frames if order is None else frames[list(order)]


def cached_frames(cache: ClipCache, path: Path, plan: FramePlan, max_px: int | None) -> np.ndarray:
    """Frames of a plan from the disk; what is missing there is decoded and kept.

    Raises:
        MediaError: as `load_frames`.
    """
    made: list[np.ndarray] = []

    def make(stream: IO[bytes]) -> None:
        made.append(load_frames(path, plan, max_px)[0])
        np.save(stream, made[0], allow_pickle=False)

    recipe = [file_sha256(path), plan.indices, max_px, decoder_version()]
    try:
        content = cache.find("frames", recipe, ".npy")
        if content is not None:
            return _array_in(content)
        entry = cache.get("frames", recipe, ".npy", make)
        return made[0] if made else _array_in(entry.read_bytes())
    except OSError as error:
        warnings.warn(
            f"links2: decoded frames cannot be kept in {cache.folder}: {error}. They are decoded again for each use; "
            "free some space, or set XDG_CACHE_HOME to another disk.",
            stacklevel=2,
        )
        return made[0] if made else load_frames(path, plan, max_px)[0]


def _array_in(content: bytes) -> np.ndarray:
    """The array that `np.save` wrote, where it lies; `np.load` would copy it."""
    stream = io.BytesIO(content)
    np.lib.format.read_magic(stream)
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    return np.frombuffer(content, dtype, offset=stream.tell()).reshape(shape)
