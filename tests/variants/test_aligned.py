"""The estimate of what the video shows, drawn on the map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from shapely import Polygon

from links2_tasks.baselines.geometric import FootprintEstimator, GeometricBaseline, SeenFrame, SeenGround
from links2_tasks.media import satellite_size
from links2_tasks.media._cache import clip_cache
from links2_tasks.prompt import PromptSettings, build_prompt
from links2_tasks.schema import Mark, Question, SatelliteImage
from links2_tasks.variants import aligned, change_questions
from links2_tasks.variants._drawing import drawing

Ask = Callable[..., Question]
FPS, HALF_UP, HALF_ACROSS = 5, 120, 160


@pytest.fixture
def kept(flight_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that tests share which are not about caching: registration takes a second or two."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(flight_root / "cache" / name))


def changed(question: Question, root: Path) -> Question:
    (after,) = change_questions("aligned", [question], root)
    return after


def added(before: Question, after: Question) -> dict[str | None, Mark]:
    assert after.marks[: len(before.marks)] == before.marks
    return {mark.label: mark for mark in after.marks[len(before.marks) :]}


def truth(t_s: float) -> Polygon:
    """The ground that the flight's frame at a time shows; east is up in the frame."""
    x, y = 180.0 + 10.0 * t_s * FPS, 250.0
    return Polygon([(x + dx * HALF_UP, y + dy * HALF_ACROSS) for dx, dy in ((1, -1), (1, 1), (-1, 1), (-1, -1))])


def likeness(mark: Mark, area: Polygon) -> float:
    """Area that two outlines share, of all that they cover."""
    found = Polygon(mark.xy_px)
    return float(found.intersection(area).area / found.union(area).area)


@pytest.mark.usefixtures("kept")
def test_the_frame_that_is_asked_about_is_outlined_and_its_top_is_shown(ask_flight: Ask, flight_root: Path) -> None:
    before = ask_flight()
    after = changed(before, flight_root)
    marks = added(before, after)
    assert set(marks) == {"seen", "top"}
    assert likeness(marks["seen"], truth(2.0)) > 0.95
    (x1, y1), *_, (x2, y2) = marks["top"].xy_px
    assert x2 - x1 == pytest.approx(0.3 * 2 * HALF_UP, abs=6)
    assert y2 - y1 == pytest.approx(0, abs=6)
    assert x2 == pytest.approx(180 + 100 + HALF_UP, abs=6)
    assert after.question == (
        "The outline marked 'seen' shows where the video frame at 2.0 s lies on the satellite image; the arrow marked "
        f"'top' points to the upper edge of that frame. {aligned.CAUTION} {before.question}"
    )
    assert "estimate" in aligned.CAUTION


@pytest.mark.usefixtures("kept")
def test_all_that_comes_into_view_is_outlined_where_no_moment_is_asked_about(
    ask_flight: Ask, flight_root: Path
) -> None:
    before = ask_flight(query_time_s=None, question="Which mark comes into view?")
    after = changed(before, flight_root)
    marks = added(before, after)
    assert set(marks) == {"seen", "track"}
    assert likeness(marks["seen"], truth(0.0).union(truth(4.0)).convex_hull) > 0.9
    track = np.array(marks["track"].xy_px)
    assert track[0] == pytest.approx((180, 250), abs=6)
    assert track[-1] == pytest.approx((380, 250), abs=12)
    assert "the path marked 'track' is the way of the ground point at the centre" in after.question


@pytest.mark.usefixtures("kept")
def test_of_a_question_about_paths_only_the_ends_are_marked(ask_flight: Ask, flight_root: Path) -> None:
    paths = tuple(
        Mark(image=0, kind="path", label=label, xy_px=((50.0, 50.0 + 9 * i), (90.0, 80.0)))
        for i, label in enumerate("AB")
    )
    before = ask_flight(query_time_s=None, marks=paths, options=("Path A", "Path B"))
    marks = added(before, changed(before, flight_root))
    assert {label: mark.kind for label, mark in marks.items()} == {"seen": "polygon", "start": "point", "end": "point"}
    assert marks["start"].xy_px[0] == pytest.approx((180, 250), abs=6)
    assert marks["end"].xy_px[0] == pytest.approx((380, 250), abs=12)


def test_the_estimate_turns_with_a_turned_map(ask_flight: Ask, flight_root: Path) -> None:
    """It is made in pixels of the map as shown: on a map turned by 90 degrees, east is down."""
    turned = SatelliteImage(path="map.png", gsd_m=0.5, north_up=False, turned_deg=90)
    before = ask_flight(satellite=(turned,), marks=())
    marks = added(before, changed(before, flight_root))
    (x1, y1), *_, (x2, y2) = marks["top"].xy_px
    assert x2 - x1 == pytest.approx(0, abs=6)
    assert y2 > y1


def test_only_the_tile_that_the_clip_agrees_with_is_drawn_on(ask_flight: Ask, flight_root: Path) -> None:
    images = tuple(
        SatelliteImage(path=path, label=label, gsd_m=0.5) for path, label in (("elsewhere.png", "A"), ("map.png", "B"))
    )
    options = ("Satellite image A", "Satellite image B")
    before = ask_flight(satellite=images, marks=(), query_time_s=None, options=options)
    after = changed(before, flight_root)
    assert {mark.image for mark in after.marks} == {1}
    assert "the ground on satellite image B that comes into view" in after.question


@pytest.mark.usefixtures("kept")
def test_the_answer_has_no_part_in_it(ask_flight: Ask, flight_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = changed(ask_flight(), flight_root)
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(flight_root / "other cache" / name))
    other = changed(ask_flight(answer="D", question_id="another"), flight_root)
    assert other.marks == first.marks
    assert other.question == first.question


@pytest.mark.usefixtures("kept")
def test_a_question_that_cannot_be_placed_stays(ask_flight: Ask, flight_root: Path) -> None:
    lost = ask_flight(satellite=(SatelliteImage(path="elsewhere.png", gsd_m=0.5),))
    assert changed(lost, flight_root) == lost


@pytest.mark.parametrize(
    "bad",
    [
        {"video": "gone.mp4"},
        {"video": "../flight.mp4"},
        {"satellite": (SatelliteImage(path="gone.png", gsd_m=0.5),)},
        {"satellite": (), "marks": ()},
    ],
)
def test_a_question_with_bad_media_stays(bad: dict[str, object], ask_flight: Ask, flight_root: Path) -> None:
    broken = ask_flight(**bad)
    assert changed(broken, flight_root) == broken


def test_numbers_that_defeat_registration_leave_a_question_as_it_is(
    ask_flight: Ask, flight_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise np.linalg.LinAlgError("singular")

    monkeypatch.setattr("links2_tasks.baselines.geometric._seen.Registrar.flight", fail)
    assert changed(ask_flight(), flight_root) == ask_flight()


@pytest.mark.usefixtures("kept")
def test_the_baseline_answers_as_before(ask_flight: Ask, flight_root: Path) -> None:
    """What is drawn to help is no place to be counted, and no option."""
    boxes = tuple(
        Mark(image=0, kind="box", label=str(i), xy_px=((x, 240.0), (x + 20, 260.0)))
        for i, x in enumerate((200.0, 330.0))
    )
    counting = ask_flight(
        task="object_counting", marks=boxes, query_time_s=None, options=("0", "1", "2", "3"), answer="C"
    )
    heading = ask_flight(task="heading_estimation", marks=(), options=("north", "east", "south", "west"))
    baseline = GeometricBaseline()
    for question, letter in ((counting, "C"), (heading, "B")):
        after = changed(question, flight_root)
        assert len(after.marks) > len(question.marks)
        assert [baseline.answer(one, flight_root) for one in (question, after)] == [letter, letter]


def test_each_question_is_told(ask_flight: Ask, flight_root: Path) -> None:
    told: list[str] = []
    change_questions("aligned", [ask_flight(number, video="gone.mp4") for number in range(3)], flight_root, told.append)
    assert told == [f"aligned: question {number} of 3, east-{number - 1}" for number in (1, 2, 3)]


# What is kept


def test_a_second_run_registers_nothing(ask_flight: Ask, flight_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = ask_flight(satellite=(SatelliteImage(path="elsewhere.png", gsd_m=0.5),))
    first = [changed(question, flight_root) for question in (ask_flight(), lost)]
    monkeypatch.setattr(FootprintEstimator, "seen", lambda *_: pytest.fail("registered again"))
    assert [changed(question, flight_root) for question in (ask_flight(), lost)] == first
    same_look = ask_flight(9, task="heading_estimation", question="?", marks=())
    assert len(changed(same_look, flight_root).marks) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"query_time_s": 1.0},
        {"video_span_s": (0.0, 3.0)},
        {"satellite": (SatelliteImage(path="map.png", gsd_m=0.5, window_px=(0, 0, 500, 500)),)},
        {"satellite": (SatelliteImage(path="map.png", gsd_m=0.5, north_up=False, turned_deg=180),)},
        {"satellite": (SatelliteImage(path="elsewhere.png", gsd_m=0.5),)},
    ],
)
def test_what_is_kept_belongs_to_one_look(
    other: dict[str, object], ask_flight: Ask, flight_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Question] = []
    monkeypatch.setattr(FootprintEstimator, "seen", lambda self, question, root: made.append(question))
    for question in (ask_flight(), ask_flight(**other), ask_flight()):
        changed(question, flight_root)
    assert made == [ask_flight(), ask_flight(**other)]


def test_a_changed_file_is_looked_at_anew(ask: Ask, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Question] = []
    monkeypatch.setattr(FootprintEstimator, "seen", lambda self, question, root: made.append(question))
    copy = root / "copy.png"
    for source in ("east.png", "west.png", "west.png"):
        copy.write_bytes((root / source).read_bytes())
        changed(ask(satellite=(SatelliteImage(path="copy.png", gsd_m=0.5),)), root)
    assert len(made) == 2


def test_a_disk_that_cannot_be_written_to_costs_no_estimate(
    ask_flight: Ask, flight_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FootprintEstimator, "seen", lambda *_: SeenGround(image=0, frames=(frame(2.0, (9.0, 9.0)),)))
    expected = changed(ask_flight(), flight_root)
    assert expected.marks != ask_flight().marks
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "file" / name))
    assert changed(ask_flight(), flight_root) == expected


def test_what_is_kept_counts_as_cache(ask_flight: Ask, flight_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FootprintEstimator, "seen", lambda *_: None)
    changed(ask_flight(), flight_root)
    assert "estimates" in {entry.kind for entry in clip_cache().entries()}
    clip_cache().clear()
    assert not list(clip_cache().entries())


# Drawing


def frame(t_s: float, corner: tuple[float, float], size: tuple[float, float] = (40.0, 30.0)) -> SeenFrame:
    (x, y), (width, height) = corner, size
    return SeenFrame(
        t_s=t_s,
        outline_px=((x, y), (x + width, y), (x + width, y + height), (x, y + height)),
        centre_px=(x + width / 2, y + height / 2),
        upper_px=(x + width / 2, y + 0.3 * height),
        top_px=(x + width / 2, y),
    )


def drawn(question: Question, root: Path, *frames: SeenFrame) -> list[Mark]:
    """What is drawn on the window of 120 x 100 px."""
    return [one.mark for one in drawing(question, SeenGround(image=0, frames=frames), root)]


@pytest.mark.parametrize("query_time_s", [2.0, None])
def test_marks_lie_inside_the_map(query_time_s: float | None, ask: Ask, root: Path) -> None:
    question = ask(query_time_s=query_time_s)
    width, height = satellite_size(root, question.satellite[0])
    frames = [frame(2.0 + step, (80.0 + 30 * step, 60.0 + 20 * step)) for step in range(3)]
    marks = drawn(question, root, *frames)
    assert marks
    assert all(0 <= x <= width and 0 <= y <= height for mark in marks for x, y in mark.xy_px)


def test_what_lies_beside_the_map_is_not_drawn(ask: Ask, root: Path) -> None:
    assert drawn(ask(), root, frame(2.0, (500.0, 500.0))) == []
    assert drawn(ask(query_time_s=None), root, frame(2.0, (500.0, 500.0))) == []


@pytest.mark.parametrize("query_time_s", [2.0, None])
def test_a_frame_that_crosses_itself_is_not_drawn(query_time_s: float | None, ask: Ask, root: Path) -> None:
    crossed = frame(2.0, (20.0, 20.0))
    (a, b, c, d) = crossed.outline_px
    crossed = crossed.model_copy(update={"outline_px": (a, c, b, d)})
    question = ask(query_time_s=query_time_s)
    assert drawn(question, root, crossed) == []
    assert drawn(question, root, crossed, frame(2.2, (30.0, 30.0)))[0].xy_px[0] in frame(2.2, (30.0, 30.0)).outline_px


def test_an_arrow_that_leaves_the_map_ends_at_its_edge(ask: Ask, root: Path) -> None:
    outline, arrow = drawn(ask(), root, frame(2.0, (20.0, -20.0), (60.0, 100.0)))
    assert arrow.xy_px[0] == (50.0, 10.0)
    assert arrow.xy_px[-1] == pytest.approx((50.0, 1.0), abs=3.0)
    assert outline.xy_px[0][1] >= 0


def test_an_arrow_off_the_map_is_not_spoken_of(ask: Ask, root: Path) -> None:
    seen = SeenGround(image=0, frames=(frame(2.0, (20.0, -80.0), (60.0, 100.0)),))
    (outline,) = drawing(ask(), seen, root)
    assert "arrow" not in outline.words


def test_a_frame_far_from_the_time_that_is_asked_about_is_not_taken_for_it(ask: Ask, root: Path) -> None:
    assert drawn(ask(), root, frame(1.4, (20.0, 20.0))) == []
    assert len(drawn(ask(), root, frame(1.4, (20.0, 20.0)), frame(2.3, (30.0, 20.0)))) == 2


def test_parts_that_do_not_touch_are_numbered(ask: Ask, root: Path) -> None:
    question = ask(query_time_s=None)
    seen = SeenGround(image=0, frames=(frame(0.0, (0.0, 0.0)), frame(1.0, (60.0, 0.0), (50.0, 40.0))))
    first, second, track = drawing(question, seen, root)
    assert [one.mark.label for one in (first, second, track)] == ["seen 1", "seen 2", "track"]
    assert first.mark.xy_px != second.mark.xy_px
    assert "'seen 2' shows another part of it" in second.words


def test_labels_of_the_question_are_left_to_it(ask: Ask, root: Path) -> None:
    own = tuple(
        Mark(image=0, kind="point", label=label, xy_px=((10.0 * i, 10.0),)) for i, label in enumerate(("Seen", "top"))
    )
    marks = drawn(ask(marks=own), root, frame(2.0, (20.0, 20.0)))
    assert [mark.label for mark in marks] == ["seen, estimated", "top, estimated"]


@pytest.mark.usefixtures("kept")
def test_prompts_name_what_is_drawn(ask_flight: Ask, flight_root: Path) -> None:
    prompt = build_prompt(changed(ask_flight(), flight_root), PromptSettings(n_frames=1), flight_root)
    assert "Marked on it: points A, B, C and D; polygon seen; path top." in prompt.text
