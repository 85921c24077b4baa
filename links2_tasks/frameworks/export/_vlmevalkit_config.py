"""An example for VLMEvalKit's `--config`: one model, with the frames as images and with a video."""

from __future__ import annotations

import json

from links2_tasks.frameworks.export._write import origin
from links2_tasks.frameworks.vlmeval._names import BASE

MODEL = "Qwen2.5-VL-7B-Instruct"
"""Its wrapper takes a video and an image in one message."""


def example_config() -> str:
    """The file's text; its first line says where it comes from, in an entry that VLMEvalKit does not look at."""
    content = {
        "comment": origin(),
        # As VLMEvalKit's own entry of this name.
        "model": {
            MODEL: {
                "class": "Qwen2VLChat",
                "model_path": f"Qwen/{MODEL}",
                "min_pixels": 1280 * 28 * 28,
                "max_pixels": 16384 * 28 * 28,
                "use_custom_prompt": False,
            }
        },
        "data": {
            BASE: {"class": BASE, "dataset": BASE},
            # The short form, which it has for datasets of video_dataset_config.py alone.
            f"{BASE}_video": {},
        },
    }
    return json.dumps(content, indent=2).replace("{\n  ", "{", 1) + "\n"
