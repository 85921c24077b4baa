"""A service that answers badly or not at all, through VLMEvalKit: what reaches the rows is never an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from broken_service import ANSWERED, BEHAVIOURS, TASK, broken_service, id_of, write_questions
from vlmeval_runs import HostRun, ask, needs_vlmeval, quiet_host

pytestmark = needs_vlmeval

FRAMES = f"LinkS2-{TASK}"


@pytest.fixture(scope="module", autouse=True)
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with quiet_host(tmp_path_factory.mktemp("host")):
        yield


@pytest.fixture(scope="module", params=[(), ("--api-mode", "--monitor-interval", "1")], ids=["plain", "api_mode"])
def run(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    make_dataset: Any,
    make_question: Any,
    host: None,
) -> HostRun:
    folder = tmp_path_factory.mktemp("broken")
    root: Path = write_questions(folder, make_dataset, make_question)
    with pytest.MonkeyPatch.context() as patch, broken_service() as url:
        patch.setenv("LINKS2_DATA", str(root))
        return ask("served", [FRAMES], folder / "out", "--base-url", url, "--retry", "2", *request.param)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_what_becomes_of_a_request(run: HostRun, behaviour: str) -> None:
    row = run.rows(FRAMES)[id_of(behaviour)]
    if behaviour in ANSWERED:
        assert (row["reason"], row["prediction"], row["score"], row["raw"]) == (
            "letter",
            "A",
            "1.0",
            "The answer is (A).",
        )
    else:
        assert (row["reason"], row["prediction"], row["score"]) == ("request_failed", "", "0.0")
        assert row["raw"].startswith("Failed to obtain answer via API.")
    # What was shown is known of failed requests too.
    assert row["manifest"]["n_frames"] == 32


def test_the_run_goes_on_to_the_end_and_its_exit_status_tells(run: HostRun) -> None:
    assert set(run.rows(FRAMES)) == {id_of(name) for name in BEHAVIOURS}
    assert run.exit_status == 1
    metrics = run.metrics(FRAMES)
    assert metrics["failed_requests"] == len(BEHAVIOURS) - len(ANSWERED)
    assert metrics["micro_accuracy"] == pytest.approx(len(ANSWERED) / len(BEHAVIOURS))
