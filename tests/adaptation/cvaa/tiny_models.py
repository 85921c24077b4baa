"""Models of each family with two thin layers and random weights, and calls with one video and one map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

IMAGE, VIDEO, WORD, N_WORDS = 90, 91, 5, 100
TEXT = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "vocab_size": N_WORDS,
    "max_position_embeddings": 512,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
QWEN_VISION = {"depth": 2, "hidden_size": 32, "intermediate_size": 48, "num_heads": 2, "out_hidden_size": 32}
IDS = {"image_token_id": IMAGE, "video_token_id": VIDEO, "vision_start_token_id": 92, "vision_end_token_id": 93}
SMALL_VISION = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2}


def _qwen2_5() -> nn.Module:
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    rope = {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 1e4}
    vision = {**QWEN_VISION, "fullatt_block_indexes": [1], "window_size": 56}
    return Qwen2_5_VLForConditionalGeneration(
        Qwen2_5_VLConfig(text_config={**TEXT, "rope_parameters": rope}, vision_config=vision, **IDS)
    )


def _qwen3() -> nn.Module:
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    rope = {"rope_type": "default", "mrope_section": [4, 2, 2], "mrope_interleaved": True, "rope_theta": 1e4}
    vision = {**QWEN_VISION, "patch_size": 14, "deepstack_visual_indexes": [0], "num_position_embeddings": 64}
    return Qwen3VLForConditionalGeneration(
        Qwen3VLConfig(text_config={**TEXT, "head_dim": 16, "rope_parameters": rope}, vision_config=vision, **IDS)
    )


def _llava_onevision() -> nn.Module:
    from transformers import LlavaOnevisionConfig, LlavaOnevisionForConditionalGeneration

    return LlavaOnevisionForConditionalGeneration(
        LlavaOnevisionConfig(
            text_config={**TEXT, "model_type": "qwen2"},
            vision_config={
                **SMALL_VISION,
                "model_type": "siglip_vision_model",
                "image_size": 56,
                "patch_size": 14,
                "vision_use_head": False,
            },
            image_grid_pinpoints=[[56, 56], [112, 112]],
            image_token_id=IMAGE,
            video_token_id=VIDEO,
        )
    )


def _internvl() -> nn.Module:
    from transformers import InternVLConfig, InternVLForConditionalGeneration

    return InternVLForConditionalGeneration(
        InternVLConfig(
            text_config={**TEXT, "model_type": "qwen2"},
            vision_config={**SMALL_VISION, "image_size": [56, 56], "patch_size": [14, 14]},
            image_token_id=IMAGE,
            downsample_ratio=0.5,
        )
    )


_BASES: dict[str, Callable[[], nn.Module]] = {
    "qwen2_5_vl": _qwen2_5,
    "qwen3_vl": _qwen3,
    "llava_onevision": _llava_onevision,
    "internvl": _internvl,
}


def make_base(family: str, seed: int = 0) -> Any:
    """A base model in evaluation mode; the same seed gives the same weights."""
    torch.manual_seed(seed)
    return _BASES[family]().eval()


def _qwen_call(seed: int, *, of_qwen3: bool) -> dict[str, torch.Tensor]:
    """A video of 2 x 2 frames with 2 x 3 tokens each, and a map with 3 x 2 tokens."""
    drawn = torch.Generator().manual_seed(seed)
    frames = [[92, *[VIDEO] * 6, 93, WORD], [92, *[VIDEO] * 6, 93]] if of_qwen3 else [[92, *[VIDEO] * 12, 93]]
    ids = [WORD, *(token for part in frames for token in part), WORD, 92, *[IMAGE] * 6, 93, 7, 8]
    kinds = [{IMAGE: 1, VIDEO: 2}.get(token, 0) for token in ids]
    return {
        "input_ids": torch.tensor([ids]),
        "attention_mask": torch.ones(1, len(ids), dtype=torch.long),
        "mm_token_type_ids": torch.tensor([kinds]),
        "pixel_values_videos": torch.randn(2 * 4 * 6, 3 * 2 * 14 * 14, generator=drawn),
        "video_grid_thw": torch.tensor([[2, 4, 6]]),
        "pixel_values": torch.randn(6 * 4, 3 * 2 * 14 * 14, generator=drawn),
        "image_grid_thw": torch.tensor([[1, 6, 4]]),
    }


def _llava_call(seed: int) -> dict[str, torch.Tensor]:
    """A video of 3 frames with 2 x 2 tokens each, and a map with 4 x 4 tokens and a crop of the same size."""
    drawn = torch.Generator().manual_seed(seed)
    ids = [WORD, *[VIDEO] * 13, WORD, *[IMAGE] * (16 + 4 * 5), 7, 8]
    return {
        "input_ids": torch.tensor([ids]),
        "attention_mask": torch.ones(1, len(ids), dtype=torch.long),
        "pixel_values_videos": torch.randn(1, 3, 3, 56, 56, generator=drawn),
        "pixel_values": torch.randn(1, 2, 3, 56, 56, generator=drawn),
        "image_sizes": torch.tensor([[56, 56]]),
    }


def _internvl_call(seed: int) -> dict[str, torch.Tensor]:
    """Three frames as images and a map, 2 x 2 tokens each."""
    drawn = torch.Generator().manual_seed(seed)
    ids = [WORD]
    for _ in range(4):
        ids += [92, *[IMAGE] * 4, 93, WORD]
    return {
        "input_ids": torch.tensor([[*ids, 7, 8]]),
        "attention_mask": torch.ones(1, len(ids) + 2, dtype=torch.long),
        "pixel_values": torch.randn(4, 3, 56, 56, generator=drawn),
    }


def make_call(family: str, seed: int = 0) -> dict[str, torch.Tensor]:
    """What a model of the family is called with."""
    if family == "llava_onevision":
        return _llava_call(seed)
    if family == "internvl":
        return _internvl_call(seed)
    return _qwen_call(seed, of_qwen3=family == "qwen3_vl")
