"""Digests that tell whether what a stage depends on is still the same."""

from __future__ import annotations

import hashlib
import json

from pydantic_core import to_jsonable_python


def digest_of(**parts: object) -> str:
    """One digest of named parts: records, numbers, texts, and lists and mappings of them."""
    text = json.dumps(to_jsonable_python(parts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text_digest(text)


def text_digest(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
