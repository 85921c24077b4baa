from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import PromptError
from links2_tasks.frameworks._asked import ASKED, Asked, AskedLog
from links2_tasks.frameworks.lmms_eval import _host, hooks
from links2_tasks.frameworks.lmms_eval._docs import FAULT, VARIANT, question_of
from links2_tasks.frameworks.lmms_eval._messages import chat_messages
from links2_tasks.media import probe_video
from links2_tasks.prompt import PromptSettings, build_prompt


def as_docs(rows: list[dict[str, Any]], variant: str | None = None) -> list[dict[str, Any]]:
    """Rows through a table of lines and the hook, as the host does it."""
    from datasets import Dataset

    dataset = Dataset.from_dict({"text": [json.dumps(row) for row in rows]})
    dataset.info.config_name = variant
    return list(hooks.process_docs(dataset))


@pytest.fixture
def doc(make_question: Any) -> dict[str, Any]:
    return as_docs([make_question("uav_localization", 0).model_dump(mode="json")])[0]


def test_documents_are_ordered_by_clip_and_keep_their_questions(make_question: Any) -> None:
    questions = [make_question("route_planning", index) for index in range(4)]
    docs = as_docs([each.model_dump(mode="json") for each in questions])
    assert [each["clip_id"] for each in docs] == ["clip-0", "clip-0", "clip-1", "clip-1"]
    by_id = {each.question_id: each for each in questions}
    for each in docs:
        assert question_of(each) == by_id[each["question_id"]]
        assert (each[FAULT], each[VARIANT]) == ("", "default")


def test_a_variant_is_named_in_its_documents(make_question: Any) -> None:
    rows = [make_question("route_planning", 0).model_dump(mode="json")]
    assert as_docs(rows, variant="text_only")[0][VARIANT] == "text_only"


def test_a_row_that_is_no_question_stays_with_its_fault(make_question: Any) -> None:
    good = make_question("route_planning", 0).model_dump(mode="json")
    docs = as_docs([good, {**good, "question_id": "bad", "answer": "F"}])
    bad = next(each for each in docs if each["question_id"] == "bad")
    assert "answer 'F' is not one of the options" in bad[FAULT]
    assert question_of(bad) is None


@pytest.mark.parametrize("head", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_byte_order_mark_at_the_head_of_a_file_costs_no_question(
    tmp_path: Path, make_question: Any, head: bytes
) -> None:
    from datasets import load_dataset

    questions = [make_question("route_planning", index) for index in range(2)]
    file = tmp_path / "questions.jsonl"
    file.write_bytes(head + "".join(each.model_dump_json() + "\n" for each in questions).encode())
    # As the host loads the files that a task names.
    table = load_dataset("text", data_files={"test": str(file)}, split="test", cache_dir=str(tmp_path / "tables"))
    docs = list(hooks.process_docs(table))
    assert [(question_of(each), each[FAULT]) for each in docs] == [(each, "") for each in questions]


def test_rows_that_lack_every_key_do_not_raise() -> None:
    (doc,) = as_docs([{"nothing": 1}])
    assert doc[FAULT]
    assert hooks.doc_to_text(doc)
    assert hooks.doc_to_visual(doc)
    assert hooks.doc_to_messages(doc)[0]["content"]
    assert hooks.process_results(doc, ["A"])["links2_accuracy"]["reason"] == "bad_question"


def test_messages_are_fresh_each_time(tiny_data: Path, doc: dict[str, Any]) -> None:
    """Models insert a system turn into the list they get."""
    hooks.doc_to_messages(doc).insert(0, {"role": "system", "content": []})
    assert [turn["role"] for turn in hooks.doc_to_messages(doc)] == ["user"]


def test_messages_fit_the_host_s_own_record(tiny_data: Path, doc: dict[str, Any]) -> None:
    from lmms_eval.protocol import ChatMessages

    for strategy in ("native_video", "frames_as_images", "frame_list_video", "images_only"):
        kwargs = {"strategy": strategy, "n_frames": 4}
        messages = ChatMessages(messages=hooks.doc_to_messages(doc, lmms_eval_specific_kwargs=kwargs))
        images, videos, _ = messages.extract_media()
        assert len(images) == {"frames_as_images": 5, "images_only": 5}.get(strategy, 1)
        assert len(videos) == (strategy in ("native_video", "frame_list_video"))


def test_a_native_video_is_a_clip_of_the_planned_frames(tiny_data: Path, make_question: Any) -> None:
    row = make_question("uav_localization", 0, video_span_s=(1.0, 3.0)).model_dump(mode="json")
    (doc,) = as_docs([row])
    kwargs = {"strategy": "native_video", "n_frames": 4}
    prompt = build_prompt(question_of(doc), PromptSettings(**kwargs), tiny_data)
    (turn,) = chat_messages(prompt)
    (video,) = [part for part in turn["content"] if part["type"] == "video"]
    assert set(video) == {"type", "url"}
    assert probe_video(Path(video["url"])).n_frames == 4


@pytest.mark.parametrize(("n_frames", "strategy"), [(32, "native_video"), (16, "frame_list_video")])
def test_a_clip_with_fewer_frames_than_the_host_takes_is_handed_over_as_frames(
    tiny_data: Path, doc: dict[str, Any], n_frames: int, strategy: str
) -> None:
    hooks.doc_to_messages(doc, lmms_eval_specific_kwargs={"strategy": "native_video", "n_frames": n_frames})
    asked = ASKED.get("default", "uav_localization-0")
    assert asked is not None
    assert asked.manifest is not None
    assert asked.manifest.strategy == strategy


def test_auto_takes_the_strategy_of_the_model_s_family(
    tiny_data: Path, doc: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for model, kind in (("qwen2_5_vl", "video"), ("openai", "image"), (None, "image")):
        monkeypatch.setattr(_host, "model_name", model)
        (turn,) = hooks.doc_to_messages(doc, lmms_eval_specific_kwargs={"strategy": "auto", "n_frames": 4})
        kinds = [part["type"] for part in turn["content"] if part["type"] != "text"]
        assert kinds[0] == kind


def test_the_text_for_simple_models_fits_their_images(tiny_data: Path, doc: dict[str, Any]) -> None:
    kwargs = {"strategy": "native_video", "n_frames": 4}
    text = hooks.doc_to_text(doc, kwargs)
    images = hooks.doc_to_visual(doc, kwargs)
    assert [image.size for image in images] == [(96, 64)] * 4 + [(100, 80)]
    assert "Images 1 to 4" in text
    assert "Image 5" in text
    assert "Which one of the uav localization is it?" in text


def test_the_text_is_made_without_decoding(
    tiny_data: Path, doc: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host asks for the text of all documents before the first model call."""

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("a hook decoded a video to make a text")

    monkeypatch.setattr("links2_tasks.prompt._build.recall_frames", fail)
    monkeypatch.setattr("links2_tasks.prompt._build.read_satellite", fail)
    assert "uav localization" in hooks.doc_to_text(doc, {"n_frames": 4})


def test_blocks_of_other_models_are_no_settings(tiny_data: Path, doc: dict[str, Any]) -> None:
    """The host leaves them beside the flattened default."""
    kwargs = {"default": {"n_frames": 4}, "n_frames": 4, "gemini": {"n_frames": 8}}
    assert len(hooks.doc_to_visual(doc, kwargs)) == 5


def test_a_misspelt_setting_is_an_error_with_the_known_ones(doc: dict[str, Any]) -> None:
    with pytest.raises(PromptError, match=r"n_frame: Extra inputs.*Known keys: .*n_frames"):
        hooks.doc_to_text(doc, {"n_frame": 4})


def test_a_value_out_of_range_is_an_error(doc: dict[str, Any]) -> None:
    with pytest.raises(PromptError, match="n_frames"):
        hooks.doc_to_text(doc, {"n_frames": 0})


@pytest.mark.parametrize("results", [[], [None], ["", "A"], ["x" * 10_000]])
def test_odd_replies_score_0(doc: dict[str, Any], results: list[Any]) -> None:
    metrics = hooks.process_results(doc, results)
    row = metrics["links2_accuracy"]
    assert (row["score"], row["prediction"]) == (0.0, None)
    assert len(row["raw"]) <= 4000
    assert metrics["links2_extraction_failure"]["score"] == 1.0
    assert metrics["links2_chance_corrected"]["score"] == pytest.approx(-1 / 3)


def test_a_fault_of_the_scorer_is_a_reason(doc: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What process_results raises would be retried for ten seconds, and then end the run."""

    def broken(*_: Any) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("links2_tasks.frameworks._judging.extract_choice", broken)
    row = hooks.process_results(doc, ["A"])["links2_accuracy"]
    assert (row["reason"], row["score"]) == ("scoring_error", 0.0)
    assert "broken on purpose" in row["note"]


def test_a_question_that_cannot_be_asked_openly_says_so(tiny_data: Path, doc: dict[str, Any]) -> None:
    hooks.doc_to_text(doc, {"answer_form": "number"})
    row = hooks.process_open_results(doc, ["3"])["links2_open_score"]
    assert (row["reason"], row["score"], row["prediction"]) == ("prompt_error", 0.0, None)
    assert "has no `value`" in row["note"]


def test_two_variants_of_a_question_keep_their_own_manifests(tiny_data: Path, make_question: Any) -> None:
    row = make_question("uav_localization", 0).model_dump(mode="json")
    docs = {variant: as_docs([row], variant)[0] for variant in ("four", "six")}
    for variant, n_frames in (("four", 4), ("six", 6)):
        hooks.doc_to_visual(docs[variant], {"n_frames": n_frames})
    for variant, n_frames in (("four", 4), ("six", 6)):
        manifest = hooks.process_results(docs[variant], ["A"])["links2_accuracy"]["manifest"]
        assert manifest["n_frames"] == n_frames


def test_a_new_run_forgets_what_an_earlier_one_was_shown(tiny_data: Path, doc: dict[str, Any]) -> None:
    hooks.doc_to_visual(doc, {"n_frames": 4})
    hooks.doc_to_text(doc, {"n_frames": 4})
    assert hooks.process_results(doc, ["A"])["links2_accuracy"]["manifest"] is None


def test_the_log_is_bounded_and_takes_many_threads() -> None:
    log = AskedLog(capacity=50)

    def write(name: str) -> None:
        for index in range(200):
            log.put(name, str(index), Asked(reason="media_error", error=name))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [asked for name in "abcd" for index in range(200) if (asked := log.get(name, str(index)))]
    assert len(kept) == 50


def test_the_mean_of_no_rows_is_0() -> None:
    assert hooks.mean_score([]) == 0.0
