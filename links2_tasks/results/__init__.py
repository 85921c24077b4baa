"""Result folders of lmms-eval, VLMEvalKit and `links2 run`, read into one form."""

from links2_tasks.results._compare import RunComparison, Sameness, choose_run, compare_runs, dimensions_of
from links2_tasks.results._questions import question_sha256, questions_of
from links2_tasks.results._read import read_runs
from links2_tasks.results._records import DEFAULT_VARIANT, Framework, ResultRow, Run

__all__ = [
    "DEFAULT_VARIANT",
    "Framework",
    "ResultRow",
    "Run",
    "RunComparison",
    "Sameness",
    "choose_run",
    "compare_runs",
    "dimensions_of",
    "question_sha256",
    "questions_of",
    "read_runs",
]
