"""Everything that data can have wrong with them in one dataset, through lmms-eval: each row says why, none costs another."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fault_table import BAD_LINES, FAULTS, ODD_TEXT, SOUND, TASK, id_of, write_fault_table

from links2_tasks import taxonomy
from links2_tasks.frameworks._asked import UNREADABLE

NAME = f"links2_{TASK}"


@dataclass
class Recorder:
    """What the models below were shown, by the id of the question."""

    texts: dict[str, str] = field(default_factory=dict)
    n_images: dict[str, int] = field(default_factory=dict)
    """Images, videos and lists of frames."""


def recording_models() -> types.ModuleType:
    """A chat and a simple model that look at their prompts as real ones do, and always reply 'A'."""
    from lmms_eval.api.model import lmms

    module = types.ModuleType("links2_recording_models")

    class Records(lmms):
        def __init__(self, **host_arguments: Any) -> None:
            super().__init__()

        def loglikelihood(self, requests: list[Any]) -> list[Any]:
            raise NotImplementedError

        def generate_until_multi_round(self, requests: list[Any]) -> list[str]:
            raise NotImplementedError

        def generate_until(self, requests: list[Any]) -> list[str]:
            for request in requests:
                doc_id, task, split = request.args[-3:]
                self.look(request.args, self.task_dict[task][split][doc_id])
            return ["A"] * len(requests)

    class Chat(Records):
        is_simple = False

        def look(self, arguments: Any, doc: dict[str, Any]) -> None:
            (message,) = arguments[1](doc)
            parts = message["content"]
            name = doc["question_id"]
            module.recorder.texts[name] = "\n".join(part["text"] for part in parts if part["type"] == "text")
            module.recorder.n_images[name] = len([part for part in parts if part["type"] != "text"])

    class Simple(Records):
        is_simple = True

        def look(self, arguments: Any, doc: dict[str, Any]) -> None:
            module.recorder.texts[doc["question_id"]] = arguments[0]
            module.recorder.n_images[doc["question_id"]] = len(arguments[2](doc))

    module.Chat, module.Simple = Chat, Simple  # type: ignore[attr-defined]
    return module


@dataclass(frozen=True)
class Run:
    """One run of a model, and what it was shown."""

    way: str
    rows: dict[str, dict[str, Any]]
    """Rows of questions with an id, by their id."""
    bad_lines: list[dict[str, Any]]
    metrics: dict[str, float]
    seen: Recorder


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, make_dataset: Any, make_question: Any) -> Path:
    return write_fault_table(tmp_path_factory.mktemp("faults"), make_dataset, make_question)


@pytest.fixture(scope="module")
def native_task(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a variant of the task that shows videos as files."""
    folder = tmp_path_factory.mktemp("variant")
    text = f"include: {taxonomy.task_yaml_dir() / NAME}.yaml\ntask: native\ndataset_name: native\n"
    text += "lmms_eval_specific_kwargs:\n  default: {strategy: native_video}\n"
    (folder / "native.yaml").write_text(text)
    return folder


@pytest.fixture(scope="module", params=["frames", "native", "simple"])
def run(
    request: pytest.FixtureRequest,
    run_host: Any,
    root: Path,
    native_task: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Run:
    from lmms_eval.models import MODEL_REGISTRY_V2
    from lmms_eval.models.registry_v2 import ModelManifest

    module, folder, recorder = recording_models(), tmp_path_factory.mktemp("work"), Recorder()
    paths = {"chat_class_path": f"{module.__name__}.Chat", "simple_class_path": f"{module.__name__}.Simple"}
    MODEL_REGISTRY_V2.register_manifest(ModelManifest("records", **paths), overwrite=True)
    task = "native" if request.param == "native" else NAME
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINKS2_DATA", str(root))
        patch.chdir(folder)
        patch.setitem(sys.modules, module.__name__, module)
        patch.setattr(module, "recorder", recorder, raising=False)
        result = run_host("records", [task], force_simple=request.param == "simple", include_paths=[str(native_task)])
    assert list(folder.iterdir()) == [], "nothing that a text says was done"
    rows = [row["links2_accuracy"] for row in result["samples"][task]]
    return Run(
        request.param,
        {row["id"]: row for row in rows if row["reason"] != "bad_question"},
        [row for row in rows if row["reason"] == "bad_question"],
        result["results"][task],
        recorder,
    )


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_in_its_row_and_the_reply_is_not_scored(run: Run, name: str) -> None:
    row, fault = run.rows[id_of(name)], FAULTS[name]
    assert (row["reason"], row["prediction"], row["score"], row["raw"]) == (fault.reason, None, 0.0, "A")
    assert fault.told in row["note"]
    assert "Error: " in row["note"]
    assert row["manifest"] is None
    if run.way != "simple":
        assert (run.seen.texts[id_of(name)], run.seen.n_images[id_of(name)]) == (UNREADABLE, 0)


@pytest.mark.parametrize("name", SOUND)
def test_sound_rows_are_shown_and_scored(run: Run, name: str) -> None:
    row = run.rows[id_of(name)]
    assert (row["reason"], row["prediction"], row["score"]) == ("letter", "A", 1.0), row["note"]
    n_frames = {"one frame": 1, "8k": 2}.get(name, 32)
    assert row["manifest"]["n_frames"] == n_frames
    as_file = run.way == "native" and n_frames == 32
    assert row["manifest"]["decoder"] == ("host" if as_file else "links2")
    # A list of frames is one part too.
    assert run.seen.n_images[id_of(name)] == (2 if run.way == "native" else n_frames + 1)


def test_lines_that_are_no_questions_have_rows(run: Run) -> None:
    notes = sorted(row["note"] for row in run.bad_lines)
    assert len(notes) == len(BAD_LINES)
    for told in BAD_LINES.values():
        assert any(told in note for note in notes), (told, notes)


def test_every_line_counts_once(run: Run) -> None:
    assert set(run.rows) == {id_of(name) for name in (*SOUND, *FAULTS)}
    n_lines = len(SOUND) + len(FAULTS) + len(BAD_LINES)
    assert run.metrics["links2_accuracy,none"] == pytest.approx(len(SOUND) / n_lines)
    assert run.metrics["links2_extraction_failure,none"] == pytest.approx(1 - len(SOUND) / n_lines)


def test_a_text_with_signs_of_html_shells_and_templates_is_shown_as_it_is(run: Run) -> None:
    assert f"{ODD_TEXT}\nA. <b>bold</b>\nB. $(id)\nC. NA\nD. =1+1\n" in run.seen.texts[id_of("odd text")]
    assert run.rows[id_of("odd text")]["region"] == "<i>$(id)</i>"
