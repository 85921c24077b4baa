"""Prompt settings from the `lmms_eval_specific_kwargs` of a task file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from links2_tasks.errors import PromptError
from links2_tasks.frameworks.lmms_eval import _host
from links2_tasks.prompt import PromptSettings, Strategy, strategy_for

AUTO = "auto"
_SIMPLE_STRATEGY: Strategy = "images_only"


def chat_settings(specific_kwargs: Mapping[str, Any] | None) -> PromptSettings:
    """Settings for a chat model; `strategy: auto` takes the one of the model's family."""
    return _settings(specific_kwargs, auto=strategy_for(_host.model_name or ""))


def simple_settings(specific_kwargs: Mapping[str, Any] | None) -> PromptSettings:
    """Settings for a simple model: images only, whatever strategy is declared.

    Many simple models decide by the first visual whether they were given a video or images, and break on both; and to
    those that do not, a path cannot say which part of the video is meant.
    """
    return _settings(specific_kwargs, auto=_SIMPLE_STRATEGY).model_copy(update={"strategy": _SIMPLE_STRATEGY})


def _settings(specific_kwargs: Mapping[str, Any] | None, auto: Strategy) -> PromptSettings:
    # The host flattens the block 'default' into the mapping and leaves the blocks of all models beside it.
    given = {key: value for key, value in (specific_kwargs or {}).items() if not isinstance(value, Mapping)}
    if given.get("strategy", AUTO) == AUTO:
        given["strategy"] = auto
    try:
        return PromptSettings.model_validate(given)
    except ValidationError as error:
        known = ", ".join(PromptSettings.model_fields)
        raise PromptError(
            f"The lmms_eval_specific_kwargs of a links2 task are wrong: {_faults(error)}. Known keys: {known}."
        ) from error


def _faults(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(str(part) for part in fault['loc']) or 'settings'}: {fault['msg']}" for fault in found)
