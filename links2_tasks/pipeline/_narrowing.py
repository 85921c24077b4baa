"""The stages of a build as steps of its funnel."""

from __future__ import annotations

from collections.abc import Sequence

from links2_tasks.pipeline._filtering import StepCounts
from links2_tasks.pipeline._funnel_step import FunnelStep
from links2_tasks.pipeline._questions import NOT_CHOSEN
from links2_tasks.pipeline._records import StageReport


def funnel_steps(reports: Sequence[StageReport], filters: Sequence[StepCounts]) -> tuple[FunnelStep, ...]:
    """What each step took in and gave out: flights, clips, drafts, then questions filter by filter."""
    by_name = {report.stage: report for report in reports}
    footage, clips, questions = (by_name[name] for name in ("footage", "clips", "questions"))
    n_clips, n_questions = clips.made["clips"], questions.made["questions"]
    n_found, n_flights = footage.read["flights"], footage.made["flights"]
    n_ends = sum(clips.dropped.values())
    n_drafts = questions.made["drafts"]
    refused = {reason: n for reason, n in questions.dropped.items() if reason != NOT_CHOSEN}
    return (
        FunnelStep("footage", "Footage check", "flights", n_found, n_flights, footage.dropped),
        FunnelStep("clips", "Clip cutting", "clips", n_clips + n_ends, n_clips, clips.dropped),
        FunnelStep("writers", "Writers", "drafts", n_drafts + sum(refused.values()), n_drafts, refused),
        FunnelStep("choice", "Choice", "drafts", n_drafts, n_questions, {NOT_CHOSEN: n_drafts - n_questions}),
        *(FunnelStep(one.name, _title(one.name), "questions", one.n_in, one.n_out, one.reasons) for one in filters),
    )


def _title(filter_name: str) -> str:
    return filter_name.replace("_", " ").capitalize()
