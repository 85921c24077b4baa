"""What language models are asked, from `prompts.yaml`, and the forms of their answers."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Annotated

import yaml
from pydantic import Field

from links2_tasks.language import Request
from links2_tasks.rewriting._check import has_sentences
from links2_tasks.rewriting._records import LandmarkCrop
from links2_tasks.rewriting._reword import drawn
from links2_tasks.rewriting._scan import kept_phrases
from links2_tasks.schema import Name, Question, Record


class Paraphrase(Record):
    """A question in other words."""

    question: Name


class ParaphraseWithOptions(Paraphrase):
    """A question and its options in other words."""

    options: tuple[Name, ...]


class BackCheck(Record):
    """Whether two versions of a question ask the same."""

    differences: str
    """Empty where there are none."""
    same: bool


class Caption(Record):
    """How a landmark looks from above."""

    description: str
    recognisable: bool


class _Paraphrasing(Record):
    system: Name
    text: Name
    about_options: Name
    styles: Annotated[tuple[Name, ...], Field(min_length=1)]


class _Prompt(Record):
    system: Name
    text: Name


class Prompts(Record):
    """`prompts.yaml`."""

    version: int
    paraphrase: _Paraphrasing
    back_check: _Prompt
    caption: _Prompt


@lru_cache(maxsize=1)
def prompts() -> Prompts:
    """The prompts of this version."""
    text = files("links2_tasks.rewriting").joinpath("prompts.yaml").read_text(encoding="utf-8")
    return Prompts.model_validate(yaml.safe_load(text))


def paraphrase_request(question: Question, seed: int) -> Request[Paraphrase]:
    """Ask for other words; the style is drawn, so that questions of one text do not all read alike."""
    asked, with_options = prompts().paraphrase, has_sentences(question)
    text = asked.text.format(
        kept=json.dumps(kept_phrases(question.question)),
        style=asked.styles[drawn(seed, question, len(asked.styles))],
        about_options=f"{asked.about_options}\n" if with_options else "",
        question=_as_data(question),
    )
    form = ParaphraseWithOptions if with_options else Paraphrase
    return Request(purpose="paraphrase", system=asked.system, text=text, answer=form)


def back_check_request(before: Question, after: Question, seed: int) -> Request[BackCheck]:
    """Ask whether two versions are the same; which comes first is drawn, so that none is taken for the original."""
    first, second = (before, after) if drawn(seed, before, 2) else (after, before)
    asked = prompts().back_check
    text = asked.text.format(first=_as_data(first), second=_as_data(second))
    return Request(purpose="back-check", system=asked.system, text=text, answer=BackCheck, temperature=0.0)


def caption_request(crop: LandmarkCrop) -> Request[Caption]:
    """Ask how a landmark looks."""
    asked = prompts().caption
    text = asked.text.format(class_name=json.dumps(crop.class_name))
    return Request(purpose="caption", system=asked.system, text=text, answer=Caption, images=(crop.image,))


def _as_data(question: Question) -> str:
    """The texts that may change, as JSON: quotes and line breaks of a text cannot end it."""
    shown: dict[str, object] = {"question": question.question}
    if has_sentences(question):
        shown["options"] = list(question.options)
    return json.dumps(shown, ensure_ascii=True)
