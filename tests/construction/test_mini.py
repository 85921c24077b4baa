from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import links2_tasks
from links2_tasks.construction import building, mini, simulate
from links2_tasks.dataset import write_dataset
from links2_tasks.errors import DataError
from links2_tasks.schema import Clip, Question


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty user cache, and no dataset named."""
    monkeypatch.delenv("LINKS2_DATA", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache" / name))
    return tmp_path / "cache" / "links2"


def _write(root: Path) -> None:
    source = {"dataset": "d", "licence": "CC0-1.0"}
    question = Question.model_validate(
        {
            "question_id": "q", "task": "uav_localization", "clip_id": "c", "video": "v.mp4", "video_span_s": [0, 1],
            "satellite": [], "question": "?", "options": ["1", "2"], "answer": "A", "region": "r", "source": source,
            "provenance": {"writer": "w", "version": "1", "seed": 0},
        }
    )  # fmt: skip
    clip = Clip.model_validate(
        {
            "clip_id": "c", "video": "v.mp4", "span_s": [0, 1], "width_px": 1, "height_px": 1, "fps": 1,
            "region": "r", "source": source,
        }
    )  # fmt: skip
    write_dataset(
        root, name="x", version="1", licence="CC0-1.0", description="", clips=[clip], questions={"test": [question]}
    )


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, dict[str, Any]]]:
    """Replaces simulator and builder by quick ones; returns what the builder was called with."""
    calls: list[tuple[Path, dict[str, Any]]] = []

    def fake_simulate(out: Path, *, regions: Any, workers: int, progress: Callable[[str], None]) -> None:
        progress("flying")
        (out / "flight").mkdir()

    def fake_build(folder: Path, out: Path, *, progress: Callable[[str], None], **settings: Any) -> None:
        assert (folder / "flight").is_dir()
        calls.append((out, settings))
        _write(out)

    monkeypatch.setattr(simulate, "simulate", fake_simulate)
    monkeypatch.setattr(simulate, "mini_regions", lambda seed: (simulate.RegionSpec("town", seed),))
    monkeypatch.setattr(building, "build", fake_build)
    monkeypatch.setattr(mini, "_make_in_own_process", mini.make_mini)
    return calls


def test_the_default_dataset_is_made_once(built: list[Any], cache: Path) -> None:
    first = mini.data_root()
    assert mini.data_root() == first == mini.ensure_mini()
    assert len(built) == 1
    assert [path.name for path in cache.iterdir()] == [first.name]


def test_its_folder_names_version_and_seed(built: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    first = mini.ensure_mini()
    assert first.name == f"links2_mini-{links2_tasks.__version__}-{mini.MINI_SEED}"
    monkeypatch.setattr(mini, "__version__", "99.0")
    assert mini.ensure_mini() != first
    assert [settings["seed"] for _, settings in built] == [mini.MINI_SEED] * 2


def test_a_failed_build_leaves_nothing(built: list[Any], monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    def fail(*_arguments: Any, **_settings: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(building, "build", fail)
    with pytest.raises(OSError, match="disk full"):
        mini.ensure_mini()
    assert list(cache.iterdir()) == []


def test_the_real_builder_accepts_the_folder_it_is_given(
    built: list[Any], monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    from links2_tasks.dataset import atomic_directory

    def build(folder: Path, out: Path, **_settings: Any) -> None:
        with atomic_directory(out) as root:
            _write(root)

    monkeypatch.setattr(building, "build", build)
    assert (mini.ensure_mini() / "dataset.json").is_file()
    assert len(list(cache.iterdir())) == 1


def test_what_is_named_is_never_replaced_by_the_default(
    built: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="nowhere"):
        mini.data_root(tmp_path / "nowhere")
    monkeypatch.setenv("LINKS2_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="nowhere"):
        mini.data_root()
    assert built == []


def test_load_questions_of_the_package_takes_the_default(built: list[Any]) -> None:
    assert [question.question_id for question in links2_tasks.load_questions(task="uav_localization")] == ["q"]
    with pytest.raises(DataError, match="Known: test"):
        links2_tasks.load_questions(split="train")


@pytest.mark.parametrize("fault", ["DataError('no space')", "OSError('no space')"])
def test_the_other_interpreter_says_why_it_failed(
    fault: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], cache: Path, tmp_path: Path
) -> None:
    # A module of this name is run at the start of every interpreter that finds it.
    (tmp_path / "sitecustomize.py").write_text(
        "from links2_tasks.construction import mini\n"
        "from links2_tasks.errors import DataError\n"
        "def fail(folder):\n"
        f"    raise {fault}\n"
        "mini.make_mini = fail\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(DataError, match=r"could not be made.*LINKS2_DATA"):
        mini.ensure_mini()
    assert "links2: no space" in capfd.readouterr().err
    assert list(cache.iterdir()) == []


def test_a_script_without_a_main_guard_can_ask_for_the_default_dataset(cache: Path, tmp_path: Path) -> None:
    """Its workers must not run the script again: they would wait for a lock that their parent holds."""
    (tmp_path / "sitecustomize.py").write_text(
        "import platformdirs\n"
        f"platformdirs.user_cache_dir = lambda name: {str(cache)!r}\n"
        "from links2_tasks.construction import building, simulate\n"
        "small = simulate.RegionSpec('town', 1, size_m=400.0, map_gsd_m=2.0, texture_gsd_m=1.0)\n"
        "from dataclasses import replace\n"
        "simulate.mini_regions = lambda seed: (small, replace(small, name='village'))\n"
        "building.build = lambda folder, out, **settings: (out / 'dataset.json').write_text('{}')\n"
    )
    script = tmp_path / "script.py"
    script.write_text("from links2_tasks.construction.mini import data_root\nprint('root', data_root().name)\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=100, check=True
    )
    assert done.stdout.splitlines() == [f"root {mini.mini_folder().name}"]


def test_progress_goes_to_stderr(built: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    mini.ensure_mini()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "making the default dataset, once" in captured.err
