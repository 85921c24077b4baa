"""The simple build: from folders of footage to a dataset in one go, in memory; `links2_tasks.pipeline` does it in stages."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from links2_tasks.construction.scene import Scene, find_flights, read_scene
from links2_tasks.construction.steps import (
    CLIP_LENGTH_S,
    LEAST_CLIP_S,
    QUESTIONS_PER_TASK,
    ClipView,
    Drafted,
    check_names,
    choose,
    clip_record,
    clips_of,
    described,
    draft,
    drafts_per_clip,
    names_of,
    said_by_all,
)
from links2_tasks.construction.writers import WRITERS, Writer, map_path, video_path
from links2_tasks.dataset import atomic_directory, write_dataset
from links2_tasks.errors import SceneError
from links2_tasks.schema import Question

Progress = Callable[[str], None]
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
            description=described(len(scenes), seed),
            clips=[clip_record(clip) for clip in written.clips],
            questions={SPLIT: written.questions},
            simulated=said_by_all([scene.simulated for scene in scenes]),
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
    check_names([names_of(scene) for scene in scenes])
    return tuple(scenes)


def _check_settings(seed: int, questions_per_task: int, clip_length_s: float) -> None:
    if seed < 0:
        raise SceneError(f"seed must be 0 or more, got {seed}")
    if questions_per_task < 1:
        raise SceneError(f"questions_per_task must be 1 or more, got {questions_per_task}")
    if not LEAST_CLIP_S <= clip_length_s < float("inf"):
        raise SceneError(f"clip_length_s must be a number of seconds from {LEAST_CLIP_S} up, got {clip_length_s}")


def _write(
    scenes: Sequence[Scene], seed: int, questions_per_task: int, clip_length_s: float, progress: Progress
) -> _Written:
    clips = tuple(clip for scene in scenes for clip in clips_of(scene, clip_length_s))
    questions: list[Question] = []
    tallies: dict[str, _Tally] = {}
    most = drafts_per_clip(questions_per_task, len(clips))
    for writer in WRITERS:
        progress(f"writing {writer.task}")
        tallies[writer.task] = tally = _run(writer, clips, seed, most)
        questions += choose(writer, tally.drafted, questions_per_task, seed)
    numbers = Counter(question.task for question in questions)
    report = BuildReport(
        n_flights=len(scenes),
        n_clips=len(clips),
        n_drafts={task: len(tally.drafted) for task, tally in tallies.items()},
        n_questions={task: numbers[task] for task in tallies},
        refusals={task: dict(tally.refused.most_common()) for task, tally in tallies.items()},
    )
    return _Written(clips, tuple(questions), report)


def _run(writer: Writer, clips: Sequence[ClipView], seed: int, most: int) -> _Tally:
    tally = _Tally()
    for clip in clips:
        made = draft(writer, clip, seed, most)
        tally.drafted += [Drafted(clip_record(clip), one) for one in made.drafts]
        tally.refused.update(made.refusals)
    return tally


def _copy_media(scenes: Sequence[Scene], root: Path) -> None:
    for folder in ("videos", "satellite"):
        (root / folder).mkdir(exist_ok=True)
    for scene in scenes:
        shutil.copyfile(scene.video.path, root / video_path(scene))
        target = root / map_path(scene)
        if not target.exists():
            shutil.copyfile(scene.map.path, target)
