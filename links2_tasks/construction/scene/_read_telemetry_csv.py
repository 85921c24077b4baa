"""Telemetry as a table: one row per pose, one column per quantity."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from links2_tasks.construction.scene._config import LOCAL
from links2_tasks.construction.scene._read_telemetry import Telemetry, TelemetryRow
from links2_tasks.errors import SceneError

ACCEPTED = (
    "t_s; lat, lon (or east_m, north_m); heading_deg (or heading); gsd_m_per_px, or alt_m with hfov_deg here or in scene.yaml; "
    "optional pitch_deg (-90: straight down)"
)
ALIASES = {"heading": "heading_deg"}


@dataclass(frozen=True)
class _Limits:
    """Values that a column may hold."""

    least: float = -math.inf
    most: float = math.inf
    above: float = -math.inf

    def __str__(self) -> str:
        if self.above > -math.inf:
            return f"above {self.above:g}"
        return f"from {self.least:g} to {self.most:g}"

    def allow(self, value: float) -> bool:
        return self.least <= value <= self.most and value > self.above


_LIMITS = {
    "t_s": _Limits(least=0.0),
    "lat": _Limits(-90.0, 90.0),
    "lon": _Limits(-180.0, 180.0),
    "east_m": _Limits(),
    "north_m": _Limits(),
    "heading_deg": _Limits(-360.0, 360.0),
    "gsd_m_per_px": _Limits(above=0.0),
    "alt_m": _Limits(above=0.0),
    "hfov_deg": _Limits(1.0, 170.0),
    "pitch_deg": _Limits(-91.0, 0.0),
}


def read_telemetry_csv(path: Path, crs: str) -> Telemetry:
    """Read a telemetry table; columns that are not known are left out.

    Args:
        path: CSV file with a header line.
        crs: Coordinate system of the map. For 'local', and where the table has no lat and lon, places are read from
            east_m and north_m, in metres on the map.

    Raises:
        SceneError: a column is missing, or a row holds a value that cannot be; the message names file and line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.reader(lines)
            columns = _columns(path, next(table, []))
            x, y = _place_columns(path, columns, crs)
            rows = tuple(_rows(path, table, columns, (x, y)))
    except (UnicodeDecodeError, csv.Error, OSError) as fault:
        raise SceneError(f"{path} cannot be read as CSV text: {fault}") from fault
    if not rows:
        raise SceneError(f"{path} holds a header but no row")
    return Telemetry(path, rows, geographic=x == "lon")


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    names = [ALIASES.get(name, name) for name in names]
    columns = {name: index for index, name in enumerate(names) if name in _LIMITS}
    twice = sorted({name for name in columns if names.count(name) > 1})
    if twice:
        raise SceneError(f"{path}:1: the column {', '.join(twice)} is given twice")
    wanted = [name for name in ("t_s", "heading_deg") if name not in columns]
    if "gsd_m_per_px" not in columns and "alt_m" not in columns:
        wanted.append("gsd_m_per_px or alt_m")
    if wanted:
        hint = "; columns are separated by commas" if len(names) == 1 else ""
        raise SceneError(
            f"{path}:1: no column {', '.join(wanted)}; found {', '.join(names) or 'nothing'}{hint}. Columns: {ACCEPTED}"
        )
    return columns


def _place_columns(path: Path, columns: Mapping[str, int], crs: str) -> tuple[str, str]:
    if crs != LOCAL and {"lat", "lon"} <= columns.keys():
        return "lon", "lat"
    if {"east_m", "north_m"} <= columns.keys():
        return "east_m", "north_m"
    if crs == LOCAL:
        raise SceneError(
            f"{path}:1: the map is in local metres, so the columns east_m and north_m are needed. Columns: {ACCEPTED}"
        )
    raise SceneError(f"{path}:1: no columns lat and lon (or east_m and north_m). Columns: {ACCEPTED}")


def _rows(
    path: Path, table: Iterator[list[str]], columns: Mapping[str, int], place: tuple[str, str]
) -> Iterator[TelemetryRow]:
    used = {
        name: index
        for name, index in columns.items()
        if name in place or name not in ("lat", "lon", "east_m", "north_m")
    }
    before = -math.inf
    # csv.reader counts the lines that it has read, so a quoted line break does not shift the numbers.
    for cells in table:
        line = getattr(table, "line_num", 0)
        if not any(cell.strip() for cell in cells):
            continue
        values = {name: _value(f"{path}:{line}", name, cells, index) for name, index in used.items()}
        if values["t_s"] <= before:
            raise SceneError(
                f"{path}:{line}: t_s {values['t_s']:g} does not come after {before:g} in the row before; times must rise"
            )
        before = values["t_s"]
        yield TelemetryRow(
            line=line,
            t_s=values["t_s"],
            place=(values[place[0]], values[place[1]]),
            heading_deg=values["heading_deg"],
            pitch_deg=values.get("pitch_deg", -90.0),
            altitude_m=values.get("alt_m"),
            gsd_m=values.get("gsd_m_per_px"),
            hfov_deg=values.get("hfov_deg"),
        )


def _value(where: str, name: str, cells: list[str], index: int) -> float:
    text = cells[index].strip() if index < len(cells) else ""
    if not text:
        raise SceneError(f"{where}: {name} is empty; leave rows without a pose out")
    try:
        value = float(text)
    except ValueError as fault:
        raise SceneError(f"{where}: {name} is '{text}', not a number") from fault
    if not math.isfinite(value):
        raise SceneError(f"{where}: {name} is {text}; leave rows without a pose out")
    if not _LIMITS[name].allow(value):
        raise SceneError(f"{where}: {name} is {text}, but must be {_LIMITS[name]}")
    return value
