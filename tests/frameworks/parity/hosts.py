"""Both frameworks in this process, offline and away from the user's caches, and the same questions through both."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from replies import replies_to
from results import Pair
from ways import WAYS, Way, write_variants

from links2_tasks.dataset import load_questions


@contextmanager
def both_hosts(folder: Path) -> Iterator[None]:
    """Import both frameworks and register the package with them, as its entry point and its own command do."""
    (folder / "lmu").mkdir(parents=True)
    settings = {
        "HF_HOME": folder / "hf",
        "HF_DATASETS_CACHE": folder / "hf/datasets",
        "LMMS_EVAL_DATASETS_CACHE": folder / "hf/datasets",
        "HF_HUB_OFFLINE": 1,
        "TOKENIZERS_PARALLELISM": "false",
        "XDG_CACHE_HOME": folder / "xdg",
        "LMUData": folder / "lmu",
        "PRED_FORMAT": "tsv",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, str(value))
        for name in ("EVAL_FORMAT", "MMEVAL_ROOT", "SKIP_ERR", "SPLIT_THINK", "FWD_API", "VLMEVAL_LOCAL_MEDIA"):
            patch.delenv(name, raising=False)
        # VLMEvalKit turns off the checks of certificates for the whole process; this puts them back at the end.
        patch.setattr(ssl, "_create_default_https_context", ssl._create_default_https_context)
        import run_lmms_eval
        import run_vlmeval

        run_lmms_eval.register_plugin()
        run_vlmeval.register_package()
        # Read once at import, which tests of other parts may have caused already.
        patch.setattr("datasets.config.HF_DATASETS_CACHE", folder / "hf/datasets")
        yield


@dataclass(frozen=True)
class Bench:
    """A dataset, and a folder for what its runs leave."""

    root: Path
    folder: Path

    @contextmanager
    def on(self, side: str) -> Iterator[None]:
        """The dataset in use, with a cache for one side alone: neither finds what the other has made."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LINKS2_DATA", str(self.root))
            patch.setenv("XDG_CACHE_HOME", str(self.folder / f"cache of {side}"))
            yield


def run_both(bench: Bench, ways: Sequence[Way] = WAYS, tasks: Sequence[str] = ()) -> tuple[Pair, ...]:
    """All questions of a dataset, every way, through both frameworks.

    Args:
        bench: Dataset and folder.
        ways: The ways.
        tasks: What lmms-eval is asked for; by default its group of all tasks, as the way has it.
    """
    import run_lmms_eval
    import run_vlmeval

    questions = load_questions(bench.root)
    replies = {way.dataset: replies_to(questions, way.shift) for way in ways}
    with bench.on("VLMEvalKit"):
        of_dataset = run_vlmeval.run(replies, bench.folder / "work")
    variants = write_variants(bench.folder / "variants")
    with bench.on("lmms-eval"):
        of_way = [
            run_lmms_eval.run(
                replies[way.dataset], way.model, tasks or [way.group], [variants], force_simple=way.simple
            )
            for way in ways
        ]
    return tuple(Pair(way, questions, run, of_dataset[way.dataset]) for way, run in zip(ways, of_way, strict=True))
