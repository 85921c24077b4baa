"""Names of the datasets in VLMEvalKit: which tasks, and how the two views are put to the model.

A name is `LinkS2`, then `-` and a task or a dimension, then `_` and a sampling or a variant: `LinkS2`,
`LinkS2-localization`, `LinkS2-uav_localization_16frame`, `LinkS2_text_only`. The host finds result files by parts of
names, and `_` and what follows is its own custom for samplings.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from links2_tasks import taxonomy
from links2_tasks.errors import FrameworkError
from links2_tasks.prompt import PromptSettings
from links2_tasks.schema import DEFAULT_VARIANT

BASE = "LinkS2"
MOST_SATELLITE_IMAGES = 6
"""As many as there are letters for them."""

Medium = Literal["images", "video"]


@dataclass(frozen=True)
class Sampling:
    """A way to put the two views to a model."""

    suffix: str
    """What follows `_` in a name; empty for the default."""
    settings: PromptSettings
    medium: Medium
    """What the UAV footage is handed over as."""
    summary: str
    change: str | None = None
    """What is done to the questions, as `links2_tasks.variants` calls it."""
    variant: str = DEFAULT_VARIANT
    """What sample rows say; samplings are no variants, and the row's manifest names their frames."""

    @property
    def most_images(self) -> int:
        """Most images in one message; satellite tiles count, a video does not."""
        shows_frames = self.medium == "images" and self.settings.modality in ("both", "video")
        n_frames = 1 if self.settings.query_frame == "only" else self.settings.n_frames
        shows_maps = self.settings.modality in ("both", "satellite")
        return n_frames * shows_frames + MOST_SATELLITE_IMAGES * shows_maps


SAMPLINGS = (
    Sampling(
        "",
        PromptSettings(strategy="frames_as_images", n_frames=32),
        "images",
        "32 frames as images, each after its time, then the satellite image",
    ),
    Sampling(
        "16frame",
        PromptSettings(strategy="frames_as_images", n_frames=16),
        "images",
        "16 frames as images, for engines that take at most 24",
    ),
    Sampling(
        "8frame",
        PromptSettings(strategy="frames_as_images", n_frames=8),
        "images",
        "8 frames as images",
    ),
    Sampling(
        "images",
        PromptSettings(strategy="images_only", n_frames=32),
        "images",
        "32 frames and the satellite image before all text, for wrappers that put images first anyway",
    ),
    Sampling(
        "video",
        PromptSettings(strategy="native_video", n_frames=32),
        "video",
        "a video of exactly 32 frames and the satellite image, for wrappers that take both in one message",
    ),
)


@dataclass(frozen=True)
class DatasetName:
    """A dataset as VLMEvalKit knows it."""

    name: str
    scope: str
    """A task, a dimension, or 'all'."""
    tasks: tuple[str, ...]
    sampling: Sampling


@lru_cache(maxsize=1)
def dataset_names() -> tuple[DatasetName, ...]:
    """All datasets: everything, dimensions, then tasks; each with every sampling, then with every variant."""
    groups = taxonomy.groups()
    scopes = [(group.name, group.tasks) for group in (groups[-1], *groups[:-1])]
    scopes += [(task.name, (task,)) for task in taxonomy.tasks()]
    ways = [*((sampling, groups[-1].tasks) for sampling in SAMPLINGS), *_variants()]
    return tuple(
        DatasetName(_joined(scope, way.suffix), scope, tuple(task.name for task in tasks if task in asked), way)
        for scope, tasks in scopes
        for way, asked in ways
        if set(tasks) & set(asked)
    )


def _variants() -> Iterator[tuple[Sampling, tuple[taxonomy.Task, ...]]]:
    """A way for each variant, which is put as the default sampling is; and the tasks that it can be asked of."""
    default = SAMPLINGS[0]
    for variant in taxonomy.variants():
        settings = PromptSettings.model_validate({**default.settings.model_dump(), **variant.settings})
        yield (
            Sampling(variant.name, settings, default.medium, variant.summary, variant.change, variant.name),
            variant.tasks,
        )


def names_with(medium: Medium) -> list[str]:
    """Names of the datasets that hand over the footage in one way."""
    return [each.name for each in dataset_names() if each.sampling.medium == medium]


def is_ours(name: object) -> bool:
    """Whether a dataset has this name; never raises, as wrappers pass on what they were given."""
    return isinstance(name, str) and name in _by_name()


def find(name: str) -> DatasetName:
    """The dataset with a name.

    Raises:
        FrameworkError: there is none.
    """
    known = _by_name()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=4, cutoff=0.5) or [each for each in known if "_" not in each]
        raise FrameworkError(
            f"There is no dataset '{name}'. Near it: {', '.join(near)}. Names are {BASE}, {BASE}-DIMENSION or "
            f"{BASE}-TASK, then nothing, or one of {', '.join(_endings())}. "
            "`links2 tasks` lists tasks and dimensions."
        )
    return known[name]


@lru_cache(maxsize=1)
def _by_name() -> dict[str, DatasetName]:
    return {each.name: each for each in dataset_names()}


def _endings() -> tuple[str, ...]:
    ways = dict.fromkeys(each.sampling.suffix for each in dataset_names())
    return tuple(f"_{suffix}" for suffix in ways if suffix)


def _joined(scope: str, suffix: str) -> str:
    name = BASE if scope == "all" else f"{BASE}-{scope}"
    return f"{name}_{suffix}" if suffix else name
