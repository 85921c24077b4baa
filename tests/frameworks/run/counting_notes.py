"""What the counting models of both frameworks share: notes of what is asked, and answers by the question's id."""

from __future__ import annotations

import hashlib
import os
import time

CALLS, PAUSE_S = "COUNTING_CALLS", "COUNTING_PAUSE_S"
STUMBLES, BREAKS = "COUNTING_STUMBLES", "COUNTING_BREAKS"
"""Variables: the file of notes, how long an answer takes, ids of questions to stumble over, and why there is no model."""


def answer_to(question_id: str) -> str:
    """Always the same letter for a question."""
    return "ABCD"[hashlib.sha256(question_id.encode()).digest()[0] % 4]


def note(question_id: str) -> None:
    """Write down that a question is asked, then stumble or take some time."""
    handle = os.open(os.environ[CALLS], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(handle, f"{question_id}\n".encode())
    os.close(handle)
    if question_id in os.environ.get(STUMBLES, "").split():
        raise RuntimeError(f"stumbled over {question_id}")
    time.sleep(float(os.environ.get(PAUSE_S, "0")))
