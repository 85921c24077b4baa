"""Rows of JSON and JSON Lines files."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from links2_tasks.importing._found import Bad, Found
from links2_tasks.importing._records import UnusableError, in_a_line
from links2_tasks.importing._row import MISSING, step_into

MAX_LINE_BYTES = 256 * 2**20
MAX_FILE_BYTES = 2**30
"""A JSON file is read as a whole; JSON Lines may be of any size."""
KEY_COLUMN = "_key"
_KEYS_SHOWN = 8
_MAX_DEPTH = 4


def read_json(path: Path, list_path: str | None) -> Iterator[Found | Bad]:
    """The rows of a JSON file: objects in a list, or in an object, whose keys then are the column `_key`.

    Args:
        path: A file in UTF-8, with or without a byte order mark.
        list_path: Where the list stands, for example 'data.clips'; None for the top.

    Raises:
        UnusableError: the file as a whole cannot be read.
        OSError: it cannot be opened.
    """
    n_bytes = path.stat().st_size
    if n_bytes > MAX_FILE_BYTES:
        raise UnusableError("file not readable", f"it has {n_bytes} bytes, more than {MAX_FILE_BYTES}; use JSON Lines")
    data = path.read_bytes()
    if not data.strip():
        raise UnusableError("file not readable", "the file is empty")
    try:
        content = parse_json(data)
    except ValueError as error:
        raise UnusableError("file not readable", str(error)) from error
    prefix = f"{list_path}." if list_path else ""
    for key, item in _entries(content, list_path):
        place = in_a_line(f"{prefix}{key}")
        if not isinstance(item, dict):
            yield Bad(place, UnusableError("line not readable", f"no object, but {_kind(item)}"))
        else:
            yield Found({KEY_COLUMN: key, **item} if isinstance(key, str) else item, place)


def read_json_lines(path: Path) -> Iterator[Found | Bad]:
    """The rows of a JSON Lines file: one object a line; blank lines are passed over.

    Raises:
        UnusableError: the file is empty.
        OSError: it cannot be opened.
    """
    n_filled = 0
    with path.open("rb") as stream:
        for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE_BYTES), b""), start=1):
            place = f"line {number}"
            if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
                while line and not line.endswith(b"\n"):
                    line = stream.readline(MAX_LINE_BYTES)
                n_filled += 1
                yield Bad(place, UnusableError("line not readable", f"it holds {MAX_LINE_BYTES} bytes or more"))
                continue
            if not line.removeprefix(codecs.BOM_UTF8).strip():
                continue
            n_filled += 1
            yield _line(line, place)
    if not n_filled:
        raise UnusableError("file not readable", "the file is empty")


def _line(line: bytes, place: str) -> Found | Bad:
    try:
        content = parse_json(line.rstrip(b"\r\n"))
    except ValueError as error:
        return Bad(place, UnusableError("line not readable", str(error)))
    if not isinstance(content, dict):
        return Bad(place, UnusableError("line not readable", f"no object, but {_kind(content)}"))
    return Found(content, place)


def parse_json(data: bytes | str) -> Any:
    """JSON in UTF-8, with or without a byte order mark.

    Raises:
        ValueError: it is none, or an object has a key twice; the message is for people.
    """
    text = ""
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        return json.loads(text, object_pairs_hook=_without_twins)
    except UnicodeDecodeError as error:
        raise ValueError(f"no UTF-8 text: byte {error.start} is {error.reason}") from error
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if "\n" in text else ""
        raise ValueError(f"no JSON: {error.msg}, in {line}column {error.colno}") from error
    except RecursionError as error:
        raise ValueError("no JSON that is read here: lists or objects are nested too deeply") from error


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        seen: set[str] = set()
        twin = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key '{in_a_line(twin)}' stands twice in one object")
    return content


def _entries(content: Any, list_path: str | None) -> Iterator[tuple[int | str, Any]]:
    """Numbers or keys of the rows, and the rows.

    Raises:
        UnusableError: there is no list where it should be.
    """
    if list_path is not None:
        top = content
        content = step_into(top, list_path)[1] if isinstance(top, dict) else MISSING
        if content is MISSING:
            raise UnusableError("file not readable", f"there is nothing at `path` '{list_path}', only {_kind(top)}")
    if isinstance(content, list):
        return enumerate(content)
    if (
        isinstance(content, dict)
        and content
        and (list_path or all(isinstance(each, dict) for each in content.values()))
    ):
        return iter(content.items())
    where = f"at `path` '{list_path}'" if list_path else "at its top"
    raise UnusableError("file not readable", f"{where} stands no list of rows, but {_kind(content)}; set `rows.path`")


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        keys = ", ".join(in_a_line(key, 40) for key in list(value)[:_KEYS_SHOWN])
        return f"an object with the keys {keys}{', ...' if len(value) > _KEYS_SHOWN else ''}"
    names = {list: "a list", str: "a text", bool: "a truth value", int: "a number", float: "a number"}
    return names.get(type(value), "null")


def places_of_rows(path: Path) -> tuple[str | None, tuple[str, ...]]:
    """Where the rows of a JSON file probably stand: a list of objects, and lists in their first entries.

    Returns:
        What `rows.path` and `rows.nested` of a mapping would say; None and nothing where no list is found.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        content = parse_json(path.read_bytes()) if path.stat().st_size <= MAX_FILE_BYTES else None
    except ValueError:
        return None, ()
    found = _first_list(content, _MAX_DEPTH)
    if found is None:
        return None, ()
    nested = []
    while (inner := _first_list(found[1], _MAX_DEPTH)) is not None:
        nested.append(inner[0])
        found = (found[0], inner[1])
    return found[0] or None, tuple(nested)


def _first_list(content: Any, depth: int) -> tuple[str, Any] | None:
    """Dotted path of the first list of objects, and its first entry; lists inside that one do not count."""
    if isinstance(content, list):
        return ("", content[0]) if content and isinstance(content[0], dict) else None
    if not isinstance(content, dict) or not depth:
        return None
    for key, value in content.items():
        found = _first_list(value, depth - 1)
        if found is not None:
            return f"{key}.{found[0]}".rstrip("."), found[1]
    return None
