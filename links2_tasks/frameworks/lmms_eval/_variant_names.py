"""Names for what the files of variants do not name: one task or one dimension of a variant.

A group file changes all of its tasks and leaves them their names, so two variants in one run would collide, and one
task of a variant could not be asked for. Here `links2_uav_localization_text_only` is the task as the group
`links2_text_only` has it, and within that group it is called so too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from links2_tasks import taxonomy

DATASET_NAME = "dataset_name"


@dataclass(frozen=True)
class _Part:
    """A task or a dimension of a variant."""

    whole: str
    """The task or the group in lmms-eval, as the variant changes it."""
    group: str
    """Of the variant."""
    members: tuple[str, ...]
    """Tasks of a dimension; none for a task."""


def _parts() -> dict[str, _Part]:
    """All of them by name."""
    found: dict[str, _Part] = {}
    for variant in taxonomy.variants():
        for task in variant.tasks:
            found[_joined(task.lmms_eval_name, variant.name)] = _Part(task.lmms_eval_name, variant.lmms_eval_name, ())
        for group in taxonomy.groups()[:-1]:
            members = tuple(task.lmms_eval_name for task in group.tasks if task in variant.tasks)
            if members:
                name = _joined(group.lmms_eval_name, variant.name)
                found[name] = _Part(group.lmms_eval_name, variant.lmms_eval_name, members)
    return found


def add_names(index: dict[str, Any]) -> dict[str, Any]:
    """The host's index of tasks, with the parts of those variants that are in it; a file of a part's name wins."""
    found: dict[str, Any] = {}
    for name, part in _parts().items():
        if part.whole in index and part.group in index:
            kind = {"type": "group", "task": -1} if part.members else {"type": "task"}
            found[name] = {**kind, "yaml_path": index[part.whole]["yaml_path"], _PART: part}
    return {**found, **index}


_PART = "links2_part"
"""Key of an entry of the index that is a part."""


@dataclass(frozen=True)
class Wanted:
    """What to load in place of a name, and what to change in it."""

    name_or_config: Any
    update_config: Mapping[str, Any] | None


def wanted(manager: Any, name_or_config: Any, parent: Any, update_config: Mapping[str, Any] | None) -> Wanted:
    """What a name means; other things stay as they are.

    Args:
        manager: The host's task manager.
        name_or_config: What is to be loaded.
        parent: The host's group that it is loaded for, or None.
        update_config: What the group changes in it.
    """
    if not isinstance(name_or_config, str):
        return Wanted(name_or_config, update_config)
    part = manager.task_index.get(name_or_config, {}).get(_PART)
    if part is not None and update_config is None:
        config = manager._get_config(part.group)
        if not part.members:
            return Wanted(part.whole, {key: value for key, value in config.items() if key not in _of_groups()})
        return Wanted({**config, "group": name_or_config, "task": list(part.members)}, None)
    if update_config is not None and update_config.get(DATASET_NAME) and manager._name_is_group(name_or_config):
        # What a variant is measured by is what its dimensions are measured by.
        metrics = getattr(getattr(parent, "_config", None), _METRICS, None)
        if metrics:
            return Wanted(name_or_config, {**update_config, _METRICS: [asdict(metric) for metric in metrics]})
    return Wanted(name_or_config, update_config)


_METRICS = "aggregate_metric_list"


def renamed(loaded: Any, update_config: Mapping[str, Any] | None) -> Any:
    """What was loaded with the name of its variant at the end of its own."""
    variant = (update_config or {}).get(DATASET_NAME)
    if not variant or not isinstance(loaded, Mapping):
        return loaded
    return dict(_renamed(key, value, str(variant)) for key, value in loaded.items())


def _renamed(key: Any, value: Any, variant: str) -> tuple[Any, Any]:
    if isinstance(key, str):
        if key.startswith(taxonomy.PREFIX):
            key = _joined(key, variant)
            value.config.task = key
    elif str(key.group).startswith(taxonomy.PREFIX):
        key._config.group = _joined(key.group, variant)
    return key, value


def _joined(name: str, variant: str) -> str:
    return f"{name}_{variant}"


def _of_groups() -> list[str]:
    from lmms_eval.tasks import GROUP_ONLY_KEYS

    # A task has metadata of its own, with its version.
    return [str(key) for key in GROUP_ONLY_KEYS]
