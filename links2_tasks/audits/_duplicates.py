"""Questions and media files that are there twice: `audit_duplicates`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

from links2_tasks.audits._asked import Asked
from links2_tasks.audits._plain_words import in_plain_words
from links2_tasks.audits._records import Duplicate
from links2_tasks.dataset import load_info
from links2_tasks.schema import DatasetInfo, Question

ALIKE_TEXT = 0.9
"""Of two texts, share of characters in common runs (difflib): a question of one template at another time."""
ALIKE_OPTIONS = 0.5
SAME_TIME_S = 0.05
_QUESTIONS = "questions/"


def audit_duplicates(
    questions: Sequence[Question], root: Path, *, digests: Mapping[str, str] | None = None
) -> tuple[Duplicate, ...]:
    """Find what is there twice.

    Kinds of `what`, the strongest that holds for a pair of questions of one task:

    - 'question': the same footage, text, marked places and options, in whatever order;
    - 'near': the same footage, marked places and right answer, a text that differs in a few characters, and at least
      half of the options;
    - 'answer': the same but for the wrong options, so whoever answers one has answered the other;
    - 'text and marks': text, options and marks are the same to a tenth of a pixel, but the footage is another;
    - 'media': two files of the dataset hold the same bytes; `first` and `second` are their paths.

    Questions of one writer are compared by the numbers in their texts, whatever wording each has got.

    Args:
        questions: Of one split or of several.
        root: Folder of their dataset, whose `dataset.json` names the digests of media files.
        digests: SHA-256 of each media file by its path, where there is no `dataset.json` yet.

    Raises:
        DataError: there is no readable `dataset.json`, and no digests are given.
    """
    digests = media_digests(load_info(root)) if digests is None else digests
    asked = [Asked(in_plain_words(question), digests) for question in questions]
    found = [*_in_one_footage(asked), *_copied(asked), *_same_bytes(digests)]
    return tuple(sorted(found, key=lambda one: (one.what, one.first, one.second)))


def media_digests(info: DatasetInfo) -> dict[str, str]:
    """SHA-256 of each media file of a dataset, by path."""
    return {path: facts.sha256 for path, facts in info.files.items() if not path.startswith(_QUESTIONS)}


def _in_one_footage(asked: Iterable[Asked]) -> Iterator[Duplicate]:
    groups: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    for one in asked:
        groups[one.question.task, one.footage].append(one)
    for members in groups.values():
        for first, second in combinations(members, 2):
            found = _compared(first, second)
            if found is not None:
                yield found


def _compared(first: Asked, second: Asked) -> Duplicate | None:
    """What two questions of one task about one video have in common, if it is too much."""
    one, other = first.question, second.question
    same_span = all(abs(a - b) <= SAME_TIME_S for a, b in zip(one.video_span_s, other.video_span_s, strict=True))
    if not same_span or not first.truth.is_like(second.truth) or not first.gives_like(second):
        return None
    alike = 1.0 if one.question == other.question else _text_likeness(one.question, other.question)
    if alike < ALIKE_TEXT:
        return None
    most = max(len(one.options), len(other.options))
    shared = first.n_options_like(second) / most
    if one.question == other.question and shared == 1.0:
        what = "question"
    else:
        what = "near" if shared >= ALIKE_OPTIONS else "answer"
    return Duplicate(one.question_id, other.question_id, round(alike * (1 + shared) / 2, 3), what)


def _text_likeness(first: str, second: str) -> float:
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    # The two quick ones are upper bounds.
    if matcher.real_quick_ratio() < ALIKE_TEXT or matcher.quick_ratio() < ALIKE_TEXT:
        return 0.0
    return matcher.ratio()


def _copied(asked: Iterable[Asked]) -> Iterator[Duplicate]:
    """Questions about different footage that are the same to the last digit; with marks that is no chance."""
    groups: dict[tuple[object, ...], list[Asked]] = defaultdict(list)
    for one in asked:
        question = one.question
        if question.marks:
            marks = tuple((mark.kind, mark.xy_px) for mark in question.marks)
            groups[question.task, question.question, question.options, marks].append(one)
    for members in groups.values():
        for first, second in combinations(members, 2):
            if first.footage != second.footage:
                yield Duplicate(first.question.question_id, second.question.question_id, 1.0, "text and marks")


def _same_bytes(digests: Mapping[str, str]) -> Iterator[Duplicate]:
    groups: dict[str, list[str]] = defaultdict(list)
    for path, digest in sorted(digests.items()):
        groups[digest].append(path)
    for paths in groups.values():
        yield from (Duplicate(paths[0], other, 1.0, "media") for other in paths[1:])
