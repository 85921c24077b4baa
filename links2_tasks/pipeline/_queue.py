"""Stage 8: which question goes to which reviewer, in which order."""

from __future__ import annotations

import numpy as np

from links2_tasks.pipeline._records import StageReport, as_kept
from links2_tasks.pipeline._site import Clock, Site
from links2_tasks.pipeline._splitting import Splits
from links2_tasks.pipeline._work import rows_text

STAGE = "review"
FILE = "queue.jsonl"


def queue_review(site: Site, splits: Splits) -> StageReport:
    """Put every question before as many reviewers as the settings ask for, each in an order of their own.

    In orders of their own, since whoever is tired at the end should not be so at the same questions as the others.
    """
    clock, place, settings = Clock(), site.stage(STAGE), site.settings
    made_from = site.made_from(STAGE, splits=splits.sha256, reviewers=settings.reviewers, seed=settings.seed)
    report = place.read_report(made_from)
    if report is not None:
        return as_kept(report, clock.seconds, report.made)
    everything = [(split, one) for split, asked in splits.of.items() for one in asked.questions]
    rows = []
    for slot in range(1, settings.reviewers + 1):
        order = np.random.default_rng([settings.seed, slot]).permutation(len(everything))
        for position, i in enumerate(order, start=1):
            split, one = everything[int(i)]
            where = {"slot": slot, "position": position, "split": split}
            rows.append({**where, "task": one.task, "question_id": one.question_id})
    report = StageReport(
        stage=STAGE,
        read={"questions": len(everything)},
        made={"checks": len(rows)},
        dropped={},
        seconds=clock.seconds,
    )
    place.write(report, made_from, {FILE: rows_text(rows)}, ())
    return report
