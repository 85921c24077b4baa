"""VLMEvalKit as `links2 run` sees it."""

from __future__ import annotations

import csv
import hashlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.run._folder import Attempt, OutFolder
from links2_tasks.frameworks.run._host import Host
from links2_tasks.frameworks.run._look import Look, label_of, look_elsewhere
from links2_tasks.frameworks.run._options import Dialect, Options, read_options
from links2_tasks.frameworks.run._record import without_secrets
from links2_tasks.frameworks.run._request import VLMEVALKIT, RunRequest
from links2_tasks.frameworks.run._rows import LabelledRow, read_row, with_ids_of_their_own
from links2_tasks.frameworks.vlmeval._arguments import Request, read_arguments
from links2_tasks.frameworks.vlmeval._host import find_host

_CHILD = "links2_tasks.frameworks.run.vlmeval_child"
_FOLDERS = "the run has folders of its own below --out"
_KEPT = "the run keeps answers itself, and asks again only what has failed"

DIALECT = Dialect(
    runner="VLMEvalKit",
    reserved={
        "work_dir": _FOLDERS,
        "reuse": _KEPT,
        "reuse_aux": _KEPT,
        "keep_failed": _KEPT,
        "ignore": _KEPT,
        "mode": "a run asks and scores",
        "help": "it asks nothing; `links2 vlmeval -- --help` shows it",
    },
    free=frozenset(
        {
            "api_nproc",
            "base_url",
            "debug",
            "judge",
            "judge_api_nproc",
            "judge_args",
            "judge_base_url",
            "judge_key",
            "judge_retry",
            "judge_timeout",
            "key",
            "monitor_interval",
            "nproc",
            "retry",
            "timeout",
            "verbose",
        }
    ),
    short={"h": "help"},
)


class VLMEvalKit(Host):
    """VLMEvalKit's runner, started through torchrun where several processes are wanted."""

    name = VLMEVALKIT

    def __init__(self, request: RunRequest) -> None:
        """Read the arguments.

        Raises:
            FrameworkError: there is no VLMEvalKit, or it cannot do what is asked for.
        """
        self._request = request
        self._options = read_options(request.arguments, DIALECT)
        self._asked = read_arguments(request.arguments)
        _refuse(self._asked)
        self._host = find_host(request.checkout)

    @property
    def version(self) -> str:
        """Version of the package, or commit of the checkout."""
        return self._host.version

    @property
    def options(self) -> Options:
        """Those that change what is asked or answered; where the server is may change between attempts."""
        return without_secrets({name: given for name, given in self._options.items() if name not in DIALECT.free})

    @property
    def facts(self) -> Mapping[str, str]:
        """The content of the file of models and datasets, where there is one."""
        named = self._options.get("config")
        if not named:
            return {}
        return {"content of the file of --config": hashlib.sha256(Path(named[0]).read_bytes()).hexdigest()}

    def look(self) -> Look:
        """As `_vlmevalkit_look.look`."""
        from links2_tasks.frameworks.run._vlmevalkit_look import look

        return look_elsewhere(look, self._request.arguments, self._request.checkout)

    def prepare(self, folder: OutFolder) -> None:
        """Nothing: each process reads the files of all."""

    def command(self, folder: OutFolder, attempt: Attempt) -> Sequence[str]:
        """The host, with a journal and results below the folder."""
        request = self._request
        own: list[Any] = ["--journal", folder.answers / "journal", "--attempt", attempt.number]
        if request.checkout is not None:
            own += ["--checkout", request.checkout]
        start: list[Any] = [sys.executable, "-m"]
        if request.processes > 1:
            # Port 0: torchrun looks for a free one.
            start += ["torch.distributed.run", "--nproc-per-node", request.processes, "--master-port", 0, "-m"]
        kept = ["--work-dir", attempt.results.absolute()]
        return [str(part) for part in (*start, _CHILD, *own, "--", *request.arguments, *kept)]

    def environment(self, folder: OutFolder, run_id: str) -> Mapping[str, str | None]:
        """Without the variable that would send the results elsewhere."""
        return {"MMEVAL_ROOT": None}

    def rows(self, results: Path) -> list[LabelledRow]:
        """Those of the score files."""
        found: list[LabelledRow] = []
        # A row holds a whole reply.
        csv.field_size_limit(2**31 - 1)
        for dataset in self._asked.datasets:
            # Upstream also links to the file from the folder above.
            for path in sorted(results.rglob(f"*_{dataset.name}_score.tsv"))[:1]:
                with path.open(encoding="utf-8", newline="") as lines:
                    table = csv.DictReader(lines, delimiter="\t")
                    found += [read_row(label_of(dataset.name, row["task"]), row) for row in table]
        return with_ids_of_their_own(found)


def _refuse(asked: Request) -> None:
    others = [each.name for each in asked.datasets if each.ours is None]
    if others:
        raise FrameworkError(
            f"'{others[0]}' is no dataset of links2, and `links2 run` looks after these only; `links2 vlmeval` runs "
            "the others."
        )
    if len(asked.models) > 1:
        raise FrameworkError("A run is of one model: give each its own --out.")
