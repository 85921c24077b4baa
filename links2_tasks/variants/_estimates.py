"""Estimates of where clips lie on their maps, made once for each content of video and maps."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from links2_tasks.baselines.geometric import FootprintEstimator, SeenGround
from links2_tasks.errors import MediaError, MissingExtraError, UnsafePathError
from links2_tasks.media import clip_cache, decoder_version, file_sha256, resolve_inside
from links2_tasks.schema import Question

_RECIPE = 1
"""Goes up when registration changes, so that old estimates are not taken for new ones."""
_NOT_PLACED = b"null"
_SUFFIX = ".txt"
"""Not .json: that is what the cache itself calls its notes on an entry."""


class Estimates:
    """Estimates from the user's cache; what is missing there is made and kept. Processes may share it."""

    def __init__(self) -> None:
        """Start with nothing read.

        Raises:
            MediaError: the size of the cache is set to no number.
        """
        self._estimator = FootprintEstimator()
        self._cache = clip_cache()

    def of(self, question: Question, root: Path) -> SeenGround | None:
        """Where the clip of a question lies; None where it cannot be placed, or where media cannot be read.

        A question with bad media stays as it is, and its prompt says what is wrong with them.
        """
        try:
            return self._of(question, root)
        except (MediaError, MissingExtraError, UnsafePathError):
            return None

    def _of(self, question: Question, root: Path) -> SeenGround | None:
        made: list[SeenGround | None] = []

        def make(stream: IO[bytes]) -> None:
            made.append(self._estimator.seen(question, root))
            stream.write(_NOT_PLACED if made[0] is None else made[0].model_dump_json().encode())

        recipe = _recipe(question, root)
        try:
            content = self._cache.find("estimates", recipe, _SUFFIX)
            if content is None:
                content = self._cache.get("estimates", recipe, _SUFFIX, make).read_bytes()
        except OSError:  # A full disk, or one that cannot be written to, costs time and no estimate.
            return made[0] if made else self._estimator.seen(question, root)
        return None if content == _NOT_PLACED else SeenGround.model_validate_json(content)


def _recipe(question: Question, root: Path) -> list[object]:
    """All that an estimate depends on. The answer is not among it."""
    return [
        _RECIPE,
        decoder_version(),
        file_sha256(resolve_inside(root, question.video)),
        question.video_span_s,
        question.query_time_s,
        [
            (file_sha256(resolve_inside(root, image.path)), image.window_px, image.turned_deg)
            for image in question.satellite
        ],
    ]
