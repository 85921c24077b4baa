"""Files that messages name, and the record of what was shown, in a folder that processes and runs share.

VLMEvalKit takes images and videos as paths only, builds prompts in other processes than it scores in, and may score
answers of an earlier run. So images lie in files named by their pixels, and what was shown for a question is a small
file named by the question and the prompt settings.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import OrderedDict
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


class KnownImages:
    """The files of images that this process has just named, by names that equal images share.

    The questions about a clip show the same frames. To look a file up by its pixels, these are digested and the file is
    read; here that is done for the first question only.
    """

    def __init__(self, capacity: int = 4_096) -> None:
        """Know the latest `capacity` files."""
        self._capacity = capacity
        self._paths: OrderedDict[tuple[Path, str], Path] = OrderedDict()
        self._lock = threading.Lock()

    def file(self, name: str, pixels: np.ndarray) -> Path:
        """As `image_file`.

        Args:
            name: Of the pixels: images with other pixels have other names.
            pixels: The image (H, W, 3) uint8.

        Raises:
            MediaError: it cannot be written.
        """
        key = clip_cache().folder, name
        with self._lock:
            path = self._paths.get(key)
        if path is None or not _is_in_use(path):
            path = image_file(pixels)
        with self._lock:
            self._paths[key] = path
            self._paths.move_to_end(key)
            while len(self._paths) > self._capacity:
                self._paths.popitem(last=False)
        return path


KNOWN_IMAGES = KnownImages()


def _is_in_use(path: Path) -> bool:
    """Note that a file is used, so that the cache keeps it; False where it has gone, or that cannot be noted."""
    try:
        os.utime(path)
    except OSError:
        return False
    return True


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
