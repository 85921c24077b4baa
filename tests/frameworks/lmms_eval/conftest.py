"""lmms-eval with links2 registered, offline and with caches of its own."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from typing import Any

import pytest

from links2_tasks import taxonomy

if importlib.util.find_spec("lmms_eval") is None:
    # Without the extra 'lmms-eval' there is no host to test with.
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="module", autouse=True)
def offline_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No network, caches in a temporary folder, and the plug-in registered as its entry point would do it."""
    cache = tmp_path_factory.mktemp("cache")
    wanted = {
        "HF_HOME": str(cache / "hf"),
        "HF_DATASETS_CACHE": str(cache / "hf/datasets"),
        "LMMS_EVAL_DATASETS_CACHE": str(cache / "hf/datasets"),
        "HF_HUB_OFFLINE": "1",
        "XDG_CACHE_HOME": str(cache / "xdg"),
        "TOKENIZERS_PARALLELISM": "false",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in wanted.items():
            patch.setenv(name, value)
        register_with_host()
        # Read once at import, which tests of other parts may have caused already.
        patch.setattr("datasets.config.HF_DATASETS_CACHE", cache / "hf/datasets")
        yield


def register_with_host() -> None:
    """What lmms-eval does with an entry point."""
    from lmms_eval.models import MODEL_REGISTRY_V2

    from links2_tasks.frameworks.lmms_eval.plugin import register

    for manifest in register():
        MODEL_REGISTRY_V2.register_manifest(manifest, overwrite=True)


def evaluate(model: str, tasks: list[str], **arguments: Any) -> dict[str, Any]:
    """lmms-eval's own evaluation, in this process; without its own 1,985 tasks, which take seconds to list."""
    from lmms_eval import evaluator
    from lmms_eval.tasks import TaskManager

    folders = [str(taxonomy.task_yaml_dir()), *arguments.pop("include_paths", ())]
    manager = TaskManager(include_path=folders, include_defaults=False, model_name=model)
    results = evaluator.simple_evaluate(
        model=model,
        tasks=tasks,
        task_manager=manager,
        batch_size=1,
        log_samples=True,
        bootstrap_iters=0,
        **arguments,
    )
    assert results is not None
    return results


@pytest.fixture(scope="session")
def run_host() -> Any:
    """`evaluate`, for tests that cannot import from a conftest."""
    return evaluate


assert os.environ.get("LMMS_EVAL_PLUGINS") is None, "the deprecated plug-in variable would change what is tested"
