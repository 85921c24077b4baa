"""The command line of a framework's runner, read as far as it must be known here: which options, and their values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from links2_tasks.errors import FrameworkError

Options = dict[str, tuple[str, ...]]
"""Values by option, without the dashes."""

_NUMBER = re.compile(r"-\.?\d")


@dataclass(frozen=True)
class Dialect:
    """What is peculiar to the options of one runner."""

    runner: str
    """Its name, for people."""
    reserved: Mapping[str, str]
    """Options that a run sets or cannot have, and why."""
    free: frozenset[str]
    """Options that may differ when a run goes on, since they change neither what is asked nor what is answered."""
    short: Mapping[str, str] = field(default_factory=dict)
    """One-letter options and what they stand for."""


def read_options(arguments: Sequence[str], dialect: Dialect) -> Options:
    """The options of a command line; of one that stands twice, the last.

    Raises:
        FrameworkError: one is reserved, is cut short so that it might be one, or a word belongs to no option.
    """
    options: dict[str, list[str]] = {}
    values: list[str] | None = None
    for word in arguments:
        if not word.startswith("-") or word == "-" or _NUMBER.match(word):
            if values is None:
                raise FrameworkError(
                    f"'{word}' belongs to no option of {dialect.runner}. Its options come after `--`, for example "
                    "`links2 run --out out -- --model NAME ...`."
                )
            values.append(word)
            continue
        name, has_value, value = word.partition("=")
        name = _name(name, dialect)
        values = options[name] = [value] if has_value else []
    for name in options:
        _refuse_reserved(name, dialect)
    return {name: tuple(given) for name, given in options.items()}


def differences(before: Options, now: Options) -> list[str]:
    """What differs between two command lines, in words."""
    return [
        f"--{name} {_shown(before.get(name))} before and {_shown(now.get(name))} now"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]


def _name(word: str, dialect: Dialect) -> str:
    bare = word.lstrip("-")
    return dialect.short.get(bare, bare).replace("-", "_")


def _refuse_reserved(name: str, dialect: Dialect) -> None:
    if name in dialect.reserved:
        raise FrameworkError(f"Leave out --{name}: {dialect.reserved[name]}.")
    # Runners complete what is cut short. No option of theirs that is let through is the beginning of a reserved one.
    meant = [reserved for reserved in dialect.reserved if reserved.startswith(name)]
    if meant and name not in dialect.free:
        raise FrameworkError(f"Write --{name} in full; it could be {' or '.join(f'--{each}' for each in meant)}.")


def _shown(values: tuple[str, ...] | None) -> str:
    if values is None:
        return "was not given"
    return f"was '{' '.join(values)}'" if values else "was given"
