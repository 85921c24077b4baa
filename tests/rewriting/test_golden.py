"""The exact prompts for language models. What they read decides what they write, so a change here must be meant.

After a change that is meant, raise `version` in `prompts.yaml`, write the files anew and read the diff:

    LINKS2_UPDATE_GOLDEN=1 python -m pytest tests/rewriting/test_golden.py
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from links2_tasks.language import Request
from links2_tasks.language._payload import messages_of
from links2_tasks.rewriting import LandmarkCrop
from links2_tasks.rewriting._prompts import back_check_request, caption_request, paraphrase_request, prompts
from links2_tasks.schema import Provenance, Question, SatelliteImage, Source
from links2_tasks.terms import Leg, place_phrase, route_phrase

GOLDEN = Path(__file__).parent / "golden"


def question(text: str, *options: str) -> Question:
    return Question(
        question_id="q1",
        task="golden",
        clip_id="clip",
        video="videos/clip.mp4",
        video_span_s=(0.0, 20.0),
        satellite=(SatelliteImage(path="satellite/map.png", gsd_m=0.5),),
        question=text,
        options=options,
        answer="A",
        region="region",
        source=Source(dataset="tests", licence="CC0-1.0"),
        provenance=Provenance(writer="tests", version="1", seed=0),
    )


PLACE = question(
    f"At 4.1 s, look at the video image at {place_phrase(0.3, 0.62)}. Which mark lies on the object of the class "
    "'parking lot' that is seen there?",
    "Mark A",
    "Mark B",
)
ROUTE = question(
    "Which route leads to the place marked G?",
    *(route_phrase((Leg(turn, 30), Leg("left", 280))) for turn in ("left", "right")),  # type: ignore[arg-type]
)
OTHER = PLACE.model_copy(update={"question": PLACE.question.replace("look at", "consider")})
OTHER_ROUTE = ROUTE.model_copy(update={"question": "What route brings you to the place marked G?"})

REQUESTS: dict[str, Request[object]] = {
    "paraphrase": paraphrase_request(PLACE, 1),
    "paraphrase_with_options": paraphrase_request(ROUTE, 1),
    "back_check": back_check_request(PLACE, OTHER, 1),
    "back_check_with_options": back_check_request(ROUTE, OTHER_ROUTE, 2),
    "caption": caption_request(LandmarkCrop("landmark", 'water "tower"', b"\xff\xd8\xff")),
}  # type: ignore[dict-item]


@pytest.mark.parametrize("name", REQUESTS)
def test_prompt(name: str) -> None:
    request = REQUESTS[name]
    system, user = messages_of(request)  # type: ignore[type-var]
    content = user["content"] if isinstance(user["content"], str) else user["content"][0]["text"]
    told = f"version {prompts().version}, temperature {request.temperature}, {len(request.images)} images"
    outline = f"{told}\n\n[system]\n{system['content']}\n\n[user]\n{content}\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("LINKS2_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(outline, encoding="utf-8")
    assert outline == path.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(REQUESTS)
