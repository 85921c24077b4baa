"""Reading a mapping file, with errors that name what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from links2_tasks.errors import DataError
from links2_tasks.importing._mapping import ImportMapping
from links2_tasks.schema import Record

_MAX_BYTES = 1 << 20


class _Loader(yaml.SafeLoader):
    """Plain data only; a key that stands twice, or a text that unfolds to many, is an error."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("references such as *name are not read here; write it out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in seen:
                    raise yaml.YAMLError(f"the key '{key.value}' stands twice, in line {key.start_mark.line + 1}")
                seen.add((key.tag, key.value))
        return super().construct_mapping(node, deep)


def read_mapping(path: Path) -> ImportMapping:
    """Read a mapping file.

    Raises:
        DataError: it cannot be read, is no YAML, or does not fit; names each wrong key and the near ones.
    """
    try:
        # _Loader derives from SafeLoader: plain data only.
        content = yaml.load(_text(path), Loader=_Loader)  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DataError(f"The mapping {path} is no YAML: {error}. `links2 import --example tsv` prints one.") from error
    if not isinstance(content, dict):
        raise DataError(f"The mapping {path} holds no keys. `links2 import --example tsv` prints one to start from.")
    try:
        return ImportMapping.model_validate(content)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        told = "; ".join(_told(detail["loc"], detail["type"], detail["msg"]) for detail in found)
        raise DataError(f"The mapping {path} does not fit: {told}. docs/importing.md lists all keys.") from error


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise DataError(f"The mapping {path} is larger than {_MAX_BYTES} bytes. Name the mapping, not the data.")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"The mapping {path} cannot be read: {error.strerror}. Name a YAML file.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"The mapping {path} is no UTF-8 text. Save the file as UTF-8.") from error


def _told(location: tuple[int | str, ...], kind: str, message: str) -> str:
    place = ".".join(map(str, location))
    if kind != "extra_forbidden":
        plain = message.removeprefix("Value error, ")
        return f"{place}: {plain}" if place else plain
    known = [name for record in _records_at(location[:-1]) for name in record.model_fields]
    near = difflib.get_close_matches(str(location[-1]), known, n=3, cutoff=0.5)
    meant = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(known)}"
    return f"{place}: there is no such key; {meant}"


def _records_at(location: tuple[int | str, ...]) -> list[type[Record]]:
    """The record that stands at a place of a mapping, as a list that is empty where there is none."""
    found: list[type[Record]] = [ImportMapping]
    for part in location:
        if isinstance(part, str):
            fields = [record.model_fields[part] for record in found if part in record.model_fields]
            found = [record for field in fields for record in _records_in(field.annotation)]
    return found


def _records_in(annotation: Any) -> Iterator[type[Record]]:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    for argument in get_args(annotation):
        yield from _records_in(argument)
