"""Result folders of lmms-eval, VLMEvalKit and `links2 run`, read into one form."""

from links2_tasks.results._records import DEFAULT_VARIANT, Framework, ResultRow, Run

__all__ = ["DEFAULT_VARIANT", "Framework", "ResultRow", "Run"]
