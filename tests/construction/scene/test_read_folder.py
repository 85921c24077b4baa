from __future__ import annotations

from pathlib import Path

import pytest

from links2_tasks.construction.scene import find_flights
from links2_tasks.construction.scene._config import SceneConfig
from links2_tasks.construction.scene._read_folder import find_files
from links2_tasks.errors import SceneError, UnsafePathError


def fill(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("t_s,lat,lon\n" if name.endswith(".csv") else "")
    return folder


def test_usual_names(tmp_path: Path) -> None:
    folder = fill(tmp_path, "uav.mp4", "telemetry.csv", "map.tif", "landmarks.geojson", "notes.txt")
    files = find_files(folder, SceneConfig())
    assert (files.video.name, files.telemetry.name, files.map.name) == ("uav.mp4", "telemetry.csv", "map.tif")
    assert files.landmarks is not None
    assert files.roads is None


def test_the_only_file_of_a_kind_needs_no_usual_name(tmp_path: Path) -> None:
    folder = fill(tmp_path, "DJI_0001.MP4", "DJI_0001.SRT", "ortho.tiff", "preview.png")
    files = find_files(folder, SceneConfig())
    assert (files.video.name, files.telemetry.name, files.map.name) == ("DJI_0001.MP4", "DJI_0001.SRT", "ortho.tiff")


def test_subtitles_go_with_the_video_of_their_name(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a.mp4", "a.srt", "b.srt", "map.tif")
    assert find_files(folder, SceneConfig()).telemetry.name == "a.srt"


def test_tables_of_other_things_are_not_telemetry(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a.mp4", "poses.csv", "map.tif")
    (folder / "costs.csv").write_text("item,price\n")
    assert find_files(folder, SceneConfig()).telemetry.name == "poses.csv"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("a.mp4", "b.mov", "telemetry.csv", "map.tif"), "2 files that could be its video: a.mp4, b.mov"),
        (("telemetry.csv", "map.tif"), "no video"),
        (("a.mp4", "map.tif"), "no telemetry"),
        (("a.mp4", "x.srt", "y.srt", "map.tif"), "x.srt, y.srt"),
        (("a.mp4", "telemetry.csv"), "no map"),
        (("a.mp4", "telemetry.csv", "map.png", "map.tif"), "map.png, map.tif"),
    ],
)
def test_missing_and_ambiguous_files(tmp_path: Path, names: tuple[str, ...], words: str) -> None:
    with pytest.raises(SceneError) as caught:
        find_files(fill(tmp_path, *names), SceneConfig())
    assert words in str(caught.value)
    assert "scene.yaml" in str(caught.value)


def test_flights_of_a_region_may_share_files_in_the_parent(tmp_path: Path) -> None:
    fill(tmp_path, "shared.jpg")
    folder = fill(tmp_path / "one", "uav.mp4", "telemetry.csv")
    assert find_files(folder, SceneConfig(map="../shared.jpg")).map == (tmp_path / "shared.jpg").resolve()


@pytest.mark.parametrize("name", ["/etc/passwd", "../../x.jpg", "https://x.org/a.jpg", "..\\x.jpg", "a/../../../x.jpg"])
def test_named_files_stay_near_the_folder(tmp_path: Path, name: str) -> None:
    folder = fill(tmp_path / "region" / "one", "uav.mp4", "telemetry.csv")
    fill(tmp_path, "x.jpg")
    with pytest.raises(UnsafePathError):
        find_files(folder, SceneConfig(map=name))


def test_a_link_out_of_the_region_is_refused(tmp_path: Path) -> None:
    fill(tmp_path / "elsewhere", "x.jpg")
    folder = fill(tmp_path / "region" / "one", "uav.mp4", "telemetry.csv")
    (folder / "x.jpg").symlink_to(tmp_path / "elsewhere" / "x.jpg")
    with pytest.raises(UnsafePathError):
        find_files(folder, SceneConfig(map="x.jpg"))


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    folder = fill(tmp_path, "uav.mp4", "telemetry.csv")
    with pytest.raises(SceneError, match="does not exist"):
        find_files(folder, SceneConfig(map="plan.png"))


def test_flights_in_a_tree(tmp_path: Path) -> None:
    one = fill(tmp_path / "b", "uav.mp4", "telemetry.csv")
    two = fill(tmp_path / "a" / "deep", "x.MOV", "x.SRT")
    fill(tmp_path / "c", "uav.mp4")
    fill(tmp_path / ".hidden", "uav.mp4", "telemetry.csv")
    named = fill(tmp_path / "d", "telemetry.csv")
    (named / "scene.yaml").write_text("video: ../b/uav.mp4\n")
    assert find_flights(tmp_path) == (two, one, named)
    assert find_flights(one) == (one,)


def test_no_flight_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match=r"no flight in .* a \.csv with a column t_s"):
        find_flights(fill(tmp_path / "empty", "readme.txt"))
    with pytest.raises(SceneError, match="no folder"):
        find_flights(tmp_path / "nowhere")


def test_a_folder_whose_config_cannot_be_read_is_a_flight_that_its_reader_refuses(tmp_path: Path) -> None:
    fill(tmp_path / "good", "uav.mp4", "telemetry.csv")
    fill(tmp_path / "broken")
    (tmp_path / "broken/scene.yaml").write_text("vidio: ../uav.mp4\n")
    assert [flight.name for flight in find_flights(tmp_path)] == ["broken", "good"]
