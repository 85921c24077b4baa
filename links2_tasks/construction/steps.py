"""The steps from flights to questions that every build takes, one by one."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np

from links2_tasks.construction._clips import CLIP_LENGTH_S, ClipSpan, clip_record, clip_spans, clips_of, shared_time_s
from links2_tasks.construction._select import Drafted, deal_letters, select
from links2_tasks.construction.scene import Georeference, Scene
from links2_tasks.construction.writers import ClipView as ClipView
from links2_tasks.construction.writers import Draft, Refusal, Writer, WrittenBy, finish, map_path, video_path
from links2_tasks.errors import SceneError
from links2_tasks.media import file_sha256
from links2_tasks.schema import Question

__all__ = [
    "CLIP_LENGTH_S",
    "DRAFTS_PER_CLIP",
    "DRAFTS_WANTED",
    "LEAST_CLIP_S",
    "QUESTIONS_PER_TASK",
    "ClipDrafts",
    "ClipSpan",
    "ClipView",
    "Drafted",
    "FlightNames",
    "check_names",
    "choose",
    "clip_record",
    "clip_spans",
    "clips_of",
    "draft",
    "drafts_per_clip",
    "names_of",
    "said_by_all",
    "shared_time_s",
]

QUESTIONS_PER_TASK = 32
LEAST_CLIP_S = 1.0
DRAFTS_WANTED = 3
"""Drafts for each question that is wanted: enough to choose from, few enough to be quick."""
DRAFTS_PER_CLIP = (3, 8)
"""Fewest and most drafts of a task that are taken from one clip."""


@dataclass(frozen=True)
class FlightNames:
    """What a flight's files are called in a dataset, and which map is meant."""

    scene_id: str
    region: str
    video: str
    """Path of the video in the dataset."""
    map: str
    """Path of the map in the dataset."""
    map_sha256: str
    map_place: Georeference


@dataclass(frozen=True)
class ClipDrafts:
    """What a writer made of one clip."""

    drafts: tuple[Draft, ...]
    refusals: Mapping[str, int]
    """Numbers by reason."""


def names_of(scene: Scene) -> FlightNames:
    """Names of a flight's files; its map is read for the digest.

    Raises:
        MediaError: the map cannot be read.
    """
    return FlightNames(
        scene_id=scene.scene_id,
        region=scene.region,
        video=video_path(scene),
        map=map_path(scene),
        map_sha256=file_sha256(scene.map.path),
        map_place=scene.map.georeference,
    )


def check_names(flights: Sequence[FlightNames]) -> None:
    """Scene ids name videos and regions name maps, so both must be unambiguous, also as names of files.

    Raises:
        SceneError: two flights have one name, or two maps one region.
    """
    videos: dict[str, FlightNames] = {}
    maps: dict[str, FlightNames] = {}
    for flight in flights:
        same = videos.setdefault(Path(flight.video).stem, flight)
        if same is not flight:
            raise SceneError(
                f"The flights '{same.scene_id}' and '{flight.scene_id}' need different names: set scene_id in scene.yaml."
            )
        other = maps.setdefault(Path(flight.map).stem, flight)
        if (other.map, other.map_sha256, other.map_place) != (flight.map, flight.map_sha256, flight.map_place):
            raise SceneError(
                f"The flights '{other.scene_id}' and '{flight.scene_id}' share the region '{flight.region}' but not its "
                "map. Give them the same map, or different regions in their scene.yaml."
            )


def drafts_per_clip(questions_per_task: int, n_clips: int) -> int:
    """How many drafts of a task are taken from each clip at most."""
    fewest, most = DRAFTS_PER_CLIP
    return min(most, max(fewest, ceil(DRAFTS_WANTED * questions_per_task / max(1, n_clips))))


def draft(writer: Writer, clip: ClipView, seed: int, most: int) -> ClipDrafts:
    """What a writer makes of a clip, until it has made `most` drafts."""
    drafts: list[Draft] = []
    refusals: Counter[str] = Counter()
    for result in writer.write(clip, _rng(seed, writer.task, clip.clip_id)):
        if isinstance(result, Refusal):
            refusals[result.reason] += 1
            continue
        drafts.append(result)
        if len(drafts) == most:
            break
    return ClipDrafts(tuple(drafts), dict(refusals))


def choose(writer: Writer, drafted: Sequence[Drafted], wanted: int, seed: int) -> list[Question]:
    """At most `wanted` questions of a task from all its drafts; ids count the questions of each clip from 1."""
    rng = _rng(seed, writer.task, "choose")
    chosen = select(drafted, wanted, rng)
    letters = deal_letters(chosen, rng)
    questions = []
    of_clip: Counter[str] = Counter()
    for one, letter in zip(chosen, letters, strict=True):
        of_clip[one.clip.clip_id] += 1
        question_id = f"{one.clip.clip_id}-{writer.task}-{of_clip[one.clip.clip_id]}"
        by = WrittenBy(writer, one.clip, question_id, seed)
        questions.append(finish(one.draft, by, letter, _rng(seed, writer.task, question_id)))
    return questions


def described(n_flights: int, seed: int) -> str:
    """What `dataset.json` says of a dataset that was built."""
    return f"Questions by links2 about {n_flights} flight{'' if n_flights == 1 else 's'}, seed {seed}."


def said_by_all(answers: Sequence[bool | None]) -> bool | None:
    """What all say alike; None where they differ, or say nothing."""
    return answers[0] if len(set(answers)) == 1 else None


def _rng(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for each name, so that one writer's draws never move another's."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])
