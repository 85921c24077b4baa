from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from links2_tasks import taxonomy
from links2_tasks.errors import DataError
from links2_tasks.frameworks.lmms_eval import _host, plugin

OUR_NAMES = {each.lmms_eval_name for each in (*taxonomy.tasks(), *taxonomy.groups())}


@pytest.fixture(scope="module")
def plain_manager() -> Any:
    """A task manager that nobody told of links2."""
    from lmms_eval.tasks import TaskManager

    return TaskManager(model_name="some_model")


def test_a_plain_task_manager_knows_the_tasks_and_groups(plain_manager: Any) -> None:
    assert set(plain_manager.all_tasks) >= OUR_NAMES
    assert set(plain_manager.all_groups) >= {group.lmms_eval_name for group in taxonomy.groups()}


def test_the_name_of_the_model_is_remembered(plain_manager: Any) -> None:
    from lmms_eval.tasks import TaskManager

    TaskManager(include_path=str(taxonomy.task_yaml_dir()), include_defaults=False, model_name="another_model")
    assert _host.model_name == "another_model"


def test_listing_tasks_looks_for_no_dataset(monkeypatch: pytest.MonkeyPatch) -> None:
    from lmms_eval.tasks import TaskManager

    monkeypatch.setenv("LINKS2_DATA", "/nowhere")
    manager = TaskManager(include_path=str(taxonomy.task_yaml_dir()), include_defaults=False)
    assert set(manager.all_tasks) >= OUR_NAMES
    assert "links2_route_planning" in manager.list_all_tasks()


def test_registering_twice_changes_nothing() -> None:
    from lmms_eval.tasks import TaskManager

    before = TaskManager.initialize_tasks
    plugin.register_tasks()
    assert TaskManager.initialize_tasks is before


@pytest.mark.parametrize("given", [None, "mine", Path("mine"), ["mine", "yours"]])
def test_folders_of_the_user_come_first(given: Any) -> None:
    folders = plugin._with_ours_last(given)
    assert folders[-1] == str(taxonomy.task_yaml_dir())
    assert folders[:-1] == ([] if given is None else ["mine", "yours"] if isinstance(given, list) else ["mine"])


def test_a_user_may_replace_a_task(tmp_path: Path) -> None:
    from lmms_eval.tasks import TaskManager

    (tmp_path / "mine.yaml").write_text("task: links2_route_planning\ndataset_path: json\n")
    folders = plugin._with_ours_last(str(tmp_path))
    manager = TaskManager(include_path=folders, include_defaults=False)
    assert manager.task_index["links2_route_planning"]["yaml_path"] == str(tmp_path / "mine.yaml")


def test_the_models_can_be_loaded_by_name_as_chat_and_as_simple() -> None:
    from lmms_eval.models import get_model

    for name in plugin.MODELS:
        assert get_model(name).is_simple is False
        assert get_model(name, force_simple=True).is_simple is True


def test_register_never_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(plugin, "register_tasks", broken)
    assert [manifest.model_id for manifest in plugin.register()] == list(plugin.MODELS)
    monkeypatch.setattr(plugin, "model_manifests", broken)
    assert plugin.register() == []


def test_a_missing_dataset_is_said_plainly_and_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host would show its own ImportError, and later retry for ten seconds."""
    from lmms_eval.tasks import TaskManager

    monkeypatch.setenv("LINKS2_DATA", "/nowhere")
    manager = TaskManager(include_path=str(taxonomy.task_yaml_dir()), include_defaults=False)
    with pytest.raises(DataError, match=r"no dataset at /nowhere.*links2 simulate"):
        manager.load_task_or_group(["links2_route_planning"])


def test_the_cause_of_a_fault_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some messages point to the reason above them."""
    from lmms_eval.tasks import TaskManager

    def broken() -> None:
        raise DataError("the reason stands above") from OSError("disk full")

    monkeypatch.setattr("links2_tasks.frameworks.lmms_eval.question_files.data_root", broken)
    manager = TaskManager(include_path=str(taxonomy.task_yaml_dir()), include_defaults=False)
    with pytest.raises(DataError) as caught:
        manager.load_task_or_group(["links2_route_planning"])
    assert isinstance(caught.value.__cause__, OSError)


def test_other_import_errors_stay_as_they_are(tmp_path: Path) -> None:
    from lmms_eval.tasks import TaskManager

    (tmp_path / "x.yaml").write_text("task: x\ndataset_path: json\ndoc_to_text: !function no_such_module.f\n")
    manager = TaskManager(include_path=str(tmp_path), include_defaults=False)
    with pytest.raises(ImportError, match="no_such_module"):
        manager.load_task_or_group(["x"])
