"""Settings of a build: strict, with defaults that a printed file shows."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from links2_tasks.errors import DataError
from links2_tasks.language import LanguageSettings
from links2_tasks.pipeline import BuildSettings, read_settings, settings_page
from links2_tasks.pipeline.filters import FilterSettings

MODEL = {"base_url": "http://localhost:9/v1", "model": "m"}


def test_the_printed_file_says_what_is_the_default_anyway(tmp_path: Path) -> None:
    path = tmp_path / "build.yaml"
    path.write_text(settings_page())
    assert read_settings(path) == BuildSettings()


def test_the_printed_file_has_every_key_with_its_meaning() -> None:
    lines = settings_page().splitlines()
    for record, indent in ((BuildSettings, ""), (FilterSettings, "  ")):
        for name in record.model_fields:
            (place,) = (i for i, line in enumerate(lines) if line.startswith(f"{indent}{name}:"))
            assert lines[place - 1].startswith(f"{indent}# "), name
    for name in LanguageSettings.model_fields:
        assert any(line.startswith(f"#   {name}: ") for line in lines)


def test_the_example_of_a_language_model_is_right_without_its_comment_signs() -> None:
    example = settings_page().partition("language_model: null\n")[2].partition("\n\n")[0]
    content = yaml.safe_load("\n".join(line[2:] for line in example.splitlines()))
    assert set(content["language_model"]) == set(LanguageSettings.model_fields)


def test_options_come_before_the_file_and_none_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "build.yaml"
    path.write_text("seed: 3\nname: mine\n")
    found = read_settings(path, {"seed": 4, "name": None, "region": "town"})
    assert (found.seed, found.name, found.region) == (4, "mine", "town")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sed: 3", "unknown key 'sed'; the keys there are name, seed"),
        ("filters: {most_per_clips: 3}", "unknown key 'filters.most_per_clips'; the keys there are skip"),
        ("language_model: {base_url: 'http://a/v1', model: m, key: k}", "unknown key 'language_model.key'"),
        (
            "filters: {skip: [watermark]}",
            "filters: there is no filter 'watermark' to skip; the filters are unreadable_marks",
        ),
        ("seed: -1\nquestions_per_task: 0", "seed: .*; questions_per_task: "),
        ("clip_length_s: .inf", "clip_length_s"),
        ("clip_length_s: 0.5", "clip_length_s"),
        ("wording: model", "'wording: model' needs language_model"),
        ("landmark_captions: true", "'landmark_captions' needs language_model"),
        ("splits: {train: 0.7, test: 0.2}", "add up to 0.9"),
        ("splits: {train: 0.7, test: [a]}", "a share, or each split its regions"),
        ("splits: {train: [a, b], test: [b]}", "the region 'b' is in two splits"),
        ("splits: {'../x': 1.0}", "splits"),
        ("splits: {}", "splits"),
        ("- a\n- b", "must hold 'key: value' lines"),
        ("seed: [", "cannot be read as YAML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "build.yaml"
    path.write_text(text)
    with pytest.raises(DataError, match=words):
        read_settings(path)


def test_a_file_that_is_not_there_is_told_how_to_write(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--print-config"):
        read_settings(tmp_path / "none.yaml")


def test_a_key_of_a_language_model_is_never_echoed(tmp_path: Path) -> None:
    path = tmp_path / "build.yaml"
    path.write_text("language_model: {base_url: 'http://a/v1', model: m, api_key_variable: sk-secret}")
    with pytest.raises(DataError) as caught:
        read_settings(path)
    assert "sk-secret" not in str(caught.value)


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    (tmp_path / "build.yaml").write_text("# nothing\n")
    assert read_settings(tmp_path / "build.yaml") == BuildSettings()
    assert read_settings(None, {"language_model": MODEL, "wording": "model"}).wording == "model"
