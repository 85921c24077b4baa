"""How much the cache holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from links2_tasks.media._cache import KINDS, ClipCache


@dataclass(frozen=True)
class KindSummary:
    """The entries of one kind."""

    name: str
    n_entries: int
    n_bytes: int


@dataclass(frozen=True)
class CacheSummary:
    """All entries of a cache."""

    folder: Path
    kinds: tuple[KindSummary, ...]
    max_bytes: int

    @property
    def n_bytes(self) -> int:
        """Size of all entries."""
        return sum(kind.n_bytes for kind in self.kinds)


def summarise_cache(cache: ClipCache) -> CacheSummary:
    """Count what a cache holds."""
    sizes: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for entry in cache.entries():
        sizes[entry.kind].append(entry.n_bytes)
    kinds = tuple(KindSummary(kind, len(found), sum(found)) for kind, found in sizes.items())
    return CacheSummary(cache.folder, kinds, cache.max_bytes)
