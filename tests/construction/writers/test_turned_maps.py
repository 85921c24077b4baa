"""What writers write can be asked about a turned map: no text of theirs speaks of a side of the map."""

from __future__ import annotations

from links2_tasks.taxonomy import tasks
from links2_tasks.variants import change_questions


def test_every_writers_questions_can_be_turned(built):
    turned = change_questions("rotated_satellite", built.questions, built.root)
    assert all(image.turned_deg for question in turned for image in question.satellite)
    assert not [question.question for question in turned if "north up" in question.question]
    if built.name == "synthetic flights":
        assert {question.task for question in turned} == {task.name for task in tasks()}


def test_turning_changes_only_the_sentence_about_north(built):
    turned = change_questions("rotated_satellite", built.questions, built.root)
    changed = [
        after for before, after in zip(built.questions, turned, strict=True) if after.question != before.question
    ]
    assert {question.task for question in changed} <= {"heading_estimation"}
    assert all(question.question.count("degrees clockwise so that north is") == 1 for question in changed)
