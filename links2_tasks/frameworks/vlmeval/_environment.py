"""Environment variables that VLMEvalKit reads, set so that no answer is lost or changed on the way to its files."""

from __future__ import annotations

import os
from pathlib import Path

from links2_tasks.errors import FrameworkError

_FORMAT = "PRED_FORMAT"
_DATA = "LMUData"
_SAFE = "tsv"
_WHY_NOT = {
    # Refused and not overridden: who chose a format has scripts that look for files of that format.
    "xlsx": (
        "cuts an answer after 32767 characters without a word, and may turn one that begins with '=' into a formula"
    ),
    "json": "is read back as another type than the host's own --reuse expects",
}


def set_up(has_ours: bool) -> None:
    """Set what is unset and make what is missing; with a dataset of links2, refuse formats that harm its answers.

    Raises:
        FrameworkError: the format was chosen and harms, or the data folder cannot be made.
    """
    _choose_format(has_ours)
    _make_data_folder()


def _choose_format(has_ours: bool) -> None:
    chosen = os.environ.get(_FORMAT, "").lower()
    if not chosen:
        os.environ[_FORMAT] = _SAFE
    elif chosen != _SAFE and has_ours:
        why = _WHY_NOT.get(chosen, "is none that the host knows")
        raise FrameworkError(
            f"{_FORMAT} is '{chosen}', and this format of answer files {why}. Unset {_FORMAT}, or set it to {_SAFE}; "
            "it may also stand in the file .env beside VLMEvalKit."
        )


def _make_data_folder() -> None:
    """Where the named folder is missing, the host would take ~/LMUData without a word."""
    named = os.environ.get(_DATA)
    if not named:
        return
    folder = Path(named).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FrameworkError(
            f"{_DATA} names {folder}, which is missing and cannot be made: {error}. Name another folder, or unset it."
        ) from error
    os.environ[_DATA] = str(folder)
