"""Models behind an OpenAI-compatible service: what VLMEvalKit sends for a question, and what a failed request costs."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openai_service import Service, image_in, parts_of, serving
from vlmeval_runs import HostRun, ask, needs_vlmeval, quiet_host

from links2_tasks.frameworks.vlmeval._host import find_host
from links2_tasks.frameworks.vlmeval._names import find
from links2_tasks.media import probe_video
from links2_tasks.prompt import Image, build_prompt
from links2_tasks.schema import Question

pytestmark = needs_vlmeval

TASK = "uav_localization"
FRAMES, VIDEO = f"LinkS2-{TASK}", f"LinkS2-{TASK}_video"


def written(make_question: Any, index: int) -> Question:
    """A question that a request can be told by."""
    return make_question(TASK, index, question=f"Which one is it in question {index}?")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, make_dataset: Any, make_question: Any) -> Path:
    return make_dataset(tmp_path_factory.mktemp("data"), [written(make_question, index) for index in range(6)])


@pytest.fixture(scope="module", autouse=True)
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with quiet_host(tmp_path_factory.mktemp("host")):
        yield


@pytest.fixture(autouse=True)
def data(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKS2_DATA", str(root))


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as service:
        yield service


def options_for(service: Service, dataset: str) -> list[str]:
    """How the host is told of the service."""
    return ["--base-url", service.url, "--retry", "1", *(["--video-llm"] if dataset == VIDEO else [])]


def ask_service(service: Service, dataset: str, work_dir: Path, *options: str) -> HostRun:
    """One run, after which the service's list holds the requests of this run only."""
    service.payloads.clear()
    return ask("served", [dataset], work_dir, *options_for(service, dataset), *options)


def payload_of(service: Service, index: int) -> dict[str, Any]:
    """The one request for a question."""
    (found,) = [each for each in service.payloads if f"in question {index}?" in json.dumps(each)]
    return found


def nearest(image: np.ndarray, originals: list[np.ndarray]) -> int:
    """The place of the original that differs least."""
    return int(np.argmin([np.abs(image.astype(int) - each).mean() for each in originals]))


MODES = pytest.mark.parametrize("mode", [(), ("--api-mode", "--monitor-interval", "1")], ids=["plain", "api_mode"])
"""VLMEvalKit has two ways to ask a service; the second builds prompts of videos and scores in other processes."""


@MODES
def test_text_and_images_are_sent_in_the_prompts_order(
    service: Service, root: Path, make_question: Any, tmp_path: Path, mode: tuple[str, ...]
) -> None:
    run = ask_service(service, FRAMES, tmp_path, *mode)
    assert run.exit_status == 0
    assert len(service.payloads) == 6
    parts = parts_of(payload_of(service, 3))
    prompt = build_prompt(written(make_question, 3), find(FRAMES).sampling.settings, root)
    assert [part["type"] for part in parts] == ["text"] + ["text", "image_url"] * 33 + ["text"]
    for sent, part in zip(parts, prompt.parts, strict=True):
        assert isinstance(part, Image) or sent["text"] == part.text
    shown = [part.pixels for part in prompt.parts if isinstance(part, Image)]
    received = [np.asarray(image_in(part)) for part in parts if part["type"] == "image_url"]
    assert (
        [image.shape for image in received] == [pixels.shape for pixels in shown] == [(64, 96, 3)] * 32 + [(80, 100, 3)]
    )
    # JPEG changes pixels, and still each image is nearest to its own original.
    for position in range(32):
        assert nearest(received[position], shown[:32]) == position
    assert parts[-1]["text"].startswith("Which one is it in question 3?\nA. ")


@MODES
def test_a_video_of_the_planned_frames_is_sent_before_the_map(
    service: Service, tmp_path: Path, mode: tuple[str, ...]
) -> None:
    run = ask_service(service, VIDEO, tmp_path, *mode)
    assert run.exit_status == 0
    parts = parts_of(payload_of(service, 3))
    assert [part["type"] for part in parts] == ["text", "video_url", "text", "image_url", "text"]
    head, content = parts[1]["video_url"]["url"].split(",", 1)
    assert head == "data:video/mp4;base64"
    (tmp_path / "sent.mp4").write_bytes(base64.b64decode(content))
    assert probe_video(tmp_path / "sent.mp4").n_frames == 32
    assert image_in(parts[3]).size == (100, 80)
    assert "Which one is it in question 3?" in parts[4]["text"]


@MODES
@pytest.mark.parametrize("dataset", [FRAMES, VIDEO])
def test_replies_are_scored_and_rows_tell_what_was_shown(
    service: Service, tmp_path: Path, dataset: str, mode: tuple[str, ...]
) -> None:
    """Also where the prompts are built in one process and scored in another."""
    rows = ask_service(service, dataset, tmp_path, *mode).rows(dataset)
    assert {row["raw"] for row in rows.values()} == {"The answer is (A)."}
    assert [name for name, row in rows.items() if row["score"] == "1.0"] == [f"{TASK}-0", f"{TASK}-4"]
    for row in rows.values():
        assert (row["prediction"], row["reason"], row["manifest"]["n_frames"]) == ("A", "letter", 32)
        assert row["manifest"]["decoder"] == ("links2" if dataset == FRAMES else "host")


@MODES
@pytest.mark.parametrize("dataset", [FRAMES, VIDEO])
def test_a_failed_request_is_told_from_answers_and_the_next_run_asks_it_alone(
    service: Service, tmp_path: Path, dataset: str, mode: tuple[str, ...]
) -> None:
    service.status, service.fails_on = 500, "in question 3?"
    first = ask_service(service, dataset, tmp_path, *mode)
    assert first.exit_status == 1
    assert len(service.payloads) == 6
    rows = first.rows(dataset)
    failed = rows.pop(f"{TASK}-3")
    assert (failed["reason"], failed["prediction"], failed["score"]) == ("request_failed", "", "0.0")
    assert failed["raw"] == "Failed to obtain answer via API."
    assert {row["reason"] for row in rows.values()} == {"letter"}
    assert first.metrics(dataset)["failed_requests"] == 1

    service.status = 200
    wait_for_another_second(first, mode)
    second = ask_service(service, dataset, tmp_path, *mode, "--reuse")
    assert second.exit_status == 0
    assert service.payloads == [payload_of(service, 3)]
    assert second.rows(dataset)[f"{TASK}-3"]["reason"] == "letter"
    assert {name: row for name, row in second.rows(dataset).items() if name != f"{TASK}-3"} == rows


@pytest.mark.parametrize("dataset", [FRAMES, VIDEO])
def test_an_interrupted_run_keeps_the_answers_that_had_arrived(service: Service, tmp_path: Path, dataset: str) -> None:
    """In a process of its own: an interruption comes whenever it comes, also amid what a test runner does."""
    running: list[subprocess.Popen[bytes]] = []

    def interrupt(number: int) -> None:
        if number == 4:
            # Long enough for the third answer to be written.
            time.sleep(0.5)
            running[0].send_signal(signal.SIGINT)

    service.payloads.clear()
    service.before_reply = interrupt
    command = [sys.executable, "-m", "links2_tasks.frameworks.vlmeval", "--data", dataset, "--model", "served"]
    command += ["--work-dir", str(tmp_path), *options_for(service, dataset), "--api-nproc", "1"]
    running.append(subprocess.Popen(command, cwd=tmp_path))
    assert running[0].wait(timeout=180) != 0
    service.before_reply = lambda _: None
    run = ask_service(service, dataset, tmp_path, "--reuse")
    # The fourth answer came together with the interruption.
    assert 2 <= len(service.payloads) <= 3
    assert run.exit_status == 0
    assert {row["reason"] for row in run.rows(dataset).values()} == {"letter"}


def test_old_answers_are_taken_even_without_reuse(service: Service, tmp_path: Path, capfd: Any) -> None:
    """ms-vlmeval's one folder for each model; upstream starts afresh. The run says so before it begins."""
    if find_host().kind != "package":
        pytest.skip("upstream makes a folder for each run")
    ask_service(service, FRAMES, tmp_path)
    capfd.readouterr()
    assert ask_service(service, FRAMES, tmp_path).exit_status == 0
    assert service.payloads == []
    assert "takes them even without --reuse" in " ".join(capfd.readouterr().err.split())


def test_no_request_is_spent_on_a_question_without_a_prompt(
    service: Service, tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound, broken = (make_question(TASK, index, question=f"Which one is it in question {index}?") for index in (0, 1))
    broken = broken.model_copy(update={"video": "videos/gone.mp4"})
    monkeypatch.setenv("LINKS2_DATA", str(make_dataset(tmp_path / "data", [sound, broken])))
    run = ask_service(service, FRAMES, tmp_path / "out")
    assert run.exit_status == 1
    assert service.payloads == [payload_of(service, 0)]
    assert run.rows(FRAMES)[f"{TASK}-1"]["reason"] == "media_error"


def wait_for_another_second(run: HostRun, mode: tuple[str, ...]) -> None:
    """The API mode names a folder for each run by the second."""
    while mode and (run.folder / time.strftime("T%Y%m%d-%H%M%S")).exists():
        time.sleep(0.05)
