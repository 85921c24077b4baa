"""One question as each mode shows it."""

from __future__ import annotations

from links2_tasks.prompt import FrameManifest
from links2_tasks.review._page_media import PageMedia
from links2_tasks.review._page_records import ModelView, Other, Shown
from links2_tasks.review._records import Decision, Item, Mode
from links2_tasks.schema import AnswerValue, Question, question_sha256
from links2_tasks.terms import parse_place


def view(item: Item, mode: Mode, media: PageMedia) -> Shown:
    """What the page shows of an item.

    Raises:
        Links2Error: its media cannot be read.
    """
    if mode == "answer":
        return _as_models_see(item, media)
    return _with_truth(item).model_copy(update={"maps": media.maps(item.shown)})


def without_media(item: Item, mode: Mode) -> Shown:
    """What can be shown of an item whose media cannot be read: nobody answers it, but it can be rejected."""
    return _bare(item) if mode == "answer" else _with_truth(item)


def manifest(item: Item, media: PageMedia) -> FrameManifest:
    """The record of what mode 'answer' shows of an item.

    Raises:
        Links2Error: its media cannot be read.
    """
    return media.as_models_see(item.shown).manifest


def spaced(name: str) -> str:
    """A name as people read it."""
    return name.replace("_", " ")


def in_words(decision: Decision) -> str:
    """A decision as a person reads it."""
    words = decision.verdict or decision.category or f"answered {decision.letter}"
    reasons = "; ".join(text for text in (decision.reason, decision.comment) if text)
    return f"{spaced(words)}: {reasons}" if reasons else spaced(words)


def _bare(item: Item) -> Shown:
    """Place and task, and nothing that tells anything."""
    return Shown(
        position=item.position,
        n_items=item.n_items,
        question_sha256=question_sha256(item.question),
        task=item.shown.task,
        title="question",
        question="",
        letters="",
        span_s=item.shown.video_span_s,
    )


def _as_models_see(item: Item, media: PageMedia) -> Shown:
    """Without anything that a model is not told: no truth, no id, no moment to jump to."""
    shown, seen = item.shown, media.as_models_see(item.shown)
    return _bare(item).model_copy(
        update={
            "frames_heading": seen.heading,
            "question": shown.question,
            "letters": shown.letters,
            "options": shown.options,
            "instruction": seen.asked.rpartition("\n")[2],
            "frames": seen.frames,
            "maps": seen.maps,
        }
    )


def _with_truth(item: Item) -> Shown:
    shown, decision = item.shown, item.decision
    return _bare(item).model_copy(
        update={
            "title": spaced(shown.task),
            "facts": _facts(shown),
            "question": shown.question,
            "letters": shown.letters,
            "options": shown.options,
            "right": shown.answer,
            "value": _number(shown.value),
            "asked_s": shown.query_time_s,
            "place": parse_place(shown.question),
            "decided": in_words(decision) if decision else "",
            "edit": decision.edit if decision else None,
            "model": _model_view(item),
            "others": tuple(Other(reviewer=one.reviewer, words=in_words(one), edit=one.edit) for one in item.others),
        }
    )


def _model_view(item: Item) -> ModelView | None:
    answer = item.model_answer
    if answer is None:
        return None
    return ModelView(
        run=answer.run, letter=answer.chosen, reply=answer.reply, note=answer.note, rules_say=answer.rules_say
    )


def _facts(question: Question) -> tuple[str, ...]:
    start_s, end_s = question.video_span_s
    wording = question.provenance.wording
    return (
        question.question_id,
        f"clip {question.clip_id}",
        f"region {question.region}",
        f"{start_s:.1f} to {end_s:.1f} s of {question.video}",
        f"written by {question.provenance.writer} {question.provenance.version}",
        *([f"worded by {wording.by}"] if wording else []),
        f"{question.source.dataset}, {question.source.licence}",
    )


def _number(value: AnswerValue | None) -> str:
    return "" if value is None else f"{', '.join(f'{number:g}' for number in value.number)} {value.unit}"
