"""Sources in foreign layouts, made here, and ways to import them."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

from links2_tasks.importing import ImportReport, import_dataset
from links2_tasks.media import VideoWriter

N_FRAMES, FPS = 8, 4.0
COLUMNS = ("index", "task", "video", "question", "A", "B", "C", "D", "E", "answer", "city", "gsd", "image")


def picture(seed: int, width: int = 48, height: int = 40) -> bytes:
    """A PNG file."""
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="session")
def png() -> Callable[..., bytes]:
    """`picture`, for tests that cannot import from a conftest."""
    return picture


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A video of 2 seconds."""
    path = tmp_path_factory.mktemp("video") / "flight.mp4"
    rng = np.random.default_rng(0)
    with VideoWriter(path, 64, 48, FPS) as writer:
        for _ in range(N_FRAMES):
            writer.write(rng.integers(0, 255, (48, 64, 3), dtype=np.uint8))
    return path.read_bytes()


def table_row(number: int = 1, **changes: Any) -> dict[str, str]:
    """A row of a table in the layout of VLMEvalKit."""
    row = {
        "index": str(number),
        "task": "loc",
        "video": "over_old",
        "question": f"Where is the drone in question {number}?",
        "A": "in the north",
        "B": "in the south",
        "C": "in the east",
        "D": "",
        "E": "",
        "answer": "B",
        "city": "Oldton",
        "gsd": "0.3",
        "image": base64.b64encode(picture(1)).decode(),
    }
    return row | changes


class TableSource:
    """A folder with one TSV and one video."""

    def __init__(self, folder: Path, video: bytes) -> None:
        self.folder = folder
        (folder / "videos").mkdir(parents=True)
        (folder / "videos/over_old.mp4").write_bytes(video)

    def write(self, rows: Sequence[Mapping[str, str]], name: str = "questions.tsv") -> Path:
        """Write the table as pandas does."""
        with (self.folder / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, fieldnames=list(rows[0]), delimiter="\t", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return self.folder / name


@pytest.fixture
def table(tmp_path: Path, video: bytes) -> TableSource:
    """A source for the worked mapping `tsv`, without its table."""
    return TableSource(tmp_path / "source", video)


@pytest.fixture(scope="session")
def row() -> Callable[..., dict[str, str]]:
    """`table_row`, for tests that cannot import from a conftest."""
    return table_row


MINIMAL: dict[str, Any] = {
    "dataset": {"name": "foreign", "licence": "CC0-1.0"},
    "rows": {"files": "rows.*"},
    "task": {"constant": "uav_localization"},
    "question": "question",
    "options": {"columns": ["A", "B", "C"]},
    "answer": {"column": "answer"},
    "video": {"file": "flight.mp4"},
    "satellite": {"file": "map.png", "gsd_m": 0.5},
    "region": {"constant": "town"},
}


class Plain:
    """A folder with a video, a map and rows as JSON Lines, and its minimal mapping."""

    def __init__(self, folder: Path, video: bytes) -> None:
        self.folder = folder / "source"
        self.out = folder / "out"
        self._mapping = folder / "map.yaml"
        self.folder.mkdir()
        (self.folder / "flight.mp4").write_bytes(video)
        (self.folder / "map.png").write_bytes(picture(0))

    @staticmethod
    def row(number: int = 1, **changes: Any) -> dict[str, Any]:
        """A row that can be used; keys that are set to `...` are left out."""
        row = {"question": f"Where, {number}?", "A": "here", "B": "there", "C": "", "answer": "B"} | changes
        return {key: value for key, value in row.items() if value is not ...}

    def mapping(self, **changes: Any) -> Path:
        """Write the minimal mapping with changes."""
        self._mapping.write_text(yaml.safe_dump(MINIMAL | changes, allow_unicode=True), encoding="utf-8")
        return self._mapping

    def rows(self, *rows: Any) -> None:
        """Write rows, each a line of JSON."""
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (self.folder / "rows.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def load(self, **changes: Any) -> ImportReport:
        """Import what was written; each time to a new place."""
        while self.out.exists():
            self.out = self.out.with_name(f"{self.out.name}x")
        return import_dataset(self.folder, self.mapping(**changes), self.out)

    def reasons(self, *rows: Any, **changes: Any) -> list[tuple[int | None, str]]:
        """Rows that are left out and why."""
        self.rows(*rows)
        return [(each.row, each.reason) for each in self.load(**changes).left_out]


@pytest.fixture
def plain(tmp_path: Path, video: bytes) -> Plain:
    """See `Plain`."""
    return Plain(tmp_path, video)
