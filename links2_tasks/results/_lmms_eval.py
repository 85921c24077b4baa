"""What lmms-eval leaves: `<time>_results.json`, and beside it `<time>_samples_<task>.jsonl` for each task."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from links2_tasks._secrets import mask_secrets
from links2_tasks.errors import DataError
from links2_tasks.results._rows import ReadRow, is_ours, read_row
from links2_tasks.results._source import Found, Identity, Problem, Source
from links2_tasks.results._tables import read_json, read_jsonl
from links2_tasks.results._tree import Tree

_RESULTS, _SAMPLES = "_results.json", "_samples_"
_METRICS = "links2_"
_HOST_TIMEZONE = "Asia/Singapore"
"""What lmms-eval stamps its files with where nothing else was asked for."""
_NAMES = ("pretrained", "model_version", "model", "model_name", "model_id", "path", "engine")
"""Arguments of models that name the weights."""


def find(tree: Tree) -> Found:
    """The tables of links2 tasks in a tree; those of other tasks are passed over."""
    sources: list[Source] = []
    problems: list[Problem] = []
    samples = {path for path in tree.files if _SAMPLES in path.name and path.suffix == ".jsonl"}
    for path in tree.files:
        if not path.name.endswith(_RESULTS):
            continue
        try:
            content = read_json(path)
        except DataError as error:
            problems.append(Problem(path, str(error)))
            continue
        if not isinstance(content, dict) or not isinstance(content.get("config"), dict):
            continue
        stem = path.name.removesuffix(_RESULTS)
        own = {each for each in samples if each.parent == path.parent and each.name.startswith(f"{stem}{_SAMPLES}")}
        samples -= own
        sources += [source for each in sorted(own) if (source := _source(path, content, each)) is not None]
        logged = {_label(each) for each in own}
        if lost := sorted(_labels(content) - logged):
            text = f"{path} has figures of {', '.join(lost)} without their rows; was it run with --log_samples?"
            problems.append(Problem(path, text))
    orphans = [path for path in sorted(samples) if _holds_rows(path)]
    problems += [Problem(path, f"{path} has no readable file of results beside it") for path in orphans]
    return Found(tuple(sources), tuple(problems))


def _source(path: Path, content: Mapping[str, Any], samples: Path) -> Source | None:
    label = _label(samples)
    if label not in _labels(content) and not _holds_rows(samples):
        return None
    config = content["config"]
    model, arguments = str(config.get("model") or ""), mask_secrets(_as_text(config.get("model_args")))
    task = _mapping(_mapping(content.get("configs")).get(label))
    date = _date(content, path)
    return Source(
        identity=Identity("lmms-eval", model, arguments, _as_text(config.get("gen_kwargs")), _dataset(task)),
        display=_display(model, arguments),
        label=label,
        path=samples,
        folder=path.parent,
        invocation=str(path),
        stamp=date or datetime.fromtimestamp(path.stat().st_mtime, timezone.utc).isoformat(timespec="seconds"),
        started_at=date,
        seconds=_seconds(content),
        max_new_tokens=_limit(task),
        n_wanted=_n_wanted(content, label),
        read=partial(_read, samples, label),
    )


def _read(path: Path, label: str) -> Iterator[ReadRow]:
    for number, sample in read_jsonl(path):
        place = f"{path}:{number}"
        record = next(filter(is_ours, sample.values()), None)
        if record is None:
            raise DataError(
                f"{place}: no row of links2 among {', '.join(sample) or 'nothing'}, while the task is one of links2. "
                "It was written by another version, or was changed; evaluate again."
            )
        document = sample.get("doc_id")
        yield read_row(
            record,
            place,
            number,
            label=label,
            document=None if document is None else str(document),
            output_tokens=_output_tokens(sample.get("token_counts")),
        )


def _label(samples: Path) -> str:
    return samples.name.removesuffix(".jsonl").partition(_SAMPLES)[2]


def _labels(content: Mapping[str, Any]) -> set[str]:
    """The tasks with a metric of links2."""
    configs = _mapping(content.get("configs"))
    return {
        label for label, task in configs.items() if any(map(_is_our_metric, _mapping(task).get("metric_list") or ()))
    }


def _is_our_metric(metric: object) -> bool:
    return str(_mapping(metric).get("metric", "")).startswith(_METRICS)


def _holds_rows(path: Path) -> bool:
    """Whether the first line is one of ours; a damaged line is not."""
    try:
        _, sample = next(read_jsonl(path), (0, {}))
    except DataError:
        return False
    return any(map(is_ours, sample.values()))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _as_text(value: object) -> str:
    """Options, which the host keeps as it was given them."""
    if isinstance(value, Mapping):
        return ",".join(f"{name}={each}" for name, each in value.items())
    return str(value or "")


def _display(model: str, arguments: str) -> str:
    """The name of the weights where the arguments have it, as in lmms-eval's own folders, else of the wrapper."""
    given = dict(part.split("=", 1) for part in arguments.split(",") if "=" in part)
    named = next((given[name] for name in _NAMES if given.get(name)), "")
    return "/".join(named.split("/")[-2:]) or model


def _date(content: Mapping[str, Any], path: Path) -> str | None:
    """When it was started, in UTC."""
    text = str(content.get("date") or path.name.removesuffix(_RESULTS))
    options = _mapping(content["config"].get("resolved_cli_args"))
    try:
        local = datetime.strptime(text, "%Y%m%d_%H%M%S")
        zone = ZoneInfo(str(options.get("timezone") or _HOST_TIMEZONE))
    except (ValueError, KeyError, OSError):
        # No such time, or no table of time zones on this machine.
        return None
    return local.replace(tzinfo=zone).astimezone(timezone.utc).isoformat(timespec="seconds")


def _seconds(content: Mapping[str, Any]) -> float | None:
    """How long the host took; None where it also had tasks of others."""
    others = set(_mapping(content.get("configs"))) - _labels(content)
    return None if others else _positive(content.get("total_evaluation_time_seconds"))


def _dataset(task: Mapping[str, Any]) -> str:
    """Folder of the questions, from the paths of their files."""
    files = _mapping(_mapping(task.get("dataset_kwargs")).get("data_files"))
    paths = [str(path) for path in files.values()]
    return re.sub(r"[/\\]questions[/\\][^/\\]+[/\\][^/\\]+$", "", paths[0]) if paths else ""


def _limit(task: Mapping[str, Any]) -> int | None:
    number = _positive(_mapping(task.get("generation_kwargs")).get("max_new_tokens"))
    return None if number is None else int(number)


def _n_wanted(content: Mapping[str, Any], label: str) -> int | None:
    """All questions, also where the run was told to ask fewer."""
    number = _positive(_mapping(_mapping(content.get("n-samples")).get(label)).get("original"))
    return None if number is None else int(number)


def _output_tokens(counts: object) -> int | None:
    """Length of the only reply."""
    counted = counts[0] if isinstance(counts, list) and counts else None
    number = _positive(_mapping(counted).get("output_tokens"))
    return None if number is None else int(number)


def _positive(value: object) -> float | None:
    """A number from a file; None for what is none."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number >= 0 else None
