"""What is wrong with one question that the schema alone cannot see."""

from __future__ import annotations

from collections.abc import Iterator

from links2_tasks.dataset._facts import MediaFacts
from links2_tasks.errors import UnsafePathError
from links2_tasks.media import turned_size
from links2_tasks.schema import Question, SatelliteImage

_SLACK_S = 0.05
"""A span may end with the last frame's time or with its end; containers differ by about a frame."""
_SLACK_PX = 1e-6


def question_faults(question: Question, media: MediaFacts) -> Iterator[str]:
    """Messages on a question's fields, video, satellite images and marks."""
    yield from _field_faults(question)
    yield from _video_faults(question, media)
    sizes = []
    for number, image in enumerate(question.satellite):
        size_px, messages = _shown_size(image, media)
        sizes.append(size_px)
        yield from (f"satellite.{number}: {message}" for message in messages)
    yield from _mark_faults(question, sizes)


def _field_faults(question: Question) -> Iterator[str]:
    missing = sorted(set(Question.model_fields) - question.model_fields_set)
    if missing:
        yield f"misses the keys {', '.join(missing)}; a line names every key, with null where there is nothing"
    named = {
        "clip_id": question.clip_id,
        "question": question.question,
        "region": question.region,
        "source.dataset": question.source.dataset,
        "source.licence": question.source.licence,
    }
    yield from (f"{key} is blank" for key, text in named.items() if not text.strip())
    alike = [" ".join(option.casefold().split()) for option in question.options]
    if len(set(alike)) < len(alike):
        yield "two options differ in nothing but case or spaces"
    if "" in alike:
        yield "an option is blank"
    if not question.satellite:
        yield "satellite: the question has no satellite image"


def _video_faults(question: Question, media: MediaFacts) -> Iterator[str]:
    try:
        duration_s = media.duration_s(question.video)
    except UnsafePathError as error:
        yield f"video: {error}"
        return
    except FileNotFoundError:
        yield f"video: there is no file '{question.video}'"
        return
    end_s = question.video_span_s[1]
    if duration_s is not None and end_s > duration_s + _SLACK_S:
        yield f"video_span_s ends at {end_s} s, but the video lasts {duration_s:.3f} s"


def _shown_size(image: SatelliteImage, media: MediaFacts) -> tuple[tuple[int, int] | None, list[str]]:
    """Size in px of the image as shown, None when unknown, and messages."""
    try:
        file_px = media.size_px(image.path)
    except UnsafePathError as error:
        return None, [str(error)]
    except FileNotFoundError:
        return None, [f"there is no file '{image.path}'"]
    if image.window_px is None:
        return file_px and turned_size(file_px, image.turned_deg), _messages(media.window_fault(image))
    left, top, width, height = image.window_px
    shown_px = turned_size((width, height), image.turned_deg)
    if file_px is not None and (left + width > file_px[0] or top + height > file_px[1]):
        return shown_px, [f"window_px {image.window_px} leaves the image, {file_px[0]} x {file_px[1]} px"]
    return shown_px, _messages(media.window_fault(image))


def _messages(message: str) -> list[str]:
    return [message] if message else []


def _mark_faults(question: Question, sizes: list[tuple[int, int] | None]) -> Iterator[str]:
    for number, mark in enumerate(question.marks):
        size_px = sizes[mark.image]
        if size_px is None:
            continue
        width, height = size_px
        outside = [
            (x, y)
            for x, y in mark.xy_px
            if not (-_SLACK_PX <= x <= width + _SLACK_PX and -_SLACK_PX <= y <= height + _SLACK_PX)
        ]
        if outside:
            yield f"marks.{number}: {outside[0]} lies outside the image as shown, {width} x {height} px"
    labels = [(mark.image, mark.label) for mark in question.marks if mark.label is not None]
    if len(set(labels)) < len(labels):
        yield "marks: two marks of one image have the same label"
