"""An endpoint on the loopback that answers, or misbehaves, as it is told; and a clock that needs no time."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from links2_tasks.language import Clock, LanguageSettings

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
KEY = "sk-test-0123456789-never-on-disk"
KEY_VARIABLE = "LINKS2_TEST_KEY"
N_DRIPS = 300


class QuickClock(Clock):
    """Waiting takes no time; every wait is written down."""

    def __init__(self, step_s: float = 0.0) -> None:
        """Let the clock go on by `step_s` whenever somebody looks at it."""
        self.waits: list[float] = []
        self._now = 0.0
        self._step_s = step_s
        self._lock = threading.Lock()

    def now(self) -> float:
        with self._lock:
            self._now += self._step_s
            return self._now

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        with self._lock:
            self.waits.append(seconds)
            self._now += seconds


class Handler(BaseHTTPRequestHandler):
    """One request: keeps it, and does what is next in turn."""

    service: Service

    def do_POST(self) -> None:
        payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.service.lock:
            self.service.payloads.append(payload)
            self.service.headers.append({name.lower(): value for name, value in self.headers.items()})
            behave = self.service.turns.popleft() if self.service.turns else self.service.otherwise
        behave(self, payload)

    def send(
        self,
        content: bytes,
        status: int = 200,
        kind: str = "application/json",
        length: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        """Silence."""


Behaviour = Callable[[Handler, dict[str, Any]], None]


def completion(
    content: object, usage: tuple[int, int] | None = (100, 20), finish_reason: str = "stop", **message: object
) -> bytes:
    """A reply; what is no text is written as JSON."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish_reason}
    reply: dict[str, Any] = {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "served",
        "choices": [choice],
    }
    if usage:
        reply["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return json.dumps(reply).encode()


def says(content: object, **changes: Any) -> Behaviour:
    """Answer with a text or with JSON."""
    return lambda handler, payload: handler.send(completion(content, **changes))


def fails(status: int, words: str = "it broke", headers: Mapping[str, str] | None = None) -> Behaviour:
    """Answer with an error."""
    body = json.dumps({"error": {"message": words, "type": "error", "code": None}}).encode()
    return lambda handler, payload: handler.send(body, status, headers=headers)


def sends(body: bytes, kind: str = "application/json", length: int | None = None) -> Behaviour:
    """Answer with any bytes."""

    def behave(handler: Handler, payload: dict[str, Any]) -> None:
        handler.send(body, kind=kind, length=length)
        if length is not None:
            handler.hang_up()

    return behave


def hangs_up(handler: Handler, payload: dict[str, Any]) -> None:
    """Close the connection without a word."""
    handler.hang_up()


def never_answers(handler: Handler, payload: dict[str, Any]) -> None:
    """Take the request and say nothing until the service closes."""
    handler.service.closing.wait()
    handler.close_connection = True


def drips(content: bytes) -> Behaviour:
    """Send a byte of nothing now and then, three hundred times, and the reply at last."""

    def behave(handler: Handler, payload: dict[str, Any]) -> None:
        handler.send(b"", length=N_DRIPS + len(content))
        try:
            for _ in range(N_DRIPS):
                handler.service.closing.wait(0.002)
                handler.wfile.write(b" ")
            handler.wfile.write(content)
        except OSError:
            handler.close_connection = True

    return behave


class Service:
    """What the endpoint does: first what stands in `turns`, one for each request, then `otherwise`."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.payloads: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.turns: deque[Behaviour] = deque()
        self.otherwise: Behaviour = fails(500)
        self.closing = threading.Event()
        handler = type("BoundHandler", (Handler,), {"service": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def settings(self, **changes: Any) -> LanguageSettings:
        """Settings for this endpoint."""
        fields = {"base_url": self.url, "model": "test-model", "api_key_variable": KEY_VARIABLE, "workers": 2}
        return LanguageSettings.model_validate({**fields, **changes})

    def said(self, number: int) -> str:
        """All that a request said, as one text."""
        return json.dumps(self.payloads[number]["messages"])


@contextmanager
def serving() -> Iterator[Service]:
    """A service that runs, reached without a proxy, and a key for it in the environment."""
    service = Service()
    thread = threading.Thread(target=service.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        for name in PROXIES:
            patch.delenv(name, raising=False)
        patch.setenv(KEY_VARIABLE, KEY)
        yield service
    service.closing.set()
    service.server.shutdown()
    service.server.server_close()
    thread.join(timeout=10)
