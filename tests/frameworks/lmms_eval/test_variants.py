"""Variants of tasks, which are YAML alone: those that are shipped, and the worked example of CONTRIBUTING.md."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from links2_tasks import taxonomy
from links2_tasks.dataset import load_questions
from links2_tasks.errors import DataError
from links2_tasks.frameworks._asked import ASKED
from links2_tasks.frameworks.lmms_eval._circular import circular_accuracy
from links2_tasks.schema import AnswerValue, SatelliteImage
from links2_tasks.variants import change_questions
from links2_tasks.variants.circular import rotations

CONTRIBUTING = taxonomy.task_yaml_dir().parent / "CONTRIBUTING.md"


@pytest.fixture
def open_data(tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Questions with values; the built-in dummy model is told what to reply."""
    values = {
        "object_counting": AnswerValue(kind="count", number=(3.0,), unit="places"),
        "heading_estimation": AnswerValue(kind="degrees", number=(3.0,), unit="deg"),
        "relative_direction": AnswerValue(kind="degrees", number=(183.0,), unit="deg"),
        "relative_distance": AnswerValue(kind="metres", number=(30.0,), unit="m"),
        "uav_localization": AnswerValue(kind="point", number=(30.0, 40.0), unit="px"),
    }
    questions = [make_question(task, 0, value=value) for task, value in values.items()]
    root = make_dataset(tmp_path, [*questions, make_question("object_localization", 0)])
    monkeypatch.setenv("LINKS2_DATA", str(root))
    return root


def test_open_answers_are_scored_by_the_kind_of_their_value(run_host: Any, open_data: Path) -> None:
    results = run_host("dummy", ["links2_open"], model_args="response=3")["results"]
    scores = {name: result.get("links2_open_score,none") for name, result in results.items()}
    assert scores["links2_object_counting_open"] == 1.0
    assert scores["links2_heading_estimation_open"] == 1.0
    assert scores["links2_relative_direction_open"] == 0.0
    assert scores["links2_relative_distance_open"] == 0.0
    assert scores["links2_uav_localization_open"] == 0.0
    assert scores["links2_open"] == pytest.approx(0.4)


def test_each_task_has_the_figures_of_its_unit(run_host: Any, open_data: Path) -> None:
    results = run_host("dummy", ["links2_open"], model_args="response=3")["results"]
    distance, heading, count = (
        results[f"links2_{task}_open"] for task in ("relative_distance", "relative_direction", "object_counting")
    )
    assert distance["links2_median_error_m,none"] == pytest.approx(27.0)
    assert [distance[f"links2_within_{limit}_m,none"] for limit in (5, 10, 25, 50)] == [0.0, 0.0, 0.0, 1.0]
    assert heading["links2_median_error_deg,none"] == pytest.approx(180.0)
    assert count["links2_median_error_count,none"] == 0.0
    assert not [name for name in heading if "within" in name or "_m," in name]


def test_a_point_is_scored_in_metres_and_is_not_marked(run_host: Any, open_data: Path) -> None:
    run = run_host("dummy", ["links2_uav_localization_open"], model_args="response=36.0 48.0")
    (row,) = (sample["links2_open_score"] for sample in run["samples"]["links2_uav_localization_open"])
    # 10 px from (30, 40) at 0.5 m per pixel.
    assert (row["prediction"], row["answer"]) == ("(36.0, 48.0)", "(30.0, 40.0)")
    assert (row["error"], row["unit"], row["variant"]) == (pytest.approx(5.0), "m", "open")
    assert row["score"] == 1.0
    (task,) = _tasks_of("links2_uav_localization_open")
    doc = task.test_docs()[0]
    assert json.loads(doc["text"])["marks"] == []
    assert "100 px wide and 80 px high" in task.doc_to_text(doc)


def test_open_tasks_are_those_that_declare_an_open_answer() -> None:
    wanted = {task for task in taxonomy.tasks() if task.open_answer is not None}
    assert set(taxonomy.variant("open").tasks) == wanted


def test_a_task_whose_questions_have_no_value_is_left_out(run_host: Any, open_data: Path) -> None:
    samples = run_host("dummy", ["links2_open"])["samples"]
    assert len(samples) == 5
    assert "links2_object_localization_open" not in samples


def test_a_variant_of_a_task_and_the_task_run_together_without_mixing(run_host: Any, open_data: Path) -> None:
    tasks = ["links2_object_counting", "links2_object_counting_open"]
    run = run_host("dummy", tasks, model_args="response=A")
    (row,), (open_row,) = (run["samples"][task] for task in tasks)
    assert (row["links2_accuracy"]["prediction"], row["links2_accuracy"]["variant"]) == ("A", "default")
    assert (open_row["links2_open_score"]["prediction"], open_row["links2_open_score"]["variant"]) == (None, "open")


def _tasks_of(name: str) -> list[Any]:
    """The host's tasks of a group, or of a task's name."""
    from lmms_eval.tasks import TaskManager

    manager = TaskManager(include_path=str(taxonomy.task_yaml_dir()), include_defaults=False, model_name="dummy")
    tasks: list[Any] = []

    def collect(node: dict[Any, Any]) -> None:
        for child in node.values():
            collect(child) if isinstance(child, dict) else tasks.append(child)

    collect(manager.load_task_or_group([name]))
    return tasks


@pytest.fixture(scope="module")
def two_regions(tmp_path_factory: pytest.TempPathFactory, make_dataset: Any, make_question: Any) -> Path:
    """Each task has a question about each of two regions, with a value that is a number."""
    questions = [
        make_question(
            task.name,
            index,
            region=("tinytown", "otherville")[index],
            value=AnswerValue(kind="count", number=(3.0,), unit="places"),
            satellite=(SatelliteImage(path=f"satellite/{MAPS[index]}", gsd_m=0.5, window_px=(10, 20, 100, 80)),),
        )
        for task in taxonomy.tasks()
        for index in range(2)
    ]
    root: Path = make_dataset(tmp_path_factory.mktemp("regions"), questions)
    shutil.copy(root / "satellite" / MAPS[0], root / "satellite" / MAPS[1])
    return root


MAPS = ("map.png", "other.png")


@pytest.mark.parametrize("variant", [variant.name for variant in taxonomy.variants()])
def test_every_task_can_be_asked_under_every_variant(
    two_regions: Path, variant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINKS2_DATA", str(two_regions))
    declared = taxonomy.variant(variant)
    tasks = _tasks_of(declared.lmms_eval_name)
    assert {task.config.task for task in tasks} == {f"links2_{task.name}_{variant}" for task in declared.tasks}
    for task in tasks:
        doc = task.test_docs()[0]
        assert doc["links2_variant"] == variant
        assert "UNREADABLE" not in task.doc_to_text(doc)
        n_images = len(task.doc_to_visual(doc))
        assert ASKED.get(variant, doc["question_id"]).reason == ""
        assert (n_images > 0) == (variant != "text_only")


@pytest.mark.parametrize(
    ("variant", "n_images"),
    [("video_only", 32), ("satellite_only", 1), ("text_only", 0), ("single_frame", 2), ("shuffled_frames", 33)],
)
def test_an_ablation_shows_what_it_says(
    tiny_data: Path, variant: str, n_images: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for task in _tasks_of(f"links2_{variant}"):
        assert len(task.doc_to_visual(task.test_docs()[0])) == n_images


def test_an_ablation_group_reports_macro_and_micro(run_host: Any, tiny_data: Path) -> None:
    result = run_host("dummy", ["links2_text_only"])["results"]["links2_text_only"]
    assert result["links2_accuracy,none"] == pytest.approx(0.5)
    assert result["links2_micro_accuracy,none"] == pytest.approx(0.5)


def test_variants_and_the_tasks_themselves_run_together(run_host: Any, tiny_data: Path) -> None:
    run = run_host("dummy", ["links2_relation", "links2_relation_text_only", "links2_relation_video_only"])
    assert len(run["samples"]) == 9
    for name, samples in run["samples"].items():
        rows = [sample["links2_accuracy"] for sample in samples]
        wanted = next((each for each in ("text_only", "video_only") if name.endswith(each)), "default")
        assert {row["variant"] for row in rows} == {wanted}
        assert {row["task"] for row in rows} == {name.removeprefix("links2_").removesuffix(f"_{wanted}")}
    for group in ("links2_relation", "links2_relation_text_only", "links2_relation_video_only"):
        assert run["results"][group]["links2_accuracy,none"] == pytest.approx(0.5)


def test_rows_hold_a_digest_of_the_question_as_it_was_asked(
    run_host: Any, two_regions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINKS2_DATA", str(two_regions))
    (changed,) = change_questions("circular", load_questions(two_regions, "route_planning")[:1], two_regions)[1:2]
    samples = run_host("dummy", ["links2_route_planning_circular"])["samples"]["links2_route_planning_circular"]
    digests = {sample["links2_accuracy"]["id"]: sample["links2_accuracy"]["question_sha256"] for sample in samples}
    assert digests[changed.question_id] == hashlib.sha256(changed.model_dump_json().encode()).hexdigest()[:16]
    assert len(set(digests.values())) == 8


def test_one_region_has_no_other_region_s_map(run_host: Any, tiny_data: Path) -> None:
    started = time.monotonic()
    with pytest.raises(DataError, match="region"):
        run_host("dummy", ["links2_wrong_satellite"])
    with pytest.raises(DataError, match="region"):
        run_host("dummy", ["links2_scene_recognition_wrong_satellite"])
    # The host would try each task five times, with seconds in between.
    assert time.monotonic() - started < 8


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
    assert results["links2_route_planning_circular"]["links2_accuracy,none"] == 0.25
    assert results["links2_route_planning_circular"]["links2_circular,none"] == 0.0
    for group in ("links2_reasoning_circular", "links2_circular"):
        assert results[group]["links2_circular,none"] == 0.0


def test_the_oracle_is_right_all_the_way_round(run_host: Any, tiny_data: Path) -> None:
    run = run_host("links2_oracle", ["links2_circular"])
    assert run["results"]["links2_circular"]["links2_circular,none"] == 1.0
    assert len(run["samples"]["links2_route_planning_circular"]) == 8


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
    assert results["links2_route_planning_circular"]["links2_circular,none"] == 0.5


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
