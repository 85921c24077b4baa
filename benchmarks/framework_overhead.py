"""What a question costs inside each framework when the model costs nothing, and what memory many questions take.

    python benchmarks/framework_overhead.py
    python benchmarks/framework_overhead.py --questions 2000 --only "lmms-eval, prompts"

17,900 questions, as many as LinkS2Bench has, go through each framework's own evaluation to a model that answers 'A' at
once. They are those of links2_mini over and over, on its 40 clips, so clips and images are cached after the first ones:
input_preparation.py says what decoding costs. For each contestant

    overhead a question = (time with all - time with 3) / (all - 3)
    memory above 3      = most memory with all - most memory with 3

so that imports, models and what is made once count for neither. Contestants, each run in a process of its own:

    lmms-eval, plain        a task of lmms-eval's own kind with the same questions as texts: what the framework costs
    lmms-eval, no prompts   links2_all with a model that looks at nothing: documents, texts and scores
    lmms-eval, prompts      links2_all with a model that has every chat message built: 32 frames and the maps
    VLMEvalKit, plain       a dataset of VLMEvalKit's own kind with the same questions as texts
    VLMEvalKit, prompts     LinkS2: 32 frames and the maps as files
    VLMEvalKit, video       LinkS2_video: a clip and the maps as files

VLMEvalKit builds a prompt for every question whatever the model does. What takes longer than --limit seconds for all
questions, by a run with a few hundred, is run with as many as fit; the table says with how many.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import _clips
from _questions import repeat_questions, write_clip_questions
from _report import Goal, Report, Table, command_line, now, parser, publish, this_machine
from _trials import Contestant, Trial, all_samples, clocked, median_of, peak_mb, run_in_turn, run_worker, say

from links2_tasks.dataset import load_questions
from links2_tasks.prompt import PromptSettings, planned_clips, warm

_HOST = {"lmms-eval": "lmms_eval", "VLMEvalKit": "vlmeval"}
ALL_QUESTIONS, FEW = 17_900, 3
PLAIN_FILE = "plain.jsonl"
MEMORY_GOAL_MB = 100.0


@dataclass(frozen=True)
class Run:
    """What a contestant is given."""

    root: Path
    lines: Path
    """Texts and answers of all questions, one in a line, for the hosts without us."""
    folder: Path
    """For what the run leaves."""


def lmms_plain(run: Run) -> Callable[[], int]:
    """The host without us."""
    import _run_lmms_eval as host

    folder = host.write_plain_task(run.folder / "plain", run.lines)
    return lambda: host.evaluate(host.SilentSimple, [host.PLAIN_TASK], [folder])


def lmms_no_prompts(run: Run) -> Callable[[], int]:
    """Our tasks, nothing shown."""
    import _run_lmms_eval as host

    return lambda: host.evaluate(host.Silent, ["links2_all"])


def lmms_prompts(run: Run) -> Callable[[], int]:
    """Our tasks, everything shown."""
    import _run_lmms_eval as host

    return lambda: host.evaluate(host.Looking, ["links2_all"])


def vlm_plain(run: Run) -> Callable[[], int]:
    """The host without us."""
    import _run_vlmevalkit as host

    return lambda: host.run(host.PLAIN, run.folder, run.lines)


def vlm_prompts(run: Run) -> Callable[[], int]:
    """Frames as images."""
    import _run_vlmevalkit as host

    return lambda: host.run("LinkS2", run.folder)


def vlm_video(run: Run) -> Callable[[], int]:
    """A clip."""
    import _run_vlmevalkit as host

    return lambda: host.run("LinkS2_video", run.folder)


_WORKERS: dict[str, Callable[[Run], Callable[[], int]]] = {
    "lmms-eval, plain": lmms_plain,
    "lmms-eval, no prompts": lmms_no_prompts,
    "lmms-eval, prompts": lmms_prompts,
    "VLMEvalKit, plain": vlm_plain,
    "VLMEvalKit, prompts": vlm_prompts,
    "VLMEvalKit, video": vlm_video,
}


def measure_here(name: str, root: Path, n_questions: int) -> None:
    """Run one contestant in this process and print its figures."""
    figures: dict[str, float] = {}
    with TemporaryDirectory(prefix="links2-run-") as folder:
        _set_up(Path(folder), root)
        start = _WORKERS[name](Run(root, root / PLAIN_FILE, Path(folder)))
        # What hosts print would stand in the way of the figures.
        with redirect_stdout(sys.stderr), clocked(figures):
            n_answers = start()
    if n_answers != n_questions:
        sys.exit(f"{n_answers} of {n_questions} questions were answered")
    say({**figures, "peak_mb": peak_mb(), "questions": n_questions})


def _set_up(folder: Path, root: Path) -> None:
    """Folders of its own for what the hosts cache, so that every run makes its tables anew."""
    settings = {
        "LINKS2_DATA": root,
        "HF_HOME": folder / "hf",
        "HF_DATASETS_CACHE": folder / "hf/datasets",
        "HF_HUB_OFFLINE": 1,
        "TOKENIZERS_PARALLELISM": "false",
        "LMUData": folder / "lmu",
        "PRED_FORMAT": "tsv",
        "EVAL_FORMAT": "csv",
    }
    os.environ.update({name: str(value) for name, value in settings.items()})
    (folder / "lmu").mkdir()


@dataclass(frozen=True)
class Size:
    """How many questions a contestant is measured with."""

    name: str
    n: int


class Stage:
    """Datasets of any size, and a cache with all their clips, in one folder."""

    def __init__(self, source: Path, folder: Path) -> None:
        """Warm the cache: the clips are the same in every size."""
        self._source, self._folder = source, folder
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        questions = load_questions(source)
        for strategy in ("frames_as_images", "native_video"):
            clips, _ = planned_clips(questions, PromptSettings(strategy=strategy), source)
            warm(clips, workers=2, progress=lambda name: None)

    @property
    def n_known(self) -> int:
        """Questions of the source, each of which is different."""
        return len(load_questions(self._source))

    def contestant(self, size: Size) -> Contestant:
        """A run with so many questions."""
        command = (__file__, "--contestant", size.name, "--root", str(self._root(size.n)), "--questions", str(size.n))
        return Contestant(f"{size.name}: {size.n}", command, {"XDG_CACHE_HOME": str(self._folder / "cache")})

    def _root(self, n_questions: int) -> Path:
        root = self._folder / f"{n_questions} questions"
        if not root.exists():
            repeat_questions(self._source, root, n_questions)
            plain = [{"question": each.question, "answer": each.answer} for each in load_questions(root)]
            (root / PLAIN_FILE).write_text("".join(f"{json.dumps(each)}\n" for each in plain), encoding="utf-8")
        return root


def fitting(stage: Stage, name: str, wanted: int, limit_s: float) -> Size:
    """As many questions as take no longer than `limit_s`, by the second of two runs; the first fills the caches."""
    n_first = min(wanted, stage.n_known)
    run_worker(stage.contestant(Size(name, n_first)))
    first = run_worker(stage.contestant(Size(name, n_first)))
    few = run_worker(stage.contestant(Size(name, FEW)))
    each_s = max(1e-6, (first["wall_s"] - few["wall_s"]) / max(1, n_first - FEW))
    n = min(wanted, max(n_first, int(limit_s / each_s) // 100 * 100))
    print(f"{name}: about {1000 * each_s:.2f} ms a question, measured with {n}", file=sys.stderr, flush=True)
    return Size(name, n)


def table_of(trials: Sequence[Trial], sizes: Sequence[Size]) -> Table:
    """One row for each contestant."""
    rows = []
    for size in sizes:
        overhead_ms = overhead_of(trials, size)
        plain = next((other for other in sizes if other.name == f"{size.name.partition(',')[0]}, plain"), size)
        rows.append(
            (
                size.name,
                size.n,
                median_of(trials, f"{size.name}: {size.n}", "wall_s"),
                overhead_ms,
                None if plain is size else overhead_ms - overhead_of(trials, plain),
                median_of(trials, f"{size.name}: {FEW}", "peak_mb"),
                memory_of(trials, size),
                None if plain is size else memory_of(trials, size) - memory_of(trials, plain),
            )
        )
    columns = ("contestant", "questions", "time, s", "overhead a question, ms", "of it above plain, ms")
    memory = ("memory with 3, MB", "memory above 3, MB", "of it above plain, MB")
    return Table("Questions with an instant model", (*columns, *memory), tuple(rows))


def overhead_of(trials: Sequence[Trial], size: Size) -> float:
    """Milliseconds a question."""
    seconds = [median_of(trials, f"{size.name}: {n}", "wall_s") for n in (size.n, FEW)]
    return 1000.0 * (seconds[0] - seconds[1]) / max(1, size.n - FEW)


def memory_of(trials: Sequence[Trial], size: Size) -> float:
    """Megabytes above a run with 3 questions."""
    most_mb = [median_of(trials, f"{size.name}: {n}", "peak_mb") for n in (size.n, FEW)]
    return most_mb[0] - most_mb[1]


def goals_of(trials: Sequence[Trial], sizes: Sequence[Size]) -> Iterator[Goal]:
    """Memory of each; the time has no goal of its own."""
    for size in sizes:
        if not size.name.endswith("plain"):
            added_mb = memory_of(trials, size)
            yield Goal(
                f"memory of {size.n:,} questions above 3, {size.name}",
                f"under {MEMORY_GOAL_MB:.0f} MB",
                f"{added_mb:.0f} MB",
                added_mb < MEMORY_GOAL_MB,
            )


def _source(chosen: argparse.Namespace, folder: Path) -> Path:
    if chosen.quick:
        return write_clip_questions(folder / "tiny", _clips.generated_clip(_clips.TINY), 8).root
    from links2_tasks.construction.mini import ensure_mini

    return ensure_mini()


def _size(stage: Stage, name: str, chosen: argparse.Namespace) -> Size:
    return Size(name, chosen.questions) if chosen.quick else fitting(stage, name, chosen.questions, chosen.limit)


def _arguments() -> argparse.Namespace:
    made = parser(__doc__, repeats=3)
    made.add_argument("--questions", type=int, default=ALL_QUESTIONS, metavar="N", help="questions (17,900)")
    made.add_argument("--limit", type=float, default=300.0, metavar="S", help="seconds for one run (300)")
    made.add_argument("--only", action="append", choices=sorted(_WORKERS), help="leave out the others")
    made.add_argument("--contestant", choices=sorted(_WORKERS), help="run this one here, on --root")
    made.add_argument("--root", type=Path, help="dataset for --contestant")
    return made.parse_args()


def main() -> None:
    """Measure, show, and write."""
    chosen = _arguments()
    if chosen.contestant:
        measure_here(chosen.contestant, chosen.root, chosen.questions)
        return
    if chosen.quick:
        chosen.repeats, chosen.questions = 1, 24
    machine, started = this_machine(), now()
    there = [name for name in _WORKERS if importlib.util.find_spec(_HOST[name.partition(",")[0]])]
    with TemporaryDirectory(prefix="links2-benchmark-") as folder:
        stage = Stage(_source(chosen, Path(folder)), Path(folder))
        names = [name for name in there if not chosen.only or name in chosen.only]
        sizes = [_size(stage, name, chosen) for name in names]
        both = [each for size in sizes for each in (size, replace(size, n=FEW))]
        trials = run_in_turn([stage.contestant(size) for size in both], chosen.repeats)
    report = Report(
        name="framework_overhead",
        measures="Time and memory of questions that go through a framework to a model that answers at once.",
        command=command_line(),
        started=started,
        machine=machine,
        repeats=chosen.repeats,
        tables=(table_of(trials, sizes),),
        goals=() if chosen.quick else tuple(goals_of(trials, sizes)),
        samples=all_samples(trials),
    )
    publish(report, chosen.json)


if __name__ == "__main__":
    main()
