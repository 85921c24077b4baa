"""lmms-eval as `links2 run` sees it."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.run._folder import Attempt, OutFolder
from links2_tasks.frameworks.run._host import Host
from links2_tasks.frameworks.run._look import Look, look_elsewhere
from links2_tasks.frameworks.run._options import Dialect, Options, read_options
from links2_tasks.frameworks.run._record import without_secrets
from links2_tasks.frameworks.run._request import LMMS_EVAL, RunRequest
from links2_tasks.frameworks.run._rows import LabelledRow, read_row, with_ids_of_their_own
from links2_tasks.frameworks.run._say import say
from links2_tasks.frameworks.run._stored import join_answers

_CHILD = "links2_tasks.frameworks.run.lmms_eval_child"
_FOLDERS = "the run has folders of its own below --out"
_ONCE = "a run asks each question once; for more samples, repeat it with another --seed and --out"
_NO_RUN = "it asks nothing; give it to lmms-eval itself"

DIALECT = Dialect(
    runner="lmms-eval",
    reserved={
        "use_cache": _FOLDERS,
        "output_path": _FOLDERS,
        "log_samples_suffix": _FOLDERS,
        "cache_requests": "prompts that lmms-eval keeps do not know when the dataset changes",
        "config": "a run is compared by its options, so they must stand on the command line",
        "repeats": _ONCE,
        "num_samples": _ONCE,
        "predict_only": "without scores, failures could not be told",
        "check_integrity": _NO_RUN,
        "power_analysis": _NO_RUN,
        "tui": _NO_RUN,
        "help": _NO_RUN,
    },
    free=frozenset(
        {
            "baseline",
            "batch_size",
            "device",
            "hf_hub_log_args",
            "log_samples",
            "max_batch_size",
            "process_docs_parallel",
            "show_config",
            "swanlab_args",
            "swanlab_log_samples",
            "timezone",
            "verbosity",
            "wandb_args",
            "wandb_log_samples",
            "write_out",
        }
    ),
    short={"b": "batch_size", "c": "use_cache", "h": "help", "n": "repeats", "w": "write_out", "x": "predict_only"},
)


class LmmsEval(Host):
    """lmms-eval's command line, started through accelerate where several processes are wanted."""

    name = LMMS_EVAL

    def __init__(self, request: RunRequest) -> None:
        """Read the arguments.

        Raises:
            FrameworkError: lmms-eval is not installed, or cannot do what is asked for.
        """
        self._request = request
        self._options = read_options(request.arguments, DIALECT)
        for wanted in ("model", "tasks"):
            if not self._options.get(wanted):
                raise FrameworkError(
                    f"Nothing to run: there is no --{wanted}. For example: links2 run --out out -- --model "
                    "links2_random --tasks links2_all"
                )
        if "," in str(request.out.absolute()):
            raise FrameworkError(f"lmms-eval cuts paths at commas: name another --out than {request.out}.")

    @property
    def version(self) -> str:
        """Version of the package."""
        try:
            return version("lmms-eval")
        except PackageNotFoundError as error:
            raise FrameworkError(
                "lmms-eval is not installed. Install it with: python -m pip install 'links2-tasks[lmms-eval]'"
            ) from error

    @property
    def options(self) -> Options:
        """Those that change what is asked or answered."""
        return without_secrets({name: given for name, given in self._options.items() if name not in DIALECT.free})

    @property
    def facts(self) -> Mapping[str, str]:
        """The host finds a stored answer by the settings of its task, in which this folder stands."""
        home = os.environ.get("HF_HOME") or str(
            Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface").expanduser()
        )
        return {"HF_DATASETS_CACHE": os.environ.get("HF_DATASETS_CACHE") or str(Path(home, "datasets").expanduser())}

    def look(self) -> Look:
        """As `_lmms_eval_look.look`."""
        from links2_tasks.frameworks.run._lmms_eval_look import look

        return look_elsewhere(look, self._request.arguments)

    def prepare(self, folder: OutFolder) -> None:
        """Join the answers of all processes of all attempts: a process reads its own file and the joint one."""
        from lmms_eval.caching.response_cache import ResponseCache

        root = _cache(folder)
        try:
            join_answers(root, ResponseCache.merge_shards, say)
        except (sqlite3.Error, OSError) as error:
            raise FrameworkError(
                f"The answers in {root} cannot be joined: {error}. Is the disk full, or read only? Then try again."
            ) from error

    def command(self, folder: OutFolder, attempt: Attempt) -> Sequence[str]:
        """The host, with its cache and its results below the folder."""
        request = self._request
        own = ["--chunk", request.chunk, "--asked", folder.answers / "asked", "--attempt", attempt.number]
        kept = ["--use_cache", _cache(folder), "--output_path", attempt.results, "--log_samples"]
        arguments = [_CHILD, *own, "--", *request.arguments, *kept]
        start: list[Any] = [sys.executable, "-m"]
        if request.processes > 1:
            # Everything that accelerate would otherwise ask its own configuration for.
            start += ["accelerate.commands.launch", "--multi_gpu", "--num_processes", request.processes]
            start += ["--num_machines", 1, "--mixed_precision", "no", "--dynamo_backend", "no"]
            start += ["--main_process_port", 0, "--module"]
        return [str(part) for part in (*start, *arguments)]

    def environment(self, folder: OutFolder, run_id: str) -> Mapping[str, str | None]:
        """One name for the cache in all attempts, so that the next one finds what a killed one has stored."""
        # On network disks the host writes to a local one and copies now and then.
        return {"LMMS_CACHE_RUN_ID": run_id, "LMMS_CACHE_CHECKPOINT_INTERVAL": str(self._request.chunk)}

    def rows(self, results: Path) -> list[LabelledRow]:
        """Those of the host's sample logs; none without its file of results, which it writes first."""
        if not any(results.rglob("*_results.json")):
            return []
        found: list[LabelledRow] = []
        for path in sorted(results.rglob("*_samples_*.jsonl")):
            label = path.stem.partition("_samples_")[2]
            with path.open(encoding="utf-8") as lines:
                found += [read_row(label, row) for line in lines for row in _rows_in(json.loads(line))]
        return with_ids_of_their_own(found)


def _cache(folder: OutFolder) -> Path:
    return folder.answers / "cache"


def _rows_in(sample: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The whole record among a sample's metrics."""
    yield from (value for value in sample.values() if isinstance(value, dict) and "benchmark_version" in value)
