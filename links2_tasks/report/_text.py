"""Text from strangers, made fit to be shown: every character is seen or harmless, and none is lost."""

from __future__ import annotations

_PICTURES = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\n\t"}
_PICTURES[0x7F] = "\u2421"
_PICTURES[0x0D] = "\u240d"
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_C1 = dict.fromkeys(range(0x80, 0xA0), "\ufffd")
_NONCHARACTERS = dict.fromkeys((0xFFFE, 0xFFFF, *range(0xFDD0, 0xFDF0)), "\ufffd")
_SHOWN = {**_PICTURES, **_SURROGATES, **_C1, **_NONCHARACTERS}


def shown(text: str) -> str:
    """The text with control characters as the pictures that Unicode has for them, so that a null byte is seen as '␀'.

    Half characters and code points that no file may hold become '\ufffd'. Marks of writing direction stay: a page
    keeps them from reaching beyond their own text.
    """
    return text.replace("\r\n", "\n").translate(_SHOWN)
