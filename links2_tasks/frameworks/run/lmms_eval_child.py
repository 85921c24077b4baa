"""lmms-eval with chunks: `python -m links2_tasks.frameworks.run.lmms_eval_child --chunk N ... -- ARGUMENTS`.

`links2 run` starts it, also through accelerate. It changes the host's response cache in this process, then hands over
to the host's own command line.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from links2_tasks.frameworks.run._hold import end_with_the_run


def main(arguments: Sequence[str]) -> None:
    """Run the host with the arguments after `--`.

    Raises:
        SystemExit: the host left, or broke off with an error, which is printed.
    """
    end_with_the_run()
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--chunk", type=int, required=True)
    parser.add_argument("--asked", type=Path, required=True)
    parser.add_argument("--attempt", type=int, required=True)
    parser.add_argument("host", nargs="*")
    given = parser.parse_args(list(arguments))

    import lmms_eval.__main__ as host

    from links2_tasks.frameworks.lmms_eval.plugin import register_tasks
    from links2_tasks.frameworks.run import _response_cache

    # The host does so itself, unless another package's plug-in stopped it.
    register_tasks()
    rank = os.environ.get("RANK", "0")
    _response_cache.install(given.chunk, given.asked, f"{given.attempt:04}-{rank}")
    host.cli_evaluate_single = _leaving_on_errors(host.cli_evaluate_single)
    sys.argv = ["lmms-eval", *given.host]
    host.cli_evaluate()


def _leaving_on_errors(original: Callable[..., Any]) -> Callable[..., Any]:
    """The host leaves with status 0 after an error, and its other processes would wait for this one for hours."""

    def evaluate(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        except Exception:  # noqa: BLE001
            traceback.print_exc()
            sys.stdout.flush()
            raise SystemExit(1) from None

    return evaluate


if __name__ == "__main__":
    main(sys.argv[1:])
