"""A tiny dataset for both frameworks: every task, and whatever a table, a prompt or a file could stumble over.

Tasks have 1, 2 or 4 questions, so that a mean over tasks differs from a mean over questions.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from links2_tasks import taxonomy
from links2_tasks.dataset import load_info, load_questions, write_dataset
from links2_tasks.media import VideoWriter
from links2_tasks.schema import Clip, Mark, Provenance, Question, SatelliteImage, Source

SOURCE = Source(dataset="parity", licence="CC0-1.0")
MAP_PX = (160, 128)


@dataclass(frozen=True)
class Flight:
    """A video and the part of it that is asked about."""

    clip_id: str
    region: str
    size_px: tuple[int, int]
    fps: float
    n_frames: int
    span_s: tuple[float, float]

    @property
    def video(self) -> str:
        """Path below the dataset's root."""
        return f"videos/{self.clip_id}.mp4"


FLIGHTS = (
    Flight("clip-0", "tinytown", (96, 64), 8.0, 64, (0.0, 8.0)),
    # Tables of several libraries read a date and a missing value here.
    Flight("2023-05-01", "NA", (64, 96), 12.5, 75, (1.0, 5.5)),
    # Exactly as many frames as are asked for at most.
    Flight("clip 2", "Ciudad Ñandú", (80, 64), 10.0, 32, (0.0, 3.2)),
)
SHORT = Flight("short", "tinytown", (96, 64), 8.0, 20, (0.0, 2.5))
"""Fewer frames than are asked for at most."""

SIZES = (1, 2, 4)

OPTIONS = (
    ("the first", "the second", "the third", "the fourth"),
    ("north-east", "south-west"),
    ("mark 1", "mark 2", 'the "old" mark', "mark 4", "mark 5", "mark 6"),
    ("Straße", "北", "no\tchange"),
)


def write_every_task(root: Path, without: str | None = None) -> Path:
    """A dataset with 1, 2, 4, 1, 2, 4, ... questions of the tasks in order; one task may be left out."""
    asked = [task.name for place, task in enumerate(taxonomy.tasks()) for _ in range(SIZES[place % len(SIZES)])]
    questions = [question(task, number) for number, task in enumerate(asked) if task != without]
    return write(root, questions, FLIGHTS)


def write_short(root: Path) -> Path:
    """One question about the short flight."""
    return write(root, [question("uav_localization", 0, flight=SHORT)], (SHORT,))


def write_sample(root: Path, whole: Path, per_task: int) -> Path:
    """A dataset of the first questions of each task of another one, with the files that they need."""
    every = sorted(load_questions(whole), key=lambda each: each.task)
    questions = [each for _, of_task in groupby(every, lambda each: each.task) for each in list(of_task)[:per_task]]
    for path in {each.video for each in questions} | {image.path for each in questions for image in each.satellite}:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(whole / path, root / path)
    clips = {each.clip_id for each in questions}
    _write(root, questions, [clip for clip in load_info(whole).clips if clip.clip_id in clips])
    return root


def question(task: str, number: int, flight: Flight | None = None, **changes: Any) -> Question:
    """A valid question; `number` decides its flight, options, satellite images and answer."""
    flight = flight or FLIGHTS[number % len(FLIGHTS)]
    options = OPTIONS[number % len(OPTIONS)]
    satellite, marks = _tiles() if task == "satellite_retrieval" else _map(number)
    fields: dict[str, Any] = {
        "question_id": f"{task}-{number}",
        "task": task,
        "clip_id": flight.clip_id,
        "video": flight.video,
        "video_span_s": flight.span_s,
        "query_time_s": 2.0 if number % 2 else None,
        "satellite": satellite,
        "marks": marks,
        "question": f"Question {number}: which {task.replace('_', ' ')} is it, the \"left\" or the 'right' one — or 上?",
        "options": options,
        "answer": "ABCDEF"[number % len(options)],
        "region": flight.region,
        "source": SOURCE,
        "provenance": Provenance(writer="tests", version="1", seed=number),
    }
    return Question(**{**fields, **changes})


def write(root: Path, questions: Sequence[Question], flights: Sequence[Flight]) -> Path:
    """Flights, maps and questions as a dataset."""
    for seed, flight in enumerate(flights):
        _write_video(root / flight.video, flight, seed)
    for number in range(4):
        pixels = np.random.default_rng(100 + number).integers(0, 255, (*MAP_PX[::-1], 3), dtype=np.uint8)
        (root / "satellite").mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(root / f"satellite/{number}.png")
    write_questions(root, questions, flights)
    return root


def write_questions(root: Path, questions: Sequence[Question], flights: Sequence[Flight]) -> None:
    """Questions about flights whose videos and maps are there already."""
    _write(root, questions, [_clip(flight) for flight in flights])


def _map(number: int) -> tuple[tuple[SatelliteImage, ...], tuple[Mark, ...]]:
    window = (10, 20, 100, 80) if number % 2 else None
    image = SatelliteImage(path=f"satellite/{number % 4}.png", gsd_m=0.5, north_up=number % 3 != 0, window_px=window)
    marks = (
        Mark(image=0, kind="point", label="1", xy_px=((30.0, 40.0),)),
        Mark(image=0, kind="box", label="A", xy_px=((50.0, 10.0), (90.0, 40.0))),
        Mark(image=0, kind="path", label="P", xy_px=((5.0, 70.0), (40.0, 60.0), (80.0, 75.0))),
    )
    return (image,), marks[: 1 + number % 3]


def _tiles() -> tuple[tuple[SatelliteImage, ...], tuple[Mark, ...]]:
    tiles = [
        SatelliteImage(path=f"satellite/{number}.png", label=label, gsd_m=0.3) for number, label in enumerate("ABCD")
    ]
    return tuple(tiles), ()


def _write_video(path: Path, flight: Flight, seed: int) -> None:
    """A bright square that crosses a noisy ground."""
    width_px, height_px = flight.size_px
    ground = np.random.default_rng(seed).integers(0, 160, (height_px, width_px, 3), dtype=np.uint8)
    with VideoWriter(path, width_px, height_px, flight.fps) as writer:
        for index in range(flight.n_frames):
            frame = ground.copy()
            frame[20:40, index % width_px : index % width_px + 20] = 250
            writer.write(frame)


def _clip(flight: Flight) -> Clip:
    return Clip(
        clip_id=flight.clip_id,
        video=flight.video,
        span_s=flight.span_s,
        width_px=flight.size_px[0],
        height_px=flight.size_px[1],
        fps=flight.fps,
        region=flight.region,
        source=SOURCE,
    )


def _write(root: Path, questions: Sequence[Question], clips: Sequence[Clip]) -> None:
    write_dataset(
        root,
        name="parity",
        version="1",
        licence="CC0-1.0",
        description="Made by tests.",
        clips=list(clips),
        questions={"test": list(questions)},
    )
