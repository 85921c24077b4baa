"""How strong a watermark must be to be found: texts of growing strength are laid over maps.

    python experiments/watermark_strength.py MAP...

Prints, for each map and each share of white, how many strokes the filter `watermarks` finds. The table of
docs/filters.md is made so, from the maps of `links2_mini` and of the real flight.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from links2_tasks.media import image_size, read_image_window
from links2_tasks.pipeline.filters._repeats import repeated_on_lattice, strokes_of

STEP_PX = (420, 300)
FIRST_PX = (30, 60)
TEXT, TEXT_PX = "LINKS SAMPLE", 40
SIDE_PX = 2048
STRENGTHS = (0.0, 0.2, 0.3, 0.5)


def stamped(picture: np.ndarray, strength: float) -> np.ndarray:
    """The picture (H, W, 3) with the text every `STEP_PX`, `strength` of it white."""
    height, width = picture.shape[:2]
    layer = Image.new("L", (width, height), 0)
    draw, font = ImageDraw.Draw(layer), ImageFont.load_default(TEXT_PX)
    for y in range(FIRST_PX[1], height, STEP_PX[1]):
        for x in range(FIRST_PX[0], width, STEP_PX[0]):
            draw.text((x, y), TEXT, fill=int(255 * strength), font=font)
    white = Image.new("RGB", layer.size, (255, 255, 255))
    return np.asarray(Image.composite(white, Image.fromarray(picture), layer))


def main(paths: list[str]) -> None:
    """Print a line for each map."""
    for name in paths:
        path = Path(name)
        width, height = image_size(path)
        picture = read_image_window(path, (0, 0, min(SIDE_PX, width), min(SIDE_PX, height)), SIDE_PX)
        found = [len(repeated_on_lattice(strokes_of(stamped(picture, strength))).strokes) for strength in STRENGTHS]
        print(path.name, *(f"{strength:g}: {n}" for strength, n in zip(STRENGTHS, found, strict=True)))


if __name__ == "__main__":
    main(sys.argv[1:])
