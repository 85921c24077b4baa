"""What a look at an installation finds: records only; printing is the command line's job."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from links2_tasks.dataset import DATA_VARIABLE, find_root, load_info
from links2_tasks.errors import Links2Error
from links2_tasks.frameworks._lines import SPLIT


@dataclass(frozen=True)
class Check:
    """The outcome of one look."""

    name: str
    ok: bool
    detail: str
    """What was found."""
    mend: str = ""
    """What to do about it; empty when all is well."""


def tried(name: str, look: Callable[[], str], mend: str) -> Check:
    """A look that says what it found, or raises when all is not well."""
    try:
        return Check(name, True, look())
    except Exception as error:  # noqa: BLE001 - any failure is a finding
        said = str(error) if isinstance(error, Links2Error) else f"{type(error).__name__}: {error}"
        return Check(name, False, said, mend)


def check_data() -> Check:
    """Whether the dataset in use is there; makes none."""
    name = "the dataset is found"
    if not os.environ.get(DATA_VARIABLE):
        return Check(name, True, f"{DATA_VARIABLE} is not set: the simulated default is made on first use")
    return tried(name, _describe_data, f"set {DATA_VARIABLE} to the folder of a dataset, or unset it")


def _describe_data() -> str:
    root = find_root()
    counts = load_info(root).counts.get(SPLIT, {})
    return f"{root}: {sum(counts.values())} questions of {len(counts)} tasks in split '{SPLIT}'"
