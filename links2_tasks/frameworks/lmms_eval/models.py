"""Models without weights for lmms-eval: each asks a baseline for its answer to the question in a document.

They see the document itself, not the prompt, so they measure the tasks and the plumbing and cost no accelerator.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lmms_eval.api.instance import Instance
from lmms_eval.api.model import lmms
from loguru import logger
from tqdm import tqdm

from links2_tasks.baselines import make_baseline
from links2_tasks.baselines.geometric import ANSWERED, GeometricBaseline
from links2_tasks.baselines.random import RandomBaseline
from links2_tasks.construction.mini import data_root
from links2_tasks.frameworks.lmms_eval._docs import question_of


class _WithoutWeights(lmms):
    """Base of the models below; a subclass names its baseline."""

    baseline: str
    """Name of the baseline that answers."""
    device = "cpu"

    def __init__(self, batch_size: Any = None, max_batch_size: Any = None, device: Any = None) -> None:
        """Take what the host gives to every model; a baseline has no use for it."""
        super().__init__()
        self._baseline = make_baseline(self.baseline)

    def generate_until(self, requests: list[Instance]) -> list[str]:
        """One reply for each request, in order; empty where the baseline fails or the document is no question."""
        root = data_root()
        replies = []
        for request in tqdm(requests, desc="Model Responding", disable=self.rank != 0):
            # Chat and simple requests differ in the middle of their arguments, not in these.
            doc_id, task, split = request.args[-3:]
            replies.append(self._reply(self.task_dict[task][split][doc_id], root))
        return replies

    def _reply(self, doc: dict[str, Any], root: Path) -> str:
        question = question_of(doc)
        if question is None:
            return ""
        try:
            return self._baseline.answer(question, root)
        except Exception as error:  # noqa: BLE001 - one bad file must not end the run
            logger.warning(f"{type(self).__name__} gave no answer to {question.question_id}: {error}")
            return ""

    def generate_until_multi_round(self, requests: list[Instance]) -> list[str]:
        """Not supported: links2 asks once."""
        raise NotImplementedError("links2 tasks ask once; generate_until is the only kind of request")

    def loglikelihood(self, requests: Sequence[Instance]) -> list[tuple[float, bool]]:
        """Not supported: a baseline has no likelihoods."""
        raise NotImplementedError("models without weights have no likelihoods")


class OracleSimple(_WithoutWeights):
    """Answers from the truth: every score must be 1."""

    baseline = "oracle"


class OracleChat(OracleSimple):
    """The oracle as a chat model."""

    is_simple = False


class RandomSimple(_WithoutWeights):
    """Guesses: scores must be near chance. `--model_args seed=3` gives other guesses."""

    baseline = "random"

    def __init__(self, seed: int | str = 0, **host_arguments: Any) -> None:
        """Guess with a seed."""
        super().__init__(**host_arguments)
        self._baseline = RandomBaseline(int(seed))


class RandomChat(RandomSimple):
    """The guesser as a chat model."""

    is_simple = False


class PriorSimple(_WithoutWeights):
    """Answers from texts and options alone, without looking."""

    baseline = "prior"


class PriorChat(PriorSimple):
    """The prior as a chat model."""

    is_simple = False


class GeometricSimple(_WithoutWeights):
    """Answers by matching features between frames and satellite images."""

    baseline = "geometric"

    def __init__(self, **host_arguments: Any) -> None:
        """Keep one baseline for all requests, for its memory and for its report."""
        super().__init__(**host_arguments)
        self._baseline: GeometricBaseline = GeometricBaseline()

    def generate_until(self, requests: list[Instance]) -> list[str]:
        """Replies as for every model here; then how often the prior stood in, and why."""
        replies = super().generate_until(requests)
        outcomes = self._baseline.report()
        guessed = [outcome for outcome in outcomes if outcome.reason != ANSWERED]
        n_guessed, n_all = (sum(outcome.count for outcome in some) for some in (guessed, outcomes))
        reasons = "".join(f"\n  {one.count} x {one.task}: {one.reason}" for one in guessed)
        logger.info(f"links2_geometric: the prior answered {n_guessed} of {n_all} questions{reasons}")
        return replies


class GeometricChat(GeometricSimple):
    """The feature matcher as a chat model."""

    is_simple = False
