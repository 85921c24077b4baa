"""A disk that is full: what cannot be kept is told, frames are decoded all the same, and nothing half written stays."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.schema import Question

SCRIPT = Path(__file__).with_name("use_small_disk.py")
IN_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")


def start(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def on_a_tmpfs(root: Path, question: Question, cache: Path) -> dict[str, Any]:
    """In a mount namespace of its own, which needs no rights where the kernel allows it."""
    if shutil.which("unshare") is None:
        pytest.skip("there is no 'unshare' to mount a small disk with")
    mount = f"mount -t tmpfs -o size=8m tmpfs '{cache}'"
    if subprocess.run([*IN_NAMESPACE, mount], capture_output=True).returncode:
        pytest.skip("this machine does not let a test mount a small disk")
    command = [*IN_NAMESPACE, f'{mount} && exec "$0" "$@"', sys.executable]
    return start([*command, str(SCRIPT), str(root), question.model_dump_json(), str(cache), "filler"])


def with_a_limit(root: Path, question: Question, cache: Path) -> dict[str, Any]:
    """Files of a process may grow to a few kilobytes only; the same on every system."""
    return start([sys.executable, str(SCRIPT), str(root), question.model_dump_json(), str(cache), "limit"])


@pytest.fixture(scope="module", params=[on_a_tmpfs, with_a_limit])
def outcome(
    request: pytest.FixtureRequest,
    noisy_root: Path,
    ask_about: Callable[..., Question],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """What happened in a process while its cache's disk was full, and after there was room."""
    return request.param(noisy_root, ask_about(0), tmp_path_factory.mktemp("cache"))


def test_frames_are_the_same_and_a_warning_says_what_to_do(outcome: dict[str, Any]) -> None:
    full = outcome["full"]
    for asked, fresh in (("recalled", "fresh"), ("frames prompt", "fresh prompt")):
        assert (full[asked]["made"], full[asked]["error"]) == (full[fresh], None)
        told = [text for text in full[asked]["warnings"] if "decoded frames cannot be kept in" in text]
        assert told
        assert "free some space, or set XDG_CACHE_HOME to another disk" in told[0]


@pytest.mark.parametrize("asked", ["clip", "native prompt"])
def test_a_clip_that_cannot_be_written_is_no_clip_cut_short(outcome: dict[str, Any], asked: str) -> None:
    full = outcome["full"][asked]
    assert full["made"] is None
    assert full["error"].startswith("MediaError: No clip of ")
    assert "noise.mp4 can be written in " in full["error"]
    assert full["error"].endswith("Free some space or make the folder writable.")


@pytest.mark.parametrize("asked", ["image for VLMEvalKit", "record for VLMEvalKit"])
def test_files_for_vlmevalkit_are_no_half_files(outcome: dict[str, Any], asked: str) -> None:
    full = outcome["full"][asked]
    assert full["made"] is None
    assert full["error"].startswith("MediaError: ")
    assert "cannot be written" in full["error"]
    assert full["error"].endswith("Free some space or make the folder writable.")


def test_nothing_half_written_is_left(outcome: dict[str, Any]) -> None:
    """What is left was written whole: digests of files, and records of a few bytes."""
    assert not [name for name in outcome["left"] if "unfinished" in name or "writing" in name]
    assert not [name for name in outcome["left"] if name.endswith((".npy", ".mp4", ".png"))]


def test_once_there_is_room_everything_is_made_and_kept(outcome: dict[str, Any]) -> None:
    room = outcome["room"]
    assert [name for name, each in room.items() if isinstance(each, dict) and (each["error"] or each["warnings"])] == []
    assert room["frames prompt"]["made"] == room["fresh prompt"]
    assert (room["clip"]["made"], room["record for VLMEvalKit"]["made"]) == (31, True)
    kept = [Path(name).suffix for name in outcome["kept"]]
    assert (kept.count(".npy"), kept.count(".mp4"), kept.count(".png")) == (3, 2, 1)
