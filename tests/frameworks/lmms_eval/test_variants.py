"""Variants of tasks, which are YAML alone: those that are shipped, and the worked example of CONTRIBUTING.md."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from links2_tasks import taxonomy
from links2_tasks.frameworks.lmms_eval._circular import circular_accuracy, rotations
from links2_tasks.schema import AnswerValue

CONTRIBUTING = taxonomy.task_yaml_dir().parent / "CONTRIBUTING.md"


@pytest.fixture
def open_data(tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Questions with values; the built-in dummy model is told what to reply."""
    values = {
        "object_counting": AnswerValue(kind="count", number=(3.0,), unit="places"),
        "heading_estimation": AnswerValue(kind="degrees", number=(3.0,), unit="deg"),
        "relative_direction": AnswerValue(kind="degrees", number=(183.0,), unit="deg"),
        "relative_distance": AnswerValue(kind="metres", number=(30.0,), unit="m"),
    }
    root = make_dataset(tmp_path, [make_question(task, 0, value=value) for task, value in values.items()])
    monkeypatch.setenv("LINKS2_DATA", str(root))
    return root


def test_open_answers_are_scored_by_the_kind_of_their_value(run_host: Any, open_data: Path) -> None:
    run = run_host("dummy", ["links2_open"], model_args="response=3")
    scores = {name: result.get("links2_open_score,none") for name, result in run["results"].items()}
    assert scores["links2_object_counting_open"] == 1.0
    assert scores["links2_heading_estimation_open"] == 1.0
    assert scores["links2_relative_direction_open"] == 0.0
    assert scores["links2_relative_distance_open"] == 0.0
    assert scores["links2_open"] == pytest.approx(0.5)
    (row,) = run["samples"]["links2_object_counting_open"]
    assert row["links2_open_score"]["prediction"] == 3.0
    assert row["links2_open_score"]["variant"] == "open"


def test_open_tasks_are_those_that_declare_an_open_answer() -> None:
    """Points are left out: models name pixels of an image that their processor has scaled."""
    members = taxonomy.read_yaml(taxonomy.task_yaml_dir() / "links2_open.yaml")["task"]
    wanted = [task for task in taxonomy.tasks() if task.open_answer not in (None, "point")]
    assert members == [f"{task.lmms_eval_name}_open" for task in wanted]


def test_an_open_variant_and_its_task_run_together_without_mixing(run_host: Any, open_data: Path) -> None:
    tasks = ["links2_object_counting", "links2_object_counting_open"]
    run = run_host("dummy", tasks, model_args="response=A")
    (row,), (open_row,) = (run["samples"][task] for task in tasks)
    assert (row["links2_accuracy"]["prediction"], row["links2_accuracy"]["variant"]) == ("A", "default")
    assert (open_row["links2_open_score"]["prediction"], open_row["links2_open_score"]["variant"]) == (None, "open")


@pytest.mark.parametrize("modality", ["video", "satellite", "text"])
def test_an_ablation_changes_all_tasks_at_once(tiny_data: Path, modality: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from lmms_eval.api.task import ConfigurableTask
    from lmms_eval.tasks import TaskManager

    manager = TaskManager(include_path=str(taxonomy.task_yaml_dir()), include_defaults=False, model_name="dummy")
    tasks: list[ConfigurableTask] = []

    def collect(node: dict[Any, Any]) -> None:
        for child in node.values():
            collect(child) if isinstance(child, dict) else tasks.append(child)

    collect(manager.load_task_or_group([f"links2_{modality}_only"]))
    assert len(tasks) == 12
    for task in tasks:
        doc = task.test_docs()[0]
        n_images = len(task.doc_to_visual(doc))
        assert n_images == {"video": 32, "satellite": 1, "text": 0}[modality]
        assert doc["links2_variant"] == f"{modality}_only"


def test_an_ablation_group_reports_macro_and_micro(run_host: Any, tiny_data: Path) -> None:
    result = run_host("dummy", ["links2_text_only"])["results"]["links2_text_only"]
    assert result["links2_accuracy,none"] == pytest.approx(0.5)
    assert result["links2_micro_accuracy,none"] == pytest.approx(0.5)


def test_rotations_keep_the_right_text(make_question: Any) -> None:
    question = make_question("route_planning", 2)
    turned = list(rotations(question))
    assert [each.answer_text for each in turned] == [question.answer_text] * 4
    assert [each.answer for each in turned] == ["C", "B", "A", "D"]
    assert len({each.question_id for each in turned}) == 4
    assert len({each.options for each in turned}) == 4


def test_who_always_says_one_letter_is_right_once_a_question_and_never_all_the_way_round(
    run_host: Any, tiny_data: Path
) -> None:
    results = run_host("dummy", ["links2_circular"])["results"]
    assert results["links2_route_planning"]["links2_accuracy,none"] == 0.25
    assert results["links2_route_planning"]["links2_circular,none"] == 0.0
    assert results["links2_circular"]["links2_circular,none"] == 0.0


def test_the_oracle_is_right_all_the_way_round(run_host: Any, tiny_data: Path) -> None:
    run = run_host("links2_oracle", ["links2_circular"])
    assert run["results"]["links2_circular"]["links2_circular,none"] == 1.0
    assert len(run["samples"]["links2_route_planning"]) == 8


def test_one_wrong_rotation_makes_a_question_wrong() -> None:
    rows = [{"id": f"{name}#{shift}", "hit": float((name, shift) != ("b", 3))} for name in "ab" for shift in range(4)]
    assert circular_accuracy(rows) == 0.5
    assert circular_accuracy([]) == 0.0


def test_a_line_that_is_no_question_is_one_wrong_question_in_a_circular_run(
    run_host: Any, tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [make_question(task.name, 0) for task in taxonomy.tasks()]
    root = make_dataset(tmp_path, questions)
    with (root / "questions/test/route_planning.jsonl").open("a") as stream:
        stream.write("no json\n")
    monkeypatch.setenv("LINKS2_DATA", str(root))
    results = run_host("links2_oracle", ["links2_circular"])["results"]
    assert results["links2_route_planning"]["links2_circular,none"] == 0.5


@pytest.fixture
def worked_example() -> str:
    """The YAML block of the section on variants; a source checkout has it."""
    section = CONTRIBUTING.read_text(encoding="utf-8").split("## Add a variant of a task", 1)[1].split("\n## ", 1)[0]
    found = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert found, "CONTRIBUTING.md has no YAML block under 'Add a variant of a task'"
    return found[1]


def test_the_worked_example_of_contributing_runs(
    run_host: Any, tiny_data: Path, tmp_path: Path, worked_example: str
) -> None:
    folder = tmp_path / "task_yamls"
    shutil.copytree(taxonomy.task_yaml_dir(), folder)
    found = re.search(r"^task: (\S+)$", worked_example, re.MULTILINE)
    assert found
    (folder / f"{found[1]}.yaml").write_text(worked_example, encoding="utf-8")
    run = run_host("links2_oracle", [found[1]], include_paths=[str(folder)])
    assert run["results"][found[1]]["links2_accuracy,none"] == 1.0
    declared = run["configs"][found[1]]["lmms_eval_specific_kwargs"]["default"]
    assert declared["n_frames"] == 8
