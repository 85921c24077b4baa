"""Datasets to measure with: 12 questions about one clip, or as many as are wanted by repeating those of a dataset."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from _clips import painted_plain

from links2_tasks import taxonomy
from links2_tasks.dataset import load_info, load_questions, write_dataset
from links2_tasks.media import VideoInfo, probe_video
from links2_tasks.schema import Clip, Mark, Provenance, Question, SatelliteImage, Source

N_PER_CLIP = 12
"""Questions on one clip: about as many as LinkS2Bench has."""

_SOURCE = Source(dataset="benchmark", licence="Apache-2.0")
_PROVENANCE = Provenance(writer="benchmark", version="1", seed=0)
_MAP = "satellite/map.jpg"
_MAP_PX = 2_048
_TILE_PX = 1_024


@dataclass(frozen=True)
class ClipQuestions:
    """A dataset, and 12 of its questions that are about one clip."""

    root: Path
    questions: tuple[Question, ...]

    @property
    def video(self) -> Path:
        """The video that they are about."""
        return self.root / self.questions[0].video


def write_clip_questions(root: Path, video: Path, n_frames: int) -> ClipQuestions:
    """A dataset of one clip: a question of each task, with marks of all kinds on maps of usual size.

    The span is the longest whose bins for `n_frames` frames are whole frames. So the plan is evenly spaced to the frame,
    and readers that space frames evenly between two times take the very same.
    """
    clip = _clip(_placed(root, video, "clip"), "clip", n_frames)
    questions = _questions_about(clip)
    _write(root, [clip], questions)
    return ClipQuestions(root, questions)


def write_many_clips(root: Path, videos: Sequence[Path]) -> Path:
    """A dataset with such 12 questions on each of some clips."""
    clips = [_clip(_placed(root, video, video.stem), video.stem, n_frames=1) for video in videos]
    _write(root, clips, [question for clip in clips for question in _questions_about(clip)])
    return root


def busiest_clip(root: Path) -> ClipQuestions:
    """12 questions of a dataset about the clip with the most; where it has fewer, the first ones come again."""
    questions = load_questions(root)
    ((clip_id, _),) = Counter(question.clip_id for question in questions).most_common(1)
    about_it = [question for question in questions if question.clip_id == clip_id]
    return ClipQuestions(root, tuple(itertools.islice(itertools.cycle(about_it), N_PER_CLIP)))


def repeat_questions(source: Path, root: Path, n_questions: int) -> Path:
    """A dataset with the media of another and its questions over and over, under new ids, until there are enough."""
    for folder in ("videos", "satellite"):
        shutil.copytree(source / folder, root / folder)
    known = load_questions(source)
    wanted = [
        known[number % len(known)].model_copy(update={"question_id": f"q{number:06d}"}) for number in range(n_questions)
    ]
    used = {question.clip_id for question in wanted}
    _write(root, [clip for clip in load_info(source).clips if clip.clip_id in used], wanted)
    return root


def _write(root: Path, clips: Sequence[Clip], questions: Sequence[Question]) -> None:
    write_dataset(
        root,
        name="benchmark",
        version="1",
        licence="Apache-2.0",
        description="Made by a benchmark; the answers mean nothing.",
        clips=clips,
        questions={"test": questions},
    )


def _placed(root: Path, video: Path, name: str) -> VideoInfo:
    """Copy a video into a dataset; beside it lies the map that all questions show parts of."""
    from PIL import Image

    for folder in ("videos", "satellite"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    if not (root / _MAP).is_file():
        Image.fromarray(painted_plain(_MAP_PX)).save(root / _MAP, quality=92)
    shutil.copyfile(video, root / "videos" / f"{name}{video.suffix}")
    return probe_video(root / "videos" / f"{name}{video.suffix}")


def _clip(facts: VideoInfo, clip_id: str, n_frames: int) -> Clip:
    bin_frames = max(1, facts.n_frames // n_frames)
    return Clip(
        clip_id=clip_id,
        video=f"videos/{facts.path.name}",
        span_s=(0.0, min(facts.duration_s, bin_frames * n_frames / facts.fps)),
        width_px=facts.width_px,
        height_px=facts.height_px,
        fps=facts.fps,
        region="benchmark",
        source=_SOURCE,
    )


def _questions_about(clip: Clip) -> tuple[Question, ...]:
    return tuple(_question(task.name, number, clip) for number, task in enumerate(taxonomy.tasks()))


def _question(task: str, number: int, clip: Clip) -> Question:
    satellite = _tiles() if task == "satellite_retrieval" else (_window(number),)
    return Question(
        question_id=f"{clip.clip_id}-{task}",
        task=task,
        clip_id=clip.clip_id,
        video=clip.video,
        video_span_s=clip.span_s,
        query_time_s=clip.span_s[1] / 2,
        satellite=satellite,
        marks=() if len(satellite) > 1 else _marks(number),
        question=f"Which of the places on the map is the one that question {number} of task {task} asks about?",
        options=("The first.", "The second.", "The third.", "The fourth."),
        answer="ABCD"[number % 4],
        region=clip.region,
        source=_SOURCE,
        provenance=_PROVENANCE,
    )


def _window(number: int) -> SatelliteImage:
    """A part of the map as large as prompts show it; every fourth question shows the whole map, scaled down."""
    window = None if number % 4 == 3 else (64 * number, 512, _TILE_PX, _TILE_PX)
    return SatelliteImage(path=_MAP, gsd_m=0.3, window_px=window)


def _tiles() -> tuple[SatelliteImage, ...]:
    return tuple(
        SatelliteImage(
            path=_MAP,
            label=label,
            gsd_m=0.3,
            window_px=(_TILE_PX * (place % 2), _TILE_PX * (place // 2), 640, 640),
        )
        for place, label in enumerate("ABCD")
    )


def _marks(number: int) -> tuple[Mark, ...]:
    places = ((200.0, 240.0), (700.0, 180.0), (320.0, 760.0), (810.0, 690.0))
    kind = ("point", "box", "path", "polygon")[number % 4]
    return tuple(_mark(kind, label, place) for label, place in zip("ABCD", places, strict=True))


def _mark(kind: str, label: str, place: tuple[float, float]) -> Mark:
    x, y = place
    corners = ((x, y), (x + 90.0, y + 60.0), (x + 30.0, y + 120.0), (x - 40.0, y + 70.0))
    n_points = {"point": 1, "box": 2, "path": 4, "polygon": 4}[kind]
    return Mark.model_validate({"image": 0, "kind": kind, "label": label, "xy_px": corners[:n_points]})
