"""Numbers and points from replies to open questions: `extract_number`, `extract_point`.

The rules are those of choices: failures and thinking first, the last readable answer statement wins, and without a
statement there must be one reading only. Two different numbers are `ambiguous`; nothing is averaged or picked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from links2_tasks.scoring._clean import NoAnswer, clean, declines, retracts
from links2_tasks.scoring._options import COMPASS_JOINT, COMPASS_PART, COMPASS_SHORT
from links2_tasks.scoring._quantities import quantities, unit_base
from links2_tasks.scoring._statements import Statement, statements
from links2_tasks.terms import COMPASS, angle_between_deg, compass_deg

NumberReason = Literal["number", "word", "boxed"] | NoAnswer

# Beside a number, a name is its rough form: "47 degrees (north)" does not contradict itself.
_NAME_HALF_WIDTH_DEG = 45.0
_COMPASS_NAME = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted(COMPASS, key=len, reverse=True))})(?:wards?|erly|ern)?(?![\w-])", re.IGNORECASE
)
_LIST_MARK = re.compile(r"(?m:^)\d{1,2}[.)] (?=\S)")
_ORDINAL_NOUN = re.compile(
    r"(?<![\w-])(?:frame|step|image|figure|option|mark|question|example|scene|clip)s? #?\d{1,6}(?!\w)", re.IGNORECASE
)
_DENIED = re.compile(r"(?:\bnot|\bnever|n't)(?: \w{1,12}){0,2} $", re.IGNORECASE)
_CLAUSE = re.compile(r"(?:[^;(\n.!?]|\.(?=\d))*")
_COORDINATE = r"[-+]?\d{1,9}(?:\.\d{1,9})?"
_POINT = re.compile(
    rf"[(\[] ?(?P<x>{_COORDINATE}) ?(?:px)? ?[,;] ?(?P<y>{_COORDINATE}) ?(?:px)? ?[)\]]"
    rf"|(?<!\w)\"?x\"? ?[=:] ?\"?(?P<named_x>{_COORDINATE})\"? ?(?:px)? ?,? ?(?:and )?"
    rf"\"?y\"? ?[=:] ?\"?(?P<named_y>{_COORDINATE})(?![\w.])",
    re.IGNORECASE,
)
_BARE_POINT = re.compile(
    rf"(?P<x>{_COORDINATE}) ?(?:px)? ?,? (?P<y>{_COORDINATE}) ?(?:px)?\.?"
    rf"|(?P<cx>{_COORDINATE}),(?P<cy>{_COORDINATE})\.?"
)


@dataclass(frozen=True)
class NumberExtraction:
    """What was read from a reply: a number in the asked unit, or None; and how, or why not."""

    number: float | None
    reason: NumberReason


@dataclass(frozen=True)
class PointExtraction:
    """A point (x, y) as the reply writes it, in the pixels of the image as shown; or None, and why."""

    point: tuple[float, float] | None
    reason: NumberReason


def extract_number(text: str, unit: str | None = None) -> NumberExtraction:
    """Read the number that a model's reply gives; never a guess.

    Args:
        text: The reply as the model or the framework gave it.
        unit: The unit that the number is wanted in: metres, degrees, seconds or pixels by any usual name. Kilometres
            and minutes are converted; numbers with a unit of another kind are passed over. With degrees, names of
            compass directions count too. Any other word, 'count' or None, asks for a number without such a unit.

    Returns:
        A number with the reason `number`, `word` (a number word or a compass name) or `boxed`; or None with a reason
        of failure as for choices.
    """
    reply = clean(text)
    if reply.failure is not None:
        return NumberExtraction(None, reply.failure)
    base = unit_base(unit)
    wanted = base[0] if base else None
    # A unit such as "km" asks for kilometres: quantities are in base units, so the scale is undone at the end.
    scale = base[1] if base else 1.0
    found = _from_statements(reply.text, wanted) or _from_values(reply.text, wanted)
    if found.number is None and found.reason == "none" and declines(reply.text):
        return NumberExtraction(None, "refused")
    return found if found.number is None else NumberExtraction(found.number / scale, found.reason)


def extract_point(text: str) -> PointExtraction:
    """Read the point (x, y) that a model's reply gives, such as "(412, 230)" or "x=412, y=230".

    The numbers are returned as written; a reply in percent or in another image's pixels is not converted.
    """
    reply = clean(text)
    if reply.failure is not None:
        return PointExtraction(None, reply.failure)
    for statement in reversed(statements(reply.text)):
        points = _points(statement.value)
        if points and not retracts(reply.text[statement.start :]):
            return _one_point(points, "boxed" if statement.kind == "boxed" else "number")
    if points := _points(reply.text):
        return _one_point(points, "number")
    return PointExtraction(None, "refused" if declines(reply.text) else "none")


def _from_statements(text: str, wanted: str | None) -> NumberExtraction | None:
    for statement in reversed(statements(text)):
        if statement.kind in ("said", "boxed"):
            found = _from_values(_first_clause(statement), wanted)
            if found.reason == "none":
                found = _from_values(statement.value, wanted)
            if found.reason == "none" and declines(statement.value):
                return NumberExtraction(None, "refused")
            if found.reason != "none":
                return _finish(found, statement, text)
    return None


def _finish(found: NumberExtraction, statement: Statement, text: str) -> NumberExtraction:
    if found.number is None:
        return found
    if retracts(text[statement.start :]):
        return NumberExtraction(None, "refused")
    return NumberExtraction(found.number, "boxed") if statement.kind == "boxed" else found


def _first_clause(statement: Statement) -> str:
    """The value up to the end of its first clause: what follows explains."""
    clause = _CLAUSE.match(statement.value)
    return clause[0] if clause else statement.value


def _from_values(text: str, wanted: str | None) -> NumberExtraction:
    """The one number of `text`; `ambiguous` for several different ones."""
    text = _ORDINAL_NOUN.sub(" ", text)
    if len(_LIST_MARK.findall(text)) > 1:
        text = _LIST_MARK.sub("", text)
    fitting = [
        one for one in quantities(text) if one.unit in (None, wanted) and not _DENIED.search(text[: one.start][-40:])
    ]
    numbers = {one.number for one in fitting}
    names = _named_degrees(text) if wanted == "deg" else set()
    if (
        numbers
        and names
        and all(angle_between_deg(one, name) <= _NAME_HALF_WIDTH_DEG for one in numbers for name in names)
    ):
        names = set()
    if len(numbers) > 1 and any(one.unit for one in fitting):
        # "In 12 frames I saw a distance of 120 m": the one number that bears the asked unit is the one that was asked.
        numbers = {one.number for one in fitting if one.unit}
    if len(numbers) + len(names) != 1:
        return NumberExtraction(None, "ambiguous" if fitting or names else "none")
    if names:
        return NumberExtraction(names.pop(), "word")
    number = numbers.pop()
    return NumberExtraction(number, "word" if all(one.from_word for one in fitting) else "number")


def _named_degrees(text: str) -> set[float]:
    joined = COMPASS_JOINT.sub(lambda found: "-".join(COMPASS_PART.findall(found[0])), text)
    names: Iterable[str] = (
        re.sub(r"(?:wards?|erly|ern)$", "", found[0].lower()) for found in _COMPASS_NAME.finditer(joined)
    )
    short = COMPASS_SHORT.get(text.strip(" .\"'()").lower())
    return {compass_deg(name) for name in ([short] if short else names)}


def _points(text: str) -> set[tuple[float, float]]:
    bare = _BARE_POINT.fullmatch(text.strip())
    if bare:
        return {(float(bare["x"] or bare["cx"]), float(bare["y"] or bare["cy"]))}
    return {
        (float(found["x"] or found["named_x"]), float(found["y"] or found["named_y"]))
        for found in _POINT.finditer(text)
    }


def _one_point(points: set[tuple[float, float]], reason: NumberReason) -> PointExtraction:
    return PointExtraction(points.pop(), reason) if len(points) == 1 else PointExtraction(None, "ambiguous")
