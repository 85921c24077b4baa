"""The check of a rewrite by code: what changed that must not.

It would rather refuse a good rewrite than take a bad one: a question that keeps its template's words loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from links2_tasks.rewriting import _scan as scan
from links2_tasks.schema import LETTERS, Question
from links2_tasks.terms import parse_route

LEAST_WORDS_OF_SENTENCE = 4
"""Options of fewer words are labels, numbers or names, and stay as they are."""
MOST_GROWTH, LEAST_GROWTH, SLACK_CHARS = 1.6, 0.5, 60
"""A text may grow by these factors, and short ones by so many characters more."""
LEAST_ENGLISH = 0.25
MOST_UNEVEN_WORDS = 2
"""Options may grow by so many words more than others of the same question."""
_TURN = re.compile("turn left|turn right|turn around|straight ahead")
_MARKUP = re.compile(r"[{}<>*#|\\~^_`\[\]=@]")


@dataclass(frozen=True)
class Fault:
    """Something that a rewrite must not have changed."""

    reason: str
    """One of few, to be counted."""
    detail: str


@dataclass(frozen=True)
class Rule:
    """One look at a rewrite."""

    reason: str
    summary: str
    """What it looks at, for people."""
    look: Callable[[Question, Question], Iterator[str]]
    """Yields what it finds wrong."""


def check_rewrite(before: Question, after: Question) -> tuple[str, ...]:
    """What changed that must not, in words; empty for a rewrite that may be taken.

    Args:
        before: The question.
        after: The same question in other words.
    """
    return tuple(f"{fault.reason}: {fault.detail}" for fault in faults(before, after))


def faults(before: Question, after: Question) -> tuple[Fault, ...]:
    """All that the rules find."""
    # Rules compare text by text, so all that they need must be there.
    first = [Fault(_SAME_QUESTION.reason, detail) for detail in _SAME_QUESTION.look(before, after)]
    if first:
        return tuple(first)
    return tuple(Fault(rule.reason, detail) for rule in RULES[1:] for detail in rule.look(before, after))


def has_sentences(question: Question) -> bool:
    """Whether the options are sentences that can be put in other words."""
    return all(_is_sentence(option) for option in question.options)


def _is_sentence(option: str) -> bool:
    return len(re.findall("[A-Za-z]{2,}", option)) >= LEAST_WORDS_OF_SENTENCE


def _pairs(before: Question, after: Question) -> Iterator[tuple[str, str, str]]:
    """Name, old and new words of each text that may change."""
    yield "question", before.question, after.question
    for letter, one, other in zip(LETTERS, before.options, after.options, strict=False):
        if one != other:
            yield f"option {letter}", one, other


def _compared(scanner: Callable[[str], Sequence[str]]) -> Callable[[Question, Question], Iterator[str]]:
    """A look that wants the same list from old and new words."""

    def look(before: Question, after: Question) -> Iterator[str]:
        for name, old, new in _pairs(before, after):
            one, other = scanner(old), scanner(new)
            if one != other:
                yield f"{name}: {scan.difference(one, other)}"

    return look


def _other_fields(before: Question, after: Question) -> Iterator[str]:
    texts = {"question", "options", "provenance"}
    for name in Question.model_fields:
        if name not in texts and getattr(before, name) != getattr(after, name):
            yield f"{name} is no longer the same"
    if len(before.options) != len(after.options):
        yield f"{len(before.options)} options became {len(after.options)}"


def _labels(before: Question, after: Question) -> Iterator[str]:
    may_change = has_sentences(before)
    for letter, old, new in zip(LETTERS, before.options, after.options, strict=False):
        if old != new and not may_change:
            yield f"option {letter}: '{old}' became '{new}'"


def _different(before: Question, after: Question) -> Iterator[str]:
    seen: dict[str, str] = {}
    for letter, option in zip(LETTERS, after.options, strict=False):
        plain = " ".join(re.findall(r"\w+", option.lower()))
        if plain in seen:
            yield f"options {seen[plain]} and {letter}"
        seen.setdefault(plain, letter)


def _plain_text(before: Question, after: Question) -> Iterator[str]:
    for name, old, new in _pairs(before, after):
        strange = {sign for sign in new if not (sign.isascii() and sign.isprintable())} | set(_MARKUP.findall(new))
        if strange - set(old):
            yield f"{name}: {', '.join(sorted(map(ascii, strange - set(old))))}"
        if new != new.strip() or "  " in new:
            yield f"{name}: blanks"


def _marks_of_open_answers(before: Question, after: Question) -> Iterator[str]:
    if before.value is not None and before.value.kind == "point":
        yield from _compared(scan.mark_words)(before, after)


def _turns(before: Question, after: Question) -> Iterator[str]:
    yield from _compared(_TURN.findall)(before, after)
    for name, old, new in _pairs(before, after):
        if parse_route(old) != parse_route(new):
            yield f"{name}: the legs"


def _turned_round(before: Question, after: Question) -> Iterator[str]:
    come = scan.turns_round(after.question) - scan.turns_round(before.question)
    if come:
        yield f"'{', '.join(sorted(come))}' came in"


def _one_question(before: Question, after: Question) -> Iterator[str]:
    old, new = before.question.count("?"), after.question.count("?")
    if old != new:
        yield f"{old} question marks became {new}"
    if not after.question.endswith((".", "?", "!")):
        yield "it does not end as a sentence does"


def _length(before: Question, after: Question) -> Iterator[str]:
    for name, old, new in _pairs(before, after):
        least, most = LEAST_GROWTH * len(old), MOST_GROWTH * len(old) + SLACK_CHARS
        if not least <= len(new) <= most:
            yield f"{name}: {len(old)} characters became {len(new)}"


def _answers(before: Question, after: Question) -> Iterator[str]:
    for name, old, new in _pairs(before, after):
        come = scan.words_of_answers(new) - scan.words_of_answers(old)
        if come:
            yield f"{name}: {', '.join(sorted(come))}"
    old, new = before.question.lower(), after.question.lower()
    for letter, option in zip(LETTERS, before.options, strict=False):
        text = rf"(?<!\w){re.escape(option.lower())}(?!\w)"
        if re.search(text, new) and not re.search(text, old):
            yield f"the question names option {letter}"


def _english(before: Question, after: Question) -> Iterator[str]:
    old, new = scan.english_share(before.question), scan.english_share(after.question)
    if new < LEAST_ENGLISH <= old:
        yield f"{100 * new:.0f} % of its words are common ones, where they were {100 * old:.0f} %"


def _one_style(before: Question, after: Question) -> Iterator[str]:
    styles: dict[str, tuple[str, str]] = {}
    growth = []
    for letter, old, new in zip(LETTERS, before.options, after.options, strict=False):
        growth.append(len(new.split()) - len(old.split()))
        style = scan.skeleton(new)
        other, other_style = styles.setdefault(scan.skeleton(old), (letter, style))
        if style != other_style:
            yield f"options {other} and {letter} had the same words around their numbers and turns"
    if max(growth) - min(growth) > MOST_UNEVEN_WORDS:
        yield f"options grew by {min(growth)} to {max(growth)} words"


_SAME_QUESTION = Rule(
    "something else than words changed", "ids, media, marks, answer, value, number of options", _other_fields
)

RULES: tuple[Rule, ...] = (
    _SAME_QUESTION,
    Rule("a label changed", "options that are labels, numbers, orders or directions", _labels),
    Rule("two options are alike", "options that differ in nothing but case and signs", _different),
    Rule("strange signs came in", "line breaks, mark-up, letters of other alphabets", _plain_text),
    Rule(
        "a fixed phrase changed",
        "the place in the image, 'The satellite image is north up.' and others that are looked for; quoted names",
        _compared(scan.kept_phrases),
    ),
    Rule(
        "a number changed", "numbers with their units, also in words, in their order; times", _compared(scan.numbers)
    ),
    Rule(
        "a direction changed", "compass directions, sides and turns, in their order", _compared(scan.directions)
    ),
    Rule("a route changed", "turns word for word, and legs as they are read back", _turns),
    Rule("a letter changed", "letters of marks and options", _compared(scan.letters)),
    Rule("a name changed", "words with capitals, such as UAV and names of landmarks", _compared(scan.names)),
    Rule(
        "'mark' changed", "where a point is asked for: the word that becomes 'point' without options",
        _marks_of_open_answers,
    ),
    Rule("a negation changed", "how often the text says no", _compared(scan.negations)),
    Rule("a deciding word changed", "nearest, last, more, at least, built, ...", _compared(scan.deciding)),
    Rule("a thing changed", "what is asked about: satellite, ground, centre, path, ...", _compared(scan.things)),
    Rule(
        "it is turned round",
        "words that swap start and goal, or the two views, as 'from the place marked'",
        _turned_round,
    ),
    Rule("it is not one question", "question marks, and the end of the text", _one_question),
    Rule(
        "its length changed",
        f"less than {LEAST_GROWTH:g} or more than {MOST_GROWTH:g} times the length and {SLACK_CHARS} characters",
        _length,
    ),
    Rule("it speaks of answers", "options named in the question; answer, correct, ignore, instruction, ...", _answers),
    Rule("it is not English", f"less than {100 * LEAST_ENGLISH:.0f} % common English words", _english),
    Rule("options differ in style", "sentences that were alike but for numbers and turns still are", _one_style),
)  # fmt: skip
"""All looks, in the order in which their findings are told."""
