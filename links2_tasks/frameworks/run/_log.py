"""Logs that outlive a killed process: one JSON object a line, written through at once, a file for each writer."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any


class Log:
    """A file that this process alone writes to; several threads may."""

    def __init__(self, folder: Path, name: str) -> None:
        """Write to `folder/name.jsonl`, which is made with the first record."""
        self._path = folder / f"{name}.jsonl"
        self._stream: IO[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()

    def append(self, record: Mapping[str, Any]) -> None:
        """Write a record; when this returns, no kill takes it back.

        Raises:
            OSError: it cannot be written.
        """
        line = json.dumps(record).encode() + b"\n"
        with self._lock:
            stream = self._open()
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())

    def _open(self) -> IO[bytes]:
        # A process that was forked must not write into its parent's file.
        if self._stream is None or self._owner != os.getpid():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Never a file that is there: a line that was cut off in it would swallow the first one written now.
            self._stream = self._path.with_name(f"{self._path.stem}-{os.getpid()}.jsonl").open("xb")
            self._owner = os.getpid()
        return self._stream


def records(folder: Path) -> Iterator[dict[str, Any]]:
    """The records of all logs in a folder; a line that was cut off by a kill is none."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_bytes().split(b"\n"):
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                yield record
