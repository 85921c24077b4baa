"""Files that messages name, and the record of what was shown, in a folder that processes and runs share.

VLMEvalKit takes images and videos as paths only, builds prompts in other processes than it scores in, and may score
answers of an earlier run. So images lie in files named by their pixels, and what was shown for a question is a small
file named by the question and the prompt settings.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image
from pydantic import ValidationError

from links2_tasks._files import write_whole
from links2_tasks._folders import cache_folder
from links2_tasks.errors import MediaError
from links2_tasks.frameworks._asked import Asked
from links2_tasks.media import clip_cache, pixel_sha256
from links2_tasks.prompt import PromptSettings

_FAST = 1
"""PNG's compression level: pixels are the same at each, and this one writes four times as fast as the default."""


def shown_folder() -> Path:
    """The folder of records, in the cache folder; it may be emptied, and what was shown is then not known."""
    return cache_folder() / "shown"


def image_file(pixels: np.ndarray) -> Path:
    """A PNG file of an image (H, W, 3) uint8; images with the same pixels share one, in the cache of clips.

    Raises:
        MediaError: it cannot be written.
    """
    kept = clip_cache()

    def write(stream: IO[bytes]) -> None:
        Image.fromarray(pixels).save(stream, format="PNG", compress_level=_FAST)

    try:
        return kept.get("images", [pixel_sha256(pixels)], ".png", write)
    except OSError as error:
        raise MediaError(_cannot_be_written(kept.folder, error)) from error


def remember(line: str, settings: PromptSettings, asked: Asked) -> None:
    """Keep what was shown for a line of a question file.

    Raises:
        MediaError: it cannot be written.
    """
    content, path = asked.model_dump_json().encode(), _record_file(line, settings)
    try:
        write_whole(path, lambda stream: stream.write(content))
    except OSError as error:
        raise MediaError(_cannot_be_written(path, error)) from error


def recall(line: str, settings: PromptSettings) -> Asked | None:
    """What was shown for a line the last time that a prompt was built for it; None when that is not known."""
    try:
        return Asked.model_validate_json(_record_file(line, settings).read_bytes())
    except (OSError, ValidationError):
        return None


def _record_file(line: str, settings: PromptSettings) -> Path:
    key = json.dumps([line, settings.model_dump(mode="json")])
    return shown_folder() / "records" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


def _cannot_be_written(path: Path, error: OSError) -> str:
    return f"{path} cannot be written: {error}. Free some space or make the folder writable."
