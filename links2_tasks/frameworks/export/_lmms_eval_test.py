# ruff: noqa: PT009 - the tests of lmms-eval are unittest cases.
"""Registration, prompts and scores of the links2 tasks."""

from __future__ import annotations

import json
import os
import tempfile
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from datasets import Dataset
from lmms_eval.tasks import TaskManager
from PIL import Image

from links2_tasks.frameworks.lmms_eval import hooks as utils
from links2_tasks.frameworks.lmms_eval import variant_docs
from links2_tasks.taxonomy import task_yaml_dir

TASKS_AND_GROUPS = tuple(sorted(path.stem for path in task_yaml_dir().glob("*.yaml")))

QUESTION: dict[str, Any] = {
    "question_id": "uav_localization-0",
    "task": "uav_localization",
    "clip_id": "clip-0",
    "video": "videos/clip-0.mp4",
    "video_span_s": [0.0, 4.0],
    "query_time_s": 2.0,
    "satellite": [{"path": "satellite/map.png", "gsd_m": 0.5}],
    "marks": [{"image": 0, "kind": "point", "label": "1", "xy_px": [[30.0, 40.0]]}],
    "question": "Which mark is the ground point at the image centre at 2.0 s?",
    "options": ["mark 1", "mark 2", "mark 3", "mark 4"],
    "answer": "B",
    "value": {"kind": "count", "number": [4.0], "unit": ""},
    "region": "tinytown",
    "source": {"dataset": "tiny", "licence": "CC0-1.0"},
    "provenance": {"writer": "test", "version": "1", "seed": 0},
}


def _docs(*lines: str) -> list[dict[str, Any]]:
    return list(utils.process_docs(Dataset.from_list([{"text": line} for line in lines])))


def _doc() -> dict[str, Any]:
    return _docs(json.dumps(QUESTION))[0]


@contextmanager
def _dataset() -> Iterator[None]:
    """A dataset with two satellite images as the dataset in use."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "dataset.json").write_text("{}", encoding="utf-8")
        (root / "satellite").mkdir()
        for name in ("map", "other"):
            Image.new("RGB", (64, 64), (40, 90, 40)).save(root / f"satellite/{name}.png")
        with mock.patch.dict(os.environ, {"LINKS2_DATA": folder}):
            yield


class TestLinks2Registration(unittest.TestCase):
    def test_tasks_and_groups_are_registered(self) -> None:
        missing = set(TASKS_AND_GROUPS).difference(TaskManager().all_tasks)
        self.assertFalse(missing, f"Missing links2 tasks: {sorted(missing)}")


class TestLinks2Prompts(unittest.TestCase):
    def test_the_text_of_a_question_is_stable(self) -> None:
        with _dataset():
            text = utils.doc_to_text(_doc(), {"modality": "text"})
        wanted = [
            "Which mark is the ground point at the image centre at 2.0 s?",
            "A. mark 1",
            "B. mark 2",
            "C. mark 3",
            "D. mark 4",
            "Answer with the option's letter only.",
        ]
        self.assertEqual(text.splitlines(), wanted)

    def test_the_satellite_image_stands_between_its_heading_and_the_question(self) -> None:
        with _dataset():
            messages = utils.doc_to_messages(_doc(), lmms_eval_specific_kwargs={"modality": "satellite"})
        content = messages[0]["content"]
        self.assertEqual([part["type"] for part in content], ["text", "image", "text"])
        self.assertEqual(content[1]["url"].size, (64, 64))
        self.assertTrue(content[2]["text"].startswith(QUESTION["question"]))

    def test_a_missing_video_is_a_fact_about_the_question_and_no_error(self) -> None:
        doc = _doc()
        with _dataset():
            utils.doc_to_messages(doc)
            row = utils.process_results(doc, ["B"])["links2_accuracy"]
        self.assertEqual((row["score"], row["reason"]), (0.0, "media_error"))

    def test_without_options_a_point_is_asked_for_and_none_is_marked(self) -> None:
        value = {"kind": "point", "number": [30.0, 40.0], "unit": "px"}
        lines = Dataset.from_list([{"text": json.dumps({**QUESTION, "value": value})}])
        question = json.loads(next(iter(variant_docs.open(lines)))["text"])
        self.assertEqual(question["marks"], [])
        self.assertTrue(question["question"].startswith("Which point is the ground point"))

    def test_another_region_s_map_stands_in_for_the_right_one(self) -> None:
        other = {
            **QUESTION,
            "question_id": "q-1",
            "region": "elsewhere",
            "satellite": [{"path": "satellite/other.png", "gsd_m": 0.5}],
        }
        lines = Dataset.from_list([{"text": json.dumps(each)} for each in (QUESTION, other)])
        with _dataset():
            docs = {doc["question_id"]: json.loads(doc["text"]) for doc in variant_docs.wrong_satellite(lines)}
        paths = [docs[name]["satellite"][0]["path"] for name in (QUESTION["question_id"], "q-1")]
        self.assertEqual(paths, ["satellite/other.png", "satellite/map.png"])


class TestLinks2Scores(unittest.TestCase):
    def setUp(self) -> None:
        self.doc = {**_doc(), "question_id": "scored"}

    def _scores(self, reply: str) -> dict[str, float]:
        return {name: row["score"] for name, row in utils.process_results(self.doc, [reply]).items()}

    def test_a_right_letter(self) -> None:
        scores = self._scores("The answer is B.")
        self.assertEqual(scores["links2_accuracy"], 1.0)
        self.assertEqual(scores["links2_chance_corrected"], 1.0)
        self.assertEqual(scores["links2_extraction_failure"], 0.0)

    def test_a_wrong_letter(self) -> None:
        scores = self._scores("A")
        self.assertEqual(scores["links2_accuracy"], 0.0)
        self.assertAlmostEqual(scores["links2_chance_corrected"], -1 / 3)
        self.assertEqual(scores["links2_extraction_failure"], 0.0)

    def test_what_holds_no_letter_is_wrong_and_counted(self) -> None:
        for reply in ("", "I cannot tell.", "<think>It is B, or", "[LMMS_EVAL_REQUEST_FAILED after 5 retries] B"):
            with self.subTest(reply=reply):
                scores = self._scores(reply)
                self.assertEqual((scores["links2_accuracy"], scores["links2_extraction_failure"]), (0.0, 1.0))

    def test_a_line_that_is_no_question_is_wrong_and_counted(self) -> None:
        row = utils.process_results(_docs("not json")[0], ["A"])["links2_accuracy"]
        self.assertEqual((row["score"], row["reason"]), (0.0, "bad_question"))

    def test_an_open_answer_is_scored_by_how_near_it_is(self) -> None:
        exact, near = (
            utils.process_open_results(self.doc, [reply])["links2_open_score"]["score"] for reply in ("4", "5")
        )
        self.assertEqual(exact, 1.0)
        self.assertTrue(0.0 < near < 1.0)

    def test_a_circular_question_is_right_when_all_its_rotations_are(self) -> None:
        docs = list(variant_docs.circular(Dataset.from_list([{"text": json.dumps(QUESTION)}])))
        self.assertEqual([doc["answer"] for doc in docs], ["B", "A", "D", "C"])
        rows = [utils.process_circular_results(doc, [doc["answer"]])["links2_circular"] for doc in docs]
        self.assertEqual(utils.circular_accuracy(rows), 1.0)
        rows[0] = {**rows[0], "hit": 0.0}
        self.assertEqual(utils.circular_accuracy(rows), 0.0)

    def test_aggregation(self) -> None:
        rows = [{"score": 1.0, "hit": 1.0, "chance": 0.25}, {"score": 0.0, "hit": 0.0, "chance": 0.25}]
        self.assertEqual(utils.mean_score(rows), 0.5)
        self.assertAlmostEqual(utils.chance_corrected(rows), 1 / 3)


if __name__ == "__main__":
    unittest.main()
