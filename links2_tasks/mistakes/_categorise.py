"""From wrong rows to mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from links2_tasks.errors import DataError
from links2_tasks.mistakes._case import Case
from links2_tasks.mistakes._flights import UNKNOWN, Flight, Key, flights_of, key_of
from links2_tasks.mistakes._records import Mistake
from links2_tasks.mistakes._rules import Finding, find
from links2_tasks.results import LOST_REASONS, ResultRow
from links2_tasks.schema import Question
from links2_tasks.scoring import READ_REASONS

Questions = Mapping[tuple[str, str], Question]


def categorise(rows: Sequence[ResultRow], questions: Questions) -> tuple[Mistake, ...]:
    """The wrong rows, each with the category that its question's data prove, or with None.

    Left out, as no mistakes of the model: right answers; rows that never reached the model or lost its reply; and open
    answers that were read, which have an error in metres or degrees instead of a wrong choice.

    Args:
        rows: Rows of one run.
        questions: The questions as the run asked them, by task and id. All of a dataset's are best: the right
            answer of one often says where the flight of another was.

    Raises:
        DataError: a wrong row's question is not there, or it has no such option.
    """
    flights = flights_of(questions.values())
    mistakes = []
    for row, question in _wrong(rows, questions):
        scored, is_read = row.scored, row.scored.reason in READ_REASONS
        found = find(_case(question, _letter(row, question), flights)) if is_read else _format(row)
        mistakes.append(Mistake(scored.question_id, scored.task, found.category, found.rule, found.evidence))
    return tuple(mistakes)


def findings_of_wrong_options(
    rows: Sequence[ResultRow], questions: Questions
) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """For each row that `categorise` takes: its task, and what every wrong option would have been called.

    Replies without a readable answer give one finding, their own.
    """
    flights = flights_of(questions.values())
    for row, question in _wrong(rows, questions):
        if row.scored.reason not in READ_REASONS:
            yield row.scored.task, (_format(row),)
            continue
        wrong = [letter for letter in question.letters if letter != question.answer]
        yield row.scored.task, tuple(find(_case(question, letter, flights)) for letter in wrong)


def wrong_choices(rows: Sequence[ResultRow], questions: Questions) -> Iterator[Case]:
    """The wrong rows with a readable answer, as rules see them.

    Raises:
        DataError: as `categorise`.
    """
    flights = flights_of(questions.values())
    for row, question in _wrong(rows, questions):
        if row.scored.reason in READ_REASONS:
            yield _case(question, _letter(row, question), flights)


def wrong_choice(row: ResultRow) -> bool:
    """Whether a row is a mistake of the model."""
    scored = row.scored
    if scored.score >= 1.0 or scored.reason in LOST_REASONS:
        return False
    is_open = scored.chance == 0.0
    return scored.reason not in READ_REASONS or not is_open


def _wrong(rows: Sequence[ResultRow], questions: Questions) -> Iterator[tuple[ResultRow, Question]]:
    for row in rows:
        if not wrong_choice(row):
            continue
        question = questions.get((row.scored.task, row.scored.question_id))
        if question is None:
            raise DataError(
                f"The question '{row.scored.question_id}' of task '{row.scored.task}' is not in the dataset that was "
                "given. Name the dataset that the run was asked with."
            )
        yield row, question


def _letter(row: ResultRow, question: Question) -> str:
    chosen = row.scored.prediction
    if chosen is None or len(chosen) != 1 or chosen not in question.letters or chosen == question.answer:
        raise DataError(
            f"The row '{row.scored.question_id}' of task '{row.scored.task}' is wrong and chose {chosen!r}; "
            f"it has the options {question.letters} and the answer {question.answer}. Name the dataset "
            "that the run was asked with."
        )
    return chosen


def _case(question: Question, letter: str, flights: Mapping[Key, Flight]) -> Case:
    key = key_of(question)
    return Case(question, letter, flights.get(key, UNKNOWN) if key else UNKNOWN)


def _format(row: ResultRow) -> Finding:
    return Finding("format", "no_readable_answer", f"no answer could be read: {row.scored.reason}")
