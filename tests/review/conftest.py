"""A tiny dataset to review, and people who do so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks.dataset import load_questions, write_dataset
from links2_tasks.media import VideoWriter
from links2_tasks.review import Desk, DeskSettings, Store
from links2_tasks.schema import Clip, Mark, Provenance, Question, SatelliteImage, Source

TASKS = ("heading_estimation", "relative_direction", "uav_localization")
CLIPS = ("clip-0", "clip-1", "clip-2")
N_QUESTIONS = len(TASKS) * len(CLIPS)
SOURCE = Source(dataset="made by tests", licence="CC0-1.0")
_SECONDS, _FPS = 2, 4.0


class Made:
    """Makes questions and datasets."""

    n_questions = N_QUESTIONS

    def question(self, task: str, clip: str, /, **changes: Any) -> Question:
        """A valid question; that of uav_localization names marks by letters."""
        number = CLIPS.index(clip) if clip in CLIPS else 0
        marks = tuple(
            Mark(image=0, kind="point", label=label, xy_px=((10.0 + 15 * at, 20.0 + 9 * number),))
            for at, label in enumerate("ABCD")
        )
        names = task == "uav_localization"
        fields: dict[str, Any] = {
            "question_id": f"{clip}-{task}",
            "task": task,
            "clip_id": clip,
            "video": f"videos/{clip}.mp4",
            "video_span_s": (0.0, float(_SECONDS)),
            "query_time_s": 1.0,
            "satellite": (SatelliteImage(path="satellite/map.png", gsd_m=0.5),),
            "marks": marks if names else (),
            "question": f"At 1.0 s of {clip}, what holds for {task.replace('_', ' ')}?",
            "options": ("Mark A", "Mark B", "Mark C", "Mark D") if names else ("north", "east", "south", "west"),
            "answer": "ABCD"[(number + TASKS.index(task)) % 4],
            "region": "town",
            "source": SOURCE,
            "provenance": Provenance(writer="tests", version="1", seed=0),
        }
        return Question(**{**fields, **changes})

    def questions(self) -> list[Question]:
        """One of each task about each clip."""
        return [self.question(task, clip) for clip in CLIPS for task in TASKS]

    def dataset(self, root: Path, questions: Sequence[Question] | None = None, **splits: Sequence[Question]) -> Path:
        """Clips, a map and questions of the split 'test', and of others where some are given."""
        for number, clip in enumerate(CLIPS):
            _write_video(root / f"videos/{clip}.mp4", number)
        pixels = np.random.default_rng(5).integers(0, 255, (64, 96, 3), dtype=np.uint8)
        (root / "satellite").mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(root / "satellite/map.png")
        write_dataset(
            root,
            name="tiny",
            version="1",
            licence="CC0-1.0",
            description="Made by tests.",
            clips=[_clip(clip) for clip in CLIPS],
            questions={"test": self.questions() if questions is None else questions, **splits},
            simulated=True,
        )
        return root


def _clip(clip: str) -> Clip:
    return Clip(
        clip_id=clip,
        video=f"videos/{clip}.mp4",
        span_s=(0.0, float(_SECONDS)),
        width_px=64,
        height_px=48,
        fps=_FPS,
        region="town",
        source=SOURCE,
    )


def _write_video(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = np.random.default_rng(seed).integers(0, 255, (int(_SECONDS * _FPS), 48, 64, 3), dtype=np.uint8)
    with VideoWriter(path, 64, 48, _FPS) as video:
        for frame in frames:
            video.write(frame)


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests in this process cut no power; those that kill processes start others, which do wait."""
    monkeypatch.setattr("links2_tasks.review._database.SYNCHRONOUS", "OFF")


@pytest.fixture(scope="session")
def made() -> Made:
    return Made()


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, made: Made) -> Path:
    """A dataset that tests only read; decisions about it go to a store elsewhere."""
    return made.dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture
def store(finished: Path, tmp_path: Path) -> Store:
    """An empty store for `finished`."""
    return Store.open(finished, tmp_path / "review.sqlite")


def decide_all(
    desk: Desk, choose: Callable[[Question], dict[str, Any]], wanted: Callable[[Question], bool] = lambda one: True
) -> int:
    """Let a person go through a queue; how many questions they decided about."""
    n_decided, position = 0, desk.next_open()
    while position is not None:
        item = desk.item(position)
        if wanted(item.question):
            desk.decide(item, **choose(item.question))
            n_decided += 1
        nxt = desk.next_open(position)
        position = nxt if nxt is not None and nxt > position else None
    return n_decided


@pytest.fixture
def check(store: Store, finished: Path) -> Callable[..., None]:
    """Lets a person check everything: accepted, but for the ids in `verdicts`, which have fields of their own."""

    def run(reviewer: str, verdicts: dict[str, dict[str, Any]] | None = None, **settings: Any) -> None:
        desk = Desk(store, finished, "check", reviewer, DeskSettings(**settings))
        chosen = verdicts or {}
        decide_all(desk, lambda one: chosen.get(one.question_id, {"verdict": "accepted"}))

    return run


@pytest.fixture(scope="session")
def by_id(finished: Path) -> dict[str, Question]:
    return {one.question_id: one for one in load_questions(finished)}
