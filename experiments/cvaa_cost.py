"""What the Cross-View Alignment Adapter adds to a model of the 7B shape: parameters and floating-point operations.

    python experiments/cvaa_cost.py
    python experiments/cvaa_cost.py --shared-size 512

Computed, not measured: the language model of Qwen2.5-VL-7B and the adapter are built without weights (PyTorch's 'meta'
device), and PyTorch counts their operations for one prompt. The vision encoder and the words that are generated come on
top for the base model, so the shares that are printed are upper bounds.
"""

from __future__ import annotations

import argparse

import torch
from torch.utils.flop_counter import FlopCounterMode

from links2_tasks.adaptation.cvaa import CrossViewAlignment, CvaaConfig, View

FRAMES = (16, 13, 23)
"""Tokens of 32 frames of 640 x 360 pixels: pairs of frames, rows, columns."""
MAP = (1, 37, 37)
"""Tokens of a satellite image of 1,024 x 1,024 pixels."""
N_WORDS = 200
SHAPE_7B = {
    "hidden_size": 3584,
    "intermediate_size": 18944,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "vocab_size": 152064,
    "rope_parameters": {"rope_type": "default", "mrope_section": [16, 24, 24], "rope_theta": 1e6},
}


def view(times: int, rows: int, columns: int, hidden: int) -> View:
    """Tokens without content."""
    n_tokens = times * rows * columns
    return View(torch.empty(n_tokens, hidden), torch.empty(n_tokens, 2), torch.empty(n_tokens, dtype=torch.long), times)


def main() -> None:
    """Print the shares."""
    from transformers import Qwen2_5_VLTextConfig, Qwen2_5_VLTextModel

    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--shared-size", type=int, default=256)
    chosen = made.parse_args()
    hidden = int(SHAPE_7B["hidden_size"])  # type: ignore[call-overload]
    config = CvaaConfig(family="qwen2_5_vl", hidden_size=hidden, shared_size=chosen.shared_size)
    uav, satellite = (times * rows * columns for times, rows, columns in (FRAMES, MAP))
    with torch.device("meta"), torch.no_grad():
        base = Qwen2_5_VLTextModel._from_config(Qwen2_5_VLTextConfig(**SHAPE_7B), attn_implementation="sdpa")
        adapter = CrossViewAlignment(config)
        with FlopCounterMode(display=False) as of_base:
            base(inputs_embeds=torch.empty(1, uav + satellite + N_WORDS, hidden), use_cache=False)
        with FlopCounterMode(display=False) as of_adapter:
            adapter(view(*FRAMES, hidden), view(*MAP, hidden))
    n_base, n_adapter = (sum(p.numel() for p in module.parameters()) for module in (base, adapter))
    flops_base, flops_adapter = of_base.get_total_flops(), of_adapter.get_total_flops()
    print(f"one prompt: {uav} video tokens, {satellite} map tokens, {N_WORDS} others")
    print(f"parameters: {n_adapter / 1e6:.1f} M beside {n_base / 1e9:.2f} G, {100 * n_adapter / n_base:.3f} %")
    share = 100 * flops_adapter / flops_base
    print(f"operations: {flops_adapter / 1e9:.0f} G beside {flops_base / 1e12:.1f} T, {share:.3f} %")


if __name__ == "__main__":
    main()
