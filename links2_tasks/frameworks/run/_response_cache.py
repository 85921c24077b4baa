"""lmms-eval's own response cache, told to keep answers as they come and to keep no failure.

By itself the host asks everything in one call and stores answers when that call has returned, so a run that is killed
or that raises leaves nothing; it stores the text of a failed request like an answer; and it neither stores nor finds
what is sampled (a temperature above 0). Here requests go through in chunks, a request that raises becomes a failed
answer, and whatever was answered is stored, since all of it belongs to one run.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from links2_tasks.frameworks._asked import ASKED, Asked
from links2_tasks.frameworks.lmms_eval._docs import VARIANT
from links2_tasks.frameworks.run._chunks import Lost, PatientAsker, chunks_of, is_lost
from links2_tasks.frameworks.run._log import Log, records

Execute = Callable[[Any, Any, str, Sequence[Any]], list[Any]]


def install(chunk: int, asked_folder: Path, name: str) -> None:
    """Change the host's class in this process.

    Args:
        chunk: Most requests between two times that answers are stored.
        asked_folder: Where the processes of all attempts keep what was shown, each in files of its own.
        name: What this attempt's files are called.
    """
    from lmms_eval.caching import response_cache as host

    cache = host.ResponseCache
    # Answers of one run belong together, also those that were drawn by lot.
    host.is_deterministic = lambda request_type, gen_kwargs: True
    cache._is_valid_response = staticmethod(_without_losses(cache._is_valid_response))
    cache._log_to_audit = _without_keys_for_losses(cache._log_to_audit)
    cache.execute = _in_chunks(cache.execute, chunk, ShownLog(asked_folder, name))


class ShownLog:
    """What was shown for each question, kept beside the answers: a later attempt finds these but builds no prompt."""

    def __init__(self, folder: Path, name: str) -> None:
        """Keep records in a folder, those of this process in a file of its own."""
        self._folder = folder
        self._log = Log(folder, name)

    def recall(self, wanted: set[tuple[str, str]]) -> None:
        """Tell the scoring of this process what earlier attempts showed for some questions."""
        for record in records(self._folder):
            key = (record["variant"], record["id"])
            if key in wanted and ASKED.get(*key) is None:
                ASKED.put(*key, Asked.model_validate(record["asked"]))

    def keep(self, key: tuple[str, str]) -> None:
        """Keep what this process has shown for a question."""
        asked = ASKED.get(*key)
        if asked is not None and not asked.reason:
            self._log.append({"variant": key[0], "id": key[1], "asked": asked.model_dump(mode="json")})


class _Nobody:
    """Stands in for a model when only stored answers are wanted."""

    def __getattr__(self, name: str) -> Callable[[Sequence[Any]], list[None]]:
        return lambda requests: [None] * len(requests)


class _Careful:
    """A model as the host calls it, which raises nothing and gives a failed answer where there is none."""

    def __init__(self, model: Any, request_type: str, shown: ShownLog) -> None:
        self._model = model
        self._shown = shown
        put = getattr(model, request_type)
        self._ask = PatientAsker(lambda requests: put([_twin(each) for each in requests]), _free_memory)

    def __getattr__(self, name: str) -> Callable[[Sequence[Any]], list[Any]]:
        return self._replies

    def _replies(self, requests: Sequence[Any]) -> list[Any]:
        replies = self._ask(requests)
        return [self._checked(request, reply) for request, reply in zip(requests, replies, strict=True)]

    def _checked(self, request: Any, reply: Any) -> Any:
        key = _key(self._model, request)
        asked = ASKED.get(*key) if key else None
        if asked is not None and asked.reason:
            # The model was shown a stand-in for the prompt, and the next attempt is to try again.
            return Lost(f"{asked.reason}: {asked.error}").text
        if isinstance(reply, Lost):
            return reply.text
        if key and not is_lost(reply):
            # Before the host stores the answer: an answer without it would lose its frames from the sample rows.
            self._shown.keep(key)
        return _storable(reply)


def _in_chunks(original: Execute, size: int, shown: ShownLog) -> Execute:
    @functools.wraps(original)
    def execute(self: Any, lm: Any, reqtype: str, requests: Sequence[Any]) -> list[Any]:
        replies = original(self, _Nobody(), reqtype, requests)
        missing = [position for position, reply in enumerate(replies) if reply is None]
        # They are looked up once more below, and counted there.
        self._misses -= len(missing)
        found = {_key(lm, request) for request, reply in zip(requests, replies, strict=True) if reply is not None}
        shown.recall({key for key in found if key is not None})
        _say(f"{len(requests) - len(missing)} of {len(requests)} requests were answered before")
        model = _Careful(lm, reqtype, shown)
        n_done = n_lost = 0
        for positions in chunks_of(missing, size):
            chunk = original(self, model, reqtype, [requests[position] for position in positions])
            for position, reply in zip(positions, chunk, strict=True):
                replies[position] = reply
            n_done += len(chunk)
            n_lost += sum(map(is_lost, chunk))
            _say(f"{n_done} of {len(missing)} requests are done, {n_lost} of them without a reply")
        return replies

    return execute


def _without_losses(original: Callable[[Any, str], bool]) -> Callable[[Any, str], bool]:
    @functools.wraps(original)
    def is_valid_response(response: Any, request_type: str) -> bool:
        return original(response, request_type) and not (request_type.startswith("generate") and is_lost(response))

    return is_valid_response


def _without_keys_for_losses(original: Callable[..., None]) -> Callable[..., None]:
    """The host's log of all replies stays whole, but what has a key in it counts as an answer after a crash."""

    @functools.wraps(original)
    def log_to_audit(self: Any, request_type: str, *args: Any, **kwargs: Any) -> None:
        response = kwargs["response"] if "response" in kwargs else args[4]
        if response is None:
            return
        if not self._is_valid_response(response, request_type):
            kwargs = {**kwargs, "cache_key": "", "deterministic": False}
        original(self, request_type, *args, **kwargs)

    return log_to_audit


def _key(model: Any, request: Any) -> tuple[str, str] | None:
    """By what the record of a question's prompt is found; None for a task of another package."""
    task, split = request.args[-2:]
    doc = model.task_dict[task][split][request.doc_id]
    return (doc[VARIANT], doc["question_id"]) if VARIANT in doc else None


def _twin(request: Any) -> Any:
    """A request whose arguments a model may change, as many do.

    The host takes the key of an answer from them when it has the answer, and under a changed one no later attempt would
    find it.
    """
    twin = copy.copy(request)
    twin.arguments = tuple(copy.deepcopy(each) if isinstance(each, dict) else each for each in request.arguments)
    return twin


def _storable(reply: Any) -> Any:
    """A reply that the host's files take: half a character in one would end the run, and the next one as well."""
    if isinstance(reply, str):
        return reply.encode("utf-8", errors="replace").decode("utf-8")
    if isinstance(getattr(reply, "text", None), str):
        return dataclasses.replace(reply, text=_storable(reply.text))
    return reply


def _free_memory() -> None:
    """After an error: what the failed call held on the accelerator would be missing for the next."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def _say(what: str) -> None:
    from loguru import logger

    logger.info(f"links2 run: {what}")
