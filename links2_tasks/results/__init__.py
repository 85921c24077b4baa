"""Result folders of lmms-eval, VLMEvalKit and `links2 run`, read into one form."""

from links2_tasks.results._compare import OTHER, RunComparison, Sameness, choose_run, compare_runs, dimensions_of
from links2_tasks.results._questions import questions_of
from links2_tasks.results._read import read_runs
from links2_tasks.results._records import LOST_REASONS, Framework, ResultRow, Run
from links2_tasks.results._rotations import QuestionRows, question_rows

__all__ = [
    "LOST_REASONS",
    "OTHER",
    "Framework",
    "QuestionRows",
    "ResultRow",
    "Run",
    "RunComparison",
    "Sameness",
    "choose_run",
    "compare_runs",
    "dimensions_of",
    "question_rows",
    "questions_of",
    "read_runs",
]
