"""The command `links2 build`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from links2_tasks import pipeline
from links2_tasks.cli import app
from links2_tasks.dataset import validate
from links2_tasks.errors import SceneError


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["build", *map(str, arguments)])


@pytest.fixture
def config(settings: Callable[..., pipeline.BuildSettings], tmp_path: Path) -> Path:
    path = tmp_path / "build.yaml"
    path.write_text(settings().model_dump_json())
    return path


def test_a_build_says_what_became_of_what_and_what_to_do_next(
    run: Callable[..., Result], whole: tuple[Path, pipeline.BuildReport], built: Path, config: Path
) -> None:
    n_questions = sum(whole[1].n_questions.values())
    work = pipeline.work_folder(built)
    options = ("--config", config, "--work", work, "--name", "city", "--report", "report.json")
    result = run(built.with_name("flights"), "--out", "city", *options)
    assert result.exit_code == 0, result.output
    assert validate(Path("city")) == ()
    assert json.loads(Path("city/dataset.json").read_text())["name"] == "city"
    for words in (
        "uav_localization",
        "kept from before",
        f"{n_questions} questions about 2 clips of 2 flights",
        str(work),
    ):
        assert words in result.stdout
    for command in ("links2 validate city", "links2 review city", "links2 release city", "LINKS2_DATA=city"):
        assert command in result.stdout
    assert "4/9 writing questions" in result.stderr
    assert json.loads(Path("report.json").read_text())["n_flights"] == 2


def test_a_dry_run_counts_calls_and_writes_nothing(
    run: Callable[..., Result], tiny_flights: Path, config: Path
) -> None:
    content = json.loads(config.read_text())
    content["language_model"] = {"base_url": "http://localhost:9/v1", "model": "m", "usd_per_million_input_tokens": 1.0}
    content["filters"] = {}
    config.write_text(json.dumps(content | {"wording": "model", "landmark_captions": True}))
    before = sorted(path for path in [*tiny_flights.rglob("*"), *Path().rglob("*")])
    result = run(tiny_flights / "north", "--dry-run", "--config", config)
    assert result.exit_code == 0, result.output
    assert re.search(r"[1-9]\d* questions about 1 clip of 1 flight", result.stdout)
    assert re.search(r"asked about [1-9]\d* times: .* no price is stated; and [1-9]\d* times by the", result.stdout)
    assert "Nothing was written" in result.stdout
    assert sorted(path for path in [*tiny_flights.rglob("*"), *Path().rglob("*")]) == before


def test_options_are_passed_on(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []

    @contextmanager
    def engine_of(name: str, workers: int) -> Any:
        calls.append((name, workers))
        yield None

    def build(folder: Path, out: Path, settings: pipeline.BuildSettings, **others: Any) -> None:
        calls.append(settings.model_dump(exclude_defaults=True))
        raise SceneError("two\nlines")

    monkeypatch.setattr(pipeline, "engine_of", engine_of)
    monkeypatch.setattr(pipeline, "build", build)
    options = ("--seed", 3, "--licence", "CC0-1.0", "--wording", "writers", "--engine", "ray", "--workers", 5)
    result = run("flights", "--out", "data", *options)
    assert calls == [("ray", 5), {"seed": 3, "licence": "CC0-1.0", "wording": "writers"}]
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (1, "Error: two lines")


def test_settings_are_printed_without_a_folder(run: Callable[..., Result]) -> None:
    result = run("--print-config")
    assert (result.exit_code, result.stdout) == (0, pipeline.settings_page())


def test_build_without_out_says_what_is_missing(run: Callable[..., Result]) -> None:
    result = run("flights")
    assert result.exit_code == 2
    assert "--out" in result.output


def test_build_of_nothing_is_an_error_of_ours(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "flights").mkdir()
    result = run("flights", "--out", "data")
    assert (result.exit_code, result.stderr.count("Error: ")) == (1, 1)
    assert not (tmp_path / "data").exists()
