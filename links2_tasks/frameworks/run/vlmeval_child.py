"""VLMEvalKit with a journal: `python -m links2_tasks.frameworks.run.vlmeval_child --journal DIR ... -- ARGUMENTS`.

`links2 run` starts it, also through torchrun.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from links2_tasks.errors import Links2Error
from links2_tasks.frameworks.run._hold import end_with_the_run
from links2_tasks.frameworks.run._journal import Journal
from links2_tasks.frameworks.vlmeval import registry
from links2_tasks.frameworks.vlmeval._outcome import Outcome
from links2_tasks.frameworks.vlmeval._table_of_outcome import print_outcome
from links2_tasks.frameworks.vlmeval.runner import hand_over


def main(arguments: Sequence[str]) -> int:
    """Run the host with the arguments after `--`; its exit status, with failures counted."""
    end_with_the_run()
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--attempt", type=int, required=True)
    parser.add_argument("--checkout", type=Path)
    parser.add_argument("host", nargs="*")
    given = parser.parse_args(list(arguments))
    rank = os.environ.get("RANK", "0")
    journal = Journal(given.journal, f"{given.attempt:04}-{rank}")
    registry.answers = journal
    if rank == "0":
        print(f"links2 run: {len(journal)} answers of earlier attempts are at hand", flush=True)
    try:
        done = hand_over(given.host, given.checkout)
    except Links2Error as error:
        print(f"Error: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    if done.outcome is not None:
        print_outcome(_without_advice(done.outcome), done.host_version)
    return done.exit_status


def _without_advice(outcome: Outcome) -> Outcome:
    """`links2 run` has its own: it goes on by itself where the host would be told --reuse."""
    return Outcome(tuple(dataclasses.replace(pair, advice="") for pair in outcome.pairs))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
