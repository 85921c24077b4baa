"""What `scene.yaml` of a flight folder may say; every key is optional."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from links2_tasks.errors import SceneError
from links2_tasks.schema import Name, Record

CONFIG_NAME = "scene.yaml"
LOCAL = "local"


class SceneConfig(Record):
    """Content of `scene.yaml`; what it leaves out is found in the folder or has a default."""

    scene_id: Name | None = None
    region: Name | None = None
    dataset: Name | None = None
    licence: Name | None = None
    crs: Name | None = None
    """'local' for metres from an arbitrary origin, else an authority code such as 'EPSG:32643'."""
    video: Name | None = None
    telemetry: Name | None = None
    map: Name | None = None
    map_corners: tuple[float, float, float, float] | None = None
    """West, south, east and north edge of the map image, in `crs`."""
    landmarks: Name | None = None
    land_use: Name | None = None
    roads: Name | None = None
    hfov_deg: Annotated[float, Field(ge=1.0, le=170.0)] | None = None
    """Horizontal field of view of the video."""
    recorded_on: date | None = None
    """Day of the flight, as 2024-05-31."""
    simulated: bool | None = None
    """Whether footage and map are simulated."""

    @field_validator("crs", mode="before")
    @classmethod
    def _authority_code(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return f"EPSG:{value}"
        if isinstance(value, str):
            text = value.strip()
            if text.lower() == LOCAL:
                return LOCAL
            if text.isdigit():
                return f"EPSG:{text}"
            if not (text.upper().startswith("EPSG:") and text[5:].isdigit()):
                raise ValueError(f"crs is 'local' or an EPSG code such as 'EPSG:32643', got '{value}'")
            return text.upper()
        return value

    @model_validator(mode="after")
    def _corners_have_area(self) -> SceneConfig:
        if self.map_corners is not None:
            west, south, east, north = self.map_corners
            if west >= east or south >= north:
                raise ValueError(f"map_corners is [west, south, east, north], got {list(self.map_corners)}")
        return self


def read_config(folder: Path) -> SceneConfig:
    """Read `scene.yaml` of a flight folder; without that file everything is at its default.

    Raises:
        SceneError: the file is not YAML, or holds unknown keys or wrong values.
    """
    path = folder / CONFIG_NAME
    if not path.is_file():
        return SceneConfig()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as fault:
        raise SceneError(f"{path} cannot be read as YAML: {fault}") from fault
    if content is None:
        return SceneConfig()
    if not isinstance(content, dict):
        raise SceneError(f"{path} must hold 'key: value' lines, not a {type(content).__name__}")
    try:
        return SceneConfig.model_validate(content)
    except ValidationError as fault:
        raise SceneError(f"{path}: {_in_words(fault)}") from fault


def _in_words(fault: ValidationError) -> str:
    lines = []
    for error in fault.errors():
        key = ".".join(str(part) for part in error["loc"]) or "the whole file"
        if error["type"] == "extra_forbidden":
            lines.append(f"unknown key '{key}'; the keys are {', '.join(SceneConfig.model_fields)}")
        else:
            lines.append(f"{key}: {error['msg']}")
    return "; ".join(lines)
