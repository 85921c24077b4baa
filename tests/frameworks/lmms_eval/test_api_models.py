"""Models behind an OpenAI-compatible service: what lmms-eval sends for a links2 prompt, and what a failure becomes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai_service import Service, image_in, parts_of, serving


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as service:
        yield service


def ask(run_host: Any, service: Service, model: str = "openai", **changes: Any) -> dict[str, Any]:
    """Evaluate a served model on one task."""
    arguments = f"model_version=served,base_url={service.url},api_key=none,max_retries=1,num_concurrent=1"
    options = {"limit": 1, "model_args": arguments, **changes}
    return run_host(model, ["links2_uav_localization"], **options)


def test_frames_then_satellite_image_then_question_are_sent_in_order(
    run_host: Any, tiny_data: Path, service: Service
) -> None:
    run = ask(run_host, service)
    (payload,) = service.payloads
    parts = parts_of(payload)
    kinds = [part["type"] for part in parts]
    images = [image_in(part).size for part in parts if part["type"] == "image_url"]
    assert images == [(96, 64)] * 32 + [(100, 80)]
    assert kinds == ["text"] + ["text", "image_url"] * 33 + ["text"]
    assert "satellite" in parts[-3]["text"].lower()
    assert "Which one of the uav localization is it?" in parts[-1]["text"]
    times_s = run["samples"]["links2_uav_localization"][0]["links2_accuracy"]["manifest"]["times_s"]
    assert f"{times_s[5]:.1f}" in parts[11]["text"]


def test_the_reply_is_scored_and_the_row_tells_what_was_shown(run_host: Any, tiny_data: Path, service: Service) -> None:
    row = ask(run_host, service)["samples"]["links2_uav_localization"][0]["links2_accuracy"]
    assert (row["prediction"], row["score"], row["raw"]) == ("A", 1.0, "The answer is (A).")
    assert row["manifest"]["decoder"] == "links2"
    assert len(row["manifest"]["pixel_sha256"]) == 64
    assert row["note"] == ""


def test_decoding_is_greedy_with_room_to_think(run_host: Any, tiny_data: Path, service: Service) -> None:
    ask(run_host, service)
    assert service.payloads[0]["temperature"] == 0
    assert service.payloads[0]["max_tokens"] == 1024
    assert "stop" not in service.payloads[0]


def test_the_asynchronous_client_sends_the_same(run_host: Any, tiny_data: Path, service: Service) -> None:
    arguments = f"model_version=served,base_url={service.url},api_key=none,max_retries=1,num_cpus=1"
    run = ask(run_host, service, model="async_openai", model_args=arguments)
    parts = parts_of(service.payloads[0])
    assert [part["type"] for part in parts].count("image_url") == 33
    assert run["results"]["links2_uav_localization"]["links2_accuracy,none"] == 1.0


def test_a_failed_request_is_no_answer(run_host: Any, tiny_data: Path, service: Service) -> None:
    """The host reports a failure as reply text, and this one even holds an option's letter."""
    service.status = 500
    run = ask(run_host, service)
    row = run["samples"]["links2_uav_localization"][0]["links2_accuracy"]
    assert row["raw"].startswith("[LMMS_EVAL_REQUEST_FAILED")
    assert (row["reason"], row["prediction"], row["score"]) == ("request_failed", None, 0.0)
    assert run["results"]["links2_uav_localization"]["links2_extraction_failure,none"] == 1.0


def test_thinking_is_not_read_as_the_answer(run_host: Any, tiny_data: Path, service: Service) -> None:
    service.reply = "<think>It could be A, surely A.</think>\n\nAnswer: B"
    row = ask(run_host, service)["samples"]["links2_uav_localization"][0]["links2_accuracy"]
    assert row["prediction"] == "B"


def test_a_reply_from_the_host_s_cache_is_scored_and_says_that_no_prompt_was_built(
    run_host: Any, tiny_data: Path, service: Service, tmp_path: Path
) -> None:
    rows = []
    for _ in range(2):
        run = ask(run_host, service, use_cache=str(tmp_path))
        rows.append(run["samples"]["links2_uav_localization"][0]["links2_accuracy"])
    assert len(service.payloads) == 1
    assert [row["score"] for row in rows] == [1.0, 1.0]
    assert rows[0]["manifest"] is not None
    assert rows[1]["manifest"] is None
    assert "came from a cache or another run" in rows[1]["note"]
