"""Letters dealt anew, so that each is right equally often: nothing is dropped, and as few questions as possible change.

Two options change places: the right one, and that at the wanted letter. Where options are words, the words do. Where
option A says 'Mark A', the words stay and the marks (or the tiles) change places, so that the marks of A and C are
drawn where those of C and A were: what is shown is the same but for the two labels.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from links2_tasks.pipeline.filters._filter import Filter, FilterContext, Filtered
from links2_tasks.pipeline.filters._options import named_label
from links2_tasks.schema import LETTERS, Question

_OF_OTHERS = re.compile(rf"\b[{LETTERS}]\b|\b(?:above|below|previous|following|all of|none of|both)\b", re.I)
"""Words of an option that may speak of other options; in an order of their own they could become wrong."""


def apply(questions: Sequence[Question], context: FilterContext) -> Filtered:
    """All questions; of each task and number of options, every letter is right equally often, within one."""
    groups: dict[tuple[str, int], list[Question]] = defaultdict(list)
    for question in questions:
        groups[question.task, len(question.options)].append(question)
    rng = np.random.default_rng(context.seed)
    changed: dict[str, Question] = {}
    for key in sorted(groups):
        for question, letter in _moves(groups[key], rng):
            changed[question.question_id] = with_answer(question, letter)
    dealt = tuple(changed.get(question.question_id, question) for question in questions)
    return Filtered(dealt, (), n_changed=len(changed))


def _moves(group: Sequence[Question], rng: np.random.Generator) -> Iterator[tuple[Question, str]]:
    """Questions of one task and number of options whose answer moves, each with its new letter."""
    letters = group[0].letters
    counts = Counter(question.answer for question in group)
    wanted = _wanted(counts, letters, len(group))
    lacking = [letter for letter in letters for _ in range(wanted[letter] - counts[letter])]
    surplus = {letter: counts[letter] - wanted[letter] for letter in letters}
    # In an order of their ids first, so that the same questions give the same letters however they are ordered.
    ordered = sorted(group, key=lambda question: question.question_id)
    for i in rng.permutation(len(ordered)):
        question = ordered[int(i)]
        if surplus[question.answer] > 0 and lacking and may_be_dealt(question):
            surplus[question.answer] -= 1
            yield question, lacking.pop(int(rng.integers(len(lacking))))


def _wanted(counts: Counter[str], letters: str, n: int) -> dict[str, int]:
    """How often each letter should be right: equally often; what is left over goes to those that have the most."""
    share, rest = divmod(n, len(letters))
    by_number = sorted(letters, key=lambda letter: (-counts[letter], letter))
    return {letter: share + (place < rest) for place, letter in enumerate(by_number)}


def may_be_dealt(question: Question) -> bool:
    """Whether options may change places; not where one may speak of others, as 'none of the above' does."""
    return _names_its_own_label(question) or not any(_OF_OTHERS.search(text) for text in question.options)


def with_answer(question: Question, letter: str) -> Question:
    """The question with its right option at another letter, from where that letter's option comes in return."""
    if letter == question.answer:
        return question
    places = LETTERS.index(question.answer), LETTERS.index(letter)
    if _names_its_own_label(question):
        changes = _relabelled(question, question.answer, letter)
    else:
        changes = {"options": _exchanged(question.options, *places)}
    return question.model_copy(update={**changes, "answer": letter})


def _names_its_own_label(question: Question) -> bool:
    """Whether each option names the mark or tile that has the option's own letter as its label."""
    labels = {mark.label for mark in question.marks} | {image.label for image in question.satellite}
    return all(
        named_label(text) == letter and letter in labels
        for letter, text in zip(question.letters, question.options, strict=True)
    )


def _relabelled(question: Question, first: str, second: str) -> dict[str, Any]:
    """Marks and tiles with two labels exchanged, in the order of their labels as before: prompts name them in order."""
    images = [_with_label(image, first, second) for image in question.satellite]
    order = _as_before([image.label for image in question.satellite], [image.label for image in images])
    place_of = {old: new for new, old in enumerate(order)}
    marks = [_with_label(mark, first, second) for mark in question.marks]
    mark_order = _as_before([mark.label for mark in question.marks], [mark.label for mark in marks])
    return {
        "satellite": tuple(images[old] for old in order),
        "marks": tuple(marks[old].model_copy(update={"image": place_of[marks[old].image]}) for old in mark_order),
    }


def _with_label(item: Any, first: str, second: str) -> Any:
    other = {first: second, second: first}.get(item.label)
    return item if other is None else item.model_copy(update={"label": other})


def _as_before(wanted: Sequence[str | None], labels: Sequence[str | None]) -> list[int]:
    """Places of `labels` in an order that brings them into the order of `wanted`; unlabelled ones keep their place."""
    waiting: dict[str | None, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        waiting[label].append(place)
    return [waiting[label].pop(0) for label in wanted]


def _exchanged(options: tuple[str, ...], first: int, second: int) -> tuple[str, ...]:
    dealt = list(options)
    dealt[first], dealt[second] = dealt[second], dealt[first]
    return tuple(dealt)


FILTER = Filter(
    "letter_balance",
    "Drops nothing: options change places until each letter is right equally often in each task.",
    apply,
)
