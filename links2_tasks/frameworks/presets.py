"""Models that people evaluate, with the command that asks each in either framework: read from `model_presets.yaml`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field, model_validator

from links2_tasks._listed import read_listed
from links2_tasks.errors import FrameworkError
from links2_tasks.prompt import PromptSettings, Strategy
from links2_tasks.schema import Name, Record

Scalar = bool | int | float | str
Sentence = Annotated[str, Field(pattern=r"\.$")]
CountingRule = Literal["patches", "tiles"]

UNCHECKED = "not checked by us"
"""The source of what is general knowledge."""
_TASKS, _OUT = "links2_all", "out"
_BYTES_PER_WEIGHT = 2
"""As bfloat16."""


class Parameters(Record):
    """How large a model is."""

    billions: Annotated[float, Field(gt=0)]
    """All of them; of a mixture, those of all experts."""
    source: Name


class Licence(Record):
    """On what terms a model may be used."""

    name: Name
    source: Name


class LmmsEvalUse(Record):
    """How lmms-eval asks a model."""

    model: Name
    """Its `--model`."""
    model_args: Mapping[str, Scalar]
    kind: Literal["chat", "simple"]
    """Which interface of lmms-eval the model is reached by."""
    strategy: Strategy
    """What it is sent where a task says `strategy: auto`."""
    gen_kwargs: Mapping[str, Scalar] = {}
    counts_by: CountingRule | None = None
    """The rule by which images become tokens; None where no rule of ours holds."""
    found: Literal["run", "source"]
    """A tiny model or a stand-in service was asked through this wrapper by this project, or its code was read."""
    notes: tuple[Sentence, ...] = ()

    @property
    def settings(self) -> PromptSettings:
        """What it is shown."""
        return PromptSettings(strategy=self.strategy)

    @property
    def options(self) -> tuple[str, ...]:
        """Options of lmms-eval's command line, without those of its results."""
        sampled = ("--gen_kwargs", _joined(self.gen_kwargs)) if self.gen_kwargs else ()
        return ("--model", self.model, "--model_args", _joined(self.model_args), "--tasks", _TASKS, *sampled)

    @property
    def command(self) -> tuple[str, ...]:
        """Words of the command of lmms-eval itself."""
        return ("lmms-eval", *self.options, "--output_path", _OUT, "--log_samples")

    @property
    def run_command(self) -> tuple[str, ...]:
        """Words of the same by `links2 run`."""
        return ("links2", "run", "--out", _OUT, "--", *self.options)


class VlmEvalKitUse(Record):
    """How VLMEvalKit asks a model."""

    model: Name
    """Its name in VLMEvalKit's list."""
    wrapper: Name
    """The class behind that name."""
    dataset: Name
    only_in: Literal["package", "upstream"] | None = None
    """The distribution whose list has this name; None for both."""
    counts_by: CountingRule | None = None
    """The rule by which images become tokens; None where no rule of ours holds."""
    notes: tuple[Sentence, ...] = ()

    @property
    def settings(self) -> PromptSettings:
        """What it is shown.

        Raises:
            FrameworkError: there is no such dataset.
        """
        from links2_tasks.frameworks.vlmeval._names import find

        return find(self.dataset).sampling.settings

    @property
    def options(self) -> tuple[str, ...]:
        """Options of VLMEvalKit's command line, without those of its results."""
        return ("--data", self.dataset, "--model", self.model)

    @property
    def command(self) -> tuple[str, ...]:
        """Words of the command of VLMEvalKit itself."""
        return ("links2", "vlmeval", *self.options, "--work-dir", _OUT)

    @property
    def run_command(self) -> tuple[str, ...]:
        """Words of the same by `links2 run`."""
        return ("links2", "run", "--out", _OUT, "--framework", "vlmevalkit", "--", *self.options)


class Preset(Record):
    """A model, with how to ask it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
    title: Name
    maker: Name
    family: Name
    weights: Literal["open", "closed"]
    checkpoint: Name | None = None
    """Where open weights lie on the Hugging Face Hub."""
    parameters: Parameters | None = None
    licence: Licence
    lmms_eval: LmmsEvalUse | None = None
    no_lmms_eval: Sentence | None = None
    """Why there is no command of lmms-eval."""
    vlmevalkit: VlmEvalKitUse | None = None
    no_vlmevalkit: Sentence | None = None
    """Why there is no command of VLMEvalKit."""

    @model_validator(mode="after")
    def _fits_together(self) -> Preset:
        for use, why_not in ((self.lmms_eval, self.no_lmms_eval), (self.vlmevalkit, self.no_vlmevalkit)):
            if (use is None) == (why_not is None):
                raise ValueError("each framework has either a command or the reason why there is none")
        if self.lmms_eval is None and self.vlmevalkit is None:
            raise ValueError("a model that neither framework asks is no preset")
        if (self.weights == "open") != (self.checkpoint is not None):
            raise ValueError("open weights have a checkpoint, and closed ones have none")
        return self

    @property
    def other_names(self) -> frozenset[str]:
        """What else people call it, in small letters: its title, its checkpoint, VLMEvalKit's name."""
        named = [self.title, self.checkpoint or "", (self.checkpoint or "").rpartition("/")[2]]
        named += [self.vlmevalkit.model] if self.vlmevalkit is not None else []
        return frozenset(each.lower() for each in named if each)

    @property
    def weights_gb(self) -> float | None:
        """Memory that the weights take as bfloat16 in GB, computed: two bytes for each parameter; None if unknown.

        Activations and the cache of attention come on top.
        """
        return None if self.parameters is None else self.parameters.billions * _BYTES_PER_WEIGHT


@lru_cache(maxsize=1)
def presets() -> tuple[Preset, ...]:
    """All presets in the order of `model_presets.yaml`.

    Raises:
        DataError: the file is not as it should be.
    """
    return read_presets(files("links2_tasks.frameworks").joinpath("model_presets.yaml").read_text(encoding="utf-8"))


def find_preset(name: str) -> Preset:
    """The preset of a name, a title, a checkpoint or a name of VLMEvalKit; case does not count.

    Raises:
        FrameworkError: there is none.
    """
    known = {each.name: each for each in presets()}
    wanted = name.lower()
    fitting = [each for each in presets() if wanted in each.other_names]
    if wanted not in known and len(fitting) == 1:
        return fitting[0]
    if wanted not in known:
        near = difflib.get_close_matches(wanted, known, n=4, cutoff=0.4)
        hint = f" Near it: {', '.join(near)}." if near else ""
        raise FrameworkError(
            f"There is no preset '{name}'.{hint} `links2 models` lists them. A model needs none: both frameworks take "
            "any name of theirs."
        )
    return known[wanted]


def read_presets(text: str) -> tuple[Preset, ...]:
    """The presets of a text in the form of `model_presets.yaml`.

    Raises:
        DataError: it is no YAML, a field is missing, unknown or wrong, or a name stands twice.
    """
    return read_listed(text, Preset, "model_presets.yaml", "presets", "name")


def _joined(values: Mapping[str, Scalar]) -> str:
    return ",".join(f"{name}={value}" for name, value in values.items())
