"""The simple build: from folders of footage to a dataset in one go, in memory; `links2_tasks.pipeline` does it in stages."""

from __future__ import annotations

import shutil
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from filecmp import cmp
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from links2_tasks.construction._clips import CLIP_LENGTH_S, clip_record, clips_of
from links2_tasks.construction._select import Drafted, deal_letters, select
from links2_tasks.construction.scene import Scene, find_flights, read_scene
from links2_tasks.construction.writers import (
    WRITERS,
    ClipView,
    Refusal,
    Writer,
    WrittenBy,
    finish,
    map_path,
    video_path,
)
from links2_tasks.dataset import atomic_directory, write_dataset
from links2_tasks.errors import SceneError
from links2_tasks.schema import Question

Progress = Callable[[str], None]
QUESTIONS_PER_TASK = 32
LEAST_CLIP_S = 1.0
DRAFTS_WANTED = 3
"""Drafts for each question that is wanted: enough to choose from, few enough to be quick."""
DRAFTS_PER_CLIP = (3, 8)
"""Fewest and most drafts of a task that are taken from one clip."""
SPLIT = "test"


@dataclass(frozen=True)
class BuildReport:
    """What a build read, wrote and refused."""

    n_flights: int
    n_clips: int
    n_drafts: Mapping[str, int]
    """Drafts by task."""
    n_questions: Mapping[str, int]
    """Questions by task, chosen from the drafts."""
    refusals: Mapping[str, Mapping[str, int]]
    """Refusals by task and reason."""


@dataclass(frozen=True)
class _Written:
    """All that the writers made of the clips."""

    clips: tuple[ClipView, ...]
    questions: tuple[Question, ...]
    report: BuildReport


@dataclass
class _Tally:
    """Drafts and refusals of one task while its writer runs."""

    drafted: list[Drafted] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)


def build(
    folder: Path,
    out: Path,
    *,
    name: str | None = None,
    seed: int = 0,
    questions_per_task: int = QUESTIONS_PER_TASK,
    clip_length_s: float = CLIP_LENGTH_S,
    region: str | None = None,
    licence: str | None = None,
    progress: Progress = lambda step: None,
) -> BuildReport:
    """Write questions about every flight below `folder` into a new dataset `out`.

    Args:
        folder: a flight's folder, or any tree of such folders.
        out: folder of the dataset; must not exist yet. A build that fails leaves nothing there.
        name: name of the dataset; by default the name of `folder`.
        seed: the same seed and footage give the same questions.
        questions_per_task: how many questions of each task at most.
        clip_length_s: about how long a clip is.
        region: region of the footage, where its scene.yaml does not say.
        licence: licence of the footage, where neither its scene.yaml nor a LICENSE file says.
        progress: called with a few words at every step.

    Raises:
        SceneError: the footage cannot be read, or its parts do not fit together.
        DataError: `out` exists already.
    """
    _check_settings(seed, questions_per_task, clip_length_s)
    with TemporaryDirectory(prefix="links2-maps-") as work, atomic_directory(out) as root:
        scenes = _read(Path(folder), Path(work), region, licence, progress)
        written = _write(scenes, seed, questions_per_task, clip_length_s, progress)
        progress("copying videos and maps")
        _copy_media(scenes, root)
        licences = sorted({scene.source.licence for scene in scenes})
        write_dataset(
            root,
            name=name or Path(folder).resolve().name,
            version="1",
            licence=" AND ".join(licences),
            description=f"Questions by links2 about {len(scenes)} flights, seed {seed}.",
            clips=[clip_record(clip) for clip in written.clips],
            questions={SPLIT: written.questions},
        )
    return written.report


def dry_run(
    folder: Path,
    *,
    seed: int = 0,
    questions_per_task: int = QUESTIONS_PER_TASK,
    clip_length_s: float = CLIP_LENGTH_S,
    region: str | None = None,
    licence: str | None = None,
    progress: Progress = lambda step: None,
) -> BuildReport:
    """What `build` would write and refuse, without writing anything."""
    _check_settings(seed, questions_per_task, clip_length_s)
    with TemporaryDirectory(prefix="links2-maps-") as work:
        scenes = _read(Path(folder), Path(work), region, licence, progress)
        return _write(scenes, seed, questions_per_task, clip_length_s, progress).report


def _read(folder: Path, work: Path, region: str | None, licence: str | None, progress: Progress) -> tuple[Scene, ...]:
    scenes = []
    for i, flight in enumerate(find_flights(folder)):
        progress(f"reading {flight.name}")
        place = work / str(i)
        place.mkdir()
        scenes.append(read_scene(flight, work=place, region=region, licence=licence))
    _check_names(scenes)
    return tuple(scenes)


def _check_settings(seed: int, questions_per_task: int, clip_length_s: float) -> None:
    if seed < 0:
        raise SceneError(f"seed must be 0 or more, got {seed}")
    if questions_per_task < 1:
        raise SceneError(f"questions_per_task must be 1 or more, got {questions_per_task}")
    if not LEAST_CLIP_S <= clip_length_s < float("inf"):
        raise SceneError(f"clip_length_s must be a number of seconds from {LEAST_CLIP_S} up, got {clip_length_s}")


def _check_names(scenes: Sequence[Scene]) -> None:
    """Scene ids name videos and regions name maps, so both must be unambiguous, also as names of files."""
    flights: dict[str, Scene] = {}
    regions: dict[str, Scene] = {}
    for scene in scenes:
        same = flights.setdefault(Path(video_path(scene)).stem, scene)
        if same is not scene:
            raise SceneError(
                f"The flights '{same.scene_id}' and '{scene.scene_id}' need different names: set scene_id in scene.yaml."
            )
        other = regions.setdefault(Path(map_path(scene)).stem, scene)
        if not _same_map(other, scene):
            raise SceneError(
                f"The flights '{other.scene_id}' and '{scene.scene_id}' share the region '{scene.region}' but not its "
                "map. Give them the same map, or different regions in their scene.yaml."
            )


def _same_map(first: Scene, second: Scene) -> bool:
    return first is second or (
        map_path(first) == map_path(second)
        and first.map.georeference == second.map.georeference
        and cmp(first.map.path, second.map.path, shallow=False)
    )


def _write(
    scenes: Sequence[Scene], seed: int, questions_per_task: int, clip_length_s: float, progress: Progress
) -> _Written:
    clips = tuple(clip for scene in scenes for clip in clips_of(scene, clip_length_s))
    questions: list[Question] = []
    tallies: dict[str, _Tally] = {}
    fewest, most = DRAFTS_PER_CLIP
    per_clip = min(most, max(fewest, ceil(DRAFTS_WANTED * questions_per_task / max(1, len(clips)))))
    for writer in WRITERS:
        progress(f"writing {writer.task}")
        tallies[writer.task] = tally = _run(writer, clips, seed, per_clip)
        questions += _choose(writer, tally.drafted, questions_per_task, seed)
    numbers = Counter(question.task for question in questions)
    report = BuildReport(
        n_flights=len(scenes),
        n_clips=len(clips),
        n_drafts={task: len(tally.drafted) for task, tally in tallies.items()},
        n_questions={task: numbers[task] for task in tallies},
        refusals={task: dict(tally.refused.most_common()) for task, tally in tallies.items()},
    )
    return _Written(clips, tuple(questions), report)


def _run(writer: Writer, clips: Sequence[ClipView], seed: int, per_clip: int) -> _Tally:
    tally = _Tally()
    for clip in clips:
        for result in writer.write(clip, _rng(seed, writer.task, clip.clip_id)):
            if isinstance(result, Refusal):
                tally.refused[result.reason] += 1
                continue
            tally.drafted.append(Drafted(clip, result))
            if sum(one.clip is clip for one in tally.drafted[-per_clip:]) == per_clip:
                break
    return tally


def _choose(writer: Writer, drafted: Sequence[Drafted], wanted: int, seed: int) -> list[Question]:
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


def _copy_media(scenes: Sequence[Scene], root: Path) -> None:
    for folder in ("videos", "satellite"):
        (root / folder).mkdir(exist_ok=True)
    for scene in scenes:
        shutil.copyfile(scene.video.path, root / video_path(scene))
        target = root / map_path(scene)
        if not target.exists():
            shutil.copyfile(scene.map.path, target)


def _rng(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for each name, so that one writer's draws never move another's."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])
