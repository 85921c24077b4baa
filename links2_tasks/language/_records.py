"""What a language model is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from links2_tasks.schema import Name, Record

Content = TypeVar("Content", bound=BaseModel, covariant=True)
"""Covariant, so that requests for forms of one family can be asked together."""


class LanguageSettings(Record):
    """Which language model is asked, and how; the same fields stand under `language_model:` in a build's YAML."""

    # Who puts a key where none belongs should not find it in a message as well.
    model_config = ConfigDict(hide_input_in_errors=True)

    base_url: Name
    """Address of an endpoint of the OpenAI kind, for example 'http://localhost:8000/v1'. It holds no key."""
    model: Name
    """What the endpoint calls the model."""
    api_key_variable: Annotated[str, Field(pattern="^[A-Z_][A-Z0-9_]{0,63}$")] = "OPENAI_API_KEY"
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

    @field_validator("base_url")
    @classmethod
    def _no_secret_in_the_address(cls, base_url: str) -> str:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("base_url must be an address such as 'https://api.openai.com/v1'")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError(
                "base_url must hold no user name, password or query; a key goes into the environment variable that "
                "api_key_variable names"
            )
        return base_url.rstrip("/")

    def cost_usd(self, input_tokens: float, output_tokens: float) -> float | None:
        """What tokens cost by the stated prices; None where one of them is not stated."""
        if self.usd_per_million_input_tokens is None or self.usd_per_million_output_tokens is None:
            return None
        price = input_tokens * self.usd_per_million_input_tokens + output_tokens * self.usd_per_million_output_tokens
        return round(price / 1e6, 9)


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

    def plus(self, other: Usage) -> Usage:
        """Both together; a cost that only one of them knows is the cost."""
        costs = [cost for cost in (self.cost_usd, other.cost_usd) if cost is not None]
        return Usage(
            n_asked=self.n_asked + other.n_asked,
            n_from_cache=self.n_from_cache + other.n_from_cache,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost_usd=round(sum(costs), 9) if costs else None,
        )

    def since(self, earlier: Usage) -> Usage:
        """What came on top of an earlier state."""
        cost_usd = None if self.cost_usd is None else round(self.cost_usd - (earlier.cost_usd or 0.0), 9)
        return Usage(
            n_asked=self.n_asked - earlier.n_asked,
            n_from_cache=self.n_from_cache - earlier.n_from_cache,
            input_tokens=self.input_tokens - earlier.input_tokens,
            output_tokens=self.output_tokens - earlier.output_tokens,
            cost_usd=cost_usd,
        )


@dataclass(frozen=True)
class Answer(Generic[Content]):
    """What a language model answered."""

    content: Content
    model: str
    temperature: float | None
    """None where the endpoint takes no temperature for this model."""
    prompt_sha256: str
    """First 16 hex digits of the digest of all that was asked: texts, images, form, model and temperature."""
    usage: Usage
    """What it took now: nothing where it came from the cache."""
    cost_usd: float | None = None
    """What it cost when it was asked, also where it now comes from the cache: what is written of it stays the same."""
