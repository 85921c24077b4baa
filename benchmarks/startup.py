"""What this package adds to the start of a program: its import, and its registration with each framework.

    python benchmarks/startup.py
    python benchmarks/startup.py --only import --repeats 21

Each measurement is a new process. The frameworks themselves take 10 to 20 s to import; that is shown beside, for scale,
and is no part of what is added: everything of theirs that the registration needs, a run of theirs loads in any case.

    import          import links2_tasks, with nothing loaded before but what Python itself loads
    import prompts  the same of links2_tasks.prompt: most of the package, with numpy, PyAV, OpenCV and Pillow
    lmms-eval       what its entry point runs (register), and the listing of one more folder of tasks
    VLMEvalKit      what `links2 vlmeval` runs before it hands over to the host's runner (register). Nobody who runs other
                    benchmarks there pays this
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable, Iterator, Sequence

from _report import Goal, Report, Table, command_line, now, parser, publish, this_machine
from _trials import Contestant, Trial, all_samples, median_of, run_in_turn, samples_of, say

IMPORT, PROMPTS, LMMS, VLM = "import", "import prompts", "lmms-eval", "VLMEvalKit"
_NEEDS = {LMMS: "lmms_eval", VLM: "vlmeval"}
_GOALS_S = {IMPORT: 0.3, LMMS: 0.05, VLM: 0.05}
_WORDS = {
    IMPORT: "import links2_tasks",
    PROMPTS: "import links2_tasks.prompt",
    LMMS: "added to lmms-eval",
    VLM: "added to VLMEvalKit",
}
_IMPORTS = {IMPORT: "links2_tasks", PROMPTS: "links2_tasks.prompt"}

# Alone in its process: the modules of this benchmark would load half of what is measured.
_IMPORT = """
import time
wall_s, cpu_s = time.perf_counter(), time.process_time()
import {module}
print('{{"added_s": %f, "cpu_s": %f, "host_s": 0}}' % (time.perf_counter() - wall_s, time.process_time() - cpu_s))
"""


def register_with_lmms_eval() -> dict[str, float]:
    """The entry point, and our folder in the list of tasks."""
    start = time.perf_counter()
    import lmms_eval.evaluator  # noqa: F401 - what every run of the host loads
    from lmms_eval.tasks import TaskManager

    host_s = time.perf_counter() - start
    # The host has called the entry point; forget that, to see what it costs.
    _forget("links2_tasks", TaskManager)
    added = _Clock()
    from links2_tasks.frameworks.lmms_eval.plugin import register

    register()
    from links2_tasks import taxonomy

    TaskManager(include_path=str(taxonomy.task_yaml_dir()), include_defaults=False)
    return {**added.read(), "host_s": host_s}


def register_with_vlmevalkit() -> dict[str, float]:
    """What happens between the host's import and its runner."""
    start = time.perf_counter()
    import vlmeval.config
    import vlmeval.dataset
    import vlmeval.smp  # noqa: F401 - what every run of the host loads

    host_s = time.perf_counter() - start
    added = _Clock()
    from links2_tasks.frameworks.vlmeval.registry import register

    register()
    return {**added.read(), "host_s": host_s}


class _Clock:
    """Seconds on the wall and on the processor since it was made."""

    def __init__(self) -> None:
        self._wall_s, self._cpu_s = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        return {"added_s": time.perf_counter() - self._wall_s, "cpu_s": time.process_time() - self._cpu_s}


def _forget(package: str, manager: type) -> None:
    """Unload a package, and take its changes from the host's task manager."""
    import sys

    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]
    for name, method in list(vars(manager).items()):
        while hasattr(method, "__wrapped__") and method.__module__ == manager.__module__:
            method = method.__wrapped__
        if method is not vars(manager)[name]:
            setattr(manager, name, method)


_WORKERS: dict[str, Callable[[], dict[str, float]]] = {LMMS: register_with_lmms_eval, VLM: register_with_vlmevalkit}


def contestants() -> list[Contestant]:
    """All that are installed."""
    imports = [Contestant(name, ("-c", _IMPORT.format(module=module))) for name, module in _IMPORTS.items()]
    there = [name for name in _WORKERS if importlib.util.find_spec(_NEEDS[name])]
    offline = {"HF_HUB_OFFLINE": "1"}
    return [*imports, *(Contestant(name, (__file__, "--contestant", name), offline) for name in there)]


def table_of(trials: Sequence[Trial]) -> Table:
    """One row for each."""
    rows = [
        (
            words,
            1000.0 * median_of(trials, name, "added_s"),
            1000.0 * min(samples_of(trials, name, "added_s")),
            1000.0 * median_of(trials, name, "cpu_s"),
            median_of(trials, name, "host_s") if name in _NEEDS else None,
        )
        for name, words in _WORDS.items()
        if samples_of(trials, name, "added_s")
    ]
    return Table("Start-up", ("what", "time, ms", "least, ms", "processor, ms", "framework itself, s"), tuple(rows))


def goals_of(trials: Sequence[Trial]) -> Iterator[Goal]:
    """Import and plug-ins."""
    for name, limit_s in _GOALS_S.items():
        if samples_of(trials, name, "added_s"):
            added_s = median_of(trials, name, "added_s")
            yield Goal(_WORDS[name], f"under {1000 * limit_s:.0f} ms", f"{1000 * added_s:.0f} ms", added_s < limit_s)


_NOTES = (
    "Most of what is added to lmms-eval is its own reading of 26 more task files, each with the template that it "
    "includes, by a YAML reader in pure Python; its own 1,985 take it seconds.",
    "Most of what is added to VLMEvalKit is modules that a run with these datasets needs in any case: prompts, media, "
    "scoring, and the task files.",
)


def _arguments() -> argparse.Namespace:
    made = parser(__doc__, repeats=7)
    made.add_argument("--contestant", choices=sorted(_WORKERS), help="measure this one here")
    made.add_argument("--only", action="append", choices=sorted(_WORDS), help="leave out the others")
    return made.parse_args()


def main() -> None:
    """Measure, show, and write."""
    chosen = _arguments()
    if chosen.contestant:
        say(_WORKERS[chosen.contestant]())
        return
    if chosen.quick:
        chosen.repeats = 1
    machine, started = this_machine(), now()
    wanted = [each for each in contestants() if not chosen.only or each.name in chosen.only]
    trials = run_in_turn(wanted, chosen.repeats)
    report = Report(
        name="startup",
        measures="Seconds that importing and registering this package take.",
        command=command_line(),
        started=started,
        machine=machine,
        repeats=chosen.repeats,
        tables=(table_of(trials),),
        goals=() if chosen.quick else tuple(goals_of(trials)),
        notes=_NOTES,
        samples=all_samples(trials),
    )
    publish(report, chosen.json)


if __name__ == "__main__":
    main()
