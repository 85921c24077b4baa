"""A service that answers badly or not at all, through lmms-eval: what reaches the rows is never an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from broken_service import ANSWERED, BEHAVIOURS, TASK, broken_service, id_of, write_questions

NAME = f"links2_{TASK}"


@pytest.fixture(scope="module")
def result(run_host: Any, tmp_path_factory: pytest.TempPathFactory, make_dataset: Any, make_question: Any) -> Any:
    root: Path = write_questions(tmp_path_factory.mktemp("broken"), make_dataset, make_question)
    with pytest.MonkeyPatch.context() as patch, broken_service() as url:
        patch.setenv("LINKS2_DATA", str(root))
        # The client's own pauses between its tries.
        patch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.0)
        patch.setattr("openai._base_client.MAX_RETRY_DELAY", 0.0)
        arguments = f"model_version=served,base_url={url},api_key=none,max_retries=2,retry_backoff_s=0,num_concurrent=1"
        return run_host("openai", [NAME], model_args=arguments)


@pytest.fixture(scope="module")
def rows(result: Any) -> dict[str, dict[str, Any]]:
    return {row["links2_accuracy"]["id"]: row["links2_accuracy"] for row in result["samples"][NAME]}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_what_becomes_of_a_request(rows: dict[str, dict[str, Any]], behaviour: str) -> None:
    row = rows[id_of(behaviour)]
    if behaviour in ANSWERED:
        assert (row["reason"], row["prediction"], row["score"], row["raw"]) == (
            "letter",
            "A",
            1.0,
            "The answer is (A).",
        )
    elif behaviour in ("an empty answer", "no content"):
        assert (row["reason"], row["prediction"], row["score"], row["raw"]) == ("empty", None, 0.0, "")
    else:
        assert (row["reason"], row["prediction"], row["score"]) == ("request_failed", None, 0.0)
        assert row["raw"].startswith("[LMMS_EVAL_REQUEST_FAILED")
    # What was shown is known of failed requests too.
    assert row["manifest"]["n_frames"] == 32


def test_the_run_goes_on_to_the_end(result: Any, rows: dict[str, dict[str, Any]]) -> None:
    assert set(rows) == {id_of(name) for name in BEHAVIOURS}
    assert result["results"][NAME]["links2_accuracy,none"] == pytest.approx(len(ANSWERED) / len(BEHAVIOURS))
