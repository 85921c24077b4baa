"""One tiny dataset with everything in it that data can have wrong with them, between questions that are sound.

Every question has the answer 'A', so a model that says 'A' to everything shows which rows are scored.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from links2_tasks.media import VideoWriter

TASK = "uav_localization"
HAS_RASTERIO = importlib.util.find_spec("rasterio") is not None

ODD_NAME = "клип 北京 é 😀 \u202eabc $(touch pwned) `touch pwned` ; & | 'a' \"b\" [red] {0} %03d # ? ~"
ODD_TEXT = (
    "<script>alert('x')</script> <img src=x onerror=alert(1)> &amp; $(touch pwned) `touch pwned`; rm -rf ~ | cat && exit "
    "{{7*7}} {0} %s %n \\N \\u0041 <image> <video> <|im_end|> <|im_start|>system [/red] 'a' \"b\" --flag =1+1 \u202e é 北 😀 "
    "\u2028line\u0085end\tand\r\nmore"
)
"""Signs of HTML, of shells, of templates, of models' own languages and of tables."""


@dataclass(frozen=True)
class Fault:
    """Fields of a question that cannot be asked, and what its row says of it."""

    changes: Mapping[str, Any]
    told: str
    """Part of the note."""
    reason: str = "media_error"

    @classmethod
    def of_video(cls, path: str, told: str) -> Fault:
        """A question about another video."""
        return cls({"video": path}, told)

    @classmethod
    def of_map(cls, path: str, told: str, window_px: tuple[int, int, int, int] | None = (10, 20, 100, 80)) -> Fault:
        """A question that shows another map."""
        return cls({"satellite": [map_of(path, window_px)]}, told)


def map_of(path: str, window_px: tuple[int, int, int, int] | None = (10, 20, 100, 80)) -> dict[str, Any]:
    """A satellite image of a question."""
    return {"path": path, "gsd_m": 0.5, "window_px": window_px}


SOUND: dict[str, Mapping[str, Any]] = {
    "plain": {},
    "odd names": {"video": f"videos/{ODD_NAME}.mp4", "satellite": [map_of(f"satellite/{ODD_NAME}.png")]},
    "odd text": {"question": ODD_TEXT, "options": ["<b>bold</b>", "$(id)", "NA", "=1+1"], "region": "<i>$(id)</i>"},
    "one frame": {"video": "videos/one.mp4", "video_span_s": [0.0, 0.1], "query_time_s": None},
    "8k": {"video": "videos/8k.mp4", "video_span_s": [0.0, 1.0], "query_time_s": None},
    "video by another suffix": {"video": "videos/clip.jpg"},
    "png by another suffix": {"satellite": [map_of("satellite/map.jpg")]},
    "false duration": {"video": "videos/boastful.mp4"},
    "a billion frames by the header": {"video": "videos/boastful.avi"},
    "link inside": {"video": "videos/link.mp4", "satellite": [map_of("satellite/link.png")]},
    **(
        {"window of 30,000 px": {"satellite": [map_of("satellite/large.tif", (20_000, 10_000, 100, 80))]}}
        if HAS_RASTERIO
        else {}
    ),
}
"""Questions that are asked and scored, by name."""

_OUTSIDE = "leaves the dataset's root"
_NO_VIDEO = "cannot be read as a video"
_NO_IMAGE = "cannot be read as an image"
FAULTS: dict[str, Fault] = {
    "truncated video": Fault.of_video("videos/cut.mp4", f"cut.mp4 {_NO_VIDEO}"),
    "empty video": Fault.of_video("videos/empty.mp4", "empty.mp4 is empty (0 bytes). Copy or download it again."),
    "audio only": Fault.of_video("videos/sound.mp4", "sound.mp4 has no video stream"),
    "no frames": Fault.of_video("videos/frameless.avi", "has a video stream without frames"),
    "a billion frames by the tables": Fault.of_video("videos/billion.mp4", f"billion.mp4 {_NO_VIDEO}"),
    "image by a video's name": Fault.of_video("videos/map.mp4", f"map.mp4 {_NO_VIDEO}"),
    "list of other files": Fault.of_video("videos/list.mp4", f"list.mp4 {_NO_VIDEO}"),
    "missing video": Fault.of_video("videos/gone.mp4", "No video file at"),
    "folder for a video": Fault.of_video("videos", "is not a file"),
    "pipe for a video": Fault.of_video("videos/pipe.mp4", "is not a file"),
    "span outside": Fault({"video_span_s": [90.0, 94.0], "query_time_s": None}, "lies outside"),
    "video by a link out of the root": Fault.of_video("videos/outside.mp4", _OUTSIDE),
    "video by ..": Fault.of_video("../outside.mp4", "contains '..'"),
    "video by an absolute path": Fault.of_video("/etc/hostname", "is absolute"),
    "video by a URL": Fault.of_video("https://127.0.0.1:9/a.mp4", "is a URL"),
    "video by a line break": Fault.of_video("videos/a\nb.mp4", "control characters or line breaks"),
    "video by a name too long": Fault.of_video("n" * 300, "cannot be resolved: File name too long"),
    "png of 30,000 px": Fault.of_map("satellite/claims.png", "claims.png is too large"),
    "truncated map": Fault.of_map("satellite/cut.png", f"cut.png {_NO_IMAGE}"),
    "empty map": Fault.of_map("satellite/empty.png", f"empty.png {_NO_IMAGE}"),
    "text by a map's name": Fault.of_map("satellite/text.png", f"text.png {_NO_IMAGE}"),
    "video by a map's name": Fault.of_map("satellite/video.png", f"video.png {_NO_IMAGE}"),
    "deep map": Fault.of_map("satellite/deep.png", "Convert it to an 8-bit RGB image", (0, 0, 9, 9)),
    "missing map": Fault.of_map("satellite/gone.png", "No satellite image at"),
    "window outside": Fault.of_map("satellite/map.png", "leaves", (150, 20, 100, 80)),
    "map by a link out of the root": Fault.of_map("satellite/outside.png", _OUTSIDE),
    "map by an absolute path": Fault.of_map("/etc/hostname", "is absolute"),
    "map by a URL": Fault.of_map("http://127.0.0.1:9/a.png", "is a URL"),
    **(
        {"30,000 px shown whole": Fault.of_map("satellite/large.tif", "Show a window of it", None)}
        if HAS_RASTERIO
        else {}
    ),
}
"""Questions that cannot be asked, by name."""

BAD_LINES = {
    "{ this is no JSON": "Invalid JSON: key must be a string",
    "null": "Input should be an object",
    '{"question_id": "a", "task": 3}': "task: Input should be a valid string",
}
"""Lines that are no questions, and what their rows say."""


def id_of(name: str) -> str:
    """Id of the question of a name."""
    return f"{TASK}-{name}"


def write_fault_table(folder: Path, make_dataset: Any, make_question: Any) -> Path:
    """Write the dataset into a folder of its own; returns its root."""
    question = make_question(TASK, 0)
    root = make_dataset(folder / "data", [question])
    _write_videos(root / "videos")
    _write_maps(root / "satellite")
    for name, folder_name in (("clip-0.mp4", "videos"), ("map.png", "satellite")):
        outside = folder / f"outside{Path(name).suffix}"
        shutil.copy(root / folder_name / name, outside)
        (root / folder_name / outside.name).symlink_to(outside)
    base = question.model_dump(mode="json")
    changes = {**SOUND, **{name: fault.changes for name, fault in FAULTS.items()}}
    records = [{**base, **changed, "question_id": id_of(name)} for name, changed in changes.items()]
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    # Among the sound ones, since a bad line must not cost its neighbours.
    lines[1:1] = list(BAD_LINES)
    (root / f"questions/test/{TASK}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def _write_videos(folder: Path) -> None:
    sound = (folder / "clip-0.mp4").read_bytes()
    contents = {
        f"{ODD_NAME}.mp4": sound,
        "clip.jpg": sound,
        "cut.mp4": sound[: len(sound) // 2],
        "empty.mp4": b"",
        "boastful.mp4": _with_number(sound, b"mvhd", 16, 0x7FFFFFFF),
        "billion.mp4": _with_number(sound, b"stsz", 8, 1_000_000_000),
        "map.mp4": _png(64, 64, pixels=True),
        "list.mp4": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "link.mp4").symlink_to("clip-0.mp4")
    os.mkfifo(folder / "pipe.mp4")
    _write_grey(folder / "one.mp4", 1, (64, 48), 8)
    _write_grey(folder / "8k.mp4", 2, (7680, 4320), 2)
    _write_sound(folder / "sound.mp4")
    _write_avi(folder / "frameless.avi", n_frames=0)
    _write_avi(folder / "boastful.avi", n_frames=32)
    content = bytearray((folder / "boastful.avi").read_bytes())
    for header, offset in ((b"avih", 24), (b"strh", 40)):
        struct.pack_into("<I", content, content.index(header) + offset, 1_000_000_000)
    (folder / "boastful.avi").write_bytes(content)


def _with_number(content: bytes, box: bytes, offset: int, number: int) -> bytes:
    """An MP4 with another 32-bit number `offset` bytes after the name of a box."""
    at = content.index(box) + len(box) + offset
    return content[:at] + struct.pack(">I", number) + content[at + 4 :]


def _write_grey(path: Path, n_frames: int, size_px: tuple[int, int], fps: int) -> None:
    with VideoWriter(path, *size_px, fps, preset="ultrafast") as writer:
        for number in range(n_frames):
            writer.write(np.full((size_px[1], size_px[0], 3), 60 * (number + 1), np.uint8))


def _write_sound(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 2048), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _write_avi(path: Path, n_frames: int) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(8))
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        container.start_encoding()
        for number in range(n_frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((64, 96, 3), 5 * number, np.uint8))))
        if n_frames:
            container.mux(stream.encode(None))


def _write_maps(folder: Path) -> None:
    sound = (folder / "map.png").read_bytes()
    contents = {
        f"{ODD_NAME}.png": sound,
        "map.jpg": sound,
        "cut.png": sound[: len(sound) // 2],
        "empty.png": b"",
        "text.png": b"no image",
        "video.png": (folder.parent / "videos/clip-0.mp4").read_bytes(),
        "claims.png": _png(30_000, 30_000, pixels=False),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "link.png").symlink_to("map.png")
    Image.fromarray(np.full((9, 9), 4000, np.uint16)).save(folder / "deep.png")
    if HAS_RASTERIO:
        _write_large(folder / "large.tif")


def _png(width_px: int, height_px: int, pixels: bool) -> bytes:
    """A white PNG; without its pixels it only says how large it is."""
    rows = (b"\0" + b"\xff" * 3 * width_px) * height_px if pixels else b""
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def _write_large(path: Path) -> None:
    """A map of 30,000 x 30,000 px; tiles without content are not stored."""
    import rasterio
    from rasterio.windows import Window

    meta = {"width": 30_000, "height": 30_000, "count": 3, "dtype": "uint8", "tiled": True, "SPARSE_OK": True}
    noise = np.random.default_rng(0).integers(0, 255, (3, 100, 120), dtype=np.uint8)
    placed = rasterio.Affine(0.5, 0.0, 300_000.0, 0.0, -0.5, 3_700_000.0)
    with rasterio.open(path, "w", driver="GTiff", compress="deflate", transform=placed, **meta) as file:
        file.write(noise, window=Window(20_000, 10_000, 120, 100))
