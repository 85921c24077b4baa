"""What services get from the API models of both frameworks, beside what the prompt holds."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from links2_tasks.media import probe_video
from links2_tasks.prompt import Image, Prompt, Text, Video


@dataclass(frozen=True)
class SentImage:
    """An image as a service gets it."""

    format: str
    pixels: np.ndarray
    detail: str | None
    """What the request asks of the service, 'low' or 'high'."""


@dataclass(frozen=True)
class SentVideo:
    """A video as a service gets it: bytes, or a name that it has to open itself."""

    content: bytes | None
    url: str


SentPart = str | SentImage | SentVideo


@dataclass(frozen=True)
class Loss:
    """How far pixels are from those of the prompt, over all images of a kind."""

    largest: int
    mean: float
    psnr_db: float
    """Infinite when nothing is lost."""


@dataclass(frozen=True)
class ImagesGot:
    """The frames, or the satellite images, of one request."""

    n_images: int
    n_distinct: int
    sha256: str
    """Of the pixels of all of them in order."""
    formats: frozenset[str]
    size_px: tuple[int, int]
    wanted_px: tuple[int, int]
    details: frozenset[str | None]
    loss: Loss | None
    """None where sizes or numbers differ, so that pixels have no partners."""


@dataclass(frozen=True)
class Comparison:
    """One request beside its prompt."""

    texts_same: bool
    order_same: bool
    """Kinds of parts come in the prompt's order and number."""
    frames: ImagesGot | None
    """None when none are sent."""
    satellite: ImagesGot | None
    video_same: bool | None
    """Whether the service gets the very file; None when it gets no video."""
    video_url: str
    """Kind of its URL: 'data', 'file', 'path', or nothing."""
    payload: Mapping[str, Any]
    """The rest of the request."""


def compare(payload: Mapping[str, Any], prompt: Prompt) -> Comparison:
    """Hold a request against the prompt that it was made of."""
    sent = [_part(part) for part in payload["messages"][-1]["content"]]
    images = [part for part in sent if isinstance(part, SentImage)]
    videos = [part for part in sent if isinstance(part, SentVideo)]
    wanted = {role: [part for part in prompt.parts if isinstance(part, Image) and part.role == role] for role in _ROLES}
    n_maps = len(wanted["satellite"])
    given = [part for part in prompt.parts if isinstance(part, Video)]
    return Comparison(
        texts_same=[part for part in sent if isinstance(part, str)]
        == [part.text for part in prompt.parts if isinstance(part, Text)],
        order_same=[_kind(part) for part in sent] == [_kind(part) for part in prompt.parts],
        frames=_images_got(images[: len(images) - n_maps], wanted["frame"], _frame_px(prompt)),
        satellite=_images_got(images[len(images) - n_maps :], wanted["satellite"], _size_px(wanted["satellite"][0])),
        video_same=all(_same_file(one, other) for one, other in zip(videos, given, strict=True)) if videos else None,
        video_url=videos[0].url.partition(":")[0] if videos else "",
        payload={key: value for key, value in payload.items() if key != "messages"},
    )


_ROLES = ("frame", "satellite")


def _part(part: Mapping[str, Any]) -> SentPart:
    if part["type"] == "text":
        return str(part["text"])
    url = part[part["type"]]["url"]
    if part["type"] == "video_url":
        return SentVideo(_content(url), url if ":" in url else f"path:{url}")
    content = _content(url)
    assert content is not None, url
    with PillowImage.open(io.BytesIO(content)) as opened:
        return SentImage(str(opened.format), np.asarray(opened.convert("RGB")), part["image_url"].get("detail"))


def _content(url: str) -> bytes | None:
    """What is behind a URL; None for a bare path, which a service cannot read."""
    if url.startswith("data:"):
        return base64.b64decode(url.partition(",")[2])
    return Path(url.removeprefix("file://")).read_bytes() if url.startswith("file://") else None


def _kind(part: object) -> str:
    if isinstance(part, (str, Text)):
        return "text"
    return "image" if isinstance(part, (SentImage, Image)) else "video"


def _same_file(sent: SentVideo, given: Video) -> bool:
    return sent.content == given.path.read_bytes()


def _size_px(image: Image | SentImage) -> tuple[int, int]:
    height_px, width_px = image.pixels.shape[:2]
    return width_px, height_px


def _frame_px(prompt: Prompt) -> tuple[int, int]:
    """Size of the frames of a prompt, as images or in a file."""
    for part in prompt.parts:
        if isinstance(part, Video):
            shown = probe_video(part.path)
            return shown.width_px, shown.height_px
    return next(_size_px(part) for part in prompt.parts if isinstance(part, Image) and part.role == "frame")


def _images_got(sent: Sequence[SentImage], wanted: Sequence[Image], wanted_px: tuple[int, int]) -> ImagesGot | None:
    if not sent:
        return None
    comparable = len(sent) == len(wanted) and all(
        one.pixels.shape == other.pixels.shape for one, other in zip(sent, wanted, strict=True)
    )
    return ImagesGot(
        n_images=len(sent),
        n_distinct=len({each.pixels.tobytes() for each in sent}),
        sha256=hashlib.sha256(b"".join(each.pixels.tobytes() for each in sent)).hexdigest(),
        formats=frozenset(each.format for each in sent),
        size_px=_size_px(sent[0]),
        wanted_px=wanted_px,
        details=frozenset(each.detail for each in sent),
        loss=_loss(list(_differences(sent, wanted))) if comparable else None,
    )


def _differences(sent: Sequence[SentImage], wanted: Sequence[Image]) -> Iterator[np.ndarray]:
    for one, other in zip(sent, wanted, strict=True):
        yield np.abs(one.pixels.astype(int) - other.pixels.astype(int)).ravel()


def _loss(differences: Sequence[np.ndarray]) -> Loss:
    every = np.concatenate(differences)
    error = float(np.mean(every**2))
    psnr_db = float(10 * np.log10(255**2 / error)) if error else float("inf")
    return Loss(int(every.max()), float(every.mean()), psnr_db)
