from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from links2_tasks.construction.scene._config import SceneConfig, read_config
from links2_tasks.errors import SceneError


def test_without_a_file_everything_is_at_its_default(tmp_path: Path) -> None:
    assert read_config(tmp_path) == SceneConfig()


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_file_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "scene.yaml").write_text(text)
    assert read_config(tmp_path) == SceneConfig()


@pytest.mark.parametrize(
    ("written", "crs"),
    [("32643", "EPSG:32643"), ("'32643'", "EPSG:32643"), ("epsg:32643", "EPSG:32643"), ("Local", "local")],
)
def test_ways_to_write_a_crs(tmp_path: Path, written: str, crs: str) -> None:
    (tmp_path / "scene.yaml").write_text(f"crs: {written}\n")
    assert read_config(tmp_path).crs == crs


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("licens: MIT", "unknown key 'licens'; the keys are scene_id, region"),
        ("crs: utm", "EPSG code"),
        ("crs: true", "crs"),
        ("hfov_deg: 200", "hfov_deg"),
        ("hfov_deg: .nan", "hfov_deg"),
        ("map_corners: [0, 0, 1]", "map_corners"),
        ("map_corners: [10, 0, 0, 10]", "west, south, east, north"),
        ("region: ''", "region"),
        ("- a list", "list"),
        ("a: [", "YAML"),
        ("x: !!python/object/apply:os.getcwd []", "YAML"),
    ],
)
def test_faults_name_the_file(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "scene.yaml").write_text(text)
    with pytest.raises(SceneError) as caught:
        read_config(tmp_path)
    assert "scene.yaml" in str(caught.value)
    assert words in str(caught.value)


def test_the_day_of_the_flight_and_whether_it_is_simulated(tmp_path: Path) -> None:
    (tmp_path / "scene.yaml").write_text("recorded_on: 2024-05-31\nsimulated: true\n")
    config = read_config(tmp_path)
    assert (config.recorded_on, config.simulated) == (date(2024, 5, 31), True)
    (tmp_path / "scene.yaml").write_text("recorded_on: May\n")
    with pytest.raises(SceneError, match="recorded_on"):
        read_config(tmp_path)
