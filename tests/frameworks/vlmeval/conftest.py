"""Hosts to run: tiny ones that tests write themselves, in the form of an upstream checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

RUNNER = """
import argparse, datetime, json, os, sys
from pathlib import Path

first_import = "vlmeval" not in sys.modules

from vlmeval.config import supported_VLM


def main():
    print("HANDED OVER " + json.dumps(dict(argv=sys.argv[1:], format=os.environ.get("PRED_FORMAT"),
                                           lmu=os.environ.get("LMUData"), first=first_import)))
    plan = json.loads(os.environ["TINY_HOST_PLAN"])
    parser = argparse.ArgumentParser()
    for name in ("--data", "--model"):
        parser.add_argument(name, nargs="+")
    parser.add_argument("--work-dir", default="outputs")
    args, _ = parser.parse_known_args()
    now = lambda: datetime.datetime.now().astimezone().isoformat()
    for model in args.model:
        folder = Path(args.work_dir) / model / "T20260101-000000"
        folder.mkdir(parents=True, exist_ok=True)
        status = dict(created_at=now(), argv=sys.argv, model_name=model, datasets={})
        for dataset in args.data:
            if dataset in plan:
                status["datasets"][dataset] = dict(plan[dataset], updated_at=now())
            if os.environ.get("RANK", "0") == "0":
                (folder / "status.json").write_text(json.dumps(status))
    if "exit" in plan:
        sys.exit(plan["exit"])
    if "raise" in plan:
        raise RuntimeError(plan["raise"])


if __name__ == "__main__":
    main()
"""

SMP = """
def collect_run_benchmark_report(folder):
    import json
    from pathlib import Path
    datasets = json.loads((Path(folder) / "status.json").read_text())["datasets"]
    return [dict(benchmark=name, infer_failed=entry.get("infer_failed", 0), infer_total=entry.get("infer_total", 2),
                 judge_failed=entry.get("judge_failed", 0)) for name, entry in datasets.items()]
"""

# There is nothing in a tiny host that the datasets could be added to.
DRIVER = """
import sys, types
registry = types.ModuleType("links2_tasks.frameworks.vlmeval.registry")
registry.register = lambda: None
sys.modules[registry.__name__] = registry
from links2_tasks.frameworks.vlmeval.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def write_checkout(folder: Path, files: Mapping[str, str]) -> Path:
    """A checkout of a tiny host that knows the models 'tiny-model' and 'other-model'; `files` replaces or adds some."""
    config = "class Tiny:\n    pass\n\n\nsupported_VLM = {'tiny-model': Tiny, 'other-model': Tiny}\n"
    written = {
        "run.py": RUNNER,
        "vlmeval/__init__.py": "",
        "vlmeval/dataset/__init__.py": "",
        "vlmeval/config.py": config,
        "vlmeval/smp.py": SMP,
        "vlmeval/api.py": "",
        "vlmeval/vlm.py": "",
        **files,
    }
    for name, content in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def start(*arguments: str, cwd: Path, plan: Mapping[str, Any], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run with a tiny host in a process of its own; `plan` says what its runner writes for each dataset."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PRED_FORMAT", "LMUData", "RANK")}
    environment = {**kept, "TINY_HOST_PLAN": json.dumps(plan), "NO_COLOR": "1", **variables}
    command = [sys.executable, "-c", DRIVER, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A tiny host."""
    return write_checkout(tmp_path / "checkout", {})


@pytest.fixture(scope="session")
def make_checkout() -> Any:
    """`write_checkout`, for tests that cannot import from a conftest."""
    return write_checkout


@pytest.fixture(scope="session")
def run_tiny_host() -> Any:
    """`start`, for tests that cannot import from a conftest."""
    return start
