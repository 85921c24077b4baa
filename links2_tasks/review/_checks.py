"""What a decision must be before it is kept."""

from __future__ import annotations

from pydantic import ValidationError

from links2_tasks.errors import DataError
from links2_tasks.mistakes import CATEGORIES, UNDECIDED
from links2_tasks.review._records import VERDICTS, Decision, Edit
from links2_tasks.schema import Question


def check(decision: Decision, question: Question) -> Decision:
    """The decision, with an edit freed of stray spaces.

    Args:
        decision: As the page has it; its letter is one of the options as stored.
        question: As stored.

    Raises:
        DataError: it decides nothing, or something that the mode does not know; says what is missing.
    """
    if decision.mode == "answer":
        if decision.letter not in tuple(question.letters):
            raise DataError(f"Choose one of the options {', '.join(question.letters)}.")
        return decision
    if decision.mode == "errors":
        if decision.category not in (*CATEGORIES, UNDECIDED):
            raise DataError(f"Choose a category: {', '.join(CATEGORIES)}, or {UNDECIDED}.")
        return decision
    if decision.verdict not in VERDICTS:
        raise DataError(f"Choose one of {', '.join(VERDICTS)}.")
    if decision.verdict == "rejected" and not decision.reason.strip():
        raise DataError("Say why the question is rejected.")
    if decision.verdict != "fixed":
        return decision.model_copy(update={"edit": None})
    if decision.edit is None:
        raise DataError("A fixed question needs its new texts. Change the question or its options, or accept it.")
    return decision.model_copy(update={"edit": _checked(decision.edit, question)})


def edited(question: Question, edit: Edit) -> Question:
    """The question with other texts.

    Raises:
        DataError: it would be no valid question.
    """
    changed = {**question.model_dump(), "question": edit.question, "options": edit.options}
    try:
        return Question.model_validate(changed)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        told = "; ".join(fault["msg"].removeprefix("Value error, ") for fault in faults)
        raise DataError(f"The texts make no valid question: {told}. Mend them.") from error


def _checked(edit: Edit, question: Question) -> Edit:
    clean = Edit(question=edit.question.strip(), options=tuple(option.strip() for option in edit.options))
    if len(clean.options) != len(question.options):
        raise DataError(
            f"The question has {len(question.options)} options and must keep so many; {len(clean.options)} were given."
        )
    if not clean.question or not all(clean.options):
        raise DataError("The question and each option need a text.")
    alike = [" ".join(option.casefold().split()) for option in clean.options]
    if len(set(alike)) < len(alike):
        raise DataError("Two options have the same text, but for case or spaces. Each must differ from all others.")
    if (clean.question, clean.options) == (question.question, question.options):
        raise DataError("Nothing was changed. Accept the question, or change its texts.")
    edited(question, clean)
    return clean
