"""The texts of a question's options, and where a reply names them.

Two texts are the same option when they differ only in case, markdown, quotes, the space in a unit ("120m"), the joint
of a compass direction ("north east") or the arrows of an order ("2 -> 1 -> 3"). A text is found in a sentence only as
whole words, and a hyphen belongs to the word: "north" does not occur in "north-east".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from links2_tasks.errors import DataError
from links2_tasks.schema import LETTERS
from links2_tasks.scoring._clean import plain
from links2_tasks.scoring._quantities import NUMBER_WORDS, quantities
from links2_tasks.terms import COMPASS

COMPASS_SHORT = {"".join(part[0] for part in name.split("-")): name for name in COMPASS}
"""Names of the compass directions by their initials, for example 'ne'."""

COMPASS_JOINT = re.compile(
    r"(?<![\w-])(?:(?:north|east|south|west)[- ]?){1,2}(?:north|east|south|west)(?![\w-])", re.IGNORECASE
)
COMPASS_PART = re.compile(r"north|east|south|west", re.IGNORECASE)
_UNIT_SPACE = re.compile(r"(?<=\d) ?(?:metres?|meters?|m)(?![\w/^])", re.IGNORECASE)
_DEGREE_SPACE = re.compile(r"(?<=\d) ?(?:\u00b0|degrees?(?!\w)|deg(?!\w))", re.IGNORECASE)
_SECOND_SPACE = re.compile(r"(?<=\d) ?(?:seconds?|secs?|s)(?![\w/^])", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_ARTICLE = re.compile(r"(?:the|an?) (?=\w)", re.IGNORECASE)
_EDGE = " \"'.,;:!()[]{}<>"
_ONE_WAY_OR_MORE = re.compile(r",? ?(?:and )?then\b", re.IGNORECASE)


@dataclass(frozen=True)
class Mention:
    """An option that a text names; `letter` is empty for a rival that is no option, such as another number."""

    letter: str
    start: int
    end: int


@dataclass(frozen=True)
class OptionTexts:
    """The options of one question, ready to be looked for."""

    options: tuple[str, ...]

    @cached_property
    def letters(self) -> str:
        """Letters of the options, for example 'ABCD'."""
        return LETTERS[: len(self.options)]

    @cached_property
    def _order_joint(self) -> re.Pattern[str] | None:
        """What stands between two labels, when all options are orders of labels."""
        orders = [[part.strip() for part in plain(option).split(",")] for option in self.options]
        if any(len(order) < 2 or not all(re.fullmatch(r"\w{1,3}", label) for label in order) for order in orders):
            return None
        # A label that no option has, as in "4, 2, 1, 3", makes another order, so numbers stand for all numbers.
        labels = {label for order in orders for label in order}
        numeric = all(label.isdigit() for label in labels)
        label = r"\d{1,3}" if numeric else "|".join(sorted(map(re.escape, labels), key=len, reverse=True))
        joint = r" ?(?:,? ?(?:->|=>|>|-|(?:and )?then(?= )) ?|, ?(?:and )?| and )"
        return re.compile(rf"(?<!\w)({label}){joint}(?=(?:{label})(?!\w))", re.IGNORECASE)

    def canonical(self, text: str) -> str:
        """`text` in plain spelling with units, compass directions and orders written in one way; case is kept."""
        text = COMPASS_JOINT.sub(lambda found: "-".join(COMPASS_PART.findall(found[0])), text)
        text = _SECOND_SPACE.sub(" s", _DEGREE_SPACE.sub(" deg", _UNIT_SPACE.sub(" m", _THOUSANDS.sub("", text))))
        return self._order_joint.sub(r"\1, ", text) if self._order_joint else text

    def _core(self, text: str) -> str:
        text = self.canonical(text.replace("\n", " ")).strip(_EDGE)
        article = _ARTICLE.match(text)
        return text[article.end() :] if article else text

    @cached_property
    def _cores(self) -> tuple[str, ...]:
        return tuple(self._core(plain(option)) or option for option in self.options)

    @cached_property
    def _letter_of(self) -> dict[str, str]:
        """Letter by text; two options that read alike have none."""
        folded = [core.casefold() for core in self._cores]
        return {core: letter for core, letter in zip(folded, self.letters, strict=False) if folded.count(core) == 1}

    @cached_property
    def _numbers(self) -> dict[float, str] | None:
        """Letter by number, when all options are plain numbers."""
        try:
            return {float(core): letter for core, letter in zip(self._cores, self.letters, strict=False)}
        except ValueError:
            return None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        texts = sorted(filter(self._can_be_found, self._cores), key=len, reverse=True)
        choices = "|".join(map(re.escape, texts)) or r"(?!)"
        return re.compile(rf"(?<![\w-])(?<!\d[.,])(?:{choices})(?![\w-]|[.,]\d)", re.IGNORECASE)

    def _can_be_found(self, core: str) -> bool:
        """Whether an option can be found inside a text: not if it could be the letter of an option, or a word."""
        return len(core) > 1 or core.isdigit() or core.upper() not in {*self.letters, "A", "I"}

    def exactly(self, text: str) -> str | None:
        """Letter of the option that `text` is, up to an article and punctuation."""
        core = self._core(text).casefold()
        if core in self._letter_of:
            return self._letter_of[core]
        if self._numbers is not None and core in NUMBER_WORDS:
            return self._numbers.get(NUMBER_WORDS[core])
        return self._letter_of.get(COMPASS_SHORT.get(core, "")) if len(core) > 1 else None

    def starting(self, text: str) -> Mention | None:
        """The option whose text `text` begins with, up to an article; positions are in `canonical(text)`."""
        text = self.canonical(text)
        article = _ARTICLE.match(text)
        for start in sorted({0, article.end() if article else 0}):
            found = self._pattern.match(text, start)
            if found and (mention := self._mention(text, found)):
                return mention
        return None

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Where `text` names options, in order; positions are in `canonical(text)`."""
        text = self.canonical(text)
        return tuple(self._number_mentions(text) if self._numbers is not None else self._text_mentions(text))

    def _text_mentions(self, text: str) -> Iterator[Mention]:
        for found in self._pattern.finditer(text):
            if mention := self._mention(text, found):
                yield mention

    def _number_mentions(self, text: str) -> Iterator[Mention]:
        # "at 4 s" names a time and not the option "4"; a bare number that is no option is a rival reading.
        for quantity in quantities(text):
            if quantity.unit is None and not (quantity.from_word and quantity.number == 1.0):
                letter = (self._numbers or {}).get(quantity.number, "")
                yield Mention(letter, quantity.start, quantity.start + 1)

    def _mention(self, text: str, found: re.Match[str]) -> Mention | None:
        core = found[0]
        if core[-1].islower() and core.casefold() in self._ending_in_label:
            return None
        after = text[found.end() : found.end() + 12]
        before = text[max(0, found.start() - 12) : found.start()]
        part_of_order = self._order_joint is not None and (
            re.match(r",? ?\w{1,3}\b", after) is not None and self._order_joint.search(core[-3:] + after) is not None
        )
        part_of_order = part_of_order or (
            self._order_joint is not None and self._order_joint.search(before + core[:3]) is not None
        )
        # A longer route that begins or ends like an option is another route.
        is_route = re.search(r"\d m$", core) is not None and " " in core.removesuffix(" m")
        part_of_route = is_route and (
            _ONE_WAY_OR_MORE.match(after) is not None or re.search(r"then $", before) is not None
        )
        letter = self._letter_of.get(core.casefold(), "")
        return None if part_of_order or part_of_route else Mention(letter, found.start(), found.end())

    @cached_property
    def _ending_in_label(self) -> frozenset[str]:
        """Options that end in a capital letter: "mark a point" does not name the option "mark A"."""
        return frozenset(core.casefold() for core in self._cores if re.search(r"(?:^| )[A-Z]$", core))

    def mask(self, text: str) -> str:
        """`canonical(text)` with the options' texts taken out."""
        return self._pattern.sub(" ", self.canonical(text))


@lru_cache(maxsize=4096)
def option_texts(options: tuple[str, ...]) -> OptionTexts:
    """The options of one question; kept, because many replies are read against the same ones."""
    return OptionTexts(options)


def as_options(options: Sequence[str]) -> OptionTexts:
    """Options of any sequence type.

    Raises:
        DataError: there are none, or more than there are letters.
    """
    if not 1 <= len(options) <= len(LETTERS):
        raise DataError(f"a question has 2 to {len(LETTERS)} options, got {len(options)}; check the question's options")
    return option_texts(tuple(options))
