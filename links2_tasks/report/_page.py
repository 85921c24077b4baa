"""A report as one HTML file that loads nothing and runs one script, whose digest its own policy names."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from links2_tasks.errors import MissingExtraError
from links2_tasks.report._exhibits import Cell, Section, interval_text, span_text
from links2_tasks.report._payload import Payload
from links2_tasks.report._svg import mini_range, svg

if TYPE_CHECKING:
    from jinja2 import Template

SCRIPTS = ("unpack.js", "pictures.js", "card.js", "browser.js", "page.js")
"""They become one script, in this order."""

Pictures = Sequence[tuple[int, bytes]]


@dataclass(frozen=True)
class Page:
    """What a report says."""

    title: str
    summary: tuple[str, ...]
    dataset: str
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
    questions: str
    """What the browser of questions holds, in words."""
    payload: Payload


def page_parts(page: Page, pictures: Iterable[tuple[int, bytes]]) -> Iterable[str]:
    """The file piece by piece: pictures may be more than fits into memory twice."""
    style, script = _resource("report.css"), "\n".join(_resource(name) for name in SCRIPTS)
    yield from page_template().generate(
        page=page,
        policy=_policy(style, script),
        style=_trusted(style),
        script=_trusted(script),
        pictures=_encoded(pictures),
        svg=svg,
        mini_range=mini_range,
        detail=_detail,
        span_text=span_text,
    )


def frame_bytes() -> int:
    """Size of what every page has: its style, its script and its HTML."""
    return sum(len(_resource(name).encode()) for name in ("report.css", "report.html", *SCRIPTS))


def _encoded(pictures: Iterable[tuple[int, bytes]]) -> Iterable[tuple[int, str]]:
    return ((number, base64.b64encode(picture).decode("ascii")) for number, picture in pictures)


def _policy(style: str, script: str) -> str:
    """Nothing is loaded, sent, framed or run but this style and this script; pictures lie in the file itself."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'sha256-{_sha256(script)}'",
            f"style-src 'sha256-{_sha256(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        )
    )


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _detail(cell: Cell) -> str:
    """What is shown when someone points at a cell."""
    parts = []
    if cell.interval is not None:
        parts.append(f"by clip {interval_text(cell.interval)}")
    if cell.region_interval is not None:
        parts.append(f"by region {interval_text(cell.region_interval)}")
    return "; ".join(parts)


def _resource(name: str) -> str:
    return files("links2_tasks.report").joinpath(name).read_text(encoding="utf-8")


def _trusted(text: str) -> Any:
    """Text that is ours, or was escaped for its place."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704


@lru_cache(maxsize=1)
def page_template() -> Template:
    """The page without what it says.

    Raises:
        MissingExtraError: jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, FunctionLoader, StrictUndefined
    except ImportError as error:
        raise MissingExtraError("A report", "jinja2", "report") from error
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_resource),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")
