"""Keys and passwords in options, taken out before anything is kept or shown."""

from __future__ import annotations

import re
from collections.abc import Callable

_SECRET = re.compile(
    r"""(?ix) \b ( [\w-]* (?: key | token | secret | password | authorization ) ["']? \s* [=:] \s* ["']? )
    ( (?: bearer \s+ )? [^,\s"'}]+ )"""
)
"""A name and its value, as in `api_key=...`, `{"api_key": "..."}` and `Authorization: Bearer ...`."""
_IN_ADDRESS = re.compile(r"(://)([^/@\s,]+)(?=@)")


def replace_secrets(text: str, replacement: Callable[[str], str]) -> str:
    """A text with something else in place of the values of `api_key=...` and the like.

    Args:
        text: Options of a framework or of a model.
        replacement: Gives what stands in for a secret.
    """
    return _SECRET.sub(lambda found: found[1] + replacement(found[2]), text)


def mask_secrets(text: str) -> str:
    """A text to be shown, with `***` for values of `api_key=...` and the like and for `name:password@` in addresses."""
    return _IN_ADDRESS.sub(r"\1***", replace_secrets(text, lambda secret: "***"))
