"""The look at lmms-eval before a run, with its own parser, models and tasks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from links2_tasks import taxonomy
from links2_tasks.frameworks.run._lmms_eval import DIALECT

TASKS = [task.lmms_eval_name for task in taxonomy.tasks()]


@pytest.fixture(autouse=True)
def _data(tiny_data: Path) -> None:
    """Two questions of each task."""


@pytest.fixture
def look(lmms_eval_host: Any, tmp_path: Path) -> Any:
    """Looks at the arguments of a run."""
    return lambda *arguments: lmms_eval_host.ask(tmp_path / "log", "look", *arguments)


def test_a_look_finds_the_tasks_of_a_group_and_what_the_model_will_be_shown(look: Any) -> None:
    plans = {plan["name"]: plan for plan in look("--model", "counting", "--tasks", "links2_all")["plans"]}
    assert list(plans) == TASKS
    assert {len(plan["questions"]) for plan in plans.values()} == {2}
    assert {plan["settings"]["strategy"] for plan in plans.values()} == {"frames_as_images"}


def test_variants_are_planned_as_they_are_put(look: Any) -> None:
    """One that changes what is shown, and a task of one that changes the questions."""
    asked = "links2_relation_single_frame,links2_route_planning_circular"
    plans = {plan["name"]: plan for plan in look("--model", "counting", "--tasks", asked)["plans"]}
    assert len(plans) == 4
    assert plans["links2_heading_estimation_single_frame"]["settings"]["query_frame"] == "only"
    assert len(plans["links2_route_planning_circular"]["questions"]) == 8


def test_a_variant_that_the_dataset_does_not_allow_is_said_before_anything_starts(look: Any) -> None:
    assert "region" in look("--model", "counting", "--tasks", "links2_wrong_satellite")["error"]


@pytest.mark.parametrize(
    ("options", "strategy"), [((), "frames_as_images"), (("--force_simple",), "images_only")], ids=["chat", "simple"]
)
def test_a_simple_model_is_planned_with_images_only(look: Any, options: tuple[str, ...], strategy: str) -> None:
    (plan,) = look("--model", "openai", "--tasks", TASKS[0], *options)["plans"]
    assert plan["settings"]["strategy"] == strategy


def test_a_part_of_each_task_is_planned_as_the_host_asks_it(look: Any) -> None:
    found = look("--model", "counting", "--tasks", "links2_relation", "--limit", "1", "--offset", "1")
    ids = [question["question_id"] for question in found["plans"][0]["questions"]]
    # Documents are ordered by clip.
    assert ids == ["heading_estimation-1"]
    assert "no scores of the benchmark" in found["notes"][0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--model", "countin", "--tasks", "links2_all"), "lmms-eval cannot load the model 'countin'"),
        (("--model", "counting", "--tasks", "links2_al"), "lmms-eval knows no task links2_al."),
        (("--model", "counting", "--tasks", "links2_all", "--limt", "2"), "does not take these arguments"),
        (("--model", "counting", "--tasks", "links2_all", "--limit", "0.5"), "is a share: give a whole number"),
    ],
)
def test_what_lmms_eval_does_not_know_is_said_before_anything_starts(
    look: Any, arguments: tuple[str, ...], said: str
) -> None:
    assert said in look(*arguments)["error"]


def test_the_options_that_are_named_exist_in_lmms_eval(lmms_eval_host: Any, tmp_path: Path) -> None:
    """Were one renamed, nothing would keep a run from being sent elsewhere."""
    options = [
        [word.lstrip("-").replace("-", "_") for word in words]
        for words in lmms_eval_host.ask(tmp_path / "log", "options")
    ]
    named = {*DIALECT.reserved, *DIALECT.free, *DIALECT.short}
    assert named <= {word for words in options for word in words}
    for words in options:
        if set(words) & DIALECT.reserved.keys():
            assert set(words) <= named
