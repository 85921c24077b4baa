"""Strict reading of the tables that ship with this package: YAML files that hold one list of records."""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

import yaml
from pydantic import ValidationError

from links2_tasks.errors import DataError
from links2_tasks.schema import Record

Row = TypeVar("Row", bound=Record)


def read_listed(text: str, record: type[Row], file: str, key: str, name: str) -> tuple[Row, ...]:
    """The records of a text.

    Args:
        text: The content of the file.
        record: What each entry must be.
        file: Name of the file, for errors.
        key: The one key of the file's mapping; the list stands under it.
        name: The field that tells entries apart.

    Raises:
        DataError: it is no YAML, a field is missing, unknown or wrong, or a name stands twice.
    """
    try:
        rows = tuple(record.model_validate(row) for row in yaml.safe_load(text)[key])
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise DataError(f"{file} holds no list of {key}: {error!r}.") from error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        told = "; ".join(f"{'.'.join(map(str, fault['loc'])) or key}: {fault['msg']}" for fault in faults)
        raise DataError(f"One of the {key} in {file} is wrong: {told}.") from error
    twice = [each for each, n in Counter(getattr(row, name) for row in rows).items() if n > 1]
    if twice:
        raise DataError(f"The {name} {', '.join(map(str, twice))} stands twice in {file}.")
    return rows
