"""What a stated value says: a letter, an option's text, several of them, or nothing that can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from links2_tasks.scoring._clean import NoAnswer, declines
from links2_tasks.scoring._options import OptionTexts

Reason = Literal["letter", "option_text", "boxed", "out_of_range"] | NoAnswer

_FILLERS = re.compile(
    r"(?:(?:the|my|option|choice|letter|answer|probably|likely|most likely|definitely|clearly|therefore|thus|simply) "
    r"|:|=|-> ?)+",
    re.IGNORECASE,
)
_LETTER = re.compile(r"(?P<open>[\[({<\"']{0,4}) ?(?P<letter>[A-Za-z]) ?(?P<close>[\])}>\"']{0,4})(?![\w'])")
_NEXT_LETTER = re.compile(
    r"(?: ?(?:,|/|&|\+|;|\||and/or\b|or\b|and\b|\u6216|\u548c)){1,2} ?(?:also )?(?:option |choice )?"
    r"[\[({\"']{0,2}[A-Z][\])}\"']{0,2}"
    r"(?= ?(?:$|[.,;:/|&)!\]\"'}]|or\b|and\b|are\b|both\b))",
    re.IGNORECASE,
)
_LETTERS_ONLY = re.compile(r"[\[({\"']{0,2}[A-F](?: ?[A-F]){1,5}[\])}\"'.]{0,3}")
_SEVERAL = re.compile(r"(?:either|between|both|one of|any of)\b", re.IGNORECASE)
_ENDS = re.compile(r"$|[.,;:!?)\]}\"'|]| ?-+ | ?[\[(|=<]")
_EXPLAINS = re.compile(
    r"[, ]{1,2}(?:because|since|as the|as it|for|due to|given|which|that|with|where|based on|from|and)\b", re.IGNORECASE
)
_BECAUSE = re.compile(r"[, ]{1,2}(?:because|since|as)\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[;(]|, |\. | (?:because|since|rather than|instead of|and not|but not|not)\b", re.IGNORECASE)
_OR = re.compile(r"\W{1,3}(?:or|and)\b|\s?/", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|cannot|without|except|excluding|unlikely|wrong|incorrect|rather than"
    r"|instead of|ruled? out|opposite|whether|if|unless)\b|n't\b",
    re.IGNORECASE,
)
_INNER_LABEL = re.compile(r"(?<![\w.])\(?([A-F])[.):](?= )")
_LETTER_NOTE = re.compile(r"\(([A-Z])\)|\b(?i:option|choice) \(?([A-Z])\b")


@dataclass(frozen=True)
class Extraction:
    """What was read from a reply: a letter, or None; and how, or why not."""

    letter: str | None
    reason: Reason


AMBIGUOUS = Extraction(None, "ambiguous")
REFUSED = Extraction(None, "refused")


@dataclass(frozen=True)
class ValueReader:
    """Reads values against one question's options."""

    texts: OptionTexts

    def letter(self, letter: str) -> Extraction:
        """The option of a letter that was clearly meant as an answer."""
        letter = letter.upper()
        return Extraction(letter, "letter") if letter in self.texts.letters else Extraction(None, "out_of_range")

    def whole(self, text: str) -> Extraction | None:
        """The option whose text `text` is as a whole; a letter of an option is always the letter."""
        core = text.strip("\"'.,:;!()[]{} ")
        if len(core) == 1 and core.upper() in self.texts.letters:
            return None
        letter = self.texts.exactly(text)
        return Extraction(letter, "option_text") if letter else None

    def read(self, value: str) -> Extraction | None:
        """What follows "the answer is"; None when it cannot be read."""
        value = value.lstrip(" ,.;-")
        if found := self.whole(value) or self._text_at_start(value):
            return found
        fillers = _FILLERS.match(value)
        bare = value[fillers.end() :] if fillers else value
        if several := _SEVERAL.match(bare):
            rest = bare[several.end() :].strip()
            return AMBIGUOUS if _LETTER.match(rest) or self.texts.starting(rest) else None
        return self.letter_at_start(bare) or self.letters_only(bare) or self._clause(value)

    def letter_at_start(self, value: str) -> Extraction | None:
        """A letter, alone or followed by its option's text or by an explanation."""
        found = _LETTER.match(value)
        if found is None:
            return None
        letter, rest = found["letter"], value[found.end() :]
        if _NEXT_LETTER.match(rest):
            return AMBIGUOUS
        own_text = rest.lstrip(" .,:;-()[]\"'=|>")
        named = self.texts.starting(own_text)
        if named is not None:
            agrees = named.letter == letter.upper() and not self.shows_other_options(own_text, letter.upper())
            return self.letter(letter) if agrees else AMBIGUOUS
        glued = re.match(r"[.:-](?=\w)", rest) is not None
        wrapped = bool(found["open"] and found["close"])
        explained = (_EXPLAINS if letter.isupper() else _BECAUSE).match(rest) is not None
        if not glued and (explained or _ENDS.match(rest)):
            return self.letter(letter)
        if not wrapped:
            return None
        # "(A) no (B) yes" lists what it does not choose between.
        return AMBIGUOUS if _INNER_LABEL.search(rest) else self.letter(letter)

    def letters_only(self, value: str) -> Extraction | None:
        """`AMBIGUOUS` for several letters in place of one ("AC", "A C")."""
        return AMBIGUOUS if _LETTERS_ONLY.fullmatch(value) else None

    def shows_other_options(self, text: str, letter: str) -> bool:
        """Whether `text` goes on to list further options with their labels, as a question does."""
        for label in _INNER_LABEL.finditer(text):
            named = self.texts.starting(text[label.end() :].lstrip())
            if label[1] != letter and named is not None and named.letter == label[1]:
                return True
        return False

    def sole_text(self, text: str) -> Extraction | None:
        """The one option that `text` names; None when it names none or denies it."""
        named = {mention.letter for mention in self.texts.mentions(text)}
        if len(named) > 1:
            return AMBIGUOUS
        if not named or "" in named or _NEGATION.search(self.texts.mask(text)):
            return None
        return self._unless_noted_otherwise(named.pop(), text)

    def _text_at_start(self, value: str) -> Extraction | None:
        named = self.texts.starting(value)
        if named is None:
            return None
        rest = self.texts.canonical(value)[named.end :]
        joined = _OR.match(rest)
        if not named.letter or (joined and self.texts.starting(rest[joined.end() :].lstrip())):
            return AMBIGUOUS
        return self._unless_noted_otherwise(named.letter, value)

    def _clause(self, value: str) -> Extraction | None:
        clause = _CLAUSE_END.split(self.texts.canonical(value))[0]
        if found := self.sole_text(clause):
            return found
        return REFUSED if declines(self.texts.mask(value)) else None

    def _unless_noted_otherwise(self, letter: str, text: str) -> Extraction:
        """`letter` from a text, unless a letter in brackets or after "option" says otherwise."""
        notes = {note[1] or note[2] for note in _LETTER_NOTE.finditer(text)} & set(self.texts.letters)
        return AMBIGUOUS if notes - {letter} else Extraction(letter, "option_text")
