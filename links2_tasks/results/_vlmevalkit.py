"""What VLMEvalKit leaves: `<model>_<dataset>_score.<suffix>` with the rows, and `status.json` beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from links2_tasks import taxonomy
from links2_tasks.errors import DataError
from links2_tasks.results._rows import ReadRow, is_ours, read_row
from links2_tasks.results._source import Found, Identity, Problem, Source
from links2_tasks.results._tables import READERS, read_json, read_table
from links2_tasks.results._tree import Tree
from links2_tasks.schema import DEFAULT_VARIANT

_NAME = re.compile(r"(?P<model>.+)_(?P<dataset>LinkS2(?:[-_].+)?)_score")
_STATUS = "status.json"
_DONE = "done"
_PICKLE = ".pkl"


def find(tree: Tree) -> Found:
    """The tables of links2 datasets in a tree; those of other datasets are passed over."""
    sources: list[Source] = []
    problems: list[Problem] = []
    for path in tree.files:
        named = _NAME.fullmatch(path.stem)
        if named is None:
            continue
        if path.suffix.lower() in READERS:
            sources.append(_source(path, named["model"], named["dataset"]))
        elif path.suffix == _PICKLE:
            text = f"{path} is a pickle, which could run anything, and is not read; run with PRED_FORMAT=tsv"
            problems.append(Problem(path, text))
    return Found(tuple(sources), tuple(problems))


def _source(path: Path, model: str, dataset: str) -> Source:
    status, remarks = _status(path.with_name(_STATUS))
    datasets = status.get("datasets")
    entry = datasets.get(dataset) if isinstance(datasets, dict) else None
    entry = entry if isinstance(entry, dict) else {}
    begun, ended = _time(status.get("created_at")), _time(entry.get("updated_at"))
    state = str(entry.get("status") or _DONE)
    if state != _DONE:
        remarks = (*remarks, f"{path}: VLMEvalKit says '{state}' of a later attempt at {dataset}")
    metrics = entry.get("metrics")
    n_wanted = metrics.get("questions") if isinstance(metrics, dict) else None
    written = ended or datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    return Source(
        identity=Identity("VLMEvalKit", str(status.get("model_name") or model), "", _sampling(dataset), ""),
        display=str(status.get("model_name") or model),
        label=dataset,
        path=path,
        folder=path.parent,
        invocation=f"{path.parent} {status.get('eval_id')}",
        stamp=written.isoformat(timespec="seconds"),
        started_at=begun.isoformat(timespec="seconds") if begun is not None else None,
        seconds=_seconds(begun, ended, bool(status.get("reuse"))),
        max_new_tokens=None,
        n_wanted=n_wanted if isinstance(n_wanted, int) and state == _DONE else None,
        read=partial(_read, path, _sampling(dataset)),
        remarks=remarks,
    )


def _read(path: Path, sampling: str) -> Iterator[ReadRow]:
    variants = {each.name for each in taxonomy.variants()}
    for number, content in read_table(path):
        place = f"{path}:{number}"
        if not is_ours(content):
            raise DataError(
                f"{place}: there is no column benchmark_version or clip_id, so these are no rows of links2. Move the "
                "file out of the folder, or evaluate again."
            )
        # A sampling that is no variant, as '8frame', changes nothing in the questions.
        if content.get("variant") == sampling and sampling not in variants:
            content = {**content, "variant": DEFAULT_VARIANT}
        yield read_row(content, place, number, label="")


def _sampling(dataset: str) -> str:
    """How the two views are put to the model: what follows the scope in the name of a dataset."""
    scopes = [*(group.name for group in taxonomy.groups()), *(task.name for task in taxonomy.tasks())]
    rest = dataset.removeprefix("LinkS2")
    scope = max((each for each in scopes if rest.startswith(f"-{each}")), key=len, default="")
    return rest.removeprefix(f"-{scope}").lstrip("_-")


def _status(path: Path) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """What the host says of a run, and remarks; nothing where it says nothing, or where the file is a link."""
    if not path.is_file() or path.is_symlink():
        return {}, ()
    try:
        content = read_json(path)
    except DataError as error:
        return {}, (str(error),)
    return (content, ()) if isinstance(content, dict) else ({}, ())


def _seconds(begun: datetime | None, ended: datetime | None, reused: bool) -> float | None:
    """From the start of the host to the end of this dataset; answers taken from an earlier run cost no time here."""
    if begun is None or ended is None or reused or ended < begun:
        return None
    return (ended - begun).total_seconds()


def _time(text: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return time.astimezone(timezone.utc) if time.tzinfo else None
