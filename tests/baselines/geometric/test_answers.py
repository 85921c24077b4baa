"""Each task's answer on geometry made by hand: a frame of 400 x 200 px that lies on the map at half its size."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from links2_tasks.baselines.geometric._answers import ANSWERS
from links2_tasks.baselines.geometric._case import CannotTellError, Case
from links2_tasks.baselines.geometric._features import joined
from links2_tasks.baselines.geometric._flight import Flight
from links2_tasks.baselines.geometric._register import Registration
from links2_tasks.baselines.geometric._views import Frame
from links2_tasks.schema import Mark, SatelliteImage
from links2_tasks.taxonomy import tasks
from links2_tasks.terms import Leg, place_phrase, route_phrase


def registration(
    t_s: float, x: float, y: float, heading_deg: float = 90.0, pixels: np.ndarray | None = None, inliers: int = 50
):
    """A frame whose centre lies at (x, y) on the map, with its up direction at a compass heading."""
    pixels = np.zeros((200, 400, 3), np.uint8) if pixels is None else pixels
    c, s = 0.5 * np.cos(np.radians(heading_deg)), 0.5 * np.sin(np.radians(heading_deg))
    centred = np.array([[1, 0, -200.0], [0, 1, -100.0], [0, 0, 1]])
    homography = np.array([[c, -s, x], [s, c, y], [0, 0, 1]]) @ centred
    return Registration(Frame(t_s, 400, 200, joined([]), pixels), homography, inliers, 9.0, "matched")


@dataclass
class Known:
    """Stands in for a registrar: the flights and the map are given."""

    flights: dict[int, Flight]
    pixels: np.ndarray = field(default_factory=lambda: np.zeros((600, 600, 3), np.uint8))

    def flight(self, question, root, image=0):
        return self.flights.get(image)

    def map_pixels(self, question, root, image=0):
        return self.pixels


EASTWARDS = Flight(tuple(registration(float(t), 100 + 50 * t, 300) for t in range(7)))


def answer(question, flight=EASTWARDS, pixels=None) -> str:
    known = Known({0: flight} if flight else {})
    if pixels is not None:
        known.pixels = pixels
    return ANSWERS[question.task](Case(question, Path(), known))


def test_every_task_has_an_answer():
    assert set(ANSWERS) == {task.name for task in tasks()}


@pytest.mark.parametrize("task", ["uav_localization", "relative_distance"])
def test_the_mark_nearest_to_the_image_centre(ask, point_marks, task):
    marks = point_marks((100, 300), (150, 330), (205, 305), (400, 300))
    assert answer(ask(task=task, marks=marks, query_time_s=2.0)) == "C"
    assert answer(ask(task=task, marks=marks, query_time_s=0.0)) == "A"


def test_marks_are_found_by_their_labels_and_not_by_their_order(ask, point_marks):
    marks = point_marks((100, 300), (150, 330), (205, 305), (400, 300))[::-1]
    options = ("Mark C", "Mark A", "Mark D", "Mark B")
    assert answer(ask(marks=marks, options=options, query_time_s=2.0)) == "A"


def test_object_localization_turns_with_the_image(ask, point_marks):
    # Facing east, the top of the image is east and its left is north: up and left in the image is east and north.
    text = f"Which mark is the object seen at {place_phrase(0.25, 0.25)}?"
    marks = point_marks((225, 250), (175, 250), (225, 350), (150, 275))
    assert answer(ask(task="object_localization", question=text, marks=marks, query_time_s=2.0)) == "A"


@pytest.mark.parametrize("heading_deg", [0.0, 44.0, 133.0, 271.0, 359.0])
def test_heading_estimation(ask, heading_deg):
    flight = Flight((registration(0.0, 300, 300, heading_deg),))
    options = ("north", "east", "south", "west")
    question = ask(task="heading_estimation", options=options, query_time_s=0.0)
    assert answer(question, flight) == "ABCD"[round(heading_deg / 90) % 4]


def test_relative_direction(ask):
    # The object is seen a quarter of the width left of the centre: 50 map px north of (200, 300).
    text = f"an object is seen at {place_phrase(0.25, 0.5)}"
    mark = Mark(image=0, kind="point", label="P", xy_px=((240.0, 290.0),))
    options = ("north-east", "south-east", "west", "south-west")
    question = ask(task="relative_direction", question=text, marks=(mark,), options=options, query_time_s=2.0)
    assert answer(question) == "B"


@pytest.mark.parametrize("n_vertices", [2, 25])
def test_trajectory_matching_minds_the_direction(ask, n_vertices):
    x = np.linspace(100, 400, n_vertices)
    lines = [np.column_stack([x, x]), np.column_stack([x[::-1], 300 + 0 * x]), np.column_stack([x, 302 + 0 * x])]
    marks = tuple(
        Mark(image=0, kind="path", label=label, xy_px=tuple(map(tuple, line.tolist())))
        for label, line in zip("ABC", lines, strict=True)
    )
    assert answer(ask(task="trajectory_matching", marks=marks, options=("Path A", "Path B", "Path C"))) == "C"


def test_landmark_sequence(ask):
    places = {"1": (350.0, 260.0), "2": (120.0, 380.0), "3": (240.0, 300.0), "4": (180.0, 310.0)}
    marks = tuple(Mark(image=0, kind="point", label=label, xy_px=(xy,)) for label, xy in places.items())
    options = ("1, 2, 3, 4", "2, 4, 1, 3", "2, 4, 3, 1", "1, 3, 4, 2")
    assert answer(ask(task="landmark_sequence", marks=marks, options=options)) == "C"


def test_object_counting_counts_what_is_mostly_in_view(ask):
    # Footprints are 100 px wide (north to south: 200): y 200 to 400, x 50 to 450.
    boxes = [(60, 210, 90, 240), (430, 390, 450, 430), (440, 300, 444, 302), (460, 300, 490, 330), (300, 100, 330, 190)]
    marks = tuple(
        Mark(image=0, kind="box", label=str(i), xy_px=((float(a), float(b)), (float(c), float(d))))
        for i, (a, b, c, d) in enumerate(boxes)
    )
    assert answer(ask(task="object_counting", marks=marks, options=("1", "2", "3", "4"))) == "B"


def test_satellite_retrieval_takes_the_image_with_the_most_agreement(ask):
    images = tuple(SatelliteImage(path="map.png", gsd_m=0.5, label=label) for label in "ABCD")
    options = tuple(f"Satellite image {label}" for label in "ABCD")
    question = ask(task="satellite_retrieval", satellite=images, options=options)
    weak = Flight((registration(0.0, 1, 1, inliers=9),))
    strong = Flight((registration(0.0, 1, 1, inliers=30),))
    assert ANSWERS[question.task](Case(question, Path(), Known({1: weak, 3: strong}))) == "D"
    with pytest.raises(CannotTellError):
        ANSWERS[question.task](Case(question, Path(), Known({})))


@pytest.mark.parametrize(("heading_deg", "letter"), [(90.0, "A"), (270.0, "B"), (0.0, "C"), (180.0, "D")])
def test_route_planning_depends_on_the_heading(ask, heading_deg, letter):
    turns = ("left", "right", "straight ahead", "back")
    options = tuple(route_phrase((Leg(turn, 100), Leg("straight ahead", 20))) for turn in turns)
    goal = Mark(image=0, kind="point", label="G", xy_px=((400.0, 60.0),))  # 120 m north of (400, 300) at 0.5 m a pixel
    flight = Flight((registration(6.0, 400, 300, heading_deg),))
    question = ask(
        task="route_planning", options=options, marks=(goal,), query_time_s=6.0, video_span_s=(0.0, 6.0),
    )  # fmt: skip
    assert answer(question, flight) == letter


def test_cross_view_change_finds_the_spot_that_was_built_on(ask, point_marks):
    rng = np.random.default_rng(0)
    ground = np.kron(rng.integers(60, 200, (75, 75, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    frame = np.rot90(ground[200:400, 250:350], 1).repeat(2, axis=0).repeat(2, axis=1).copy()  # facing east
    frame = np.clip(frame * 0.7 + 30, 0, 255).astype(np.uint8)
    frame[60:120, 270:330] = (250, 250, 250)
    flight = Flight((registration(0.0, 300, 300, 90.0, frame),))
    seen = [(100, 60), (300, 90), (100, 150), (300, 150)]  # in the frame; the second was built on
    places = [(300 + 0.5 * (100 - y), 300 + 0.5 * (x - 200)) for x, y in seen]
    question = ask(task="cross_view_change", marks=point_marks(*places))
    assert answer(question, flight, ground) == "B"


def test_scene_recognition_finds_the_area_of_the_same_looks(ask):
    rng = np.random.default_rng(0)
    ground = rng.normal(90, 4, (600, 600, 3))
    ground[:, :, 1] += 40  # grass everywhere, but for three areas
    ground[20:80, 20:80] = rng.normal(200, 25, (60, 60, 3))
    ground[20:80, 120:180] = (60, 90, 160)
    ground[20:80, 220:280] = rng.normal(120, 45, (60, 60, 1))
    corners = {"A": (20, 20), "B": (120, 20), "C": (320, 20), "D": (220, 20)}
    marks = tuple(
        Mark(image=0, kind="box", label=label, xy_px=((x, y), (x + 60.0, y + 60.0)))
        for label, (x, y) in corners.items()
    )
    question = ask(task="scene_recognition", marks=marks, options=("Box A", "Box B", "Box C", "Box D"))
    assert answer(question, EASTWARDS, np.clip(ground, 0, 255).astype(np.uint8)) == "C"


MISSING = {
    "no flight": ({"query_time_s": 2.0}, None, "not registered"),
    "no time": ({}, EASTWARDS, "without a time"),
    "time far from any frame": ({"query_time_s": 3.6, "video_span_s": (0.0, 9.0)}, Flight(EASTWARDS.registrations[:2]), "near the time"),
    "no marks": ({"query_time_s": 2.0}, EASTWARDS, "without the marks"),
    "no place": ({"task": "object_localization", "query_time_s": 2.0}, EASTWARDS, "place in the image"),
    "no directions": ({"task": "heading_estimation", "query_time_s": 2.0}, EASTWARDS, "compass"),
    "no north": (
        {"task": "heading_estimation", "query_time_s": 2.0, "satellite": (SatelliteImage(path="m", gsd_m=1, north_up=False),)},
        EASTWARDS,
        "north-up",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(MISSING))
def test_what_is_missing_is_said(ask, name):
    changes, flight, reason = MISSING[name]
    with pytest.raises(CannotTellError, match=reason):
        answer(ask(**changes), flight)


def test_options_that_name_no_mark_or_number_are_said(ask, point_marks):
    marks = point_marks((1, 1), (2, 2))
    with pytest.raises(CannotTellError, match="names no mark"):
        answer(ask(marks=marks, options=("Mark A", "Mark Z"), query_time_s=2.0))
    with pytest.raises(CannotTellError, match="judged"):
        answer(ask(task="object_counting", marks=marks, options=("few", "many")))
