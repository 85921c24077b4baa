"""Make the datasets and the models without weights known to VLMEvalKit, which has no plug-ins.

Its look-ups go through lists and tables of its modules, so these are extended, the same in both distributions.
"""

from __future__ import annotations

import functools
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from links2_tasks.frameworks.vlmeval._messages import NOT_ASKED, shows_nothing
from links2_tasks.frameworks.vlmeval._names import is_ours

MODELS = {
    "links2_oracle": "LinkS2Oracle",
    "links2_random": "LinkS2Random",
    "links2_prior": "LinkS2Prior",
    "links2_geometric": "LinkS2Geometric",
}
"""Models without weights: name for `--model`, and class in `models`."""

FAILED = "Failed to obtain answer via API."
"""What the host writes for a failed request; with `--reuse` it asks such a question again. Its summary counts them."""


class AskedQuestion(Protocol):
    """A question about to be asked."""

    @property
    def reply(self) -> Any:
        """The reply that was had to it before; None when there is none."""

    def keep(self, reply: Any) -> None:
        """Keep the reply to it."""


class Answers(Protocol):
    """A place where replies are kept as they come."""

    def asked(self, dataset: str, message: Any) -> AskedQuestion:
        """A question as it is before a wrapper, which may change the message, is given it."""


answers: Answers | None = None
"""Where replies to our questions are kept and looked up first; None outside of `links2 run`."""

_GUARDED = "_links2_guarded"
_ASKING = threading.local()
"""`now` is true while a thread asks a model."""


def register() -> None:
    """Register datasets and models, and keep one failing sample from ending a run; doing it again changes nothing.

    Raises:
        ImportError: VLMEvalKit, or something that it needs, is not installed.
    """
    register_datasets()
    register_models()
    guard_wrappers()


def register_datasets() -> None:
    """Add the dataset classes and every name of a dataset."""
    from vlmeval import dataset as host
    from vlmeval.dataset.video_dataset_config import supported_video_datasets

    from links2_tasks.frameworks.vlmeval.datasets import LinkS2, LinkS2Video

    for lists, cls in ((host.IMAGE_DATASET, LinkS2), (host.VIDEO_DATASET, LinkS2Video)):
        setattr(host, cls.__name__, cls)
        for known in (lists, host.DATASET_CLASSES):
            _add(known, cls)
        _add(host.__all__, cls.__name__)
        for name in cls.supported_datasets():
            # With every name listed, the host tells result files apart whose names begin alike.
            _add(host.SUPPORTED_DATASETS, name)
            # A partial of a class that takes any argument: one distribution passes its whole command line.
            supported_video_datasets[name] = functools.partial(cls, dataset=name)


def register_models() -> None:
    """Add the models without weights, by name and by class."""
    import vlmeval.vlm
    from vlmeval.config import supported_VLM

    from links2_tasks.frameworks.vlmeval import models

    for name, class_name in MODELS.items():
        cls = getattr(models, class_name)
        setattr(vlmeval.vlm, class_name, cls)
        supported_VLM[name] = functools.partial(cls)


def guard_wrappers() -> None:
    """Turn what a wrapper raises on one of our samples into a failed answer, and ask nothing where nothing is shown.

    Without the first the host gives up the dataset, and with it the answers that it has not written yet.
    """
    for cls in set(_wrappers()):
        method = vars(cls).get("generate")
        if callable(method) and not getattr(method, _GUARDED, False):
            setattr(cls, "generate", _guarded(method))  # noqa: B010 - mypy refuses to assign to a method


def _guarded(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def generate(self: Any, *args: Any, **kwargs: Any) -> Any:
        dataset = kwargs.get("dataset", args[1] if len(args) > 1 else None)
        # Inside another one's method nothing is caught: a wrapper may count on what its base raises.
        if getattr(_ASKING, "now", False) or not is_ours(dataset):
            return original(self, *args, **kwargs)
        message = kwargs.get("message", args[0] if args else None)
        if shows_nothing(message):
            return NOT_ASKED
        question = answers.asked(str(dataset), message) if answers is not None else None
        if question is not None and question.reply is not None:
            return question.reply
        _ASKING.now = True
        try:
            reply = _storable(original(self, *args, **kwargs))
            if question is not None:
                question.keep(reply)
            return reply
        except Exception as error:  # noqa: BLE001
            from vlmeval.smp import get_logger

            said = _storable(f"{type(self).__name__} raised {type(error).__name__}: {error}")
            trace = _storable(traceback.format_exc())
            get_logger("LinkS2").error(f"one question of {dataset} is not answered: {said}\n{trace}")
            return f"{FAILED} {said}"
        finally:
            _ASKING.now = False

    setattr(generate, _GUARDED, True)
    return generate


def _storable(reply: Any) -> Any:
    """A reply that the host's tables take: half a character in one of them would cost all answers of the dataset."""
    return reply.encode("utf-8", errors="replace").decode("utf-8") if isinstance(reply, str) else reply


def _wrappers() -> Iterator[Any]:
    """The host's classes of models; not all of them have its base classes."""
    import vlmeval.api
    import vlmeval.vlm
    from vlmeval.api.base import BaseAPI
    from vlmeval.vlm.base import BaseModel

    yield from (*_family(BaseModel), *_family(BaseAPI))
    for module in (vlmeval.vlm, vlmeval.api):
        yield from (each for each in vars(module).values() if isinstance(each, type))


def _family(cls: Any) -> Iterator[Any]:
    yield cls
    for child in cls.__subclasses__():
        yield from _family(child)


def _add(known: list[Any], entry: Any) -> None:
    if entry not in known:
        known.append(entry)
