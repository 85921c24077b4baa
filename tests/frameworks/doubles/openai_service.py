"""A service on the loopback that speaks OpenAI's protocol: it keeps what it is sent and replies as it is told."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from PIL import Image

Payload = dict[str, Any]

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


class Service:
    """Replies with one text to everything, or with an error."""

    def __init__(self) -> None:
        self.payloads: list[Payload] = []
        self.reply = "The answer is (A)."
        self.status = 200
        self.fails_on = ""
        """With a text here, only requests that hold it get the error."""
        self.silent_on = ""
        """With a text here, requests that hold it are taken and never get an answer."""
        self.closing = threading.Event()
        self.before_reply: Callable[[int], object] = lambda _: None
        """Called with the number of the request, from 1."""
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.payloads.append(payload)
                service.before_reply(len(service.payloads))
                if service.silent_on and service.silent_on in json.dumps(payload["messages"]):
                    service.closing.wait()
                    self.close_connection = True
                    return
                status = service.status_for(payload)
                content = json.dumps(service.answer(status)).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Silence."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def status_for(self, payload: Payload) -> int:
        """The HTTP status that a request gets."""
        return self.status if self.fails_on in json.dumps(payload["messages"]) else 200

    def answer(self, status: int) -> dict[str, Any]:
        """The body that a request gets; an error's even names an option."""
        if status != 200:
            return {"error": {"message": "Option A is overloaded", "type": "server_error"}}
        message = {"role": "assistant", "content": self.reply}
        return {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "served",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }


@contextmanager
def serving() -> Iterator[Service]:
    """A service that runs, reached without a proxy."""
    service = Service()
    thread = threading.Thread(target=service.server.serve_forever, daemon=True)
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        for name in _PROXIES:
            patch.delenv(name, raising=False)
        yield service
    service.closing.set()
    service.server.shutdown()
    service.server.server_close()
    thread.join(timeout=10)


def parts_of(payload: Payload) -> list[dict[str, Any]]:
    """The parts of the one message of a user."""
    return payload["messages"][-1]["content"]


def image_in(part: dict[str, Any]) -> Image.Image:
    """The image of a part that has it as a data URL."""
    return Image.open(io.BytesIO(base64.b64decode(part["image_url"]["url"].split(",", 1)[1])))
