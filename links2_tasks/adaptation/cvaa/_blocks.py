"""Which tokens of a sequence show what: one block for each image or video of each sample.

Every family of models puts placeholder tokens where its vision encoder's tokens will stand, so their positions are read
from `input_ids`, and their grids from what the model itself is told of sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from links2_tasks.adaptation.cvaa._config import Family
from links2_tasks.errors import AdapterError

Role = Literal["uav", "satellite"]


@dataclass(frozen=True)
class Inputs:
    """What a model was called with, as far as it says where vision tokens are."""

    input_ids: Tensor
    """(B, L)."""
    image_grid_thw: Tensor | None = None
    """(images, 3) times, rows and columns of patches, before they are merged; Qwen only."""
    video_grid_thw: Tensor | None = None
    """(videos, 3), the same."""
    image_sizes: Tensor | None = None
    """(images, 2) height and width in pixels; LLaVA-OneVision only."""

    @property
    def has_grids(self) -> bool:
        """Whether any grid is known."""
        return self.image_grid_thw is not None or self.video_grid_thw is not None


@dataclass(frozen=True)
class Block:
    """Tokens of one image or video."""

    is_video: bool
    positions: Tensor
    """(times * rows * columns,) places in the sequence, in the order of time, row, column."""
    times: int
    rows: int
    columns: int


def blocks_of(family: Family, config: Any, inputs: Inputs) -> list[list[Block]]:
    """The blocks of each sample, in their order in the sequence.

    Args:
        family: Of the base model.
        config: Configuration of the base model.
        inputs: What it was called with.

    Raises:
        AdapterError: placeholders and grids do not fit together.
    """
    found = _READERS[family](config, inputs)
    return [sorted(blocks, key=lambda block: int(block.positions[0])) for blocks in found]


def roles_of(blocks: Sequence[Block], n_satellite: int) -> list[Role]:
    """Who shows what: videos are the UAV's; beside a video, images are maps, and otherwise the last `n_satellite`."""
    if any(block.is_video for block in blocks):
        return ["uav" if block.is_video else "satellite" for block in blocks]
    first = len(blocks) - n_satellite
    return ["uav" if place < first else "satellite" for place in range(len(blocks))]


def _qwen(config: Any, inputs: Inputs) -> list[list[Block]]:
    merge = config.vision_config.spatial_merge_size
    images = _Grids(inputs.image_grid_thw, merge, "image")
    videos = _Grids(inputs.video_grid_thw, merge, "video")
    samples = []
    for ids in inputs.input_ids:
        of_images = images.take(_places(ids, config.image_token_id), is_video=False)
        of_videos = videos.take(_places(ids, config.video_token_id), is_video=True)
        samples.append([*of_images, *of_videos])
    for grids in (images, videos):
        grids.check_all_taken()
    return samples


class _Grids:
    """The grids of one kind, which the samples of a batch use up in their order."""

    def __init__(self, grid_thw: Tensor | None, merge: int, kind: str) -> None:
        listed = [] if grid_thw is None else grid_thw.tolist()
        self._left = [(times, rows // merge, columns // merge) for times, rows, columns in listed]
        self._kind = kind

    def take(self, places: Tensor, *, is_video: bool) -> Iterator[Block]:
        start = 0
        while start < len(places):
            times, rows, columns = self._left.pop(0) if self._left else (0, 0, 0)
            n_tokens = times * rows * columns
            if n_tokens == 0 or start + n_tokens > len(places):
                raise AdapterError(
                    f"A sample holds {len(places)} {self._kind} tokens, which {self._kind}_grid_thw does not cover. "
                    "Pass what the model's own processor gives."
                )
            yield Block(is_video, places[start : start + n_tokens], times, rows, columns)
            start += n_tokens

    def check_all_taken(self) -> None:
        if self._left:
            raise AdapterError(
                f"{self._kind}_grid_thw lists {len(self._left)} more than the sequences have tokens for. "
                "Pass what the model's own processor gives."
            )


def _llava_onevision(config: Any, inputs: Inputs) -> list[list[Block]]:
    side = config.vision_config.image_size // config.vision_config.patch_size
    pooled = -(-side // 2)
    samples = []
    for ids in inputs.input_ids:
        blocks = [_overview(run, side) for run in _runs(_places(ids, config.image_token_id))]
        for run in _runs(_places(ids, config.video_token_id)):
            # One newline token ends a video.
            times = (len(run) - 1) // (pooled * pooled)
            _check_run(len(run) == times * pooled * pooled + 1 and times > 0, len(run), "video")
            blocks.append(Block(True, run[:-1], times, pooled, pooled))
        samples.append(blocks)
    n_images = sum(not block.is_video for blocks in samples for block in blocks)
    if inputs.image_sizes is not None and len(inputs.image_sizes) != n_images:
        raise AdapterError(
            f"There are {len(inputs.image_sizes)} images but {n_images} rows of image tokens: put text between images."
        )
    return samples


def _overview(run: Tensor, side: int) -> Block:
    """The first tokens of an image show all of it at low resolution; crops and newlines follow."""
    _check_run(len(run) >= side * side, len(run), "image")
    return Block(False, run[: side * side], 1, side, side)


def _internvl(config: Any, inputs: Inputs) -> list[list[Block]]:
    patches = config.vision_config.image_size[0] // config.vision_config.patch_size[0]
    side = int(patches * config.downsample_ratio)
    samples = []
    for ids in inputs.input_ids:
        blocks = []
        for run in _runs(_places(ids, config.image_token_id)):
            _check_run(len(run) % (side * side) == 0, len(run), "image")
            # Of an image in tiles, the last one shows all of it.
            blocks.append(Block(False, run[-side * side :], 1, side, side))
        samples.append(blocks)
    return samples


_READERS: dict[Family, Callable[[Any, Inputs], list[list[Block]]]] = {
    "qwen2_5_vl": _qwen,
    "qwen3_vl": _qwen,
    "llava_onevision": _llava_onevision,
    "internvl": _internvl,
}


def _places(ids: Tensor, token_id: int) -> Tensor:
    return (ids == token_id).nonzero()[:, 0]


def _runs(places: Tensor) -> list[Tensor]:
    """Places that follow one another without a gap."""
    if len(places) == 0:
        return []
    ends = (places[1:] - places[:-1] != 1).nonzero()[:, 0] + 1
    return list(torch.tensor_split(places, ends.cpu()))


def _check_run(fits: bool, n_tokens: int, kind: str) -> None:
    if not fits:
        raise AdapterError(
            f"{n_tokens} {kind} tokens in a row are no {kind} of this model. Pass what the model's own processor gives."
        )
