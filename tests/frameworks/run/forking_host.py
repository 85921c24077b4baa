"""A framework that is imported once and then forked for each run, since importing it takes so long.

Started by its path with the name of the framework, it reads orders from stdin, one JSON object a line: arguments for the
module that `links2 run` starts, and the environment of each process. It prints their numbers, and their exit statuses
when all have ended. What a fork does is what the module does when it is started alone.
"""

from __future__ import annotations

import dataclasses
import gc
import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from links2_tasks.errors import Links2Error
from links2_tasks.frameworks.run._look import Look

sys.path.insert(0, str(Path(__file__).parent))

CLIENT_TIMEOUT_S = "CLIENT_TIMEOUT_S"
"""Variable: how long OpenAI's client waits where its user names no time, which is 600 s otherwise."""


def lmms_eval() -> Callable[[Sequence[str]], Any]:
    """The child module of lmms-eval, which knows the models of `counting` and only the tasks of links2."""
    import lmms_eval.__main__ as host
    from counting import manifest
    from lmms_eval.models import MODEL_REGISTRY_V2
    from lmms_eval.tasks import TaskManager

    from links2_tasks import taxonomy
    from links2_tasks.frameworks.run import lmms_eval_child

    folder = str(taxonomy.task_yaml_dir())

    def own_tasks_only(verbosity: str, include_path: Any = None, model_name: str | None = None) -> TaskManager:
        return TaskManager(verbosity, include_path=[folder], include_defaults=False, model_name=model_name)

    MODEL_REGISTRY_V2.register_manifest(manifest(), overwrite=True)
    # Listing the host's own 1,985 tasks takes seconds.
    host.TaskManager = own_tasks_only
    for module in ("lmms_eval.models.chat.openai", "links2_tasks.frameworks.lmms_eval.models"):
        importlib.import_module(module)
    others = {"look": look, "options": options}
    return lambda arguments: others.get(arguments[0], lmms_eval_child.main)(arguments)


def options(arguments: Sequence[str]) -> int:
    """Print the host's options, those of the same meaning together."""
    import lmms_eval.__main__ as host

    sys.argv = ["lmms-eval"]
    parser, _ = host.parse_eval_args()
    print(json.dumps([action.option_strings for action in parser._actions]))
    return 0


def look(arguments: Sequence[str]) -> int:
    """Look at what the arguments after the first name; what was found is the last line that is printed."""
    from lmms_eval import tasks

    from links2_tasks.frameworks.lmms_eval import doctor
    from links2_tasks.frameworks.run import _lmms_eval_look

    # The diagnosis has tests of its own, and takes seconds; so does the list of the host's own tasks.
    doctor.diagnose = tuple
    tasks.TaskManager = importlib.import_module("lmms_eval.__main__").TaskManager
    return show(lambda: _lmms_eval_look.look(arguments[1:]))


def show(look_now: Callable[[], Look]) -> int:
    """Print what a look finds, or the error that it ends in."""
    try:
        found = look_now()
    except Links2Error as error:
        print(json.dumps({"error": str(error)}))
        return 1
    plans = [dataclasses.asdict(plan) for plan in found.plans]
    print(json.dumps({"plans": plans, "notes": found.notes}, default=lambda record: record.model_dump(mode="json")))
    return 0


def vlmevalkit() -> Callable[[Sequence[str]], Any]:
    """The child module of VLMEvalKit, which knows the model of `counting_vlm`."""
    from links2_tasks.frameworks.run import vlmeval_child
    from links2_tasks.frameworks.vlmeval._host import find_host, import_runner

    import_runner(find_host())
    from counting_vlm import register

    register()
    others = {"look": look_at_vlmevalkit}
    return lambda arguments: others.get(arguments[0], vlmeval_child.main)(arguments)


def look_at_vlmevalkit(arguments: Sequence[str]) -> int:
    """As `look`."""
    from links2_tasks.frameworks.run import _vlmevalkit_look
    from links2_tasks.frameworks.vlmeval import doctor, registry

    doctor.diagnose = tuple
    # The diagnosis does so.
    registry.register()
    return show(lambda: _vlmevalkit_look.look(arguments[1:], None))


def carry_out(main: Callable[[Sequence[str]], Any], arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """One process of a run, in a fork; does not return."""
    log = os.open(environment["RUN_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(environment)
    if CLIENT_TIMEOUT_S in environment:
        importlib.import_module("openai._base_client").DEFAULT_TIMEOUT = float(environment[CLIENT_TIMEOUT_S])
    status = 1
    try:
        status = int(main(arguments) or 0)
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not the exit handlers of the process that was forked.
    os._exit(status)


def serve(main: Callable[[Sequence[str]], Any]) -> None:
    """Carry out orders until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")
    # Collecting garbage in a fork would copy all that was imported.
    gc.freeze()
    print(json.dumps("ready"), file=answers, flush=True)
    for order in map(json.loads, sys.stdin):
        numbers = []
        for environment in order["environments"]:
            number = os.fork()
            if number == 0:
                carry_out(main, order["arguments"], environment)
            numbers.append(number)
        print(json.dumps(numbers), file=answers, flush=True)
        statuses = [os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]) for number in numbers]
        print(json.dumps(statuses), file=answers, flush=True)


if __name__ == "__main__":
    serve({"lmms-eval": lmms_eval, "vlmevalkit": vlmevalkit}[sys.argv[1]]())
