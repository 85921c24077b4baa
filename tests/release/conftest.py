"""A tiny dataset of two splits whose files tell in many ways where they were made."""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks.dataset import write_dataset
from links2_tasks.media import VideoWriter
from links2_tasks.release import ReleaseReport, ReleaseSettings, release
from links2_tasks.schema import Clip, Mark, Provenance, Question, SatelliteImage, Source

if any(importlib.util.find_spec(name) is None for name in ("mlcroissant", "pyarrow", "packaging")):
    # Without the extra 'release' there is nothing to test.
    collect_ignore_glob = ["test_*.py"]

WIDTH_PX, HEIGHT_PX, FPS, N_FRAMES = 96, 64, 8.0, 16
LAT_DEG, LON_DEG = 33.6426, 72.9903
"""Where everything was made."""
REGIONS = {"test": "old town", "train": "harbour"}
SOURCES = {"test": Source(dataset="flights", licence="CC-BY-4.0"), "train": Source(dataset="more", licence="CC0-1.0")}
IMAGES = {"test": "satellite/map.tif", "train": "satellite/map.jpg"}


def write_video(path: Path, seed: int, **metadata: str) -> Path:
    """Noise that moves, with metadata of the whole file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ground = np.random.default_rng(seed).integers(0, 255, (HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)
    with VideoWriter(path, WIDTH_PX, HEIGHT_PX, FPS) as writer:
        for index in range(N_FRAMES):
            writer.write(np.roll(ground, 2 * index, axis=1))
    if metadata:
        _add_metadata(path, metadata)
    return path


def _add_metadata(path: Path, metadata: dict[str, str]) -> None:
    import av

    told = path.with_name(f"told-{path.name}")
    with av.open(str(path)) as read, av.open(str(told), "w") as write:
        write.metadata.update(metadata)
        stream = write.add_stream_from_template(read.streams.video[0], opaque=True)
        for packet in read.demux(read.streams.video[0]):
            if packet.size:
                packet.stream = stream
                write.mux(packet)
    told.replace(path)


def write_jpeg(path: Path, pixels: np.ndarray) -> Path:
    """A JPEG as a drone writes it: with GPS tags, XMP, a comment, and a second picture behind the first."""
    exif = Image.Exif()
    exif[0x010F] = "Maker of drones"
    exif[0x8825] = {1: "N", 2: (33.0, 38.0, 33.36), 3: "E", 4: (72.0, 59.0, 25.08)}
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><d drone-dji:GpsLatitude="{LAT_DEG}"/></x:xmpmeta>'
    note = b"http://ns.adobe.com/xap/1.0/\0" + xmp.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, quality=90, exif=exif, comment=b"gps 33.6426 72.9903")
    start, rest = path.read_bytes()[:2], path.read_bytes()[2:]
    segment = struct.pack(">2sH", b"\xff\xe1", 2 + len(note)) + note
    path.write_bytes(start + segment + rest + b"MAKER TRAILER 33.6426")
    return path


def write_geotiff(path: Path, pixels: np.ndarray, **profile: Any) -> Path:
    """A GeoTIFF in UTM zone 43 north, half a metre a pixel."""
    import rasterio

    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {
        "driver": "GTiff",
        "height": pixels.shape[0],
        "width": pixels.shape[1],
        "count": 3,
        "dtype": "uint8",
        "crs": "EPSG:32643",
        "transform": rasterio.Affine(0.5, 0, 313_456.25, 0, -0.5, 3_724_321.75),
    }
    with rasterio.open(path, "w", **{**facts, **profile}) as written:
        written.write(np.moveaxis(pixels, 2, 0))
        written.update_tags(PLACE="NUST, 33.6426 N 72.9903 E")
    return path


def map_pixels(seed: int = 5) -> np.ndarray:
    """(120, 160, 3): noise in blocks, so that JPEG keeps it."""
    return np.random.default_rng(seed).integers(0, 255, (15, 20, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)


def question(split: str, task: str, number: int, **changes: Any) -> Question:
    """A valid question."""
    fields: dict[str, Any] = {
        "question_id": f"{split}-{task}-{number}",
        "task": task,
        "clip_id": f"{split}-clip",
        "video": f"videos/{split}.mp4",
        "video_span_s": (0.0, 2.0),
        "query_time_s": 1.0 if number else None,
        "satellite": (SatelliteImage(path=IMAGES[split], gsd_m=0.5, window_px=(10, 20, 100, 80)),),
        "marks": (Mark(image=0, kind="path", label="1", xy_px=((30.0, 40.0), (50.5, 41.25))),) if number else (),
        "question": f"Which {task} is number {number}? | *star* <b>",
        "options": ("first", "second", "third", "fourth"),
        "answer": "ABCD"[number % 4],
        "value": {"kind": "point", "number": (3.5, 4.0), "unit": "px"} if number else None,
        "region": REGIONS[split],
        "source": SOURCES[split],
        "provenance": Provenance(writer=task, version="1", seed=3, review="accepted" if number else "none"),
    }
    return Question.model_validate({**fields, **changes})


def clip(split: str, **changes: Any) -> Clip:
    """The one clip of a split."""
    fields: dict[str, Any] = {
        "clip_id": f"{split}-clip",
        "video": f"videos/{split}.mp4",
        "span_s": (0.0, 2.0),
        "width_px": WIDTH_PX,
        "height_px": HEIGHT_PX,
        "fps": FPS,
        "region": REGIONS[split],
        "source": SOURCES[split],
        "recorded_on": date(2026, 5, 1) if split == "test" else None,
    }
    return Clip.model_validate({**fields, **changes})


def questions_of(split: str) -> list[Question]:
    """Two questions of two tasks; a satellite image of one is turned, and one has words by a model."""
    asked = [question(split, task, number) for task in ("uav_localization", "heading_estimation") for number in (0, 1)]
    turned = asked[0].satellite[0].model_copy(update={"north_up": False, "turned_deg": 90})
    wording = {"by": "a model", "temperature": 0.5, "prompt_sha256": "ab", "cost_usd": 0.01}
    provenance = asked[1].provenance.model_dump() | {"wording": wording}
    asked[0] = question(split, "uav_localization", 0, satellite=(turned,))
    asked[1] = question(split, "uav_localization", 1, provenance=provenance)
    return asked


def write_told(root: Path, **changes: Any) -> Path:
    """The dataset; `changes` go to `write_dataset`."""
    write_video(root / "videos/test.mp4", 1, location="+33.6426+072.9903/", comment="made at home")
    write_video(root / "videos/train.mp4", 2)
    write_geotiff(root / IMAGES["test"], map_pixels(1), tiled=True, blockxsize=64, blockysize=64, compress="deflate")
    write_jpeg(root / IMAGES["train"], map_pixels(2))
    (root / "videos/test.srt").write_text("[latitude: 33.6426] [longitude: 72.9903]")
    facts: dict[str, Any] = {
        "name": "told",
        "version": "1",
        "licence": "flights and more",
        "description": "Made by tests.",
        "clips": [clip(split) for split in REGIONS],
        "questions": {split: questions_of(split) for split in REGIONS},
        "simulated": False,
    }
    write_dataset(root, **{**facts, **changes})
    return root


@pytest.fixture(scope="session")
def told_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound dataset that tells where it was made."""
    return write_told(tmp_path_factory.mktemp("told") / "data")


@pytest.fixture(scope="session")
def released(told_root: Path, tmp_path_factory: pytest.TempPathFactory) -> ReleaseReport:
    """Its release, with default settings."""
    return release(told_root, tmp_path_factory.mktemp("out") / "release", ReleaseSettings(version="1.2.0"))


@pytest.fixture
def write() -> Callable[..., Path]:
    """`write_told`, for tests that cannot import from a conftest."""
    return write_told


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards without pictures."""
    monkeypatch.setattr("links2_tasks.release._release.write_pictures", lambda folder, questions: ())


@pytest.fixture(scope="session")
def make() -> Any:
    """This module, for tests that cannot import from a conftest."""
    import sys

    return sys.modules[__name__]
