"""Prompt parts in the form that VLMEvalKit's wrappers take: an ordered list of texts and paths."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from links2_tasks.errors import PromptError
from links2_tasks.frameworks._asked import UNREADABLE
from links2_tasks.frameworks.vlmeval._shown import KNOWN_IMAGES
from links2_tasks.prompt import FrameManifest, Image, Part, Prompt, Text

Message = list[dict[str, str]]

NOT_ASKED = "[links2: not asked, since no prompt could be built]"
"""What stands in result files in place of a reply to a message that shows nothing.

The record of what was shown is the latest one of all runs, and may be gone; so the result file itself says which of its
replies are none.
"""


def message_of(prompt: Prompt) -> Message:
    """The parts in order; a fresh list, because wrappers change what they are given.

    Raises:
        PromptError: the prompt holds a list of frames as one video, which this host has no form for.
        MediaError: an image file cannot be written.
    """
    names = _names_of_images(prompt.manifest)
    return [_item(part, names) for part in prompt.parts]


def text_message(text: str) -> Message:
    """A message that holds only text."""
    return [{"type": "text", "value": text}]


def unreadable_message() -> Message:
    """The message for a question that there is no prompt for."""
    return text_message(UNREADABLE)


def shows_nothing(message: object) -> bool:
    """Whether a message is that of a question without a prompt, so that no model need be asked."""
    return message == unreadable_message()


class LineOfMessage:
    """The lines that the latest messages of this process were made of.

    A wrapper is given a message and the name of a dataset. A model without weights looks up here which question it is.
    """

    def __init__(self, capacity: int = 1_000) -> None:
        """Keep the latest `capacity` messages. The host builds a message right before it asks a local model."""
        self._capacity = capacity
        self._lines: OrderedDict[str, str] = OrderedDict()

    def put(self, message: Message, line: str) -> None:
        """Remember the line of a message."""
        self._lines[_digest(message)] = line
        while len(self._lines) > self._capacity:
            self._lines.popitem(last=False)

    def get(self, message: Message) -> str | None:
        """The line of a message; None for one that was not made here."""
        return self._lines.get(_digest(message))


LINE_OF_MESSAGE = LineOfMessage()


def _digest(message: Message) -> str:
    return hashlib.sha256(json.dumps([[item["type"], item["value"]] for item in message]).encode()).hexdigest()


@dataclass(frozen=True)
class _Names:
    """Names of a prompt's images in their order, by role: equal names, equal pixels."""

    frames: Iterator[str]
    satellites: Iterator[str]

    def of(self, part: Image) -> str:
        """The name of the next image of a role."""
        return next(self.frames if part.role == "frame" else self.satellites)


def _names_of_images(manifest: FrameManifest) -> _Names:
    of_plan = [f"{manifest.pixel_sha256}/{number}" for number in range(manifest.n_frames)]
    frames = [*(of_plan if manifest.pixel_sha256 else ()), *([manifest.query_sha256] if manifest.query_sha256 else ())]
    return _Names(iter(frames), iter(manifest.satellite_sha256))


def _item(part: Part, names: _Names) -> dict[str, str]:
    if isinstance(part, Text):
        return {"type": "text", "value": part.text}
    if isinstance(part, Image):
        return {"type": "image", "value": str(KNOWN_IMAGES.file(names.of(part), part.pixels))}
    if part.frames is not None:
        raise PromptError("VLMEvalKit takes a video as a file only; use the strategy native_video or frames_as_images.")
    return {"type": "video", "value": str(part.path)}
