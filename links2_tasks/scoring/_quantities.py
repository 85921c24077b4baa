"""Numbers in plain text: digits, number words, and the units that follow them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
NUMBER_WORDS = {word: float(number) for number, word in enumerate(_WORDS)}

_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), ("m", 1.0)),
    **dict.fromkeys(("km", "kilometre", "kilometres", "kilometer", "kilometers"), ("m", 1000.0)),
    **dict.fromkeys(("cm", "centimetre", "centimetres", "centimeter", "centimeters"), ("m", 0.01)),
    **dict.fromkeys(("ft", "foot", "feet"), ("m", 0.3048)),
    **dict.fromkeys(("mile", "miles"), ("m", 1609.344)),
    **dict.fromkeys(("\u00b0", "deg", "degree", "degrees"), ("deg", 1.0)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), ("s", 1.0)),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), ("s", 0.001)),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), ("s", 60.0)),
    **dict.fromkeys(("px", "pixel", "pixels"), ("px", 1.0)),
    **dict.fromkeys(("%", "percent"), ("%", 1.0)),
    # A speed or an area is not the distance that it is made of.
    **dict.fromkeys(("m/s", "km/h", "kmh", "mph", "m^2", "km^2", "m2", "km2"), ("other", 1.0)),
}
_UNIT_NAMES = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))

# A digit that is glued to a letter, a colon or a power is a name ("B3"), a clock time or an exponent.
_QUANTITY = re.compile(
    r"(?<![\w.,:^])(?:(?<![\d)] )(?<![\d)])(?P<sign>[-+]) ?)?"
    r"(?P<digits>\d{1,3}(?:,\d{3}){1,5}(?!\d)|\d{1,18})(?P<decimals>\.\d{1,18})?(?P<power>e[+-]?\d{1,3})?"
    rf"(?: ?(?P<unit>{_UNIT_NAMES})(?![\w^/]))?"
    r"(?![\w^]|[.,:]\d)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<![\w.:])(\d{1,3}):([0-5]\d)(\.\d{1,6})?(?![\w:])")
_WORD = re.compile(
    rf"(?<![\w-])(?P<word>{'|'.join(_WORDS)})(?![\w-])(?: (?P<unit>{_UNIT_NAMES})(?![\w^/]))?", re.IGNORECASE
)


@dataclass(frozen=True)
class Quantity:
    """A number in its base unit (m, s, deg, px, %), or without a unit."""

    number: float
    unit: str | None
    start: int
    from_word: bool = False


def unit_base(name: str | None) -> tuple[str, float] | None:
    """Base unit of a unit's name and what to multiply by; None for a count or a word that is no unit."""
    return _UNITS.get(name.strip().lower()) if name else None


def quantities(text: str) -> tuple[Quantity, ...]:
    """All numbers of `text` that stand alone, in order.

    `text` is in plain spelling. Clock times ('1:05') are seconds; number words reach to twenty.
    """
    found = [
        Quantity(60.0 * int(clock[1]) + float(clock[2] + (clock[3] or "")), "s", clock.start())
        for clock in _CLOCK.finditer(text)
    ]
    for match in _QUANTITY.finditer(text):
        number = float(f"{match['digits'].replace(',', '')}{match['decimals'] or ''}{match['power'] or ''}")
        if match["sign"] == "-":
            number = -number
        found.append(_in_base_unit(number, match["unit"], match.start()))
    found.extend(
        _in_base_unit(NUMBER_WORDS[match["word"].lower()], match["unit"], match.start(), from_word=True)
        for match in _WORD.finditer(text)
    )
    return tuple(sorted((one for one in found if math.isfinite(one.number)), key=lambda one: one.start))


def _in_base_unit(number: float, unit: str | None, start: int, from_word: bool = False) -> Quantity:
    base = unit_base(unit)
    return Quantity(number * base[1], base[0], start, from_word) if base else Quantity(number, None, start, from_word)
