"""A small memory of decoded arrays."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np

from links2_tasks.media._digest import pixel_sha256


@dataclass
class _Kept:
    array: np.ndarray
    sha256: str | None = None
    """Digest of the pixels; None until somebody wants it."""


class ArrayMemory:
    """The arrays that were used last, up to a number of bytes. Threads may share one."""

    def __init__(self, max_bytes: int) -> None:
        """Keep at most `max_bytes`; an array that is larger by itself is kept alone, until the next one comes."""
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], np.ndarray]) -> np.ndarray:
        """The array of `key`, made if it is not at hand. It is shared, so it is not to be written to."""
        with self._lock:  # Held while making, so that threads that want the same array do not all make it.
            return self._found(key, make).array

    def sha256_of(self, key: Hashable, make: Callable[[], np.ndarray]) -> str:
        """`pixel_sha256` of that array, computed once while it is at hand."""
        with self._lock:
            kept = self._found(key, make)
            if kept.sha256 is None:
                kept.sha256 = pixel_sha256(kept.array)
            return kept.sha256

    def _found(self, key: Hashable, make: Callable[[], np.ndarray]) -> _Kept:
        if key not in self._kept:
            array = make()
            array.flags.writeable = False
            self._kept[key] = _Kept(array)
            self._forget_oldest()
        self._kept.move_to_end(key)
        return self._kept[key]

    def _forget_oldest(self) -> None:
        while len(self._kept) > 1 and sum(kept.array.nbytes for kept in self._kept.values()) > self._max_bytes:
            self._kept.popitem(last=False)
