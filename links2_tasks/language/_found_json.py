"""The one JSON object in a reply, however it is wrapped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from links2_tasks.language._records import Content

MOST_STARTS = 200
"""Braces that are tried: a reply of nothing but braces should take no time."""
_THINKING = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.S | re.I)
_DECODER = json.JSONDecoder(parse_constant=lambda name: _refuse(name))


class NotOfTheForm(ValueError):  # noqa: N818 - it says what a reply is, and never leaves this package
    """A reply is not of the form asked for; the message is written for the language model."""


def read_answer(text: str, form: type[Content]) -> Content:
    """The answer in a reply: the whole text, or one object in code fences or among words.

    Raises:
        NotOfTheForm: there is no object, none of them is of the form, or two different ones are.
    """
    objects = list(_objects(_THINKING.sub("", text)))
    if not objects:
        raise NotOfTheForm("it holds no complete JSON object")
    valid: list[Content] = []
    faults: list[str] = []
    for found in objects:
        try:
            content = form.model_validate(found)
        except ValidationError as error:
            faults.append(_in_words(error))
        else:
            if content not in valid:
                valid.append(content)
    if len(valid) > 1:
        raise NotOfTheForm("it holds several different JSON objects")
    if not valid:
        raise NotOfTheForm(faults[0])
    return valid[0]


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Complete JSON objects, from left to right, none inside another."""
    place = 0
    for _ in range(MOST_STARTS):
        place = text.find("{", place)
        if place < 0:
            return
        try:
            found, end = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            place += 1
            continue
        yield found
        place = end


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _in_words(error: ValidationError) -> str:
    """The faults without what was given: a reply may hold anything."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)[:5]
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'the object'}: {fault['msg']}" for fault in faults)


def schema_of(form: type[BaseModel]) -> dict[str, Any]:
    """JSON schema of the form."""
    return form.model_json_schema()
