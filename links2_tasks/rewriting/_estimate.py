"""What a language model would be asked, and about what it would cost, before anything is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import ceil

from pydantic import BaseModel

from links2_tasks.language import LanguageSettings
from links2_tasks.rewriting._prompts import BackCheck, Caption, Paraphrase, ParaphraseWithOptions, prompts
from links2_tasks.rewriting._records import CallEstimate
from links2_tasks.rewriting._wordings import wordings

CHARS_PER_TOKEN = 4.0
"""Of English text; tokenizers differ by about a quarter."""
IMAGE_TOKENS = 800
"""Of one crop; endpoints count images very differently, from 85 to above 1,000."""
CHARS_OF_OTHER_TEXT = 250
"""Of a question of a task without wordings of its own."""
CHARS_AROUND = 320
"""Of what stands around a prompt: the sentence before its schema, phrases to keep, and the JSON of a request."""
CHARS_OF_OPTIONS = 260
"""Of options that are sentences, all of a question together."""
CAPTION_TOKENS, BACK_CHECK_TOKENS, JSON_TOKENS = 45, 25, 12
"""Of answers: a caption, a back-check, and the JSON around an answer."""
_TASKS_WITH_SENTENCES = frozenset({"route_planning"})


def estimate_calls(questions_per_task: Mapping[str, int], n_landmarks: int, settings: LanguageSettings) -> CallEstimate:
    """What rewriting and captions would take at most: two calls for each question and one for each landmark.

    Tokens are estimated from the lengths of the prompts, four characters each; the endpoint's own count will differ.

    Args:
        questions_per_task: Numbers of questions.
        n_landmarks: How many landmarks get a caption.
        settings: Hold the prices.

    Raises:
        ValueError: a number is negative.
    """
    if n_landmarks < 0 or any(n < 0 for n in questions_per_task.values()):
        raise ValueError("numbers of questions and landmarks must be 0 or more")
    n_calls, tokens_in, tokens_out = 0, 0.0, 0.0
    for task, n in questions_per_task.items():
        chars = _chars_of(task)
        tokens_in += n * (_paraphrase_chars(task, chars) + _back_check_chars(chars)) / CHARS_PER_TOKEN
        tokens_out += n * (chars / CHARS_PER_TOKEN + JSON_TOKENS + BACK_CHECK_TOKENS)
        n_calls += 2 * n
    caption = prompts().caption
    caption_tokens = _asked(caption.system, caption.text, Caption) / CHARS_PER_TOKEN + IMAGE_TOKENS
    input_tokens = ceil(tokens_in + n_landmarks * caption_tokens)
    output_tokens = ceil(tokens_out + n_landmarks * (CAPTION_TOKENS + JSON_TOKENS))
    cost_usd = settings.cost_usd(input_tokens, output_tokens)
    return CallEstimate(n_calls + n_landmarks, input_tokens, output_tokens, cost_usd)


def _chars_of(task: str) -> float:
    """Mean length of what changes in a question of a task: its text, and options that are sentences."""
    known = wordings().get(task)
    text = sum(map(len, known)) / len(known) if known else CHARS_OF_OTHER_TEXT
    return text + (CHARS_OF_OPTIONS if task in _TASKS_WITH_SENTENCES else 0)


def _paraphrase_chars(task: str, chars: float) -> float:
    asked = prompts().paraphrase
    style = max(map(len, asked.styles))
    if task in _TASKS_WITH_SENTENCES:
        return _asked(asked.system, asked.text + asked.about_options, ParaphraseWithOptions) + style + chars
    return _asked(asked.system, asked.text, Paraphrase) + style + chars


def _back_check_chars(chars: float) -> float:
    asked = prompts().back_check
    return _asked(asked.system, asked.text, BackCheck) + 2 * chars


def _asked(system: str, text: str, form: type[BaseModel]) -> int:
    """Characters of a prompt with its schema, which is sent in words and as the form of the answer."""
    return CHARS_AROUND + len(system) + len(text) + 2 * len(json.dumps(form.model_json_schema()))
