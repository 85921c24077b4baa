"""What a model was shown, in one form for both frameworks, and a recorder of it that answers with canned replies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import av
import numpy as np
from PIL import Image

from links2_tasks.frameworks._asked import UNREADABLE
from links2_tasks.media import pixel_sha256

UNREADABLE_REPLY = "UNREADABLE"


@dataclass(frozen=True)
class Piece:
    """One part of a prompt."""

    kind: Literal["text", "image", "video", "frame list"]
    content: str
    """A text itself; of an image the digest of its RGB pixels; of a video that of all its frames and their times."""


Shown = tuple[Piece, ...]


def text(content: str) -> Piece:
    """A piece of text."""
    return Piece("text", content)


def image(shown: Image.Image) -> Piece:
    """An image by its pixels."""
    assert shown.mode == "RGB"
    return Piece("image", pixel_sha256(np.asarray(shown)))


def video(path: str | Path) -> Piece:
    """A video file by what a decoder finds in it."""
    decoded = decode(path)
    times_s = [round(each.time_s, 6) for each in decoded]
    return Piece("video", f"{len(decoded)} frames {_joint(each.sha256 for each in decoded)} at {json.dumps(times_s)}")


def frame_list(frames: Iterable[Image.Image]) -> Piece:
    """Frames that are handed over as one video."""
    digests = [image(each).content for each in frames]
    return Piece("frame list", f"{len(digests)} frames {_joint(digests)}")


@dataclass(frozen=True)
class DecodedFrame:
    """A frame of a video file."""

    sha256: str
    time_s: float
    """From the first frame."""


def decode(path: str | Path) -> list[DecodedFrame]:
    """All frames of a video file in order of presentation, decoded here and not by the package under test."""
    with av.open(str(path)) as container:
        frames = [
            (frame.to_ndarray(format="rgb24"), float(frame.pts * frame.time_base))
            for frame in container.decode(video=0)
            if frame.pts is not None and frame.time_base is not None
        ]
    start_s = frames[0][1]
    return [DecodedFrame(pixel_sha256(pixels), time_s - start_s) for pixels, time_s in frames]


@dataclass
class Recorder:
    """Keeps what a model is shown for each question, and gives the replies it was told."""

    replies: Mapping[str, str]
    """By question."""
    shown: dict[str, Shown] = field(default_factory=dict)
    """By question, in the order in which they were asked."""

    def ask(self, question_id: str, shown: Shown) -> str:
        """The reply to a question, which is asked once. What only says that there is no prompt is no question."""
        if shown == (text(UNREADABLE),):
            return UNREADABLE_REPLY
        assert question_id not in self.shown, f"{question_id} is asked twice"
        self.shown[question_id] = shown
        return self.replies[question_id]


def difference(first: Shown, second: Shown) -> str:
    """Where two prompts part, for people; empty when they are the same."""
    for place, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return f"part {place}: {one} is not {other}"
    return "" if len(first) == len(second) else f"{len(first)} parts are not {len(second)}"


def _joint(digests: Iterable[str]) -> str:
    return hashlib.sha256("".join(digests).encode()).hexdigest()
