"""What is decoded ahead is what a variant shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from links2_tasks.errors import TaskError
from links2_tasks.frameworks.warming import questions_and_settings
from links2_tasks.prompt import PromptSettings, planned_clips

SETTINGS = PromptSettings(n_frames=4)


def test_without_a_variant_it_is_what_was_said(tiny_root: Path) -> None:
    found = questions_and_settings(tiny_root, "route_planning", None, SETTINGS)
    assert (len(found.questions), found.settings) == (2, SETTINGS)


def test_a_variant_changes_questions_and_settings_but_not_the_number_of_frames(tiny_root: Path) -> None:
    found = questions_and_settings(tiny_root, "route_planning", "circular", SETTINGS)
    assert len(found.questions) == 8
    found = questions_and_settings(tiny_root, None, "shuffled_frames", SETTINGS)
    assert (found.settings.frame_order, found.settings.n_frames) == ("shuffled", 4)
    clips, _ = planned_clips(found.questions, found.settings, tiny_root)
    assert {clip.order is None for clip in clips} == {False}


def test_a_variant_without_video_has_nothing_to_decode(tiny_root: Path) -> None:
    found = questions_and_settings(tiny_root, None, "text_only", SETTINGS)
    assert planned_clips(found.questions, found.settings, tiny_root) == ((), ())


def test_what_cannot_be_is_refused(tiny_root: Path) -> None:
    with pytest.raises(TaskError, match="no variant 'nonsense'"):
        questions_and_settings(tiny_root, None, "nonsense", SETTINGS)
    with pytest.raises(TaskError, match="'open' is not asked of 'route_planning'"):
        questions_and_settings(tiny_root, "route_planning", "open", SETTINGS)
