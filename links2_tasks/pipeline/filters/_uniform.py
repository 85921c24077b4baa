"""How much of an image is of one colour, block by block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK_PX = 16
UNIFORM_RANGE = 2
"""Largest minus smallest value of each channel of a block without content; real ground varies more."""


def uniform_blocks(pixels: NDArray[np.uint8], block_px: int = BLOCK_PX) -> NDArray[np.bool_]:
    """Which blocks (H // block_px, W // block_px) of an image (H, W, 3) have one colour; a rest at an edge is left out.

    An image that is smaller than a block is one block.
    """
    height, width = pixels.shape[:2]
    side = max(1, min(block_px, height, width))
    rows, columns = height // side, width // side
    blocks = pixels[: rows * side, : columns * side].reshape(rows, side, columns, side, -1)
    spread = blocks.max(axis=(1, 3)).astype(int) - blocks.min(axis=(1, 3))
    return np.asarray((spread <= UNIFORM_RANGE).all(axis=-1))


def uniform_share(pixels: NDArray[np.uint8], block_px: int = BLOCK_PX) -> float:
    """Share 0..1 of an image that lies in such blocks."""
    return float(uniform_blocks(pixels, block_px).mean())
