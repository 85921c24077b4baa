"""Pictures and clips of the questions that are shown, as files with names that nobody can guess."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path

MAX_BYTES = 512 * 2**20
"""Of all files together; what was shown longest ago is removed first, and is made again when it is asked for."""


class Shelf:
    """A private folder of files that are made when a question is shown, each once.

    The page's server gives out this folder and nothing else, so that a dataset's own files stay out of its reach.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        """Keep files in a folder that exists and that no other user can read."""
        self.folder = folder
        self._max_bytes = max_bytes
        self._files: OrderedDict[Hashable, tuple[Path, int]] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def file(self, key: Hashable, ending: str, write: Callable[[Path], None]) -> Path:
        """The file of a key; made by `write`, whoever asks first, while others wait for it.

        Raises:
            Whatever `write` raises; nothing is left behind then.
        """
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            found = self._found(key)
            return found if found is not None else self._made(key, ending, write)

    def empty(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _found(self, key: Hashable) -> Path | None:
        with self._lock:
            if key not in self._files:
                return None
            self._files.move_to_end(key)
            return self._files[key][0]

    def _made(self, key: Hashable, ending: str, write: Callable[[Path], None]) -> Path:
        path = self.folder / f"{secrets.token_hex(16)}{ending}"
        try:
            write(path)
            n_bytes = path.stat().st_size
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        with self._lock:
            self._files[key] = path, n_bytes
            self._make_room()
        return path

    def _make_room(self) -> None:
        """Remove what was used longest ago, but never the newest file."""
        total = sum(n_bytes for _, n_bytes in self._files.values())
        while total > self._max_bytes and len(self._files) > 1:
            key, (path, n_bytes) = self._files.popitem(last=False)
            self._making.pop(key, None)
            path.unlink(missing_ok=True)
            total -= n_bytes
