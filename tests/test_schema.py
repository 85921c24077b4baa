"""What the records of the dataset format accept and refuse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from links2_tasks.schema import LETTERS, AnswerValue, Clip, FileFacts, Mark, Question, SatelliteImage

SOURCE = {"dataset": "made by the tests", "licence": "CC0-1.0"}
IMAGE = {"path": "satellite/map.png", "gsd_m": 0.5, "window_px": [0, 0, 100, 80]}


def record(**changes: Any) -> dict[str, Any]:
    return {
        "question_id": "q",
        "task": "uav_localization",
        "clip_id": "clip",
        "video": "videos/flight.mp4",
        "video_span_s": [2.0, 8.0],
        "query_time_s": 4.0,
        "satellite": [IMAGE],
        "marks": [{"image": 0, "kind": "point", "label": "A", "xy_px": [[5.0, 30.0]]}],
        "question": "Which mark is below the UAV?",
        "options": ["Mark A", "Mark B", "Mark C", "Mark D"],
        "answer": "B",
        "value": {"kind": "point", "number": [5.0, 30.0], "unit": "px"},
        "region": "town",
        "source": SOURCE,
        "provenance": {"writer": "uav_localization", "version": "1", "seed": 0},
    } | changes


def test_a_question_knows_its_letters_and_its_answer() -> None:
    question = Question.model_validate(record())
    assert (question.letters, question.answer_text) == ("ABCD", "Mark B")


def test_a_question_survives_json() -> None:
    question = Question.model_validate(record())
    assert Question.model_validate_json(question.model_dump_json()) == question


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"video_span_s": [8.0, 2.0]}, "start < end"),
        ({"video_span_s": [2.0, 2.0]}, "start < end"),
        ({"video_span_s": [-1.0, 2.0]}, "greater than or equal to 0"),
        ({"query_time_s": 1.9}, "outside video_span_s"),
        ({"query_time_s": 8.1}, "outside video_span_s"),
        ({"query_time_s": float("nan")}, "finite"),
        ({"answer": "E"}, "not one of the options"),
        ({"answer": "b"}, "pattern"),
        ({"answer": "B\n"}, "pattern"),
        ({"options": ["yes", "yes"], "answer": "A"}, "same text"),
        ({"options": ["only"], "answer": "A"}, "at least 2"),
        ({"options": list("abcdefg")}, "at most 6"),
        ({"options": ["", "b"], "answer": "A"}, "at least 1"),
        ({"marks": [{"image": 1, "kind": "point", "xy_px": [[1, 1]]}]}, "names satellite image 1"),
        ({"marks": [{"image": -1, "kind": "point", "xy_px": [[1, 1]]}]}, "greater than or equal to 0"),
        ({"question_id": ""}, "at least 1"),
        ({"qestion": "typo"}, "Extra inputs"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Question.model_validate(record(**change))


@given(number=st.integers(2, 6), chosen=st.integers(0, 5))
def test_the_answer_is_one_of_the_letters_in_use(number: int, chosen: int) -> None:
    content = record(options=[f"Mark {letter}" for letter in LETTERS[:number]], answer=LETTERS[chosen])
    if chosen < number:
        assert Question.model_validate(content).answer_text == f"Mark {LETTERS[chosen]}"
    else:
        with pytest.raises(ValidationError):
            Question.model_validate(content)


def test_a_record_cannot_be_changed() -> None:
    question = Question.model_validate(record())
    with pytest.raises(ValidationError, match="frozen"):
        question.answer = "A"


@pytest.mark.parametrize(
    ("kind", "number", "fits"),
    [
        ("point", 1, True),
        ("point", 2, False),
        ("box", 2, True),
        ("box", 4, False),
        ("path", 1, False),
        ("path", 9, True),
    ]
    + [("polygon", 2, False), ("polygon", 3, True)],
)
def test_marks_have_as_many_points_as_their_kind_takes(kind: str, number: int, fits: bool) -> None:
    content = {"image": 0, "kind": kind, "xy_px": [[float(i), 0.0] for i in range(number)]}
    if fits:
        assert len(Mark.model_validate(content).xy_px) == number
    else:
        with pytest.raises(ValidationError, match="takes"):
            Mark.model_validate(content)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "left"])
def test_marks_are_at_finite_places(bad: Any) -> None:
    with pytest.raises(ValidationError):
        Mark.model_validate({"image": 0, "kind": "point", "xy_px": [[bad, 0.0]]})


@pytest.mark.parametrize("window", [[-1, 0, 5, 5], [0, -1, 5, 5], [0, 0, 0, 5], [0, 0, 5, -5], [0.5, 0, 5, 5]])
def test_windows_have_area_and_whole_pixels(window: list[float]) -> None:
    with pytest.raises(ValidationError):
        SatelliteImage.model_validate(IMAGE | {"window_px": window})


@pytest.mark.parametrize("gsd_m", [0.0, -0.5, float("inf")])
def test_images_have_a_ground_sample_distance(gsd_m: float) -> None:
    with pytest.raises(ValidationError):
        SatelliteImage.model_validate(IMAGE | {"gsd_m": gsd_m})


@pytest.mark.parametrize(("kind", "number"), [("point", 1), ("point", 3), ("degrees", 2), ("count", 0)])
def test_values_have_as_many_numbers_as_their_kind_takes(kind: str, number: int) -> None:
    with pytest.raises(ValidationError, match="takes"):
        AnswerValue.model_validate({"kind": kind, "number": [1.0] * number, "unit": "px"})


@pytest.mark.parametrize("digest", ["", "ab", "G" * 64, "a" * 65, "A" * 64])
def test_digests_are_sha256_in_small_letters(digest: str) -> None:
    with pytest.raises(ValidationError):
        FileFacts(bytes=1, sha256=digest)


def clip(**changes: Any) -> dict[str, Any]:
    facts = {"clip_id": "c", "video": "v.mp4", "span_s": [0.0, 4.0], "width_px": 64, "height_px": 48, "fps": 5.0}
    return facts | {"region": "town", "source": SOURCE} | changes


def test_a_clip_of_a_video() -> None:
    assert Clip.model_validate(clip()).span_s == (0.0, 4.0)


@pytest.mark.parametrize(
    "change",
    [
        {"fps": 0.0},
        {"width_px": 0},
        {"span_s": [-1.0, 2.0]},
        {"span_s": [4.0, 4.0]},
    ],
)
def test_clips_that_cannot_be_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Clip.model_validate(clip(**change))


def test_what_nobody_said_is_left_out_of_json() -> None:
    question = Question.model_validate(record())
    assert "wording" not in question.model_dump(mode="json")["provenance"]
    assert "recorded_on" not in Clip.model_validate(clip()).model_dump(mode="json")


def test_wordings_and_days_survive_json() -> None:
    provenance = record()["provenance"] | {"wording": {"by": "template 3"}}
    question = Question.model_validate(record(provenance=provenance))
    dated = Clip.model_validate(clip(recorded_on="2026-05-01"))
    assert Question.model_validate_json(question.model_dump_json()) == question
    assert '"recorded_on":"2026-05-01"' in dated.model_dump_json()
