"""What `links2 run` leaves: `run.json`, and the results of each attempt in a folder `attempt-N`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from links2_tasks.errors import DataError
from links2_tasks.results import _lmms_eval, _vlmevalkit
from links2_tasks.results._source import Found, Problem, Source
from links2_tasks.results._tables import read_json
from links2_tasks.results._tree import Tree

_RECORD = "run.json"
_ATTEMPT = "attempt-"


@dataclass(frozen=True)
class RunFolders:
    """All runs of `links2 run` in a tree."""

    folders: tuple[Path, ...]
    found: Found


def find(tree: Tree) -> RunFolders:
    """The tables of the last attempt that has rows, of each run; the answers of earlier ones are in it too."""
    folders: list[Path] = []
    parts: list[Found] = []
    for path in tree.files:
        if path.name == _RECORD and (record := _record(path)) is not None:
            folders.append(path.parent)
            parts.append(_last_attempt(tree, path.parent, record))
    sources = tuple(source for part in parts for source in part.sources)
    return RunFolders(tuple(folders), Found(sources, tuple(problem for part in parts for problem in part.problems)))


def _last_attempt(tree: Tree, folder: Path, record: Mapping[str, Any]) -> Found:
    problems: list[Problem] = []
    for number in _attempts(tree, folder):
        attempt = tree.below(folder / f"{_ATTEMPT}{number}")
        found = [each.find(attempt) for each in (_lmms_eval, _vlmevalkit)]
        sources = [source for each in found for source in each.sources]
        problems += [problem for each in found for problem in each.problems]
        if any(source.first is not None for source in sources):
            return Found(tuple(_of_run(source, folder, record, number) for source in sources), tuple(problems))
        problems.append(Problem(attempt.root, f"{attempt.root} holds no rows"))
    return Found((), tuple(problems) or (Problem(folder, f"{folder} has no attempt that left something"),))


def _of_run(source: Source, folder: Path, record: Mapping[str, Any], number: int) -> Source:
    return replace(
        source,
        folder=folder,
        started_at=_time(record.get("started_at")) or source.started_at,
        # Later attempts find answers of earlier ones, and their times were not kept.
        seconds=source.seconds if number == 1 else None,
    )


def _attempts(tree: Tree, folder: Path) -> list[int]:
    names = {path.relative_to(folder).parts[0] for path in tree.below(folder).files}
    numbers = [name.removeprefix(_ATTEMPT) for name in names if name.startswith(_ATTEMPT)]
    return sorted((int(number) for number in numbers if number.isdecimal()), reverse=True)


def _record(path: Path) -> Mapping[str, Any] | None:
    """The record of a run; None for a file of somebody else."""
    try:
        content = read_json(path)
    except DataError:
        return None
    return content if isinstance(content, dict) and {"run_id", "facts", "rows"} <= content.keys() else None


def _time(text: object) -> str | None:
    try:
        return datetime.fromisoformat(str(text)).isoformat(timespec="seconds")
    except ValueError:
        return None
