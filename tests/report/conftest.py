"""Tiny runs on a tiny dataset, and a browser that tells what it did."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks.dataset import write_dataset
from links2_tasks.media import FramePlan, VideoWriter, probe_video
from links2_tasks.prompt import FrameManifest
from links2_tasks.results import ResultRow, Run
from links2_tasks.schema import Clip, Mark, Provenance, Question, SatelliteImage, Source, question_sha256
from links2_tasks.scoring import ScoredRow
from links2_tasks.taxonomy import BENCHMARK_VERSION

WIDTH_PX, HEIGHT_PX, FPS, SECONDS = 96, 64, 8.0, 4
TASKS = ("uav_localization", "heading_estimation", "object_counting", "route_planning")
N_PER_TASK = 8
SOURCE = Source(dataset="tiny", licence="CC0-1.0")
OPTIONS = ("the first", "the second", "the third", "the fourth")


class Made:
    """Makes questions, datasets and runs."""

    tasks = TASKS

    def question(self, task: str, index: int, /, **changes: Any) -> Question:
        """A valid question; answers are A, B, C, D in turn."""
        clip = index % 4
        fields: dict[str, Any] = {
            "question_id": f"{task}-{index}",
            "task": task,
            "clip_id": f"clip-{clip}",
            "video": f"videos/clip-{clip}.mp4",
            "video_span_s": (0.0, float(SECONDS)),
            "query_time_s": 2.0 if index % 2 else None,
            "satellite": (SatelliteImage(path="satellite/map.png", gsd_m=0.5, window_px=(10, 20, 100, 80)),),
            "marks": (Mark(image=0, kind="point", label="A", xy_px=((30.0, 40.0),)),),
            "question": f"Which one of the {task.replace('_', ' ')} is number {index}?",
            "options": OPTIONS,
            "answer": "ABCD"[index % 4],
            "region": f"town-{clip % 2}",
            "source": SOURCE,
            "provenance": Provenance(writer="tests", version="1", seed=0),
        }
        return Question(**{**fields, **changes})

    def questions(self, n: int = N_PER_TASK) -> list[Question]:
        """Some questions of each task."""
        return [self.question(task, index) for task in TASKS for index in range(n)]

    def dataset(self, root: Path, questions: Sequence[Question]) -> Path:
        """Four clips, one map and the questions."""
        for clip in range(4):
            _write_video(root / f"videos/clip-{clip}.mp4", clip)
        pixels = np.random.default_rng(5).integers(0, 255, (128, 160, 3), dtype=np.uint8)
        (root / "satellite").mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(root / "satellite/map.png")
        write_dataset(
            root,
            name="tiny",
            version="1",
            licence="CC0-1.0",
            description="Made by tests.",
            clips=[_clip(clip) for clip in range(4)],
            questions={"test": questions},
        )
        return root

    def run(
        self,
        questions: Sequence[Question],
        choose: Callable[[int, Question], str | None],
        /,
        *,
        root: Path | None = None,
        raw: str | None = None,
        **changes: Any,
    ) -> Run:
        """A run that chose a letter for each question by its position; None is a reply without an answer."""
        ordered = sorted(questions, key=lambda question: (question.task, question.question_id))
        variant = changes.get("variant", "default")
        rows = tuple(
            self.row(question, choose(at, question), root=root, variant=variant, raw=raw)
            for at, question in enumerate(ordered)
        )
        fields: dict[str, Any] = {
            "name": changes.get("model", "model"),
            "folder": Path("made"),
            "framework": "lmms-eval",
            "model": "model",
            "model_args": "",
            "variant": "default",
            "version": BENCHMARK_VERSION,
            "started_at": "2026-01-02T03:04:05",
            "seconds": 12.5,
            "max_new_tokens": 64,
            "rows": rows,
        }
        return Run(**{**fields, **changes})

    def row(
        self, question: Question, letter: str | None, /, *, root: Path | None, variant: str, raw: str | None
    ) -> ResultRow:
        """The row of one answer."""
        scored = ScoredRow(
            question_id=question.question_id,
            task=question.task,
            clip_id=question.clip_id,
            region=question.region,
            score=float(letter == question.answer),
            chance=1 / len(question.options),
            reason="none" if letter is None else "letter",
            prediction=letter,
            answer=question.answer,
        )
        return ResultRow(
            scored=scored,
            variant=variant,
            raw=raw if raw is not None else letter or "I cannot tell.",
            note="",
            question_sha256=question_sha256(question),
            manifest=_manifest(question, root) if root is not None else None,
            output_tokens=3,
        )


def _clip(number: int) -> Clip:
    return Clip(
        clip_id=f"clip-{number}",
        video=f"videos/clip-{number}.mp4",
        span_s=(0.0, float(SECONDS)),
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        fps=FPS,
        region=f"town-{number % 2}",
        source=SOURCE,
    )


def _write_video(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with VideoWriter(path, WIDTH_PX, HEIGHT_PX, FPS) as writer:
        for index in range(int(FPS * SECONDS)):
            frame = np.full((HEIGHT_PX, WIDTH_PX, 3), 40 + 30 * seed, np.uint8)
            frame[20:40, 2 * index : 2 * index + 20] = 250
            writer.write(frame)


def _manifest(question: Question, root: Path) -> FrameManifest:
    plan = FramePlan.uniform(probe_video(root / question.video), question.video_span_s, 16)
    return FrameManifest(
        strategy="frames_as_images",
        modality="both",
        plan_id=plan.plan_id,
        n_frames=len(plan.indices),
        indices=plan.indices,
        times_s=plan.times_s,
        decoder="links2",
        pixel_sha256="00",
        satellite_sha256=("00",),
    )


@pytest.fixture(scope="session")
def made() -> Made:
    """The maker of questions, datasets and runs."""
    return Made()


@pytest.fixture(scope="session")
def tiny_root(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of four tasks, four clips and two regions."""
    return made.dataset(tmp_path_factory.mktemp("tiny"), made.questions())


@pytest.fixture(scope="session")
def tiny_runs(made: Made, tiny_root: Path) -> tuple[Run, ...]:
    """A good model, its text-only variant, and one that says A or nothing."""
    questions = made.questions()
    good = made.run(questions, lambda at, q: q.answer if at % 5 else "B", root=tiny_root, model="good")
    blind = made.run(questions, lambda at, q: "ABCD"[at % 3], model="good", variant="text_only")
    lazy = made.run(questions, lambda at, q: "A" if at % 7 else None, model="lazy")
    return good, replace(blind, name="good text_only"), lazy


@dataclass
class Chromium:
    """A headless browser without a network."""

    driver: Any
    address: str = ""

    def open(self, path: Path, *, at: str = "") -> None:
        """Open a file and wait until its questions are there."""
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.address = path.absolute().as_uri()
        self.driver.get(f"{self.address}{at}")
        self.wait("return document.querySelector('#card h3, #card .note, #browser-fault:not([hidden])') !== null")

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, script: str, seconds: float = 30.0) -> None:
        """Wait until a script returns something true."""
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(self.driver, seconds, poll_frequency=0.02).until(lambda driver: driver.execute_script(script))

    def press(self, keys: str) -> None:
        """Press keys, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(keys).perform()

    def complaints(self) -> list[str]:
        """What the console says since the file was opened."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Addresses that were asked for since the file was opened, but the file itself and pictures within it."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]
        own = ("data:image/webp;base64,", "data:,", "about:blank", self.address)
        return [url for url in sent if not url.startswith(own)]


@pytest.fixture(scope="session")
def chromium(start_chromium: Callable[[int], Any]) -> Chromium:
    """Debian's Chromium, without a window."""
    return Chromium(start_chromium(1000))
