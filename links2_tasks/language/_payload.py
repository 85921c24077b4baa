"""A request as it is sent, and the digest that tells it from all others."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from links2_tasks.errors import LanguageModelError
from links2_tasks.language._found_json import schema_of
from links2_tasks.language._records import Content, LanguageSettings, Request

Messages = list[dict[str, Any]]

DIGEST_HEX = 16
_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_LONGEST_QUOTE = 4_000
"""Characters of a reply that is shown again with its fault."""


def messages_of(request: Request[Content]) -> Messages:
    """What is said to the model: its role and the form of the answer, then text and images.

    Raises:
        LanguageModelError: an image is of another kind than JPEG and PNG.
    """
    parts: list[dict[str, Any]] = [{"type": "text", "text": _sendable(request.text)}]
    parts += [{"type": "image_url", "image_url": {"url": _data_url(request, image)}} for image in request.images]
    # Plain where it can be: some servers of text models take no lists.
    content = parts if request.images else parts[0]["text"]
    return [{"role": "system", "content": _sendable(_system(request))}, {"role": "user", "content": content}]


def asked_again(messages: Messages, reply: str, fault: str) -> Messages:
    """The messages with a reply that could not be used, and why not."""
    told = f"That answer cannot be used: {fault}. Answer again with one JSON object of the schema and nothing else."
    return [
        *messages,
        {"role": "assistant", "content": _sendable(reply[:_LONGEST_QUOTE]) or "(nothing)"},
        {"role": "user", "content": told},
    ]


def response_format(form: type[Content], level: int) -> dict[str, Any]:
    """How an endpoint is told the form: 0 by schema, 1 as any JSON, 2 by words alone."""
    if level == 0:
        schema = schema_of(form)
        # Endpoints hold a model strictly to schemas only where these forbid what they do not name.
        is_closed = schema.get("additionalProperties") is False
        told = {"name": form.__name__, "schema": schema, "strict": is_closed}
        return {"response_format": {"type": "json_schema", "json_schema": told}}
    return {"response_format": {"type": "json_object"}} if level == 1 else {}


def digest_of(request: Request[Content], settings: LanguageSettings) -> str:
    """SHA-256 of all that was asked: texts, images, form, model and temperature."""
    asked = {
        "system": _system(request),
        "text": request.text,
        "images": [hashlib.sha256(image).hexdigest() for image in request.images],
        "model": settings.model,
        "temperature": temperature_of(request, settings),
    }
    return _sha256(asked)


def cache_key(digest: str, settings: LanguageSettings) -> str:
    """Key of an answer: what was asked, and where, since a model's name may mean another one elsewhere."""
    return _sha256({"asked": digest, "base_url": settings.base_url})


def temperature_of(request: Request[Content], settings: LanguageSettings) -> float:
    """Temperature of a request."""
    return settings.temperature if request.temperature is None else request.temperature


def _system(request: Request[Content]) -> str:
    # In words also where the endpoint is told the schema: some hold the model to it without showing it.
    schema = json.dumps(schema_of(request.answer), sort_keys=True)
    return f"{request.system.strip()}\n\nAnswer with one JSON object and nothing else. Its JSON schema: {schema}"


def _data_url(request: Request[Content], image: bytes) -> str:
    kind = next((kind for start, kind in _KINDS if image.startswith(start)), None)
    if kind is None:
        raise LanguageModelError(
            f"An image for the request '{request.purpose}' is neither JPEG nor PNG. Encode it as one of them."
        )
    return f"data:{kind};base64,{base64.b64encode(image).decode('ascii')}"


def _sendable(text: str) -> str:
    """A text without halves of characters, which cannot be sent."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _sha256(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
