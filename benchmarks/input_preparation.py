"""What 12 questions about one clip cost before a model sees them: this package's prompts against the peers' loaders.

    python benchmarks/input_preparation.py                      # links2_mini, 41 s of 1080p30, and a real flight
    python benchmarks/input_preparation.py --flight my_flight   # or LINKS2_REAL_FLIGHT=my_flight
    python benchmarks/input_preparation.py --clip generated --repeats 3

Suites load a question's video when its turn comes, so a clip is decoded once for each question about it. Here a clip's
frames are decoded once and kept. Each contestant prepares 12 questions, in a process of its own:

    links2, cold        build_prompt: frames, maps with their marks, text, digests; nothing is cached at first
    links2, warm        the same in a new process, when an earlier one has left the frames on the disk
    links2, frames only what of this the peers do too: the frames, without maps and text; warm
    lmms-eval, PyAV     its function read_video, by default with PyAV, as many of its models call it
    lmms-eval, decord   its function load_video_decord
    qwen-vl-utils       its function fetch_video, which lmms-eval's and VLMEvalKit's Qwen models call; the reader is the one
                        that it picks by itself

All show the same number of frames, scaled to the same longest side (qwen-vl-utils rounds sides to multiples of 28).
qwen-vl-utils is told the first and the last time and then takes the very frames of the plan; lmms-eval's functions take
no times and spread theirs over the whole file. Every file has been read once before, so no contestant waits for the disk.
Modules are imported before the clock starts.

--contestant NAME measures one of them in this process: for a profiler, and what this benchmark calls itself.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import _clips
import numpy as np
from _questions import ClipQuestions, busiest_clip, write_clip_questions
from _report import Goal, Report, Table, command_line, now, parser, publish, this_machine
from _trials import Contestant, Trial, all_samples, clocked, median_of, ratio_of, run_in_turn, run_worker, say

from links2_tasks.dataset import load_questions
from links2_tasks.media import FramePlan, probe_video, recall_frames
from links2_tasks.prompt import PromptSettings, build_prompt

COLD, WARM, FRAMES = "links2, cold", "links2, warm", "links2, frames only"
LMMS_PYAV, LMMS_DECORD, QWEN = "lmms-eval, PyAV", "lmms-eval, decord", "qwen-vl-utils"
OURS, PEERS = (COLD, WARM, FRAMES), (LMMS_PYAV, LMMS_DECORD, QWEN)
_NEEDS = {LMMS_PYAV: "lmms_eval", LMMS_DECORD: "decord", QWEN: "qwen_vl_utils"}
COLD_GOAL, WARM_GOAL = 10.0, 100.0


@dataclass(frozen=True)
class Job:
    """What a contestant does."""

    questions: ClipQuestions
    settings: PromptSettings

    @property
    def plan(self) -> FramePlan:
        """The frames of the first question, which all of them share."""
        info = probe_video(self.questions.video)
        return FramePlan.uniform(info, self.questions.questions[0].video_span_s, self.settings.n_frames)

    @property
    def n(self) -> int:
        """Number of questions."""
        return len(self.questions.questions)


def prompts(job: Job) -> Callable[[], object]:
    """This package, whole prompts."""

    def prepare() -> None:
        for question in job.questions.questions:
            build_prompt(question, job.settings, job.questions.root)

    return prepare


def frames_only(job: Job) -> Callable[[], object]:
    """This package, the part that the peers do too."""

    def prepare() -> None:
        for question in job.questions.questions:
            path = job.questions.root / question.video
            plan = FramePlan.uniform(probe_video(path), question.video_span_s, job.settings.n_frames)
            recall_frames(path, plan, job.settings.max_frame_px)

    return prepare


def lmms_pyav(job: Job) -> Callable[[], object]:
    """lmms-eval's usual reader."""
    read, video = _lmms_functions().read_video, str(job.questions.video)
    return lambda: [_scaled(read(video, num_frm=job.settings.n_frames), job) for _ in range(job.n)]


def lmms_decord(job: Job) -> Callable[[], object]:
    """lmms-eval's reader with decord."""
    import decord  # noqa: F401 - its import is not part of what is measured

    read, video = _lmms_functions().load_video_decord, str(job.questions.video)
    return lambda: [_scaled(read(video, job.settings.n_frames), job) for _ in range(job.n)]


def qwen(job: Job) -> Callable[[], object]:
    """qwen-vl-utils, asked for the frames of the plan at the size of the plan."""
    reader = importlib.import_module("qwen_vl_utils.vision_process")
    fetch_video = reader.fetch_video
    importlib.import_module(reader.get_video_reader_backend())
    info, plan = probe_video(job.questions.video), job.plan
    width_px, height_px = _fitted(info.width_px, info.height_px, job.settings.max_frame_px)
    wanted = {
        "video": str(job.questions.video),
        "nframes": len(plan.indices),
        # Half a frame of room: it rounds up from the first time and down from the last.
        "video_start": max(0.0, (plan.indices[0] - 0.5) / info.fps),
        "video_end": (plan.indices[-1] + 0.5) / info.fps,
        "resized_width": width_px,
        "resized_height": height_px,
    }

    def prepare() -> None:
        for _ in range(job.n):
            (_, metadata), _ = fetch_video(wanted, return_video_sample_fps=True, return_video_metadata=True)
            _check_same_frames(metadata["frames_indices"], plan)

    return prepare


_WORKERS: dict[str, Callable[[Job], Callable[[], object]]] = {
    COLD: prompts,
    WARM: prompts,
    FRAMES: frames_only,
    LMMS_PYAV: lmms_pyav,
    LMMS_DECORD: lmms_decord,
    QWEN: qwen,
}


def measure_here(contestant: str, root: Path, n_frames: int) -> None:
    """Measure one contestant in this process and print its figures."""
    job = Job(_questions_of(root), PromptSettings(n_frames=n_frames))
    job.questions.video.read_bytes()
    figures: dict[str, float] = {"questions": job.n}
    with _cache_for(contestant):
        prepare = _WORKERS[contestant](job)
        with clocked(figures):
            prepare()
    say(figures)


@contextmanager
def _cache_for(contestant: str) -> Iterator[None]:
    """An empty cache for the cold contestant; the others use what XDG_CACHE_HOME names."""
    if contestant != COLD:
        yield
        return
    with TemporaryDirectory() as empty:
        os.environ["XDG_CACHE_HOME"] = empty
        yield


@functools.cache
def _lmms_functions() -> Any:
    """lmms-eval's module of video readers, without its package, whose import takes ten seconds and much memory."""
    package = importlib.util.find_spec("lmms_eval")
    if package is None or not package.submodule_search_locations:
        sys.exit("lmms-eval is not installed: python -m pip install '.[lmms-eval]'")
    file = Path(package.submodule_search_locations[0]) / "models/model_utils/load_video.py"
    spec = importlib.util.spec_from_file_location("load_video_of_lmms_eval", file)
    if spec is None or spec.loader is None:
        sys.exit(f"{file} cannot be imported; is this lmms-eval 0.7?")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _scaled(frames: np.ndarray, job: Job) -> list[np.ndarray]:
    """Frames as large as ours: these readers give them as large as they are, and models scale them down."""
    import cv2

    size = _fitted(frames.shape[2], frames.shape[1], job.settings.max_frame_px)
    return [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames]


def _fitted(width_px: int, height_px: int, max_px: int) -> tuple[int, int]:
    shrink = min(1.0, max_px / max(width_px, height_px))
    return round(width_px * shrink), round(height_px * shrink)


def _check_same_frames(indices: Sequence[int], plan: FramePlan) -> None:
    apart = max(abs(int(theirs) - ours) for theirs, ours in zip(indices, plan.indices, strict=True))
    if apart > 1:
        sys.exit(f"qwen-vl-utils took other frames: {list(indices)} and not {list(plan.indices)}")


def _questions_of(root: Path) -> ClipQuestions:
    questions = load_questions(root)
    same_clip = len({question.clip_id for question in questions}) == 1
    return ClipQuestions(root, tuple(questions)) if same_clip else busiest_clip(root)


@dataclass(frozen=True)
class Case:
    """A clip to measure on."""

    name: str
    root: Path
    facts: str

    @classmethod
    def of(cls, name: str, root: Path) -> Case:
        """With the clip's facts for the table's title."""
        info = probe_video(_questions_of(root).video)
        size = f"{info.width_px} x {info.height_px}, {info.fps:g} fps, {info.duration_s:.0f} s"
        return cls(name, root, f"{name}: {size}")


def cases(chosen: argparse.Namespace, folder: Path) -> Iterator[Case]:
    """The clips that are wanted and there."""
    wanted = chosen.clip or ("mini", "generated", "flight")
    if chosen.quick:
        yield _written("tiny", folder, _clips.generated_clip(_clips.TINY), chosen.frames)
        return
    if "mini" in wanted:
        from links2_tasks.construction.mini import ensure_mini

        yield Case.of("links2_mini", ensure_mini())
    if "generated" in wanted:
        yield _written("generated", folder, _clips.generated_clip(_clips.LONG), chosen.frames)
    flight = _clips.real_flight(chosen.flight)
    if "flight" in wanted and flight is None:
        print(f"no real flight: name its folder with --flight or {_clips.REAL_FLIGHT}", file=sys.stderr)
    elif "flight" in wanted and flight is not None:
        yield _written("real flight", folder, _clips.real_video(flight), chosen.frames)


def _written(name: str, folder: Path, video: Path, n_frames: int) -> Case:
    root = folder / name
    write_clip_questions(root, video, n_frames)
    return Case.of(name, root)


def contestants(case: Case, n_frames: int, cache: Path) -> list[Contestant]:
    """All that are installed."""
    there = [name for name in PEERS if importlib.util.find_spec(_NEEDS[name])]
    return [
        Contestant(
            name,
            (__file__, "--contestant", name, "--root", str(case.root), "--frames", str(n_frames)),
            {"XDG_CACHE_HOME": str(cache), "HF_HUB_OFFLINE": "1"},
        )
        for name in (*OURS, *there)
    ]


def measure(case: Case, n_frames: int, repeats: int, folder: Path) -> list[Trial]:
    """All contestants on one clip."""
    runners = contestants(case, n_frames, folder / f"cache of {case.name}")
    # Fills the cache that the warm ones find.
    run_worker(next(runner for runner in runners if runner.name == WARM))
    return run_in_turn(runners, repeats)


def table_of(case: Case, trials: Sequence[Trial]) -> Table:
    """One row for each contestant."""
    names = list(dict.fromkeys(trial.contestant for trial in trials if trial.contestant in (*OURS, *PEERS)))
    rows = []
    for name in sorted(names, key=[*OURS, *PEERS].index):
        wall_s = median_of(trials, name, "wall_s")
        rows.append(
            (
                name,
                wall_s,
                1000.0 * wall_s / median_of(trials, name, "questions"),
                median_of(trials, name, "cpu_s"),
                median_of(trials, name, "added_mb"),
                *(ratio_of(trials, name, ours, "wall_s") if name in PEERS else None for ours in OURS),
            )
        )
    columns = ("contestant", "12 questions, s", "a question, ms", "processor, s", "memory added, MB")
    return Table(case.facts, (*columns, "x cold", "x warm", "x frames only"), tuple(rows))


def goals_of(case: Case, trials: Sequence[Trial]) -> Iterator[Goal]:
    """Against each peer that was there."""
    peers = [name for name in PEERS if any(trial.contestant == name for trial in trials)]
    for ours, least in ((COLD, COLD_GOAL), (WARM, WARM_GOAL), (FRAMES, WARM_GOAL)):
        ratios = {peer: ratio_of(trials, peer, ours, "wall_s") for peer in peers}
        told = ", ".join(f"{ratio:.1f} x for {peer}" for peer, ratio in ratios.items())
        met = all(ratio >= least for ratio in ratios.values())
        yield Goal(f"{case.name}: peers' time by that of {ours}", f"at least {least:g} x", told, met)


_NOTES = (
    "What is left when the frames are at hand is the map, which no peer reads: its file is decoded once a process, each "
    "question's part of it is cut out, scaled where it is larger than 1,024 px (the slowest step: 30 ms and more), drawn "
    "on and digested. 'links2, frames only' is the part that the peers do too.",
    "The first question of a process also reads the file's packets, and 22 MB of frames, whose digest is checked.",
)


def _arguments() -> argparse.Namespace:
    made = parser(__doc__)
    made.add_argument("--clip", action="append", choices=("mini", "generated", "flight"), help="only this one")
    made.add_argument("--flight", type=Path, metavar="DIR", help=f"folder of a real flight ({_clips.REAL_FLIGHT})")
    made.add_argument("--frames", type=int, default=32, metavar="N", help="frames of the clip (32)")
    made.add_argument("--contestant", choices=sorted(_WORKERS), help="measure this one here, on --root")
    made.add_argument("--root", type=Path, help="dataset for --contestant")
    return made.parse_args()


def main() -> None:
    """Measure, show, and write."""
    chosen = _arguments()
    if chosen.contestant:
        measure_here(chosen.contestant, chosen.root, chosen.frames)
        return
    if chosen.quick:
        chosen.repeats, chosen.frames = 1, 8
    machine, started = this_machine(), now()
    tables: list[Table] = []
    goals: list[Goal] = []
    samples: dict[str, list[float]] = {}
    with TemporaryDirectory(prefix="links2-benchmark-") as folder:
        for case in cases(chosen, Path(folder)):
            trials = measure(case, chosen.frames, chosen.repeats, Path(folder))
            tables.append(table_of(case, trials))
            goals += goals_of(case, trials)
            samples.update({f"{case.name}: {key}": value for key, value in all_samples(trials).items()})
    report = Report(
        name="input_preparation",
        measures=f"Preparing 12 questions about one clip, {chosen.frames} frames each, longest side 640 px.",
        command=command_line(),
        started=started,
        machine=machine,
        repeats=chosen.repeats,
        tables=tuple(tables),
        goals=() if chosen.quick else tuple(goals),
        notes=_NOTES,
        samples=samples,
    )
    publish(report, chosen.json)


if __name__ == "__main__":
    main()
