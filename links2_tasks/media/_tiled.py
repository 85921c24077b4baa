"""Windows of GeoTIFFs that are too large to be decoded whole: only the tiles under a window are read."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from PIL import TiffImagePlugin

from links2_tasks.errors import MediaError, MissingExtraError

Window = tuple[int, int, int, int]
"""Left, top, width and height in pixels."""

MAX_BLOCK_PX = 4096 * 4096
"""Files whose tiles or strips hold more pixels than this are refused: a window would unpack far more than it shows."""

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""First bytes of TIFF and BigTIFF files, in both byte orders."""
_ORIENTATION = 274
_OPTIONS = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO"}
"""Files that lie beside an image and have a telling name are not opened."""


@dataclass(frozen=True)
class TiffFacts:
    """What the header of a TIFF says."""

    width_px: int
    height_px: int
    turned: bool
    """Whether rows or columns are stored in another order than they are shown in."""


def tiff_facts(path: Path) -> TiffFacts | None:
    """Facts of a TIFF of any size, from its header; None for other files and for damaged ones."""
    try:
        with path.open("rb") as stream:
            if stream.read(4) not in _MAGIC:
                return None
            stream.seek(0)
            # By the class and not by Image.open, which refuses large images before anything is known of them.
            image = TiffImagePlugin.TiffImageFile(stream, str(path))
            return TiffFacts(*image.size, turned=image.tag_v2.get(_ORIENTATION, 1) != 1)
    except (OSError, SyntaxError, ValueError, EOFError):
        return None


def read_tiff_window(path: Path, window_px: Window, max_px: int) -> np.ndarray:
    """Read a window of a TIFF, and no more of the file than the tiles or strips that it touches.

    Args:
        path: The file.
        window_px: The window.
        max_px: Most pixels that a window may hold.

    Returns:
        Pixels (H, W, 3) uint8 RGB.

    Raises:
        MediaError: the window is too large or leaves the image, the image is not of 8-bit grey, colour table or RGB,
            is stored in blocks of more than `MAX_BLOCK_PX`, or is damaged.
        MissingExtraError: rasterio is not installed.
    """
    left, top, width, height = window_px
    if width * height > max_px:
        raise MediaError(
            f"Window {window_px} (left, top, width, height) of {path} is too large; at most {max_px} pixels are read "
            "at once. Show a smaller window."
        )
    rasterio = _import_rasterio(path)
    with _opened(rasterio, path) as dataset:
        check_window(path, window_px, (dataset.width, dataset.height))
        _check_blocks(path, dataset)
        return _rgb(path, dataset, rasterio.windows.Window(left, top, width, height))


def check_window(path: Path, window_px: Window, size_px: tuple[int, int]) -> None:
    """See that a window lies inside an image.

    Args:
        path: The image, for the message.
        window_px: The window.
        size_px: Width and height of the image.

    Raises:
        MediaError: it does not.
    """
    left, top, width, height = window_px
    if left < 0 or top < 0 or left + width > size_px[0] or top + height > size_px[1]:
        raise MediaError(
            f"Window {window_px} (left, top, width, height) leaves {path}, which is {size_px[0]} x {size_px[1]} px."
        )


def _import_rasterio(path: Path) -> ModuleType:
    try:
        import rasterio
        import rasterio.windows
    except ImportError as error:
        raise MissingExtraError(
            f"A window of {path}, which is too large to be read whole,", "rasterio", "geo"
        ) from error
    module: ModuleType = rasterio
    return module


_WARNINGS_LOCK = threading.Lock()


@contextmanager
def _opened(rasterio: ModuleType, path: Path) -> Iterator[Any]:
    try:
        with rasterio.Env(**_OPTIONS):
            # The lock keeps our own threads from putting back one another's filters.
            with _WARNINGS_LOCK, warnings.catch_warnings():
                # Where on Earth it lies does not matter here.
                warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
                # Only this driver: others (VRT) may point to further files.
                dataset = rasterio.open(path, driver="GTiff")
            with dataset:
                yield dataset
    except (rasterio.errors.RasterioError, OSError) as error:
        raise MediaError(
            f"{path} cannot be read as an image: {error}. It is damaged or of an unknown format."
        ) from error


def _check_blocks(path: Path, dataset: Any) -> None:
    block_px = max(height * width for height, width in dataset.block_shapes)
    if block_px > MAX_BLOCK_PX:
        raise MediaError(
            f"{path} is stored in blocks of {block_px} pixels; at most {MAX_BLOCK_PX} are unpacked for a window. Store "
            "it in tiles: gdal_translate -co TILED=YES"
        )


def _rgb(path: Path, dataset: Any, window: Any) -> np.ndarray:
    kinds = [kind.name for kind in dataset.colorinterp]
    if set(dataset.dtypes) != {"uint8"} or len(kinds) > 4 or "cyan" in kinds:
        raise MediaError(
            f"{path} has {len(kinds)} band(s) of {', '.join(sorted(set(dataset.dtypes)))}. Convert it to an 8-bit RGB "
            "image."
        )
    if kinds[0] == "palette":
        table = np.zeros((256, 3), np.uint8)
        for index, colour in dataset.colormap(1).items():
            table[index] = colour[:3]
        return table[dataset.read(1, window=window)]
    bands = dataset.read([1, 2, 3] if len(kinds) >= 3 else [1], window=window)
    return np.ascontiguousarray(np.moveaxis(np.broadcast_to(bands, (3, *bands.shape[1:])), 0, 2))
