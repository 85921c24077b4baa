from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from links2_tasks.dataset import Fault, validate, write_dataset
from links2_tasks.errors import DataError
from links2_tasks.schema import Clip, Question

FILE = "questions/test/uav_localization.jsonl"
MAP = {"path": "satellite/map.png", "label": None, "gsd_m": 0.5, "north_up": True, "window_px": None}


def _point(x: float, y: float, **changes: Any) -> dict[str, Any]:
    return {"image": 0, "kind": "point", "label": None, "xy_px": [[x, y]]} | changes


def _only(faults: tuple[Fault, ...]) -> Fault:
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


def _edit_info(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = root / "dataset.json"
    info = json.loads(path.read_text())
    change(info)
    path.write_text(json.dumps(info))


def test_a_sound_dataset_has_no_faults(root: Path) -> None:
    seen: list[str] = []
    assert validate(root, progress=seen.append) == ()
    assert {"videos/flight.mp4", "satellite/map.png", FILE} <= set(seen)


def test_what_the_hub_adds_is_no_fault(root: Path) -> None:
    (root / ".cache").mkdir()
    for file in ("README.md", "SHA256SUMS", ".gitattributes", ".cache/state"):
        (root / file).write_text("not ours")
    assert validate(root) == ()


def test_no_dataset_is_an_error_and_no_fault(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no dataset\.json"):
        validate(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"video_span_s": [0.0, 2.5]}, "video lasts 2.000 s"),
        ({"marks": [_point(60.5, 10)]}, "marks.0: (60.5, 10.0) lies outside the image as shown, 60 x 40 px"),
        ({"marks": [_point(10, -0.1)]}, "outside the image as shown"),
        ({"satellite": [MAP], "marks": [_point(100, 80), _point(101, 80)]}, "marks.1: (101.0, 80.0)"),
        ({"satellite": [MAP | {"window_px": [50, 10, 60, 40]}]}, "leaves the image, 100 x 80 px"),
        ({"satellite": [MAP | {"path": "satellite/none.png"}]}, "satellite.0: there is no file"),
        ({"satellite": [MAP, MAP | {"path": "/etc/hostname"}]}, "satellite.1: Path '/etc/hostname' is absolute"),
        ({"satellite": [], "marks": []}, "no satellite image"),
        ({"video": "videos/none.mp4"}, "there is no file 'videos/none.mp4'"),
        ({"video": "../data/videos/flight.mp4"}, "contains '..'"),
        ({"video": "https://example.org/flight.mp4"}, "is a URL"),
        ({"region": "  "}, "region is blank"),
        ({"source": {"dataset": "d", "licence": " "}}, "source.licence is blank"),
        ({"options": ["the  Car park", "The car park", "x"]}, "case or spaces"),
        ({"options": ["yes", " "]}, "an option is blank"),
        ({"marks": [_point(1, 1, label="A"), _point(2, 2, label="A")]}, "same label"),
    ],
)
def test_a_fault_of_one_question_is_found_with_its_line(
    changes: dict[str, Any], message: str, write: Callable[..., Path], make_question: Callable[..., Question]
) -> None:
    faults = validate(write(make_question(0), make_question(1, **changes)))
    assert [str(fault) for fault in faults if message in fault.message and (fault.file, fault.line) == (FILE, 2)], (
        faults
    )
    assert {(fault.file, fault.line) for fault in faults} == {(FILE, 2)}


def test_marks_on_the_very_edge_are_inside(write: Callable[..., Path], make_question: Callable[..., Question]) -> None:
    corners = [_point(x, y) for x in (0, 60) for y in (0, 40)]
    assert validate(write(make_question(0, marks=corners))) == ()


def test_every_fault_of_a_file_is_reported_at_once(
    write: Callable[..., Path], make_question: Callable[..., Question]
) -> None:
    root = write(*(make_question(number) for number in range(4)))
    lines = (root / FILE).read_text().splitlines()
    lines[0] = lines[0].replace('"answer":"A"', '"answer":"F"')
    lines[1] = "{"
    lines[3] = lines[3].replace('"q3"', '"q2"').replace('"region":"town"', '"region":" "')
    (root / FILE).write_text("\n".join(lines))
    faults = validate(root)
    found = {(fault.file, fault.line, fault.message.split(" ")[0]) for fault in faults}
    assert found == {
        (FILE, None, "has"),
        (FILE, 1, "answer"),
        (FILE, 2, "Invalid"),
        (FILE, 4, "question_id"),
        (FILE, 4, "region"),
        ("dataset.json", None, "counts:"),
    }


def test_ids_are_unique_across_files(root: Path) -> None:
    path = root / "questions/test/heading_estimation.jsonl"
    path.write_text(path.read_text().replace('"q2"', '"q0"'))
    messages = [str(fault) for fault in validate(root)]
    assert any(
        f"{FILE}:1: question_id 'q0' is that of questions/test/heading_estimation.jsonl:1 too" in m for m in messages
    )


def test_the_same_question_about_the_same_clip_is_found(
    write: Callable[..., Path], make_question: Callable[..., Question]
) -> None:
    text = make_question(0).question
    fault = _only(validate(write(make_question(0), make_question(1, question=text))))
    assert (fault.line, fault.message) == (2, f"asks the same of the same clip and map as {FILE}:1")


def test_a_repeated_text_with_other_marks_is_another_question(
    write: Callable[..., Path], make_question: Callable[..., Question]
) -> None:
    text = make_question(0).question
    assert validate(write(make_question(0), make_question(1, question=text, marks=[_point(9, 9)]))) == ()


def test_an_unknown_task_and_one_in_another_tasks_file(
    write: Callable[..., Path], make_question: Callable[..., Question]
) -> None:
    root = write(make_question(0, task="unheard_of"))
    fault = _only(validate(root))
    assert fault.message.startswith("unknown task 'unheard_of'; known: scene_recognition")
    (root / "questions/test/unheard_of.jsonl").rename(root / FILE)
    assert "task 'unheard_of' stands in the file of task 'uav_localization'" in {f.message for f in validate(root)}


def test_a_missing_key_is_a_fault_though_the_schema_has_a_default(root: Path) -> None:
    path = root / FILE
    path.write_text(path.read_text().replace('"query_time_s":1.0,', "", 1))
    assert any(fault.line == 1 and "misses the keys query_time_s" in fault.message for fault in validate(root))


def test_changed_shortened_missing_and_unlisted_files(root: Path) -> None:
    map_file = root / "satellite/map.png"
    Image.new("RGB", (100, 80), (41, 90, 40)).save(map_file)
    (root / "satellite/extra.png").write_bytes(b"")
    (root / "questions/test/heading_estimation.jsonl").unlink()
    messages = {(fault.file, fault.message.split(",")[0].split(" ")[0]) for fault in validate(root)}
    assert ("satellite/map.png", "has") in messages
    assert ("satellite/extra.png", "is") in messages
    assert ("questions/test/heading_estimation.jsonl", "is") in messages


def test_a_changed_byte_of_the_same_length_is_found(root: Path) -> None:
    path = root / FILE
    path.write_text(path.read_text().replace("below the UAV", "below the uav", 1))
    fault = _only(validate(root))
    assert fault.file == FILE
    assert "SHA-256" in fault.message


def test_a_video_whose_end_is_cut_off_is_found(root: Path) -> None:
    video = root / "videos/flight.mp4"
    video.write_bytes(video.read_bytes()[:-700])
    assert any(fault.file == "videos/flight.mp4" and "cannot be decoded" in fault.message for fault in validate(root))


@pytest.mark.parametrize("file", ["videos/flight.mp4", "satellite/map.png"])
def test_a_media_file_of_noise_is_one_fault_however_many_questions_show_it(root: Path, file: str) -> None:
    (root / file).write_bytes(b"noise" * 50)
    faults = [fault for fault in validate(root) if "cannot be" in fault.message]
    assert _only(tuple(faults)).file == file


def test_a_link_out_of_the_root_is_found(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "map.png"
    (root / "satellite/map.png").rename(outside)
    (root / "satellite/map.png").symlink_to(outside)
    faults = validate(root)
    assert {(fault.file, fault.line) for fault in faults if "leaves the dataset's root" in fault.message} >= {
        ("dataset.json", None),
        (FILE, 1),
        (FILE, 2),
    }


def test_wrong_counts_splits_and_clips_are_found(root: Path) -> None:
    def change(info: dict[str, Any]) -> None:
        info["counts"]["test"]["uav_localization"] = 7
        info["splits"] = ["train"]
        info["clips"][0]["span_s"] = [0.5, 1.5]
        info["clips"].append(info["clips"][0])

    _edit_info(root, change)
    messages = [str(fault) for fault in validate(root)]
    for wanted in (
        "dataset.json: counts: says 7 questions in questions/test/uav_localization.jsonl, which holds 2",
        "dataset.json: splits: misses test",
        "dataset.json: splits: no questions for train",
        "dataset.json: clips: 'clip' is listed twice",
        f"{FILE}:1: video_span_s 0.0 to 2.0 leaves clip 'clip'",
    ):
        assert any(message.startswith(wanted) for message in messages), (wanted, messages)


def test_questions_are_checked_though_dataset_json_is_broken(root: Path) -> None:
    (root / "dataset.json").write_text('{"format": 3}')
    path = root / FILE
    path.write_text(path.read_text().replace('"region":"town"', '"region":" "', 1))
    faults = validate(root)
    assert [(fault.file, fault.line) for fault in faults] == [("dataset.json", None), (FILE, 1)]


def test_question_files_in_a_wrong_place_are_found(root: Path) -> None:
    (root / FILE).rename(root / "questions/uav_localization.jsonl")
    assert any("expected questions/<split>/<task>.jsonl" in fault.message for fault in validate(root))


def test_a_question_of_an_unlisted_clip_region_or_video(
    media_root: Path, clip: Clip, make_question: Callable[..., Question]
) -> None:
    other = clip.model_copy(update={"video": "videos/other.mp4", "region": "village"})
    write_dataset(
        media_root, name="x", version="1", licence="x", description="", clips=[other],
        questions={"test": [make_question(0)]},
    )  # fmt: skip
    messages = " / ".join(fault.message for fault in validate(media_root))
    assert "video 'videos/flight.mp4' is not that of clip 'clip'" in messages
    assert "region 'town' is not that of clip 'clip'" in messages
    _edit_info(media_root, lambda info: info["clips"].clear())
    assert any("is not among the clips" in fault.message for fault in validate(media_root))


def test_marks_of_a_turned_image_are_within_its_turned_size(
    write: Callable[..., Path], make_question: Callable[..., Question]
) -> None:
    window = {"path": "satellite/map.png", "gsd_m": 0.5, "window_px": [10, 10, 60, 40]}
    turned = {**window, "north_up": False, "turned_deg": 90}
    inside = make_question(0, satellite=[turned], marks=[_point(39, 59)])
    assert validate(write(inside)) == ()
    fault = _only(validate(write(make_question(0, satellite=[turned], marks=[_point(59, 39)]))))
    assert "lies outside the image as shown, 40 x 60 px" in fault.message
