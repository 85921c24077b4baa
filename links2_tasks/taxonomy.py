"""The tasks of links2, read from `task_yamls/`.

A task is declared once, in its YAML file; this module only reads the files. It needs no framework: tags such as
`!function`, which lmms-eval resolves, are kept as plain text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from links2_tasks.errors import TaskError

try:
    # Made with libyaml, it reads all files in milliseconds; PyYAML may come without it.
    from yaml import CSafeLoader as _SafeLoader
except ImportError:
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

PREFIX = "links2_"
"""What the names of tasks and groups begin with in lmms-eval."""

_TEMPLATE = "_links2_template_yaml"
_ALL = "links2_all"
_DATASET_NAME = "dataset_name"
_CHANGES = ".variant_docs"
"""End of the module whose functions group files name to change questions."""


@dataclass(frozen=True)
class Task:
    """One task, as its YAML file declares it."""

    name: str
    """Short name, for example 'uav_localization'."""
    dimension: str
    summary: str
    aliases: tuple[str, ...]
    """Names that others use for the task."""
    open_answer: str | None
    """Kind of the value (schema.AnswerValue.kind) that an open answer is scored against; None when there is none."""

    @property
    def lmms_eval_name(self) -> str:
        """Name of the task in lmms-eval."""
        return PREFIX + self.name


@dataclass(frozen=True)
class Group:
    """A group of tasks, in the order in which tables show them."""

    name: str
    """Short name: a dimension, or 'all'."""
    tasks: tuple[Task, ...]

    @property
    def lmms_eval_name(self) -> str:
        """Name of the group in lmms-eval."""
        return PREFIX + self.name


@dataclass(frozen=True)
class Variant:
    """All tasks put otherwise, as one group file declares it: an ablation, or another form of the answer."""

    name: str
    """Short name, for example 'text_only'; it stands in sample rows."""
    summary: str
    change: str | None
    """What is done to the questions, as `variants.CHANGES` names it; None where they stay as they are."""
    settings: Mapping[str, Any]
    """Fields of `links2_tasks.prompt.PromptSettings`; those that are missing have their defaults."""
    tasks: tuple[Task, ...]
    """All tasks, or those that the variant can be asked of."""

    @property
    def lmms_eval_name(self) -> str:
        """Name of the variant in lmms-eval."""
        return PREFIX + self.name


class _Loader(_SafeLoader):
    """A safe loader that reads `!function a.b` as the text 'a.b'."""


def _tag_as_text(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> str | None:
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_multi_constructor("!", _tag_as_text)


def task_yaml_dir() -> Path:
    """Folder of the task YAML files, in an installed package or a source checkout.

    Raises:
        TaskError: there is no such folder.
    """
    package = Path(__file__).resolve().parent
    candidates = (package / "task_yamls", package.parent / "task_yamls")
    for folder in candidates:
        if (folder / _TEMPLATE).is_file():
            return folder
    looked = " and ".join(str(folder) for folder in candidates)
    raise TaskError(f"The task YAML files were not found; looked in {looked}. Reinstall links2-tasks.")


def read_yaml(path: Path) -> dict[str, Any]:
    """One task or group YAML file as it stands, without its includes.

    Raises:
        TaskError: the file cannot be read or does not hold a mapping.
    """
    try:
        # _Loader derives from SafeLoader: plain data only.
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TaskError(f"The task file {path} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise TaskError(f"The task file {path} must hold a mapping, got {type(content).__name__}.")
    return content


@lru_cache(maxsize=1)
def _group_files() -> dict[str, dict[str, Any]]:
    """Content of each group file, by the group's name in lmms-eval."""
    contents = (read_yaml(path) for path in sorted(task_yaml_dir().glob("*.yaml")))
    return {str(content["group"]): content for content in contents if "group" in content}


def _members(group: str) -> tuple[str, ...]:
    return tuple(_group_files()[group]["task"])


def _read_task(lmms_eval_name: str) -> Task:
    path = task_yaml_dir() / f"{lmms_eval_name}.yaml"
    content = read_yaml(path)
    facts = content.get("metadata")
    if content.get("task") != lmms_eval_name or not isinstance(facts, dict):
        raise TaskError(f"The task file {path} must declare 'task: {lmms_eval_name}' and a 'metadata' mapping.")
    try:
        return Task(
            name=lmms_eval_name.removeprefix(PREFIX),
            dimension=facts["dimension"],
            summary=facts["summary"],
            aliases=tuple(facts["aliases"]),
            open_answer=facts["open_answer"],
        )
    except KeyError as error:
        raise TaskError(f"The metadata of the task file {path} lack the key {error}.") from error


@lru_cache(maxsize=1)
def groups() -> tuple[Group, ...]:
    """One group for each dimension, then 'all'; tasks in the order of the group files."""
    dimension_groups = tuple(
        Group(name.removeprefix(PREFIX), tuple(_read_task(task_name) for task_name in _members(name)))
        for name in _members(_ALL)
    )
    every_task = tuple(task_ for group in dimension_groups for task_ in group.tasks)
    return (*dimension_groups, Group("all", every_task))


def tasks() -> tuple[Task, ...]:
    """All tasks, dimension after dimension."""
    return groups()[-1].tasks


def dimensions() -> tuple[str, ...]:
    """Names of the dimensions, in order."""
    return tuple(dict.fromkeys(task_.dimension for task_ in tasks()))


def task(name: str) -> Task:
    """The task with a name, with or without the prefix 'links2_', or with one of its aliases.

    Raises:
        TaskError: there is no such task.
    """
    short = name.removeprefix(PREFIX)
    for candidate in tasks():
        if short == candidate.name or name in candidate.aliases:
            return candidate
    known = ", ".join(candidate.name for candidate in tasks())
    raise TaskError(f"There is no task '{name}'. The tasks are: {known}.")


@lru_cache(maxsize=1)
def variants() -> tuple[Variant, ...]:
    """All variants, in the order of their names: the group files that give their tasks a `dataset_name`.

    Raises:
        TaskError: a group file lacks something, or its names do not fit.
    """
    return tuple(_read_variant(name, content) for name, content in _group_files().items() if _DATASET_NAME in content)


def variant(name: str) -> Variant:
    """The variant with a name, with or without the prefix 'links2_'.

    Raises:
        TaskError: there is no such variant.
    """
    short = name.removeprefix(PREFIX)
    for candidate in variants():
        if short == candidate.name:
            return candidate
    known = ", ".join(candidate.name for candidate in variants())
    raise TaskError(f"There is no variant '{name}'. The variants are: {known}.")


def _read_variant(group: str, content: Mapping[str, Any]) -> Variant:
    short = group.removeprefix(PREFIX)
    if content[_DATASET_NAME] != short:
        raise TaskError(f"The file of the group {group} must say '{_DATASET_NAME}: {short}': rows are named by it.")
    facts = content.get("metadata")
    if not isinstance(facts, dict) or "summary" not in facts:
        raise TaskError(f"The file of the group {group} lacks a 'summary' in its 'metadata'.")
    settings = dict(content.get("lmms_eval_specific_kwargs", {}).get("default", {}))
    if settings.get("strategy") == "auto":
        del settings["strategy"]
    module, _, change = str(content.get("process_docs", "")).rpartition(".")
    return Variant(
        name=short,
        summary=facts["summary"],
        change=change if module.endswith(_CHANGES) else None,
        settings=settings,
        tasks=tuple(task(name) for name in _leaves(group)),
    )


def _leaves(name: str) -> Iterator[str]:
    """Names of the tasks of a group and of the groups in it."""
    if name not in _group_files():
        yield name
        return
    for member in _members(name):
        yield from _leaves(member)


BENCHMARK_VERSION: str = str(read_yaml(task_yaml_dir() / _TEMPLATE)["metadata"]["version"])
"""`N-X`: N changes when scores stop being comparable, X when an interface changes."""
