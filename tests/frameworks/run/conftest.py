"""Runs whose framework is a fork of a process that has imported it; see `forking_host`."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.frameworks.run import RunRequest
from links2_tasks.frameworks.run._conduct import _facts, conduct, host_of
from links2_tasks.frameworks.run._folder import OutFolder
from links2_tasks.frameworks.run._hold import held
from links2_tasks.frameworks.run._record import RunRecord, read_record, write_record
from links2_tasks.frameworks.run._rows import LabelledRow

sys.path.insert(0, str(Path(__file__).parent))

CHILD_MODULES = ("links2_tasks.frameworks.run.lmms_eval_child", "links2_tasks.frameworks.run.vlmeval_child")


class ForkingHost:
    """A framework that has been imported; gives processes of it."""

    def __init__(self, framework: str, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ("LINKS2_DATA", "PRED_FORMAT")},
            "HF_HOME": str(folder / "hf"),
            "HF_DATASETS_CACHE": str(folder / "hf/datasets"),
            "HF_HUB_OFFLINE": "1",
            "XDG_CACHE_HOME": str(folder / "xdg"),
            "LMUData": str(folder / "lmu"),
            "TOKENIZERS_PARALLELISM": "false",
            "NO_PROXY": "127.0.0.1",
        }
        script = Path(__file__).with_name("forking_host.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script), framework],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._said() == "ready"

    def fork(self, arguments: Sequence[str], environments: Sequence[Mapping[str, str]]) -> list[int]:
        """Start processes; their numbers."""
        assert self._process.stdin is not None
        order = {"arguments": list(arguments), "environments": [dict(each) for each in environments]}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._said()

    def wait(self) -> list[int]:
        """Their exit statuses."""
        return self._said()

    def ask(self, log: Path, *arguments: str) -> Any:
        """What `look` or `options` of `forking_host` finds."""
        self.fork(arguments, [{**self.environment, **_dataset(), "RUN_LOG": str(log)}])
        self.wait()
        return json.loads(log.read_text().splitlines()[-1])

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)

    def _said(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@dataclass
class Scenario:
    """A run in a folder, attempt after attempt, with a model that counts."""

    host: ForkingHost
    request: RunRequest
    rows: dict[str, int]
    """How many rows each task must have."""
    environment: dict[str, str] = field(default_factory=dict)
    ranks: int = 1
    log: str = ""
    """What the last attempt printed."""

    @property
    def calls_file(self) -> Path:
        return self.request.out.with_name(f"{self.request.out.name}-calls")

    @property
    def calls(self) -> list[str]:
        """Ids of the questions that were asked, in all attempts."""
        return self.calls_file.read_text().split() if self.calls_file.exists() else []

    def attempt(self, disturb: Callable[[list[int]], None] = lambda numbers: None) -> int:
        """What `links2 run` does once all has been looked at; its exit status.

        Args:
            disturb: Called with the numbers of the framework's processes while they run.
        """
        folder = OutFolder(self.request.out)

        def start(command: Sequence[str], variables: Mapping[str, str | None]) -> int:
            module = next(position for position, word in enumerate(command) if word in CHILD_MODULES)
            log = self.request.out / "log"
            environment = {
                **self.host.environment,
                **_dataset(),
                "COUNTING_CALLS": str(self.calls_file),
                "RUN_LOG": str(log),
                **self.environment,
                **{name: value for name, value in variables.items() if value is not None},
            }
            numbers = self.host.fork(command[module + 1 :], _ranked(environment, self.ranks))
            disturb(numbers)
            statuses = self.host.wait()
            # A process may be killed before it has begun to write.
            self.log = log.read_text(errors="replace") if log.exists() else ""
            return next((status for status in statuses if status), 0)

        with pytest.MonkeyPatch.context() as patch:
            for name in ("HF_HOME", "HF_DATASETS_CACHE", "XDG_CACHE_HOME"):
                patch.setenv(name, self.host.environment[name])
            host = host_of(self.request)
            record = read_record(folder.record) or self._begin(folder, host)
            with held(folder.lock) as hold:
                return conduct(self.request, host, folder, record, hold, start)

    def _begin(self, folder: OutFolder, host: Any) -> RunRecord:
        facts = _facts(host, Path(os.environ["LINKS2_DATA"]))
        record = RunRecord(run_id="links2-test", started_at="now", facts=facts, options=host.options, rows=self.rows)
        write_record(folder.record, record)
        return record

    @property
    def last(self) -> Path:
        """Where the last attempt left its results."""
        return OutFolder(self.request.out).attempts()[-1].results

    def results(self) -> dict[tuple[str, str], LabelledRow]:
        """The rows of the last attempt, by task and question."""
        rows = host_of(self.request).rows(self.last)
        return {(row.scored.task, row.scored.question_id): row for row in rows}


def _dataset() -> dict[str, str]:
    return {"LINKS2_DATA": os.environ["LINKS2_DATA"]}


def _ranked(environment: Mapping[str, str], ranks: int) -> list[dict[str, str]]:
    """The environments of processes that share the work, as accelerate and torchrun make them."""
    if ranks == 1:
        return [dict(environment)]
    port = str(random.randint(20_000, 40_000))
    shared = {"WORLD_SIZE": str(ranks), "LOCAL_WORLD_SIZE": str(ranks), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    return [{**environment, **shared, "RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(ranks)]


@pytest.fixture(scope="session")
def lmms_eval_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkingHost]:
    if importlib.util.find_spec("lmms_eval") is None:
        pytest.skip("needs the extra 'lmms-eval'")
    host = ForkingHost("lmms-eval", tmp_path_factory.mktemp("lmms-eval"))
    yield host
    host.close()


@pytest.fixture(scope="session")
def vlmevalkit_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkingHost]:
    if importlib.util.find_spec("vlmeval") is None:
        pytest.skip("needs the extra 'vlmeval'")
    host = ForkingHost("vlmevalkit", tmp_path_factory.mktemp("vlmevalkit"))
    yield host
    host.close()


def kill_after(calls: Callable[[], int], n_more: int, pause_s: float) -> Callable[[list[int]], None]:
    """Kills all processes, if they still run, when `n_more` questions have been asked and some time has passed."""

    def disturb(numbers: list[int]) -> None:
        n_wanted = calls() + n_more
        while calls() < n_wanted and all(map(_runs, numbers)):
            time.sleep(0.005)
        time.sleep(pause_s)
        for number in numbers:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    return disturb


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="session")
def killer() -> Any:
    """`kill_after`, for tests that cannot import from a conftest."""
    return kill_after


@pytest.fixture(scope="session")
def scenario() -> type[Scenario]:
    """`Scenario`, for tests that cannot import from a conftest."""
    return Scenario
