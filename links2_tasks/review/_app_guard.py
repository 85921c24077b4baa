"""What stands between a network and Gradio's server.

Gradio can do much more than the review page needs: take uploads, fetch addresses for others, run a dashboard. Requests
for anything but the page itself are refused here, and the browser is told to load nothing from other hosts.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAX_BODY_BYTES = 256 * 1024
"""Of a request; the longest one is a question with its options."""

_PAGE = re.compile(
    r"/|/(assets|static|svelte)/[\w./-]+|/(favicon\.ico|manifest\.json|theme\.css|robots\.txt|config|logout)/?"
    r"|/gradio_api/(heartbeat/\w+|startup-events|app_id|user|login_check|theme\.css|run/predict|queue/(join|data))/?"
)
_POSTED = re.compile(r"/login/?|/gradio_api/(run/predict|queue/join|heartbeat/\w+)/?")
_HEADERS = {
    "content-security-policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio's own page needs both.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self' data:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Guard:
    """Lets through what the review page asks for, and nothing else."""

    def __init__(self, app: App, *, shelf: Path, host: str) -> None:
        """Guard an application.

        Args:
            app: What is asked when a request is let through.
            shelf: The one folder whose files are given out.
            host: Where the server listens; on loopback, only requests to loopback names are let through, so that no
                web page can reach the server under a name of its own.
        """
        self._app = app
        self._files = re.compile(re.escape(f"/gradio_api/file={shelf}/") + r"[0-9a-f]{32}\.(mp4|webm|jpg|png)")
        self._loopback_only = host in LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._refusal(scope)
        if refused is not None:
            await _answer(send, *refused)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", ()), *own]}
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Status and text of a refusal, or None."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        if self._loopback_only and urlsplit(f"//{host}").hostname not in LOOPBACK:
            return 403, "This server answers to localhost only."
        posted = scope["method"] == "POST"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return 403, "Another site may not ask anything here."
        if posted and not headers.get("content-length", "").isdecimal():
            return 411, "The length is missing."
        if posted and int(headers["content-length"]) > MAX_BODY_BYTES:
            return 413, "Too long."
        wanted = _POSTED if posted else _PAGE
        path = scope["path"]
        known = wanted.fullmatch(path) or (not posted and self._files.fullmatch(path))
        if not known or ".." in path or scope["method"] not in ("GET", "HEAD", "POST"):
            return 404, "There is nothing here."
        return None


async def _answer(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
