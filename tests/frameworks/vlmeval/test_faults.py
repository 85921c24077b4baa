"""Bad input with VLMEvalKit: the run goes on, rows say what happened, and no text is changed on its way."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from numbered import FRAMES, TASK, VIDEO, changed, edit_lines, numbered_questions, on, question_file, scores_of
from vlmeval_runs import HostRun, ask, needs_vlmeval, quiet_host, scripted, text_of

from links2_tasks.frameworks.vlmeval._messages import NOT_ASKED
from links2_tasks.schema import Question
from links2_tasks.taxonomy import BENCHMARK_VERSION

pytestmark = needs_vlmeval

BOTH = pytest.mark.parametrize("dataset", [FRAMES, VIDEO])


@pytest.fixture(scope="module", autouse=True)
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with quiet_host(tmp_path_factory.mktemp("host")):
        yield


@pytest.fixture
def write(tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes numbered questions as the dataset in use; keywords `q3=...` change single ones."""

    def write_dataset(n_questions: int, **changes: dict[str, Any]) -> Path:
        root = make_dataset(tmp_path / "data", numbered_questions(make_question, n_questions, changes))
        monkeypatch.setenv("LINKS2_DATA", str(root))
        return root

    return write_dataset


# One run over everything that a dataset can have wrong with it ------------------------------------------------------

SOUND = [f"{TASK}-{index}" for index in range(6)]
FAULTS = {
    f"{TASK}-6": ("media_error", "gone.mp4"),
    f"{TASK}-7": ("media_error", "cut.mp4"),
    f"{TASK}-8": ("media_error", "cut.png"),
    f"{TASK}-9": ("media_error", "empty.png"),
    f"{TASK}-10": ("media_error", "leaves the dataset"),
    f"{TASK}-11": ("media_error", "contains '..'"),
    f"{TASK}-12": ("media_error", "Span"),
    f"{TASK}-13": ("media_error", "Window"),
    f"{TASK}.jsonl:15": ("bad_question", "options"),
    f"{TASK}.jsonl:16": ("bad_question", "answer"),
    f"{TASK}.jsonl:17": ("bad_question", "Invalid JSON"),
    f"{TASK}.jsonl:18": ("bad_question", "stands twice"),
    f"{TASK}.jsonl:19": ("bad_question", "stands in the file of"),
    f"{TASK}.jsonl:20": ("bad_question", "JSON"),
    f"{TASK}.jsonl:21": ("bad_question", "would be called"),
}


def with_every_fault(lines: list[str]) -> list[str]:
    """The first six lines are left as they are."""
    base = json.loads(lines[6])
    satellite = base["satellite"][0]
    changes: list[dict[str, Any]] = [
        {"video": "videos/gone.mp4"},
        {"video": "videos/cut.mp4"},
        {"satellite": [{**satellite, "path": "satellite/cut.png"}]},
        {"satellite": [{**satellite, "path": "satellite/empty.png"}]},
        {"video": "videos/outside.mp4"},
        {"satellite": [{**satellite, "path": "../../secret.png"}]},
        {"video_span_s": [100.0, 104.0], "query_time_s": None},
        {"satellite": [{**satellite, "window_px": [150, 20, 100, 80]}]},
        {"options": []},
        {"answer": "Z"},
    ]
    bad = [
        changed(lines[6], question_id=f"{TASK}-{number}", **fields) for number, fields in enumerate(changes, start=6)
    ]
    bad.append("{ this is no JSON")
    bad.append(lines[0])
    bad.append(changed(lines[6], question_id="moved", task="route_planning"))
    # Half a character, in a field that tables show.
    bad.append(lines[6].replace('"clip_id":', '"clip_id": "\\ud800", "was":'))
    bad.append(changed(lines[6], question_id=f"{TASK}.jsonl:17"))
    return [*lines[:6], *bad]


def damage_media(root: Path) -> None:
    for folder, source, target in (("videos", "clip-0.mp4", "cut.mp4"), ("satellite", "map.png", "cut.png")):
        content = (root / folder / source).read_bytes()
        (root / folder / target).write_bytes(content[: len(content) // 2])
    (root / "satellite/empty.png").write_bytes(b"")
    outside = root.parent / "outside.mp4"
    shutil.copy(root / "videos/clip-0.mp4", outside)
    (root / "videos/outside.mp4").symlink_to(outside)


@dataclass(frozen=True)
class BeforeAndAfter:
    """The oracle on a sound dataset, and on the same with faulty questions added; and a model that keeps what it sees."""

    before: HostRun
    after: HostRun
    asked: list[Any]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, make_dataset: Any, make_question: Any, host: None) -> BeforeAndAfter:
    folder = tmp_path_factory.mktemp("faults")
    questions = [make_question(TASK, index) for index in range(7)]
    root = make_dataset(folder / "data", questions)
    datasets = [FRAMES, VIDEO]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINKS2_DATA", str(root))
        edit_lines(root, lambda lines: lines[:6])
        before = ask("links2_oracle", datasets, folder / "before")
        edit_lines(root, lambda lines: with_every_fault([*lines, questions[6].model_dump_json()]))
        damage_media(root)
        after = ask("links2_oracle", datasets, folder / "after")
        with scripted(lambda _: "A") as model:
            ask("scripted", datasets, folder / "after")
    return BeforeAndAfter(before, after, model.asked)


@BOTH
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_in_its_row(runs: BeforeAndAfter, dataset: str, name: str) -> None:
    reason, told = FAULTS[name]
    row = runs.after.rows(dataset)[name]
    assert (row["reason"], row["prediction"], row["score"]) == (reason, "", "0.0")
    assert told in row["note"]
    assert row["raw"] == NOT_ASKED
    assert row["manifest"] is None
    assert (row["task"], row["benchmark_version"]) == (TASK, BENCHMARK_VERSION)


@BOTH
def test_the_other_rows_are_as_without_the_faults(runs: BeforeAndAfter, dataset: str) -> None:
    before, after = runs.before.rows(dataset), runs.after.rows(dataset)
    assert set(before) == set(SOUND)
    assert set(after) == {*SOUND, *FAULTS}
    assert {name: after[name] for name in SOUND} == before
    assert {row["score"] for row in before.values()} == {"1.0"}


@BOTH
def test_faults_are_counted_and_give_an_exit_status(runs: BeforeAndAfter, dataset: str) -> None:
    assert runs.before.exit_status == 0
    assert runs.after.exit_status == 1
    metrics = runs.after.metrics(dataset)
    assert (metrics["failed_questions"], metrics["failed_requests"]) == (len(FAULTS), 0)
    assert metrics["questions"] == len(FAULTS) + len(SOUND)


def test_no_model_is_asked_a_question_without_a_prompt(runs: BeforeAndAfter) -> None:
    assert len(runs.asked) == 2 * len(SOUND)


def test_a_file_without_a_single_line_is_told_in_words(write: Any, tmp_path: Path) -> None:
    question_file(write(2)).write_text("\n \n", encoding="utf-8")
    run = ask("links2_oracle", [FRAMES, VIDEO], tmp_path / "out")
    assert run.exit_status == 1
    for dataset in (FRAMES, VIDEO):
        assert f"has no questions for {TASK}" in run.status(dataset)["error_message"]


# Texts on their way through the host's tables -------------------------------------------------------------------------

AWKWARD = "\ttab\r\nline \"quote\" 'single' \\N \\x00 \\t {brace} =1+1 \u2028 \u0085 é 北 😀 \u202e NA, <|im_end|> "


@BOTH
def test_awkward_texts_reach_the_model_and_come_back_as_they_are(
    write: Any, make_question: Any, tmp_path: Path, dataset: str
) -> None:
    odd = {
        "question": AWKWARD,
        "options": ("a\tb", 'c\n"d"', "NA", "=SUM(A1)"),
        "region": "NA",
        "question_id": '"1",\t2\n',
    }
    write(2, q0=odd)
    with scripted(lambda _: "NA") as model:
        run = ask("scripted", [dataset], tmp_path / "out")
    question = make_question(TASK, 0, **odd)
    (shown,) = [text_of(message) for message in model.asked if "SUM" in text_of(message)]
    assert f'{AWKWARD}\nA. a\tb\nB. c\n"d"\nC. NA\nD. =SUM(A1)\n' in shown
    kept = {row["question_id"]: row for row in run.table(dataset)}
    assert Question.model_validate_json(kept[question.question_id]["line"]) == question
    row = run.rows(dataset)[question.question_id]
    assert (row["prediction"], row["reason"], row["region"], row["raw"]) == ("C", "option_text", "NA", "NA")


def test_a_question_that_the_host_takes_for_a_file_costs_no_other(write: Any, tmp_path: Path) -> None:
    """The host's base class looks into texts for addresses and images."""
    write(3, q1={"question": "data:image/png;base64,AAAA"})
    with scripted(lambda _: "A"):
        run = ask("scripted", [FRAMES], tmp_path / "out")
    reasons = {name: row["reason"] for name, row in run.rows(FRAMES).items()}
    assert reasons == {f"{TASK}-0": "letter", f"{TASK}-1": "request_failed", f"{TASK}-2": "letter"}


REPLIES = {
    "first\rAnswer: A": "letter",
    'says\t"A"\r\n\r\nAnswer: B': "letter",
    "=SUM(A1)": "none",
    '="A"': "none",
    "NA": "none",
    "nan": "none",
    "None": "refused",
    "": "empty",
    f"{'I look again. ' * 3000}Answer: C": "letter",
    "Answer: D \x00 \x1f end": "none",
    "1.50": "none",
    "\u2028Answer: A": "letter",
    "half a character \ud83d": "none",
}
READ_AS_MISSING = {"NA", "nan", "None", ""}


def numbered(replies: list[str]) -> Callable[[Any], str]:
    """The reply to each question by its number."""
    return lambda message: next(
        reply for index, reply in enumerate(replies) if f"question {index}?" in text_of(message)
    )


@BOTH
def test_replies_are_kept_whole_and_read_from_the_very_text(write: Any, tmp_path: Path, dataset: str) -> None:
    write(len(REPLIES))
    with scripted(numbered(list(REPLIES))):
        run = ask("scripted", [dataset], tmp_path / "out")
    assert run.exit_status == 0
    rows, answers = run.rows(dataset), run.answers(dataset)
    for index, (reply, reason) in enumerate(REPLIES.items()):
        kept = reply.replace("\ud83d", "?")
        assert answers[f"{TASK}-{index}"] == kept
        assert rows[f"{TASK}-{index}"]["raw"] == kept[:4000]
        assert rows[f"{TASK}-{index}"]["reason"] == reason, reply


def test_what_the_host_reads_as_missing_is_nan_when_it_is_taken_again_and_scores_the_same(
    write: Any, tmp_path: Path
) -> None:
    """With --reuse the host reads result files by its own reader; no other reply changes, and nothing is asked."""
    write(len(REPLIES))
    with scripted(numbered(list(REPLIES))) as model:
        first = ask("scripted", [FRAMES], tmp_path / "out")
        before, scores = first.answers(FRAMES), scores_of(first)
        model.asked.clear()
        again = ask("scripted", [FRAMES], tmp_path / "out", "--reuse")
    assert model.asked == []
    wanted = {name: "nan" if reply in READ_AS_MISSING else reply for name, reply in before.items()}
    assert again.answers(FRAMES) == wanted
    assert scores_of(again) == scores


@pytest.mark.parametrize("reply", [None, 3, ["A"]], ids=["None", "number", "list"])
def test_what_is_no_text_is_no_answer_and_costs_no_other(write: Any, tmp_path: Path, reply: Any) -> None:
    write(3)
    with scripted(on(1, reply=reply)):
        run = ask("scripted", [FRAMES], tmp_path / "out")
    assert scores_of(run)[f"{TASK}-1"] == "0.0"
    assert [row["reason"] for name, row in run.rows(FRAMES).items() if name != f"{TASK}-1"] == ["letter"] * 2
