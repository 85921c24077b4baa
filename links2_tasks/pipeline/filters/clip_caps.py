"""At most so many questions about one clip: scores of many questions about few clips say little of other clips."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from links2_tasks.pipeline.filters._filter import Fault, Filter, FilterContext, Filtered, without
from links2_tasks.schema import Question

REASON = "more questions about the clip than wanted"


def apply(questions: Sequence[Question], context: FilterContext) -> Filtered:
    """Questions over the cap of their clip, evenly over its tasks.

    Each step takes one from the task that asks most about the clip; of several, from the one that asks most of the
    whole dataset. So the rarest tasks lose last. Of a task the latest id goes first.
    """
    most = context.settings.most_per_clip
    of_task = Counter(question.task for question in questions)
    clips: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        clips[question.clip_id].append(question)
    faults: dict[str, Fault] = {}
    for clip_id in sorted(clips):
        total = len(clips[clip_id])
        for question in _surplus(clips[clip_id], most, of_task):
            faults[question.question_id] = Fault(REASON, f"{total} about {clip_id}, at most {most}")
    return without(questions, faults)


def _surplus(members: Sequence[Question], most: int, of_task: Counter[str]) -> list[Question]:
    waiting: dict[str, list[Question]] = defaultdict(list)
    for question in sorted(members, key=lambda question: question.question_id):
        waiting[question.task].append(question)
    gone: list[Question] = []
    while len(members) - len(gone) > most:
        task = max(waiting, key=lambda name: (len(waiting[name]), of_task[name], name))
        of_task[task] -= 1
        gone.append(waiting[task].pop())
    return gone


FILTER = Filter(
    "clip_caps",
    "Questions about one clip beyond the cap, evenly over the tasks; the rarest tasks lose last.",
    apply,
)
