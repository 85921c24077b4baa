"""What a card tells about a dataset, counted once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from links2_tasks.errors import DataError
from links2_tasks.schema import Clip, DatasetInfo, Question

FUNNEL_FILE = "funnel.json"


@dataclass(frozen=True)
class RegionFacts:
    """One region."""

    region: str
    splits: tuple[str, ...]
    n_clips: int
    seconds: float
    n_questions: int
    first_day: date | None
    last_day: date | None
    n_clips_without_day: int


@dataclass(frozen=True)
class FunnelRow:
    """One step of a build, as `funnel.json` tells it."""

    title: str
    unit: str
    n_in: int
    n_out: int
    reasons: Mapping[str, int]


@dataclass(frozen=True)
class Facts:
    """All that is counted."""

    info: DatasetInfo
    questions: Mapping[str, tuple[Question, ...]]
    """By split."""
    regions: tuple[RegionFacts, ...]
    reviews: Mapping[str, int]
    writers: Mapping[str, int]
    """Questions by writer and version."""
    seeds: tuple[int, ...]
    wordings: Mapping[str, int]
    """Questions by who put them into words; 'the writer' where nobody else did."""
    funnel: tuple[FunnelRow, ...]

    @property
    def n_questions(self) -> int:
        """Of all splits."""
        return sum(map(len, self.questions.values()))

    @property
    def n_videos(self) -> int:
        """Video files."""
        return len({clip.video for clip in self.info.clips})

    @property
    def n_images(self) -> int:
        """Image files that questions show, in part or whole."""
        return len({image.path for asked in self.questions.values() for one in asked for image in one.satellite})

    @property
    def seconds(self) -> float:
        """Length of all clips."""
        return sum(clip.span_s[1] - clip.span_s[0] for clip in self.info.clips)

    @property
    def by_our_writers(self) -> bool:
        """Whether writers of links2, which are called like their tasks, wrote every question."""
        return all(one.provenance.writer == one.task for asked in self.questions.values() for one in asked)

    @property
    def n_reviewed(self) -> int:
        """Questions that were accepted or mended in review."""
        return self.reviews.get("accepted", 0) + self.reviews.get("fixed", 0)


def facts_of(info: DatasetInfo, questions: Mapping[str, Sequence[Question]], work: Path | None = None) -> Facts:
    """Count what the card tells.

    Args:
        info: Content of `dataset.json`.
        questions: By split.
        work: Work folder of the build, for its funnel.

    Raises:
        DataError: the funnel cannot be read.
    """
    every = [question for asked in questions.values() for question in asked]
    return Facts(
        info=info,
        questions={split: tuple(asked) for split, asked in sorted(questions.items())},
        regions=tuple(_region(name, info.clips, questions) for name in sorted({clip.region for clip in info.clips})),
        reviews=dict(sorted(Counter(one.provenance.review for one in every).items())),
        writers=dict(sorted(Counter(f"{one.provenance.writer} {one.provenance.version}" for one in every).items())),
        seeds=tuple(sorted({one.provenance.seed for one in every})),
        wordings=dict(sorted(Counter(_wording(one) for one in every).items())),
        funnel=read_funnel(work) if work is not None else (),
    )


def _region(name: str, clips: Sequence[Clip], questions: Mapping[str, Sequence[Question]]) -> RegionFacts:
    here = [clip for clip in clips if clip.region == name]
    days = sorted(clip.recorded_on for clip in here if clip.recorded_on is not None)
    n_questions = {split: sum(one.region == name for one in asked) for split, asked in questions.items()}
    return RegionFacts(
        region=name,
        splits=tuple(split for split, n in sorted(n_questions.items()) if n),
        n_clips=len(here),
        seconds=sum(clip.span_s[1] - clip.span_s[0] for clip in here),
        n_questions=sum(n_questions.values()),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        n_clips_without_day=len(here) - len(days),
    )


def _wording(question: Question) -> str:
    wording = question.provenance.wording
    if wording is None:
        return "the writer"
    # Templates are numbered; the card counts them together.
    return "templates" if wording.by.startswith("template") else wording.by


def read_funnel(work: Path) -> tuple[FunnelRow, ...]:
    """Steps of a build from its work folder: what came in, what went on, and why the rest did not.

    Raises:
        DataError: there is no `funnel.json`, or it is none.
    """
    path = next((place for place in (work / FUNNEL_FILE, work) if place.is_file()), None)
    if path is None:
        raise DataError(f"There is no {FUNNEL_FILE} in {work}. Name the work folder of the build, or leave out --work.")
    try:
        content = json.loads(path.read_bytes())
        steps = content["steps"] if isinstance(content, dict) else content
        return tuple(_step(step) for step in steps)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} is no funnel of a build: {error!r}. Build again, or leave out --work.") from error


def _step(step: Mapping[str, Any]) -> FunnelRow:
    counted = {str(reason): int(n) for reason, n in dict(step["reasons"]).items()}
    reasons = dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))
    return FunnelRow(str(step["title"]), str(step["unit"]), int(step["n_in"]), int(step["n_out"]), reasons)
