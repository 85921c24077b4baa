"""Two datasets, one of synthetic flights and one of a real flight, each with its raw files; and many questions."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

# The tests' own helpers lie beside this file; tests are no package.
sys.path.insert(0, str(Path(__file__).parent))

from flight_folders import MAP_PX, VIDEO_PX, plan_flight, write_flight, write_region
from raw_flight import RawFlight, read_geographic, read_local

from links2_tasks.construction._clips import clip_record, clips_of
from links2_tasks.construction._select import Drafted, deal_letters, select
from links2_tasks.construction.building import build
from links2_tasks.construction.scene import Pose, Scene, Track, read_scene
from links2_tasks.construction.steps import DRAFTS_WANTED
from links2_tasks.construction.writers import WRITERS, ClipView, Draft, Writer, WrittenBy, finish
from links2_tasks.dataset import load_questions
from links2_tasks.schema import Question

REAL = Path(__file__).parents[4] / "shared/real/nust"


@dataclass(frozen=True)
class Built:
    """A dataset with the raw files that it was built from."""

    name: str
    folder: Path
    """Where the flights are."""
    root: Path
    questions: tuple[Question, ...]
    flights: Mapping[str, RawFlight]
    """By scene id."""

    def of(self, task: str) -> list[tuple[Question, RawFlight]]:
        """Questions of a task, each with its flight; skips the test where the footage gives none."""
        found = [(one, self.flights[one.clip_id.rsplit("_", 1)[0]]) for one in self.questions if one.task == task]
        if not found:
            pytest.skip(f"no question of {task} about {self.name}")
        return found


@pytest.fixture(scope="session")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three synthetic flights over one region."""
    folder = tmp_path_factory.mktemp("flights")
    rng = np.random.default_rng(7)
    write_region(folder, rng)
    for i in range(3):
        write_flight(folder / f"flight_{i}", plan_flight(rng))
    return folder


@pytest.fixture(scope="session")
def synthetic(flights: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The dataset of the synthetic flights."""
    root = tmp_path_factory.mktemp("synthetic") / "out"
    build(flights, root, seed=1)
    raw = {folder.name: read_local(folder, VIDEO_PX, MAP_PX) for folder in sorted(flights.glob("flight_*"))}
    return Built("synthetic flights", flights, root, load_questions(root), raw)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The dataset of the real flight."""
    pytest.importorskip("rasterio", reason="the real flight's map is a GeoTIFF")
    if not REAL.is_dir():
        pytest.skip(f"the real flight is not at {REAL}")
    root = tmp_path_factory.mktemp("real") / "out"
    build(REAL, root, seed=1)
    return Built("the real flight", REAL, root, load_questions(root), {"nust": read_geographic(REAL, (852, 480))})


@pytest.fixture(scope="session", params=["synthetic", "real"])
def built(request: pytest.FixtureRequest) -> Built:
    """Either dataset."""
    dataset: Built = request.getfixturevalue(request.param)
    return dataset


@dataclass(frozen=True)
class Audit:
    """Many questions about flights all over four regions, as drafted and as chosen for a dataset."""

    clips: Sequence[ClipView]
    kept: dict[str, tuple[list[Question], list[Question]]] = field(default_factory=dict)

    def drafted(self, task: str) -> list[Question]:
        """A question for each draft, without any choice among them."""
        return self._both(task)[0]

    def chosen(self, task: str) -> list[Question]:
        """The questions that a build would choose, two for each clip, from as many drafts as it would take."""
        return self._both(task)[1]

    def scene_of(self, question: Question) -> Scene:
        """The scene that a question is about, for guessers that look at its map."""
        return next(clip.scene for clip in self.clips if clip.clip_id == question.clip_id)

    def _both(self, task: str) -> tuple[list[Question], list[Question]]:
        if task not in self.kept:
            writer = next(writer for writer in WRITERS if writer.task == task)
            clips = self.clips[:: AUDIT_STEPS.get(task, 1)]
            drafted = [
                Drafted(clip_record(clip), draft)
                for i, clip in enumerate(clips)
                for draft in islice(_drafts(writer, clip, i), DRAFTS_WANTED * QUESTIONS_PER_CLIP)
            ]
            chosen = select(drafted, QUESTIONS_PER_CLIP * len(clips), np.random.default_rng(1))
            self.kept[task] = _questions(writer, drafted), _questions(writer, chosen)
        return self.kept[task]


AUDIT_STEPS = dict.fromkeys(("route_planning", "satellite_retrieval"), 2)
"""Of the clips every so many for writers that take long."""
QUESTIONS_PER_CLIP = 2


def _drafts(writer: Writer, clip: ClipView, seed: int) -> Iterator[Draft]:
    return (draft for draft in writer.write(clip, np.random.default_rng([seed, 1])) if isinstance(draft, Draft))


def _questions(writer: Writer, drafted: Sequence[Drafted]) -> list[Question]:
    rng = np.random.default_rng(2)
    letters = deal_letters(drafted, rng)
    return [
        finish(one.draft, WrittenBy(writer, one.clip, f"{one.clip.clip_id}-{i}", 0), letter, rng)
        for i, (one, letter) in enumerate(zip(drafted, letters, strict=True))
    ]


@pytest.fixture(scope="session")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """Four regions with 30 flights each. Only their tracks differ, so they are made without files of their own."""
    clips: list[ClipView] = []
    for number in range(4):
        folder, rng = tmp_path_factory.mktemp("region"), np.random.default_rng([5, number])
        write_region(folder, rng)
        write_flight(folder / "flight", plan_flight(rng))
        scene = read_scene(folder / "flight")
        for i in range(30):
            track = Track(tuple(Pose(*row) for row in plan_flight(rng).rows))
            flight = replace(scene, scene_id=f"region_{number}_flight_{i}", track=track)
            clips.append(clips_of(flight)[0])
    return Audit(clips)
