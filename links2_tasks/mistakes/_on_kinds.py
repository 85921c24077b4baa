"""scene_recognition: another kind of land use."""

from __future__ import annotations

from collections.abc import Iterator

from links2_tasks.mistakes._case import Case, Explanation, one_mistake

GUARANTEE = "different kinds of land use"
"""Words of a question that says that each of its boxes shows another kind."""


def explain_kind(case: Case) -> Iterator[Explanation]:
    """Each box marks another kind, and none is in view: only what kind is seen, in video and boxes, decides."""
    if GUARANTEE in case.question.question and case.chosen_points is not None:
        words = f"{case.chosen_text} marks another kind of land use than the one that most of the ground in view has"
        yield one_mistake("perception", "another_kind", words)
