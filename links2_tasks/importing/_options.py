"""The options of a question, and which of them is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from links2_tasks.importing._json_rows import parse_json
from links2_tasks.importing._mapping import Answer, Options
from links2_tasks.importing._records import UnusableError, in_a_line
from links2_tasks.importing._row import Row, is_empty
from links2_tasks.importing._values import Values, as_text
from links2_tasks.schema import LETTERS

_FEWEST = 2
_CLOSERS = ".):"


@dataclass(frozen=True)
class Choice:
    """One option as the source has it."""

    letter: str
    """What the source calls it."""
    text: str
    """Empty where a column is not filled in."""


def choices_of(options: Options, row: Row, values: Values) -> tuple[Choice, ...]:
    """Options as the source has them, with those that are not filled in.

    Raises:
        UnusableError: they cannot be read, there are too few or too many, one is empty, or two are alike.
    """
    choices = _read(options, row, values)
    if options.strip_letters:
        choices = tuple(Choice(each.letter, _without_letter(each)) for each in choices)
    if not options.columns and any(not each.text for each in choices):
        raise UnusableError("option empty", f"option {next(each.letter for each in choices if not each.text)}")
    filled = [each for each in choices if each.text]
    if not _FEWEST <= len(filled) <= len(LETTERS):
        raise UnusableError("number of options", f"{len(filled)} options")
    seen: dict[str, str] = {}
    for each in filled:
        twin = seen.setdefault(_alike(each.text), each.letter)
        if twin != each.letter:
            raise UnusableError("options alike", f"{twin} and {each.letter}: '{in_a_line(each.text, 60)}'")
    return choices


def right_choice(answer: Answer, choices: tuple[Choice, ...], row: Row, values: Values) -> Choice:
    """The option that the answer names.

    Raises:
        UnusableError: it names none, or an empty one.
    """
    if answer.form in ("index_from_0", "index_from_1"):
        found = _by_index(values.number(answer, row), answer.form == "index_from_1", choices)
    elif answer.form == "letter":
        found = _by_letter(values.text(answer, row), choices)
    else:
        found = _by_text(values.text(answer, row), choices)
    if not found.text:
        raise UnusableError("option empty", f"the answer is {found.letter}, which is empty")
    return found


def _read(options: Options, row: Row, values: Values) -> tuple[Choice, ...]:
    if options.columns:
        cells = [values.cell_or_none(row, column) for column in options.columns]
        return _lettered(["" if cell is None else as_text(cell) for cell in cells])
    if options.from_text is not None:
        return _lettered(
            [part.strip() for part in as_text(_cell(options.from_text, row, values)).split(options.separator or ",")]
        )
    if options.from_list is not None:
        found = _structure(_cell(options.from_list, row, values), list, "list")
        return _lettered([_option_text(item) for item in found])
    table: Mapping[Any, Any] = _structure(_cell(options.from_dict or "", row, values), dict, "object")
    # Parquet has one set of keys for all rows, with null where a row has fewer.
    return tuple(Choice(str(key).strip(), _option_text(item)) for key, item in table.items() if item is not None)


def _cell(column: str, row: Row, values: Values) -> Any:
    cell = values.cell(row, column)
    if cell is None:
        raise UnusableError("cell empty", f"'{column}'")
    return cell


def _structure(cell: Any, kind: type, name: str) -> Any:
    """A list or an object; tables hold them as JSON."""
    if isinstance(cell, str):
        try:
            cell = parse_json(cell)
        except ValueError as error:
            raise UnusableError("options not readable", str(error)) from error
    if not isinstance(cell, kind):
        raise UnusableError("options not readable", f"no {name}: {in_a_line(cell, 60)}")
    return cell


def _option_text(item: Any) -> str:
    return "" if is_empty(item) else as_text(item)


def _lettered(texts: list[str]) -> tuple[Choice, ...]:
    return tuple(
        Choice(chr(ord("A") + number) if number < 26 else str(number), text) for number, text in enumerate(texts)
    )


def _without_letter(choice: Choice) -> str:
    """'A. left', 'A) left', 'A: left' and '(A) left' are 'left', where the letter is the option's own."""
    text, letter = choice.text, choice.letter.casefold()
    head = text[: len(letter) + 2].casefold()
    if head.startswith(f"({letter})"):
        return text[len(letter) + 2 :].strip()
    if head.startswith(letter) and head[len(letter) : len(letter) + 1] in tuple(_CLOSERS):
        return text[len(letter) + 1 :].strip()
    return text


def _by_letter(text: str, choices: tuple[Choice, ...]) -> Choice:
    bare = text.strip().strip("()[].: ").casefold()
    found = [each for each in choices if each.letter.casefold() == bare]
    if len(found) != 1:
        known = ", ".join(in_a_line(each.letter, 20) for each in choices)
        raise UnusableError("answer names no option", f"'{in_a_line(text, 60)}' is none of {known}")
    return found[0]


def _by_text(text: str, choices: tuple[Choice, ...]) -> Choice:
    found = [each for each in choices if each.text and _alike(each.text) == _alike(text)]
    if not found:
        raise UnusableError("answer names no option", f"no option says '{in_a_line(text, 60)}'")
    return found[0]


def _by_index(number: float, from_one: bool, choices: tuple[Choice, ...]) -> Choice:
    index = number - 1 if from_one else number
    if not index.is_integer() or not 0 <= index < len(choices):
        raise UnusableError("answer names no option", f"index {number:g} of {len(choices)} options")
    return choices[int(index)]


def _alike(text: str) -> str:
    """Texts that readers take for the same."""
    return " ".join(text.casefold().split())
