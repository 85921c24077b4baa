"""Answers of VLMEvalKit's models, kept one by one as they come and given again when the same is asked.

The host writes the answers of a local model every 10 or 20 questions, and loses the rest when it is killed.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from links2_tasks.frameworks.run._chunks import is_lost, text_of
from links2_tasks.frameworks.run._log import Log, records

_PATHS = ("image", "video")


class Journal:
    """The answers of one model in one run."""

    def __init__(self, folder: Path, name: str) -> None:
        """Read what all processes of earlier attempts have kept, and keep what comes in a file of this process."""
        self._log = Log(folder, name)
        self._replies = {record["question"]: record["reply"] for record in records(folder)}

    def __len__(self) -> int:
        return len(self._replies)

    def asked(self, dataset: str, message: Any) -> AskedQuestion:
        """A question before it is put to the model, which may change the message."""
        key = _key(dataset, message)
        return AskedQuestion(self, key, self._replies.get(key))

    def keep(self, key: str, reply: Any) -> None:
        """Keep a reply, unless it stands for a failure or holds nothing."""
        if not _is_answer(reply):
            return
        try:
            self._log.append({"question": key, "reply": reply})
        except OSError as error:
            # The host still has the answer; only a later attempt would ask again.
            warnings.warn(f"links2 run: an answer cannot be kept: {error}", stacklevel=2)


@dataclass(frozen=True)
class AskedQuestion:
    """A question, and the reply that an earlier attempt has had to it."""

    journal: Journal
    key: str
    reply: Any
    """None when there is none yet."""

    def keep(self, reply: Any) -> None:
        """Keep the reply to it."""
        self.journal.keep(self.key, reply)


def _key(dataset: str, message: Any) -> str:
    """Images and videos go by the names of their files, which are digests; where the files lie may change."""
    parts = [[part["type"], _content(part)] for part in message]
    return hashlib.sha256(json.dumps([dataset, parts]).encode()).hexdigest()


def _content(part: Mapping[str, Any]) -> str:
    value = str(part["value"])
    return Path(value).name if part["type"] in _PATHS else value


def _is_answer(reply: Any) -> bool:
    spoken = reply.get("prediction") if isinstance(reply, dict) else reply
    return not is_lost(spoken) and bool(str(text_of(spoken)).strip())
