"""What scoring a whole run costs: 17,900 replies read and summed up, and intervals from 10,000 resamples of clips.

    python benchmarks/scoring.py
    python benchmarks/scoring.py --rows 1000 --resamples 1000

LinkS2Bench has 17,900 questions on 1,500 clips, and as many rows are made here: 12 tasks, four options, replies of the
usual forms. Contestants, each in a process of its own:

    links2, bootstrap       clustered_bootstrap: whole clips are drawn; intervals of macro, micro and every task's accuracy
    links2, reading         extract_choice on every reply
    links2, summing up      aggregate: accuracies and clustered standard errors of tasks, dimensions and all
    links2, estimates       estimates: all figures of one run, with intervals by clip and by region
    links2, comparison      compare: two runs, with intervals, permutation tests, McNemar's and Holm's (needs statsmodels)
    lmms-eval, bootstrap    its function bootstrap_stderr on the rows of all tasks, on all cores
    scipy, bootstrap        scipy.stats.bootstrap of the mean of all rows, percentile method

The peers draw single rows and give one figure each, of all questions together; there is none that draws clips. So they do
less, and their intervals are too narrow where questions share a clip.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from _report import Goal, Report, Table, command_line, now, parser, publish, this_machine
from _trials import Contestant, Trial, all_samples, clocked, median_of, ratio_of, run_in_turn, say

from links2_tasks import taxonomy
from links2_tasks.scoring import ScoredRow, aggregate, clustered_bootstrap, extract_choice

BOOTSTRAP, READING, SUMMING = "links2, bootstrap", "links2, reading", "links2, summing up"
ESTIMATES, COMPARISON = "links2, estimates", "links2, comparison"
LMMS, SCIPY = "lmms-eval, bootstrap", "scipy, bootstrap"
_NEEDS = {COMPARISON: "statsmodels", LMMS: "lmms_eval", SCIPY: "scipy"}
GOAL_S, COMPARISON_GOAL_S = 2.0, 5.0
_ROWS_PER_CLIP = 12
_OPTIONS = ("To the north.", "To the east.", "To the south.", "To the west.")
_REPLIES = (
    "{letter}",
    "{letter}. {text}",
    "The answer is ({letter}).",
    "<think>It could be B, or C.</think>\n\n**{letter}**",
    "{text}",
    "The UAV flies along the road, then turns left over the roofs. So the answer is {letter}, since the mark lies there.",
    "I cannot tell from these images.",
)


def made_rows(n_rows: int) -> list[ScoredRow]:
    """Rows of a run that is right about half of the time; clips differ in how hard they are."""
    chosen = random.Random(1)
    tasks = taxonomy.tasks()
    rows = []
    for number in range(n_rows):
        clip = number // _ROWS_PER_CLIP
        right = chosen.random() < 0.35 + 0.3 * (clip % 7) / 6
        rows.append(
            ScoredRow(
                question_id=f"q{number:06d}",
                task=tasks[number % len(tasks)].name,
                clip_id=f"clip{clip:05d}",
                region=f"region{clip % 16}",
                score=float(right),
                chance=0.25,
                reason="letter",
            )
        )
    return rows


def made_replies(n_rows: int) -> list[str]:
    """Replies of the forms that models use."""
    chosen = random.Random(2)
    forms = (chosen.choice(_REPLIES) for _ in range(n_rows))
    places = (chosen.randrange(4) for _ in range(n_rows))
    return [form.format(letter="ABCD"[place], text=_OPTIONS[place]) for form, place in zip(forms, places, strict=True)]


def bootstrap(n_rows: int, n_resamples: int) -> Callable[[], object]:
    """Ours: clips are drawn."""
    rows = made_rows(n_rows)
    return lambda: clustered_bootstrap(rows, n_resamples)


def reading(n_rows: int, n_resamples: int) -> Callable[[], object]:
    """Letters from replies."""
    replies = made_replies(n_rows)
    return lambda: [extract_choice(reply, _OPTIONS) for reply in replies]


def summing(n_rows: int, n_resamples: int) -> Callable[[], object]:
    """All figures but the intervals."""
    rows, dimensions = made_rows(n_rows), {task.name: task.dimension for task in taxonomy.tasks()}
    return lambda: aggregate(rows, dimensions)


def estimating(n_rows: int, n_resamples: int) -> Callable[[], object]:
    """All figures of one run."""
    # Not above: it loads NumPy, which would then be there before the others are clocked.
    from links2_tasks.statistics import estimates

    rows, dimensions = made_rows(n_rows), {task.name: task.dimension for task in taxonomy.tasks()}
    return lambda: estimates(rows, dimensions, n_resamples=n_resamples)


def comparing(n_rows: int, n_resamples: int) -> Callable[[], object]:
    """Two runs that differ on a fifth of the questions."""
    from links2_tasks.statistics import compare

    chosen = random.Random(3)
    rows, dimensions = made_rows(n_rows), {task.name: task.dimension for task in taxonomy.tasks()}
    others = [replace(row, score=1.0 - row.score) if chosen.random() < 0.2 else row for row in rows]
    return lambda: compare(rows, others, dimensions, n_resamples=n_resamples)


def lmms_bootstrap(n_rows: int, n_resamples: int) -> Callable[[], object]:
    """lmms-eval's."""
    from lmms_eval.api.metrics import bootstrap_stderr, mean

    scores = [row.score for row in made_rows(n_rows)]
    return lambda: bootstrap_stderr(mean, scores, n_resamples)


def scipy_bootstrap(n_rows: int, n_resamples: int) -> Callable[[], object]:
    """SciPy's, in pieces that fit into memory."""
    import numpy as np

    resample = importlib.import_module("scipy.stats").bootstrap
    scores = np.array([row.score for row in made_rows(n_rows)])
    return lambda: resample(
        (scores,), np.mean, n_resamples=n_resamples, batch=500, method="percentile", vectorized=True, rng=0
    )


_WORKERS: dict[str, Callable[[int, int], Callable[[], object]]] = {
    BOOTSTRAP: bootstrap,
    READING: reading,
    SUMMING: summing,
    ESTIMATES: estimating,
    COMPARISON: comparing,
    LMMS: lmms_bootstrap,
    SCIPY: scipy_bootstrap,
}


def measure_here(contestant: str, n_rows: int, n_resamples: int) -> None:
    """Measure one contestant in this process and print its figures."""
    work = _WORKERS[contestant](n_rows, n_resamples)
    figures: dict[str, float] = {}
    with clocked(figures):
        work()
    say(figures)


def contestants(n_rows: int, n_resamples: int) -> list[Contestant]:
    """All that are installed."""
    there = [name for name in _WORKERS if name not in _NEEDS or importlib.util.find_spec(_NEEDS[name])]
    sizes = ("--rows", str(n_rows), "--resamples", str(n_resamples))
    return [Contestant(name, (__file__, "--contestant", name, *sizes), {"HF_HUB_OFFLINE": "1"}) for name in there]


def table_of(trials: Sequence[Trial], n_rows: int, n_resamples: int) -> Table:
    """One row for each contestant."""
    there = [name for name in _WORKERS if any(trial.contestant == name for trial in trials)]
    rows = [
        (
            name,
            *(median_of(trials, name, figure) for figure in ("wall_s", "cpu_s", "added_mb")),
            ratio_of(trials, name, BOOTSTRAP, "wall_s") if name in (LMMS, SCIPY) else None,
        )
        for name in there
    ]
    return Table(
        f"Scoring {n_rows:,} rows, {n_resamples:,} resamples",
        ("contestant", "time, s", "processor, s", "memory added, MB", "x our bootstrap"),
        tuple(rows),
        "lmms-eval's workers are processes of their own, whose time and memory are not in its columns.",
    )


def goals_of(trials: Sequence[Trial]) -> Iterator[Goal]:
    """The resamples, and everything."""
    alone_s = median_of(trials, BOOTSTRAP, "wall_s")
    whole_s = sum(median_of(trials, name, "wall_s") for name in (BOOTSTRAP, READING, SUMMING))
    yield Goal("bootstrap", f"under {GOAL_S:g} s", f"{alone_s:.2f} s", alone_s < GOAL_S)
    yield Goal("reading, summing up and bootstrap", f"under {GOAL_S:g} s", f"{whole_s:.2f} s", whole_s < GOAL_S)
    if any(trial.contestant == COMPARISON for trial in trials):
        pair_s = median_of(trials, COMPARISON, "wall_s")
        yield Goal(
            "comparison of two runs", f"under {COMPARISON_GOAL_S:g} s", f"{pair_s:.2f} s", pair_s < COMPARISON_GOAL_S
        )


def _arguments() -> argparse.Namespace:
    made = parser(__doc__)
    made.add_argument("--rows", type=int, default=17_900, metavar="N", help="rows (17,900)")
    made.add_argument("--resamples", type=int, default=10_000, metavar="N", help="resamples (10,000)")
    made.add_argument("--contestant", choices=sorted(_WORKERS), help="measure this one here")
    return made.parse_args()


def main() -> None:
    """Measure, show, and write."""
    chosen = _arguments()
    if chosen.contestant:
        measure_here(chosen.contestant, chosen.rows, chosen.resamples)
        return
    if chosen.quick:
        chosen.repeats, chosen.rows, chosen.resamples = 1, 240, 1_000
    machine, started = this_machine(), now()
    trials = run_in_turn(contestants(chosen.rows, chosen.resamples), chosen.repeats)
    report = Report(
        name="scoring",
        measures="Reading replies, summing up rows, and intervals from clustered resamples.",
        command=command_line(),
        started=started,
        machine=machine,
        repeats=chosen.repeats,
        tables=(table_of(trials, chosen.rows, chosen.resamples),),
        goals=() if chosen.quick else tuple(goals_of(trials)),
        samples=all_samples(trials),
    )
    publish(report, chosen.json)


if __name__ == "__main__":
    main()
