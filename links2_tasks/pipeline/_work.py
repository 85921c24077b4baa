"""The work folder of a build: a folder for each stage, with what it made, from what, and what it dropped.

Whatever a stage made counts only as long as the digest of all that it was made from is the same, and what lies there is
what was written. Every file is written whole, so a build that was killed goes on where it was.
"""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from links2_tasks._files import UNFINISHED, check_place, told_where, write_text
from links2_tasks.errors import DataError
from links2_tasks.pipeline._digest import digest_of, text_digest
from links2_tasks.pipeline._records import Dropped, StageReport

STAGES = ("footage", "clips", "facts", "questions", "wording", "filters", "splits", "review", "dataset")
REPORT, DROPPED = "report.json", "dropped.jsonl"
_MARKER, _LOCK = "build.json", ".lock"

_dropped = TypeAdapter(tuple[Dropped, ...])
_report = TypeAdapter(StageReport)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    """What a stage made of one flight."""

    rows: tuple[Row, ...]
    """As JSON has them."""
    dropped: tuple[Dropped, ...] = ()

    @property
    def sha256(self) -> str:
        """Digest of all of it."""
        return digest_of(rows=self.rows, dropped=self.dropped)


class StageFolder:
    """The folder of one stage."""

    def __init__(self, work: Path, stage: str) -> None:
        self.stage = stage
        self.path = work / f"{STAGES.index(stage) + 1}_{stage}"

    def read_item(self, item: str, made_from: str) -> Made | None:
        """What was made of a flight, if it still holds."""
        try:
            content = json.loads(self._item(item).read_text(encoding="utf-8"))
            made = Made(tuple(content["rows"]), _dropped.validate_python(content["dropped"]))
            return made if (content["made_from"], content["sha256"]) == (made_from, made.sha256) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write_item(self, item: str, made_from: str, made: Made) -> None:
        """Keep what was made of a flight, whole or not at all."""
        head = {"item": item, "made_from": made_from, "sha256": made.sha256}
        lists = {"rows": made.rows, "dropped": tuple(map(_dropped_row, made.dropped))}
        body = ",\n".join(f'"{name}": [{_rows(rows)}]' for name, rows in lists.items())
        # One row a line: short enough to read, long enough not to fill the screen.
        text = json.dumps(head, ensure_ascii=False, indent=0).removesuffix("\n}") + f",\n{body}\n}}\n"
        write_text(self._item(item), text)

    def drop_other_items(self, items: Iterable[str]) -> None:
        """Remove what was made of flights that are there no more."""
        wanted = {self._item(item) for item in items}
        for path in (self.path / "flights").glob("*.json"):
            if path not in wanted:
                path.unlink(missing_ok=True)

    def read_report(self, made_from: str) -> StageReport | None:
        """The report of a whole stage, if what it made still holds."""
        try:
            content = json.loads((self.path / REPORT).read_text(encoding="utf-8"))
            if content.pop("made_from") != made_from:
                return None
            for name, sha256 in content.pop("files").items():
                if text_digest((self.path / name).read_text(encoding="utf-8")) != sha256:
                    return None
            return _report.validate_python(content)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, report: StageReport, made_from: str, files: Mapping[str, str], dropped: Sequence[Dropped]) -> None:
        """Keep what a whole stage made; its report comes last."""
        every = {**files, DROPPED: _lines(map(_dropped_row, dropped))}
        for name, text in every.items():
            write_text(self.path / name, text)
        digests = {name: text_digest(text) for name, text in every.items()}
        content = {**asdict(report), "made_from": made_from, "files": digests}
        write_text(self.path / REPORT, json.dumps(content, ensure_ascii=False, indent=2) + "\n")

    def read_dropped(self) -> tuple[Dropped, ...]:
        """What the stage dropped.

        Raises:
            DataError: the file is damaged.
        """
        return _dropped.validate_python(read_rows(self.path / DROPPED))

    def _item(self, item: str) -> Path:
        slug = re.sub(r"[^\w-]+", "-", item).strip("-")[-60:] or "flight"
        return self.path / "flights" / f"{slug}-{text_digest(item)[:8]}.json"


def rows_text(rows: Iterable[Row]) -> str:
    """Rows as JSONL."""
    return _lines(rows)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSONL file of a stage.

    Raises:
        DataError: it is missing or damaged.
    """
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}. Remove the folder {path.parent} and build again.") from error


@contextmanager
def held(work: Path, about: Mapping[str, object]) -> Iterator[None]:
    """Hold a work folder, which is made where it is missing; what an earlier build left unfinished is removed.

    Args:
        work: The folder.
        about: What stands in its `build.json`, for people.

    Raises:
        DataError: another build is at work in it, it is the folder of something else, or it cannot be written.
    """
    check_place(work, is_folder=True)
    if work.is_dir() and any(work.iterdir()) and not any((work / name).exists() for name in (_MARKER, _LOCK)):
        raise DataError(f"{work} is no work folder of a build, but it is not empty. Name another one with --work.")
    with told_where(work):
        work.mkdir(parents=True, exist_ok=True)
        lock = (work / _LOCK).open("a")
    with lock:
        try:
            # The kernel frees it when its holder is gone, however it went.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataError(
                f"Another `links2 build` is at work in {work}. Wait until it is done, or name another one with --work."
            ) from error
        for left in work.rglob(f"{UNFINISHED}*"):
            left.unlink(missing_ok=True)
        write_text(work / _MARKER, json.dumps(about, ensure_ascii=False, indent=2) + "\n")
        yield


def _dropped_row(one: Dropped) -> Row:
    row = {name: value for name, value in asdict(one).items() if value not in (None, "")}
    return row if one.n != 1 else {name: value for name, value in row.items() if name != "n"}


def _line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def _lines(rows: Iterable[Row]) -> str:
    return "".join(_line(row) + "\n" for row in rows)


def _rows(rows: Iterable[Row]) -> str:
    text = ",\n".join(map(_line, rows))
    return f"\n{text}\n" if text else ""
