"""Which tokens show what: grids and placeholders that fit, and those that do not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.adaptation.cvaa import Block, Inputs, blocks_of, roles_of
from links2_tasks.errors import AdapterError

IMAGE, VIDEO = 90, 91
QWEN = SimpleNamespace(image_token_id=IMAGE, video_token_id=VIDEO, vision_config=SimpleNamespace(spatial_merge_size=2))
LLAVA = SimpleNamespace(
    image_token_id=IMAGE, video_token_id=VIDEO, vision_config=SimpleNamespace(image_size=56, patch_size=14)
)
INTERNVL = SimpleNamespace(
    image_token_id=IMAGE,
    downsample_ratio=0.5,
    vision_config=SimpleNamespace(image_size=[56, 56], patch_size=[14, 14]),
)


def sizes(blocks: list[Block]) -> list[tuple[bool, int, int, int]]:
    return [(block.is_video, block.times, block.rows, block.columns) for block in blocks]


@given(
    grids=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=4),
    gaps=st.lists(st.integers(0, 3), min_size=4, max_size=4),
)
def test_qwen_grids_cover_every_image_token_in_their_order(grids: list[tuple[int, int, int]], gaps: list[int]) -> None:
    ids = [5]
    for (times, rows, columns), gap in zip(grids, gaps, strict=False):
        ids += [IMAGE] * (times * rows * columns) + [5] * gap
    before_merging = torch.tensor([(times, 2 * rows, 2 * columns) for times, rows, columns in grids])
    (blocks,) = blocks_of("qwen2_5_vl", QWEN, Inputs(torch.tensor([ids]), image_grid_thw=before_merging))
    assert sizes(blocks) == [(False, *grid) for grid in grids]
    covered = torch.cat([block.positions for block in blocks]).tolist()
    assert covered == [place for place, token in enumerate(ids) if token == IMAGE]


def test_grids_are_used_up_by_the_samples_of_a_batch_in_their_order() -> None:
    ids = torch.tensor([[IMAGE, 5, 5], [IMAGE, IMAGE, 5]])
    found = blocks_of("qwen3_vl", QWEN, Inputs(ids, image_grid_thw=torch.tensor([[1, 2, 2], [1, 2, 4]])))
    assert [sizes(blocks) for blocks in found] == [[(False, 1, 1, 1)], [(False, 1, 1, 2)]]


@pytest.mark.parametrize("grid", [[[1, 2, 6]], [[1, 2, 2]], [[1, 2, 4], [1, 2, 2]]])
def test_qwen_grids_of_another_number_of_tokens_are_refused(grid: list[list[int]]) -> None:
    with pytest.raises(AdapterError, match="image_grid_thw"):
        blocks_of("qwen2_5_vl", QWEN, Inputs(torch.tensor([[IMAGE, IMAGE]]), image_grid_thw=torch.tensor(grid)))


def test_the_overview_of_an_image_in_crops_stands_for_it() -> None:
    ids = torch.tensor([[5, *[IMAGE] * (16 + 4 * 5), 5, *[VIDEO] * 9]])
    (blocks,) = blocks_of("llava_onevision", LLAVA, Inputs(ids, image_sizes=torch.tensor([[56, 56]])))
    assert sizes(blocks) == [(False, 1, 4, 4), (True, 2, 2, 2)]
    assert blocks[0].positions.tolist() == list(range(1, 17))


def test_images_without_text_between_them_are_refused() -> None:
    ids = torch.tensor([[IMAGE] * 32])
    with pytest.raises(AdapterError, match="put text between images"):
        blocks_of("llava_onevision", LLAVA, Inputs(ids, image_sizes=torch.tensor([[56, 56], [56, 56]])))


@pytest.mark.parametrize(("token", "number"), [(VIDEO, 8), (VIDEO, 1), (IMAGE, 15)])
def test_runs_that_are_no_image_or_video_are_refused(token: int, number: int) -> None:
    with pytest.raises(AdapterError, match="tokens in a row"):
        blocks_of("llava_onevision", LLAVA, Inputs(torch.tensor([[5, *[token] * number]])))


def test_the_thumbnail_of_an_image_in_tiles_stands_for_it() -> None:
    ids = torch.tensor([[5, *[IMAGE] * 12, 5, *[IMAGE] * 4]])
    (blocks,) = blocks_of("internvl", INTERNVL, Inputs(ids))
    assert [block.positions.tolist() for block in blocks] == [[9, 10, 11, 12], [14, 15, 16, 17]]
    with pytest.raises(AdapterError, match="5 image tokens in a row"):
        blocks_of("internvl", INTERNVL, Inputs(torch.tensor([[IMAGE] * 5])))


def test_beside_a_video_every_image_is_a_map() -> None:
    image, video = (Block(is_video, torch.tensor([0]), 1, 1, 1) for is_video in (False, True))
    assert roles_of([image, video, image], n_satellite=1) == ["satellite", "uav", "satellite"]
    assert roles_of([image, image, image], n_satellite=2) == ["uav", "satellite", "satellite"]
    assert roles_of([], n_satellite=1) == []
