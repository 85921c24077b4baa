"""Which option a model's reply chooses: `extract_choice`.

The reader goes down a ladder and stops at the first step that says something:

1. the whole reply is one option's text;
2. the last readable answer statement ("Answer: C", a box, JSON, "the answer is north-east");
3. the first or the last line is a letter, or a letter with an option's text;
4. the closing sentence draws a conclusion that names one option;
5. the reply names exactly one option's text and does not deny it.

Nothing below the ladder is tried: a letter somewhere in a word, a label or an article is no answer. What contradicts
itself is `ambiguous`. A reply that refuses gives no letter unless an answer statement follows the refusal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from links2_tasks.scoring._clean import Reply, clean, declines, retracts
from links2_tasks.scoring._options import OptionTexts, as_options
from links2_tasks.scoring._statements import Statement, statements
from links2_tasks.scoring._value import AMBIGUOUS, BECAUSE, REFUSED, Extraction, ValueReader

_BARE_LINE = re.compile(
    r"(?:(?i:the |my )?(?i:final |correct )?(?i:answer|option|choice|letter) )?[\[({<\"']{0,4} ?([A-Za-z]) ?[\])}>\"'.,:;!]{0,5}"
)
_LABEL = re.compile(
    r"(?:(?i:option|choice|answer) )?(?:\((?P<round>[A-Za-z])\)|\[(?P<square>[A-Za-z])\]|(?P<plain>[A-HJ-Za-z]))"
    r"(?P<joint> ?[.):]+ ?| ?- | ?= ?|, | \(| )(?=\S)"
)
_FIRM_JOINT = re.compile(r" ?[.)]")
_OTHER_LABEL = re.compile(r"(?<![\w.])\(?([A-F])[.)](?= )")
_SENTENCE = re.compile(r"(?:[^.!?\n]|[.](?=[^\s]))+[.!?]?")
_CONCLUDES = re.compile(
    r"(?:therefore|thus|hence|so|in conclusion|in summary|overall|consequently|finally|based on (?:this|these|the)[^,]{0,60})\b,? ?",
    re.IGNORECASE,
)


def extract_choice(text: str, options: Sequence[str]) -> Extraction:
    """Read which of `options` a model's reply chooses; never a guess.

    Args:
        text: The reply as the model or the framework gave it.
        options: The 2 to 6 texts of the question, in order; the first has the letter A.

    Returns:
        A letter with the reason `letter`, `option_text` or `boxed` (stated in a box, as a letter or a text); or None
        with `refused`, `ambiguous`, `out_of_range`, `truncated_thinking`, `empty`, `request_failed` or `none`.

    Raises:
        DataError: there are no options, or more than six.
    """
    reply = clean(text)
    if reply.failure is not None:
        return Extraction(None, reply.failure)
    return _Ladder(reply, as_options(options)).climb_down()


@dataclass(frozen=True)
class _Ladder:
    """The steps of reading one cleaned reply against one question's options."""

    reply: Reply
    texts: OptionTexts

    @property
    def values(self) -> ValueReader:
        return ValueReader(self.texts)

    def climb_down(self) -> Extraction:
        text = self.reply.text
        if found := self.values.whole(text) or self._from_statements() or self._from_lines():
            return found
        if declines(self.texts.mask(text)):
            return REFUSED
        return self._from_conclusion() or self._from_texts() or Extraction(None, "none")

    def _from_statements(self) -> Extraction | None:
        stated = statements(self.reply.text)
        for place in range(len(stated) - 1, -1, -1):
            found = self._from_statement(stated[place])
            if found is None:
                continue
            if found.letter and retracts(self.texts.mask(self.reply.text[stated[place].start :])):
                return REFUSED
            return AMBIGUOUS if place and self._are_joined_boxes(stated[place - 1], stated[place]) else found
        return None

    def _are_joined_boxes(self, first: Statement, second: Statement) -> bool:
        between = self.reply.text[first.end : second.start]
        return (
            first.kind == second.kind == "boxed"
            and first.value != second.value
            and re.fullmatch(r"[ ,/]{0,3}(?:or|and|)[ ,/]{0,3}", between) is not None
        )

    def _from_statement(self, statement: Statement) -> Extraction | None:
        if statement.kind == "subject":
            return self.values.letter(statement.value)
        if statement.on_next_line and self._shows_another(statement):
            return AMBIGUOUS
        found = self.values.read(statement.value)
        if found is None or statement.kind == "said":
            return found
        if statement.kind == "boxed":
            return Extraction(found.letter, "boxed") if found.letter else found
        # "It is a .." and "I think north .." are too weak for anything but a capital letter.
        return found if found.reason in ("letter", "ambiguous") and not statement.value[0].islower() else None

    def _shows_another(self, statement: Statement) -> bool:
        """Whether the line of a statement's value and the lines after it list several options."""
        lines = [statement.value, *self.reply.text[statement.end :].split("\n")]
        return len({self._shown_option(line) for line in lines} - {None}) > 1

    def _shown_option(self, line: str) -> str | None:
        """Letter of a line that shows an option as the question does: its letter, then its own text."""
        label = _LABEL.match(line)
        if label is None:
            return None
        letter = _label_letter(label)
        named = self.texts.starting(line[label.end() :])
        return letter if named and named.letter == letter else None

    def _from_lines(self) -> Extraction | None:
        lines = self.reply.lines
        found = self._from_bare_lines(lines) or self._from_labelled_lines(lines)
        return REFUSED if found and found.letter and retracts(self.texts.mask(self.reply.text)) else found

    def _from_bare_lines(self, lines: tuple[str, ...]) -> Extraction | None:
        ends = (lines[0], lines[-1])
        if any(self._lists_letters(line) for line in ends):
            return AMBIGUOUS
        bare = {found[1].upper() for line in lines if (found := _BARE_LINE.fullmatch(line))}
        if not any(_BARE_LINE.fullmatch(line) for line in ends):
            return None
        named = {letter for line in lines if not _BARE_LINE.fullmatch(line) and (letter := self.texts.exactly(line))}
        return AMBIGUOUS if len(bare | named) > 1 else self.values.letter(bare.pop())

    def _lists_letters(self, line: str) -> bool:
        """Whether a whole line is a list of letters, such as "A or B"."""
        if self.values.letters_only(line):
            return True
        parts = re.split(r" ?(?:,|/|&|;|\bor\b|\band\b) ?", line[:60])
        letters = [part.strip("\"'.()[] ") for part in parts if part.strip("\"'.()[] ")]
        return len(letters) > 1 and all(len(letter) == 1 and letter.upper() in self.texts.letters for letter in letters)

    def _from_labelled_lines(self, lines: tuple[str, ...]) -> Extraction | None:
        if len(shown := {letter for line in lines if (letter := self._shown_option(line))}) > 1:
            return AMBIGUOUS
        found = {self._from_labelled_line(line) for line in {lines[0], lines[-1]}} - {None}
        letters = shown | {one.letter for one in found if one and one.letter}
        if len(letters) > 1:
            return AMBIGUOUS
        return found.pop() if len(found) == 1 else (AMBIGUOUS if found else None)

    def _from_labelled_line(self, line: str) -> Extraction | None:
        label = _LABEL.match(line)
        if label is None:
            return None
        letter, text = _label_letter(label), line[label.end() :]
        wrapped = bool(label["round"] or label["square"])
        firm = wrapped or _FIRM_JOINT.match(label["joint"]) is not None
        if self._shown_option(line):
            whole = label["joint"] != " " or wrapped or self.texts.exactly(text) == letter
            return (AMBIGUOUS if self._labels_another(text, letter) else self.values.letter(letter)) if whole else None
        if BECAUSE.match(label["joint"].rstrip() + " " + text) and label[0][0].isupper():
            return self.values.letter(letter)
        glued = label["joint"] in (".", ":")
        if not firm or glued or (label["plain"] or "A").islower():
            return AMBIGUOUS if label["joint"] != " " and self.texts.exactly(text) else None
        sole = self.values.sole_text(next(iter(_sentences(text)), ""))
        if self._labels_another(text, letter) or (sole and sole.letter != letter):
            return AMBIGUOUS
        return self.values.letter(letter)

    def _labels_another(self, text: str, letter: str) -> bool:
        return any(label[1] in self.texts.letters and label[1] != letter for label in _OTHER_LABEL.finditer(text))

    def _from_conclusion(self) -> Extraction | None:
        closing = (_sentences(self.reply.lines[-1]) or ("",))[-1]
        conclusion = _CONCLUDES.match(closing)
        if conclusion is None or closing.endswith("?"):
            return None
        found = self.values.sole_text(closing[conclusion.end() :])
        return found if found and found.letter else None

    def _from_texts(self) -> Extraction | None:
        """The only option whose text occurs in the reply."""
        named = {mention.letter for mention in self.texts.mentions(self.reply.text)}
        if len(named) > 1:
            return AMBIGUOUS
        if not named:
            return None
        found: Extraction | None = None
        for sentence in _sentences(self.texts.canonical(self.reply.text)):
            if not self.texts.mentions(sentence):
                continue
            found = None if sentence.endswith("?") else self.values.sole_text(sentence)
            if found is None or found.letter is None:
                return found
        return found


def _sentences(text: str) -> tuple[str, ...]:
    """Sentences with their closing mark; a full stop inside a number or an abbreviation closes none."""
    return tuple(found[0].strip() for found in _SENTENCE.finditer(text))


def _label_letter(label: re.Match[str]) -> str:
    return str(label["round"] or label["square"] or label["plain"]).upper()
