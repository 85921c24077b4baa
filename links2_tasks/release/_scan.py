"""Looking for coordinates in every file of a dataset, by other means than those that take them out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from PIL import Image, TiffImagePlugin

from links2_tasks.errors import DataError
from links2_tasks.media import open_video, resolve_inside
from links2_tasks.release._boxes import is_mp4, mp4_traces
from links2_tasks.release._media import media_paths
from links2_tasks.release._records import Trace
from links2_tasks.release._sei import picture_notes
from links2_tasks.release._tiff import is_tiff
from links2_tasks.schema import DatasetInfo, Question

SIDECARS = (".srt", ".gpx", ".kml", ".kmz", ".geojson", ".nmea", ".csv", ".tfw", ".pgw", ".jgw", ".wld", ".prj", ".xml")
"""Files that often lie beside footage and maps and tell where they were made."""

_FORMATS = ("PNG", "JPEG", "WEBP", "JPEG2000", "BMP")
"""What a dataset's images may be beside TIFF."""
_GPS_IFD, _EXIF_IFD = 0x8825, 0x8769
_GEOTIFF = {33550: "scale", 33922: "tie points", 34264: "matrix", 34735: "keys"}
_TIFF_NOTES = {
    700: "XMP",
    34853: "EXIF GPS",
    34665: "EXIF",
    42112: "GDAL metadata",
    33723: "IPTC",
    34377: "Photoshop data",
}
_PLACE_WORDS = re.compile(rb"(?i)gps|latitude|longitude|drone-dji|geotag|location|coordinate")
_XMP = (b"http://ns.adobe.com/xap/1.0/", b"<x:xmpmeta")
_GEOJP2 = bytes.fromhex("b14bf8bd083d4b43a5ae8cd7d5a6ce03")
_PAIR = re.compile(r"[-+]?\d{1,3}\.\d{4,}\s*°?\s*[NS]?\s*[,;/ ]\s*[-+]?\d{1,3}\.\d{4,}")
"""Two numbers side by side with four or more digits after the point, as people write a place."""


def traces_of_image(path: Path) -> tuple[str, ...]:
    """What in an image tells where it was made, in words, without the place itself."""
    if is_tiff(path):
        return _of_tiff(path)
    found = list(_of_picture(path))
    data = path.read_bytes()
    # Older versions of Pillow do not tell of it in JPEGs.
    if any(mark in data for mark in _XMP):
        found.append("XMP")
    if _GEOJP2 in data or (data[4:8] == b"jP  " and b"gml.data" in data):
        found.append("GeoJP2")
    if _after_the_end(data):
        found.append("data after the end of the image")
    return tuple(dict.fromkeys(found))


def _of_tiff(path: Path) -> tuple[str, ...]:
    found: list[str] = []
    with path.open("rb") as stream:
        try:
            # By the class and not by Image.open, which refuses large images.
            image = TiffImagePlugin.TiffImageFile(stream, str(path))
            while True:
                tags = set(image.tag_v2)
                found += [f"GeoTIFF {name}" for tag, name in _GEOTIFF.items() if tag in tags]
                found += [name for tag, name in _TIFF_NOTES.items() if tag in tags]
                image.seek(image.tell() + 1)
        except EOFError:
            pass
        except (OSError, SyntaxError, ValueError) as error:
            raise DataError(f"{path} cannot be read as a TIFF: {error}. It is damaged.") from error
    return tuple(dict.fromkeys(found))


def _of_picture(path: Path) -> Iterator[str]:
    try:
        with Image.open(path, formats=_FORMATS) as image:
            exif = image.getexif()
            info = dict(image.info)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} cannot be read as an image: {error}. It is damaged.") from error
    if exif.get_ifd(_GPS_IFD):
        yield "EXIF GPS"
    if exif.get_ifd(_EXIF_IFD) or len(exif):
        yield "EXIF"
    for key, value in info.items():
        # Values may be text, bytes or numbers.
        text = value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
        if str(key).startswith("Raw profile type"):
            yield "EXIF or XMP as text"
        if key in {"xmp", "XML:com.adobe.xmp"} or text.lstrip().startswith(b"<?xpacket"):
            yield "XMP"
        if key not in {"exif", "icc_profile"} and _PLACE_WORDS.search(text):
            yield f"a place in '{key}'"


def _after_the_end(data: bytes) -> bool:
    """Whether something hides behind the image, as second pictures of phones and trailers of makers do."""
    if data.startswith(b"\x89PNG"):
        at = data.rfind(b"IEND")
        return at >= 0 and len(data) > at + 8
    if data.startswith(b"\xff\xd8"):
        return not data.endswith(b"\xff\xd9") or data.count(b"\xff\xd8\xff") > 1
    return False


def traces_of_video(path: Path) -> tuple[str, ...]:
    """What in a video tells where it was made, in words, without the place itself.

    Raises:
        MediaError: it is damaged, or no video.
    """
    found = list(mp4_traces(path)) if is_mp4(path) else []
    with open_video(path) as video:
        streams = video.container.streams
        tables = [("the file", video.container.metadata)]
        tables += [(f"track {one.index}", one.metadata) for one in streams]
        for where, table in tables:
            for key, value in table.items():
                if _PLACE_WORDS.search(f"{key} {value}".encode("utf-8", "replace")):
                    found.append(f"a place in '{key}' of {where}")
        kinds = {"data": streams.data, "subtitles": streams.subtitles, "attachments": streams.attachments}
        found += [f"a track of {kind}" for kind, tracks in kinds.items() if tracks]
    return tuple(dict.fromkeys([*found, *picture_notes(path)]))


def traces_of_texts(info: DatasetInfo, questions: Iterable[Question]) -> Iterator[Trace]:
    """Pairs of numbers in texts that look like a latitude and a longitude."""
    if any(_PAIR.search(text) for text in (info.description, info.name, *(clip.region for clip in info.clips))):
        yield Trace("dataset.json", "coordinates in its texts")
    for question in questions:
        if any(_PAIR.search(text) for text in (question.question, *question.options)):
            yield Trace(question.question_id, "coordinates in the text of the question")


def scan_media(
    root: Path,
    info: DatasetInfo,
    questions: Sequence[Question],
    progress: Callable[[str], None] = lambda step: None,
) -> tuple[Trace, ...]:
    """All traces of places in the media files that clips and questions name.

    Some media files of a release have other paths than those of its dataset: pass its own questions.

    Raises:
        DataError: a file is damaged.
        UnsafePathError: a path leaves the root.
    """
    found = []
    videos, images = media_paths(info.clips, questions)
    for paths, look in ((videos, traces_of_video), (images, traces_of_image)):
        for path in paths:
            progress(path)
            found += [Trace(path, what) for what in look(resolve_inside(root, path))]
    return tuple(found)
