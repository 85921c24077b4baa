"""The Croissant file is accepted by mlcroissant, which reads every question through it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.dataset import load_info, load_questions
from links2_tasks.errors import DataError
from links2_tasks.release import ReleaseReport
from links2_tasks.release._croissant import QUESTIONS, check_croissant
from links2_tasks.schema import Question

mlcroissant = pytest.importorskip("mlcroissant")


def _plain(value: Any) -> Any:
    """A record as JSON has it: mlcroissant gives bytes for texts, and ids of fields for names."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {key.rsplit("/", 1)[-1]: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _question(record: dict[str, Any]) -> Question:
    row = _plain(record)
    row.pop("split")
    if row["value"]["kind"] is None:
        row["value"] = None
    return Question.model_validate(row)


def test_mlcroissant_reads_every_question(released: ReleaseReport) -> None:
    read = mlcroissant.Dataset(jsonld=str(released.out / "croissant.json"))
    records = list(read.records(QUESTIONS))
    assert read.metadata.ctx.issues.errors == set()
    found = {(record[f"{QUESTIONS}/split"].decode(), _question(record)) for record in records}
    wanted = {
        # Who worded a question is not among the fields.
        (split, one.model_copy(update={"provenance": one.provenance.model_copy(update={"wording": None})}))
        for split in load_info(released.out).splits
        for one in load_questions(released.out, split=split)
    }
    assert found == wanted
    assert len(records) == len(wanted) == 8


def test_file_objects_have_the_digests_of_their_files(released: ReleaseReport) -> None:
    content = json.loads((released.out / "croissant.json").read_text())
    objects = [each for each in content["distribution"] if each["@type"] == "cr:FileObject"]
    assert len(objects) == 8
    for each in objects:
        data = (released.out / each["contentUrl"]).read_bytes()
        assert each["sha256"] == hashlib.sha256(data).hexdigest()
        assert each["contentSize"] == f"{len(data)} B"


def test_what_is_known_stands_in_the_metadata(released: ReleaseReport) -> None:
    content = json.loads((released.out / "croissant.json").read_text())
    assert content["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert content["license"] == ["https://spdx.org/licenses/CC-BY-4.0.html", "https://spdx.org/licenses/CC0-1.0.html"]
    assert content["rai:dataCollection"] == "Footage is recorded by UAVs; maps show the same regions."
    assert "4 of 8 questions" in json.dumps(content["rai:dataAnnotationProtocol"])
    assert "Coordinates and other metadata were removed" in content["rai:personalSensitiveInformation"]
    assert "datePublished" not in content


def test_a_broken_file_is_an_error(released: ReleaseReport, tmp_path: Path) -> None:
    content = json.loads((released.out / "croissant.json").read_text())
    del content["recordSet"][0]["field"][0]["dataType"]
    broken = tmp_path / "croissant.json"
    broken.write_text(json.dumps(content))
    with pytest.raises(DataError, match="mlcroissant finds faults"):
        check_croissant(broken)
