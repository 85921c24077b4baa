"""The digest of a file's content, read once for each state of the file, also by later processes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

from links2_tasks._files import write_whole
from links2_tasks._folders import cache_folder
from links2_tasks.errors import MediaError
from links2_tasks.media._timetable import cached_by_content

_DIGEST = re.compile("[0-9a-f]{64}")


def digest_folder() -> Path:
    """Folder of what is remembered, in the cache folder. It may be emptied: files are then read again."""
    return cache_folder() / "media" / "digests"


def _sha256_of_file(path: Path) -> str:
    """SHA-256 of a file, remembered by its place, size and time of change."""
    try:
        facts = path.stat()
        state = [str(path.resolve()), facts.st_size, facts.st_mtime_ns, facts.st_ino]
        note = digest_folder() / f"{hashlib.sha256(json.dumps(state).encode()).hexdigest()}.txt"
        known = _read(note)
        if known is None:
            known = _digest(path)
            _keep(note, known)
        return known
    except OSError as error:
        raise MediaError(f"The file {path} cannot be read: {error}.") from error


file_sha256: Callable[[Path], str] = cached_by_content(_sha256_of_file)
"""SHA-256 of a file's content.

Raises:
    MediaError: the file cannot be read.
"""


def _read(note: Path) -> str | None:
    try:
        text = note.read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    return text if _DIGEST.fullmatch(text) else None


def _keep(note: Path, digest: str) -> None:
    try:
        write_whole(note, lambda stream: stream.write(digest.encode()))
    except OSError:  # Only a help: without it the file is read again.
        return


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(2**20):
            digest.update(block)
    return digest.hexdigest()
