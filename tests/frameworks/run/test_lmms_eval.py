"""Runs of lmms-eval that are killed, that stumble and that are continued; the host is the real one."""

from __future__ import annotations

import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counting_notes import answer_to
from openai_service import Service, serving

from links2_tasks import taxonomy
from links2_tasks.frameworks.run import RunRequest

N_QUESTIONS = 4
TASKS = [task.lmms_eval_name for task in taxonomy.tasks()]
ROWS = dict.fromkeys(TASKS, N_QUESTIONS)
N_ROWS = sum(ROWS.values())
ROWS_OF_TWO = dict.fromkeys(TASKS[:2], N_QUESTIONS)
CHUNK = 4


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, make_dataset: Any, make_question: Any) -> Path:
    """Four questions of each task."""
    questions = [make_question(task.name, index) for task in taxonomy.tasks() for index in range(N_QUESTIONS)]
    return make_dataset(tmp_path_factory.mktemp("data"), questions)


@pytest.fixture(autouse=True)
def _data(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKS2_DATA", str(root))


@pytest.fixture
def begin(lmms_eval_host: Any, scenario: Any, tmp_path: Path) -> Any:
    """A run of the counting model, or of another one."""

    def make(name: str = "out", *arguments: str, rows: dict[str, int] = ROWS, **changes: Any) -> Any:
        tasks = ("--tasks", ",".join(rows)) if rows is not ROWS else ("--tasks", "links2_all")
        asked = (*(arguments or ("--model", "counting")), *tasks)
        environment = changes.pop("environment", {})
        request = RunRequest(out=tmp_path / name, arguments=asked, chunk=CHUNK)
        return scenario(lmms_eval_host, request, dict(rows), environment, **changes)

    return make


@pytest.fixture(scope="module")
def undisturbed(lmms_eval_host: Any, scenario: Any, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A run from its beginning to its end."""
    request = RunRequest(
        out=tmp_path_factory.mktemp("run") / "out",
        arguments=("--model", "counting", "--tasks", "links2_all"),
        chunk=CHUNK,
    )
    whole = scenario(lmms_eval_host, request, ROWS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINKS2_DATA", str(root))
        assert whole.attempt() == 0, whole.log
    return whole


def stored(out: Path) -> Counter[str]:
    """How many answers of each task are kept, whichever process and attempt had them."""
    found: dict[str, str] = {}
    for path in (out / "answers/cache").rglob("*.db"):
        connection = sqlite3.connect(path)
        found.update(connection.execute("SELECT cache_key, task_name || '#' || doc_id FROM responses"))
        connection.close()
    return Counter(found.values())


def question_at(place: str) -> str:
    """The question of a stored answer; documents are ordered by clip, then by question."""
    task, doc_id = place.split("#")
    order = sorted(range(N_QUESTIONS), key=lambda index: (index % 2, index))
    return f"{task.removeprefix('links2_')}-{order[int(doc_id)]}"


def whole_rows(run: Any) -> dict[tuple[str, str], Any]:
    """The host's samples of the last attempt, with what was shown; without what the host adds about this attempt."""
    found = {}
    for path in run.last.rglob("*_samples_*.jsonl"):
        for line in path.read_text().splitlines():
            row = json.loads(line)["links2_accuracy"]
            found[path.stem.partition("_samples_")[2], row["id"]] = row
    return found


def aggregated(run: Any) -> dict[str, Any]:
    """The host's figures of the last attempt."""
    (path,) = run.last.rglob("*_results.json")
    return json.loads(path.read_text())["results"]


def test_every_question_is_asked_once_and_scored(undisturbed: Any) -> None:
    rows = undisturbed.results()
    assert len(rows) == N_ROWS
    assert Counter(undisturbed.calls) == Counter(question for _, question in rows)
    for (_, question), row in rows.items():
        assert row.scored.prediction == answer_to(question)
        assert row.scored.score == float(answer_to(question) == "ABCD"[int(question[-1]) % 4])


def test_a_run_that_is_killed_again_and_again_asks_no_stored_question_twice_and_ends_as_if_it_had_not_been(
    begin: Any, killer: Any, undisturbed: Any
) -> None:
    run = begin(environment={"COUNTING_PAUSE_S": "0.02"})
    dice = random.Random(2604)
    statuses: list[int] = []
    while 0 not in statuses:
        kept = {question_at(place) for place in stored(run.request.out)}
        n_before = len(run.calls)
        # Some kills fall into the start of the host, most into its asking; at last none comes in time.
        statuses.append(run.attempt(killer(lambda: len(run.calls), dice.randrange(9), dice.random() * 0.04)))
        assert not kept & set(run.calls[n_before:])
    n_kills = statuses.count(137)
    assert statuses == [137] * n_kills + [0], run.log
    # With those of VLMEvalKit more than 20 runs are killed, usually twice as many.
    assert n_kills >= 12
    assert len(run.calls) <= N_ROWS + n_kills * CHUNK
    assert whole_rows(run) == whole_rows(undisturbed)
    assert aggregated(run) == aggregated(undisturbed)
    assert all(row["manifest"]["n_frames"] == 32 for row in whole_rows(run).values())


def test_a_damaged_database_costs_no_answer(begin: Any, killer: Any) -> None:
    """The host has each answer in a log as well, and fills a new database from it."""
    run = begin(rows=ROWS_OF_TWO, environment={"COUNTING_PAUSE_S": "0.02"})
    assert run.attempt(killer(lambda: len(run.calls), 6, 0.0)) == 137
    assert len(stored(run.request.out)) == CHUNK
    (database,) = run.request.out.rglob("rank_0.db")
    for part in database.parent.glob("rank_0.db*"):
        part.write_bytes(b"no database")
    n_before = len(run.calls)
    assert run.attempt() == 0, run.log
    assert len(run.calls[n_before:]) == 2 * N_QUESTIONS - CHUNK


def test_sampled_answers_are_kept_too(begin: Any, killer: Any, undisturbed: Any) -> None:
    """The host by itself stores greedy ones only; but all answers of a run belong together."""
    sampling = ("--gen_kwargs", "temperature=0.7,do_sample=True")
    run = begin("out", "--model", "counting", *sampling, rows=ROWS_OF_TWO, environment={"COUNTING_PAUSE_S": "0.02"})
    assert run.attempt(killer(lambda: len(run.calls), 6, 0.0)) == 137
    kept = {question_at(place) for place in stored(run.request.out)}
    assert len(kept) == CHUNK
    n_before = len(run.calls)
    assert run.attempt() == 0, run.log
    assert not kept & set(run.calls[n_before:])
    assert len(run.calls[n_before:]) == 2 * N_QUESTIONS - CHUNK


def test_a_run_that_is_over_starts_nothing(undisturbed: Any, capfd: Any) -> None:
    n_calls = len(undisturbed.calls)
    assert undisturbed.attempt(lambda numbers: pytest.fail("a process was started")) == 0
    assert len(undisturbed.calls) == n_calls
    assert "attempt-1" in capfd.readouterr().out


def test_a_question_that_a_model_stumbles_over_costs_itself_only_and_is_tried_again(
    begin: Any, undisturbed: Any, capfd: Any
) -> None:
    bad = "heading_estimation-2"
    run = begin(environment={"COUNTING_STUMBLES": bad})
    assert run.attempt() == 1
    shown = " ".join(capfd.readouterr().out.split())
    assert f"request_failed 1 links2_heading_estimation {bad}: [LMMS_EVAL_REQUEST_FAILED: RuntimeError" in shown
    assert "the same command asks only what has no answer" in shown
    rows, wanted = run.results(), undisturbed.results()
    failed = rows.pop(("links2_heading_estimation", bad))
    assert (failed.scored.reason, failed.scored.prediction, failed.scored.score) == ("request_failed", None, 0.0)
    mended = wanted.pop(("links2_heading_estimation", bad))
    assert rows == wanted

    n_before = len(run.calls)
    assert run.attempt() == 1
    assert run.calls[n_before:] == [bad]
    run.environment.clear()
    assert run.attempt() == 0
    assert run.calls[n_before:] == [bad, bad]
    assert run.results() == {**wanted, ("links2_heading_estimation", bad): mended}


def test_a_model_that_stumbles_over_everything_is_not_asked_for_hours(begin: Any) -> None:
    every = " ".join(f"{task.name}-{index}" for task in taxonomy.tasks() for index in range(N_QUESTIONS))
    run = begin(environment={"COUNTING_STUMBLES": every})
    assert run.attempt() == 1
    assert 16 <= len(set(run.calls)) < 16 + CHUNK
    rows = run.results()
    assert len(rows) == N_ROWS
    assert {row.scored.reason for row in rows.values()} == {"request_failed"}
    assert sum("not asked, since the 16 requests before" in row.note for row in rows.values()) == N_ROWS - 16
    assert not stored(run.request.out)


def test_a_host_that_breaks_off_is_a_failure_with_its_own_words(begin: Any, capfd: Any) -> None:
    run = begin("out", "--model", "counting", rows={TASKS[0]: 4}, environment={"COUNTING_BREAKS": "no weights there"})
    assert run.attempt() == 1
    assert "OSError: no weights there" in run.log
    captured = capfd.readouterr()
    assert f"missing {TASKS[0]}: 4 questions have no row in the results" in captured.out
    assert "lmms-eval left with status 1" in captured.err


def test_questions_whose_media_cannot_be_read_are_named_and_stay_failures(
    begin: Any, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: Any
) -> None:
    """In a later attempt as well, which finds the other answers stored."""
    questions = [make_question("uav_localization", index) for index in range(3)]
    questions[1] = questions[1].model_copy(update={"video": "videos/gone.mp4"})
    monkeypatch.setenv("LINKS2_DATA", str(make_dataset(tmp_path / "data", questions)))
    run = begin(rows={"links2_uav_localization": 3})
    for n_asked in (3, 4):
        assert run.attempt() == 1
        reasons = [
            run.results()["links2_uav_localization", f"uav_localization-{index}"].scored.reason for index in range(3)
        ]
        assert reasons == ["letter", "media_error", "letter"]
        assert len(run.calls) == n_asked
        assert "media_error 1 links2_uav_localization uav_localization-1: " in " ".join(capfd.readouterr().out.split())


# Several processes ------------------------------------------------------------------------------------------------------


def test_two_processes_answer_as_one_does(begin: Any, undisturbed: Any) -> None:
    run = begin(ranks=2)
    assert run.attempt() == 0, run.log
    assert Counter(run.calls) == Counter(undisturbed.calls)
    assert whole_rows(run) == whole_rows(undisturbed)
    # The host adds up in another order.
    assert figures(run) == pytest.approx(figures(undisturbed), rel=1e-12)


def test_what_two_killed_processes_have_answered_is_asked_by_no_other_number_of_processes(
    begin: Any, killer: Any, undisturbed: Any
) -> None:
    run = begin(environment={"COUNTING_PAUSE_S": "0.02"}, ranks=2)
    assert run.attempt(killer(lambda: len(run.calls), 20, 0.0)) == 137, run.log
    kept = {question_at(place) for place in stored(run.request.out)}
    assert 8 <= len(kept) < N_ROWS
    run.ranks, n_before = 1, len(run.calls)
    assert run.attempt() == 0, run.log
    assert set(run.calls[n_before:]) == set(undisturbed.calls) - kept
    assert len(run.calls[n_before:]) == N_ROWS - len(kept)
    assert whole_rows(run) == whole_rows(undisturbed)


def figures(run: Any) -> dict[str, float]:
    """Each metric of each task."""
    return {
        f"{task} {name}": value
        for task, metrics in aggregated(run).items()
        for name, value in metrics.items()
        if isinstance(value, float)
    }


# Served models ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as service:
        yield service


@pytest.fixture
def served(begin: Any, service: Service) -> Any:
    """A run of a served model on four questions that a request can be told by."""
    arguments = f"model_version=served,base_url={service.url},api_key=secret-of-mine,max_retries=1,num_concurrent=4"
    return begin("out", "--model", "openai", "--model_args", arguments, rows=dict.fromkeys(TASKS[:6], N_QUESTIONS))


def test_failed_requests_are_no_answers_and_are_asked_again_when_the_service_is_back(
    served: Any, service: Service
) -> None:
    n_rows = sum(served.rows.values())
    service.status, service.fails_on = 500, "object counting"
    assert served.attempt() == 1
    reasons = Counter((task, row.scored.reason) for (task, _), row in served.results().items())
    assert reasons == {
        (task, "request_failed" if task == "links2_object_counting" else "letter"): N_QUESTIONS for task in served.rows
    }
    n_before = len(service.payloads)
    service.status = 200
    assert served.attempt() == 0
    again = service.payloads[n_before:]
    assert len(again) == N_QUESTIONS
    assert all("object counting" in json.dumps(payload["messages"]) for payload in again)
    assert len(stored(served.request.out)) == n_rows
    assert {row.scored.reason for row in served.results().values()} == {"letter"}


def test_a_service_that_is_down_is_not_asked_everything(served: Any, service: Service) -> None:
    service.status = 500
    assert served.attempt() == 1
    # The client itself tries each of 16 requests three times.
    assert len(service.payloads) == 48
    assert sum("not asked" in row.note for row in served.results().values()) == 8
    service.payloads.clear()
    service.status = 200
    assert served.attempt() == 0
    assert len(service.payloads) == 24


@pytest.mark.parametrize(
    ("model", "arguments", "environment"),
    [
        # lmms-eval takes `timeout` for this one and does not hand it on, so the client's own time counts.
        ("openai", "num_concurrent=4", {"CLIENT_TIMEOUT_S": "2"}),
        ("async_openai", "num_cpus=4,timeout=2", {}),
    ],
)
def test_a_service_that_takes_a_request_and_never_answers_costs_those_questions_only(
    begin: Any, service: Service, model: str, arguments: str, environment: dict[str, str]
) -> None:
    told = f"model_version=served,base_url={service.url},api_key=none,max_retries=1,{arguments}"
    rows = dict.fromkeys(TASKS[:3], N_QUESTIONS)
    run = begin("out", "--model", model, "--model_args", told, rows=rows, environment=environment)
    service.silent_on = "object counting"
    assert run.attempt() == 1, run.log
    reasons = Counter((task, row.scored.reason) for (task, _), row in run.results().items())
    assert reasons == {
        (task, "request_failed" if task == "links2_object_counting" else "letter"): N_QUESTIONS for task in rows
    }
    failed = [row for row in run.results().values() if row.scored.reason == "request_failed"]
    assert {row.scored.score for row in failed} == {0.0}
    assert all("timed out" in row.note for row in failed)
    assert len(stored(run.request.out)) == sum(rows.values()) - N_QUESTIONS
    service.silent_on, n_before = "", len(service.payloads)
    assert run.attempt() == 0, run.log
    again = service.payloads[n_before:]
    # More than one request a question where the machine is so busy that the client tries again.
    assert len(again) >= N_QUESTIONS
    assert all("object counting" in json.dumps(payload["messages"]) for payload in again)
    assert {row.scored.reason for row in run.results().values()} == {"letter"}


def test_a_key_does_not_stand_in_the_record_of_the_run(served: Any) -> None:
    assert served.attempt() == 0
    text = (served.request.out / "run.json").read_text()
    assert "secret-of-mine" not in text
    assert "model_version=served" in text
