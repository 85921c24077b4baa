"""The questions of a report as the page's script reads them: an index to filter by, and chunks to read on demand.

Chunks are gzipped JSON in base64. A browser takes them apart with its own DecompressionStream when a page of questions
is looked at, so that a report of many thousand questions opens at once and stays small.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from links2_tasks.mistakes import UNDECIDED
from links2_tasks.report._cards import Answer, Card
from links2_tasks.report._measured import Measured
from links2_tasks.report._text import shown
from links2_tasks.report._views import FrameView, MapView, QuestionViews

CARDS_PER_CHUNK = 200

_NOT_ASKED = -1
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Payload:
    """What the page's script is given; each part is packed."""

    index: str
    cards: tuple[str, ...]
    """`CARDS_PER_CHUNK` questions each."""
    prompts: tuple[str, ...]
    """The prompts of the same questions, which are long and seldom looked at."""

    @property
    def n_bytes(self) -> int:
        """Size within the page."""
        return sum(len(part) for part in (self.index, *self.cards, *self.prompts))


def make_payload(measured: Sequence[Measured], cards: Sequence[Card], views: Mapping[int, QuestionViews]) -> Payload:
    """Pack all questions.

    Args:
        measured: The runs, in the order that answers count them.
        cards: All questions.
        views: Pictures of some of them, by position.
    """
    chunks = [range(first, min(first + CARDS_PER_CHUNK, len(cards))) for first in range(0, len(cards), CARDS_PER_CHUNK)]
    return Payload(
        index=packed(_index(measured, cards, views)),
        cards=tuple(packed([_card(cards[at], views.get(at)) for at in chunk]) for chunk in chunks),
        prompts=tuple(packed([[shown(text) for text in cards[at].prompts] for at in chunk]) for chunk in chunks),
    )


def packed(value: Any) -> str:
    """JSON, gzipped, in base64; the same value gives the same text."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode("ascii")


def _index(measured: Sequence[Measured], cards: Sequence[Card], views: Mapping[int, QuestionViews]) -> dict[str, Any]:
    tasks, variants = _Names(), _Names()
    reasons, kinds = _Names(), _Names()
    columns = {
        "id": [shown(card.question_id) for card in cards],
        "task": [tasks.number(card.task) for card in cards],
        "variant": [variants.number(card.variant) for card in cards],
        "pictured": [int(at in views) for at in range(len(cards))],
    }
    answers = []
    for run in range(len(measured)):
        of_run = [next((answer for answer in card.answers if answer.run == run), None) for card in cards]
        answers.append(
            {
                "score": [_NOT_ASKED if one is None else _plain(one.row.scored.score) for one in of_run],
                "reason": [_NOT_ASKED if one is None else reasons.number(one.row.scored.reason) for one in of_run],
                "kind": [_NOT_ASKED if one is None else kinds.number(_kind(one)) for one in of_run],
                "read": ["" if one is None else shown(str(_or(one.row.scored.prediction, "")))[:24] for one in of_run],
            }
        )
    return {
        "runs": [{"label": each.label, "role": each.role} for each in measured],
        "tasks": tasks.list,
        "variants": variants.list,
        "reasons": reasons.list,
        "kinds": kinds.list,
        "perChunk": CARDS_PER_CHUNK,
        "cards": columns,
        "answers": answers,
    }


class _Names:
    """Numbers names in the order in which they come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        return self._numbers.setdefault(shown(name), len(self._numbers))

    @property
    def list(self) -> list[str]:
        return [*self._numbers]


def _kind(answer: Answer) -> str:
    """Kind of a mistake; of a right answer, none."""
    if answer.mistake is None:
        return ""
    return answer.mistake.category or UNDECIDED


def _card(card: Card, views: QuestionViews | None) -> dict[str, Any]:
    question = card.question
    value = question.value if question is not None else None
    return {
        "clip": shown(card.clip_id),
        "region": shown(card.region),
        "question": shown(question.question) if question is not None else None,
        "options": [shown(option) for option in question.options] if question is not None else [],
        "right": shown(card.right),
        "value": shown(f"{', '.join(f'{number:g}' for number in value.number)} {value.unit}") if value else "",
        "time": question.query_time_s if question is not None else None,
        "answers": [_answer(answer) for answer in card.answers],
        "frames": [_frame(frame) for frame in views.frames] if views is not None else [],
        "maps": [_map(one) for one in views.maps] if views is not None else [],
        "faults": [shown(fault) for fault in views.faults] if views is not None else [],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    row, mistake = answer.row, answer.mistake
    return {
        "run": answer.run,
        "verdict": answer.verdict,
        "raw": shown(row.raw),
        "note": shown(row.note),
        "prompt": answer.prompt,
        "evidence": shown(f"{mistake.rule}: {mistake.evidence}") if mistake is not None and mistake.rule else "",
        "tokens": row.output_tokens,
    }


def _frame(frame: FrameView) -> list[Any]:
    x, y = frame.place or (None, None)
    return [frame.picture, round(frame.time_s, 2), int(frame.asked), x, y]


def _map(view: MapView) -> dict[str, Any]:
    return {
        "picture": view.picture,
        "size": [_plain(side) for side in view.picture_size_px],
        "view": [_plain(edge) for edge in view.view_px],
        "marks": view.marks,
        "caption": shown(view.caption),
    }


def _plain(number: float) -> int | float:
    """Whole numbers without a point, others with four digits."""
    return int(number) if number == int(number) else round(number, 4)


def _or(value: _Value | None, instead: _Value) -> _Value:
    return value if value is not None else instead
