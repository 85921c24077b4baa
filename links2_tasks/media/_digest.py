"""Digests of pixels, so that a result can say exactly what was shown."""

from __future__ import annotations

import hashlib

import numpy as np


def pixel_sha256(pixels: np.ndarray) -> str:
    """SHA-256 over the shape and the bytes of an array of uint8 pixels."""
    if pixels.dtype != np.uint8:
        raise TypeError(f"pixels must be uint8, got {pixels.dtype}")
    digest = hashlib.sha256("x".join(str(length) for length in pixels.shape).encode())
    digest.update(b"\0")
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()
