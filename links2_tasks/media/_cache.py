"""Decoded frames, derived clips and what was read off them, on disk, made once for each content and recipe.

An entry is a file and, beside it, its size and digest; both names are the digest of the recipe: what was decoded, from
which bytes, by which decoder. Every entry is checked when it is used, and one that is damaged is made anew. Processes,
runs and frameworks share the folder. When it grows over its bound, what was used longest ago goes first.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, get_args

from links2_tasks._files import UNFINISHED, locked, write_whole
from links2_tasks._folders import cache_folder
from links2_tasks.errors import MediaError

SIZE_VARIABLE = "LINKS2_CACHE_GB"
_DEFAULT_GB = 20.0
_FORMAT = 1
"""Goes up when the way entries are kept changes, so that old ones are not taken for new ones."""

Kind = Literal["frames", "clips", "images", "estimates"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_KEEP_S: dict[str, float] = {"frames": 0.0, "clips": 86_400.0, "images": 86_400.0, "estimates": 2_592_000.0}
"""How long after its last use an entry stays, full or not: a host is given paths of clips and images to open later.

Estimates take seconds each to make and are a kilobyte, so they stay for a month.
"""

_ABANDONED_S = 3_600.0
"""After this time a file that is still unfinished belongs to a process that was killed."""

_LOOK_EVERY = 0.05
"""Share of the bound that may be written between two looks at the whole folder."""


@dataclass(frozen=True)
class Entry:
    """One entry as it lies in the folder."""

    path: Path
    kind: str
    n_bytes: int
    used_s: float
    """When it was last used, in seconds since 1970."""


class ClipCache:
    """A folder of entries with a bound. Processes and threads may share it."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        """Use a folder, which is made when the first entry is."""
        self.folder = Path(folder)
        self.max_bytes = max_bytes
        self._unseen_bytes = max_bytes
        """Bytes written since the last look at the whole folder; the first write looks."""

    def get(self, kind: Kind, recipe: Sequence[object], suffix: str, make: Callable[[IO[bytes]], object]) -> Path:
        """The file of a recipe, written by `make` when there is none or when it is damaged.

        Of several processes that ask at once, one makes it and the others wait for it.

        Raises:
            OSError: it cannot be written, as when the disk is full. Nothing is left behind.
        """
        path = self._path(kind, recipe, suffix)
        if not self._is_whole(path):
            with locked(path.with_name(f".{path.name}.lock")):
                if not self._is_whole(path):
                    self._make(path, make)
        self._touch(path)
        return path

    def find(self, kind: Kind, recipe: Sequence[object], suffix: str) -> bytes | None:
        """The content of a recipe's entry, checked while it is read; None when there is none or it is damaged.

        `get` checks a file by reading it, so whoever reads it after that reads it twice.
        """
        path = self._path(kind, recipe, suffix)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        if not _agrees(path, hashlib.sha256(content).hexdigest(), len(content)):
            return None
        self._touch(path)
        return content

    def entries(self) -> Iterator[Entry]:
        """All entries that are there, in no order."""
        for kind in KINDS:
            for path in (self.folder / kind).glob("??/*"):
                if path.suffix == ".json" or path.name.startswith("."):
                    continue
                try:
                    facts = path.stat()
                except FileNotFoundError:
                    continue
                yield Entry(path, kind, facts.st_size, facts.st_mtime)

    def trim(self, keep: Path | None = None) -> int:
        """Remove what was used longest ago until the rest fits the bound; the number of bytes that went.

        Args:
            keep: An entry that stays, because it was made just now.
        """
        self._unseen_bytes = 0
        self._remove_abandoned()
        entries = sorted(self.entries(), key=lambda entry: entry.used_s)
        excess = sum(entry.n_bytes for entry in entries) - self.max_bytes
        removed, now = 0, time.time()
        for entry in entries:
            if removed >= excess:
                break
            if entry.path != keep and now - entry.used_s >= _KEEP_S[entry.kind]:
                _remove(entry.path)
                removed += entry.n_bytes
        return removed

    def clear(self) -> int:
        """Remove every entry; the number of bytes that went."""
        removed = 0
        for entry in list(self.entries()):
            _remove(entry.path)
            removed += entry.n_bytes
        self._remove_abandoned(older_than_s=0.0)
        return removed

    def _path(self, kind: Kind, recipe: Sequence[object], suffix: str) -> Path:
        key = hashlib.sha256(json.dumps([_FORMAT, kind, *recipe]).encode()).hexdigest()
        return self.folder / kind / key[:2] / f"{key[2:]}{suffix}"

    def _make(self, path: Path, make: Callable[[IO[bytes]], object]) -> None:
        _facts_file(path).unlink(missing_ok=True)
        write_whole(path, make)
        digest, n_bytes = _digest(path)
        facts = json.dumps({"sha256": digest, "bytes": n_bytes}).encode()
        # Last: without its facts a file does not count, so nothing half made is ever used.
        write_whole(_facts_file(path), lambda stream: stream.write(facts))
        self._unseen_bytes += n_bytes
        if self._unseen_bytes > _LOOK_EVERY * self.max_bytes:
            self.trim(keep=path)

    def _is_whole(self, path: Path) -> bool:
        try:
            digest, n_bytes = _digest(path)
        except OSError:
            return False
        return _agrees(path, digest, n_bytes)

    def _touch(self, path: Path) -> None:
        # Removed by another process, or on a disk that is read only: the caller sees which.
        with suppress(OSError):
            os.utime(path)

    def _remove_abandoned(self, older_than_s: float = _ABANDONED_S) -> None:
        for kind in KINDS:
            for path in (self.folder / kind).glob(f"??/{UNFINISHED}*"):
                try:
                    abandoned = time.time() - path.stat().st_mtime >= older_than_s
                except FileNotFoundError:
                    continue
                if abandoned and path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                elif abandoned:
                    path.unlink(missing_ok=True)


def clip_cache() -> ClipCache:
    """The cache of this user: in the cache folder, bounded by LINKS2_CACHE_GB (20 unless set).

    Raises:
        MediaError: LINKS2_CACHE_GB is no number above 0.
    """
    return _cache_of(cache_folder() / "media", max_bytes())


def max_bytes() -> int:
    """The bound that LINKS2_CACHE_GB sets.

    Raises:
        MediaError: it is no number above 0.
    """
    text = os.environ.get(SIZE_VARIABLE, "")
    try:
        size_gb = float(text) if text else _DEFAULT_GB
    except ValueError:
        size_gb = 0.0
    if not 0.0 < size_gb < float("inf"):
        raise MediaError(f"{SIZE_VARIABLE} is '{text}'; it must be a number of gigabytes above 0, for example 20.")
    return round(size_gb * 1e9)


_CACHES: dict[tuple[Path, int], ClipCache] = {}


def _cache_of(folder: Path, size: int) -> ClipCache:
    """One object for each folder and bound, so that it knows how much this process has written."""
    return _CACHES.setdefault((folder, size), ClipCache(folder, size))


def _facts_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _agrees(path: Path, digest: str, n_bytes: int) -> bool:
    """Whether the facts of an entry are these."""
    try:
        facts = json.loads(_facts_file(path).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(facts, dict) and facts == {"sha256": digest, "bytes": n_bytes}


def _digest(path: Path) -> tuple[str, int]:
    digest, n_bytes = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(2**20):
            digest.update(block)
            n_bytes += len(block)
    return digest.hexdigest(), n_bytes


def _remove(path: Path) -> None:
    # The facts first: a file without them does not count, whoever looks meanwhile.
    _facts_file(path).unlink(missing_ok=True)
    path.unlink(missing_ok=True)
