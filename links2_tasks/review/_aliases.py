"""What people are called outside the store: names stay in it unless somebody asks for them."""

from __future__ import annotations

import re
from hashlib import sha256

from links2_tasks.review._store import Store

_OTHERS = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 80


class Aliases:
    """Numbers for people, in the order in which they came to the dataset; later ones change no earlier number."""

    def __init__(self, store: Store, *, names: bool) -> None:
        """With `names`, everyone keeps their own."""
        self._names = names
        self._numbers = {name: number for number, name in enumerate(store.reviewers(), start=1)}

    def of(self, reviewer: str) -> str:
        """What a person is called."""
        number = self._numbers.setdefault(reviewer, len(self._numbers) + 1)
        return reviewer if self._names else f"person_{number}"


def file_name(text: str) -> str:
    """A name for a file from one that may hold anything; two texts never share one."""
    plain = _OTHERS.sub("-", text).strip("-.")[:_LONGEST]
    return plain if plain == text else f"{plain}-{sha256(text.encode()).hexdigest()[:6]}".strip("-")
