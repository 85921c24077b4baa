"""`python -m links2_tasks.frameworks.vlmeval [--checkout DIR] ...`, which is what torchrun can start."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from links2_tasks.errors import Links2Error
from links2_tasks.frameworks.vlmeval.runner import run


def main(arguments: Sequence[str]) -> int:
    """Run with the arguments of a command line; an error of ours is printed as one line."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--checkout", type=Path)
    known, for_the_host = parser.parse_known_args(list(arguments))
    try:
        return run(for_the_host, known.checkout)
    except Links2Error as error:
        print(f"Error: {' '.join(str(error).split())}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
