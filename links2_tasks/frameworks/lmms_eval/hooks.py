"""The functions that the task files name with `!function`: documents, prompts, and scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loguru import logger
from PIL import Image as PillowImage

from links2_tasks.construction.mini import data_root
from links2_tasks.frameworks._asked import ASKED, UNREADABLE, Asked, attempt, not_built
from links2_tasks.frameworks.lmms_eval import _host, _messages
from links2_tasks.frameworks.lmms_eval._circular import circular_accuracy, process_circular_results
from links2_tasks.frameworks.lmms_eval._docs import VARIANT, process_docs, question_of
from links2_tasks.frameworks.lmms_eval._rows import (
    chance_corrected,
    mean_score,
    median_error,
    process_open_results,
    process_results,
)
from links2_tasks.frameworks.lmms_eval._settings import chat_settings, simple_settings
from links2_tasks.prompt import Prompt, PromptSettings, prompt_text

__all__ = [
    "chance_corrected",
    "circular_accuracy",
    "doc_to_messages",
    "doc_to_target",
    "doc_to_text",
    "doc_to_visual",
    "mean_score",
    "median_error",
    "process_circular_results",
    "process_docs",
    "process_open_results",
    "process_results",
]


def doc_to_messages(
    doc: dict[str, Any], lmms_eval_specific_kwargs: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The prompt for a chat model. The host passes the second argument by this very name."""
    settings = chat_settings(lmms_eval_specific_kwargs)
    prompt = _built(doc, settings)
    if prompt is not None and _messages.leaves_the_host_too_few_frames(prompt):
        prompt = _built(doc, settings.model_copy(update={"strategy": "frame_list_video"}))
    return _messages.text_message(UNREADABLE) if prompt is None else _messages.chat_messages(prompt)


def doc_to_visual(
    doc: dict[str, Any], lmms_eval_specific_kwargs: Mapping[str, Any] | None = None
) -> list[PillowImage.Image]:
    """The images for a simple model, in the order that `doc_to_text` states."""
    prompt = _built(doc, simple_settings(lmms_eval_specific_kwargs))
    # Several simple models take the first visual without looking whether there is one.
    return [PillowImage.new("RGB", (56, 56))] if prompt is None else _messages.visuals(prompt)


def doc_to_text(doc: dict[str, Any], lmms_eval_specific_kwargs: Mapping[str, Any] | None = None) -> str:
    """The text for a simple model.

    The host asks for it for every document before the first model call, for chat models too, so nothing is decoded,
    and what an earlier run in the same process left about the document is dropped.
    """
    settings = simple_settings(lmms_eval_specific_kwargs)
    question = question_of(doc)
    if question is None:
        return UNREADABLE
    ASKED.forget(doc[VARIANT], question.question_id)
    _host.max_satellite_px[doc[VARIANT], doc["task"]] = settings.max_satellite_px
    try:
        return prompt_text(question, settings, data_root())
    except Exception as error:  # noqa: BLE001 - see attempt()
        _note(doc, not_built(error))
        return UNREADABLE


def doc_to_target(doc: dict[str, Any]) -> str:
    """The right letter."""
    return str(doc["answer"])


def _built(doc: dict[str, Any], settings: PromptSettings) -> Prompt | None:
    """The prompt of a document; None when the row or its media are bad."""
    question = question_of(doc)
    if question is None:
        return None
    tried = attempt(question, settings, data_root())
    _note(doc, tried.asked)
    return tried.prompt


def _note(doc: dict[str, Any], asked: Asked) -> None:
    if asked.error:
        logger.warning(f"links2: no prompt for question {doc['question_id']}: {asked.error}")
    ASKED.put(doc[VARIANT], doc["question_id"], asked)
