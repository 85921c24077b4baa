"""Several runs of the real VLMEvalKit in one process, since importing it takes so long. Tests start it by its path.

Arguments: a JSON file of runs by name, the file for what became of them, and the folder of a checkout or ''.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from links2_tasks.frameworks.vlmeval._host import find_host, import_runner
from links2_tasks.frameworks.vlmeval.runner import run


def add_counting_model() -> Any:
    """Register a model that answers 'A', counts how often it is asked, and can stumble over its first question."""
    from vlmeval.config import supported_VLM
    from vlmeval.vlm.base import BaseModel

    class Counting(BaseModel):
        INTERLEAVE = True
        n_calls = 0
        stumbles = False

        def __init__(self, **settings: Any) -> None:
            super().__init__()

        def generate(self, message: Any, dataset: str | None = None) -> str:
            Counting.n_calls += 1
            if self.stumbles and self.n_calls == 1:
                raise RuntimeError("stumbled on purpose")
            return "A"

    supported_VLM["counting"] = Counting
    return Counting


def carry_out(plan: Mapping[str, Any], checkout: Path | None, model: Any) -> dict[str, Any]:
    """One run: its exit status, how often the model was asked, and what was printed."""
    model.n_calls, model.stumbles = 0, plan.get("stumbles", False)
    with redirect_stdout(io.StringIO()) as output:
        try:
            status = run(plan["arguments"], checkout)
        except SystemExit as left:
            status = left.code
    if checkout is not None:
        # Upstream names the folder of a run by the second.
        time.sleep(1.1)
    return {"exit": status, "calls": model.n_calls, "output": output.getvalue()}


def main(plans: str, results: str, checkout: str) -> None:
    """Carry out the runs of a file, one after another."""
    host_folder = Path(checkout) if checkout else None
    import_runner(find_host(host_folder))
    model = add_counting_model()
    runs = json.loads(Path(plans).read_text(encoding="utf-8"))
    done = {name: carry_out(plan, host_folder, model) for name, plan in runs.items()}
    Path(results).write_text(json.dumps(done), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
