"""Runs of VLMEvalKit that are killed, that stumble and that are continued; the host is the real one."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counting_notes import answer_to
from openai_service import Service, serving

from links2_tasks.frameworks.run import RunRequest
from links2_tasks.frameworks.run._log import records

TASKS = ("uav_localization", "route_planning")
N_QUESTIONS = 16
FRAMES, VIDEO = "LinkS2_8frame", "LinkS2_video"
IDS = [f"{task}-{index}" for task in TASKS for index in range(N_QUESTIONS)]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, make_dataset: Any, make_question: Any) -> Path:
    """Questions that name themselves."""
    questions = [
        make_question(task, index, question=f"Which one is it in {task}-{index}?")
        for task in TASKS
        for index in range(N_QUESTIONS)
    ]
    return make_dataset(tmp_path_factory.mktemp("data"), questions)


@pytest.fixture(autouse=True)
def _data(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKS2_DATA", str(root))


@pytest.fixture
def begin(vlmevalkit_host: Any, scenario: Any, tmp_path: Path) -> Any:
    """A run of the counting model, or of another one."""

    def make(name: str, dataset: str, *arguments: str, **environment: str) -> Any:
        asked = (*(arguments or ("--model", "counting")), "--data", dataset)
        request = RunRequest(out=tmp_path / name, arguments=asked, framework="vlmevalkit")
        rows = {f"{dataset}/{task}": N_QUESTIONS for task in TASKS}
        return scenario(vlmevalkit_host, request, rows, environment)

    return make


def kept(run: Any) -> int:
    """How many answers are kept."""
    return len(list(records(run.request.out / "answers/journal")))


@pytest.mark.parametrize("dataset", [FRAMES, VIDEO])
def test_a_run_that_is_killed_again_and_again_asks_nothing_twice_and_ends_as_if_it_had_not_been(
    begin: Any, killer: Any, dataset: str
) -> None:
    """By itself the host writes every 10 answers, or every 20 of a video dataset."""
    undisturbed = begin("undisturbed", dataset)
    assert undisturbed.attempt() == 0, undisturbed.log
    assert Counter(undisturbed.calls) == Counter(IDS)
    for (_, question), row in undisturbed.results().items():
        assert row.scored.prediction == answer_to(question)

    run = begin("killed", dataset, COUNTING_PAUSE_S="0.02")
    dice = random.Random(2604)
    statuses: list[int] = []
    while 0 not in statuses:
        n_kept, n_before = kept(run), len(run.calls)
        statuses.append(run.attempt(killer(lambda: len(run.calls), dice.choice([0, 1, 3, 6, 8]), dice.random() * 0.02)))
        # Of each attempt, at most the question that was on its way is lost.
        assert len(run.calls) - n_before - (kept(run) - n_kept) in (0, 1)
    n_kills = statuses.count(137)
    assert statuses == [137] * n_kills + [0], run.log
    assert n_kills >= 6
    assert len(run.calls) <= len(IDS) + n_kills
    assert run.results() == undisturbed.results()


def test_a_question_that_a_wrapper_stumbles_over_costs_itself_only_and_is_tried_again(begin: Any, capfd: Any) -> None:
    bad = "route_planning-3"
    run = begin("out", FRAMES, COUNTING_STUMBLES=bad)
    assert run.attempt() == 1
    assert Counter(run.calls) == Counter(IDS)
    shown = " ".join(capfd.readouterr().out.split())
    assert f"request_failed 1 {FRAMES}/route_planning {bad}: Failed to obtain answer via API. Counting raised" in shown
    # The host's own table, printed by its process, does not send the user to the host's own way.
    assert "counting" in run.log
    assert "answers that could not be obtained: 1" in run.log
    assert "next: " not in run.log
    run.environment.clear()
    n_before = len(run.calls)
    assert run.attempt() == 0
    assert run.calls[n_before:] == [bad]
    assert {row.scored.reason for row in run.results().values()} == {"letter"}
    assert run.attempt(lambda numbers: pytest.fail("a process was started")) == 0


def test_unreadable_media_stay_failures(
    begin: Any, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    questions = [
        make_question(task, index, question=f"Which one is it in {task}-{index}?")
        for task in TASKS
        for index in range(2)
    ]
    questions[0] = questions[0].model_copy(update={"video": "videos/gone.mp4"})
    monkeypatch.setenv("LINKS2_DATA", str(make_dataset(tmp_path / "data", questions)))
    run = begin("out", FRAMES)
    run.rows = {f"{FRAMES}/{task}": 2 for task in TASKS}
    for _ in range(2):
        assert run.attempt() == 1
        assert len(run.calls) == 3
        assert run.results()[f"{FRAMES}/uav_localization", "uav_localization-0"].scored.reason == "media_error"


# Served models ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as service:
        yield service


@pytest.mark.parametrize("mode", [(), ("--api-mode", "--monitor-interval", "1")], ids=["plain", "api_mode"])
def test_failed_requests_are_asked_again_when_the_service_is_back(
    begin: Any, service: Service, mode: tuple[str, ...]
) -> None:
    options = (
        "--model",
        "served",
        "--base-url",
        service.url,
        "--retry",
        "1",
        "--key",
        "secret-of-mine",
        "--api-nproc",
        "16",
        *mode,
    )
    run = begin("out", FRAMES, *options)
    service.status, service.fails_on = 500, "in route_planning-1"
    assert run.attempt() == 1, run.log
    failed = {question for (_, question), row in run.results().items() if row.scored.reason == "request_failed"}
    assert failed == {name for name in IDS if name.startswith("route_planning-1")}
    assert kept(run) == len(IDS) - len(failed)
    service.status = 200
    service.payloads.clear()
    assert run.attempt() == 0, run.log
    assert len(service.payloads) == len(failed)
    assert all("in route_planning-1" in json.dumps(payload) for payload in service.payloads)
    assert "secret-of-mine" not in (run.request.out / "run.json").read_text()


def test_a_service_that_takes_a_request_and_never_answers_costs_that_question_only(
    begin: Any, service: Service
) -> None:
    served = ("--model", "served", "--base-url", service.url, "--retry", "1", "--api-nproc", "16", "--timeout", "2")
    run = begin("out", FRAMES, *served)
    service.silent_on = "in route_planning-3?"
    assert run.attempt() == 1, run.log
    failed = {question for (_, question), row in run.results().items() if row.scored.reason == "request_failed"}
    assert failed == {"route_planning-3"}
    assert kept(run) == len(IDS) - 1
    service.silent_on = ""
    service.payloads.clear()
    assert run.attempt() == 0, run.log
    assert len(service.payloads) == 1
    assert {row.scored.reason for row in run.results().values()} == {"letter"}


# The look before a run --------------------------------------------------------------------------------------------------


@pytest.fixture
def look(vlmevalkit_host: Any, tmp_path: Path) -> Any:
    """Looks at the arguments of a run."""
    return lambda *arguments: vlmevalkit_host.ask(tmp_path / "log", "look", *arguments)


def test_a_look_finds_what_each_dataset_asks_and_shows(look: Any) -> None:
    plans = look("--model", "counting", "--data", "LinkS2-uav_localization", "LinkS2_8frame")["plans"]
    # The dataset has questions of two tasks, in the order of the tasks.
    asked = {plan["name"]: (len(plan["questions"]), plan["settings"]["n_frames"]) for plan in plans}
    assert asked == {
        "LinkS2-uav_localization/uav_localization": (N_QUESTIONS, 32),
        "LinkS2_8frame/uav_localization": (N_QUESTIONS, 8),
        "LinkS2_8frame/route_planning": (N_QUESTIONS, 8),
    }


@pytest.mark.parametrize(
    ("model", "dataset", "said"),
    [
        ("countin", FRAMES, "VLMEvalKit knows no model 'countin'"),
        ("InternVL3-8B", VIDEO, "Use the dataset without `_video`"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_starts(look: Any, model: str, dataset: str, said: str) -> None:
    assert said in look("--model", model, "--data", dataset)["error"]
