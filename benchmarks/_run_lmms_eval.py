"""lmms-eval's own evaluation in this process, with a model that answers at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lmms_eval.api.model import lmms

from links2_tasks import taxonomy

PLAIN_TASK = "benchmark_plain"
_PLAIN_YAML = """\
task: benchmark_plain
dataset_path: json
dataset_kwargs:
  data_files:
    test: {file}
test_split: test
output_type: generate_until
doc_to_text: "{{{{question}}}}"
doc_to_target: "{{{{answer}}}}"
doc_to_visual: !function benchmark_plain_hooks.doc_to_visual
generation_kwargs:
  max_new_tokens: 16
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
"""
_PLAIN_HOOKS = "def doc_to_visual(doc):\n    return []\n"


class Silent(lmms):
    """Answers without asking for a prompt: what is left is the host's way and our documents, texts and scores."""

    is_simple = False

    def __init__(self, **host_arguments: Any) -> None:
        super().__init__()

    def generate_until(self, requests: list[Any]) -> list[str]:
        """One letter for each request."""
        for request in requests:
            self.look_at(*request.args)
        return ["A"] * len(requests)

    def look_at(self, *arguments: Any) -> None:
        """Nothing to see."""

    def loglikelihood(self, requests: list[Any]) -> list[Any]:
        """No task of the benchmark asks for it."""
        raise NotImplementedError("the benchmark asks for generate_until only")

    def generate_until_multi_round(self, requests: list[Any]) -> list[str]:
        """No task of the benchmark asks for it."""
        raise NotImplementedError("the benchmark asks for generate_until only")


class SilentSimple(Silent):
    """The same for tasks that have no chat messages."""

    is_simple = True


class Looking(Silent):
    """Has every prompt built, as chat models do, and drops it."""

    def look_at(self, context: str, messages: Any, kwargs: Any, doc_id: int, task: str, split: str) -> None:  # type: ignore[override]
        """Build the prompt."""
        messages(self.task_dict[task][split][doc_id])


def evaluate(model: type[Silent], tasks: Sequence[str], folders: Sequence[Path] = ()) -> int:
    """Run the host on some tasks; the number of answers that it scored."""
    from lmms_eval import evaluator
    from lmms_eval.models import MODEL_REGISTRY_V2
    from lmms_eval.models.registry_v2 import ModelManifest
    from lmms_eval.tasks import TaskManager

    name = f"benchmark_{model.__name__.lower()}"
    path = f"{__name__}.{model.__name__}"
    ways = {"simple_class_path": path} if model.is_simple else {"chat_class_path": path}
    MODEL_REGISTRY_V2.register_manifest(ModelManifest(name, **ways), overwrite=True)
    # Without the host's own 1,985 tasks, whose listing takes seconds and has nothing to do with questions.
    known = [str(folder) for folder in folders] or [str(taxonomy.task_yaml_dir())]
    manager = TaskManager(include_path=known, include_defaults=False, model_name=name)
    results = evaluator.simple_evaluate(
        model=name, tasks=list(tasks), task_manager=manager, batch_size=1, log_samples=True, bootstrap_iters=0
    )
    return sum(len(samples) for samples in results["samples"].values())


def write_plain_task(folder: Path, lines: Path) -> Path:
    """A task of the host with the same questions and none of our hooks: what the host itself costs."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{PLAIN_TASK}.yaml").write_text(_PLAIN_YAML.format(file=lines), encoding="utf-8")
    (folder / "benchmark_plain_hooks.py").write_text(_PLAIN_HOOKS, encoding="utf-8")
    return folder
