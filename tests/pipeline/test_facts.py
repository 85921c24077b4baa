"""Facts of clips, and the crops of landmarks that captions are made from."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from links2_tasks.construction.scene import Landmark, MapImage, read_scene
from links2_tasks.pipeline import BuildSettings, _captions, build, work_folder
from links2_tasks.pipeline._captions import FEWEST_PX, crop
from links2_tasks.pipeline._facts import _arc
from links2_tasks.pipeline._work import read_rows
from links2_tasks.rewriting import LandmarkCaption, LandmarkCrop


@given(start=st.floats(0, 360), turns=st.lists(st.floats(0, 150), min_size=1, max_size=20))
def test_the_arc_of_headings_is_the_smallest_that_holds_all(start: float, turns: list[float]) -> None:
    first, last = _arc([(start + turn) % 360 for turn in turns])
    width = (last - first) % 360
    # Tenths of a degree are kept: an arc of nothing may look like a whole turn less a tenth.
    assert min(abs(width - (max(turns) - min(turns))), 360 - abs(width - (max(turns) - min(turns)))) < 0.11


def test_a_crop_holds_its_landmark_also_at_the_edge_of_the_map(tiny_flights: Path) -> None:
    scene = read_scene(tiny_flights / "north/over_north")
    for landmark in scene.landmarks:
        with Image.open(io.BytesIO(crop(scene.map, landmark))) as image:
            assert image.format == "JPEG"
            assert _sides_px(scene.map, landmark).max() <= max(image.size)
            assert max(image.size) >= FEWEST_PX


def _sides_px(image: MapImage, landmark: Landmark) -> np.ndarray:
    west, south, east, north = landmark.outline.bounds
    return np.array([east - west, north - south]) / image.georeference.gsd_m


def test_captions_are_of_landmarks_that_are_seen_and_lie_beside_the_questions(
    built: Path, settings: Callable[..., BuildSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    def caption(crops: Sequence[LandmarkCrop], model: object, progress: object) -> tuple[LandmarkCaption, ...]:
        return tuple(LandmarkCaption(one.landmark_id, f"a {one.class_name}", None, "") for one in crops)

    monkeypatch.setattr(_captions, "caption_landmarks", caption)
    work = work_folder(built)
    asked = settings(landmark_captions=True, language_model={"base_url": "http://localhost:9/v1", "model": "none"})
    build(built.with_name("flights"), built.with_name("again"), asked, work=work)
    rows = read_rows(work / "5_wording/captions.jsonl")
    seen = {
        (clip["clip_id"].split("_")[1], landmark["landmark_id"])
        for clip in read_rows(work / "3_facts/facts.jsonl")
        for landmark in clip["landmarks"]
        if landmark["change"] != "added"
    }
    assert {(row["landmark_id"].split(" ")[0], row["landmark_id"].split("/")[1]) for row in rows} == seen
    assert all(row["text"].startswith("a ") for row in rows)
