"""Entry point of lmms-eval: makes the links2 tasks and models known to it.

lmms-eval reads entry points for models only (group `lmms_eval.models`). It does so before it looks for tasks, so the
callable also teaches its task manager one more folder. A user's own `--include_path` wins over that folder.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from links2_tasks import taxonomy
from links2_tasks.errors import DataError, Links2Error, NoQuestionsError
from links2_tasks.frameworks.lmms_eval import _host, _variant_names
from links2_tasks.frameworks.lmms_eval._not_possible import NotPossible

if TYPE_CHECKING:
    from lmms_eval.models.registry_v2 import ModelManifest

MODELS = {
    "links2_oracle": "Oracle",
    "links2_random": "Random",
    "links2_prior": "Prior",
    "links2_geometric": "Geometric",
}
"""Models without weights: name for `--model`, and stem of the class in `models`."""

_WRAPPED = "_links2_wrapped"
_MODELS_MODULE = "links2_tasks.frameworks.lmms_eval.models"


def register() -> list[ModelManifest]:
    """What the entry point calls: registers the tasks and returns the models.

    It never raises, because an entry point that raises takes all that follow it down with it.
    """
    try:
        register_tasks()
    except Exception as error:  # noqa: BLE001
        _warn(f'links2: its tasks could not be registered ({error!r}); use: --include_path "$(links2 path)"')
    try:
        return model_manifests()
    except Exception as error:  # noqa: BLE001
        _warn(f"links2: its models could not be registered ({error!r}); `links2 doctor` says more")
        return []


def model_manifests() -> list[ModelManifest]:
    """One manifest for each model without weights."""
    from lmms_eval.models.registry_v2 import ModelManifest

    return [
        ModelManifest(
            model_id=name,
            simple_class_path=f"{_MODELS_MODULE}.{stem}Simple",
            chat_class_path=f"{_MODELS_MODULE}.{stem}Chat",
        )
        for name, stem in MODELS.items()
    ]


def register_tasks() -> None:
    """Teach lmms-eval's task manager the folder of the links2 task files; doing it again changes nothing."""
    from lmms_eval.tasks import TaskManager

    if not getattr(TaskManager.initialize_tasks, _WRAPPED, False):
        TaskManager.initialize_tasks = _with_links2_folder(TaskManager.initialize_tasks)
        TaskManager.load_task_or_group = _with_clear_errors(TaskManager.load_task_or_group)
        load = _with_parts_of_variants(TaskManager._load_individual_task_or_group)
        TaskManager._load_individual_task_or_group = _without_empty_tasks(load)


def _with_links2_folder(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def initialize_tasks(
        self: Any, include_path: str | os.PathLike[str] | list[str] | None = None, include_defaults: bool = True
    ) -> Any:
        # The manager knows the model's name at this point; the hooks are not told it.
        _host.model_name = getattr(self, "model_name", None)
        if include_defaults:
            include_path = _with_ours_last(include_path)
        return _variant_names.add_names(original(self, include_path, include_defaults))

    setattr(initialize_tasks, _WRAPPED, True)
    return initialize_tasks


def _with_ours_last(include_path: str | os.PathLike[str] | list[str] | None) -> list[str]:
    """The first folder that has a task wins, so ours comes after the user's."""
    if include_path is None:
        folders = []
    elif isinstance(include_path, (str, os.PathLike)):
        folders = [os.fspath(include_path)]
    else:
        folders = [os.fspath(folder) for folder in include_path]
    ours = str(taxonomy.task_yaml_dir())
    return folders if ours in folders else [*folders, ours]


def _with_clear_errors(original: Callable[..., Any]) -> Callable[..., Any]:
    """The host wraps whatever a task file's `!function` raises into an ImportError; show what links2 said instead.

    It is shown where tasks are loaded, with what could not get through the host otherwise.
    """

    @functools.wraps(original)
    def load_task_or_group(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        except (ImportError, NotPossible) as error:
            fault = error.fault if isinstance(error, NotPossible) else error.__cause__
            if isinstance(fault, Links2Error):
                # Without the frames in between, which are the host's way of reading YAML; with the fault's own cause.
                raise fault.with_traceback(None) from fault.__cause__
            raise

    return load_task_or_group


def _with_parts_of_variants(original: Callable[..., Any]) -> Callable[..., Any]:
    """Load one task or dimension of a variant by its name, and give the tasks within a variant such names."""

    @functools.wraps(original)
    def load(
        self: Any,
        name_or_config: Any = None,
        task_type: str = "simple",
        parent_name: Any = None,
        update_config: dict[str, Any] | None = None,
    ) -> Any:
        wanted = _variant_names.wanted(self, name_or_config, parent_name, update_config)
        loaded = original(self, wanted.name_or_config, task_type, parent_name, wanted.update_config)
        return _variant_names.renamed(loaded, wanted.update_config)

    return load


def _without_empty_tasks(original: Callable[..., Any]) -> Callable[..., Any]:
    """Leave tasks that the dataset has no questions for out of groups; asked for by name, they are an error.

    Footage without an annotated change, for example, has no question of cross_view_change, and where there is one
    region only, no question can be asked with another one's map.
    """
    left_out: list[DataError] = []

    @functools.wraps(original)
    def load(self: Any, *args: Any, **kwargs: Any) -> Any:
        group = kwargs.get("parent_name")
        if group is None:
            left_out.clear()
        try:
            loaded = original(self, *args, **kwargs)
        except (ImportError, NotPossible) as error:
            fault = _lack(error)
            if group is None or fault is None:
                raise
            left_out.append(fault)
            _warn(f"links2: left out of the group {group.group}: {fault}")
            return {}
        if not _is_empty_group(loaded):
            return loaded
        if group is not None:  # The host would later look for figures of a group that has none.
            return {}
        name = args[0] if args else "the group"
        why = f" {left_out[-1]}" if left_out else ""
        raise NoQuestionsError(f"The dataset has no questions that {name} can ask.{why}")

    return load


def _lack(error: ImportError | NotPossible) -> DataError | None:
    """What a dataset lacks that a task needs, if that is why the task cannot be loaded."""
    if isinstance(error, NotPossible):
        return error.fault if isinstance(error.fault, DataError) else None
    return error.__cause__ if isinstance(error.__cause__, NoQuestionsError) else None


def _is_empty_group(loaded: Any) -> bool:
    """Whether a loaded group holds no task: the host gives a mapping of the group to its members."""
    members = list(loaded.values()) if isinstance(loaded, Mapping) else []
    return len(members) == 1 and isinstance(members[0], Mapping) and not members[0]


def _warn(message: str) -> None:
    from loguru import logger

    logger.warning(message)
