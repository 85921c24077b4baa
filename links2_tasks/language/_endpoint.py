"""One request over the wire, and what came of it: a reply, or a failure with a word on whether to try again.

The client's own retries are off: how often and after which wait a request is sent again is decided in one place, by
`LanguageModel`.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from links2_tasks._extras import import_extra
from links2_tasks._secrets import mask_secrets
from links2_tasks.language._clock import Clock
from links2_tasks.language._payload import Messages
from links2_tasks.language._records import LanguageSettings

MOST_REPLY_BYTES = 4_000_000
LONGEST_CONNECT_S = 15.0
"""Thinking takes long, a handshake does not."""
LONGEST_QUOTE = 300
"""Characters of an endpoint's own words in an error."""
_HIDDEN = "***"
_NO_ROUTE = {
    401: "the endpoint does not accept the key",
    403: "the endpoint does not allow this",
    404: "the endpoint knows no such model or address",
}

Again = Literal["never", "later", "otherwise"]
"""Whether to send a request again: not at all, after a wait, or at once in a form that the endpoint takes."""


@dataclass(frozen=True)
class Reply:
    """What a language model said."""

    text: str
    input_tokens: int
    output_tokens: int
    was_cut_off: bool


@dataclass(frozen=True)
class Failure:
    """Why there is no reply."""

    words: str
    again: Again
    status: int | None = None
    """HTTP status, where there was one."""
    wait_s: float | None = None
    """How long the endpoint asks to wait."""


class Endpoint:
    """An endpoint of the OpenAI kind."""

    def __init__(self, settings: LanguageSettings, clock: Clock) -> None:
        """Nothing is opened before the first request."""
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._made: Any = None

    def __repr__(self) -> str:
        return f"Endpoint({self.address!r})"

    @property
    def address(self) -> str:
        """Where it is, without anything that could be a secret."""
        parts = urlsplit(self._settings.base_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def send(self, messages: Messages, options: Mapping[str, Any]) -> Reply | Failure:
        """Send one request and read the whole reply.

        Args:
            messages: What is said.
            options: Temperature, most tokens and form of the reply, by the names that this endpoint has for them.

        Raises:
            MissingExtraError: the client is not installed.
        """
        client, openai = self._client(), _openai()
        asked = {"model": self._settings.model, "messages": messages, **options}
        try:
            with client.chat.completions.with_streaming_response.create(**asked) as response:
                body = self._whole(response)
        except openai.APITimeoutError:
            return Failure(f"no answer within {self._settings.timeout_s:g} s", "later")
        except openai.APIStatusError as error:
            return self._refused(error)
        except (openai.OpenAIError, *_wire_errors()) as error:
            return Failure(f"the connection failed ({type(error).__name__})", "later")
        return body if isinstance(body, Failure) else self._reply(body)

    def clean(self, text: str) -> str:
        """A text without the key, wherever it comes from."""
        key = self._key()
        return text.replace(key, _HIDDEN) if key else text

    def _whole(self, response: Any) -> bytes | Failure:
        """The body, within the time of a request all in all: a server may send a byte now and then for ever."""
        start = self._clock.now()
        body = b""
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MOST_REPLY_BYTES:
                return Failure(f"the reply is larger than {MOST_REPLY_BYTES} bytes", "later")
            if self._clock.now() - start > self._settings.timeout_s:
                return Failure(f"the reply was not complete after {self._settings.timeout_s:g} s", "later")
        return body

    def _reply(self, body: bytes) -> Reply | Failure:
        try:
            content = json.loads(body)
            choice = content["choices"][0]
            text = choice["message"].get("content")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            return Failure(f"the reply is no chat completion: {self._quoted(body.decode('utf-8', 'replace'))}", "later")
        usage = content.get("usage")
        return Reply(
            text=text if isinstance(text, str) else "",
            input_tokens=_count(usage, "prompt_tokens"),
            output_tokens=_count(usage, "completion_tokens"),
            was_cut_off=choice.get("finish_reason") == "length",
        )

    def _refused(self, error: Any) -> Failure:
        status = int(error.status_code)
        said = self._quoted(str(error.message))
        if status in _NO_ROUTE:
            return Failure(f"{_NO_ROUTE[status]} ({status}): {said}", "never", status)
        if status in (400, 422):
            return Failure(f"the endpoint refused the request ({status}): {said}", "otherwise", status)
        if status == 429 and "insufficient_quota" in f"{error.code} {error.message}":
            return Failure(f"the account has no quota left ({status}): {said}", "never", status)
        if status in (408, 409, 425, 429) or status >= 500:
            return Failure(f"the endpoint failed ({status}): {said}", "later", status, _wait_s(error.response.headers))
        return Failure(f"the endpoint refused the request ({status}): {said}", "never", status)

    def _quoted(self, text: str) -> str:
        """The beginning of what an endpoint said, in one line, without keys."""
        line = " ".join(mask_secrets(self.clean(text)).split())
        printable = "".join(sign if sign.isprintable() else "?" for sign in line)
        return printable if len(printable) <= LONGEST_QUOTE else f"{printable[:LONGEST_QUOTE]}..."

    def _key(self) -> str:
        return os.environ.get(self._settings.api_key_variable, "").strip()

    def _client(self) -> Any:
        with self._lock:
            if self._made is None:
                openai, key = _openai(), self._key()
                # A client without a key would look for another variable, and send what it finds there to this address.
                hooks = {"request": [_without_foreign_headers if key else _without_any_key]}
                total_s = self._settings.timeout_s
                self._made = openai.OpenAI(
                    api_key=key or "none",
                    base_url=self._settings.base_url,
                    timeout=openai.Timeout(total_s, connect=min(total_s, LONGEST_CONNECT_S)),
                    max_retries=0,
                    http_client=openai.DefaultHttpxClient(event_hooks=hooks),
                )
            return self._made


def _openai() -> Any:
    return import_extra("openai", "openai", "language", "Asking a language model")


def _wire_errors() -> tuple[type[Exception], ...]:
    """What breaks while a reply is read. The client lets it through, and its version decides which package it is of."""
    loaded = (sys.modules.get(name) for name in ("httpx", "httpx2"))
    return tuple(module.HTTPError for module in loaded if module is not None)


def _without_foreign_headers(request: Any) -> None:
    """Names of an organisation that other variables hold are for OpenAI alone, and keys of today do not need them."""
    for name in ("OpenAI-Organization", "OpenAI-Project"):
        request.headers.pop(name, None)


def _without_any_key(request: Any) -> None:
    _without_foreign_headers(request)
    request.headers.pop("Authorization", None)


def _count(usage: object, name: str) -> int:
    """A number of tokens; 0 where the endpoint does not say."""
    count = usage.get(name) if isinstance(usage, dict) else None
    return count if isinstance(count, int) and count > 0 else 0


def _wait_s(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header, which holds a number or a date; None where it is missing or neither."""
    said = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", said):
        return float(said) or None
    try:
        when = parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.utc)
    wait_s = (when - datetime.now(timezone.utc)).total_seconds()
    return wait_s if wait_s > 0 else None
