"""`links2 audit`: what it prints, writes and exits with."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from links2_tasks import results
from links2_tasks.cli import app
from links2_tasks.dataset import write_dataset
from links2_tasks.results import Run
from links2_tasks.schema import LETTERS, Clip, Question

pytest.importorskip("sklearn", reason="the extra `report` is not installed")


@pytest.fixture
def links2(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Writes questions, one split each, as a dataset with empty media."""

    def write(**splits: Sequence[Question]) -> Path:
        root = tmp_path / "data"
        (root / "videos").mkdir(parents=True)
        (root / "videos/v.mp4").write_text("v")
        every = {question.clip_id: question for questions in splits.values() for question in questions}
        clips = [
            Clip(
                clip_id=one.clip_id, video=one.video, span_s=one.video_span_s, width_px=64, height_px=36, fps=10.0,
                region=one.region, source=one.source,
            )
            for one in every.values()
        ]  # fmt: skip
        write_dataset(root, name="x", version="1", licence="CC0-1.0", description="", clips=clips, questions=splits)
        return root

    return write


def longest_is_right(rng: np.random.Generator, number: int) -> tuple[Sequence[str], str]:
    options = [f"{number} {letter}" for letter in "wxyz"]
    right = int(rng.integers(4))
    options[right] += " or so"
    return options, LETTERS[right]


def test_a_fair_dataset_passes_even_strictly(
    links2: Callable[..., Result], save: Callable[..., Path], random_questions: Callable[..., list[Question]]
) -> None:
    done = links2("audit", "data", save(test=random_questions(40, 1)), "--strict")
    assert done.exit_code == 0, done.output
    assert "tasks above chance: none" in done.stdout
    assert "only the split 'test', so there is nothing to compare" in done.stdout


def test_a_shortcut_is_shown_pruned_and_written(
    links2: Callable[..., Result], save: Callable[..., Path], random_questions: Callable[..., list[Question]]
) -> None:
    root = save(test=random_questions(60, 1, longest_is_right))
    done = links2("audit", "data", root, "--pruned", "kept.txt", "--json", "audit.json", "--strict")
    assert done.exit_code == 1, done.output
    assert "longest option" in done.stdout
    assert "tasks above chance: uav_localization" in done.stdout
    kept = Path("kept.txt").read_text(encoding="utf-8").split()
    written = json.loads(Path("audit.json").read_text(encoding="utf-8"))
    assert kept == written["text"]["pruned"]
    assert len(kept) < 60
    longest = next(one for one in written["text"]["scores"] if one["classifier"] == "longest option")
    assert longest["accuracy"] == 1.0
    assert longest["above_chance"] is True
    assert links2("audit", "data", root).exit_code == 0, "a finding is no failure unless asked for"


def test_leaks_and_duplicates_are_shown(
    links2: Callable[..., Result], save: Callable[..., Path], random_questions: Callable[..., list[Question]]
) -> None:
    test = random_questions(12, 1)
    again = test[3].model_copy(update={"question_id": "again"})
    train = [one.model_copy(update={"question_id": f"t{one.question_id}"}) for one in test[:2]]
    done = links2("audit", "data", save(test=[*test, again], train=train))
    assert done.exit_code == 0, done.output
    assert "Twice, 'question': 1 pairs" in done.stdout
    assert "Leaks, 'clip': 1" in done.stdout
    assert "Leaks, 'video': 1" in done.stdout


@pytest.fixture
def stored_run(
    monkeypatch: pytest.MonkeyPatch, random_questions: Callable[..., list[Question]], run_of: Callable[..., Run]
) -> list[Question]:
    """The questions of a run that is found in any folder: it likes B, and its last two replies are cut off."""
    questions = random_questions(40, 1)
    answers = [(question, "B", "letter") for question in questions[:38]]
    run = run_of([*answers, *((one, None, "truncated_thinking") for one in questions[38:])], "<think> [b]", 64)
    monkeypatch.setattr(results, "read_runs", lambda folder: (run,), raising=False)
    return questions


def test_a_run_is_judged(links2: Callable[..., Result], stored_run: list[Question]) -> None:
    done = links2("audit", "run", "out", "--json", "audit.json")
    assert done.exit_code == 0, done.output
    assert "38 readable letters" in done.stdout
    assert "2 of 40 replies give no answer" in done.stdout
    assert "<think> [b]" in done.stdout
    assert "64 new tokens" in done.stdout
    (written,) = json.loads(Path("audit.json").read_text(encoding="utf-8"))
    assert written["positions"]["p_value"] < 0.01
    assert written["extraction"]["reasons"] == {"truncated_thinking": 2}


def test_a_run_without_pictures_is_one_more_classifier(
    links2: Callable[..., Result], save: Callable[..., Path], stored_run: list[Question]
) -> None:
    done = links2("audit", "data", save(test=stored_run), "--run", "out", "--json", "audit.json")
    assert done.exit_code == 0, done.output
    written = json.loads(Path("audit.json").read_text(encoding="utf-8"))
    assert "run: model" in {one["classifier"] for one in written["text"]["scores"]}


def test_help_teaches(links2: Callable[..., Result]) -> None:
    assert "links2 audit data" in links2("audit", "--help").stdout
    assert "--pruned kept.txt" in links2("audit", "data", "--help").stdout
    assert "links2 audit run out" in links2("audit", "run", "--help").stdout
