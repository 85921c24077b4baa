"""Models without weights for VLMEvalKit: each asks a baseline about the question that a message was made of."""

from __future__ import annotations

from typing import Any, ClassVar

from vlmeval.smp import get_logger
from vlmeval.vlm.base import BaseModel

from links2_tasks.baselines import make_baseline
from links2_tasks.baselines.random import RandomBaseline
from links2_tasks.construction.mini import data_root
from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.vlmeval._messages import LINE_OF_MESSAGE, Message
from links2_tasks.frameworks.vlmeval._names import is_ours
from links2_tasks.schema import Question


class _WithoutWeights(BaseModel):
    """Base of the models below; a subclass names its baseline."""

    INTERLEAVE = True
    VIDEO_LLM = True
    baseline: ClassVar[str]
    """Name of the baseline that answers."""

    def __init__(self, **host_arguments: Any) -> None:
        """Take what the host gives to models; a baseline has no use for it."""
        super().__init__()
        self._baseline = make_baseline(self.baseline)
        self._root = data_root()

    def generate(self, message: Message, dataset: str | None = None) -> str:
        """The baseline's letter; empty where it fails, or for another package's dataset.

        Raises:
            FrameworkError: it is not known here which question the message shows.
        """
        line = LINE_OF_MESSAGE.get(message)
        if line is None:
            if not is_ours(dataset):
                return ""
            raise FrameworkError(
                "This message was made in another process, as --api-mode does with videos, and the model looks up "
                "which question it shows: leave out --api-mode."
            )
        question = Question.model_validate_json(line)
        try:
            return self._baseline.answer(question, self._root)
        except Exception as error:  # noqa: BLE001 - one bad file must not end the run
            get_logger("LinkS2").warning(f"{self.baseline} gave no answer to {question.question_id}: {error}")
            return ""

    def generate_inner(self, message: Message, dataset: str | None = None) -> str:
        """As `generate`, whose checks of files a baseline has no need of."""
        return self.generate(message, dataset)


class LinkS2Oracle(_WithoutWeights):
    """Answers from the truth: every score must be 1."""

    baseline = "oracle"


class LinkS2Random(_WithoutWeights):
    """Guesses: scores must be near chance."""

    baseline = "random"

    def __init__(self, seed: int = 0, **host_arguments: Any) -> None:
        """Guess with a seed."""
        super().__init__(**host_arguments)
        self._baseline = RandomBaseline(seed)


class LinkS2Prior(_WithoutWeights):
    """Answers from texts and options alone, without looking."""

    baseline = "prior"


class LinkS2Geometric(_WithoutWeights):
    """Answers by matching features between frames and satellite images."""

    baseline = "geometric"
