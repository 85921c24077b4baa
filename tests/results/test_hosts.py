"""What the real frameworks leave, read back: the figures are their own."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from links2_tasks import taxonomy
from links2_tasks.dataset import load_questions
from links2_tasks.results import Run, compare_runs, dimensions_of, questions_of, read_runs
from links2_tasks.schema import AnswerValue
from links2_tasks.scoring import aggregate

FRAMEWORKS = Path(__file__).parents[1] / "frameworks"
N_QUESTIONS = 3


def helpers(path: Path) -> ModuleType:
    """A module of the tests of frameworks, which are no package."""
    name = f"links2_results_{path.parent.name}_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset with three questions of each task; only objects are to be counted in numbers."""
    tiny = helpers(FRAMEWORKS / "conftest.py")
    questions = []
    for task in taxonomy.tasks():
        for index in range(N_QUESTIONS):
            count = AnswerValue(kind="count", number=(index + 2.0,), unit="places")
            value = count if task.name == "object_counting" else None
            questions.append(tiny.question(task.name, index, value=value))
    return tiny.write_tiny_dataset(tmp_path_factory.mktemp("data"), questions)


@pytest.fixture(scope="module")
def lmms_eval(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Runs lmms-eval's evaluation in this process and lets it write its files into a folder."""
    pytest.importorskip("lmms_eval")
    host = helpers(FRAMEWORKS / "lmms_eval/conftest.py")
    cache = tmp_path_factory.mktemp("cache")

    def write(model: str, tasks: list[str], out: Path, **arguments: Any) -> Path:
        from lmms_eval.loggers import EvaluationTracker
        from lmms_eval.utils import get_datetime_str

        tracker = EvaluationTracker(output_path=str(out))
        date = get_datetime_str()
        # Here, since each test begins without it.
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LINKS2_DATA", str(root))
            results = host.evaluate(model, tasks, evaluation_tracker=tracker, datetime_str=date, **arguments)
        samples = results.pop("samples")
        tracker.save_results_aggregated(results=results, samples=samples, datetime_str=date)
        for task, logged in samples.items():
            tracker.save_results_samples(task_name=task, samples=logged)
        return out

    with pytest.MonkeyPatch.context() as patch:
        for name in ("HF_HOME", "HF_DATASETS_CACHE", "XDG_CACHE_HOME"):
            patch.setenv(name, str(cache / name))
        patch.setenv("HF_HUB_OFFLINE", "1")
        host.register_with_host()
        patch.setattr("datasets.config.HF_DATASETS_CACHE", cache / "HF_DATASETS_CACHE")
        yield write


@pytest.fixture(scope="module")
def random_by_lmms_eval(lmms_eval: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lmms_eval("links2_random", ["links2_all"], tmp_path_factory.mktemp("random"))


def only(folder: Path) -> Run:
    (run,) = read_runs(folder)
    return run


def test_the_figures_are_those_in_the_results_of_lmms_eval(random_by_lmms_eval: Path) -> None:
    run = only(random_by_lmms_eval)
    (path,) = random_by_lmms_eval.rglob("*_results.json")
    host = json.loads(path.read_text())
    board = aggregate(run.scored, dimensions_of(run.rows))
    assert 0 < board.overall.macro_accuracy < 1
    for summary in board.tasks:
        figures = host["results"][f"links2_{summary.name}"]
        assert summary.n == host["n-samples"][f"links2_{summary.name}"]["original"] == N_QUESTIONS
        assert summary.macro_accuracy == pytest.approx(figures["links2_accuracy,none"])
        assert summary.chance_corrected_accuracy == pytest.approx(figures["links2_chance_corrected,none"])
    for summary in (*board.dimensions, board.overall):
        figures = host["results"][f"links2_{summary.name.replace('overall', 'all')}"]
        assert summary.macro_accuracy == pytest.approx(figures["links2_accuracy,none"])
        assert summary.micro_accuracy == pytest.approx(figures["links2_micro_accuracy,none"])
    assert (run.model, run.variant, run.version) == ("links2_random", "default", taxonomy.BENCHMARK_VERSION)
    assert (run.max_new_tokens, run.remarks) == (1024, ())
    assert run.seconds == pytest.approx(float(host["total_evaluation_time_seconds"]))


def test_the_questions_are_those_of_the_dataset(random_by_lmms_eval: Path, root: Path) -> None:
    found = questions_of(only(random_by_lmms_eval), root)
    assert found == {(each.task, each.question_id): each for each in load_questions(root)}


def test_rotations_are_read_with_the_questions_as_they_were_asked(
    lmms_eval: Any, random_by_lmms_eval: Path, root: Path, tmp_path: Path
) -> None:
    run = only(lmms_eval("links2_oracle", ["links2_object_counting_circular"], tmp_path))
    assert (run.name, run.variant) == ("links2_oracle circular", "circular")
    assert len(run.rows) == 4 * N_QUESTIONS
    found = questions_of(run, root)
    assert all(found[row.scored.task, row.scored.question_id].answer == row.scored.answer for row in run.rows)
    overall = compare_runs(only(random_by_lmms_eval), run, n_resamples=100).statistics.overall
    assert (overall.n, overall.second) == (N_QUESTIONS, 1.0)


def test_numbers_are_read_with_their_errors(lmms_eval: Any, root: Path, tmp_path: Path) -> None:
    run = only(lmms_eval("dummy", ["links2_object_counting_open"], tmp_path, model_args="response=3"))
    assert (run.variant, run.model_args, {row.scored.chance for row in run.rows}) == ("open", "response=3", {0.0})
    (path,) = tmp_path.rglob("*_results.json")
    host = json.loads(path.read_text())["results"]["links2_object_counting_open"]
    assert sum(row.scored.score for row in run.rows) / 3 == pytest.approx(host["links2_open_score,none"])
    assert {row.scored.answer: row.error for row in run.rows} == {"2.0": 1.0, "3.0": 0.0, "4.0": 1.0}
    assert len(questions_of(run, root)) == 3


def test_a_limited_run_says_so(lmms_eval: Any, tmp_path: Path) -> None:
    run = only(lmms_eval("links2_random", ["links2_object_counting"], tmp_path, limit=2))
    assert len(run.rows) == 2
    assert any("rows of 2 of 3 questions" in remark for remark in run.remarks)


@pytest.fixture(scope="module")
def by_vlmevalkit(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A run of VLMEvalKit's own runner."""
    pytest.importorskip("vlmeval")
    host = helpers(FRAMEWORKS / "doubles/vlmeval_runs.py")
    folder = tmp_path_factory.mktemp("vlmevalkit")
    with host.quiet_host(folder), pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINKS2_DATA", str(root))
        return host.ask("links2_random", ["LinkS2", "LinkS2-object_counting_8frame"], folder / "out")


def test_the_figures_are_those_of_vlmevalkit(by_vlmevalkit: Any, root: Path) -> None:
    runs = read_runs(by_vlmevalkit.folder.parent)
    assert [run.name for run in runs] == ["links2_random", "links2_random 8frame"]
    for run, name in zip(runs, ("LinkS2", "LinkS2-object_counting_8frame"), strict=True):
        figures = by_vlmevalkit.metrics(name)
        board = aggregate(run.scored, dimensions_of(run.rows))
        assert board.overall.macro_accuracy == pytest.approx(figures["overall"])
        assert board.overall.micro_accuracy == pytest.approx(figures["micro_accuracy"])
        assert board.overall.chance_corrected_accuracy == pytest.approx(figures["chance_corrected"])
        assert board.overall.n == figures["questions"]
        for summary in (*board.dimensions, *board.tasks):
            assert summary.macro_accuracy == pytest.approx(figures[summary.name])
        assert run.variant == "default"
        assert run.remarks == ()
        assert len(questions_of(run, root)) == board.overall.n


def test_both_frameworks_gave_the_same_rows(by_vlmevalkit: Any, random_by_lmms_eval: Path) -> None:
    other = next(run for run in read_runs(by_vlmevalkit.folder) if run.name == "links2_random")
    found = compare_runs(only(random_by_lmms_eval), other, n_resamples=100)
    assert found.first.scored == found.second.scored
    assert found.statistics.overall.difference == 0.0
    questions = next(each for each in found.sameness if each.what == "questions")
    assert questions.n_same == questions.n == len(other.rows)


@pytest.mark.parametrize("suffix", ["json", "xlsx"])
def test_tables_that_the_host_writes_in_its_other_formats_are_read(
    by_vlmevalkit: Any, tmp_path: Path, suffix: str
) -> None:
    """Runs of links2 refuse these formats, and tables of the tasks that were exported may be in them."""
    import pandas as pd
    from vlmeval.smp import dump

    table = pd.DataFrame(by_vlmevalkit.table("LinkS2", "_score"))
    table = table.assign(score=table["score"].astype(float), chance=table["chance"].astype(float))
    table.loc[table["prediction"] == "", "prediction"] = None
    dump(table, str(tmp_path / f"links2_random_LinkS2_score.{suffix}"))
    before = next(run for run in read_runs(by_vlmevalkit.folder) if run.name == "links2_random")
    assert only(tmp_path).rows == before.rows
