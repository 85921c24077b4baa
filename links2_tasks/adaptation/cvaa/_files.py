"""Adapters on disk: `adapter_config.json` and `adapter_model.safetensors`, and nothing that could run code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from torch import Tensor

from links2_tasks._files import told_where, write_text, write_whole
from links2_tasks.adaptation.cvaa._config import CvaaConfig
from links2_tasks.errors import AdapterError

ADAPTER = "cvaa"
CONFIG_FILE = "adapter_config.json"
WEIGHTS_FILE = "adapter_model.safetensors"
_KIND = "peft_type"
"""The key by which PEFT tells adapters apart; ours says 'CVAA', so PEFT refuses it by name."""


def write_adapter(folder: Path, config: CvaaConfig, weights: Mapping[str, Tensor]) -> None:
    """Write both files, the weights first: a folder with a configuration is complete.

    Raises:
        DataError: the folder cannot be written.
    """
    from safetensors.torch import save

    content = save({name: tensor.detach().contiguous().cpu() for name, tensor in weights.items()})
    weights_file = folder / WEIGHTS_FILE
    with told_where(weights_file):
        write_whole(weights_file, lambda stream: stream.write(content))
    fields = {_KIND: ADAPTER.upper(), **config.model_dump(mode="json")}
    write_text(folder / CONFIG_FILE, json.dumps(fields, indent=2) + "\n")


def read_adapter(folder: Path) -> tuple[CvaaConfig, dict[str, Tensor]]:
    """Configuration and weights.

    Raises:
        AdapterError: a file is missing or damaged, or they are of another kind of adapter or another version.
    """
    return _read_config(folder / CONFIG_FILE), _read_weights(folder)


def _read_config(path: Path) -> CvaaConfig:
    try:
        fields: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AdapterError(f"No adapter in {path.parent}: {path.name} cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise AdapterError(f"{path} is damaged: {error}. Copy the adapter anew.") from error
    kind = fields.pop(_KIND, None) if isinstance(fields, dict) else None
    if kind != ADAPTER.upper():
        raise AdapterError(
            f"{path} describes an adapter of the kind {kind!r}, not {ADAPTER.upper()!r}. Load it with PEFT."
        )
    try:
        return CvaaConfig.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise AdapterError(f"{path}: {where}: {first['msg']}. It may be of another version of links2.") from error


def _read_weights(folder: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = folder / WEIGHTS_FILE
    if not path.is_file():
        pickled = sorted(each.name for each in folder.glob("*.bin"))
        why = f" {', '.join(pickled)} is a pickle, which can run code, and is not read." if pickled else ""
        raise AdapterError(f"No adapter weights in {folder}: {WEIGHTS_FILE} was looked for.{why}")
    try:
        return dict(load_file(path))
    except (SafetensorError, OSError) as error:
        raise AdapterError(f"{path} is damaged: {error}. Copy the adapter anew.") from error
