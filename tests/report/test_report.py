"""A report as a file: what stands in it, what it warns of, and that it is the same each time."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from links2_tasks.cli import app
from links2_tasks.errors import DataError, MissingExtraError
from links2_tasks.report import media_of, report_root, write_report
from links2_tasks.results import Run

N = 200
"""Resamples: enough for a figure, few enough for a test."""


def text_of(path: Path) -> str:
    """What a page says, without markup, styles and scripts."""
    page = path.read_text(encoding="utf-8")
    page = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def written(runs: tuple[Run, ...], out: Path, **settings: Any) -> str:
    write_report(runs, out, n_resamples=N, **settings)
    return text_of(out)


def test_the_summary_names_the_best_run_with_its_interval_and_guessing(tiny_runs: Any, tmp_path: Path) -> None:
    text = written(tiny_runs, tmp_path / "report.html")
    assert re.search(
        r"good reaches an accuracy of 0\.\d\d on 32 questions \(the mean over 4 tasks; 95 % interval", text
    )
    assert "Guessing reaches 0.25." in text
    assert re.search(
        r"Next is lazy with 0\.\d\d: on the 32 questions that both answered, the difference is 0\.\d\d", text
    )


def test_a_run_that_reads_the_answers_is_not_the_best_one(made: Any, tiny_runs: Any, tmp_path: Path) -> None:
    oracle = made.run(made.questions(), lambda at, q: q.answer, model="links2_oracle")
    text = written((*tiny_runs, oracle), tmp_path / "report.html")
    assert "good reaches an accuracy" in text
    assert "links2_oracle reads the answers and is left out" in text
    assert "it proves the path from file to table and is no result" in text


def test_the_same_runs_give_the_same_file(tiny_runs: Any, tiny_root: Path, tmp_path: Path) -> None:
    for name in ("first.html", "second.html"):
        write_report(tiny_runs, tmp_path / name, root=tiny_root, media="all", n_resamples=N)
    assert (tmp_path / "first.html").read_bytes() == (tmp_path / "second.html").read_bytes()


def test_nothing_outside_the_file_is_named_and_only_its_own_script_may_run(tiny_runs: Any, tmp_path: Path) -> None:
    write_report(tiny_runs, tmp_path / "report.html", n_resamples=N)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    named = re.findall(r"""\b(?:src|href|action)\s*=\s*["']([^"']*)""", page)
    assert named
    assert [address for address in named if not address.startswith(("#", "data:"))] == []
    assert "url(" not in page
    assert "@import" not in page
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    said = unescape(policy[1])
    assert said.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in said
    assert "http" not in said
    assert "*" not in said


def test_without_the_dataset_scores_stand_and_what_is_missing_is_said(tiny_runs: Any, tmp_path: Path) -> None:
    text = written(tiny_runs, tmp_path / "report.html", root=None)
    assert "The dataset was not at hand" in text
    assert "uav localization" in text
    assert "No wrong answer could be sorted" in text


def test_another_dataset_is_noticed_and_named(made: Any, tiny_runs: Any, tmp_path: Path) -> None:
    others = [made.question(task, index, question="Something else?") for task in made.tasks for index in range(8)]
    root = made.dataset(tmp_path / "other", others)
    text = written(tiny_runs, tmp_path / "report.html", root=root)
    assert "The questions of good are not shown" in text
    assert "The dataset was not at hand" in text
    assert "answered 32 of" not in text


def test_runs_of_different_versions_are_called_incomparable(made: Any, tiny_runs: Any, tmp_path: Path) -> None:
    old = made.run(made.questions(), lambda at, q: q.answer, model="old", version="0-Z")
    text = written((*tiny_runs, old), tmp_path / "report.html")
    assert "different versions of the benchmark, and their scores are not comparable" in text


def test_a_run_of_fewer_questions_is_named(made: Any, tiny_runs: Any, tmp_path: Path) -> None:
    short = made.run(made.questions(4), lambda at, q: q.answer, model="short")
    assert "short answered 16 of 32 questions" in written((*tiny_runs, short), tmp_path / "report.html")


def test_what_is_amiss_in_the_files_of_several_runs_is_said_once(tiny_runs: Any, tmp_path: Path) -> None:
    runs = tuple(replace(run, remarks=("2 lines are damaged",)) for run in tiny_runs)
    found = write_report(runs, tmp_path / "report.html", n_resamples=N)
    assert "good, good text_only, lazy: 2 lines are damaged" in found.warnings


def test_failed_requests_are_named_with_their_number(made: Any, tiny_runs: Any, tmp_path: Path) -> None:
    rows = [
        replace(row, scored=replace(row.scored, reason="request_failed", prediction=None, score=0.0)) if at < 3 else row
        for at, row in enumerate(tiny_runs[0].rows)
    ]
    broken = replace(tiny_runs[0], name="broken", model="broken", rows=tuple(rows))
    text = written((broken,), tmp_path / "report.html")
    assert "broken: 3 questions were not answered for reasons that are not the model's (3 request failed)" in text


def test_a_model_that_sees_nothing_and_is_above_guessing_is_a_warning(made: Any, tmp_path: Path) -> None:
    seer = made.run(made.questions(), lambda at, q: q.answer, variant="text_only")
    text = written((seer,), tmp_path / "report.html")
    assert "is above guessing without seeing anything" in text
    assert "overall 1.00 against 0.25" in text


def test_a_variant_stands_beside_its_default_with_the_paired_difference(tiny_runs: Any, tmp_path: Path) -> None:
    text = written(tiny_runs, tmp_path / "report.html")
    assert "Variants of good" in text
    assert re.search(r"text only 32 0\.25 0\.\d\d( [01]\.\d\d.[01]\.\d\d)+ -0\.\d\d -0\.\d\d to -0\.\d\d 0\.\d+", text)
    assert "Variants of lazy" not in text


def test_published_figures_stand_apart_and_nothing_is_computed_from_them(tiny_runs: Any, tmp_path: Path) -> None:
    text = written(tiny_runs, tmp_path / "report.html")
    assert "Published for LinkS2Bench, on other data: not comparable with anything above" in text
    assert "91.3 %" in text
    assert "Nobody has measured people on these questions yet" in text


def test_measured_people_take_the_place_of_published_ones(made: Any, tiny_runs: Any, tmp_path: Path) -> None:
    people = made.run(made.questions(), lambda at, q: q.answer if at % 9 else "B", model="human")
    text = written((*tiny_runs, people), tmp_path / "report.html")
    assert "below human" in text
    assert "Nobody has measured people" not in text
    assert "human reaches" not in text


def test_what_was_not_recorded_is_called_so(made: Any, tmp_path: Path) -> None:
    run = made.run(made.questions(), lambda at, q: "A", seconds=None, max_new_tokens=None, started_at=None)
    bare = replace(run, rows=tuple(replace(row, output_tokens=None) for row in run.rows))
    text = written((bare,), tmp_path / "report.html")
    assert "model 32 not recorded not recorded not recorded not recorded not recorded" in text


def test_a_run_that_is_named_twice_is_reported_once(tiny_runs: Any, tmp_path: Path) -> None:
    text = written((tiny_runs[0], tiny_runs[0]), tmp_path / "report.html")
    assert "good 1" not in text
    assert "Next is" not in text


def test_two_runs_of_one_name_are_told_apart(made: Any, tiny_runs: Any, tmp_path: Path) -> None:
    twin = made.run(made.questions(), lambda at, q: "B", model="good", model_args="size=2")
    other = made.run(made.questions(), lambda at, q: "C", model="good", framework="VLMEvalKit")
    text = written((tiny_runs[0], twin, other), tmp_path / "report.html")
    assert "good (lmms-eval) 1" in text
    assert "good (lmms-eval) 2" in text
    assert "good (VLMEvalKit)" in text


def test_rows_that_cannot_be_scored_leave_out_one_run_and_not_the_report(tiny_runs: Any, tmp_path: Path) -> None:
    doubled = replace(tiny_runs[2], name="doubled", model="doubled", rows=(*tiny_runs[2].rows, tiny_runs[2].rows[0]))
    text = written((tiny_runs[0], doubled), tmp_path / "report.html")
    assert "doubled is left out" in text
    assert "scored twice" in text


def test_a_letter_that_no_option_has_costs_the_kinds_of_mistakes_and_not_the_report(
    made: Any, tiny_root: Path, tmp_path: Path
) -> None:
    odd = made.run(made.questions(), lambda at, q: "F" if at == 3 else "A", root=tiny_root)
    text = written((odd,), tmp_path / "report.html", root=tiny_root)
    assert "The mistakes of model are not sorted" in text
    assert "model reaches an accuracy" in text


def test_no_run_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="name folders of results"):
        write_report((), tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_the_size_is_said_before_and_is_about_that_of_the_file(tiny_runs: Any, tiny_root: Path, tmp_path: Path) -> None:
    said: list[str] = []
    found = write_report(tiny_runs, tmp_path / "r.html", root=tiny_root, media="all", n_resamples=N, say=said.append)
    assert len(said) == 1
    expected = re.match(r"about ([\d.]+) (kB|MB): 32 questions, (\d+) pictures of 32 of them", said[0])
    assert expected is not None
    # What is said leaves out the page's own text, which is a part of so small a report.
    unit = {"kB": 1e3, "MB": 1e6}[expected[2]]
    assert abs(float(expected[1]) * unit - found.n_bytes) < 200_000
    assert found.n_pictures == int(expected[3])


def test_a_place_that_cannot_be_written_to_is_an_error_that_names_it(tiny_runs: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here first")
    with pytest.raises(DataError, match=r"file.*cannot be written"):
        write_report(tiny_runs, tmp_path / "file" / "report.html", n_resamples=N)
    with pytest.raises(DataError, match="cannot be written"):
        write_report(tiny_runs, tmp_path, n_resamples=N)


def test_what_is_not_installed_is_said_before_the_work(
    tiny_runs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    monkeypatch.setattr("links2_tasks.report._png.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"links2-tasks\[report\]"):
        write_report(tiny_runs, tmp_path / "r.html", tables=tmp_path / "tables", n_resamples=N, progress=steps.append)
    assert steps == []


def test_the_dataset_is_the_named_one_or_that_of_the_variable(tiny_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert report_root(str(tiny_root)) == tiny_root
    monkeypatch.setenv("LINKS2_DATA", str(tiny_root))
    assert report_root(None) == tiny_root
    with pytest.raises(DataError):
        report_root("/no/such/place")
    monkeypatch.delenv("LINKS2_DATA")
    monkeypatch.setattr("links2_tasks.report._write.mini_folder", lambda: tiny_root / "absent")
    assert report_root(None) is None


def test_only_rotations_are_taken_together(made: Any, tmp_path: Path) -> None:
    ids = ("a#0", "a#1", "b#0", "b#1")
    questions = [made.question("heading_estimation", at, question_id=name) for at, name in enumerate(ids)]
    plain = made.run(questions, lambda at, q: q.answer)
    assert "on 4 questions" in written((plain,), tmp_path / "plain.html")
    turned = [made.question("heading_estimation", at % 4, question_id=f"q{at // 4}#{at % 4}") for at in range(7)]
    circular = made.run(turned, lambda at, q: q.answer, variant="circular")
    text = written((circular,), tmp_path / "circular.html")
    assert "on 1 questions" in text
    assert "1 questions are left out, as some of their rotations have no row" in text


def test_a_variant_of_other_questions_is_not_compared_by_its_bar(made: Any, tmp_path: Path) -> None:
    whole = made.run(made.questions(), lambda at, q: q.answer if at % 3 else "B")
    part = made.run(made.questions(5), lambda at, q: "A", variant="video_only", name="model video_only")
    text = written((whole, part), tmp_path / "report.html")
    assert "Not asked the same questions as the default: video only." in text


def test_open_answers_stand_apart(made: Any, tmp_path: Path) -> None:
    run = made.run(made.questions(), lambda at, q: q.answer, variant="open", name="model open")
    rows = [replace(row, scored=replace(row.scored, chance=0.0, score=0.4, prediction="12")) for row in run.rows]
    text = written((replace(run, rows=tuple(rows)),), tmp_path / "report.html")
    assert "The runs answer with numbers" in text
    assert "Open answers" in text
    assert "these are no shares of right answers" in text


def test_media_are_named_by_a_word_or_a_number() -> None:
    assert [media_of(text) for text in ("all", "wrong", "none", "12")] == ["all", "wrong", "none", 12]
    for text in ("some", "-1", "²"):
        with pytest.raises(DataError, match="all, wrong, none or a number"):
            media_of(text)


def test_the_command_says_what_it_wrote(tmp_path: Path) -> None:
    found = CliRunner().invoke(
        app, ["report", str(tmp_path / "nothing"), "--out", str(tmp_path / "r.html"), "--media", "none"]
    )
    assert found.exit_code == 1
    assert "nothing" in found.stderr
