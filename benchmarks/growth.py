"""How times grow with a dataset: 1, 4 and 16 times the questions and the clips, and the slope of each step.

    python benchmarks/growth.py
    python benchmarks/growth.py --clips 50

The dataset has 12 questions on each of its small clips, no two of them alike. One process for each size does, in order:

    reading questions      load_questions
    texts of prompts       prompt_text of every question: each clip is opened, none decoded
    prompts, cold          build_prompt of every question, with an empty cache
    prompts, warm          the same again, with the frames on the disk
    VLMEvalKit's table     question_table: what VLMEvalKit is given of a dataset
    summing up             aggregate of one row for each question
    bootstrap              clustered_bootstrap of the rows, 10,000 resamples

The slope is that of the logarithm of time over the logarithm of size: 1 says that twice as many take twice as long, 2
that they take four times as long. Steps with a large fixed part have a slope below 1.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from _questions import write_many_clips
from _report import Cell, Report, Table, command_line, now, parser, publish, this_machine
from _trials import Contestant, Trial, all_samples, median_of, peak_mb, run_in_turn, say

from links2_tasks import taxonomy
from links2_tasks.dataset import load_questions
from links2_tasks.media import VideoWriter
from links2_tasks.prompt import PromptSettings, build_prompt, prompt_text
from links2_tasks.schema import Question
from links2_tasks.scoring import ScoredRow, aggregate, clustered_bootstrap

TIMES = (1, 4, 16)
_WIDTH_PX, _HEIGHT_PX, _FPS, _N_FRAMES = 160, 96, 8, 24
_SETTINGS = PromptSettings(n_frames=8)

_STEPS = (
    "reading questions",
    "texts of prompts",
    "prompts, cold",
    "prompts, warm",
    "VLMEvalKit's table",
    "summing up",
    "bootstrap",
)


def measure_here(root: Path) -> None:
    """Time every step on a dataset in this process and print the figures."""
    figures: dict[str, float] = {}
    with TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        questions = load_questions(root)
        rows = _rows(questions)
        steps: dict[str, Callable[[], object]] = {
            "reading questions": lambda: load_questions(root),
            "texts of prompts": lambda: [prompt_text(question, _SETTINGS, root) for question in questions],
            "prompts, cold": lambda: _build_all(questions, root),
            "prompts, warm": lambda: _build_all(questions, root),
            "VLMEvalKit's table": lambda: _table(root),
            "summing up": lambda: aggregate(rows, {task.name: task.dimension for task in taxonomy.tasks()}),
            "bootstrap": lambda: clustered_bootstrap(rows),
        }
        if importlib.util.find_spec("pandas") is None:
            del steps["VLMEvalKit's table"]
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            figures[name] = time.perf_counter() - start
    say({**figures, "questions": len(questions), "peak_mb": peak_mb()})


def _build_all(questions: Sequence[Question], root: Path) -> None:
    for question in questions:
        build_prompt(question, _SETTINGS, root)


def _table(root: Path) -> None:
    from links2_tasks.frameworks.vlmeval._table import question_table

    question_table(root, [task.name for task in taxonomy.tasks()])


def _rows(questions: Sequence[Question]) -> list[ScoredRow]:
    return [
        ScoredRow(
            question_id=question.question_id,
            task=question.task,
            clip_id=question.clip_id,
            region=question.region,
            score=float(number % 3 == 0),
            chance=0.25,
            reason="letter",
        )
        for number, question in enumerate(questions)
    ]


def write_clips(folder: Path, n_clips: int) -> list[Path]:
    """So many small clips, each with other pixels."""
    folder.mkdir(parents=True)
    paths = []
    for number in range(n_clips):
        random = np.random.default_rng(number)
        first = random.integers(0, 256, (_HEIGHT_PX // 8, _WIDTH_PX // 8, 3), dtype=np.uint8)
        paths.append(folder / f"clip{number:05d}.mp4")
        with VideoWriter(paths[-1], _WIDTH_PX, _HEIGHT_PX, _FPS, gop_frames=8) as writer:
            for step in range(_N_FRAMES):
                writer.write(np.roll(first, step, axis=1).repeat(8, axis=0).repeat(8, axis=1))
    return paths


def contestants(sizes: Sequence[int], folder: Path) -> list[Contestant]:
    """One for each size, with its dataset."""
    clips = write_clips(folder / "clips", max(sizes))
    made = []
    for size in sizes:
        root = folder / f"{size} clips"
        write_many_clips(root, clips[:size])
        made.append(Contestant(_name(size), (__file__, "--root", str(root))))
    shutil.rmtree(folder / "clips")
    return made


def _name(n_clips: int) -> str:
    return f"{n_clips} clips"


def table_of(trials: Sequence[Trial], sizes: Sequence[int]) -> Table:
    """One row for each step."""
    counts = [median_of(trials, _name(size), "questions") for size in sizes]
    steps = [step for step in _STEPS if step in trials[0].figures]
    rows: list[tuple[Cell, ...]] = []
    for step in steps:
        times_s = [median_of(trials, _name(size), step) for size in sizes]
        each_ms = 1000.0 * times_s[-1] / counts[-1]
        rows.append((step, *times_s, slope_of(sizes, times_s), each_ms))
    peaks_mb = [median_of(trials, _name(size), "peak_mb") for size in sizes]
    rows.append(("most memory, MB", *peaks_mb, slope_of(sizes, peaks_mb), None))
    heads = (f"{size} clips, {int(count):,} questions" for size, count in zip(sizes, counts, strict=True))
    return Table("Seconds of each step", ("step", *heads, "slope", "ms a question at the largest"), tuple(rows))


def slope_of(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Slope of the straight line through the logarithms, by least squares."""
    if len(sizes) < 2:
        return math.nan
    slope, _ = np.polyfit(np.log(sizes), np.log(np.maximum(values, 1e-9)), 1)
    return float(slope)


def _arguments() -> argparse.Namespace:
    made = parser(__doc__)
    made.add_argument("--clips", type=int, default=20, metavar="N", help="clips of the smallest dataset (20)")
    made.add_argument("--root", type=Path, help="measure on this dataset, here")
    return made.parse_args()


def main() -> None:
    """Measure, show, and write."""
    chosen = _arguments()
    if chosen.root:
        measure_here(chosen.root)
        return
    if chosen.quick:
        chosen.repeats, chosen.clips = 1, 1
    sizes = [chosen.clips * times for times in (TIMES[:2] if chosen.quick else TIMES)]
    machine, started = this_machine(), now()
    with TemporaryDirectory(prefix="links2-benchmark-") as folder:
        print("making clips", file=sys.stderr, flush=True)
        trials = run_in_turn(contestants(sizes, Path(folder)), chosen.repeats)
    report = Report(
        name="growth",
        measures="Seconds of each step of a run, without a model, for 1, 4 and 16 times the questions and clips.",
        command=command_line(),
        started=started,
        machine=machine,
        repeats=chosen.repeats,
        tables=(table_of(trials, sizes),),
        samples=all_samples(trials),
    )
    publish(report, chosen.json)


if __name__ == "__main__":
    main()
