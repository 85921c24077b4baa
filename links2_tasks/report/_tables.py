"""Tables in Markdown, generated from the places where things are declared."""

from __future__ import annotations

from links2_tasks.taxonomy import tasks


def task_table() -> str:
    """The tasks as a Markdown table, for the README: a test compares the two."""
    rows = ["| dimension | task | question |", "|---|---|---|"]
    rows += [f"| {task.dimension} | `{task.lmms_eval_name}` | {task.summary} |" for task in tasks()]
    return "\n".join(rows)
