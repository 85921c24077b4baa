"""What a text says that must not change: its numbers, directions, letters, names and the words that decide.

All scanners give plain lists, so that two texts are compared by comparing lists.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

import yaml

from links2_tasks.rewriting._wordings import PLACE, protected_phrases
from links2_tasks.schema import Record

_MAIN = "(?:north|south|east|west)"
_COMPASS = rf"{_MAIN}(?:[\s-]?{_MAIN})*(?:ern|erly|wards?|bound)?"
_LETTER = re.compile(
    r"(?<![\w'-])(?P<capital>[A-Z])(?![\w'-])|\((?P<bracketed>[a-z])\)"
    r"|\b(?:mark|marked|box|path|image|place|option|label)\s(?!a\s)(?P<small>[a-z])\b"
)
_SENTENCE_START = re.compile(r"(?:^|[.?!:;]\s+)$")
_CAPITALISED = re.compile(r"\b[A-Z][\w-]+")
_QUOTED = re.compile(r"(?<!\w)'[^']+'(?!\w)|\"[^\"]+\"")
_WORD = re.compile("[a-z]+")


class _Words(Record):
    """`watched_words.yaml`."""

    units: tuple[str, ...]
    numbers: tuple[str, ...]
    sides: tuple[str, ...]
    negations: str
    deciding: tuple[str, ...]
    things: tuple[str, ...]
    of_answers: tuple[str, ...]
    turned_round: tuple[str, ...]
    english: str


@lru_cache(maxsize=1)
def _words() -> _Words:
    text = files("links2_tasks.rewriting").joinpath("watched_words.yaml").read_text(encoding="utf-8")
    return _Words.model_validate(yaml.safe_load(text))


@lru_cache(maxsize=8)
def _groups(lines: tuple[str, ...]) -> Mapping[str, str]:
    """The first word of each line by all its words."""
    return {word: line.split()[0] for line in lines for word in line.split()}


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@lru_cache(maxsize=1)
def _number() -> re.Pattern[str]:
    units = _any_of(_groups(_words().units))
    named = _any_of(word for word in _groups(_words().numbers) if not word.isdecimal())
    return re.compile(rf"(?P<digits>[+-]?\d+(?:[.,:/]\d+)*)(?:\s?(?P<unit>{units})(?!\w))?|\b(?P<word>{named})\b", re.I)


@lru_cache(maxsize=1)
def _direction() -> re.Pattern[str]:
    sides = _any_of(_groups(_words().sides))
    return re.compile(rf"\b(?:(?P<compass>{_COMPASS})|(?P<around>turn(?:s|ing)? around)|(?P<side>{sides}))\b", re.I)


def kept_phrases(text: str) -> list[str]:
    """Protected phrases, places in the image and quoted names, as often as they stand in a text."""
    phrases = [phrase for phrase in protected_phrases() for _ in range(text.count(phrase))]
    return sorted([*phrases, *re.findall(PLACE, text), *_QUOTED.findall(text)])


def numbers(text: str) -> list[str]:
    """Numbers with their units in the order in which they stand, '4' for 'four'; not those of phrases that are kept."""
    found = []
    for match in _number().finditer(_without_kept(text)):
        if match["word"]:
            found.append(_groups(_words().numbers)[match["word"].lower()])
        else:
            unit = _groups(_words().units)[match["unit"].lower()] if match["unit"] else ""
            found.append(f"{match['digits']} {unit}".strip())
    return found


def directions(text: str) -> list[str]:
    """Compass directions, sides and turns in the order in which they stand; not those of phrases that are kept."""
    found = []
    for match in _direction().finditer(_without_kept(text)):
        if match["compass"]:
            found.append(re.sub(r"[\s-]|(?:ern|erly|wards?|bound)$", "", match["compass"].lower()))
        else:
            found.append("around" if match["around"] else _groups(_words().sides)[match["side"].lower()])
    return found


def letters(text: str) -> list[str]:
    """Letters that stand alone, in alphabetical order; the article that begins a sentence is none."""
    found = []
    for match in _LETTER.finditer(text):
        following = text[match.end() : match.end() + 2]
        begins = match["capital"] == "A" and _SENTENCE_START.search(text[: match.start()])
        if not (begins and following[:1] == " " and following[1:].islower()):
            found.append(match["capital"] or match["bracketed"] or match["small"])
    return sorted(found)


def names(text: str) -> list[str]:
    """Words with a capital that do not begin a sentence, and abbreviations such as UAV, each once."""
    plain = _QUOTED.sub("", text)
    return sorted(
        {
            match[0]
            for match in _CAPITALISED.finditer(plain)
            if match[0].isupper() or not _SENTENCE_START.search(plain[: match.start()])
        }
    )


def negations(text: str) -> list[str]:
    """Words that say no, each as 'not'."""
    watched = set(_words().negations.split())
    return ["not" for word in _WORD.findall(text.lower().replace("n't", " not")) if word in watched]


def deciding(text: str) -> list[str]:
    """Words on which the answer hangs, such as 'nearest' and 'last', each once; a synonym counts as the word."""
    return _meanings(_without_kept(text), _words().deciding)


def things(text: str) -> list[str]:
    """What a text is about, such as the satellite image and the ground, each once."""
    return _meanings(text, _words().things)


def mark_words(text: str) -> list[str]:
    """Words that begin with 'mark', in alphabetical order."""
    return sorted(re.findall(r"\b[Mm]ark\w*", text))


def words_of_answers(text: str) -> Counter[str]:
    """Words about answers and instructions, with their numbers; a synonym counts as the word."""
    known = _groups(_words().of_answers)
    return Counter(known[word] for word in _WORD.findall(text.lower()) if word in known)


def turns_round(text: str) -> Counter[str]:
    """Words that could turn a question round, with their numbers."""
    plain = " ".join(text.lower().split())
    return Counter({phrase: n for phrase in _words().turned_round if (n := plain.count(phrase))})


def english_share(text: str) -> float:
    """Share of words that only hold sentences together."""
    words, watched = _WORD.findall(text.lower()), set(_words().english.split())
    return sum(word in watched for word in words) / max(1, len(words))


def skeleton(text: str) -> str:
    """A text without its numbers and directions: what is left is its style."""
    turns = re.sub(r"\bstraight ahead\b|\baround\b", "@", text.lower())
    return _number().sub("#", _direction().sub("@", turns))


def difference(before: Sequence[str], after: Sequence[str]) -> str:
    """What went and what came, in words; or that only the order changed."""
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    changes = ((gone, "went"), (come, "came in"))
    told = [f"{', '.join(map(repr, some.elements()))} {verb}" for some, verb in changes if some]
    return "; ".join(told) or f"{', '.join(before)} became {', '.join(after)}"


def _meanings(text: str, lines: tuple[str, ...]) -> list[str]:
    known = _groups(lines)
    return sorted({known[word] for word in _WORD.findall(text.lower()) if word in known})


@lru_cache(maxsize=4096)
def _without_kept(text: str) -> str:
    """A text without the phrases that are compared by themselves."""
    for phrase in protected_phrases():
        text = text.replace(phrase, " ; ")
    return _QUOTED.sub(" ; ", re.sub(PLACE, " ; ", text))
