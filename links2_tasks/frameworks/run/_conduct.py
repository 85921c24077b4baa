"""One command around a framework's runner: look, run, and say what is left to do."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from links2_tasks import __version__
from links2_tasks.construction.mini import data_root
from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.run import _tables
from links2_tasks.frameworks.run._child import run_child
from links2_tasks.frameworks.run._folder import Attempt, OutFolder
from links2_tasks.frameworks.run._hold import Hold, held
from links2_tasks.frameworks.run._host import Host
from links2_tasks.frameworks.run._look import Look
from links2_tasks.frameworks.run._outcome import RunOutcome, outcome_of
from links2_tasks.frameworks.run._preflight import decode_ahead, preflight, refuse_failed
from links2_tasks.frameworks.run._record import RunRecord, read_record, refuse_another, write_record
from links2_tasks.frameworks.run._request import LMMS_EVAL, VLMEVALKIT, RunRequest
from links2_tasks.frameworks.run._say import say
from links2_tasks.taxonomy import BENCHMARK_VERSION

Start = Callable[[Sequence[str], Mapping[str, str | None]], int]
"""Runs a program with environment variables to its end and gives its exit status."""


def run(request: RunRequest) -> int:
    """Look, run what has no answer yet, and print what the run has come to.

    Returns:
        0 when every question has an answer, 1 when not, 128 and the signal's number when a signal ended the run.

    Raises:
        FrameworkError: the framework is missing or cannot do what is asked for, or the folder is of another run.
        DataError: there is no dataset.
    """
    host = host_of(request)
    root = data_root()
    folder = OutFolder(request.out)
    folder.refuse_others()
    if request.dry_run:
        _refuse_another(folder, host, root)
        _look(request, host, root)
        return 0
    with held(folder.lock) as hold:
        record = _refuse_another(folder, host, root) or _begin(request, folder, host, root)
        return conduct(request, host, folder, record, hold, run_child)


def host_of(request: RunRequest) -> Host:
    """The framework that is asked for.

    Raises:
        FrameworkError: there is none of that name, or it cannot do what is asked for.
    """
    # Only the one that is asked for need be there.
    if request.framework == LMMS_EVAL:
        from links2_tasks.frameworks.run._lmms_eval import LmmsEval

        return LmmsEval(request)
    if request.framework == VLMEVALKIT:
        from links2_tasks.frameworks.run._vlmevalkit import VLMEvalKit

        return VLMEvalKit(request)
    raise FrameworkError(f"There is no framework '{request.framework}': --framework is {LMMS_EVAL} or {VLMEVALKIT}.")


def conduct(request: RunRequest, host: Host, folder: OutFolder, record: RunRecord, hold: Hold, start: Start) -> int:
    """Make one attempt at what has no answer yet.

    Args:
        request: What is asked for.
        host: The framework.
        folder: Where the run is.
        record: What the run was begun as.
        hold: That nobody else is at work there.
        start: Runs the framework's process.

    Returns:
        As `run`.

    Raises:
        FrameworkError: the answers of earlier attempts cannot be read.
    """
    begun = folder.attempts()
    if begun and (done := _outcome(host, begun[-1], record)).complete and not done.n_empty:
        _tables.print_outcome(done, str(begun[-1].results))
        return 0
    host.prepare(folder)
    attempt = folder.next_attempt()
    say(f"attempt {attempt.number}; answers are kept in {folder.answers}")
    status = start(host.command(folder, attempt), {**host.environment(folder, record.run_id), **hold.variables})
    if status < 0:
        say(f"{host.name} was ended by signal {-status}; the same command goes on where it stopped")
        return 128 - status
    outcome = _outcome(host, attempt, record)
    _tables.print_outcome(outcome, str(attempt.results))
    if status:
        say(f"{host.name} left with status {status}; what it printed stands above")
    return max(outcome.exit_status, int(status != 0))


def _look(request: RunRequest, host: Host, root: Path) -> Look:
    say(f"looking at {host.name} {host.version} and at what is asked for; this takes as long as starting it")
    look = host.look()
    found = preflight(look, root, images_as_files=request.framework == VLMEVALKIT)
    _tables.print_checks(found.checks, found.notes)
    if found.estimate is not None:
        _tables.print_estimate(found.estimate)
    refuse_failed(found.checks)
    if found.estimate is not None and request.warm and not request.dry_run:
        decode_ahead(look.plans, found.estimate, root, request.workers)
    return look


def _begin(request: RunRequest, folder: OutFolder, host: Host, root: Path) -> RunRecord:
    look = _look(request, host, root)
    record = RunRecord(
        run_id=f"links2-{secrets.token_hex(6)}",
        started_at=datetime.now().astimezone().isoformat(timespec="seconds"),
        facts=_facts(host, root),
        options=host.options,
        rows={plan.name: plan.n_rows for plan in look.plans},
    )
    write_record(folder.record, record)
    return record


def _refuse_another(folder: OutFolder, host: Host, root: Path) -> RunRecord | None:
    record = read_record(folder.record)
    if record is not None:
        refuse_another(folder.record, record, _facts(host, root), host.options)
    return record


def _facts(host: Host, root: Path) -> dict[str, str]:
    return {
        "framework": f"{host.name} {host.version}",
        "links2-tasks": __version__,
        "version of the benchmark": BENCHMARK_VERSION,
        "folder of the dataset": str(root.resolve()),
        "digest of dataset.json": hashlib.sha256((root / "dataset.json").read_bytes()).hexdigest(),
        **host.facts,
    }


def _outcome(host: Host, attempt: Attempt, record: RunRecord) -> RunOutcome:
    return outcome_of(host.rows(attempt.results), record.rows)
