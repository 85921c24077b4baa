"""A model of lmms-eval that notes what it is asked, answers by the question's id, and stumbles where it is told to.

How it behaves stands in environment variables, since the host takes other model arguments for another model.
"""

from __future__ import annotations

import os
from typing import Any

from counting_notes import BREAKS, answer_to, note
from lmms_eval.api.model import lmms
from lmms_eval.models.registry_v2 import ModelManifest


def manifest() -> ModelManifest:
    """What an entry point gives to the host."""
    return ModelManifest(model_id="counting", chat_class_path="counting.Counting")


class Counting(lmms):
    """As above."""

    is_simple = False
    device = "cpu"

    def __init__(self, **host_arguments: Any) -> None:
        super().__init__()
        if BREAKS in os.environ:
            raise OSError(os.environ[BREAKS])

    def generate_until(self, requests: list[Any]) -> list[str]:
        """Build each prompt, as models do, and answer."""
        replies = []
        for request in requests:
            _, doc_to_messages, gen_kwargs, doc_id, task, split = request.args
            # As many models do with what they are given.
            gen_kwargs.pop("until", None)
            gen_kwargs["image_sizes"] = [(1, 1)]
            doc = self.task_dict[task][split][doc_id]
            doc_to_messages(doc)
            note(doc["question_id"])
            replies.append(f"Answer: {answer_to(doc['question_id'])}")
        return replies

    def generate_until_multi_round(self, requests: list[Any]) -> list[str]:
        raise NotImplementedError

    def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
        raise NotImplementedError
