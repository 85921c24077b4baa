"""What an adapter is made of, and the base model that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from links2_tasks.errors import AdapterError
from links2_tasks.schema import Record

if TYPE_CHECKING:
    from torch import nn

Family = Literal["qwen2_5_vl", "qwen3_vl", "llava_onevision", "internvl"]
FAMILIES: tuple[Family, ...] = ("qwen2_5_vl", "qwen3_vl", "llava_onevision", "internvl")


class CvaaConfig(Record):
    """Settings of a Cross-View Alignment Adapter; saved beside its weights as `adapter_config.json`."""

    format: Literal[1] = 1
    """Of these files. Another number needs another version of this package."""
    family: Family
    """`model_type` of the base model's configuration."""
    hidden_size: Annotated[int, Field(ge=1)]
    """Width D of the embedding sequence that the base model's language model takes."""
    base_model: str = ""
    """Where the base model came from, for people; what must fit is `family` and `hidden_size`."""
    shared_size: Annotated[int, Field(ge=2)] = 256
    """Width d of the space in which both views are compared."""
    n_frequencies: Annotated[int, Field(ge=1, le=32)] = 8
    """Sine and cosine pairs that tell where on the map, or when in the video, a token is; each doubles the last."""
    temperature: Annotated[float, Field(gt=0)] = 0.07
    """Of the similarity at the start; it is learned."""
    n_satellite: Annotated[int, Field(ge=0)] = 1
    """How many of the last images are satellite images where the video comes as images too, unless a call says."""

    @classmethod
    def for_base(cls, base: nn.Module, **settings: object) -> CvaaConfig:
        """Settings that fit a base model.

        Args:
            base: One of the Hugging Face classes `<Family>ForConditionalGeneration`.
            settings: Other fields.

        Raises:
            AdapterError: the model is of no family that the adapter knows.
        """
        config = getattr(base, "config", None)
        family = getattr(config, "model_type", type(base).__name__)
        if config is None or family not in FAMILIES:
            raise AdapterError(f"No adapter for models of the type '{family}'; it knows {', '.join(FAMILIES)}.")
        fields = {
            "family": family,
            "hidden_size": config.get_text_config().hidden_size,
            "base_model": getattr(config, "_name_or_path", "") or "",
        }
        return cls.model_validate({**fields, **settings})
