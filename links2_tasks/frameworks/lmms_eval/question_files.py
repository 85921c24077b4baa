"""Question files of the dataset in use, as attributes that the task files name.

`!function links2_tasks.frameworks.lmms_eval.question_files.<task>` gives the path of that task's questions. The dataset
is looked for when lmms-eval loads a task, never when it lists tasks: a list stays quick and makes no dataset. What is
wrong is said here at once; later the host would try five times and bury the cause.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from links2_tasks import taxonomy
from links2_tasks.construction.mini import data_root
from links2_tasks.dataset import load_info
from links2_tasks.errors import DataError, NoQuestionsError
from links2_tasks.frameworks._lines import SPLIT


def __getattr__(name: str) -> str:
    if name == "TABLE_CACHE":
        return _table_cache()
    if name in {task.name for task in taxonomy.tasks()}:
        return str(question_path(name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has one for each task, and TABLE_CACHE")


def question_path(task: str) -> Path:
    """Path of the questions of one task in the dataset in use.

    Raises:
        NoQuestionsError: the dataset has no questions for the task.
        DataError: there is no dataset, or the file of the questions is missing.
    """
    root = data_root()
    counts = load_info(root).counts.get(SPLIT, {})
    if not counts.get(task):
        with_questions = ",".join(taxonomy.PREFIX + name for name, count in counts.items() if count)
        raise NoQuestionsError(
            f"The dataset {root} has no questions for the task '{task}' in split '{SPLIT}'. "
            f"Evaluate those it has: --tasks {with_questions or '(none)'}"
        )
    path = root / "questions" / SPLIT / f"{task}.jsonl"
    if not path.is_file():
        raise DataError(f"There is no file {path}, although dataset.json counts its questions. Restore the dataset.")
    return path


def _table_cache() -> str:
    """Folder for the tables that `datasets` makes of the question files.

    `datasets` knows a file by its path and time of change only, so a release that is unpacked over an older one with
    the same times would be answered from the older tables. The digest of `dataset.json`, which holds that of every
    file, keeps them apart.
    """
    from datasets import config

    digest = hashlib.sha256((data_root() / "dataset.json").read_bytes()).hexdigest()[:16]
    return str(Path(config.HF_DATASETS_CACHE) / f"links2-{digest}")
