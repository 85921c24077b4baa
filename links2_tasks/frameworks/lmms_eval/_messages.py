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


HOST_FRAMES = 32
"""Frames that the host's video models take from a file unless their arguments say otherwise."""


def leaves_the_host_too_few_frames(prompt: Prompt) -> bool:
    """Whether a video file is shown that holds fewer frames than the host's models want to take from it.

    Their samplers raise then, which ends the run.
    """
    files = [part for part in prompt.parts if isinstance(part, Video) and part.frames is None]
    return any(len(part.plan.indices) < HOST_FRAMES for part in files)


def _content(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, Image):
        return {"type": "image", "url": _pillow(part.pixels)}
    if part.frames is not None:
        return {"type": "video", "url": [_pillow(frame) for frame in part.frames]}
    # The file holds the planned frames and nothing else, so no part of it is cut out.
    return {"type": "video", "url": str(part.path)}


def _pillow(pixels: np.ndarray) -> PillowImage.Image:
    # Some models test for exactly PIL.Image.Image, which this is and an opened file is not.
    return PillowImage.fromarray(pixels)
