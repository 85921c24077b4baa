"""A service on the loopback that speaks OpenAI's protocol badly: what it does depends on the number in a question."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from openai_service import _PROXIES

TASK = "uav_localization"


def completion(content: str | None) -> bytes:
    """A sound reply."""
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    fields = {"id": "1", "object": "chat.completion", "created": 0, "model": "served", "choices": [choice]}
    return json.dumps({**fields, "usage": usage}).encode()


def error(text: str) -> bytes:
    """The body of an error; its text names an option."""
    return json.dumps({"error": {"message": text, "type": "server_error"}}).encode()


SOUND = completion("The answer is (A).")


class Handler(BaseHTTPRequestHandler):
    """One request."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        found = re.search(r"in question (\d+)\?", body)
        assert found
        number = int(found[1])
        self.server.n_requests[number] += 1  # type: ignore[attr-defined]
        list(BEHAVIOURS.values())[number](self)

    def send(
        self, content: bytes, status: int = 200, kind: str = "application/json", length: int | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def send_nothing(self) -> None:
        """Close the connection without a word."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def send_busy_then(self, content: bytes) -> None:
        """429 to the first request."""
        first = self.server.n_requests[1] == 1  # type: ignore[attr-defined]
        self.send(error("Option A is overloaded") if first else content, 429 if first else 200)

    def send_half_then_close(self) -> None:
        self.send(SOUND[: len(SOUND) // 2], length=len(SOUND))
        self.send_nothing()

    def log_message(self, *_: Any) -> None:
        """Silence."""


BEHAVIOURS: dict[str, Callable[[Handler], None]] = {
    "answers": lambda handler: handler.send(SOUND),
    "429, then answers": lambda handler: handler.send_busy_then(SOUND),
    "429 for ever": lambda handler: handler.send(error("Option A is overloaded"), 429),
    "500": lambda handler: handler.send(error("Option A broke"), 500),
    "400": lambda handler: handler.send(error("Answer: A is too long a prompt"), 400),
    "closes without a word": Handler.send_nothing,
    "half a JSON": lambda handler: handler.send(SOUND[: len(SOUND) // 2]),
    "half of what it announced": Handler.send_half_then_close,
    "an empty body": lambda handler: handler.send(b""),
    "a page of a proxy": lambda handler: handler.send(b"<html>Answer: A 502</html>", 200, "text/html"),
    "JSON of another kind": lambda handler: handler.send(b'{"answer": "A"}'),
    "no choices": lambda handler: handler.send(SOUND.replace(b'"choices": [', b'"choices": [], "had": [')),
    "no content": lambda handler: handler.send(completion(None)),
    "an empty answer": lambda handler: handler.send(completion("")),
    "answers after all that": lambda handler: handler.send(SOUND),
}
"""What becomes of question 0, 1, ..."""

ANSWERED = {"answers", "429, then answers", "answers after all that"}


def id_of(behaviour: str) -> str:
    """Id of the question that meets a behaviour."""
    return f"{TASK}-{list(BEHAVIOURS).index(behaviour):02}"


def write_questions(folder: Any, make_dataset: Any, make_question: Any) -> Any:
    """A dataset with a question for each behaviour, all with the answer 'A'; returns its root."""
    questions = [
        make_question(
            TASK, number, question_id=id_of(name), answer="A", question=f"Which one is it in question {number}?"
        )
        for number, name in enumerate(BEHAVIOURS)
    ]
    return make_dataset(folder / "data", questions)


@contextmanager
def broken_service() -> Iterator[str]:
    """The address of a service that runs, reached without a proxy."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.n_requests = Counter()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        for name in _PROXIES:
            patch.delenv(name, raising=False)
        yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)
