from __future__ import annotations

import itertools

import pytest

from links2_tasks import taxonomy
from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.vlmeval import _names


def test_there_is_a_dataset_for_all_tasks_each_dimension_and_each_task() -> None:
    defaults = {each.name: each for each in _names.dataset_names() if not each.sampling.suffix}
    wanted = ["LinkS2", *(f"LinkS2-{name}" for name in taxonomy.dimensions())]
    wanted += [f"LinkS2-{task.name}" for task in taxonomy.tasks()]
    assert list(defaults) == wanted
    assert defaults["LinkS2"].tasks == tuple(task.name for task in taxonomy.tasks())
    assert set(defaults["LinkS2-relation"].tasks) == {
        task.name for task in taxonomy.tasks() if task.dimension == "relation"
    }


def test_names_are_unique_and_every_one_is_found_again() -> None:
    names = [each.name for each in _names.dataset_names()]
    assert len(set(names)) == len(names)
    assert [_names.find(name).name for name in names] == names


def test_frames_are_sent_as_images_unless_the_name_says_video() -> None:
    for each in _names.dataset_names():
        assert (each.sampling.medium == "video") == each.name.endswith("_video")
        assert (each.sampling.settings.strategy == "native_video") == each.name.endswith("_video")
    assert _names.find("LinkS2-relation_16frame").sampling.settings.n_frames == 16


def test_every_variant_has_its_names_for_the_tasks_it_is_asked_of() -> None:
    for variant in taxonomy.variants():
        found = _names.find(f"LinkS2_{variant.name}")
        assert found.tasks == tuple(task.name for task in taxonomy.tasks() if task in variant.tasks)
        assert (found.sampling.change, found.sampling.variant) == (variant.change, variant.name)
        assert found.sampling.settings.n_frames == 32
    assert set(_names.find("LinkS2-localization_open").tasks) == {"uav_localization", "object_localization"}
    assert not _names.is_ours("LinkS2-reasoning_open")
    assert _names.find("LinkS2_16frame").sampling.variant == "default"


def test_a_variant_shows_no_more_images_than_it_says() -> None:
    most = {name: _names.find(f"LinkS2_{name}").sampling.most_images for name in ("text_only", "single_frame")}
    assert most == {"text_only": 0, "single_frame": 7}


def test_the_most_images_of_a_message_fit_engines_that_take_24() -> None:
    assert _names.find("LinkS2_16frame").sampling.most_images <= 24
    assert _names.find("LinkS2_video").sampling.most_images == 6


def test_the_host_can_tell_every_name_apart_by_prefixes() -> None:
    """It takes a file for one of a dataset when its name begins with the dataset's, unless a longer name fits too."""
    names = [each.name for each in _names.dataset_names()]
    for short, long in itertools.permutations(names, 2):
        if long.startswith(short):
            assert long[len(short)] in "-_"


@pytest.mark.parametrize("wrong", ["LinkS2-uav_location", "LinkS2_32frame", "Links2", "LinkS2-uav_localization-video"])
def test_an_unknown_name_is_answered_with_near_ones(wrong: str) -> None:
    with pytest.raises(FrameworkError, match=r"Near it: LinkS2.*links2 tasks") as caught:
        _names.find(wrong)
    assert wrong in str(caught.value)
