"""The legend of a simulated map as GeoJSON: landmarks, land use and roads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from links2_tasks.construction.simulate._city import City

Feature = dict[str, Any]

_SIMPLER_M = 0.25
_PLACES = 2


def landmark_features(city: City, reach: BaseGeometry) -> list[Feature]:
    """The landmarks that touch `reach`."""
    features = []
    for thing in city.things:
        if thing.class_name is None or not thing.outline.intersects(reach):
            continue
        properties: Feature = {"id": thing.thing_id, "class": thing.class_name, "description": thing.description}
        if thing.height_m:
            properties["height_m"] = round(thing.height_m, 2)
        if thing.change is not None:
            properties["change"] = thing.change
        features.append(_feature(thing.outline, properties))
    return features


def land_use_features(city: City) -> list[Feature]:
    """The areas by kind of land use."""
    counts: dict[str, int] = {}
    features = []
    for zone in city.zones:
        counts[zone.use] = counts.get(zone.use, 0) + 1
        properties = {"id": f"{zone.use}_{counts[zone.use]:03d}", "class": zone.use, "description": f"{zone.use} area"}
        features.append(_feature(zone.area.simplify(_SIMPLER_M), properties))
    return features


def road_features(city: City) -> list[Feature]:
    """The centre lines of the roads."""
    features = []
    for number, road in enumerate(city.roads):
        properties = {
            "id": f"road_{number:03d}",
            "class": road.kind,
            "description": f"{road.kind} road",
            "width_m": road.width_m,
        }
        features.append(_feature(road.centre.simplify(_SIMPLER_M), properties))
    return features


def write_features(path: Path, features: list[Feature]) -> None:
    """Write a feature collection, one feature a line."""
    lines = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")


def _feature(shape: BaseGeometry, properties: Feature) -> Feature:
    """A feature with coordinates in centimetres."""
    rounded = shapely.transform(shape, lambda xy: xy.round(_PLACES))
    return {"type": "Feature", "properties": properties, "geometry": mapping(rounded)}
