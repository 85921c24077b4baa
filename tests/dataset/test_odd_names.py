"""Names that a dataset may hold by accident or by malice, in `validate` and on its way to a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.dataset import Fault, validate, write_dataset
from links2_tasks.errors import UnsafePathError
from links2_tasks.schema import Clip, Question

FILE = "questions/test/uav_localization.jsonl"
MAP = {"label": None, "gsd_m": 0.5, "north_up": True, "window_px": None}


@pytest.mark.parametrize(
    "name", ["клип 北京 é ñ 😀", "a'b\"c $(touch pwned) `id` ; & | # ? %20 %03d {0} [red] <b>", "-rf ~"]
)
def test_any_script_and_the_signs_of_shells_are_sound(
    media_root: Path, clip: Clip, make_question: Callable[..., Question], name: str
) -> None:
    (media_root / "videos/flight.mp4").rename(media_root / f"videos/{name}.mp4")
    (media_root / "satellite/map.png").rename(media_root / f"satellite/{name}.png")
    shown: dict[str, Any] = {"video": f"videos/{name}.mp4", "satellite": [{**MAP, "path": f"satellite/{name}.png"}]}
    write_dataset(
        media_root, name=name, version="1", licence=name, description=name,
        clips=[clip.model_copy(update={"video": shown["video"]})], questions={"test": [make_question(0, **shown)]},
    )  # fmt: skip
    assert validate(media_root) == ()


@pytest.mark.parametrize("changes", [{"video": "n" * 300}, {"satellite": [{**MAP, "path": "n/" * 5000}], "marks": []}])
def test_a_name_that_is_too_long_is_a_fault_of_its_question(
    write: Callable[..., Path], make_question: Callable[..., Question], changes: dict[str, Any]
) -> None:
    faults = validate(write(make_question(0), make_question(1, **changes)))
    assert {(fault.file, fault.line) for fault in faults} == {(FILE, 2)}
    assert any("cannot be resolved: File name too long" in fault.message for fault in faults)


@pytest.fixture
def odd_names(root: Path) -> Path:
    """A sound dataset, and beside its files some with names that no dataset should hold, and no files at all."""
    folder = os.fsencode(root)
    for name in (b"satellite/\xff.png", b"satellite/two\nlines.png", b"questions/test/\xff.jsonl", b"a\x1b[2J"):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(b"x")
    os.mkfifo(root / "videos/pipe.mp4")
    return root


def test_odd_names_on_disk_are_faults_of_one_line_each(odd_names: Path) -> None:
    told = [str(fault) for fault in validate(odd_names)]
    for name in (r"satellite/\udcff.png", r"satellite/two\nlines.png", r"questions/test/\udcff.jsonl", r"a\x1b[2J"):
        assert f"{name}: is not listed in dataset.json" in told
    assert "videos/pipe.mp4: is not listed in dataset.json" in told
    assert all(len(line.splitlines()) == 1 and line.isprintable() for line in told)


def test_the_command_prints_them_to_a_terminal_that_takes_no_half_characters(odd_names: Path) -> None:
    code = "import sys; from links2_tasks.cli import main; main()"
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    command = [sys.executable, "-c", code, "validate", str(odd_names)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert r"satellite/\udcff.png: is not listed in dataset.json" in done.stdout


def test_a_dataset_with_such_names_is_not_written(
    media_root: Path, clip: Clip, make_question: Callable[..., Question]
) -> None:
    (media_root / "satellite/two\nlines.png").write_bytes(b"x")
    with pytest.raises(UnsafePathError, match="control characters or line breaks"):
        write_dataset(
            media_root, name="x", version="1", licence="x", description="", clips=[clip],
            questions={"test": [make_question(0)]},
        )  # fmt: skip


def test_a_fault_is_one_line_in_any_script() -> None:
    fault = Fault("клип 北京 😀.mp4", 3, "half \ud800, end\u2028, \x1b[2J, tab\t")
    assert str(fault) == "клип 北京 😀.mp4:3: half \\ud800, end\\u2028, \\x1b[2J, tab\\t"
