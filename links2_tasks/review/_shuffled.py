"""Questions as mode 'answer' shows them: options in an order of the person's own, without the truth.

Options that only name marks or images by letter keep their text, and the marks and images change names instead: nobody
reads 'A. Mark C'. All other options change places. Letters are mapped back when an answer is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from links2_tasks.review._cases import drawn
from links2_tasks.schema import LETTERS, Question


@dataclass(frozen=True)
class Shuffled:
    """A question with its options in another order."""

    question: Question
    stored_letters: str
    """Letter as stored of each option as shown, in the order shown."""


def unshuffled(question: Question) -> Shuffled:
    """The question as it is."""
    return Shuffled(question, question.letters)


def shuffled(question: Question, seed: int, reviewer: str) -> Shuffled:
    """The question in an order of options that is this person's own; the same seed gives the same order."""
    places = range(len(question.options))
    order = sorted(places, key=lambda at: drawn(seed, reviewer, question.question_id, str(at)))
    stored = "".join(LETTERS[at] for at in order)
    answer = LETTERS[stored.index(question.answer)]
    renamed = _renamed(question, stored) if _names_by_letter(question) else None
    if renamed is not None:
        return Shuffled(renamed.model_copy(update={"answer": answer}), stored)
    options = tuple(question.options[at] for at in order)
    return Shuffled(question.model_copy(update={"options": options, "answer": answer}), stored)


def _names_by_letter(question: Question) -> bool:
    """Whether the options are 'Mark A', 'Mark B', ... in this order, and the question names none of them."""
    words = [option.rpartition(" ") for option in question.options]
    in_order = [label for _, _, label in words] == list(question.letters)
    one_kind = len({name for name, _, _ in words}) == 1
    named = re.search(rf"\b[B-{LETTERS[-1]}]\b|\b[Mm]ark(?:ed)? A\b|\b(?:box|path|image) A\b", question.question)
    return in_order and one_kind and named is None


def _renamed(question: Question, stored: str) -> Question | None:
    """Marks or images with the letters that they have as shown; None where not each option has one of its own."""
    new = {letter: LETTERS[at] for at, letter in enumerate(stored)}
    marks = [mark.label for mark in question.marks if mark.label in new]
    images = [image.label for image in question.satellite if image.label in new]
    if sorted(map(str, images)) == sorted(new) and not marks:
        return _with_images(question, new)
    if sorted(set(map(str, marks))) == sorted(new) and not images:
        changed = [mark.model_copy(update={"label": new.get(mark.label or "", mark.label)}) for mark in question.marks]
        # In the order of their names, as writers list them: an order of their own would tell the stored letters.
        return question.model_copy(update={"marks": tuple(sorted(changed, key=lambda mark: mark.label or ""))})
    return None


def _with_images(question: Question, new: dict[str, str]) -> Question:
    """Images with other letters, in the order of these, and marks still on their own images."""
    order = _by_new_label(question, new)
    images = tuple(
        image.model_copy(update={"label": new.get(image.label or "", image.label)})
        for image in (question.satellite[at] for at in order)
    )
    marks = tuple(mark.model_copy(update={"image": order.index(mark.image)}) for mark in question.marks)
    return question.model_copy(update={"satellite": images, "marks": marks})


def _by_new_label(question: Question, new: dict[str, str]) -> Sequence[int]:
    """Places of the images as stored, in the order in which they are shown; those without a letter come first."""
    return sorted(range(len(question.satellite)), key=lambda at: new.get(question.satellite[at].label or "", ""))
