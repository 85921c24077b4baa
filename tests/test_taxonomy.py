from __future__ import annotations

import re
from pathlib import Path

import pytest

from links2_tasks import taxonomy
from links2_tasks.errors import TaskError


def test_twelve_tasks_in_four_dimensions_of_three() -> None:
    assert taxonomy.dimensions() == ("perception", "localization", "relation", "reasoning")
    assert len(taxonomy.tasks()) == 12
    for group in taxonomy.groups()[:-1]:
        assert len(group.tasks) == 3


def test_a_task_is_in_the_group_of_its_dimension() -> None:
    for group in taxonomy.groups()[:-1]:
        assert {task.dimension for task in group.tasks} == {group.name}


def test_each_task_file_is_in_exactly_one_dimension_or_is_a_variant_of_a_task() -> None:
    grouped = [task.lmms_eval_name for task in taxonomy.tasks()]
    assert len(grouped) == len(set(grouped))
    for path in taxonomy.task_yaml_dir().glob("*.yaml"):
        content = taxonomy.read_yaml(path)
        if "task" in content and "group" not in content and content["include"] == "_links2_template_yaml":
            assert content["task"] in grouped, f"{path.name} belongs to no dimension"


def test_a_file_is_named_after_what_it_declares() -> None:
    for path in taxonomy.task_yaml_dir().glob("*.yaml"):
        content = taxonomy.read_yaml(path)
        assert path.stem == content.get("group", content.get("task"))


def test_a_variant_s_settings_are_settings_of_prompts_and_its_change_is_one() -> None:
    from links2_tasks.prompt import PromptSettings
    from links2_tasks.variants import CHANGES

    assert len(taxonomy.variants()) >= 10
    for variant in taxonomy.variants():
        PromptSettings.model_validate(dict(variant.settings))
        assert variant.change is None or variant.change in CHANGES
        assert variant.summary.endswith(".")
    assert {variant.change for variant in taxonomy.variants()} >= set(CHANGES)


def test_a_variant_is_found_by_either_name() -> None:
    assert taxonomy.variant("links2_text_only") == taxonomy.variant("text_only")
    assert dict(taxonomy.variant("text_only").settings)["modality"] == "text"
    with pytest.raises(TaskError, match=r"no variant 'nonsense'.*text_only"):
        taxonomy.variant("nonsense")


@pytest.mark.parametrize(
    ("line", "instead", "complaint"),
    [
        ("dataset_name: text_only", "dataset_name: other", "must say 'dataset_name: text_only'"),
        ("  summary: The text of the question only.\n", "", "lacks a 'summary'"),
    ],
)
def test_a_variant_s_file_with_something_wrong_is_refused(
    line: str, instead: str, complaint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for path in taxonomy.task_yaml_dir().iterdir():
        (tmp_path / path.name).write_text(path.read_text().replace(line, instead))
    monkeypatch.setattr(taxonomy, "task_yaml_dir", lambda: tmp_path)
    caches = (taxonomy.groups, taxonomy.variants, taxonomy._group_files)
    for cached in caches:
        cached.cache_clear()
    try:
        with pytest.raises(TaskError, match=complaint):
            taxonomy.variants()
    finally:
        for cached in caches:
            cached.cache_clear()


def test_open_answers_are_of_a_kind_that_questions_know() -> None:
    from links2_tasks.schema import AnswerValue

    kinds = set(AnswerValue.model_fields["kind"].annotation.__args__)  # type: ignore[union-attr]
    assert {task.open_answer for task in taxonomy.tasks()} - {None} <= kinds


def test_a_task_is_found_by_either_name() -> None:
    assert taxonomy.task("uav_localization") == taxonomy.task("links2_uav_localization")


def test_an_unknown_task_is_refused_with_the_known_ones() -> None:
    with pytest.raises(TaskError, match=r"no task 'nonsense'.*scene_recognition"):
        taxonomy.task("nonsense")


def test_an_alias_finds_its_task(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for path in taxonomy.task_yaml_dir().iterdir():
        text = path.read_text().replace("aliases: []", f"aliases: [official-{path.stem}]")
        (tmp_path / path.name).write_text(text)
    monkeypatch.setattr(taxonomy, "task_yaml_dir", lambda: tmp_path)
    taxonomy.groups.cache_clear()
    taxonomy._group_files.cache_clear()
    try:
        assert taxonomy.task("official-links2_route_planning").name == "route_planning"
    finally:
        taxonomy.groups.cache_clear()
        taxonomy._group_files.cache_clear()


def test_the_benchmark_version_has_its_form() -> None:
    assert re.fullmatch(r"\d+-[A-Z]", taxonomy.BENCHMARK_VERSION)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("- a\n")
    with pytest.raises(TaskError, match=r"x\.yaml must hold a mapping, got list"):
        taxonomy.read_yaml(path)
    path.write_text("a: [")
    with pytest.raises(TaskError, match=r"x\.yaml cannot be read"):
        taxonomy.read_yaml(path)


def test_no_metric_name_contains_another() -> None:
    """lmms-eval matches group metrics by substring."""
    contents = [taxonomy.read_yaml(path) for path in taxonomy.task_yaml_dir().glob("*yaml")]
    names = {metric["metric"] for content in contents for metric in content.get("metric_list", ())}
    assert len(names) > 4
    assert not [(a, b) for a in names for b in names if a != b and a in b]
