"""What a build may be told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from links2_tasks.construction.steps import CLIP_LENGTH_S, LEAST_CLIP_S, QUESTIONS_PER_TASK
from links2_tasks.errors import DataError
from links2_tasks.language import LanguageSettings
from links2_tasks.pipeline.filters import FILTERS, FilterSettings
from links2_tasks.schema import Name, Record

Share = Annotated[float, Field(gt=0, le=1)]
SplitName = Annotated[str, Field(pattern=r"^\w[\w-]*$")]


class BuildSettings(Record):
    """What a build is told; the same fields stand in its YAML."""

    name: Name | None = None
    """Name of the dataset; by default that of the folder with the flights."""
    seed: Annotated[int, Field(ge=0)] = 0
    """The same seed, settings and footage give the same dataset."""
    questions_per_task: Annotated[int, Field(ge=1)] = QUESTIONS_PER_TASK
    """How many questions of each task are chosen at most, before filters."""
    clip_length_s: Annotated[float, Field(ge=LEAST_CLIP_S)] = CLIP_LENGTH_S
    """About how long a clip is; a flight is cut into equal parts."""
    region: Name | None = None
    """Region, where a flight's scene.yaml names none."""
    licence: Name | None = None
    """Licence of the footage, where neither its scene.yaml nor a LICENSE file beside it says."""
    wording: Literal["writers", "templates", "model"] = "templates"
    """Words of questions: the writers' own, one of several templates by seed, or a language model's, checked."""
    language_model: LanguageSettings | None = None
    """Is asked with `wording: model`, and by the filter that finds what can be answered without pictures."""
    landmark_captions: bool = False
    """Also have the language model describe landmarks from crops of the map, for reviewers; never in questions."""
    filters: FilterSettings = Field(default_factory=FilterSettings)
    """Which automatic filters run, and their limits."""
    splits: Annotated[dict[SplitName, Share | tuple[Name, ...]], Field(min_length=1)] = Field(
        default_factory=lambda: dict[str, float | tuple[str, ...]](test=1.0)
    )
    """By split its regions, or the share of questions that it should get: whole regions are then dealt by seed."""
    reviewers: Annotated[int, Field(ge=1)] = 2
    """How many people check each question."""

    @field_validator("clip_length_s")
    @classmethod
    def _finite(cls, value: float) -> float:
        if value == float("inf"):
            raise ValueError("clip_length_s must be a number of seconds")
        return value

    @field_validator("filters")
    @classmethod
    def _known_filters(cls, filters: FilterSettings) -> FilterSettings:
        known = [one.name for one in FILTERS]
        unknown = sorted(set(filters.skip) - set(known))
        if unknown:
            raise ValueError(f"there is no filter '{unknown[0]}' to skip; the filters are {', '.join(known)}")
        return filters

    @field_validator("splits")
    @classmethod
    def _of_one_kind(cls, splits: dict[str, Any]) -> dict[str, Any]:
        shares = [value for value in splits.values() if isinstance(value, float)]
        if shares and len(shares) != len(splits):
            raise ValueError("give each split a share, or each split its regions, not some this and some that")
        if shares and abs(sum(shares) - 1) > 1e-6:
            raise ValueError(f"the shares must add up to 1, but they add up to {sum(shares):g}")
        regions = [region for value in splits.values() if not isinstance(value, float) for region in value]
        twice = sorted({region for region in regions if regions.count(region) > 1})
        if twice:
            raise ValueError(f"the region '{twice[0]}' is in two splits; what one shows, the other must not")
        return splits

    @model_validator(mode="after")
    def _somebody_to_ask(self) -> BuildSettings:
        for wanted, name in (
            (self.wording == "model", "wording: model"),
            (self.landmark_captions, "landmark_captions"),
        ):
            if wanted and self.language_model is None:
                raise ValueError(f"'{name}' needs language_model, with base_url and model")
        return self


def read_settings(path: Path | None = None, overrides: Mapping[str, object] | None = None) -> BuildSettings:
    """Settings of a YAML file, with some of them replaced.

    Args:
        path: The file; None for the defaults.
        overrides: Replacements by field; those that are None replace nothing.

    Raises:
        DataError: the file is missing or no YAML, or a key or value is wrong; all faults are named.
    """
    content = {} if path is None else _content(path)
    content |= {name: value for name, value in (overrides or {}).items() if value is not None}
    try:
        return BuildSettings.model_validate(content)
    except ValidationError as fault:
        where = "The settings of the build are wrong" if path is None else f"{path} is wrong"
        raise DataError(f"{where}: {_in_words(fault)}. See `links2 build --print-config` for all keys.") from fault


def _content(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8-sig"))
    except FileNotFoundError as fault:
        raise DataError(f"There is no file {path}. Write one: links2 build --print-config > {path}") from fault
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as fault:
        raise DataError(f"{path} cannot be read as YAML: {fault}") from fault
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise DataError(f"{path} must hold 'key: value' lines, not a {type(content).__name__}.")
    return {str(key): value for key, value in content.items()}


_RECORDS: dict[str, type[Record]] = {"language_model": LanguageSettings, "filters": FilterSettings}


def _in_words(fault: ValidationError) -> str:
    lines = []
    for error in fault.errors(include_url=False, include_input=False):
        where = [str(part) for part in error["loc"]]
        if error["type"] == "extra_forbidden":
            record: type[Record] = _RECORDS.get(where[0], BuildSettings) if len(where) > 1 else BuildSettings
            lines.append(f"unknown key '{'.'.join(where)}'; the keys there are {', '.join(record.model_fields)}")
        else:
            message = error["msg"].removeprefix("Value error, ")
            lines.append(f"{'.'.join(where)}: {message}" if where else message)
    return "; ".join(dict.fromkeys(lines))
