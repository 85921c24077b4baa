"""Everything that data can have wrong with them in one dataset, through VLMEvalKit: each row says why, none costs another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fault_table import BAD_LINES, FAULTS, ODD_TEXT, SOUND, TASK, id_of, write_fault_table
from vlmeval_runs import HostRun, ask, needs_vlmeval, quiet_host, scripted, text_of

from links2_tasks.frameworks.vlmeval._messages import NOT_ASKED

pytestmark = needs_vlmeval

FRAMES, VIDEO = f"LinkS2-{TASK}", f"LinkS2-{TASK}_video"


@dataclass(frozen=True)
class Run:
    """One run of a model over one dataset, and the messages that it was sent."""

    dataset: str
    host: HostRun
    rows: dict[str, dict[str, Any]]
    asked: list[list[dict[str, str]]]


@pytest.fixture(scope="module", autouse=True)
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with quiet_host(tmp_path_factory.mktemp("host")):
        yield


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, make_dataset: Any, make_question: Any) -> Path:
    return write_fault_table(tmp_path_factory.mktemp("faults"), make_dataset, make_question)


@pytest.fixture(scope="module", params=[FRAMES, VIDEO])
def run(request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory, host: None) -> Run:
    work = tmp_path_factory.mktemp("work")
    with pytest.MonkeyPatch.context() as patch, scripted(lambda _: "A") as model:
        patch.setenv("LINKS2_DATA", str(root))
        patch.chdir(work)
        done = ask("scripted", [request.param], work / "out")
    assert [path.name for path in work.iterdir()] == ["out"], "nothing that a text says was done"
    return Run(request.param, done, done.rows(request.param), model.asked)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_in_its_row_and_nothing_is_asked(run: Run, name: str) -> None:
    row, fault = run.rows[id_of(name)], FAULTS[name]
    assert (row["reason"], row["prediction"], row["score"], row["raw"]) == (fault.reason, "", "0.0", NOT_ASKED)
    assert fault.told in row["note"]
    assert "Error: " in row["note"]
    assert row["manifest"] is None


@pytest.mark.parametrize("name", SOUND)
def test_sound_rows_are_asked_and_scored(run: Run, name: str) -> None:
    row = run.rows[id_of(name)]
    assert (row["reason"], row["prediction"], row["score"], row["raw"]) == ("letter", "A", "1.0", "A"), row["note"]
    assert row["manifest"]["n_frames"] == {"one frame": 1, "8k": 2}.get(name, 32)
    assert row["manifest"]["decoder"] == ("links2" if run.dataset == FRAMES else "host")


def test_every_line_has_one_row_and_is_counted(run: Run) -> None:
    bad_lines = {name: row for name, row in run.rows.items() if row["reason"] == "bad_question"}
    assert set(run.rows) - set(bad_lines) == {id_of(name) for name in (*SOUND, *FAULTS)}
    # They stand in lines 2 to 4 of the file.
    assert {name: row["note"].partition(" at line")[0] for name, row in bad_lines.items()} == {
        f"{TASK}.jsonl:{number}": told for number, told in enumerate(BAD_LINES.values(), start=2)
    }
    assert run.host.exit_status == 1
    metrics = run.host.metrics(run.dataset)
    assert (metrics["failed_questions"], metrics["failed_requests"]) == (len(FAULTS) + len(BAD_LINES), 0)
    assert metrics["micro_accuracy"] == pytest.approx(len(SOUND) / len(run.rows))


def test_only_sound_questions_are_sent_with_files_that_are_there(run: Run) -> None:
    assert len(run.asked) == len(SOUND)
    paths = [Path(item["value"]) for message in run.asked for item in message if item["type"] != "text"]
    assert paths
    assert all(path.is_file() for path in paths)


def test_a_text_with_signs_of_html_shells_and_templates_is_shown_as_it_is(run: Run) -> None:
    (shown,) = [text_of(message) for message in run.asked if "<script>" in text_of(message)]
    assert f"{ODD_TEXT}\nA. <b>bold</b>\nB. $(id)\nC. NA\nD. =1+1\n" in shown
    assert run.rows[id_of("odd text")]["region"] == "<i>$(id)</i>"
