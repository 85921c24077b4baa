"""Questions of all writers about small synthetic flights, and a language model that does as it is told."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

# Helpers of other tests; tests are no package.
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "construction/writers"))
sys.path.insert(0, str(Path(__file__).parents[1] / "language"))

from flight_folders import plan_flight, write_flight, write_region
from misbehaving import QuickClock, Service, serving
from written_questions import Written

from links2_tasks.construction._clips import clip_record, clips_of
from links2_tasks.construction.scene import Pose, Track, read_scene
from links2_tasks.construction.writers import WRITERS, Draft, WrittenBy, finish, map_path, video_path
from links2_tasks.language import LanguageModel
from links2_tasks.schema import Question

MOST_FLIGHTS = 12
DRAFTS = 2


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Questions of every task; as many flights as that takes."""
    folder, rng = tmp_path_factory.mktemp("region"), np.random.default_rng(11)
    write_region(folder, rng)
    write_flight(folder / "flight", plan_flight(rng))
    scene = read_scene(folder / "flight")
    found: dict[str, list[Question]] = {writer.task: [] for writer in WRITERS}
    for i in range(MOST_FLIGHTS):
        track = Track(tuple(Pose(*row) for row in plan_flight(rng).rows))
        clip = clips_of(replace(scene, scene_id=f"flight_{i}", track=track))[0]
        for writer in (writer for writer in WRITERS if not found[writer.task]):
            drafts = (one for one in writer.write(clip, np.random.default_rng(3)) if isinstance(one, Draft))
            for number, draft in enumerate(islice(drafts, DRAFTS)):
                by = WrittenBy(writer, clip_record(clip), f"{clip.clip_id}-{writer.task}-{number}", 0)
                question = finish(draft, by, "B", rng)
                found[writer.task].append(question.model_copy(update={"video": video_path(scene)}))
        if all(found.values()):
            break
    assert all(found.values()), {task: len(some) for task, some in found.items()}
    root = tmp_path_factory.mktemp("root")
    (root / "dataset.json").write_text("{}")
    for source, target in ((scene.video.path, video_path(scene)), (scene.map.path, map_path(scene))):
        (root / target).parent.mkdir(exist_ok=True)
        shutil.copy(source, root / target)
    return Written(root, tuple(question for some in found.values() for question in some))


@pytest.fixture
def service() -> Iterator[Service]:
    """An endpoint that does as it is told."""
    pytest.importorskip("openai", reason="the client of the endpoint")
    with serving() as running:
        yield running


@pytest.fixture
def model(service: Service, tmp_path: Path) -> Callable[..., LanguageModel]:
    """Make a language model at the endpoint, with one cache for all of a test."""

    def make(**settings: object) -> LanguageModel:
        return LanguageModel(service.settings(**settings), tmp_path / "cache", clock=QuickClock())

    return make
