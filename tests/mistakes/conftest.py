"""Wrong answers: to questions that the real writers ask about small synthetic flights, and to questions made by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

# The folder of the writers' tests has the makers of flight folders; tests are no package.
sys.path.insert(0, str(Path(__file__).parents[1] / "construction/writers"))

from flight_folders import plan_flight, write_flight, write_region

from links2_tasks.construction._clips import clip_record, clips_of
from links2_tasks.construction.scene import Pose, Track, read_scene
from links2_tasks.construction.writers import WRITERS, ClipView, Draft, WrittenBy, finish
from links2_tasks.mistakes import Mistake, categorise
from links2_tasks.results import ResultRow
from links2_tasks.schema import AnswerValue, Mark, Provenance, Question, SatelliteImage, Source
from links2_tasks.scoring import ScoredRow

N_FLIGHTS = 8
DRAFTS = 5
FEWER = {"satellite_retrieval": 1, "uav_localization": 3, "object_localization": 2, "route_planning": 3}
"""Drafts of writers that take long."""


class Unshuffled:
    """Stands for a random generator; wrong options keep the order in which the writer made them."""

    def permutation(self, n: int) -> np.ndarray:
        return np.arange(n)


@dataclass(frozen=True)
class Asked:
    """Questions with the clips they are about; the right option is A, the others in the writer's order."""

    clips: tuple[ClipView, ...]
    questions: tuple[Question, ...]

    def of(self, task: str) -> list[tuple[Question, ClipView]]:
        by_id = {clip.clip_id: clip for clip in self.clips}
        found = [(one, by_id[one.clip_id]) for one in self.questions if one.task == task]
        assert found, f"the flights gave no question of {task}"
        return found


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """What all writers ask about several flights over one region."""
    folder, rng = tmp_path_factory.mktemp("region"), np.random.default_rng(11)
    write_region(folder, rng)
    write_flight(folder / "flight", plan_flight(rng))
    scene = read_scene(folder / "flight")
    clips: list[ClipView] = []
    for i in range(N_FLIGHTS):
        track = Track(tuple(Pose(*row) for row in plan_flight(rng).rows))
        clips.append(clips_of(replace(scene, scene_id=f"flight_{i}", track=track))[0])
    questions = [question for clip in clips for question in _questions(clip)]
    return Asked(tuple(clips), tuple(questions))


def _questions(clip: ClipView) -> Iterable[Question]:
    for writer in WRITERS:
        drafts = (one for one in writer.write(clip, np.random.default_rng(3)) if isinstance(one, Draft))
        for i, draft in enumerate(islice(drafts, FEWER.get(writer.task, DRAFTS))):
            # Flights share one video file here, while every real one has its own.
            by = WrittenBy(writer, clip_record(clip), f"{clip.clip_id}-{writer.task}-{i}", 0)
            question = finish(draft, by, "A", Unshuffled())  # type: ignore[arg-type]
            yield question.model_copy(update={"video": f"videos/{clip.clip_id}.mp4"})


def row_of(question: Question, letter: str | None, reason: str = "letter", raw: str | None = None) -> ResultRow:
    """A row as a run leaves it; `letter` None for a reply without a readable answer."""
    scored = ScoredRow(
        question_id=question.question_id,
        task=question.task,
        clip_id=question.clip_id,
        region=question.region,
        score=float(letter == question.answer),
        chance=1 / len(question.options),
        reason=reason,
        prediction=letter,
        answer=question.answer,
    )
    reply = raw if raw is not None else (letter or "")
    return ResultRow(scored, "default", reply, "", None, None, None)


def judge_one(question: Question, letter: str, others: Iterable[Question] = ()) -> Mistake:
    """The mistake of choosing a letter."""
    questions = {(one.task, one.question_id): one for one in (*others, question)}
    (mistake,) = categorise([row_of(question, letter)], questions)
    return mistake


def make_question(task: str, **changes: Any) -> Question:
    """A question about a square map of 1000 px at 0.5 m, and a video from 0 to 10 s."""
    fields: dict[str, Any] = {
        "question_id": f"clip-{task}-1",
        "task": task,
        "clip_id": "clip",
        "video": "videos/clip.mp4",
        "video_span_s": (0.0, 10.0),
        "satellite": (SatelliteImage(path="satellite/city.jpg", gsd_m=0.5, window_px=(200, 300, 1000, 1000)),),
        "question": "Which one?",
        "options": ("Mark A", "Mark B", "Mark C", "Mark D"),
        "answer": "A",
        "region": "city",
        "source": Source(dataset="made by the tests", licence="CC0-1.0"),
        "provenance": Provenance(writer=task, version="1", seed=0),
    }
    return Question(**{**fields, **changes})


def points(*places: tuple[float, float]) -> tuple[Mark, ...]:
    """Marks A, B, C, ... at places of the map as shown."""
    return tuple(
        Mark(image=0, kind="point", label="ABCDEF"[i], xy_px=((float(x), float(y)),)) for i, (x, y) in enumerate(places)
    )


def seen_at(t_s: float, place: tuple[float, float]) -> Question:
    """A question that tells where the image centre was at a time."""
    return make_question(
        "uav_localization",
        question_id=f"clip-uav_localization-at-{t_s}",
        query_time_s=t_s,
        marks=points(place, (1.0, 1.0), (2.0, 999.0), (999.0, 2.0)),
        value=AnswerValue(kind="point", number=place, unit="px"),
    )


def flown(path: np.ndarray) -> Question:
    """A question that tells the whole ground track (N, 2), in pixels of the map as shown, drawn beside itself."""
    ahead = np.gradient(path, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    drawn = path + 8.0 * np.column_stack([-ahead[:, 1], ahead[:, 0]])
    marks = tuple(
        Mark(image=0, kind="path", label=label, xy_px=tuple((float(x), float(y)) for x, y in drawn + shift))
        for label, shift in (("A", 0.0), ("B", 100.0))
    )
    return make_question(
        "trajectory_matching", question_id="clip-trajectory", marks=marks, options=("Path A", "Path B"), answer="A"
    )


class Makers:
    """Functions of this file, for tests that cannot import from a conftest."""

    row = staticmethod(row_of)
    judge = staticmethod(judge_one)
    question = staticmethod(make_question)
    points = staticmethod(points)
    seen_at = staticmethod(seen_at)
    flown = staticmethod(flown)


@pytest.fixture(scope="session")
def make() -> Makers:
    """Makers of rows, questions and mistakes."""
    return Makers()
