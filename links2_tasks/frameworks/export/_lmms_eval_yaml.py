"""Task files for a clone of lmms-eval: the same files, with the functions of the task folder beside them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import yaml

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.export._plan import Root
from links2_tasks.prompt import model_families, strategy_for
from links2_tasks.taxonomy import PREFIX, read_yaml, task_yaml_dir

AUTO = "auto"
KWARGS = "lmms_eval_specific_kwargs"

_FUNCTION = re.compile(r"!function (?P<module>[\w.]+)\.(?P<name>\w+)")
_BLOCK = re.compile(rf"(?:^#.*\n)*^{KWARGS}:\n(?:^(?: .*)?\n)*", re.MULTILINE)
_ON_BLOCKS = """\
# Fields of core.prompt.PromptSettings. A model takes the block of its name as a whole, or `default`. Where a block
# hands over the video file (native_video), the model samples it by itself: give it the same number, --model_args
# max_num_frames={n_frames}.
"""


@dataclass(frozen=True)
class TaskFile:
    """One file of the folder of task files."""

    name: str
    text: str


def task_files(without: Collection[str] = ()) -> tuple[TaskFile, ...]:
    """Task and group files, with the files that they include, as they stand in this package.

    Args:
        without: Names of variants whose files are left out.
    """
    left_out = {f"{PREFIX}{variant}.yaml" for variant in without}
    found = (path for path in task_yaml_dir().iterdir() if path.name.endswith(("_yaml", ".yaml")))
    paths = sorted(path for path in found if path.name not in left_out)
    return tuple(TaskFile(path.name, path.read_text(encoding="utf-8")) for path in paths)


def roots(files: tuple[TaskFile, ...], modules: tuple[str, ...]) -> tuple[Root, ...]:
    """What of the given modules the task files name."""
    named = [found for file in files for found in _FUNCTION.finditer(file.text)]
    return tuple(
        Root(module, tuple(sorted({found["name"] for found in named if found["module"] == module})))
        for module in modules
    )


def exported(file: TaskFile, beside: dict[str, str]) -> str:
    """The text of a task file upstream.

    Args:
        file: The file.
        beside: Modules of this package, and the names of the files that they are beside the task files upstream.
            What is named of another module is replaced with its value now.

    Raises:
        FrameworkError: something of another module is no text, or this package is named in a way that is not known.
    """
    text = _FUNCTION.sub(lambda found: _function(found, beside), _with_blocks(file))
    if "links2_tasks" in text:
        raise FrameworkError(f"The task file {file.name} names links2_tasks in a way that cannot be exported.")
    return text


def _function(found: re.Match[str], beside: dict[str, str]) -> str:
    if found["module"] in beside:
        return f"!function {beside[found['module']]}.{found['name']}"
    value = getattr(importlib.import_module(found["module"]), found["name"])
    if not isinstance(value, str):
        raise FrameworkError(f"A task file names {found[0]}, which is no text and not in the exported modules.")
    return value


def _with_blocks(file: TaskFile) -> str:
    """The text with a block for each model that does not take the default strategy.

    Upstream nothing tells the hooks the name of the model, but the host chooses among blocks by it.
    """
    if KWARGS not in file.text:
        return file.text
    settings = read_yaml(task_yaml_dir() / file.name)[KWARGS]["default"]
    if settings.get("strategy", AUTO) != AUTO:
        return file.text
    blocks, n_found = _BLOCK.subn(lambda _: _blocks(settings), file.text)
    if n_found != 1:
        raise FrameworkError(f"The task file {file.name} holds {n_found} blocks '{KWARGS}:' where there should be one.")
    return blocks


def _blocks(settings: dict[str, Any]) -> str:
    lines = [f"{KWARGS}:", "  default:", *_lines(settings, strategy_for(""))]
    written: set[str] = set()
    for family in model_families():
        names = [
            name
            for name in dict.fromkeys((*family.names, *family.contains))
            if strategy_for(name) == family.strategy != strategy_for("")
        ]
        if names:
            lines.append(f"  # {family.why}")
        for name in names:
            if family.strategy in written:
                lines.append(f"  {name}: *{family.strategy}")
            else:
                lines += [f"  {name}: &{family.strategy}", *_lines(settings, family.strategy)]
                written.add(family.strategy)
    return _ON_BLOCKS.format(n_frames=settings.get("n_frames", 32)) + "\n".join(lines) + "\n"


def _lines(settings: dict[str, Any], strategy: str) -> list[str]:
    block = yaml.safe_dump({**settings, "strategy": strategy}, sort_keys=False)
    return [f"    {line}" for line in block.splitlines()]
