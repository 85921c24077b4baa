"""A build stage by stage: what it leaves, what it takes over from before, and what it refuses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from links2_tasks.construction import building
from links2_tasks.dataset import load_info, load_questions, validate
from links2_tasks.errors import DataError, SceneError
from links2_tasks.pipeline import BuildReport, BuildSettings, _wording, build, work_folder
from links2_tasks.pipeline._work import STAGES, held
from links2_tasks.rewriting import Reworded, RewriteRefusal

Settings = Callable[..., BuildSettings]
FilesOf = Callable[[Path], dict[str, bytes]]


def kept(report: BuildReport) -> list[str]:
    """Stages that took over something of all that an earlier build had made in them."""
    return [stage.stage for stage in report.stages if stage.kept and all(stage.kept.values())]


def test_the_dataset_is_sound_and_says_what_its_footage_is(whole: tuple[Path, BuildReport]) -> None:
    out, report = whole
    assert validate(out) == ()
    info = load_info(out)
    assert (info.simulated, {clip.recorded_on for clip in info.clips}) == (True, {date(2024, 5, 31)})
    counts = {task: n for task, n in report.n_questions.items() if n}
    assert info.counts == {"test": counts}
    assert (report.n_flights, report.n_clips) == (2, 2)


def test_questions_in_the_writers_words_are_those_of_the_simple_build(
    tiny_flights: Path, settings: Settings, built: Path, files_of: FilesOf, tmp_path: Path
) -> None:
    staged, simple = tmp_path / "staged", tmp_path / "simple"
    build(tiny_flights, staged, settings(wording="writers"), work=work_folder(built))
    building.build(tiny_flights, simple, questions_per_task=2, clip_length_s=20.0)
    assert files_of(staged / "questions") == files_of(simple / "questions")


def test_templates_change_words_and_nothing_else(whole: tuple[Path, BuildReport], tmp_path: Path) -> None:
    stages = [work_folder(whole[0]) / name / "questions.jsonl" for name in ("4_questions", "5_wording")]
    before, after = ([json.loads(line) for line in path.read_text().splitlines()] for path in stages)
    assert [one.pop("question") for one in before] != [one.pop("question") for one in after]
    for one in after:
        one["provenance"].pop("wording", None)
    assert before == after


def test_every_stage_says_what_it_read_made_and_dropped(whole: tuple[Path, BuildReport]) -> None:
    out, report = whole
    assert [stage.stage for stage in report.stages] == list(STAGES)
    for number, stage in enumerate(report.stages, start=1):
        folder = work_folder(out) / f"{number}_{stage.stage}"
        stored = json.loads((folder / "report.json").read_text())
        assert (stored["read"], stored["made"]) == (stage.read, stage.made)
        dropped = [json.loads(line) for line in (folder / "dropped.jsonl").read_text().splitlines()]
        assert sum(one.get("n", 1) for one in dropped) == sum(stage.dropped.values())
    questions = report.stages[STAGES.index("questions")]
    refused = sum(n for reasons in report.refusals.values() for n in reasons.values())
    not_chosen = questions.made["drafts"] - questions.made["questions"]
    assert sum(questions.dropped.values()) == refused + not_chosen


def test_the_facts_of_a_clip_are_there_for_people(whole: tuple[Path, BuildReport]) -> None:
    lines = (work_folder(whole[0]) / "3_facts/facts.jsonl").read_text().splitlines()
    facts = [json.loads(line) for line in lines]
    assert [one["clip_id"] for one in facts] == ["over_north_01", "over_south_01"]
    for one in facts:
        assert len(one["track"]) == 20
        assert 0 < sum(one["land_use"].values()) < 1.01
        start_s, end_s = one["span_s"]
        for landmark in one["landmarks"]:
            assert all(start_s <= first <= last <= end_s for first, last in landmark["seen_s"])
    assert any(one["landmarks"] for one in facts)


def test_the_funnel_lies_in_the_work_folder(whole: tuple[Path, BuildReport]) -> None:
    steps = json.loads((work_folder(whole[0]) / "funnel.json").read_text())["steps"]
    assert [(step["n_in"], step["n_out"]) for step in steps[:2]] == [(2, 2), (2, 2)]
    writers, choice = steps[2:4]
    assert writers["n_in"] - writers["n_out"] == sum(writers["reasons"].values())
    assert (writers["n_out"], choice["n_in"]) == (sum(whole[1].n_drafts.values()),) * 2
    assert choice["n_out"] == sum(whole[1].n_questions.values())


def test_every_question_waits_for_two_reviewers(whole: tuple[Path, BuildReport]) -> None:
    lines = (work_folder(whole[0]) / "8_review/queue.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    ids = {question.question_id for question in load_questions(whole[0])}
    orders = [[row["question_id"] for row in rows if row["slot"] == slot] for slot in (1, 2)]
    assert [set(order) for order in orders] == [ids, ids]
    assert orders[0] != orders[1]


def test_the_same_build_again_takes_all_over(built: Path, settings: Settings, files_of: FilesOf) -> None:
    # Decisions of reviewers are no part of the dataset, and stay.
    (built / ".links2").mkdir()
    (built / ".links2/review.sqlite").write_text("mine")
    # The copy lies elsewhere than the dataset that the work folder knows, so it is written anew, from what is there.
    before = files_of(built)
    shutil.move(built, built.with_name("aside"))
    build(built.with_name("flights"), built, settings())
    again = build(built.with_name("flights"), built, settings())
    assert kept(again) == list(STAGES)
    assert {path: text for path, text in before.items() if ".links2" not in path} == files_of(built)


def test_a_changed_setting_remakes_only_what_hangs_on_it(built: Path, settings: Settings, tmp_path: Path) -> None:
    flights, work = built.with_name("flights"), work_folder(built)

    def kept_with(**changes: object) -> list[str]:
        report = build(flights, tmp_path / f"other_{len(list(tmp_path.iterdir()))}", settings(**changes), work=work)
        return kept(report)

    assert kept_with(name="other") == list(STAGES[:-1])
    assert kept_with(reviewers=3) == [*STAGES[:7]]
    assert kept_with(wording="writers") == list(STAGES[:4])
    assert kept_with(questions_per_task=1) == list(STAGES[:3])


def test_a_file_that_was_only_touched_is_looked_at_again_and_no_more(built: Path, settings: Settings) -> None:
    flights = built.with_name("flights")
    os.utime(flights / "north/over_north/telemetry.csv")
    report = build(flights, built.with_name("again"), settings(), work=work_folder(built))
    footage, *later, _ = report.stages
    assert footage.kept == {"flights": 1}
    assert kept(replace(report, stages=tuple(later))) == list(STAGES[1:-1])


def test_a_changed_flight_is_made_anew_and_the_other_is_not(built: Path, settings: Settings) -> None:
    flights = built.with_name("flights")
    rows = (flights / "north/over_north/telemetry.csv").read_text().splitlines()
    (flights / "north/over_north/telemetry.csv").write_text("\n".join(rows[:-4]) + "\n")
    report = build(flights, built.with_name("again"), settings(), work=work_folder(built))
    by_name = {stage.stage: stage for stage in report.stages}
    assert [by_name[name].kept["flights"] for name in ("footage", "clips", "facts", "questions")] == [1] * 4
    assert by_name["clips"].dropped == {"the video goes on after the telemetry": 1}


@pytest.mark.parametrize("damage", ["", "{}", "cut off"])
def test_what_is_damaged_is_made_again(built: Path, settings: Settings, damage: str, files_of: FilesOf) -> None:
    work = work_folder(built)
    before = files_of(work / "4_questions")
    for path in [work / "4_questions/questions.jsonl", *(work / "3_facts/flights").iterdir()]:
        text = path.read_text()
        path.write_text(text[: len(text) // 2] if damage == "cut off" else damage)
    report = build(built.with_name("flights"), built.with_name("again"), settings(), work=work)
    assert {"facts", "questions"}.isdisjoint(kept(report))
    assert files_of(built.with_name("again")) == files_of(built)
    questions = "questions.jsonl"
    assert (work / "4_questions" / questions).read_bytes() == before[questions]


def test_a_missing_video_of_the_work_folder_is_laid_there_again(built: Path, settings: Settings) -> None:
    media = work_folder(built) / "1_footage/media"
    (media / "videos/over_south.mp4").unlink()
    build(built.with_name("flights"), built.with_name("again"), settings(), work=work_folder(built))
    assert (built.with_name("again") / "videos/over_south.mp4").is_file()


def test_a_broken_flight_is_dropped_with_its_error_and_the_others_go_on(built: Path, settings: Settings) -> None:
    flights = built.with_name("flights")
    for name, key in (("unreadable", "telemetri"), ("undecodable", "scene_id")):
        shutil.copytree(flights / "north/over_north", flights / "north" / name)
        config = json.loads((flights / "north" / name / "scene.yaml").read_text())
        config |= {key: name, "video": "uav.mp4" if name == "undecodable" else "../uav.mp4"}
        (flights / "north" / name / "scene.yaml").write_text(json.dumps(config))
    whole_video = (flights / "north/uav.mp4").read_bytes()
    # The index of the file stands at its beginning or end; the pictures between are blanked.
    middle = len(whole_video) // 2
    blanked = whole_video[: middle - 40_000] + bytes(80_000) + whole_video[middle + 40_000 :]
    (flights / "north/undecodable/uav.mp4").write_bytes(blanked)
    report = build(flights, built.with_name("again"), settings(), work=work_folder(built))
    footage = report.stages[0]
    assert (footage.read, footage.made, footage.kept) == ({"flights": 4}, {"flights": 2}, {"flights": 2})
    lines = (work_folder(built) / "1_footage/dropped.jsonl").read_text().splitlines()
    details = {row["item"]: row["detail"] for row in map(json.loads, lines)}
    assert "unknown key 'telemetri'" in details["north/unreadable"]
    assert "uav.mp4" in details["north/undecodable"]


def test_when_no_flight_is_left_the_build_says_why(flights: Path, settings: Settings, tmp_path: Path) -> None:
    for name in ("north", "south"):
        (flights / name / "map.jgw").unlink()
    with pytest.raises(SceneError, match=r"None of the 2 flights .* can be used. north/over_north: .*no world file"):
        build(flights, tmp_path / "out", settings())
    shutil.rmtree(flights / "north")
    with pytest.raises(SceneError, match=r"^the place of .* is not known"):
        build(flights, tmp_path / "out", settings())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("config", "words"), [({"scene_id": "same"}, "same"), ({"region": "one"}, "but not its map")])
def test_flights_that_exclude_one_another_are_an_error(
    flights: Path, settings: Settings, tmp_path: Path, config: Mapping[str, str], words: str
) -> None:
    for name in ("north", "south"):
        path = flights / name / f"over_{name}/scene.yaml"
        path.write_text(json.dumps(json.loads(path.read_text()) | config))
    with pytest.raises(SceneError, match=words):
        build(flights, tmp_path / "out", settings())


def test_a_folder_that_exists_is_refused_before_any_work(flights: Path, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine")
    with pytest.raises(DataError, match="exists already"):
        build(flights, tmp_path / "out", settings())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["flights", "out"]


def test_a_dataset_that_would_come_out_otherwise_is_not_replaced(
    built: Path, settings: Settings, files_of: FilesOf
) -> None:
    out, flights = built.with_name("out"), built.with_name("flights")
    build(flights, out, settings(), work=work_folder(built))
    before = files_of(out)
    with pytest.raises(DataError, match="exists already"):
        build(flights, out, settings(name="other"), work=work_folder(built))
    assert files_of(out) == before


def test_two_builds_never_work_in_one_folder(flights: Path, settings: Settings, tmp_path: Path) -> None:
    with held(tmp_path / "work", {}), pytest.raises(DataError, match="is at work in"):
        build(flights, tmp_path / "out", settings(), work=tmp_path / "work")
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == [".lock", "build.json"]


def test_a_folder_of_something_else_is_no_work_folder(flights: Path, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no work folder"):
        build(flights, tmp_path / "out", settings(), work=flights)


DIES = """\
import os, signal, sys
from pathlib import Path
from links2_tasks.pipeline import build, read_settings

moment, folder, out, config = sys.argv[1:]
replace, rename = os.replace, Path.rename

def dying_replace(source, target):
    if moment in str(target):
        os.kill(os.getpid(), signal.SIGKILL)
    replace(source, target)

def dying_rename(self, target):
    rename(self, target)
    if moment == "named" and str(target) == out:
        os.kill(os.getpid(), signal.SIGKILL)

os.replace, Path.rename = dying_replace, dying_rename
build(Path(folder), Path(out), read_settings(Path(config)))
print("it lived")
"""


def test_a_build_that_is_killed_again_and_again_gives_the_same_bytes(
    flights: Path, whole: tuple[Path, BuildReport], settings: Settings, tmp_path: Path, files_of: FilesOf
) -> None:
    out, config, script = tmp_path / "out/data", tmp_path / "build.yaml", tmp_path / "dies.py"
    config.write_text(settings().model_dump_json())
    script.write_text(DIES)
    moments = (
        "4_questions/flights/south",
        "5_wording/report.json",
        "9_dataset/report",
        "named",
    )
    for moment in moments:
        command = [sys.executable, str(script), moment, str(flights), str(out), str(config)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert (done.returncode, done.stdout) == (-9, ""), (moment, done.stderr)
        assert out.exists() is (moment == "named")
    report = build(flights, out, settings())
    assert kept(report) == list(STAGES)
    assert files_of(out) == files_of(whole[0])
    left = [path for path in out.parent.rglob("*") if "unfinished" in path.name]
    assert left == []


def test_refused_rewrites_are_told_and_written_down(
    built: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rewrite(questions: tuple, model: object, seed: int, progress: Callable[[str], None]) -> Reworded:  # type: ignore[type-arg]
        one = questions[0]
        progress("one")
        refusal = RewriteRefusal(one.question_id, one.task, "a number changed", "3 to 4", "At 4 s?")
        return Reworded(tuple(questions), 0, (refusal,))

    monkeypatch.setattr(_wording, "rewrite", rewrite)
    asked = settings(wording="model", language_model={"base_url": "http://localhost:9/v1", "model": "none"})
    report = build(built.with_name("flights"), built.with_name("again"), asked, work=work_folder(built))
    wording = report.stages[STAGES.index("wording")]
    assert wording.remarks == ("1 rewrites were refused; their questions keep other words: 1 x a number changed",)
    (line,) = (work_folder(built) / "5_wording/refused_rewrites.jsonl").read_text().splitlines()
    assert json.loads(line)["detail"] == "3 to 4"


def test_all_filters_run_where_none_is_skipped(built: Path, settings: Settings) -> None:
    """The fixture's videos are noise, so the filter of footage takes out all there is."""
    with pytest.raises(DataError, match=r"No question is left .* frames show nothing"):
        build(built.with_name("flights"), built.with_name("again"), settings(filters={}), work=work_folder(built))


def test_a_filter_whose_packages_are_missing_is_left_out_and_said_so(
    built: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from links2_tasks.pipeline import _filtering

    monkeypatch.setattr(_filtering, "find_spec", lambda name: None)
    skip = [name for name in settings().filters.skip if name != "text_alone"]
    flights, work = built.with_name("flights"), work_folder(built)
    report = build(flights, built.with_name("again"), settings(filters={"skip": skip}), work=work)
    (remark,) = report.stages[STAGES.index("filters")].remarks
    assert "text_alone was left out: it needs sklearn and scipy" in remark
