"""Settings of a release as people write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import get_args

from links2_tasks.errors import DataError
from links2_tasks.release._records import Coordinates, ReleaseSettings

_MOST_CITATION_BYTES = 100_000


def read_settings(
    *,
    version: str,
    title: str | None = None,
    coordinates: str = "removed",
    round_m: float = 1000.0,
    licences: Iterable[str] = (),
    notices: Sequence[Path] = (),
    work: Path | None = None,
    audit: bool = False,
    citation: Path | None = None,
    published: date | None = None,
    allow_unknown_licence: bool = False,
    allow_leaks: bool = False,
    require_review: bool = False,
) -> ReleaseSettings:
    """Settings from texts and files.

    Args:
        version: As in `ReleaseSettings`, like all that are not named here.
        title: See there.
        coordinates: 'removed', 'rounded' or 'keep'.
        round_m: See there.
        licences: Texts such as 'my footage=CC-BY-4.0'.
        notices: See there.
        work: See there.
        audit: See there.
        citation: BibTeX file.
        published: See there.
        allow_unknown_licence: See there.
        allow_leaks: See there.
        require_review: See there.

    Raises:
        DataError: one of them cannot be read.
    """
    known: tuple[Coordinates, ...] = get_args(Coordinates)
    chosen = next((each for each in known if each == coordinates), None)
    if chosen is None:
        raise DataError(f"Coordinates can be {', '.join(known)}, not '{coordinates}'.")
    return ReleaseSettings(
        version=version,
        title=title,
        coordinates=chosen,
        round_m=round_m,
        licences=dict(map(_licence, licences)),
        notices=tuple(notices),
        work=work,
        audit=audit,
        citation=None if citation is None else _text(citation),
        published=published,
        allow_unknown_licence=allow_unknown_licence,
        allow_leaks=allow_leaks,
        require_review=require_review,
    )


def _licence(text: str) -> tuple[str, str]:
    # From the right: names of sources may hold '=', SPDX expressions do not.
    source, equals, spdx = text.rpartition("=")
    if not equals or not source.strip() or not spdx.strip():
        raise DataError(f"A licence is given as SOURCE=SPDX-ID, such as 'my footage=CC-BY-4.0', not as '{text}'.")
    return source.strip(), spdx.strip()


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(_MOST_CITATION_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"The citation {path} cannot be read: {error}. Name a BibTeX file in UTF-8.") from error
