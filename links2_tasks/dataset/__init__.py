"""Datasets on disk (format 1): find, load, write and validate them.

The layout is `dataset.json`, `questions/<split>/<task>.jsonl`, and media files in any folders of the same root.
"""

from links2_tasks.dataset._atomic import atomic_directory, made_once
from links2_tasks.dataset._faults import Fault
from links2_tasks.dataset._find import DATA_VARIABLE, find_root
from links2_tasks.dataset._load import load_info, load_questions
from links2_tasks.dataset._validate import validate
from links2_tasks.dataset._write import write_dataset
from links2_tasks.media import resolve_inside

__all__ = [
    "DATA_VARIABLE",
    "Fault",
    "atomic_directory",
    "find_root",
    "load_info",
    "load_questions",
    "made_once",
    "resolve_inside",
    "validate",
    "write_dataset",
]
