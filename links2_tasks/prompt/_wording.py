"""The words of a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from links2_tasks.errors import PromptError
from links2_tasks.schema import AnswerValue, Mark, Question, SatelliteImage
from links2_tasks.terms import turned_phrase

LETTER_INSTRUCTION = "Answer with the option's letter only."
TIMES_COUNT = "All times count from the start of the recording."

_PLURAL = {"point": "points", "box": "boxes", "path": "paths", "polygon": "polygons"}
_NUMBER_INSTRUCTION = {
    "point": (
        "Answer with the point's x and y in pixels of the satellite image, counted from its top left corner, only."
    ),
    "degrees": "Answer with one number in degrees, clockwise from north, only.",
    "metres": "Answer with the distance to it in metres, as one number only.",
    "seconds": "Answer with one number in seconds only.",
    "count": "Answer with one whole number only.",
}


@dataclass(frozen=True)
class ShownSatellite:
    """A satellite image as a prompt shows it."""

    image: SatelliteImage
    marks: tuple[Mark, ...]
    scale: float
    """Shown size divided by the size in the data."""
    label: str | None
    """What the prompt calls it; None when it is the only one."""
    size_px: tuple[int, int]
    """Width and height in the data."""

    @property
    def gsd_m(self) -> float:
        """Metres per pixel as shown."""
        return self.image.gsd_m / self.scale

    @property
    def shown_px(self) -> tuple[int, int]:
        """Width and height as shown."""
        width_px, height_px = (max(1, round(side * self.scale)) for side in self.size_px)
        return width_px, height_px


def seconds(time_s: float) -> str:
    """A time with one decimal, for example '4.1 s'."""
    return f"{time_s:.1f} s"


def span(span_s: tuple[float, float]) -> str:
    """A span of the recording."""
    return f"{seconds(span_s[0])} to {seconds(span_s[1])} of the recording"


def video_heading(span_s: tuple[float, float], times_s: Sequence[float]) -> str:
    """Before a video that the host reads. Its clock starts at the first frame, so the text says when that is."""
    first, last = seconds(times_s[0]), seconds(times_s[-1])
    range_of_frames = f"at {first}" if len(times_s) == 1 else f"the first at {first}, the last at {last}"
    return f"UAV video, {span(span_s)}, as {_frames(len(times_s))}, {range_of_frames}. {TIMES_COUNT}"


def frames_heading(span_s: tuple[float, float], n_frames: int) -> str:
    """Before frames that each carry their own label."""
    order = " in order of time" if n_frames > 1 else ""
    return f"UAV video, {span(span_s)}, as {_frames(n_frames)}{order}. {TIMES_COUNT}"


def frame_list_heading(span_s: tuple[float, float], times_s: Sequence[float]) -> str:
    """Before frames that are handed over as one video; a host may time them wrongly, so the text lists their times."""
    times = ", ".join(seconds(time_s) for time_s in times_s)
    return f"UAV video, {span(span_s)}, as {_frames(len(times_s))} at {times}. {TIMES_COUNT}"


def frame_label(number: int, n_frames: int, time_s: float) -> str:
    """Before one frame; `number` counts from 1."""
    return f"[UAV video frame {number} of {n_frames}, {seconds(time_s)}]"


def query_frame_label(time_s: float) -> str:
    """Before the frame that the question asks about."""
    return f"[UAV video frame at {seconds(time_s)}]"


def query_frame_statement(number: int, time_s: float) -> str:
    """Says which image of a sequence is the frame that the question asks about; `number` counts from 1."""
    return f"Image {number} is the frame of the UAV video at {seconds(time_s)}."


def satellite_heading(shown: ShownSatellite) -> str:
    """Before one satellite image."""
    name = f"Satellite image {shown.label}" if shown.label else "Satellite image"
    return f"{name}, {_geometry(shown)}{_marks_sentence(shown.marks)}"


def frames_statement(first: int, times_s: Sequence[float], span_s: tuple[float, float]) -> str:
    """Says which images of a sequence are frames; `first` counts from 1."""
    times = ", ".join(seconds(time_s) for time_s in times_s)
    if len(times_s) == 1:
        return f"Image {first} is a frame of a UAV video ({span(span_s)}), at {times}. {TIMES_COUNT}"
    last = first + len(times_s) - 1
    return (
        f"Images {first} to {last} are frames of a UAV video ({span(span_s)}), in order of time, at {times}. "
        f"{TIMES_COUNT}"
    )


def satellite_statement(number: int, shown: ShownSatellite) -> str:
    """Says which image of a sequence is a satellite image; `number` counts from 1."""
    name = f"satellite image {shown.label}" if shown.label else "a satellite image"
    return f"Image {number} is {name}, {_geometry(shown)}{_marks_sentence(shown.marks)}"


def question_with_options(question: Question) -> str:
    """Question, one line for each option, and what to answer with."""
    options = "\n".join(f"{letter}. {text}" for letter, text in zip(question.letters, question.options, strict=True))
    return f"{question.question}\n{options}\n{LETTER_INSTRUCTION}"


def question_for_number(question: Question, satellites: Sequence[ShownSatellite]) -> str:
    """Question without options, and the number or point to answer with.

    A point is named in pixels of the image as shown, whose size a model may not know: its processor scales it anew.

    Raises:
        PromptError: the question has no value to compare a number with.
    """
    if question.value is None:
        raise PromptError(
            f"Question {question.question_id} ({question.task}) has no `value`, so it cannot be asked for a number. "
            "Use answer_form 'letter'."
        )
    size = ""
    if question.value.kind == "point" and len(satellites) == 1:
        size = "The satellite image is {} px wide and {} px high. ".format(*satellites[0].shown_px)
    return f"{question.question}\n{size}{number_instruction(question.value)}"


def number_instruction(value: AnswerValue) -> str:
    """What an open answer must look like."""
    return _NUMBER_INSTRUCTION[value.kind]


def _frames(n_frames: int) -> str:
    return "1 frame" if n_frames == 1 else f"{n_frames} frames"


def _geometry(shown: ShownSatellite) -> str:
    return f"{_north(shown.image)}, {shown.gsd_m:.3g} m per pixel."


def _north(image: SatelliteImage) -> str:
    if image.north_up:
        return "north up"
    return turned_phrase(image.turned_deg) if image.turned_deg else "turned so that north is not up"


def _marks_sentence(marks: Sequence[Mark]) -> str:
    """Names the labelled marks by kind, for example 'Marked on it: points A, B and C; box 1'."""
    labels: dict[str, list[str]] = {}
    for mark in marks:
        if mark.label:
            labels.setdefault(mark.kind, []).append(mark.label)
    groups = [f"{kind if len(found) == 1 else _PLURAL[kind]} {_listed(found)}" for kind, found in labels.items()]
    return f" Marked on it: {'; '.join(groups)}." if groups else ""


def _listed(labels: Sequence[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
