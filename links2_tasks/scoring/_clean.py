"""What every reader of a model's reply does first: failures, thinking blocks, one way of writing the same text.

The steps come in this order: a text that a framework wrote in place of a reply is no reply; thinking is taken out; the
rest is cut to a bounded length and brought to one spelling (plain letters for full-width ones, one kind of dash, no
markdown). Letters keep their case, because `A` is an answer and `a` is mostly a word. All patterns have bounded
repeats, so the work grows linearly with the length of the reply.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

NoAnswer = Literal["refused", "ambiguous", "truncated_thinking", "empty", "request_failed", "none"]
"""Why a reply holds no answer, for choices and for numbers alike."""

HEAD_CHARS = 2_000
TAIL_CHARS = 20_000
GAP = "\n\n"

_REQUEST_FAILED = ("[LMMS_EVAL_REQUEST_FAILED", "[LMMS_EVAL_BUDGET_EXCEEDED", "Failed to obtain answer via API")
# A blocked prompt is the service's refusal: asking again gives the same, so it must not be retried like a lost request.
_SERVICE_REFUSED = ("[SAFETY_BLOCKED",)

_THINKING_TAG = re.compile(
    r"<\s{0,3}(?P<close>/?)\s{0,3}"
    r"(?P<name>(?:seed:)?think|thinking|thoughts?|reasoning|analysis|scratchpad|rationale)\s{0,3}>"
    r"|<\|(?P<edge>begin|end)_of_(?P<token>thought|thinking)\|>"
    r"|\[(?P<close_square>/?)(?P<square>think)\]"
    r"|\u25c1(?P<close_triangle>/?)(?P<triangle>think)\u25b7",
    re.IGNORECASE,
)
_CHANNEL = re.compile(r"<\|channel\|>\s{0,3}(\w{1,20})[^<]{0,40}<\|message\|>")
_SPECIAL_TOKEN = re.compile(r"<\|[a-z_]{1,40}\|>|</?s>|<(?:eos|bos|pad|end_of_turn|end_of_utterance)>", re.IGNORECASE)
_BOX_TOKENS = (("<|begin_of_box|>", r"\boxed{"), ("<|end_of_box|>", "}"))
_SENTENCE_END = re.compile(r"\n|[.!?]\s")
_OPENER = re.compile(
    r"(?:(?:assistant|model|ai|gpt|bot)\s?:\s?)?"
    r"(?:(?:sure|certainly|of course|okay|ok|alright)(?: thing)?[!.,:]\s)?(?=\S)",
    re.IGNORECASE,
)

_SPELLING = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2014\u2015", " - "),
        **dict.fromkeys("\u2018\u2019\u201b\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u300c\u300d\u300e\u300f", '"'),
        **dict.fromkeys("\u3010\u3014\u3016", "["),
        **dict.fromkeys("\u3011\u3015\u3017", "]"),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u00ad", None),
        # Without this the exponent of 10 to the 2nd would become the digits 102.
        **{
            power: f"^{digit}"
            for digit, power in enumerate("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
        },
        "\u2026": "...",
        "\u2192": "->",
        "\u3002": ". ",
        "\u3001": ", ",
    }
)
_LATEX_WORD = re.compile(
    r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathsf|mathit|rm|bf|operatorname)\s?\{([^{}]{0,200})\}"
)
_LATEX_DEGREE = re.compile(r"\^ ?(?:\{ ?\\circ ?\}|\\circ)|\\degree")
_LATEX_SPACE = re.compile(r"\\[()\[\],;:! ]|~")
_EMPHASIS = re.compile(r"[*`$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|</?(?:b|i|em|strong|u|code)>")
# Pictographs dress an answer like markdown does.
_PICTOGRAPH = re.compile("[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]")
_LINE_MARK = re.compile(r"^(?:#{1,6} |> |[-\u2022+] )")


@dataclass(frozen=True)
class Reply:
    """A reply in plain spelling, or the reason why there is nothing to read."""

    text: str
    failure: NoAnswer | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines that hold something."""
        return tuple(line for line in self.text.split("\n") if line)


def request_failed(raw: str) -> bool:
    """Whether a framework wrote this text in place of a reply that it could not get."""
    return any(marker in raw for marker in _REQUEST_FAILED)


def clean(raw: str) -> Reply:
    """Bring a model's raw reply to the form that all readers share.

    Replies longer than `HEAD_CHARS + TAIL_CHARS` after thinking is removed are read at their head and their tail:
    an answer stands in the opening or at the end, and of two statements the later one wins anyway.
    """
    if not isinstance(raw, str):  # result tables read an empty cell back as NaN
        return Reply("", "empty")
    if request_failed(raw):
        return Reply("", "request_failed")
    if any(marker in raw for marker in _SERVICE_REFUSED):
        return Reply("", "refused")
    spoken = _without_thinking(raw)
    if spoken is None:
        return Reply("", "truncated_thinking")
    spoken = spoken.strip()
    text = plain(_ends_of(spoken))
    text = text[found.end() :] if (found := _OPENER.match(text)) else text
    return Reply(text, None if text else "empty")


def _ends_of(text: str) -> str:
    """`text`, or its head and tail when it is long, cut where a sentence ends so that no statement is cut in two."""
    if len(text) <= HEAD_CHARS + TAIL_CHARS:
        return text
    head, tail = text[:HEAD_CHARS], text[-TAIL_CHARS:]
    ends = [found.end() for found in _SENTENCE_END.finditer(head)]
    start = _SENTENCE_END.search(tail) or re.search(r"\s", tail)
    return head[: ends[-1] if ends else 0] + GAP + (tail[start.end() :] if start else "")


def plain(text: str) -> str:
    """One spelling of `text`: NFKC, plain quotes and dashes, no markdown or LaTeX dress, single spaces, case kept."""
    for token, latex in _BOX_TOKENS:
        text = text.replace(token, latex)
    text = _SPECIAL_TOKEN.sub("\n", text)
    text = unicodedata.normalize("NFKC", text.translate(_SPELLING)).translate(_SPELLING)
    text = _LATEX_DEGREE.sub("\u00b0", text)
    text = _LATEX_SPACE.sub(" ", _LATEX_WORD.sub(r"\1", text))
    lines = (" ".join(_EMPHASIS.sub("", _PICTOGRAPH.sub(" ", line)).split()) for line in text.splitlines())
    return "\n".join(_LINE_MARK.sub("", line) for line in lines).strip()


def _without_thinking(raw: str) -> str | None:
    """`raw` without its thinking blocks; None when the last block is never closed.

    A block ends only at the closing tag of its own name. A closing tag without an opening one means that the prompt
    held the opening tag, so everything before it was thought.
    """
    channels = list(_CHANNEL.finditer(raw))
    if channels:
        if channels[-1][1].lower() != "final":
            return None
        raw = raw[channels[-1].end() :]
    kept: list[str] = []
    start, inside = 0, ""
    for tag in _THINKING_TAG.finditer(raw):
        name = (tag["name"] or tag["token"] or tag["square"] or tag["triangle"]).lower()
        closes = (
            bool(tag["close"] or tag["close_square"] or tag["close_triangle"]) or (tag["edge"] or "").lower() == "end"
        )
        if inside and closes and name == inside:
            start, inside = tag.end(), ""
        elif not inside and closes:
            kept, start = [], tag.end()
        elif not inside:
            kept.append(raw[start : tag.start()])
            inside = name
    return None if inside else "\n".join([*kept, raw[start:]])


_DECIDE = (
    "answer|determine|tell|say|identify|judge|decide|assist|help|infer|conclude|choose|select|see|view|access|verify"
    "|process|determined|answered|identified|inferred|concluded|decided|verified|provide"
)
_UNABLE = r"(?:can ?not|can't|couldn't|could not|unable to|not able to|impossible to|not possible to)"
_REFUSAL = re.compile(
    rf"\b{_UNABLE} (?:\w{{1,15}} ){{0,2}}(?:be )?(?:{_DECIDE})\b"
    r"|\b(?:not (?:have )?enough|insufficient|no sufficient|not sufficient|lack of) (?:\w{1,15} )?"
    r"(?:information|detail|evidence|context|data)"
    r"|\bas an ai\b|\bi(?:'m| am) (?:very )?sorry\b|\bi apologi[sz]e\b|\bi (?:do not|don't) (?:know|have)\b"
    r"|\b(?:none|neither) of\b|\bnone of the above\b|\bno (?:correct|valid|right|suitable) (?:answer|option|choice)\b"
    r"|\u65e0\u6cd5(?:\u786e\u5b9a|\u5224\u65ad|\u56de\u7b54)|\u4e0d\u77e5\u9053|\u4ee5\u4e0a\u90fd\u4e0d",
    re.IGNORECASE,
)
_WHOLE_REFUSAL = re.compile(
    r"(?:(?:i'm |i am )?(?:very )?sorry,? ?(?:but )?)?(?:as an ai[\w ]{0,40},? ?)?"
    r"(?:actually,? |however,? |but )?(?:i |we |it )?"
    rf"(?:{_UNABLE}|do not know|don't know)(?: be)?(?: (?:{_DECIDE}))?"
    r"(?: (?:with|based on|from)? ?(?:this|that|it|you|the answer|this question|the question"
    r"|the correct (?:answer|option)|that question|your question|this request|certainty"
    r"|the (?:video|image|images|information)))?"
    r"|(?:i'm |i am )?(?:very )?sorry"
    r"|none of (?:the (?:above|options|choices)|these|them|a\b[\w, ]{0,20})(?: (?:is|are) (?:correct|right))?"
    r"|undetermined|undeterminable|indeterminate|unanswerable|unknown|not applicable|n/a|no answer"
    r"|i refuse(?: to answer)?|none",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+")


def declines(text: str) -> bool:
    """Whether `text` says somewhere that no answer can be given."""
    return _REFUSAL.search(text) is not None or any(map(_is_refusal, sentences(text)))


def retracts(text: str) -> bool:
    """Whether a whole sentence of `text` is a refusal.

    Narrower than `declines`: after an answer, "the scale cannot be determined" is an explanation, "I cannot answer
    this." takes the answer back.
    """
    return any(map(_is_refusal, sentences(text)))


def _is_refusal(sentence: str) -> bool:
    return _WHOLE_REFUSAL.fullmatch(sentence.strip(" \"'([{)]},;:")) is not None


def sentences(text: str) -> tuple[str, ...]:
    """Sentences of `text` in plain spelling, roughly: parts between full stops, marks and line ends."""
    return tuple(part for found in _SENTENCE.finditer(text) if (part := found[0].strip()))
