"""What a wrapper of VLMEvalKit would lose of a message, from a table and not from code.

Some wrappers silently drop one of the two views, and every question then gets an answer that looks like any other. So a
wrapper is looked up here before anything is asked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Literal

import yaml
from pydantic import Field, model_validator

from links2_tasks.errors import FrameworkError
from links2_tasks.schema import Name, Record

Engine = Literal["transformers", "vllm", "server"]
Medium = Literal["images", "video"]
Loss = Literal["later_images", "images", "video", "answer"]

_LOSSES: dict[Loss, str] = {
    "later_images": "all images but the first",
    "images": "the images",
    "video": "the video",
    "answer": "every answer to an error",
}


class Handling(Record):
    """What becomes of a message of one kind."""

    ok: bool
    """Whether all of it is handed to the model."""
    found: Literal["run", "prompt", "source"]
    """A model was asked, the wrapper's own prompt code was run, or its source was read."""
    loses: Loss | None = None
    why: Name | None = None
    instead: Name | None = None
    """What to use where this does not do, a sentence."""
    max_images: Annotated[int, Field(ge=1)] | None = None
    """Most images in one message."""
    notes: tuple[Name, ...] = ()
    """What changes though nothing is lost, each a sentence."""

    @model_validator(mode="after")
    def _says_what_to_do(self) -> Handling:
        if self.ok and (self.loses or self.why):
            raise ValueError("what is ok loses nothing")
        if not self.ok and not (self.loses and self.why and self.instead):
            raise ValueError("what is not ok says loses, why and instead")
        if self.max_images is not None and not self.instead:
            raise ValueError("a limit says what to use instead")
        # YAML cuts a text in a list at its commas unless it is quoted.
        if cut := [each for each in (*self.notes, self.instead or "End.") if not each.endswith(".")]:
            raise ValueError(f"no sentence: {cut}")
        return self


class WrapperRow(Record):
    """One row of the table."""

    wrappers: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Names of classes."""
    engine: Literal["any", "vllm"] = "any"
    models: tuple[Name, ...] = ()
    """The row holds for these names of VLMEvalKit's list only; empty for all."""
    only_in: Literal["upstream", "package"] | None = None
    """The distribution that has these classes; None for both."""
    while_module_lacks: Name | None = None
    """The row holds as long as the module of the class does not define this name."""
    images: Handling
    video: Handling | None = None
    """None where it is not known."""


@dataclass(frozen=True)
class WrapperUse:
    """A model that is to be asked questions of a dataset."""

    model_name: str
    wrapper: type
    """Its class in VLMEvalKit."""
    dataset_name: str
    medium: Medium
    """What the UAV footage is handed over as."""
    n_images: int
    """Most images in one message; satellite images count, a video does not."""
    engine: Engine


@lru_cache(maxsize=1)
def wrapper_table() -> tuple[WrapperRow, ...]:
    """The rows of `wrappers.yaml` in order."""
    text = files("links2_tasks.frameworks.vlmeval").joinpath("wrappers.yaml").read_text(encoding="utf-8")
    return tuple(WrapperRow.model_validate(row) for row in yaml.safe_load(text)["rows"])


def check_wrapper(use: WrapperUse) -> None:
    """Pass when the wrapper hands all of a message to the model, as far as is known.

    A wrapper without a row may take images unless VLMEvalKit itself says that it takes one; it may not take a video.

    Raises:
        FrameworkError: something would be lost, or more images be sent than are taken.
    """
    handling = _handling(use)
    if handling is None:
        _check_unknown(use)
    elif handling.loses is not None:
        raise _refusal(use, f"would lose {_LOSSES[handling.loses]}: {handling.why}.", handling.instead)
    elif handling.max_images is not None and use.n_images > handling.max_images:
        most = f"takes at most {handling.max_images} images in a message, and this dataset sends up to {use.n_images}."
        raise _refusal(use, most, handling.instead)


def notes_on(use: WrapperUse) -> tuple[str, ...]:
    """What the wrapper changes in a message though it loses nothing, each a sentence; empty where nothing is known."""
    handling = _handling(use)
    notes = handling.notes if handling is not None else ()
    return tuple(f"{use.model_name} ({use.wrapper.__name__}) and {use.dataset_name}: {note}" for note in notes)


def _check_unknown(use: WrapperUse) -> None:
    if use.medium == "video":
        raise _refusal(
            use,
            "is not known to take a video and an image in one message.",
            "Use the dataset without `_video`, which sends the frames as images.",
        )
    if use.n_images > 1 and getattr(use.wrapper, "INTERLEAVE", True) is False:
        raise _refusal(
            use,
            f"would lose {_LOSSES['later_images']}: VLMEvalKit says that it takes one image (INTERLEAVE is False).",
            "Use a model whose wrapper takes several images in one message.",
        )


def _refusal(use: WrapperUse, what: str, instead: str | None) -> FrameworkError:
    engine = " with vLLM" if use.engine == "vllm" else ""
    return FrameworkError(
        f"The model '{use.model_name}' cannot be asked {use.dataset_name}: VLMEvalKit's wrapper "
        f"{use.wrapper.__name__}{engine} {what} {instead or ''}".rstrip()
    )


def _handling(use: WrapperUse) -> Handling | None:
    row = next(_rows_for(use), None)
    if row is None:
        return None
    return row.images if use.medium == "images" else row.video


def _rows_for(use: WrapperUse) -> Iterator[WrapperRow]:
    """Rows that hold, the one that counts first: by class, most derived first, then by how much a row asks for."""
    for cls in use.wrapper.__mro__:
        rows = [row for row in wrapper_table() if cls.__name__ in row.wrappers and _holds(row, use, cls)]
        yield from sorted(rows, key=_how_special, reverse=True)


def _holds(row: WrapperRow, use: WrapperUse, cls: type) -> bool:
    if row.engine not in ("any", use.engine) or (row.models and use.model_name not in row.models):
        return False
    return row.while_module_lacks is None or not hasattr(sys.modules.get(cls.__module__), row.while_module_lacks)


def _how_special(row: WrapperRow) -> tuple[bool, bool, bool]:
    return (row.while_module_lacks is not None, bool(row.models), row.engine != "any")
