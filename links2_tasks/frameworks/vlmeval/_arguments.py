"""What this package must know of the command line of VLMEvalKit's runner. All of it is handed over unchanged."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.vlmeval._names import BASE, DatasetName, find

# The host's options that matter here, with the host's own defaults.
_LISTS = ("--data", "--model")
_TEXTS = {
    "--config": None,
    "--data-config": None,
    "--base-url": None,
    "--custom-prompt": None,
    "--work-dir": "./outputs",
    "--mode": "all",
}
_FLAGS = ("--reuse", "--video-llm", "--use-vllm", "--api-mode")


@dataclass(frozen=True)
class ModelAsked:
    """A model of the command line or of the file named by --config."""

    name: str
    settings: Mapping[str, Any]
    """Its entry in that file; empty for a model that VLMEvalKit knows by name."""


@dataclass(frozen=True)
class DatasetAsked:
    """A dataset of the command line or of the file named by --config."""

    name: str
    ours: DatasetName | None
    """None for a dataset of the host."""


@dataclass(frozen=True)
class Request:
    """One run as it was asked for."""

    models: tuple[ModelAsked, ...]
    datasets: tuple[DatasetAsked, ...]
    work_dir: Path
    """As named by --work-dir."""
    from_config: bool
    """Models and datasets come from a file; the host then ignores options such as --base-url."""
    mode: str
    reuse: bool
    base_url: str | None
    custom_prompt: str | None
    """A prompt of the host's that takes the place of a dataset's."""
    video_llm: bool
    use_vllm: bool
    api_mode: bool

    @property
    def ours(self) -> tuple[DatasetName, ...]:
        """The datasets of this package."""
        return tuple(each.ours for each in self.datasets if each.ours is not None)

    def result_folder(self, model: ModelAsked) -> Path:
        """Where the host puts what belongs to a model."""
        if self.api_mode:
            return self.work_dir / model.name.replace("/", "--")
        # Looked up late: the host also reads variables from a file of its own when it is imported.
        return Path(os.environ.get("MMEVAL_ROOT", self.work_dir)) / model.name


class _Parser(argparse.ArgumentParser):
    """Raises where argparse would leave the process."""

    def error(self, message: str) -> NoReturn:
        raise FrameworkError(f"The arguments for VLMEvalKit cannot be read: {message}.")


def wants_help(arguments: Sequence[str]) -> bool:
    """Whether the host is only asked to explain itself."""
    return any(each in ("-h", "--help") for each in arguments)


def read_arguments(arguments: Sequence[str]) -> Request:
    """Read the arguments of the host's runner.

    Raises:
        FrameworkError: nothing is asked for, a dataset of ours does not exist or is set up otherwise than by its name,
            or a file or an option cannot be read.
    """
    known, others = _parser().parse_known_args(list(arguments))
    _refuse_short_forms(others)
    models, data = known.model, known.data
    if known.config is not None:
        models, data = _read_config(Path(known.config))
    if not models or not data:
        raise FrameworkError(
            "Nothing to run: name datasets and models, for example --data LinkS2 --model links2_geometric, "
            "or a file of both with --config FILE."
        )
    from_config = known.config is not None
    set_up = data if from_config else _data_config(known.data_config)
    return Request(
        models=tuple(ModelAsked(name, models[name] if from_config else {}) for name in dict.fromkeys(models)),
        datasets=tuple(_dataset(name, set_up.get(name, {})) for name in dict.fromkeys(data)),
        work_dir=Path(known.work_dir),
        from_config=from_config,
        mode=known.mode,
        reuse=known.reuse or known.mode == "eval",
        base_url=known.base_url,
        custom_prompt=known.custom_prompt,
        video_llm=known.video_llm,
        use_vllm=known.use_vllm,
        api_mode=known.api_mode,
    )


def _parser() -> _Parser:
    parser = _Parser(add_help=False, allow_abbrev=False)
    for name in _LISTS:
        parser.add_argument(name, nargs="+")
    for name, default in _TEXTS.items():
        parser.add_argument(name, default=default)
    for name in _FLAGS:
        parser.add_argument(name, action="store_true")
    return parser


def _refuse_short_forms(others: Sequence[str]) -> None:
    """The host would resolve `--dat`; to guess what it resolves it to might be to check another run."""
    for each in others:
        short = each.partition("=")[0]
        meant = [name for name in (*_LISTS, *_TEXTS, *_FLAGS) if len(short) > 2 and name.startswith(short)]
        if meant:
            raise FrameworkError(f"Write '{short}' in full: {' or '.join(meant)}.")


def _dataset(name: str, settings: Mapping[str, Any]) -> DatasetAsked:
    inner = str(settings.get("dataset", name))
    if not any(each.startswith(BASE) for each in (name, inner, str(settings.get("class", "")))):
        return DatasetAsked(name, None)
    if settings:
        # The host names some files by the one and some by the other, and a sampling of its own would go unnoticed.
        raise FrameworkError(
            f"The dataset '{name}' is set up by {json.dumps(dict(settings))}. A dataset of links2 is set up by its "
            f"name alone: write {{}} after it in --config, and leave it out of --data-config. Names end in the "
            "sampling, for example LinkS2_16frame."
        )
    return DatasetAsked(name, find(name))


def _read_config(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The models and the datasets of a file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FrameworkError(f"The file of --config, {path}, cannot be read as JSON: {error}") from error
    return _part(path, content, "model"), _part(path, content, "data")


def _part(path: Path, content: Any, name: str) -> dict[str, Any]:
    part = content.get(name) if isinstance(content, dict) else None
    if not isinstance(part, dict) or not all(isinstance(each, dict) for each in part.values()):
        raise FrameworkError(
            f"The file of --config, {path}, must hold an object '{name}', and in it an object for every name: "
            f'{{"model": {{"links2_geometric": {{}}}}, "data": {{"LinkS2": {{}}}}}}.'
        )
    return part


def _data_config(text: str | None) -> dict[str, Any]:
    """The entries of --data-config; one that cannot be read is left for the host to complain about."""
    try:
        content = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: settings for name, settings in content.items() if isinstance(settings, dict)}
