"""Digests of the media files that questions name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from links2_tasks.errors import Links2Error
from links2_tasks.media import file_sha256, resolve_inside
from links2_tasks.schema import Question


def media_digests(questions: Iterable[Question], root: Path) -> dict[str, str]:
    """SHA-256 of each video and map by its path; files that cannot be read are left out, other filters name them."""
    paths = {path for question in questions for path in (question.video, *(image.path for image in question.satellite))}
    digests = {}
    for path in sorted(paths):
        try:
            digests[path] = file_sha256(resolve_inside(root, path))
        except (Links2Error, OSError):
            continue
    return digests
