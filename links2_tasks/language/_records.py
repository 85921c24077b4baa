"""What a language model is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, Field

from links2_tasks.schema import Name, Record

Content = TypeVar("Content", bound=BaseModel)


class LanguageSettings(Record):
    """Which language model is asked, and how; the same fields stand under `language_model:` in a build's YAML."""

    base_url: Name
    """Address of an endpoint of the OpenAI kind, for example 'http://localhost:8000/v1'."""
    model: Name
    """What the endpoint calls the model."""
    api_key_variable: Name = "OPENAI_API_KEY"
    """Environment variable that holds the key. Keys stand nowhere else; without the variable, none is sent."""
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.7
    max_output_tokens: Annotated[int, Field(ge=1)] = 1024
    timeout_s: Annotated[float, Field(gt=0)] = 120.0
    retries: Annotated[int, Field(ge=0)] = 5
    """How often a request is sent again after it failed, or after an answer that is not of the form asked for."""
    requests_per_minute: Annotated[float, Field(gt=0)] | None = None
    """Most requests a minute; None for no limit but the endpoint's own."""
    workers: Annotated[int, Field(ge=1)] = 4
    """Requests under way at once."""
    usd_per_million_input_tokens: Annotated[float, Field(ge=0)] | None = None
    usd_per_million_output_tokens: Annotated[float, Field(ge=0)] | None = None


@dataclass(frozen=True)
class Request(Generic[Content]):
    """One thing that is asked of a language model."""

    purpose: str
    """For example 'paraphrase'; stands in costs and errors."""
    system: str
    text: str
    answer: type[Content]
    """Form of the answer: what comes back is JSON that this record accepts."""
    images: tuple[bytes, ...] = ()
    """JPEG or PNG files, shown in this order after the text."""
    temperature: float | None = None
    """None for that of the settings; 0 where there is one right answer."""


@dataclass(frozen=True)
class Usage:
    """What requests took."""

    n_asked: int = 0
    """Requests that went to the endpoint."""
    n_from_cache: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    """By the prices of the settings; None where they are not stated."""


@dataclass(frozen=True)
class Answer(Generic[Content]):
    """What a language model answered."""

    content: Content
    model: str
    temperature: float
    prompt_sha256: str
    """First 16 hex digits of the digest of all that was asked: texts, images, form, model and temperature."""
    usage: Usage
