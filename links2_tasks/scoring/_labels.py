"""Lines that begin with a letter: "B", "B. south-east", "(B) south-east", "B - south-east"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEDGE = r"(?i:most likely |likely |probably |definitely |clearly )?"
_BARE_LINE = re.compile(
    rf"{_HEDGE}(?:(?i:the |my )?(?i:final |correct )?(?i:answer|option|choice|letter) )?"
    r"[\[({<\"']{0,4} ?([A-Za-z]) ?[\])}>\"'.,:;!]{0,5}"
)
# "I" is left out: at the start of a line it is a person or the first of a list of sections.
_LABEL = re.compile(
    r"(?:(?i:option|choice|answer) )?(?:\((?P<round>[A-Za-z])\)|\[(?P<square>[A-Za-z])\]|(?P<plain>[A-HJ-Za-z]))"
    r"(?P<joint> ?[.):]+ ?| ?- | ?= ?|, | \(| )(?=\S)"
)
_OTHER_LABEL = re.compile(r"(?<![\w.])\(?([A-Z])[.)](?= )")
_BECAUSE = re.compile(r",? (?:because|since|as)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Label:
    """A letter that begins a line, and the text that it labels."""

    letter: str
    """In upper case."""
    text: str
    joint: str
    """What stands between the two, without brackets."""
    in_brackets: bool
    is_upper: bool

    @property
    def is_loose(self) -> bool:
        """Only a space joins letter and text, so the letter may be an article: "A north road"."""
        return self.joint == " " and not self.in_brackets

    @property
    def is_firm(self) -> bool:
        """Written as a list or a question writes its options, so the letter needs no support from the text."""
        return self.in_brackets or (self.joint.strip()[:1] in (".", ")") and self.is_upper and self.joint != ".")

    @property
    def is_explained(self) -> bool:
        """The text gives a reason: "B because ..", "B, since .."."""
        return self.is_upper and _BECAUSE.match(f"{self.joint.rstrip()} {self.text}") is not None

    @property
    def other_letters(self) -> frozenset[str]:
        """Letters of further labels in the text: the line lists several options."""
        return frozenset(found[1] for found in _OTHER_LABEL.finditer(self.text)) - {self.letter}


def label_of(line: str) -> Label | None:
    """The label that `line` begins with."""
    found = _LABEL.match(line)
    if found is None:
        return None
    letter = str(found["round"] or found["square"] or found["plain"])
    return Label(letter.upper(), line[found.end() :], found["joint"], found["plain"] is None, letter.isupper())


def bare_letter(line: str) -> str | None:
    """The letter, in upper case, that is all that `line` says."""
    found = _BARE_LINE.fullmatch(line)
    return found[1].upper() if found else None
