"""Landmarks described by a language model from crops of the map: for reviewers, never in questions."""

from __future__ import annotations

import io
from math import ceil, floor
from typing import NamedTuple

import numpy as np
from PIL import Image
from pydantic_core import to_jsonable_python

from links2_tasks.construction.scene import Landmark, MapImage
from links2_tasks.language import LanguageModel
from links2_tasks.media import read_image_window
from links2_tasks.pipeline._facts import STAGE as FACTS
from links2_tasks.pipeline._flights import scene_of
from links2_tasks.pipeline._footage import Footage
from links2_tasks.pipeline._site import Show, Site
from links2_tasks.pipeline._work import read_rows
from links2_tasks.rewriting import LandmarkCrop, caption_landmarks

FACTS_FILE = "facts.jsonl"
AROUND_SHARE = 0.5
"""Ground that is shown on each side of a landmark, as a share of its longer side."""
FEWEST_PX, MOST_PX = 64, 512
_JPEG_QUALITY = 90


class Named(NamedTuple):
    """A landmark by its region, whose flights share it, and its id."""

    region: str
    landmark_id: str


def captioned_landmarks(site: Site, footage: Footage) -> tuple[Named, ...]:
    """Landmarks that some clip shows and that the map shows too."""
    region_of = {one.scene_id: one.region for one in footage.facts}
    found: dict[Named, None] = {}
    for clip in read_rows(site.stage(FACTS).path / FACTS_FILE):
        region = region_of[clip["clip_id"].rpartition("_")[0]]
        for landmark in clip["landmarks"]:
            if landmark["change"] != "added":
                found[Named(region, landmark["landmark_id"])] = None
    return tuple(found)


def captions(site: Site, footage: Footage, model: LanguageModel, show: Show) -> list[dict[str, object]]:
    """A caption of each of these landmarks, with its region."""
    wanted = set(captioned_landmarks(site, footage))
    crops: dict[str, LandmarkCrop] = {}
    for job, facts in zip(footage.jobs, footage.facts, strict=True):
        mine = {one.landmark_id for one in wanted if one.region == facts.region}
        scene = scene_of(job)
        for landmark in scene.landmarks:
            key = f"{facts.region}/{landmark.landmark_id}"
            if landmark.landmark_id in mine and key not in crops:
                crops[key] = LandmarkCrop(key, landmark.class_name, crop(scene.map, landmark))
    return [to_jsonable_python(one) for one in caption_landmarks(list(crops.values()), model, progress=show)]


def crop(image: MapImage, landmark: Landmark) -> bytes:
    """The part of a map that shows a landmark and some ground around it, as a JPEG file."""
    west, south, east, north = landmark.outline.bounds
    (left, top), (right, bottom) = image.georeference.to_pixels(np.array([(west, north), (east, south)]))
    around = max(AROUND_SHARE * max(right - left, bottom - top), (FEWEST_PX - min(right - left, bottom - top)) / 2)
    width_px, height_px = image.georeference.width_px, image.georeference.height_px
    first_x, first_y = max(0, floor(left - around)), max(0, floor(top - around))
    last_x, last_y = min(width_px, ceil(right + around)), min(height_px, ceil(bottom + around))
    window_px = (first_x, first_y, last_x - first_x, last_y - first_y)
    pixels = read_image_window(image.path, window_px, MOST_PX)
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, format="JPEG", quality=_JPEG_QUALITY)
    return written.getvalue()
