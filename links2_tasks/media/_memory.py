"""A small memory of decoded arrays."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

import numpy as np


class ArrayMemory:
    """The arrays that were used last, up to a number of bytes. Threads may share one."""

    def __init__(self, max_bytes: int) -> None:
        """Keep at most `max_bytes`; an array that is larger by itself is kept alone, until the next one comes."""
        self._max_bytes = max_bytes
        self._arrays: OrderedDict[Hashable, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], np.ndarray]) -> np.ndarray:
        """The array of `key`, made if it is not at hand. It is shared, so it is not to be written to."""
        with self._lock:  # Held while making, so that threads that want the same array do not all make it.
            if key not in self._arrays:
                array = make()
                array.flags.writeable = False
                self._arrays[key] = array
                self._forget_oldest()
            self._arrays.move_to_end(key)
            return self._arrays[key]

    def _forget_oldest(self) -> None:
        while len(self._arrays) > 1 and sum(array.nbytes for array in self._arrays.values()) > self._max_bytes:
            self._arrays.popitem(last=False)
