"""Run VLMEvalKit's own runner with the links2 datasets and models registered, and say what failed.

Its runner exits with 0 whatever fails; this one exits with 1 when anything did.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType

from rich.console import Console
from rich.markup import escape

from links2_tasks.frameworks.vlmeval import _environment
from links2_tasks.frameworks.vlmeval._arguments import Request, read_arguments, wants_help
from links2_tasks.frameworks.vlmeval._host import Host, find_host, import_runner
from links2_tasks.frameworks.vlmeval._outcome import Outcome, read_outcome
from links2_tasks.frameworks.vlmeval._table_of_outcome import print_outcome


@dataclass(frozen=True)
class Done:
    """A run that is over."""

    host_version: str
    outcome: Outcome | None
    """None where only the host's help was shown, and in all processes of torchrun but the first."""
    went_through: bool
    """Whether the host's runner came to its end."""

    @property
    def exit_status(self) -> int:
        """0 when everything that was asked for was done, else 1."""
        return max(self.outcome.exit_status if self.outcome else 0, int(not self.went_through))


def run(arguments: Sequence[str], checkout: Path | None = None) -> int:
    """As `hand_over`, and print what became of it.

    Returns:
        Exit status: 0 when everything that was asked for was done, 1 when anything failed. Under torchrun only the
        first process looks; the others return 0.

    Raises:
        As `hand_over`.
    """
    done = hand_over(arguments, checkout)
    if done.outcome is not None:
        print_outcome(done.outcome, done.host_version)
    return done.exit_status


def hand_over(arguments: Sequence[str], checkout: Path | None = None) -> Done:
    """Check what is asked for, hand over to the host's runner in this process, and read what became of it.

    Args:
        arguments: for the host's runner, unchanged: --data, --model, --reuse, --mode, --base-url and the others.
        checkout: folder of a checkout of upstream; by default the current one if it is such, else the installed
            package.

    Raises:
        FrameworkError: there is no VLMEvalKit, or what is asked for cannot be done; the host was not started.
        DataError: there is no dataset.
        SystemExit: the host left, as it does on arguments that it does not know.
    """
    host = find_host(checkout)
    argv = [str(host.runner), *arguments]
    if wants_help(arguments):
        return Done(host.version, None, _run_host(import_runner(host), argv))
    request = read_arguments(arguments)
    _environment.set_up(bool(request.ours))
    runner = import_runner(host)
    # Once more: on import the host reads a file .env of its own, which may have changed these.
    _environment.set_up(bool(request.ours))
    _prepare(request, host)
    started = datetime.now().astimezone()
    went_through = _run_host(runner, argv)
    return Done(host.version, read_outcome(request, argv, started) if _rank() == 0 else None, went_through)


def _prepare(request: Request, host: Host) -> None:
    from links2_tasks.frameworks.vlmeval._preflight import check
    from links2_tasks.frameworks.vlmeval.registry import register

    register()
    notes = check(request, host)
    if _rank() == 0:
        console = Console(stderr=True)
        for note in notes:
            console.print(f"[yellow]note:[/] {escape(note)}", soft_wrap=True, highlight=False)


def _run_host(runner: ModuleType, argv: list[str]) -> bool:
    """Run the host's runner as its own command would; False when it broke off with an error, which is printed."""
    before = sys.argv
    sys.argv = argv
    try:
        runner.main()
    except SystemExit as left:
        if left.code:
            raise
    except Exception:  # noqa: BLE001 - what was done until then is still read and shown
        traceback.print_exc()
        return False
    finally:
        sys.argv = before
    return True


def _rank() -> int:
    """Number of this process under torchrun; 0 without it."""
    return int(os.environ.get("RANK", "0"))
