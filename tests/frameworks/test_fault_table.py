"""Everything that data can have wrong with them in one dataset, through the package's own tools: before any framework runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fault_table import BAD_LINES, FAULTS, SOUND, TASK, id_of, write_fault_table

from links2_tasks.dataset import Fault, validate
from links2_tasks.media import ClipCache
from links2_tasks.prompt import PromptSettings, planned_clips, warm
from links2_tasks.schema import Question

FILE = f"questions/test/{TASK}.jsonl"
OTHER_WORDS = {
    "missing video": "there is no file 'videos/gone.mp4'",
    "folder for a video": "there is no file 'videos'",
    "pipe for a video": "there is no file 'videos/pipe.mp4'",
    "span outside": "video_span_s ends at 94.0 s, but the video lasts 4.000 s",
    "missing map": "there is no file 'satellite/gone.png'",
    "window outside": "window_px (150, 20, 100, 80) leaves the image, 160 x 128 px",
}
"""Where `validate` says something else than the row of a question does."""
ALIKE = ("asks the same of", "is not that of clip")
"""The questions of the table differ in their media only, and not all are of the clip's own video."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, make_dataset: Any, make_question: Any) -> Path:
    return write_fault_table(tmp_path_factory.mktemp("faults"), make_dataset, make_question)


@pytest.fixture(scope="module")
def lines(root: Path) -> list[str]:
    return (root / FILE).read_text(encoding="utf-8").rstrip("\n").split("\n")


@pytest.fixture(scope="module")
def faults(root: Path) -> tuple[Fault, ...]:
    return validate(root)


def about(name: str, faults: tuple[Fault, ...], lines: list[str]) -> list[Fault]:
    """Faults of a question's line, and of the media files that it names."""
    (number,) = [number for number, line in enumerate(lines, start=1) if f'"question_id": "{id_of(name)}"' in line]
    question = Question.model_validate_json(lines[number - 1])
    files = {question.video, *(image.path for image in question.satellite)}
    found = [fault for fault in faults if (fault.file, fault.line) == (FILE, number) or fault.file in files]
    return [fault for fault in found if not any(each in fault.message for each in (*ALIKE, "is not listed"))]


@pytest.mark.parametrize("name", FAULTS)
def test_validate_finds_a_fault_and_tells_it(faults: tuple[Fault, ...], lines: list[str], name: str) -> None:
    told = OTHER_WORDS.get(name, FAULTS[name].told)
    assert any(told in fault.message for fault in about(name, faults, lines)), about(name, faults, lines)


@pytest.mark.parametrize("name", SOUND)
def test_validate_finds_nothing_wrong_with_sound_questions(
    faults: tuple[Fault, ...], lines: list[str], name: str
) -> None:
    assert about(name, faults, lines) == []


def test_validate_tells_the_lines_that_are_no_questions(faults: tuple[Fault, ...]) -> None:
    found = {fault.line: fault.message for fault in faults if fault.line in (2, 3, 4)}
    assert [told in found[number] for number, told in enumerate(BAD_LINES.values(), start=2)] == [True] * 3


def test_warming_keeps_what_is_sound_and_tells_the_rest(
    root: Path, lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    # Those with faults first: one that asks about a part outside of a video must not cost the others their clip of it.
    questions = [Question.model_validate_json(line) for line in reversed(lines) if line not in BAD_LINES]
    clips, lost = planned_clips(questions, PromptSettings(strategy="native_video"), root)
    assert "clip-0.mp4" in {clip.path.name for clip in clips}
    report = warm(clips, workers=1, progress=lambda video: None)
    of_video = {name: fault for name, fault in FAULTS.items() if "video" in fault.changes}
    for fault in of_video.values():
        assert [fault.told in each.error for each in lost if each.video == fault.changes["video"]] == [True]
    assert report.failures == ()
    kept = [entry for entry in ClipCache(tmp_path / "links2/media", 10**9).entries() if entry.kind == "clips"]
    # Some are copies of one another, and one clip serves them all.
    assert len(kept) == 5
