"""The command around a framework, with a framework of a few lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from typer.testing import CliRunner

from links2_tasks.cli import app
from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks._checks import Check
from links2_tasks.frameworks.run import RunRequest, _conduct, run
from links2_tasks.frameworks.run._folder import Attempt, OutFolder
from links2_tasks.frameworks.run._host import Host
from links2_tasks.frameworks.run._look import Look, TaskPlan
from links2_tasks.frameworks.run._options import Options
from links2_tasks.frameworks.run._outcome import outcome_of
from links2_tasks.frameworks.run._rows import LabelledRow, read_row, with_ids_of_their_own
from links2_tasks.frameworks.run._tables import print_outcome
from links2_tasks.prompt import PromptSettings

TASK = "links2_uav_localization"
GOOD = Check("the framework is there", True, "seen")

CHILD = """
import json, os, sys
from pathlib import Path
rows, results, status = json.loads(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
if rows:
    (results / "rows.json").write_text(json.dumps(rows))
if status < 0:
    os.kill(os.getpid(), -status)
sys.exit(status)
"""


def row(question: str, reason: str = "letter", **changes: Any) -> dict[str, Any]:
    """A row as frameworks leave it."""
    fields = {
        "id": question,
        "clip_id": "clip-0",
        "task": "uav_localization",
        "region": "tinytown",
        "prediction": "A" if reason == "letter" else None,
        "answer": "A",
        "score": float(reason == "letter"),
        "chance": 0.25,
        "reason": reason,
        "raw": "A",
        "note": "",
    }
    return {**fields, **changes}


@dataclass
class Tiny(Host):
    """A framework whose process writes the rows it is told to."""

    plans: tuple[TaskPlan, ...]
    checks: tuple[Check, ...] = (GOOD,)
    given: Options = field(default_factory=lambda: {"model": ("m",)})
    left: list[dict[str, Any]] = field(default_factory=list)
    status: int = 0
    n_looks: int = 0
    name = "tiny"
    version = "1"
    facts = MappingProxyType({})

    @property
    def options(self) -> Options:
        return self.given

    def look(self) -> Look:
        self.n_looks += 1
        return Look(self.checks, self.plans)

    def prepare(self, folder: OutFolder) -> None:
        """Nothing."""

    def command(self, folder: OutFolder, attempt: Attempt) -> Sequence[str]:
        return [sys.executable, "-c", CHILD, json.dumps(self.left), str(attempt.results), str(self.status)]

    def environment(self, folder: OutFolder, run_id: str) -> Mapping[str, str | None]:
        return {}

    def rows(self, results: Path) -> list[LabelledRow]:
        file = results / "rows.json"
        return [read_row(TASK, each) for each in json.loads(file.read_text())] if file.is_file() else []


@pytest.fixture
def host(tiny_data: Path, make_question: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Tiny:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    questions = tuple(make_question("uav_localization", index) for index in range(2))
    tiny = Tiny((TaskPlan(TASK, PromptSettings(), questions),), left=[row("q0"), row("q1")])
    monkeypatch.setattr(_conduct, "host_of", lambda request: tiny)
    return tiny


@pytest.fixture
def once(tmp_path: Path) -> Callable[..., int]:
    return lambda **changes: run(RunRequest(tmp_path / "out", ("--model", "m"), warm=False, **changes))


def test_a_run_looks_once_and_is_over_when_every_question_has_an_answer(
    host: Tiny, once: Callable[..., int], tmp_path: Path, capfd: Any
) -> None:
    assert once() == 0
    shown = " ".join(capfd.readouterr().out.split())
    assert "ok the framework is there: seen" in shown
    assert f"{TASK} │ 2 │ 1.000 │" in shown
    assert once() == 0
    assert host.n_looks == 1
    assert not (tmp_path / "out/attempt-2").exists()


def test_failures_are_listed_and_the_next_attempt_is_made_without_another_look(
    host: Tiny, once: Callable[..., int], tmp_path: Path, capfd: Any
) -> None:
    host.left = [row("q0"), row("q1", "request_failed", raw="[LMMS_EVAL_REQUEST_FAILED: 503]")]
    assert once() == 1
    shown = " ".join(capfd.readouterr().out.split())
    assert f"request_failed 1 {TASK} q1: [LMMS_EVAL_REQUEST_FAILED: 503] next: the same command asks only" in shown
    host.left = [row("q0"), row("q1")]
    assert once() == 0
    assert host.n_looks == 1
    assert (tmp_path / "out/attempt-2/rows.json").is_file()


def test_rows_that_are_missing_and_a_framework_that_left_nothing_are_failures(
    host: Tiny, once: Callable[..., int], capfd: Any
) -> None:
    host.left = [row("q0")]
    assert once() == 1
    assert f"missing {TASK}: 1 questions have no row" in capfd.readouterr().out
    host.left = []
    assert once() == 1
    captured = capfd.readouterr().out
    assert f"missing {TASK}: 2 questions have no row" in captured
    assert "read what the framework printed above" in captured


def test_a_framework_that_leaves_with_an_error_after_all_answers_is_no_success(
    host: Tiny, once: Callable[..., int], capfd: Any
) -> None:
    host.status = 3
    assert once() == 1
    assert "tiny left with status 3" in capfd.readouterr().err


def test_a_signal_that_ended_the_framework_is_the_exit_status_as_shells_have_it(
    host: Tiny, once: Callable[..., int], capfd: Any
) -> None:
    host.status, host.left = -15, []
    assert once() == 143
    assert "ended by signal 15; the same command goes on" in capfd.readouterr().err


def test_empty_replies_are_asked_again_but_are_no_failure(
    host: Tiny, once: Callable[..., int], tmp_path: Path, capfd: Any
) -> None:
    host.left = [row("q0"), row("q1", "empty", raw="")]
    assert once() == 0
    assert "1 replies are empty" in capfd.readouterr().out
    assert once() == 0
    assert (tmp_path / "out/attempt-2").is_dir()


def test_faults_of_the_dataset_are_failures_that_asking_again_does_not_mend(
    host: Tiny, once: Callable[..., int], capfd: Any
) -> None:
    host.left = [row("q0"), row("q1", "media_error", note="MediaError: no video")]
    assert once() == 1
    shown = " ".join(capfd.readouterr().out.split())
    assert f"media_error 1 {TASK} q1: MediaError: no video" in shown
    assert "`links2 validate` says what is wrong" in shown
    assert "asks only what has no answer" not in shown


def test_a_dry_run_shows_everything_and_writes_nothing(
    host: Tiny, once: Callable[..., int], tmp_path: Path, capfd: Any
) -> None:
    assert once(dry_run=True) == 0
    assert not (tmp_path / "out").exists()
    assert f"│ {TASK} │ 2 │ 64 │ 2 │" in " ".join(capfd.readouterr().out.split())


def test_a_failed_check_keeps_a_run_from_starting(host: Tiny, once: Callable[..., int], tmp_path: Path) -> None:
    host.checks = (GOOD, Check("decord is installed", False, "no", "install it"))
    with pytest.raises(FrameworkError, match="decord is installed"):
        once()
    assert not (tmp_path / "out/run.json").exists()
    host.checks = (GOOD,)
    assert once() == 0


def test_other_arguments_another_version_or_another_dataset_are_refused_by_name(
    host: Tiny, once: Callable[..., int], make_dataset: Any, make_question: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    assert once() == 0
    host.given = {"model": ("other",)}
    with pytest.raises(FrameworkError, match="--model was 'm' before and was 'other' now"):
        once()
    with pytest.raises(FrameworkError, match="--model was 'm' before and was 'other' now"):
        once(dry_run=True)
    host.given = {"model": ("m",)}
    host.version = "2"
    with pytest.raises(FrameworkError, match="framework was 'tiny 1' before and is 'tiny 2' now"):
        once()
    host.version = "1"
    other = make_dataset(tmp_path / "other", [make_question("uav_localization", 0)])
    monkeypatch.setenv("LINKS2_DATA", str(other))
    with pytest.raises(FrameworkError, match=r"digest of dataset\.json was .* folder of the dataset was"):
        once()


def test_a_folder_of_something_else_is_left_alone(host: Tiny, once: Callable[..., int], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.tex").touch()
    with pytest.raises(FrameworkError, match="holds other things"):
        once()
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["thesis.tex"]


def test_a_framework_that_there_is_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(FrameworkError, match="There is no framework 'inspect': --framework is lmms-eval or vlmevalkit"):
        _conduct.host_of(RunRequest(tmp_path, (), framework="inspect"))


def test_the_command_line_hands_over_what_follows_the_dashes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[RunRequest] = []
    monkeypatch.setattr("links2_tasks.frameworks.run.run", lambda request: asked.append(request) or 7)
    ours = [
        "--out",
        str(tmp_path),
        "--chunk",
        "8",
        "--processes",
        "2",
        "--dry-run",
        "--no-warm",
        "--framework",
        "vlmevalkit",
    ]
    host = ["--model", "m", "--data", "LinkS2", "--limit=-1", "-b", "4"]
    for arguments in ([*ours, "--", *host], [*ours, *host]):
        result = CliRunner().invoke(app, ["run", *arguments])
        assert result.exit_code == 7, result.output
    expected = RunRequest(tmp_path, tuple(host), framework="vlmevalkit", chunk=8, processes=2, warm=False, dry_run=True)
    assert asked == [expected] * 2


# Rows and outcomes ----------------------------------------------------------------------------------------------------


def test_rows_are_read_from_numbers_and_from_text() -> None:
    as_text = {name: "" if value is None else str(value) for name, value in row("q", "none").items()}
    assert read_row(TASK, as_text) == read_row(TASK, row("q", "none"))
    assert read_row(TASK, row("q")).scored.prediction == "A"


def test_ids_that_stand_twice_in_a_damaged_file_are_told_apart() -> None:
    rows = with_ids_of_their_own([read_row(TASK, row("q", "bad_question")) for _ in range(3)])
    assert [each.scored.question_id for each in rows] == ["q", "q (2)", "q (3)"]
    assert outcome_of(rows, {TASK: 3}).failures[2].question_id == "q (3)"


def test_many_failures_are_counted_and_twenty_are_named(capfd: Any) -> None:
    rows = [read_row(TASK, row(f"q{index}", "request_failed", raw=f"why {index}")) for index in range(25)]
    print_outcome(outcome_of(rows, {TASK: 25}), "here")
    shown = capfd.readouterr().out
    assert "request_failed 25" in shown
    assert f"{TASK} q19: why 19" in shown
    assert f"{TASK} q20" not in shown
    assert "and 5 more" in shown


def test_a_row_of_an_unknown_task_is_shown_all_the_same() -> None:
    outcome = outcome_of([read_row("x", row("q", "bad_question", task=""))], {"x": 1})
    assert [summary.name for summary in outcome.boards["default"].dimensions] == ["other"]
    assert outcome.exit_status == 1
