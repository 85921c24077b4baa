"""The ways to put a question that both frameworks can express, and what each needs to be asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from links2_tasks import taxonomy

UNKNOWN_MODEL = "parity_recorder"
"""A name that no family of models claims: `strategy: auto` gives it frames as images."""
VIDEO_MODEL = "qwen3_vl_parity_recorder"
"""A name that belongs to a family that takes video files."""
GROUP = "links2_all"


@dataclass(frozen=True)
class Way:
    """A strategy with its number of frames."""

    dataset: str
    """Name in VLMEvalKit."""
    label: str
    in_lmms_eval: str
    """How lmms-eval comes to it, for people."""
    model: str = UNKNOWN_MODEL
    simple: bool = False
    settings: Mapping[str, Any] | None = None
    """Of a variant in a task file of its own; None for the task files as they are."""
    shift: int = 0
    """Deals the canned replies out anew."""

    @property
    def group(self) -> str:
        """Name of the group of all tasks in lmms-eval."""
        return GROUP if self.settings is None else f"{GROUP}_{self.dataset.partition('_')[2]}"

    def in_group(self, name: str) -> str:
        """Name in lmms-eval of a task or a dimension in the group."""
        return f"links2_{name}" if self.settings is None else f"links2_{name}_{self.dataset}"


WAYS = (
    Way("LinkS2", "`frames_as_images`, 32 frames", "task files as they are, a model of no known family"),
    Way(
        "LinkS2_16frame",
        "`frames_as_images`, 16 frames",
        "a variant with `n_frames: 16`",
        settings={"strategy": "frames_as_images", "n_frames": 16, "modality": "both"},
        shift=5,
    ),
    Way(
        "LinkS2_8frame",
        "`frames_as_images`, 8 frames",
        "a variant with `n_frames: 8`",
        settings={"strategy": "frames_as_images", "n_frames": 8, "modality": "both"},
        shift=10,
    ),
    Way(
        "LinkS2_images",
        "`images_only`, 32 frames",
        "a variant with `strategy: images_only`",
        settings={"strategy": "images_only", "n_frames": 32, "modality": "both"},
        shift=15,
    ),
    Way(
        "LinkS2_images",
        "`images_only`, simple model",
        "task files as they are, a simple model",
        simple=True,
        shift=15,
    ),
    Way(
        "LinkS2_video",
        "`native_video`, 32 frames",
        "task files as they are, a model of a family that takes video",
        model=VIDEO_MODEL,
        shift=20,
    ),
)


def write_variants(folder: Path) -> Path:
    """Group files for the ways that need one, each as the variants of all tasks that the package ships."""
    folder.mkdir(parents=True, exist_ok=True)
    for way in WAYS:
        if way.settings is not None:
            _write(
                folder / f"{way.group}.yaml",
                {
                    "include": str(taxonomy.task_yaml_dir() / "_links2_group_yaml"),
                    "group": way.group,
                    "task": [GROUP],
                    "dataset_name": way.dataset,
                    "lmms_eval_specific_kwargs": {"default": dict(way.settings)},
                },
            )
    return folder


def write_video_variant(folder: Path, task: str) -> str:
    """A task file that asks a task with the video as a file, whatever the model; returns its name."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{taxonomy.PREFIX}{task}_video"
    settings = {"strategy": "native_video", "n_frames": 32, "modality": "both"}
    _write(
        folder / f"{name}.yaml",
        {
            "include": str(taxonomy.task_yaml_dir() / f"{taxonomy.PREFIX}{task}.yaml"),
            "task": name,
            "dataset_name": "video",
            "lmms_eval_specific_kwargs": {"default": settings},
        },
    )
    return name


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(content), sort_keys=False), encoding="utf-8")
