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


def visuals(prompt: Prompt) -> list[PillowImage.Image | str]:
    """Images, and paths of videos, in the order of the prompt."""
    found: list[PillowImage.Image | str] = []
    for part in prompt.parts:
        if isinstance(part, Image):
            found.append(_pillow(part.pixels))
        elif isinstance(part, Video) and part.frames is not None:
            found += [_pillow(frame) for frame in part.frames]
        elif isinstance(part, Video):
            found.append(str(part.path))
    return found


def _content(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, Image):
        return {"type": "image", "url": _pillow(part.pixels)}
    if part.frames is not None:
        return {"type": "video", "url": [_pillow(frame) for frame in part.frames]}
    return {"type": "video", "url": str(part.path)}


def _pillow(pixels: np.ndarray) -> PillowImage.Image:
    # Some models test for exactly PIL.Image.Image, which this is and an opened file is not.
    return PillowImage.fromarray(pixels)
