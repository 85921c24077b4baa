"""Tiny result folders in the form of each framework."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.taxonomy import BENCHMARK_VERSION

MANIFEST = {
    "strategy": "frames_as_images",
    "modality": "both",
    "plan_id": "0123456789ab",
    "n_frames": 2,
    "indices": [3, 9],
    "times_s": [0.3, 0.9],
    "decoder": "links2",
    "pixel_sha256": "aa",
    "query_index": None,
    "query_sha256": None,
    "satellite_sha256": ["bb"],
}


class Folders:
    """Writers of result folders."""

    manifest = MANIFEST

    def row(self, task: str, index: int, /, **changes: Any) -> dict[str, Any]:
        """A sample row; rows of even index are right."""
        fields = {
            "id": f"{task}-{index}",
            "clip_id": f"clip-{index // 2}",
            "task": task,
            "variant": "default",
            "region": f"region-{index % 3}",
            "prediction": "AB"[index % 2],
            "answer": "A",
            "score": 1.0 - index % 2,
            "reason": "letter",
            "note": "",
            "raw": "AB"[index % 2],
            "benchmark_version": BENCHMARK_VERSION,
            "question_sha256": f"{index:016x}",
            "manifest": MANIFEST,
            "chance": 0.25,
        }
        return {**fields, **changes}

    def rows(self, task: str, n: int, /, **changes: Any) -> list[dict[str, Any]]:
        """Some rows of one task."""
        return [self.row(task, index, **changes) for index in range(n)]

    def lmms_eval(
        self,
        folder: Path,
        tables: Mapping[str, Sequence[Mapping[str, Any]]],
        *,
        date: str = "20260102_080000",
        model: str = "tiny",
        model_args: Any = "",
        gen_kwargs: str = "",
        n_wanted: int | None = None,
        seconds: str = "12.5",
        root: str = "/data/city",
    ) -> Path:
        """What lmms-eval leaves; `tables` are rows by the name of their task in lmms-eval."""
        folder.mkdir(parents=True, exist_ok=True)
        configs = {
            label: {
                "task": label,
                "metric_list": [{"metric": "links2_accuracy"}],
                "generation_kwargs": {"max_new_tokens": 64},
                "dataset_kwargs": {"data_files": {"test": f"{root}/questions/test/{label}.jsonl"}},
            }
            for label in tables
        }
        content = {
            "results": {},
            "configs": configs,
            "n-samples": {
                label: {"original": n_wanted or len(rows), "effective": len(rows)} for label, rows in tables.items()
            },
            "config": {"model": model, "model_args": model_args, "gen_kwargs": gen_kwargs},
            "date": date,
            "total_evaluation_time_seconds": seconds,
        }
        (folder / f"{date}_results.json").write_text(json.dumps(content), encoding="utf-8")
        for label, rows in tables.items():
            self.samples(folder / f"{date}_samples_{label}.jsonl", rows)
        return folder

    def samples(self, path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
        """A log of samples of lmms-eval."""
        lines = [
            json.dumps(
                {
                    "doc_id": number,
                    "token_counts": [{"output_tokens": 7}],
                    "links2_accuracy": row,
                    "links2_micro_accuracy": {"id": row.get("id"), "clip_id": row.get("clip_id"), "score": 0.0},
                },
                ensure_ascii=False,
            )
            for number, row in enumerate(rows)
        ]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    def score_tsv(self, path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
        """A table of VLMEvalKit with PRED_FORMAT=tsv."""
        path.parent.mkdir(parents=True, exist_ok=True)
        flat = [{**row, "manifest": json.dumps(row["manifest"])} for row in rows]
        with path.open("w", encoding="utf-8", newline="") as stream:
            table = csv.DictWriter(stream, list(flat[0]), delimiter="\t", quoting=csv.QUOTE_ALL)
            table.writeheader()
            table.writerows({name: "" if value is None else value for name, value in row.items()} for row in flat)
        return path

    def status(self, folder: Path, datasets: Mapping[str, Mapping[str, Any]], **facts: Any) -> Path:
        """What VLMEvalKit says of a model."""
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "eval_id": "T20260102-000000",
            "created_at": "2026-01-02T00:00:00+00:00",
            "model_name": folder.name,
            "datasets": {
                name: {"status": "done", "updated_at": "2026-01-02T00:01:00+00:00", **entry}
                for name, entry in datasets.items()
            },
            **facts,
        }
        (folder / "status.json").write_text(json.dumps(content), encoding="utf-8")
        return folder


@pytest.fixture(scope="session")
def folders() -> Folders:
    return Folders()
