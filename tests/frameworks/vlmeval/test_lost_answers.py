"""Errors, interruptions and changes between two runs with VLMEvalKit: no answer is lost, and no other one taken for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from numbered import FRAMES, TASK, VIDEO, changed, edit_lines, numbered_questions, on, scores_of
from vlmeval_runs import ask, needs_vlmeval, quiet_host, scripted, text_of

from links2_tasks.frameworks.vlmeval._shown import shown_folder

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


# Wrappers that raise ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("overrides_generate", [False, True], ids=["inner", "own_generate"])
@BOTH
def test_a_wrapper_that_raises_on_one_question_costs_that_one_and_reuse_asks_it_alone(
    write: Any, tmp_path: Path, dataset: str, overrides_generate: bool
) -> None:
    write(6)
    error = RuntimeError("CUDA out of memory. Answer: B \ud83d")
    with scripted(on(2, error=error), overrides_generate=overrides_generate) as model:
        first = ask("scripted", [dataset], tmp_path / "out")
        assert len(model.asked) == 6
        rows = first.rows(dataset)
        failed = rows.pop(f"{TASK}-2")
        assert (first.exit_status, failed["reason"], failed["prediction"]) == (1, "request_failed", "")
        assert "Wrapper raised RuntimeError: CUDA out of memory. Answer: B" in failed["raw"]
        assert [row["raw"] for row in rows.values()] == ["A"] * 5

        model.asked.clear()
        model.answer = lambda _: "C"
        second = ask("scripted", [dataset], tmp_path / "out", "--reuse")
    assert ["in question 2?" in text_of(message) for message in model.asked] == [True]
    assert second.exit_status == 0
    mended = second.rows(dataset)
    assert (mended.pop(f"{TASK}-2")["prediction"], mended) == ("C", rows)


def test_failed_answers_are_kept_where_that_is_asked_for(write: Any, tmp_path: Path) -> None:
    write(3)
    with scripted(on(1, error=RuntimeError("no luck"))) as model:
        ask("scripted", [FRAMES], tmp_path / "out")
        model.asked.clear()
        run = ask("scripted", [FRAMES], tmp_path / "out", "--reuse", "--keep-failed")
    assert model.asked == []
    assert run.rows(FRAMES)[f"{TASK}-1"]["reason"] == "request_failed"


def test_a_wrapper_may_count_on_what_its_base_raises() -> None:
    """An error is turned into a failed answer only where it would leave the outermost method."""
    from vlmeval.vlm.base import BaseModel

    from links2_tasks.frameworks.vlmeval.registry import register

    class Fragile(BaseModel):
        def generate_inner(self, message: Any, dataset: str | None = None) -> str:
            raise MemoryError("too long")

    class Patient(Fragile):
        def generate(self, message: Any, dataset: str | None = None) -> str:
            try:
                return super().generate(message, dataset)
            except MemoryError:
                return "A, after another try"

    register()
    asked = [{"type": "text", "value": "Which?"}]
    assert Patient().generate(asked, FRAMES) == "A, after another try"
    assert Fragile().generate(asked, FRAMES).startswith("Failed to obtain answer via API.")
    with pytest.raises(MemoryError):
        Fragile().generate(asked, "MMBench")


def test_every_class_of_a_model_is_guarded() -> None:
    """Also those without the host's base class, such as that of Intern-S1."""
    import vlmeval.api
    import vlmeval.vlm
    from vlmeval.config import supported_VLM

    from links2_tasks.frameworks.vlmeval.registry import _GUARDED, register

    register()
    named = [getattr(each, "func", each) for each in supported_VLM.values()]
    listed = [each for module in (vlmeval.vlm, vlmeval.api) for each in vars(module).values() if isinstance(each, type)]
    for cls in (*named, *listed):
        assert getattr(getattr(cls, "generate", None), _GUARDED, not hasattr(cls, "generate")), cls


@BOTH
def test_a_model_without_weights_that_does_not_know_its_question_says_so(
    write: Any, tmp_path: Path, dataset: str
) -> None:
    """VLMEvalKit's API mode builds the prompts of videos in another process than it asks models in."""
    # Questions that no other test asks: what this process has asked before, it knows.
    write(2, q0={"question": "Where does it begin?"}, q1={"question": "Where does it end?"})
    run = ask("links2_oracle", [dataset], tmp_path / "out", "--api-mode", "--monitor-interval", "1")
    reasons = {row["reason"] for row in run.rows(dataset).values()}
    assert (run.exit_status, reasons) == ((0, {"letter"}) if dataset == FRAMES else (1, {"request_failed"}))
    if dataset == VIDEO:
        assert all("leave out --api-mode" in row["raw"] for row in run.rows(dataset).values())


@pytest.mark.parametrize(("dataset", "n_kept"), [("LinkS2", 10), ("LinkS2_video", 0)])
def test_an_interrupted_run_loses_what_the_host_has_not_written_yet(
    tiny_data: Path, tmp_path: Path, dataset: str, n_kept: int
) -> None:
    """It writes every 10 answers, or every 20 with videos; here 19 of 24 were given."""

    def until_interrupted(_: Any) -> str:
        if len(model.asked) == 20:
            raise KeyboardInterrupt
        return "A"

    with scripted(until_interrupted) as model:
        with pytest.raises(KeyboardInterrupt):
            ask("scripted", [dataset], tmp_path / "out")
        model.asked.clear()
        model.answer = lambda _: "B"
        run = ask("scripted", [dataset], tmp_path / "out", "--reuse")
    assert len(model.asked) == 24 - n_kept
    assert run.exit_status == 0
    assert sorted(run.answers(dataset).values()) == ["A"] * n_kept + ["B"] * (24 - n_kept)


# What changes between two runs --------------------------------------------------------------------------------------


@BOTH
def test_media_that_fail_in_a_later_run_leave_earlier_answers_alone(write: Any, tmp_path: Path, dataset: str) -> None:
    """Runs share a record of what was shown; the later one reads a damaged video, and the earlier one is scored again."""
    root = write(2)
    before = ask("links2_oracle", [dataset], tmp_path / "out").rows(dataset)
    (root / "videos/clip-0.mp4").write_bytes(b"")
    later = ask("links2_random", [dataset], tmp_path / "out")
    assert later.rows(dataset)[f"{TASK}-0"]["reason"] == "media_error"
    again = ask("links2_oracle", [dataset], tmp_path / "out", "--mode", "eval")
    assert again.exit_status == 0
    assert {name: (row["score"], row["reason"]) for name, row in again.rows(dataset).items()} == {
        name: (row["score"], row["reason"]) for name, row in before.items()
    }
    assert "no prompt for the question was built here" in again.rows(dataset)[f"{TASK}-0"]["note"]


@BOTH
def test_an_emptied_cache_turns_no_unasked_question_into_an_answer(write: Any, tmp_path: Path, dataset: str) -> None:
    write(2, q0={"video": "videos/gone.mp4"})
    ask("links2_oracle", [dataset], tmp_path / "out")
    shutil.rmtree(shown_folder())
    again = ask("links2_oracle", [dataset], tmp_path / "out", "--mode", "eval")
    assert again.exit_status == 1
    rows = again.rows(dataset)
    assert (rows[f"{TASK}-0"]["reason"], rows[f"{TASK}-0"]["score"]) == ("media_error", "0.0")
    assert rows[f"{TASK}-1"]["score"] == "1.0"


def test_of_a_dataset_that_has_changed_only_what_has_changed_is_asked(write: Any, tmp_path: Path) -> None:
    root = write(3)
    with scripted(lambda _: "A") as model:
        ask("scripted", [FRAMES], tmp_path / "out")
        edit_lines(root, lambda lines: [lines[0], changed(lines[1], options=["one", "another"], answer="B")])
        model.asked.clear()
        model.answer = lambda _: "B"
        run = ask("scripted", [FRAMES], tmp_path / "out", "--reuse")
    assert [text_of(message).count("B. another") for message in model.asked] == [1]
    assert run.exit_status == 0
    assert scores_of(run) == {f"{TASK}-0": "1.0", f"{TASK}-1": "1.0"}


def test_old_answers_to_a_video_dataset_that_has_changed_are_refused(write: Any, tmp_path: Path) -> None:
    """The host takes its complete file for the answer to anything; without a word the old questions would be scored."""
    root = write(3)
    with scripted(lambda _: "A") as model:
        ask("scripted", [VIDEO], tmp_path / "out")
        edit_lines(root, lambda lines: [lines[0], changed(lines[1], options=["one", "another"], answer="B")])
        model.asked.clear()
        run = ask("scripted", [VIDEO], tmp_path / "out", "--reuse")
        assert model.asked == []
        assert run.exit_status == 1
        said = run.status(VIDEO)["error_message"]
        assert "answers to 1 of its questions are missing, and 2 answers are to other questions" in said
        assert ask("scripted", [VIDEO], tmp_path / "fresh").exit_status == 0
    assert len(model.asked) == 2
