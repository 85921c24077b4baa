"""`run.json`: what a run was asked for, and what must be the same when it goes on."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import ValidationError

from links2_tasks._files import write_whole
from links2_tasks._secrets import replace_secrets
from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.run._options import Options, differences
from links2_tasks.schema import Record


class RunRecord(Record):
    """The content of the file."""

    format: int = 1
    run_id: str
    """Keeps this run apart from others."""
    started_at: str
    facts: dict[str, str]
    """What must stay, by what people call it."""
    options: dict[str, tuple[str, ...]]
    """Options of the framework's runner that must stay; secrets stand in them as digests."""
    rows: dict[str, int]
    """How many rows the results must hold for each task."""


def without_secrets(options: Options) -> Options:
    """Options with digests in place of the values of `api_key=...` and the like, still the same for the same value."""
    return {name: tuple(replace_secrets(value, _digested) for value in values) for name, values in options.items()}


def read_record(path: Path) -> RunRecord | None:
    """What a run was asked for; None where there is no file.

    Raises:
        FrameworkError: the file is none of ours or of another version.
    """
    try:
        return RunRecord.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise FrameworkError(
            f"{path} cannot be read as the record of a run: {str(error).splitlines()[0]}. Name another --out."
        ) from error


def write_record(path: Path, record: RunRecord) -> None:
    """Write the file, whole or not at all.

    Raises:
        FrameworkError: it cannot be written.
    """
    content = record.model_dump_json(indent=2).encode() + b"\n"
    try:
        write_whole(path, lambda stream: stream.write(content))
    except OSError as error:
        raise FrameworkError(f"{path} cannot be written: {error}. Free some space, or name another --out.") from error


def refuse_another(path: Path, before: RunRecord, facts: dict[str, str], options: Options) -> None:
    """Let a run go on only as what it was begun as.

    Raises:
        FrameworkError: something differs; says what.
    """
    found = [
        f"{name} was '{before.facts.get(name, '-')}' before and is '{facts.get(name, '-')}' now"
        for name in sorted(before.facts.keys() | facts.keys())
        if before.facts.get(name) != facts.get(name)
    ]
    found += differences(before.options, options)
    if found:
        raise FrameworkError(
            f"{path} is of another run: {'; '.join(found)}. Answers of two runs must not mix: repeat the command as it "
            "was to go on with that run, or name another --out."
        )


def _digested(secret: str) -> str:
    return f"sha256:{hashlib.sha256(secret.encode()).hexdigest()[:12]}"
