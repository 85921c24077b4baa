r"""Where a reply states its answer: `\boxed{..}`, `<answer>`, JSON, "Answer: ..", "the answer is ..", "I choose ..".

This module only finds the statements; what a statement's value means is for the readers of choices and numbers. A
phrase that is denied ("I do not think the answer is ..."), conditional ("if .., the answer is ..") or about another
answer ("the wrong answer is ..") states nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["boxed", "said", "letter_only", "subject"]
"""How an answer is stated.

`said`: the value is a letter, a text or a number. `letter_only`: too weak to introduce anything but a letter
("it is .."). `subject`: the letter stands first ("B is correct").
"""

VALUE_CHARS = 600

_NOUN = r"(?:answer|ans|choice|option|letter|response|selection|pick|guess|prediction|solution)"
_ASIDE = r"(?: (?:to|for|in|that|which|i|here)(?: [\w']{1,15}){0,7}?)?"
_IS = (
    r"(?:[\"']? ?(?::|=>|->|=| - )(?!=)"
    r"|(?:'s| is| would be| should be| must be| will be| has to be| appears to be| seems to be)"
    r"(?: therefore| thus| clearly)?(?::|(?!\w)))"
)
_SAID = re.compile(
    rf"(?<![A-Za-z0-9-]){_NOUN}(?: letter| option| choice)?{_ASIDE}{_IS}"
    r"|(?<![\w-])(?:i|we)(?:'d|'ll|'ve|'m| would| will| have| must| am)?(?: \w{1,12}ly)? "
    r"(?:choose|chose|chosen|choosing|select|selected|selecting|pick|picked|picking|go with|going with"
    r"|opt for|opting for|answer with|settle on):?(?!\w)"
    r"|(?<![\w-])(?:matches|fits|corresponds to|consistent with|agrees with|is|be|choose|select|pick) "
    r"(?=\W{0,3}(?:option|choice) \W{0,3}[A-Z](?!\w))"
    r"|(?:\u7b54\u6848|\u9009\u9879|\u9009\u62e9|\u6545\u9009|\u5e94\u9009|\u9009)"
    r"(?:\u5e94\u8be5|\u5e94)?(?:\u662f|\u4e3a)?:?",
    re.IGNORECASE,
)
_LETTER_ONLY = re.compile(
    r"(?<![\w-])(?:it's|it is|that's|that is|this is|it must be|it should be|must be|i think|i believe|i'd say"
    r"|i would say)(?: probably| likely| most likely| clearly)?(?!\w)"
    r"|(?m:^)(?:the |my )?(?:final |correct |best )?answer(?= \W{0,3}[A-Z]\W{0,3}(?: |\n|$))"
    r"|(?m:^)(?:choose|select|pick)(?!\w)"
    r"|(?<![\w-])(?:therefore|thus|hence|so|ergo)[,:]?(?= \W{0,3}(?:option |choice )?\W{0,3}[A-Z]\W{0,3}(?:[.!\n]|$))",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:(?P<named>(?i:option|choice)) [(\[\"']?(?P<named_letter>[A-Za-z])|(?<!\w)[(\[\"']?(?P<letter>[A-Z]))[)\]\"']?"
    r"(?: (?:is|seems to be|would be|must be|appears to be)(?: clearly| definitely| therefore| indeed)?"
    r"(?: the)?(?: only| single)? (?:correct|right(?! of| side| turn| hand)|best|answer"
    r"|most (?:likely|accurate|appropriate|plausible|consistent)))(?![\w-])"
    r"|(?i:option|choice) [(\[\"']?(?P<verb_letter>[A-Za-z])[)\]\"']? (?:best )?"
    r"(?:fits|matches|corresponds|agrees|is the (?:match|one))(?!\w)"
)
_ANSWER_TAG = re.compile(
    r"<\s?(?:(?:final_?)?answer|conclusion)\s?>([^<]{0,300})(?:<\s?/\s?(?:(?:final_?)?answer|conclusion)\s?>|\Z)",
    re.IGNORECASE,
)
_BOXED = re.compile(r"\\(?:boxed|fbox) ?\{((?:[^{}]|\{[^{}]{0,100}\}){0,300})\}")

_OTHER_ANSWER = re.compile(
    r"(?:another|other|first|second|third|fourth|next|wrong|incorrect|alternative|(?<!only )possible|worst"
    r"|each|every|any|an?) $",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|whether|wrong|incorrect|neither|nor|(?<!no )(?<!without )doubt|cannot|why|no(?! doubt)"
    r"|if|unless)\b|n't\b",
    re.IGNORECASE,
)
_CONDITIONAL = re.compile(r"\W*(?:if|assuming|suppose|supposing|unless|had|were)\b", re.IGNORECASE)
_STANDS_FREE = re.compile(
    r"(?:^|[.!?\n:;,] ?|\b(?:that|so|hence|therefore|thus|think|believe|conclude|guess|say|because|only) )$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Statement:
    """An answer statement: what it says, and where its value lies in the reply."""

    kind: Kind
    value: str
    start: int
    end: int
    on_next_line: bool = False


def statements(text: str) -> tuple[Statement, ...]:
    """Answer statements of a reply in plain spelling, in order."""
    found = [Statement("boxed", hit[1].strip(), hit.start(), hit.end()) for hit in _BOXED.finditer(text)]
    found += [Statement("said", hit[1].strip(), hit.start(), hit.end()) for hit in _ANSWER_TAG.finditer(text)]
    found += [_with_value("said", text, hit) for hit in _SAID.finditer(text) if _is_asserted(text, hit.start())]
    found += [
        _with_value("letter_only", text, hit) for hit in _LETTER_ONLY.finditer(text) if _is_asserted(text, hit.start())
    ]
    for hit in _SUBJECT.finditer(text):
        named = hit["named_letter"] or hit["verb_letter"]
        before = text[max(0, hit.start() - 40) : hit.start()]
        if (named or _STANDS_FREE.search(before)) and _is_asserted(text, hit.start()):
            found.append(Statement("subject", named or hit["letter"], hit.start(), hit.end()))
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def _with_value(kind: Kind, text: str, hit: re.Match[str]) -> Statement:
    start = hit.end()
    while start < len(text) and text[start].isspace():
        start += 1
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    if end - start > VALUE_CHARS:
        # Cut where a clause ends, so that "north-east" is not cut to "north".
        end = max(start, *(text.rfind(mark, start, start + VALUE_CHARS) for mark in (". ", ", ", "; ")))
    return Statement(kind, text[start:end].strip(), hit.start(), end, "\n" in text[hit.end() : start])


def _is_asserted(text: str, start: int) -> bool:
    """Whether the phrase at `start` is neither denied, nor conditional, nor about another answer."""
    before = text[max(0, start - VALUE_CHARS) : start]
    sentence = re.split(r"[.!?\n]", before)[-1]
    clause = re.split(r"[,;:(]|\b(?:so|hence|therefore|thus|but)\b", sentence)[-1]
    return not (_OTHER_ANSWER.search(before) or _DENIED.search(clause) or _CONDITIONAL.match(sentence))
