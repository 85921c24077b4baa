"""Landmarks, areas of land use and roads from GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import shapely
from pydantic import ConfigDict, Field, ValidationError
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from links2_tasks.construction.scene._coordinates import Coordinates, LocalCoordinates
from links2_tasks.construction.scene._scene import Landmark
from links2_tasks.errors import SceneError
from links2_tasks.schema import Name, Record

POINT_RADIUS_M = 2.0
"""A landmark that is given as a point stands for a disc of this radius."""
_WGS84_NAMES = ("CRS84", "4326")


class LandmarkProperties(Record):
    """Properties of a GeoJSON feature; others are refused, so that a misspelt one is no silent default."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: Name
    class_name: Annotated[str, Field(min_length=1, alias="class")]
    description: str
    height_m: Annotated[float, Field(ge=0)] | None = None
    change: Literal["added", "removed"] | None = None


@dataclass(frozen=True)
class _Feature:
    where: str
    properties: Mapping[str, Any]
    geometry: BaseGeometry


def read_landmarks(path: Path, coordinates: Coordinates) -> tuple[Landmark, ...]:
    """Read polygons, multipolygons and points with the properties id, class, description, height_m and change.

    Outlines that cross themselves are repaired. Landmarks outside the map are kept.

    Args:
        path: GeoJSON feature collection: longitude, latitude, or metres where the map is local.
        coordinates: From the file's coordinates to map metres.

    Raises:
        SceneError: the file, a property or a geometry is wrong, or an id is given twice; the message names the feature.
    """
    landmarks: dict[str, Landmark] = {}
    for feature in _features(path, coordinates):
        properties = _properties(feature)
        if properties.id in landmarks:
            raise SceneError(f"{feature.where}: the id '{properties.id}' is given twice")
        landmarks[properties.id] = Landmark(
            landmark_id=properties.id,
            class_name=properties.class_name,
            description=properties.description,
            outline=_outline(feature),
            height_m=properties.height_m or 0.0,
            change=properties.change,
        )
    return tuple(landmarks.values())


def read_land_use(path: Path, coordinates: Coordinates) -> tuple[Landmark, ...]:
    """Read areas of land use: features like those of landmarks, whose class is the kind of use.

    Raises:
        SceneError: as for landmarks, or a feature is a point.
    """
    areas = read_landmarks(path, coordinates)
    for area in areas:
        if area.outline.area <= np.pi * POINT_RADIUS_M**2:
            raise SceneError(
                f"{path}: the land use '{area.landmark_id}' covers {area.outline.area:.1f} m2; areas are polygons"
            )
    return areas


def read_roads(path: Path, coordinates: Coordinates) -> tuple[LineString, ...]:
    """Read centre lines of roads: lines and multilines with any properties.

    Raises:
        SceneError: the file or a geometry is wrong.
    """
    roads: list[LineString] = []
    for feature in _features(path, coordinates):
        if feature.geometry.geom_type not in ("LineString", "MultiLineString"):
            raise SceneError(
                f"{feature.where}: a road is a LineString or MultiLineString, not a {feature.geometry.geom_type}"
            )
        roads += [line for line in shapely.get_parts(feature.geometry) if line.length > 0]
    return tuple(roads)


def _features(path: Path, coordinates: Coordinates) -> Iterator[_Feature]:
    content = _json(path)
    if content.get("type") != "FeatureCollection" or not isinstance(content.get("features"), list):
        raise SceneError(f"{path} must be a GeoJSON FeatureCollection, but its type is '{content.get('type')}'")
    is_local = isinstance(coordinates, LocalCoordinates)
    if not is_local:
        _refuse_other_crs(path, content)
    for index, feature in enumerate(content["features"]):
        where = f"{path}: feature {index}"
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(feature, dict) or not isinstance(properties, dict | None):
            raise SceneError(f"{where} is not a GeoJSON feature with properties")
        given = _geometry(where, feature.get("geometry"))
        if not is_local:
            _refuse_no_degrees(where, given)
        yield _Feature(where, properties or {}, shapely.transform(given, coordinates.to_metres))


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, OSError, RecursionError) as fault:
        raise SceneError(f"{path} cannot be read as JSON: {fault}") from fault
    if not isinstance(content, dict):
        raise SceneError(f"{path} must be a GeoJSON FeatureCollection, not a {type(content).__name__}")
    return content


def _refuse_other_crs(path: Path, content: Mapping[str, Any]) -> None:
    """GeoJSON is in longitude and latitude; some programs still write another system and say so in `crs`."""
    member = content.get("crs")
    properties = member.get("properties") if isinstance(member, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if name and not name.endswith(_WGS84_NAMES):
        raise SceneError(f"{path} is in {name}; export it in longitude and latitude (EPSG:4326), as GeoJSON asks")


def _geometry(where: str, given: Any) -> BaseGeometry:
    if not isinstance(given, dict):
        raise SceneError(f"{where} has no geometry")
    try:
        geometry = shapely.from_geojson(json.dumps(given))
    except (shapely.errors.ShapelyError, ValueError) as fault:
        raise SceneError(f"{where}: the geometry of type '{given.get('type')}' cannot be read: {fault}") from fault
    if geometry is None or geometry.is_empty:
        raise SceneError(f"{where} has an empty geometry")
    flat: BaseGeometry = shapely.force_2d(geometry)
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        raise SceneError(f"{where} has a coordinate that is not finite")
    return flat


def _refuse_no_degrees(where: str, geometry: BaseGeometry) -> None:
    west, south, east, north = geometry.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise SceneError(
            f"{where} reaches from ({west:g}, {south:g}) to ({east:g}, {north:g}), which is no longitude, latitude; "
            "export it in EPSG:4326, longitude first"
        )


def _properties(feature: _Feature) -> LandmarkProperties:
    try:
        return LandmarkProperties.model_validate(dict(feature.properties))
    except ValidationError as fault:
        words = []
        for error in fault.errors():
            key = ".".join(str(part) for part in error["loc"])
            words.append(
                f"unknown property '{key}'" if error["type"] == "extra_forbidden" else f"{key}: {error['msg']}"
            )
        raise SceneError(
            f"{feature.where}: {'; '.join(words)}. Properties: id, class, description, optional height_m, change (added | removed)"
        ) from fault


def _outline(feature: _Feature) -> BaseGeometry:
    geometry = feature.geometry
    if geometry.geom_type == "Point":
        return geometry.buffer(POINT_RADIUS_M)
    if not isinstance(geometry, Polygon | MultiPolygon):
        raise SceneError(f"{feature.where}: a landmark is a Polygon, MultiPolygon or Point, not a {geometry.geom_type}")
    parts = shapely.get_parts(shapely.make_valid(geometry), return_index=False)
    areas = [part for part in shapely.get_parts(parts) if isinstance(part, Polygon) and part.area > 0]
    if not areas:
        raise SceneError(f"{feature.where}: the outline covers no area")
    return areas[0] if len(areas) == 1 else shapely.union_all(areas)
