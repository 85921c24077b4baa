"""The same questions through the real code of both frameworks: the same prompts, the same pixels, the same scores.

A model in each records what it is shown and gives prepared replies. docs/parity.md is made of what is found; after a change
that is meant, write it anew and read the diff:

    LINKS2_UPDATE_GOLDEN=1 python -m pytest tests/frameworks/test_parity.py

With LINKS2_DATA_PARITY=<root>, the first questions of each task of that dataset take the place of the tests' own
(LINKS2_DATA_PARITY_EACH of each task, 2 by default); what is about the tests' own questions is skipped then.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

# The tests' own helpers lie in this folder; tests are no package. None of them imports a framework when it is imported,
# but for `run_lmms_eval`, `run_vlmeval`, `api_runs`: that takes long and must wait until folders are set up.
sys.path.insert(0, str(Path(__file__).parent / "parity"))

from findings import LEFT_OUT, Findings, measure
from hosts import Bench, both_hosts, run_both
from page import page, same_page
from replies import kinds_for, kinds_of_replies
from results import Pair, row_differences, shared_figures
from seen import decode
from tiny_questions import write_every_task, write_sample
from ways import WAYS

from links2_tasks import taxonomy
from links2_tasks.media import pixel_sha256

pytestmark = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("lmms_eval", "vlmeval")),
    reason="needs both frameworks: the extras 'lmms-eval' and 'vlmeval'",
)

PAGE = Path(__file__).parents[2] / "docs/parity.md"
OTHER_DATA = os.environ.get("LINKS2_DATA_PARITY")
own_questions = pytest.mark.skipif(bool(OTHER_DATA), reason="is about the tests' own questions")

every_way = pytest.mark.parametrize("way", range(len(WAYS)), ids=[way.label.replace("`", "") for way in WAYS])
every_task = pytest.mark.parametrize("task", [task.name for task in taxonomy.tasks()])


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Both frameworks."""
    with both_hosts(tmp_path_factory.mktemp("hosts")):
        yield


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The questions that are compared."""
    folder = tmp_path_factory.mktemp("parity")
    if OTHER_DATA:
        per_task = int(os.environ.get("LINKS2_DATA_PARITY_EACH", "2"))
        return Bench(write_sample(folder / "data", Path(OTHER_DATA), per_task), folder)
    return Bench(write_every_task(folder / "data"), folder)


@pytest.fixture(scope="module")
def pairs(hosts: None, bench: Bench) -> tuple[Pair, ...]:
    """All questions, every way, through both."""
    return run_both(bench)


@pytest.fixture(scope="module")
def found(pairs: tuple[Pair, ...], bench: Bench) -> Findings:
    """All else that is measured."""
    return measure(pairs, bench)


@every_way
def test_both_ask_and_score_every_question_once(pairs: tuple[Pair, ...], way: int) -> None:
    pair = pairs[way]
    asked = sorted(question.question_id for question in pair.questions)
    assert sorted(pair.lmms.shown) == sorted(pair.vlm.shown) == asked
    assert sorted(row["id"] for row in pair.lmms.samples) == sorted(pair.vlm.rows) == asked


@every_way
@every_task
def test_a_model_is_shown_the_same_parts(pairs: tuple[Pair, ...], way: int, task: str) -> None:
    assert pairs[way].differences_in_prompts(task) == []


@every_way
@every_task
def test_the_same_replies_get_the_same_rows(pairs: tuple[Pair, ...], way: int, task: str) -> None:
    assert pairs[way].differences_in_rows(task) == []


@own_questions
def test_every_kind_of_reply_is_given_and_all_outcomes_occur(pairs: tuple[Pair, ...]) -> None:
    pair = pairs[0]
    assert set(kinds_for(pair.questions).values()) == set(kinds_of_replies(pair.questions[0]))
    reasons = Counter(row["reason"] for row in pair.lmms.samples)
    wanted = {"letter", "option_text", "boxed", "refused", "ambiguous", "truncated_thinking", "empty", "request_failed"}
    assert wanted <= set(reasons)
    assert {row["score"] for row in pair.lmms.samples} == {0.0, 1.0}


@own_questions
@every_way
def test_the_frames_that_a_row_names_are_those_shown(pairs: tuple[Pair, ...], bench: Bench, way: int) -> None:
    """Decoded here from the recording, without the package: what rows say is true of what both models got."""
    pair = pairs[way]
    for question in pair.questions:
        manifest = pair.vlm.rows[question.question_id]["manifest"]
        shown = pair.vlm.shown[question.question_id]
        recording = decode(bench.root / question.video)
        times_s = [recording[index].time_s for index in manifest["indices"]]
        assert manifest["times_s"] == pytest.approx(times_s, abs=1e-6)
        images = [part.content for part in shown if part.kind == "image"]
        n_maps = len(question.satellite)
        if manifest["strategy"] != "native_video":
            assert images[:-n_maps] == [recording[index].sha256 for index in manifest["indices"]]
        assert images[-n_maps:] == manifest["satellite_sha256"]


@own_questions
def test_a_video_file_holds_the_planned_frames_at_their_spacing(pairs: tuple[Pair, ...]) -> None:
    pair = pairs[-1]
    for question in pair.questions:
        manifest = pair.vlm.rows[question.question_id]["manifest"]
        (video,) = (part for part in pair.vlm.shown[question.question_id] if part.kind == "video")
        n_frames, _, rest = video.content.partition(" frames ")
        times_s = json.loads(rest.partition(" at ")[2])
        assert int(n_frames) == manifest["n_frames"] == 32
        assert times_s[-1] == pytest.approx(manifest["times_s"][-1] - manifest["times_s"][0], abs=1e-3)


@every_way
def test_figures_of_tasks_dimensions_and_all_agree(pairs: tuple[Pair, ...], way: int) -> None:
    figures = shared_figures(pairs[way])
    assert len(figures) > 3
    for figure in figures:
        assert figure.lmms == pytest.approx(figure.vlm, abs=1e-9), figure


@own_questions
def test_figures_can_tell_a_mean_over_tasks_from_one_over_questions(pairs: tuple[Pair, ...]) -> None:
    overall = {figure.measure: figure.lmms for figure in shared_figures(pairs[0]) if figure.name == "overall"}
    assert not math.isclose(overall["macro_accuracy"], overall["micro_accuracy"])


@own_questions
def test_figures_agree_when_the_data_lack_a_task(found: Findings) -> None:
    lacking = found.lacking
    assert lacking.of_task(LEFT_OUT) == []
    for figure in shared_figures(lacking):
        assert figure.lmms == pytest.approx(figure.vlm, abs=1e-9), figure
    for task in {question.task for question in lacking.questions}:
        assert lacking.differences_in_prompts(task) == []
        assert lacking.differences_in_rows(task) == []


@own_questions
def test_the_command_line_of_lmms_eval_scores_alike_and_records_replies_without_their_thinking(found: Findings) -> None:
    assert [changed.kind for changed in found.command if changed.is_scored_otherwise] == []
    kinds = {changed.kind for changed in found.command}
    assert kinds <= {"closed <think>", "closing </think> only", "closed <analysis>"}


@own_questions
def test_a_clip_of_few_frames_is_a_list_of_them_in_lmms_eval_only(found: Findings) -> None:
    short = found.short
    assert short.n_frames < 32
    assert [part.kind for part in short.lmms] == ["text", "frame list", "text", "image", "text"]
    assert [part.kind for part in short.vlm] == ["text", "video", "text", "image", "text"]
    assert short.lmms[2:] == short.vlm[2:]
    differing = {what.split(" ", 1)[0] for what in row_differences(short.lmms_row, short.vlm_row)}
    assert differing == {"manifest", "note"}
    changed = {key for key, value in short.lmms_row["manifest"].items() if value != short.vlm_row["manifest"][key]}
    assert changed == {"strategy", "decoder", "pixel_sha256"}


@own_questions
def test_media_that_cannot_be_read_get_the_same_rows_but_for_the_reply(hosts: None, tmp_path: Path) -> None:
    bench = Bench(write_every_task(tmp_path / "data"), tmp_path)
    path = bench.root / "questions/test/route_planning.jsonl"
    first, second, *others = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    first["video"] = "videos/gone.mp4"
    second["satellite"][0]["path"] = "satellite/broken.png"
    (bench.root / "satellite/broken.png").write_bytes(b"no image")
    path.write_text("".join(json.dumps(row) + "\n" for row in (first, second, *others)), encoding="utf-8")
    (pair,) = run_both(bench, WAYS[:1])
    for name in pair.of_task("route_planning"):
        differing = row_differences(pair.lmms.rows[name], pair.vlm.rows[name])
        broken = pair.vlm.rows[name]["reason"] == "media_error"
        assert [what.split(" ", 1)[0] for what in differing] == (["raw"] if broken else []), differing
    assert pair.differences_in_prompts("route_planning") == []
    reasons = Counter(pair.lmms.rows[name]["reason"] for name in pair.of_task("route_planning"))
    assert reasons["media_error"] == 2
    assert first["question_id"] not in pair.vlm.shown


@own_questions
@pytest.mark.parametrize("case", ["lmms", "lmms-jpeg", "lmms-jpeg-75", "server", "server-local", "gpt", "gpt-high"])
def test_services_get_texts_and_images_in_the_order_of_the_prompt(found: Findings, case: str) -> None:
    got = found.api[case]
    assert got is not None
    assert got.texts_same
    assert got.order_same
    assert got.frames is not None
    assert got.frames.n_distinct == got.frames.n_images == 32


@own_questions
@pytest.mark.parametrize("case", ["lmms", "server-local"])
def test_nothing_is_lost_where_the_page_says_so(found: Findings, case: str) -> None:
    got = found.api[case]
    assert got is not None
    for images in (got.frames, got.satellite):
        assert images is not None
        assert images.loss is not None
        assert images.loss.largest == 0


@own_questions
@pytest.mark.parametrize("case", ["server", "gpt", "lmms-jpeg"])
def test_jpeg_keeps_sizes_and_changes_pixels(found: Findings, case: str) -> None:
    got = found.api[case]
    assert got is not None
    assert got.frames is not None
    assert got.frames.formats == {"JPEG"}
    assert got.frames.size_px == got.frames.wanted_px
    assert got.frames.loss is not None
    assert got.frames.loss.largest > 0
    assert got.frames.loss.psnr_db > 30


@own_questions
def test_jpeg_of_the_same_quality_gives_a_service_the_same_pixels_from_both(found: Findings) -> None:
    ours, theirs = (found.api[case] for case in ("lmms-jpeg-75", "server"))
    assert ours is not None
    assert theirs is not None
    for one, other in ((ours.frames, theirs.frames), (ours.satellite, theirs.satellite)):
        assert one is not None
        assert other is not None
        assert one.sha256 == other.sha256


@own_questions
def test_small_frames_are_scaled_up_unless_told_not_to(found: Findings) -> None:
    scaled, kept = (found.api[case] for case in ("server-small", "server-small-edge"))
    assert scaled is not None
    assert kept is not None
    assert scaled.frames is not None
    assert kept.frames is not None
    assert (scaled.frames.size_px, kept.frames.size_px) == ((150, 100), (96, 64))


@own_questions
def test_gpt4v_asks_for_low_detail_by_default(found: Findings) -> None:
    low, high = (found.api[case] for case in ("gpt", "gpt-high"))
    assert low is not None
    assert high is not None
    assert low.satellite is not None
    assert high.satellite is not None
    assert (low.satellite.details, high.satellite.details) == ({"low"}, {"high"})


@own_questions
def test_the_entry_gpt4o_scales_large_maps_down(found: Findings) -> None:
    from vlmeval.config import supported_VLM

    got = found.api["gpt-512"]
    assert got is not None
    assert got.satellite is not None
    assert max(got.satellite.wanted_px) > max(got.satellite.size_px) == 512
    known, high = (supported_VLM[name].keywords for name in ("GPT4o", "GPT4o_HIGH"))
    assert (known["img_size"], known["img_detail"]) == (512, "low")
    assert (high["img_size"], high["img_detail"]) == (-1, "high")


@own_questions
@pytest.mark.parametrize("case", ["lmms-video-url", "server-video", "server-video-local"])
def test_a_service_gets_the_very_file(found: Findings, case: str) -> None:
    got = found.api[case]
    assert got is not None
    assert got.video_same
    assert got.order_same
    assert got.texts_same


@own_questions
def test_gpt4v_sends_no_video(found: Findings) -> None:
    said = found.api["gpt-video-said"]
    assert found.api["gpt-video"] is None
    assert said is not None
    assert (said.video_same, said.video_url) == (False, "path")


@own_questions
def test_lmms_eval_s_openai_cuts_a_video_into_images(found: Findings) -> None:
    got = found.api["lmms-video-32"]
    assert got is not None
    assert got.frames is not None
    assert not got.order_same
    assert got.frames.n_images == 32
    assert got.frames.size_px != (320, 192)


@own_questions
def test_the_page_says_what_was_found(found: Findings) -> None:
    written = page(found)
    if os.environ.get("LINKS2_UPDATE_GOLDEN"):
        PAGE.write_text(written, encoding="utf-8")
    on_file = PAGE.read_text(encoding="utf-8")
    assert same_page(written, on_file), f"{PAGE} is out of date; see the top of this file"


def test_pages_are_compared_closely() -> None:
    assert same_page("a ≈10.0 b ~7", "a ≈10.9 b ~32")
    assert not same_page("a ≈10.0 b", "a ≈12.0 b")
    assert not same_page("a 10", "a 11")
    assert same_page("Written with x 1\na", "Written with x 2\na")


def test_a_changed_pixel_is_seen() -> None:
    pixels = np.zeros((4, 5, 3), dtype=np.uint8)
    changed = pixels.copy()
    changed[3, 4, 2] = 1
    assert pixel_sha256(pixels) != pixel_sha256(changed)
