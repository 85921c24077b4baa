"""The mappings that ship with the package, from foreign files to datasets without faults that models can be asked about."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks.dataset import load_info, load_questions, validate
from links2_tasks.importing import ImportReport, example_mapping, import_dataset
from links2_tasks.media import FramePlan, load_frames, probe_video
from links2_tasks.prompt import Image as ShownImage
from links2_tasks.prompt import PromptSettings, build_prompt


def load(source: Path, example: str, tmp_path: Path) -> tuple[ImportReport, Path]:
    mapping = tmp_path / "map.yaml"
    mapping.write_text(example_mapping(example), encoding="utf-8")
    return import_dataset(source, mapping, tmp_path / "out"), tmp_path / "out"


def can_be_asked(root: Path, split: str = "test") -> None:
    assert [str(fault) for fault in validate(root)] == []
    for question in load_questions(root, split=split):
        prompt = build_prompt(question, PromptSettings(n_frames=4), root)
        pictures = [part for part in prompt.parts if isinstance(part, ShownImage)]
        assert len(pictures) == 4 + len(question.satellite)


def test_a_table_in_the_layout_of_vlmevalkit(
    table: Any, row: Callable[..., dict[str, str]], png: Callable[..., bytes], tmp_path: Path
) -> None:
    table.write(
        [
            row(1),
            row(2, task="heading", answer="C", C="", D="in the west", image=base64.b64encode(png(2)).decode())
            | {"answer": "D", "question": 'Which "way",\tsays\nthe map?'},
            row(3, E="nowhere", D="in the west", answer="E"),
        ]
    )
    report, root = load(table.folder, "tsv", tmp_path)
    assert (report.n_rows, report.n_questions, report.left_out) == (3, 3, ())
    assert report.unused_columns == ()
    can_be_asked(root)
    first, second, third = sorted(load_questions(root), key=lambda question: question.question_id)
    assert [each.question_id for each in (first, second, third)] == ["city-1", "city-2", "city-3"]
    assert (first.task, second.task) == ("uav_localization", "heading_estimation")
    assert first.options == ("in the north", "in the south", "in the east")
    assert (first.answer_text, second.answer_text, third.answer_text) == ("in the south", "in the west", "nowhere")
    # Column D became option C, since column C is empty.
    assert (second.options, second.answer) == (("in the north", "in the south", "in the west"), "C")
    assert second.question == 'Which "way",\tsays\nthe map?'
    assert (first.region, first.satellite[0].gsd_m, first.video) == ("Oldton", 0.3, "videos/over_old.mp4")
    assert (root / first.satellite[0].path).read_bytes() == png(1)
    assert (root / second.satellite[0].path).read_bytes() == png(2)
    assert first.satellite == third.satellite, "one image in two cells is one file"
    info = load_info(root)
    assert (info.name, info.licence, len(info.clips)) == ("city-tsv", "CC-BY-4.0", 1)
    assert first.source.dataset == "city-tsv"


def frames_source(folder: Path, png: Callable[..., bytes]) -> Path:
    """Clips with questions in nested JSON; frame k of clip c is one colour, so that their order can be seen."""
    clips = []
    for number in (1, 2):
        frames = folder / f"frames/clip {number}"
        frames.mkdir(parents=True)
        # Sorted as text, frame 10 would come second; and the size is odd.
        for index in range(12):
            Image.new("RGB", (33, 25), (20 * index, 40 * number, 90)).save(frames / f"frame_{index}.png")
        (frames / "notes.txt").write_text("not a frame")
        questions = [
            {"id": 7, "type": "Heading", "text": f"Which way, {number}?", "choices": {"a": "north", "b": "east"}}
            | {"correct": "b", "degrees": 92.5, "mood": "good"},
            {
                "id": 8,
                "type": "Where am I",
                "text": f"Where, {number}?",
                "choices": {"a": "here", "b": "there", "c": "up"},
            }
            | {"correct": "A"},
        ]
        clips.append(
            {"id": f"clip {number}", "place": "Oldton", "rate": 4, "flown": "2026-05-01", "maps": ["old_a", "old_b"]}
            | {"metres_per_pixel": 0.5, "questions": questions}
        )
    (folder / "annotations").mkdir()
    (folder / "annotations/all.json").write_text(json.dumps({"data": {"clips": clips}}))
    (folder / "satellite").mkdir()
    (folder / "satellite/old_a.png").write_bytes(png(3))
    Image.open(io.BytesIO(png(4))).save(folder / "satellite/old_b.jpg")
    return folder


def test_nested_json_with_folders_of_frames(png: Callable[..., bytes], tmp_path: Path) -> None:
    source = frames_source(tmp_path / "source", png)
    report, root = load(source, "json", tmp_path)
    assert (report.n_questions, report.n_clips, report.left_out) == (4, 2, ())
    assert report.unused_columns == ("questions.mood",)
    can_be_asked(root)
    heading = load_questions(root, "heading_estimation")[0]
    assert (heading.question_id, heading.clip_id) == ("clip 1-7", "clip 1")
    assert heading.answer_text == "east"
    assert heading.value is not None
    assert (heading.value.kind, heading.value.number, heading.value.unit) == ("degrees", (92.5,), "deg")
    assert [image.label for image in heading.satellite] == ["1", "2"]
    assert [Path(image.path).name for image in heading.satellite] == ["old_a.png", "old_b.jpg"]
    where = load_questions(root, "uav_localization")[0]
    assert where.value is None
    clip = load_info(root).clips[0]
    assert (str(clip.recorded_on), clip.fps, clip.span_s, clip.width_px, clip.height_px) == (
        "2026-05-01",
        4,
        (0, 3),
        32,
        24,
    )
    path = root / heading.video
    shown, _ = load_frames(path, FramePlan.uniform(probe_video(path), n=12))
    reds = shown[:, 12, 16, 0].astype(int)
    assert np.all(np.diff(reds) > 8), "frames stand in natural order of their names"


def parquet_source(folder: Path, video: bytes, png: Callable[..., bytes]) -> Path:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [
        {"id": f"p{number}", "task": "uav_localization", "question": f"Where, {number}?", "label": 1, "region": "old"}
        | {
            "choices": ["A. north", "B. south"],
            "clip": {"video": "a.mp4", "start": 0.5, "end": 1.5},
            "licence": "CC0-1.0",
        }
        | {"subset": "validation" if number else "test"}
        for number in range(3)
    ]
    (folder / "data").mkdir(parents=True)
    parquet.write_table(arrow.Table.from_pylist(rows), folder / "data/all.parquet")
    with zipfile.ZipFile(folder / "media.zip", "w") as archive:
        archive.writestr("a.mp4", video)
    (folder / "maps").mkdir()
    (folder / "maps/old.png").write_bytes(png(5))
    return folder


def test_parquet_with_an_archive_of_videos(video: bytes, png: Callable[..., bytes], tmp_path: Path) -> None:
    report, root = load(parquet_source(tmp_path / "source", video, png), "parquet", tmp_path)
    assert (report.n_questions, report.left_out, report.unused_columns) == (3, (), ())
    assert dict(report.counts) == {"dev": {"uav_localization": 2}, "test": {"uav_localization": 1}}
    can_be_asked(root)
    can_be_asked(root, "dev")
    (question,) = load_questions(root)
    assert (question.options, question.answer_text) == (("north", "south"), "south")
    assert question.video_span_s == (0.5, 1.5)
    assert (question.source.dataset, question.source.licence) == ("City Flights", "CC0-1.0")


def test_the_same_source_gives_the_same_bytes(table: Any, row: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    table.write([row(2), row(1), row(1)])
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        _, root = load(table.folder, "tsv", tmp_path / name)
        written.append({path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()})
    assert written[0] == written[1]
