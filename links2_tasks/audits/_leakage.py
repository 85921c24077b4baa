"""What one split of a dataset shows of another: `audit_leakage`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from links2_tasks.audits._duplicates import media_digests
from links2_tasks.audits._records import Leak
from links2_tasks.dataset import load_info, load_questions
from links2_tasks.schema import Question

Span = tuple[float, float]
Window = tuple[int, int, int, int]


def audit_leakage(root: Path) -> tuple[Leak, ...]:
    """Find what two splits share, for every pair of splits; nothing for a dataset of one split.

    Kinds of `what`: 'clip' (one id), 'video' (one file, also under two names), 'time' (parts of one video that
    overlap), 'satellite' (one file, also under two names), 'map' (windows of one file that overlap) and 'region' (one
    name: the same town, if not the same ground). A model that was trained on one split knows of the other what they
    share.

    Args:
        root: Folder of the dataset.

    Raises:
        DataError: the dataset cannot be read.
    """
    info = load_info(root)
    digests = media_digests(info)
    splits = [_Split.of(name, load_questions(root, split=name), digests) for name in info.splits]
    return tuple(leak for first, second in combinations(splits, 2) for leak in _between(first, second))


@dataclass(frozen=True)
class _Split:
    """What the questions of one split show."""

    name: str
    clips: frozenset[str]
    regions: frozenset[str]
    spans: dict[str, set[Span]]
    """By video."""
    windows: dict[str, set[Window | None]]
    """By satellite file; None for a whole file."""
    paths: dict[str, str]
    """A path of each file."""

    @classmethod
    def of(cls, name: str, questions: Sequence[Question], digests: dict[str, str]) -> _Split:
        spans: dict[str, set[Span]] = defaultdict(set)
        windows: dict[str, set[Window | None]] = defaultdict(set)
        paths: dict[str, str] = {}
        for question in questions:
            video = digests.get(question.video, question.video)
            paths[video] = question.video
            spans[video].add(question.video_span_s)
            for image in question.satellite:
                file = digests.get(image.path, image.path)
                paths[file] = image.path
                windows[file].add(image.window_px)
        return cls(
            name,
            frozenset(question.clip_id for question in questions),
            frozenset(question.region for question in questions),
            dict(spans),
            dict(windows),
            paths,
        )

    def named(self, file: str, other: _Split) -> str:
        """Path of a file in this split, and in the other where it has another name."""
        mine, theirs = self.paths[file], other.paths[file]
        return mine if mine == theirs else f"{mine} (as {theirs} in '{other.name}')"


def _between(first: _Split, second: _Split) -> Iterator[Leak]:
    def leak(what: str, detail: str) -> Leak:
        return Leak(first.name, second.name, what, detail)

    yield from (leak("clip", clip) for clip in sorted(first.clips & second.clips))
    for video in sorted(first.spans.keys() & second.spans.keys(), key=first.paths.__getitem__):
        name = first.named(video, second)
        yield leak("video", name)
        shared_s = _shared_seconds(first.spans[video], second.spans[video])
        if shared_s > 0:
            yield leak("time", f"{name}: up to {shared_s:.1f} s of two clips are the same")
    for file in sorted(first.windows.keys() & second.windows.keys(), key=first.paths.__getitem__):
        name = first.named(file, second)
        yield leak("satellite", name)
        share = _shared_share(first.windows[file], second.windows[file])
        if share > 0:
            yield leak("map", f"{name}: up to {100 * share:.0f} % of a window are in a window of the other split")
    yield from (leak("region", region) for region in sorted(first.regions & second.regions))


def _shared_seconds(first: set[Span], second: set[Span]) -> float:
    return max(min(a[1], b[1]) - max(a[0], b[0]) for a in first for b in second)


def _shared_share(first: set[Window | None], second: set[Window | None]) -> float:
    """Largest share of the smaller of two windows that both show; a whole file shows all of any window."""
    return max(_overlap(a, b) for a in first for b in second)


def _overlap(first: Window | None, second: Window | None) -> float:
    if first is None or second is None:
        return 1.0
    width = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    height = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    smaller = min(first[2] * first[3], second[2] * second[3])
    return max(0, width) * max(0, height) / smaller
