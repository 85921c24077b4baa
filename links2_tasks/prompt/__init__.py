"""From a question to what a model is shown: ordered parts of text, images and video."""

from links2_tasks.prompt._build import build_prompt, prompt_text
from links2_tasks.prompt._families import ModelFamily, model_families, strategy_for
from links2_tasks.prompt._parts import FrameManifest, Image, Part, Prompt, Text, Video
from links2_tasks.prompt._plans import frame_plan, shown_order
from links2_tasks.prompt._settings import PromptSettings, Strategy
from links2_tasks.prompt._warm import (
    ENCODED_BYTES_PER_PX,
    RAW_BYTES_PER_PX,
    PlannedClip,
    WarmFailure,
    WarmReport,
    decoded_bytes,
    planned_clips,
    shortage,
    warm,
)

__all__ = [
    "ENCODED_BYTES_PER_PX",
    "RAW_BYTES_PER_PX",
    "FrameManifest",
    "Image",
    "ModelFamily",
    "Part",
    "PlannedClip",
    "Prompt",
    "PromptSettings",
    "Strategy",
    "Text",
    "Video",
    "WarmFailure",
    "WarmReport",
    "build_prompt",
    "decoded_bytes",
    "frame_plan",
    "model_families",
    "planned_clips",
    "prompt_text",
    "shortage",
    "shown_order",
    "strategy_for",
    "warm",
]
