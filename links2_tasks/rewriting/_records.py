"""What rewriting gives."""

from __future__ import annotations

from dataclasses import dataclass, field

from links2_tasks.language import Usage
from links2_tasks.schema import Question, Wording


@dataclass(frozen=True)
class RewriteRefusal:
    """A rewrite that was not taken; the question keeps the words it had."""

    question_id: str
    task: str
    reason: str
    """One of few, to be counted, for example 'a number changed'."""
    detail: str
    """What changed to what."""
    text: str
    """The rewrite."""


@dataclass(frozen=True)
class Reworded:
    """Questions in other words, in the order they came."""

    questions: tuple[Question, ...]
    n_reworded: int
    refused: tuple[RewriteRefusal, ...] = ()
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True)
class LandmarkCrop:
    """A landmark as it is shown to a language model."""

    landmark_id: str
    class_name: str
    image: bytes
    """A JPEG or PNG file."""


@dataclass(frozen=True)
class LandmarkCaption:
    """How a landmark looks from above, in one sentence; for reviewers and variants, never in questions."""

    landmark_id: str
    text: str
    """Empty where there is no caption."""
    by: Wording | None
    """Who wrote it; None where nobody did."""
    fault: str = ""
    """Why there is no caption."""


@dataclass(frozen=True)
class CallEstimate:
    """What a language model would be asked, at most: nothing from the cache, nothing refused, nothing asked twice."""

    n_calls: int
    input_tokens: int
    """Estimated from the lengths of the prompts."""
    output_tokens: int
    cost_usd: float | None
    """By the prices of the settings; None where they are not stated."""
