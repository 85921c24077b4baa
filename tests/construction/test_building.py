"""Building a dataset: what all questions share, what it refuses, and what it leaves behind."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

# The flights' makers lie with the writers' tests; tests are no package.
sys.path.insert(0, str(Path(__file__).parent / "writers"))

from flight_folders import MAP_BOUNDS_M, VIDEO_PX, plan_flight, write_flight, write_region

from links2_tasks import terms
from links2_tasks.construction import building, steps
from links2_tasks.construction.building import build, dry_run
from links2_tasks.dataset import load_info, load_questions, validate
from links2_tasks.errors import DataError, SceneError
from links2_tasks.schema import LETTERS, Question

N_FLIGHTS = 2
QUICK = ("uav_localization", "heading_estimation", "trajectory_matching")


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flights")
    rng = np.random.default_rng(11)
    write_region(folder, rng)
    for i in range(N_FLIGHTS):
        write_flight(folder / f"flight_{i}", plan_flight(rng))
    return folder


@pytest.fixture(scope="module")
def root(flights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "out"
    build(flights, out, seed=3)
    return out


@pytest.fixture(scope="module")
def questions(root: Path) -> tuple[Question, ...]:
    return load_questions(root)


@pytest.fixture
def region(flights: Path, tmp_path: Path) -> Path:
    """A copy of the region's files, without flights."""
    folder = tmp_path / "region"
    shutil.copytree(flights, folder, ignore=shutil.ignore_patterns("flight_*"))
    return folder


@pytest.fixture
def add_flight(region: Path) -> Callable[..., Path]:
    """Adds a flight to the region."""

    def _add(name: str, **config: object) -> Path:
        write_flight(region / name, plan_flight(np.random.default_rng(len(name))), **config)
        return region / name

    return _add


@pytest.fixture
def quick_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The writers that take no time, for tests that are about anything else."""
    monkeypatch.setattr(building, "WRITERS", tuple(one for one in building.WRITERS if one.task in QUICK))


def jsonl(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((root / "questions").rglob("*.jsonl"))}


def test_the_dataset_is_sound_and_has_every_task(root: Path, questions: tuple[Question, ...]) -> None:
    assert validate(root) == ()
    assert {question.task for question in questions} == {writer.task for writer in building.WRITERS}
    assert len(load_info(root).clips) == 2 * N_FLIGHTS


def test_question_ids_are_unique(questions: tuple[Question, ...]) -> None:
    assert len({question.question_id for question in questions}) == len(questions)


def test_no_question_is_asked_twice(questions: tuple[Question, ...]) -> None:
    asked = [question.model_dump_json(exclude={"question_id", "options", "answer"}) for question in questions]
    assert max(Counter(asked).values()) == 1


def test_letters_are_even_within_one_for_each_task_and_number_of_options(questions: tuple[Question, ...]) -> None:
    groups: dict[tuple[str, int], Counter[str]] = {}
    for question in questions:
        groups.setdefault((question.task, len(question.options)), Counter())[question.answer] += 1
    for (task, number), letters in groups.items():
        counts = [letters[letter] for letter in LETTERS[:number]]
        assert max(counts) - min(counts) <= 1, (task, letters)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(flights: Path, root: Path, tmp_path: Path) -> None:
    build(flights, tmp_path / "again", seed=3)
    assert jsonl(tmp_path / "again") == jsonl(root)
    build(flights, tmp_path / "other", seed=4)
    other = jsonl(tmp_path / "other")
    assert all(other[name] != content for name, content in jsonl(root).items())


def test_a_dry_run_tells_what_a_build_does_and_writes_nothing(flights: Path, root: Path) -> None:
    before = sorted(flights.rglob("*"))
    report = dry_run(flights, seed=3)
    counts = Counter(question.task for question in load_questions(root))
    assert {task: n for task, n in report.n_questions.items() if n} == dict(counts)
    assert (report.n_flights, report.n_clips) == (N_FLIGHTS, 2 * N_FLIGHTS)
    assert sorted(flights.rglob("*")) == before


def test_windows_lie_on_the_map_and_marks_in_their_windows(root: Path, questions: tuple[Question, ...]) -> None:
    for question in questions:
        sizes = []
        for image in question.satellite:
            assert image.window_px is not None
            left, top, width, height = image.window_px
            with Image.open(root / image.path) as opened:
                assert left + width <= opened.width, question.question_id
                assert top + height <= opened.height, question.question_id
            sizes.append((width, height))
        for mark in question.marks:
            xy = np.array(mark.xy_px)
            assert np.all((xy >= 0) & (xy <= sizes[mark.image])), question.question_id


def test_times_lie_in_the_video_and_in_the_clip(root: Path, questions: tuple[Question, ...]) -> None:
    spans = {clip.clip_id: clip.span_s for clip in load_info(root).clips}
    for question in questions:
        start_s, end_s = spans[question.clip_id]
        assert start_s <= question.video_span_s[0] < question.video_span_s[1] <= end_s, question.question_id
        assert end_s <= 20.0


def test_every_labelled_mark_belongs_to_an_option_or_to_the_text(questions: tuple[Question, ...]) -> None:
    for question in questions:
        labels = [str(mark.label) for mark in question.marks]
        assert len(set(labels)) == len(labels), question.question_id
        for label in set(labels) - set(question.letters):
            named = label.isdigit() or re.search(rf"\bmarked {label}\b", question.question)
            assert named, f"{question.question_id}: the mark {label} is never spoken of"


def test_no_text_tells_what_the_annotation_knows(questions: tuple[Question, ...]) -> None:
    """Ids and descriptions of landmarks and areas are for people who check; the fixture's all hold these words."""
    for question in questions:
        text = " ".join((question.question, *question.options)).lower()
        assert not re.search(r"landmark_\d|area_\d|area \d|secret|\badded\b", text), question.question_id


def test_every_phrase_that_a_question_names_is_read_back(questions: tuple[Question, ...]) -> None:
    for question in questions:
        place = terms.parse_place(question.question)
        if "image width" in question.question:
            assert place is not None
            assert terms.place_phrase(*place) in question.question, question.question_id
        if question.task == "route_planning":
            assert [terms.route_phrase(terms.parse_route(option)) for option in question.options] == list(
                question.options
            )
        if question.task == "landmark_sequence":
            assert [terms.order_phrase(terms.parse_order(option)) for option in question.options] == list(
                question.options
            )
        if question.task in ("heading_estimation", "relative_direction"):
            names = [terms.compass_name(terms.compass_deg(option)) for option in question.options]
            assert names == list(question.options)


def test_the_time_in_the_text_is_the_query_time(questions: tuple[Question, ...]) -> None:
    for question in questions:
        named = re.findall(r"(\d+\.\d) s\b", question.question)
        if question.query_time_s is not None:
            assert named == [f"{question.query_time_s:.1f}"], question.question_id
        else:
            assert named == [], question.question_id


def test_clips_say_what_the_video_is(root: Path) -> None:
    for clip in load_info(root).clips:
        assert (clip.width_px, clip.height_px, clip.fps) == (*VIDEO_PX, 10.0)
        assert (root / clip.video).is_file()


@pytest.mark.usefixtures("quick_writers")
def test_at_most_so_many_questions_of_a_task(flights: Path) -> None:
    report = dry_run(flights, questions_per_task=3)
    assert max(report.n_questions.values()) == 3


def test_two_flights_of_one_name_are_refused(region: Path, add_flight: Callable[..., Path]) -> None:
    add_flight("one", scene_id="same")
    add_flight("other", scene_id="same")
    with pytest.raises(SceneError, match="same"):
        dry_run(region)


def test_two_flights_of_one_name_are_refused_whatever_their_videos_end_in(
    region: Path, add_flight: Callable[..., Path]
) -> None:
    shutil.copy(region / "uav.mp4", region / "uav.mov")
    add_flight("one", scene_id="same")
    add_flight("other", scene_id="same", video="../uav.mov")
    with pytest.raises(SceneError, match="same"):
        dry_run(region)


@pytest.mark.parametrize("name", ["map2.jpg", "map2.png"])
def test_two_maps_of_one_region_are_refused(region: Path, add_flight: Callable[..., Path], name: str) -> None:
    with Image.open(region / "map.jpg") as image:
        image.rotate(180).save(region / name)
    world = {"map2.jpg": "map2.jgw", "map2.png": "map2.pgw"}[name]
    shutil.copy(region / "map.jgw", region / world)
    add_flight("one")
    add_flight("other", map=f"../{name}")
    with pytest.raises(SceneError, match="map"):
        dry_run(region)


def test_one_map_in_two_places_is_refused(region: Path, add_flight: Callable[..., Path]) -> None:
    """The same picture with another world file cannot be right for both flights."""
    west, south, east, north = MAP_BOUNDS_M
    add_flight("one")
    add_flight("other", map_corners=[west + 50, south, east + 50, north])
    with pytest.raises(SceneError, match="map"):
        dry_run(region)


@pytest.mark.usefixtures("quick_writers")
@pytest.mark.parametrize("config", [{"scene_id": "../../evil"}, {"region": "../../evil"}, {"region": "a/b: c"}])
def test_names_that_are_paths_stay_inside(
    region: Path, add_flight: Callable[..., Path], tmp_path: Path, config: dict[str, str]
) -> None:
    add_flight("one", **config)
    before = {path for path in tmp_path.rglob("*") if region not in path.parents}
    build(region, tmp_path / "deep/out", questions_per_task=1)
    new = {path for path in tmp_path.rglob("*") if region not in path.parents} - before
    assert all(path.is_relative_to(tmp_path / "deep") for path in new)
    assert validate(tmp_path / "deep/out") == ()


def test_a_folder_that_exists_is_not_touched(flights: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine")
    with pytest.raises(DataError, match="exists already"):
        build(flights, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.mark.usefixtures("quick_writers")
@pytest.mark.parametrize("step", ["_write", "_copy_media", "write_dataset"])
def test_a_build_that_fails_leaves_nothing(
    flights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*args: object, **keywords: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(building, step, fail)
    with pytest.raises(OSError, match="no space"):
        build(flights, tmp_path / "deep/out", questions_per_task=1)
    assert list((tmp_path / "deep").iterdir()) == []


@pytest.mark.usefixtures("quick_writers")
def test_a_build_that_is_killed_leaves_no_dataset_and_no_hindrance(
    region: Path, add_flight: Callable[..., Path], tmp_path: Path
) -> None:
    add_flight("one")
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from links2_tasks.construction import building\n"
        "def wait(*args, **keywords):\n"
        "    print('copied', flush=True)\n"
        "    time.sleep(60)\n"
        "building.write_dataset = wait\n"
        f"building.WRITERS = tuple(one for one in building.WRITERS if one.task in {QUICK})\n"
        "building.build(Path(sys.argv[1]), Path(sys.argv[2]), questions_per_task=1)\n"
    )
    out = tmp_path / "deep/out"
    child = subprocess.Popen([sys.executable, "-c", program, str(region), str(out)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "copied\n"
    child.send_signal(signal.SIGKILL)
    child.wait(timeout=10)
    child.stdout.close()
    assert not out.exists()
    started = time.monotonic()
    build(region, out, questions_per_task=1)
    assert time.monotonic() - started < 30
    assert [path.name for path in out.parent.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("clip_length_s", value) for value in (0.0, 0.9, -3.0, float("nan"), float("inf"))),
        ("seed", -1),
        ("questions_per_task", 0),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(flights: Path, tmp_path: Path, name: str, value: float) -> None:
    with pytest.raises(SceneError, match=f"{name} must be"):
        dry_run(flights, **{name: value})  # type: ignore[arg-type]
    with pytest.raises(SceneError, match=f"{name} must be"):
        build(flights, tmp_path / "out", **{name: value})  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("quick_writers")
def test_the_more_questions_are_wanted_the_more_drafts_are_taken_of_a_clip(
    region: Path, add_flight: Callable[..., Path]
) -> None:
    add_flight("one")
    few, many = (dry_run(region, questions_per_task=wanted) for wanted in (1, 1000))
    most_drafts = [max(report.n_drafts.values()) / report.n_clips for report in (few, many)]
    assert most_drafts == list(steps.DRAFTS_PER_CLIP)


def test_a_flight_without_landmarks_still_gives_questions(region: Path, add_flight: Callable[..., Path]) -> None:
    (region / "landmarks.geojson").unlink()
    (region / "land_use.geojson").unlink()
    add_flight("bare")
    report = dry_run(region)
    assert report.n_questions["object_localization"] == 0
    assert report.n_questions["uav_localization"] > 0
    assert sum(report.refusals["object_localization"].values()) > 0
