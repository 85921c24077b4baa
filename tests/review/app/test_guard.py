"""What the page's server lets through, and what it tells browsers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.review._app_guard import MAX_BODY_BYTES, Guard

FILE = "0123456789abcdef" * 2 + ".png"
SHELF = Path("/tmp/shelf.d")
HOST = ("host", "127.0.0.1:7860")


def asked(
    path: str, *headers: tuple[str, str], method: str = "GET", host: str = "127.0.0.1", kind: str = "http"
) -> Any:
    """What came back: status (or close code) and headers; 299 is that of the application behind the guard."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    pairs = [(name.encode(), value.encode()) for name, value in headers or (HOST,)]
    scope = {"type": kind, "path": path, "method": method, "headers": pairs}
    asyncio.run(Guard(app, shelf=SHELF, host=host)(scope, receive, send))
    return sent[0].get("status", sent[0].get("code")), {
        name.decode(): value.decode() for name, value in sent[0].get("headers", ())
    }


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/assets/index-abc.js",
        "/theme.css",
        "/config",
        "/gradio_api/startup-events",
        f"/gradio_api/file={SHELF}/{FILE}",
    ],
)
def test_the_page_and_its_files_come_through(path: str) -> None:
    assert asked(path)[0] == 299


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/proxy=https://x.hf.space/",
        "/gradio_api/file=https://example.org/x.png",
        "/gradio_api/file=/etc/passwd",
        f"/gradio_api/file={SHELF}/../{FILE}",
        f"/gradio_api/file={SHELF}/{FILE}/../../x",
        f"/gradio_api/file=/tmp/shelfxd/{FILE}",
        f"/gradio_api/file={SHELF}/notes.txt",
        "/monitoring",
        "/gradio_api/info",
        "/gradio_api/mcp/",
        "/static/../../etc/passwd",
        "/static/x.js\n",
        "//",
        "/x",
    ],
)
def test_nothing_else_does(path: str) -> None:
    assert asked(path)[0] == 404


def test_only_what_the_page_sends_may_be_sent() -> None:
    length = ("content-length", "10")
    assert asked("/gradio_api/run/predict", HOST, length, method="POST")[0] == 299
    assert asked("/login", HOST, length, method="POST")[0] == 299
    assert asked("/gradio_api/upload", HOST, length, method="POST")[0] == 404
    assert asked("/", HOST, length, method="POST")[0] == 404
    assert asked("/", method="DELETE")[0] == 404
    assert asked("/gradio_api/run/predict", HOST, method="POST")[0] == 411
    too_long = ("content-length", str(MAX_BODY_BYTES + 1))
    assert asked("/gradio_api/run/predict", HOST, too_long, method="POST")[0] == 413


def test_other_sites_cannot_reach_a_server_on_this_machine() -> None:
    length = ("content-length", "10")
    assert asked("/", ("host", "rebound.example:7860"))[0] == 403
    assert asked("/", ("host", "localhost:7860"))[0] == 299
    assert asked("/", ("host", "[::1]:7860"))[0] == 299
    foreign, own = ("origin", "https://evil.example"), ("origin", "http://127.0.0.1:7860")
    assert asked("/gradio_api/run/predict", HOST, length, foreign, method="POST")[0] == 403
    assert asked("/gradio_api/run/predict", HOST, length, ("origin", "null"), method="POST")[0] == 403
    assert asked("/gradio_api/run/predict", HOST, length, own, method="POST")[0] == 299
    assert asked("/", HOST, foreign)[0] == 403


def test_a_server_for_the_network_answers_to_its_own_name() -> None:
    assert asked("/", ("host", "review.example"), host="0.0.0.0")[0] == 299


def test_browsers_are_told_to_load_nothing_from_elsewhere() -> None:
    headers = asked("/")[1]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_other_kinds_of_connections_are_closed() -> None:
    assert asked("/", kind="websocket")[0] == 1008
