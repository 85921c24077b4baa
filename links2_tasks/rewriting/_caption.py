"""Captions of landmarks by a language model that sees a crop of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from links2_tasks.errors import LanguageModelError
from links2_tasks.language import Answer, LanguageModel
from links2_tasks.rewriting._prompts import Caption, caption_request
from links2_tasks.rewriting._records import LandmarkCaption, LandmarkCrop
from links2_tasks.schema import Wording

LONGEST_CAPTION = 300
"""Characters; a caption is one sentence."""


def caption_landmarks(
    crops: Sequence[LandmarkCrop], model: LanguageModel, progress: Callable[[str], None] = lambda step: None
) -> tuple[LandmarkCaption, ...]:
    """How landmarks look from above, in the order of the crops; for reviewers and variants, never in questions.

    Args:
        crops: The landmarks.
        model: Who describes them; one that sees images.
        progress: Called with a few words at every answer.

    Raises:
        LanguageModelError: the model cannot be asked at all, or an image is neither JPEG nor PNG.
        MissingExtraError: the client is not installed.
        DataError: the cache cannot be written.
    """
    requests = [caption_request(crop) for crop in crops]
    return tuple(_caption(crop, answer) for crop, answer in zip(crops, model.ask_many(requests, progress), strict=True))


def _caption(crop: LandmarkCrop, answer: Answer[Caption] | LanguageModelError) -> LandmarkCaption:
    if isinstance(answer, LanguageModelError):
        if answer.hopeless:
            raise answer
        return LandmarkCaption(crop.landmark_id, "", None, str(answer))
    if not answer.content.recognisable:
        return LandmarkCaption(crop.landmark_id, "", None, "the language model cannot tell the object from its crop")
    line = " ".join(answer.content.description.split())
    text = "".join(sign for sign in line if sign.isprintable())
    if not text or len(text) > LONGEST_CAPTION:
        return LandmarkCaption(crop.landmark_id, "", None, f"its description has {len(text)} characters")
    wording = Wording(
        by=answer.model,
        temperature=answer.temperature,
        prompt_sha256=answer.prompt_sha256,
        cost_usd=answer.cost_usd,
    )
    return LandmarkCaption(crop.landmark_id, text, wording)
