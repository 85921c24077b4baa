"""Another region's map under the same marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from links2_tasks.errors import DataError
from links2_tasks.media import read_satellite, satellite_size
from links2_tasks.schema import Mark, Question, SatelliteImage
from links2_tasks.variants import change_questions

Ask = Callable[..., Question]
BLUE = {"east": 0, "west": 80, "north": 160}


def changed(questions: tuple[Question, ...] | list[Question], root: Path) -> tuple[Question, ...]:
    return change_questions("wrong_satellite", questions, root)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(regions=st.lists(st.sampled_from(list(BLUE)), min_size=2, max_size=12).filter(lambda found: len(set(found)) > 1))
def test_no_region_lends_to_itself(regions: list[str], ask: Ask, root: Path) -> None:
    asked = [ask(number, region) for number, region in enumerate(regions)]
    for before, after in zip(asked, changed(asked, root), strict=True):
        assert before.region not in after.satellite[0].path


def test_what_is_shown_is_the_other_region(questions: tuple[Question, ...], root: Path) -> None:
    for question in changed(questions, root):
        blue = read_satellite(root, question.satellite[0], 1000)[..., 2]
        assert blue.min() == blue.max() != BLUE[question.region]


def test_everything_but_the_map_stays(questions: tuple[Question, ...], root: Path) -> None:
    for before, after in zip(questions, changed(questions, root), strict=True):
        assert after.model_copy(update={"satellite": before.satellite}) == before
        (own,), (lent,) = before.satellite, after.satellite
        assert satellite_size(root, lent) == satellite_size(root, own)
        assert (lent.gsd_m, lent.label, lent.north_up) == (own.gsd_m, own.label, own.north_up)


def test_maps_are_lent_about_equally_often(questions: tuple[Question, ...], root: Path) -> None:
    times = Counter(question.satellite[0] for question in changed(questions, root))
    assert max(times.values()) <= 2
    assert len(times) >= len(questions) / 2


def test_the_order_of_the_questions_does_not_matter(questions: tuple[Question, ...], root: Path) -> None:
    assert changed(questions[::-1], root) == changed(questions, root)[::-1]


def test_every_tile_is_from_one_other_region(tiles: tuple[Question, ...], root: Path) -> None:
    for before, after in zip(tiles, changed(tiles, root), strict=True):
        paths = {image.path for image in after.satellite}
        assert len(paths) == 1
        assert paths != {f"{before.region}.png"}
        assert len({image.window_px for image in after.satellite}) == 4
        assert [image.label for image in after.satellite] == [image.label for image in before.satellite]
        assert (after.options, after.answer) == (before.options, before.answer)


def test_a_map_with_finer_pixels_shows_as_much_ground(ask: Ask, root: Path) -> None:
    fine = SatelliteImage(path="fine.png", gsd_m=0.25, window_px=(100, 100, 80, 60))
    box = Mark(image=0, kind="box", label="1", xy_px=((10.0, 20.0), (60.0, 50.0)))
    asked = [ask(0, "east", marks=(box,)), ask(0, "west", satellite=(fine,), marks=(box,))]
    east, west = changed(asked, root)
    (left, top, width, height) = east.satellite[0].window_px or (0, 0, 0, 0)
    assert (width, height) == (240, 200)
    assert east.satellite[0].gsd_m == 0.25
    assert east.marks[0].xy_px == ((20.0, 40.0), (120.0, 100.0))
    assert east.value is not None
    assert east.value.number == (181.0, 60.0)
    # About the middle of what was lent, as far as the map allows.
    assert (left + width / 2, top + height / 2) == (140, 130)
    assert (west.satellite[0].window_px or ())[2:] == (40, 30)


def test_a_window_stays_inside_the_map(ask: Ask, root: Path) -> None:
    corner = SatelliteImage(path="west.png", gsd_m=0.5, window_px=(235, 0, 5, 5))
    east, _ = changed([ask(0, "east"), ask(0, "west", satellite=(corner,), marks=(), value=None)], root)
    assert east.satellite[0].window_px == (120, 0, 120, 100)


def test_a_map_that_is_shown_whole_is_lent_and_borrowed_for(ask: Ask, root: Path) -> None:
    whole = {"satellite": (SatelliteImage(path="west.png", gsd_m=0.5),)}
    east, west = changed([ask(0, "east"), ask(0, "west", **whole)], root)
    assert east.satellite[0].window_px == (60, 70, 120, 100)
    assert west.satellite[0] == SatelliteImage(path="east.png", gsd_m=0.5, window_px=(0, 0, 240, 240))


def test_other_tasks_do_not_lend(ask: Ask, root: Path) -> None:
    asked = [ask(0, "east"), ask(0, "west", task="relative_distance")]
    with pytest.raises(DataError, match="no question of its task"):
        changed(asked, root)


def test_a_dataset_of_one_region(ask: Ask, root: Path) -> None:
    with pytest.raises(DataError, match="Regions of these questions: east") as found:
        changed([ask(0, "east"), ask(1, "east")], root)
    assert "two regions or more" in str(found.value)


def test_two_maps_of_one_region_are_not_lent_to_one_another(ask: Ask, root: Path) -> None:
    other_file = {"satellite": (SatelliteImage(path="fine.png", gsd_m=0.5, window_px=(0, 0, 120, 100)),)}
    asked = [ask(0, "east"), ask(1, "east", **other_file), ask(0, "west")]
    assert [after.satellite[0].path for after in changed(asked, root)][:2] == ["west.png", "west.png"]
    with pytest.raises(DataError, match="two regions or more"):
        changed(asked[:2], root)


def test_two_names_of_one_map_are_no_two_regions(ask: Ask, root: Path) -> None:
    same = {"satellite": ask(5, "east").satellite}
    with pytest.raises(DataError, match="map of another region"):
        changed([ask(0, "east"), ask(0, "west", **same)], root)


@pytest.mark.parametrize(
    "lender",
    [
        {"satellite": (SatelliteImage(path="gone.png", gsd_m=0.5),)},
        {"satellite": (SatelliteImage(path="../west.png", gsd_m=0.5),)},
        {"satellite": (SatelliteImage(path="west.png", gsd_m=0.5, north_up=False),)},
        {"satellite": (SatelliteImage(path="west.png", gsd_m=5.0, window_px=(0, 0, 9, 9)),), "gsd": 0.1},
        {"satellite": ()},
    ],
    ids=["missing", "outside", "other north", "too small", "none"],
)
def test_a_map_that_cannot_be_lent(lender: dict[str, object], ask: Ask, root: Path) -> None:
    gsd_m = lender.pop("gsd", None)
    own = ask(0, "east")
    if gsd_m:
        # 240 px of 0.05 m cannot cover 120 px of 0.5 m.
        lender["satellite"] = (SatelliteImage(path="west.png", gsd_m=0.05, window_px=(0, 0, 9, 9)),)
    with pytest.raises(DataError, match="none of 1 can lend"):
        changed([own, ask(0, "west", marks=(), value=None, **lender)], root)
