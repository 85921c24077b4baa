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
from links2_tasks.scoring._labels import bare_letter, label_of
from links2_tasks.scoring._options import OptionTexts, as_options
from links2_tasks.scoring._statements import Statement, statements
from links2_tasks.scoring._value import AMBIGUOUS, REFUSED, Extraction, ValueReader

_LIST_JOINT = re.compile(r" ?(?:,|/|&|;|\bor\b|\band\b) ?")
_SENTENCE = re.compile(r"(?:[^.!?\n]|[.](?=[^\s]))+[.!?]?")
_CONCLUDES = re.compile(
    r"(?:therefore|thus|hence|so|in conclusion|in summary|overall|consequently|finally"
    r"|based on (?:this|these|the)[^,]{0,60})\b,? ?",
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
            joined = place > 0 and self._are_joined_boxes(stated[place - 1], stated[place])
            return AMBIGUOUS if joined else self._against_last_line(found)
        return None

    def _against_last_line(self, found: Extraction) -> Extraction:
        """What was stated, unless the last line is a letter that says otherwise."""
        last = bare_letter(self.reply.lines[-1])
        if last is None or last == found.letter or last not in self.texts.letters:
            return found
        # A line of its own settles what an earlier sentence left open; against a clear statement it is a contradiction.
        return self.values.letter(last) if found.reason == "ambiguous" else AMBIGUOUS

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
        label = label_of(line)
        named = self.texts.starting(label.text) if label else None
        return label.letter if label and named and named.letter == label.letter else None

    def _from_lines(self) -> Extraction | None:
        lines = self.reply.lines
        found = self._from_bare_lines(lines) or self._from_labelled_lines(lines)
        return REFUSED if found and found.letter and retracts(self.texts.mask(self.reply.text)) else found

    def _from_bare_lines(self, lines: tuple[str, ...]) -> Extraction | None:
        if self._lists_letters(lines[0]) or self._lists_letters(lines[-1]):
            return AMBIGUOUS
        if not (bare_letter(lines[0]) or bare_letter(lines[-1])):
            return None
        said = {bare_letter(line) or self.texts.exactly(line) for line in lines} - {None}
        return AMBIGUOUS if len(said) > 1 else self.values.letter(str(said.pop()))

    def _lists_letters(self, line: str) -> bool:
        """Whether a whole line is a list of letters, such as "A or B"."""
        if self.values.letters_only(line):
            return True
        parts = [part.strip("\"'.()[] ") for part in _LIST_JOINT.split(line[:60])]
        letters = [part.upper() for part in parts if part]
        return len(letters) > 1 and all(len(letter) == 1 and letter in self.texts.letters for letter in letters)

    def _from_labelled_lines(self, lines: tuple[str, ...]) -> Extraction | None:
        shown = {letter for line in lines if (letter := self._shown_option(line))}
        found = {one for line in (lines[0], lines[-1]) if (one := self._from_labelled_line(line))}
        letters = shown | {one.letter for one in found if one.letter}
        if len(letters) > 1 or len(found) > 1:
            return AMBIGUOUS
        return found.pop() if found else None

    def _from_labelled_line(self, line: str) -> Extraction | None:
        label = label_of(line)
        if label is None:
            return None
        several = bool(label.other_letters & set(self.texts.letters))
        if self._shown_option(line):
            if label.is_loose and self.texts.exactly(label.text) != label.letter:
                return None
            return AMBIGUOUS if several else self.values.letter(label.letter)
        if label.is_explained:
            return self.values.letter(label.letter)
        if not label.is_firm:
            return AMBIGUOUS if not label.is_loose and self.texts.exactly(label.text) else None
        claim = self.values.sole_text(next(iter(_sentences(label.text)), ""))
        return AMBIGUOUS if several or (claim and claim.letter != label.letter) else self.values.letter(label.letter)

    def _from_conclusion(self) -> Extraction | None:
        closing = (_sentences(self.reply.lines[-1]) or ("",))[-1]
        conclusion = _CONCLUDES.match(closing)
        if conclusion is None or closing.endswith("?"):
            return None
        found = self.values.sole_text(closing[conclusion.end() :])
        return found if found and found.letter else None

    def _from_texts(self) -> Extraction | None:
        """The only option whose text occurs in the reply."""
        text = self.texts.canonical(self.reply.text)
        mentions = self.texts.mentions(text)
        if len({mention.letter for mention in mentions}) > 1:
            return AMBIGUOUS
        found: Extraction | None = None
        for sentence in _SENTENCE.finditer(text):
            if not any(sentence.start() <= mention.start < sentence.end() for mention in mentions):
                continue
            found = None if sentence[0].endswith("?") else self.values.sole_text(sentence[0])
            if found is None or found.letter is None:
                return found
        return found


def _sentences(text: str) -> tuple[str, ...]:
    """Sentences with their closing mark; a full stop inside a number or an abbreviation closes none."""
    return tuple(found[0].strip() for found in _SENTENCE.finditer(text))
