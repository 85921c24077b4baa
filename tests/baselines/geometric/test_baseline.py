"""The whole baseline on rendered footage, its counts, and what it may read."""

from __future__ import annotations

import numpy as np
import pytest

from links2_tasks.baselines.geometric import ANSWERED, GeometricBaseline, Outcome
from links2_tasks.baselines.prior import PriorBaseline
from links2_tasks.schema import AnswerValue, SatelliteImage


@pytest.fixture(scope="module")
def baseline():
    return GeometricBaseline()


@pytest.mark.parametrize(("video", "foreshortening"), [("down.mp4", 0.0), ("oblique.mp4", 0.0012)])
@pytest.mark.parametrize("t_s", [0.0, 2.3, 4.0])
def test_it_knows_where_it_is(world, ask, point_marks, baseline, video, foreshortening, t_s):
    x, y = world.seen(t_s, foreshortening=foreshortening)
    marks = point_marks((x + 14, y), (x, y - 14), (x + 2, y - 1), (x - 14, y + 6))
    question = ask(video=video, marks=marks, query_time_s=t_s, answer="A")  # the marked answer is wrong on purpose
    assert baseline.answer(question, world.root) == "C"


def test_the_answer_and_its_value_are_not_read(world, ask, point_marks, baseline):
    x, y = world.seen(1.0)
    marks = point_marks((x, y), (x, y - 40), (x + 40, y), (x - 40, y))
    value = AnswerValue(kind="point", number=(1.0, 1.0), unit="px")
    answers = {
        baseline.answer(ask(marks=marks, query_time_s=1.0, answer=letter, value=value), world.root) for letter in "ABCD"
    }
    assert answers == {"A"}


def test_satellite_retrieval_from_files(world, ask, baseline):
    names = ("elsewhere.png", "elsewhere.png", "map.png", "elsewhere.png")
    images = tuple(SatelliteImage(path=name, gsd_m=0.5, label=label) for label, name in zip("ABCD", names, strict=True))
    options = tuple(f"Satellite image {label}" for label in "ABCD")
    question = ask(task="satellite_retrieval", satellite=images, options=options)
    assert baseline.answer(question, world.root) == "C"


def test_bad_questions_get_the_prior_and_are_counted(world, ask, point_marks):
    baseline = GeometricBaseline(PriorBaseline({4: "D"}))
    broken = world.root / "broken.mp4"
    broken.write_bytes(b"this is no video" * 20)
    marks = point_marks((1, 1), (2, 2), (3, 3), (4, 4))
    common = {"marks": marks, "query_time_s": 1.0}
    questions = [
        ask(video="missing.mp4", **common),
        ask(video="broken.mp4", **common),
        ask(video="../down.mp4", **common),
        ask(satellite=(SatelliteImage(path="missing.png", gsd_m=0.5),), **common),
        ask(satellite=(SatelliteImage(path="map.png", gsd_m=0.5, window_px=(600, 600, 300, 300)),), **common),
        ask(video_span_s=(90.0, 95.0), marks=marks, query_time_s=91.0),
        ask(satellite=()),
        ask(task="painting", **common),
        ask(marks=marks),
    ]
    assert [baseline.answer(question, world.root) for question in questions] == ["D"] * len(questions)
    assert baseline.report() == (
        Outcome("painting", "task without a geometric answer", 1),
        Outcome("uav_localization", "media unreadable", 5),
        Outcome("uav_localization", "no registered frame near the time", 1),
        Outcome("uav_localization", "question without a satellite image", 1),
        Outcome("uav_localization", "question without a time", 1),
    )


def test_what_geometry_answered_is_counted_too(world, ask, point_marks):
    baseline = GeometricBaseline()
    marks = point_marks(*[tuple(world.seen(1.0) + (0, 30 * i)) for i in range(4)])
    for i in range(3):
        baseline.answer(ask(question_id=f"q{i}", marks=marks, query_time_s=1.0), world.root)
    assert baseline.report() == (Outcome("uav_localization", ANSWERED, 3),)


def test_answers_do_not_depend_on_what_was_asked_before(world, ask, point_marks, baseline):
    """The module's baseline has answered other questions by now; a fresh one must agree with it, in any order."""
    questions = [
        ask(question_id=f"q{t_s}", marks=point_marks(*places), query_time_s=t_s)
        for t_s in (0.4, 2.2, 3.1)
        for places in [[tuple(world.seen(t_s) + (dx, 9)) for dx in (-25, 30, 5, 60)]]
    ]
    fresh = GeometricBaseline()
    backwards = [fresh.answer(question, world.root) for question in reversed(questions)]
    assert backwards[::-1] == [baseline.answer(question, world.root) for question in questions] == ["C"] * 3


def test_numerical_failures_are_counted_and_not_raised(world, ask, point_marks, monkeypatch):
    def fail(case):
        raise np.linalg.LinAlgError("singular")

    monkeypatch.setattr("links2_tasks.baselines.geometric._baseline.ANSWERS", {"uav_localization": fail})
    baseline = GeometricBaseline()
    assert baseline.answer(ask(marks=point_marks((1, 1))), world.root) == "A"
    assert baseline.report() == (Outcome("uav_localization", "numerical failure", 1),)
