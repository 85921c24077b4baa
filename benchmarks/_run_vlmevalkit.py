"""VLMEvalKit's own runner in this process, with a model that answers at once."""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from vlmeval import dataset as host
from vlmeval.dataset.image_base import ImageBaseDataset
from vlmeval.dataset.video_dataset_config import supported_video_datasets
from vlmeval.vlm.base import BaseModel

PLAIN = "BenchmarkPlain"


class Instant(BaseModel):
    """A wrapper that takes everything in order and answers with a letter."""

    INTERLEAVE = True
    VIDEO_LLM = True

    def __init__(self, **host_arguments: Any) -> None:
        super().__init__()

    def generate_inner(self, message: Any, dataset: str | None = None) -> str:
        """One letter."""
        return "A"


class BenchmarkPlain(ImageBaseDataset):
    """A dataset of the host with the same questions and none of our code: what the host itself costs."""

    TYPE = PLAIN
    MODALITY = "IMAGE"
    force_use_dataset_prompt = True
    lines: Path
    """A file with one question a line."""

    def __init__(self, dataset: str = PLAIN, **host_arguments: Any) -> None:
        texts = self.lines.read_text(encoding="utf-8").split("\n")
        self.dataset_name = dataset
        self.data = pd.DataFrame(
            [{"index": number, "question": json.loads(text)["question"]} for number, text in enumerate(texts) if text]
        )
        self.meta_only, self.skip_noimg = True, False

    @classmethod
    def supported_datasets(cls) -> list[str]:
        """Its only name."""
        return [PLAIN]

    def build_prompt(self, line: Any) -> list[dict[str, str]]:
        """The question as text."""
        row = self.data.iloc[line] if isinstance(line, int) else line
        return [{"type": "text", "value": row["question"]}]

    def evaluate(self, eval_file: str, **judge_kwargs: Any) -> dict[str, Any]:
        """Count the answers."""
        from vlmeval.smp import load

        return {"overall": len(load(eval_file))}


def run(dataset: str, work_dir: Path, lines: Path | None = None) -> int:
    """Run the host on a dataset; the number of answers in its result file."""
    import vlmeval.run
    from vlmeval.config import supported_VLM

    from links2_tasks.frameworks.vlmeval.registry import register

    register()
    supported_VLM["benchmark_instant"] = functools.partial(Instant)
    if lines is not None:
        BenchmarkPlain.lines = lines
        for known in (host.IMAGE_DATASET, host.DATASET_CLASSES):
            known.append(BenchmarkPlain)
        host.SUPPORTED_DATASETS.append(PLAIN)
        supported_video_datasets[PLAIN] = functools.partial(BenchmarkPlain, dataset=PLAIN)
    sys.argv = ["vlmeval", "--data", dataset, "--model", "benchmark_instant", "--work-dir", str(work_dir)]
    vlmeval.run.main()
    (answers,) = (work_dir / "benchmark_instant").glob(f"benchmark_instant_{dataset}.tsv")
    return len(pd.read_csv(answers, sep="\t", dtype=str, keep_default_na=False))
