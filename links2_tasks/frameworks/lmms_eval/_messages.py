"""Prompt parts in the forms that lmms-eval's chat and simple models take."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image as PillowImage

from links2_tasks.prompt import Image, Part, Prompt, Text, Video


def chat_messages(prompt: Prompt) -> list[dict[str, Any]]:
    """One user turn with the parts in order; a fresh list, because models insert a system turn into it."""
    return [{"role": "user", "content": [_content(part) for part in prompt.parts]}]


def text_message(text: str) -> list[dict[str, Any]]:
    """One user turn that holds only text."""
    return [{"role": "user", "content": [{"type": "text", "text": text}]}]


def visuals(prompt: Prompt) -> list[PillowImage.Image]:
    """The images of a prompt in order."""
    return [_pillow(part.pixels) for part in prompt.parts if isinstance(part, Image)]


def leaves_the_host_too_few_frames(prompt: Prompt, n_frames: int) -> bool:
    """Whether a video file is shown whose span holds no more than `n_frames` frames.

    The samplers of the host's models want that many and raise when there are fewer, which ends the run.
    """
    files = [part for part in prompt.parts if isinstance(part, Video) and part.frames is None]
    return any(part.plan.indices[-1] - part.plan.indices[0] < n_frames for part in files)


def _content(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, Image):
        return {"type": "image", "url": _pillow(part.pixels)}
    if part.frames is not None:
        return {"type": "video", "url": [_pillow(frame) for frame in part.frames]}
    start_s, end_s = part.span_s
    return {"type": "video", "url": str(part.path), "start_time": start_s, "end_time": end_s}


def _pillow(pixels: np.ndarray) -> PillowImage.Image:
    # Some models test for exactly PIL.Image.Image, which this is and an opened file is not.
    return PillowImage.fromarray(pixels)
