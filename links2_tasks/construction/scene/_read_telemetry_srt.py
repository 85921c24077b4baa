"""Telemetry as the subtitles that DJI cameras write beside a video.

Several layouts are in use, and all are read by the names of their values:

* newer (Air 2S, Mini 3, Mavic 3, ...): `[latitude: ..] [longitude: ..] [rel_alt: .. abs_alt: ..]`, on some models
  `[gb_yaw: .. gb_pitch: .. gb_roll: ..]`, `[focal_len: 24.00]` or `[focal_len : 240]` (tenths of a millimetre),
  `[dzoom_ratio: 10000]` (x 1.0); some firmware spells 'longtitude';
* older (Mavic Pro, Phantom 4): `GPS(lon,lat,satellites)` with `BAROMETER:100.0`, `Hb:100.0` or `H 100.00m`. Their four
  decimals are steps of some 10 m;
* enterprise (Phantom 4 RTK, Matrice): `GPS (lon, lat, ..)` or `RTK (..)`, `H 85.80m`, `G.PRY (pitch, roll, yaw)`.
  Some of them write latitude first; then the place of the map tells which number is which.

Air 2, Air 2S and Mavic 2 write a single `[altitude: ..]` above sea level, from which no height above ground follows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from links2_tasks.construction.scene._read_telemetry import Telemetry, TelemetryRow
from links2_tasks.errors import SceneError

MIN_ALTITUDE_M = 2.0
"""Below this height above the take-off point the aircraft counts as standing on the ground."""
FULL_FRAME_WIDTH_MM = 36.0
METRES_PER_DEGREE = 111_320.0

_NUMBER = r"([-+]?\d+(?:\.\d+)?)"
_TIME = re.compile(r"(\d+):(\d\d):(\d\d)[,.](\d{1,3})\s*-->")
_TAG = re.compile(r"<[^>]*>")
_NAMED = re.compile(rf"([A-Za-z_]\w*)\s*:\s*{_NUMBER}")
_GPS = re.compile(rf"\b(?:GPS|RTK)\s*\(\s*{_NUMBER}\s*,\s*{_NUMBER}")
_BAROMETER = re.compile(rf"\b(?:BAROMETER|Hb)\s*[:(=]\s*{_NUMBER}")
_HEIGHT = re.compile(rf"\bH\s*[ =]\s*{_NUMBER}\s*m\b")
_GIMBAL = re.compile(rf"\bG\.PRY\s*\(\s*{_NUMBER}[^,]*,[^,]*,\s*{_NUMBER}")


@dataclass(frozen=True)
class _Cue:
    line: int
    t_s: float
    text: str


def read_telemetry_srt(path: Path, near: tuple[float, float]) -> Telemetry:
    """Read DJI subtitles.

    Times are the starts of the subtitles, which DJI counts from the start of the video. Moments without a position,
    and those on the ground before take-off and after landing, are left out. Heights are above the take-off point, and
    the ground is taken to be as high as it. Without gimbal angles the camera is taken to look straight down.

    Args:
        path: The subtitle file.
        near: Longitude, latitude of a place on the map.

    Raises:
        SceneError: no subtitle holds a position and a height above the take-off point, or the times go back.
    """
    rows: list[TelemetryRow] = []
    n_cues = 0
    for cue in _cues(_text(path)):
        n_cues += 1
        row = _row(cue, near)
        if row is None:
            continue
        if rows and row.t_s < rows[-1].t_s:
            raise SceneError(
                f"{path}:{cue.line}: the subtitle at {cue.t_s:g} s follows one at {rows[-1].t_s:g} s; times must rise"
            )
        if not rows or row.t_s > rows[-1].t_s:
            rows.append(row)
    if not rows:
        raise SceneError(f"{path}: {_why_nothing(path, n_cues, near)}")
    return Telemetry(path, tuple(rows), geographic=True, place_step_m=_place_step_m(rows))


def hfov_of_focal_length(focal_mm: float) -> float:
    """Horizontal field of view in degrees of a 35 mm equivalent focal length.

    The image is taken to be as wide as a 36 mm full frame. Makers often compare diagonals instead; for a 16:9 or 4:3
    video the width is then up to 5 % larger or 4 % smaller. Who knows the true value gives `hfov_deg` in `scene.yaml`.
    """
    return math.degrees(2.0 * math.atan(FULL_FRAME_WIDTH_MM / 2.0 / focal_mm))


def _place_step_m(rows: list[TelemetryRow]) -> float:
    decimals = max(len(repr(value).partition(".")[2]) for row in rows for value in row.place)
    return float(METRES_PER_DEGREE * 10.0**-decimals)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise SceneError(f"{path} cannot be read: {fault}") from fault
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return content.decode(encoding, errors="replace")


def _cues(text: str) -> Iterator[_Cue]:
    current: tuple[int, float] | None = None
    body: list[str] = []
    for line, content in enumerate(text.splitlines(), start=1):
        time = _TIME.search(content)
        if time is None:
            body.append(content)
            continue
        if current is not None:
            yield _Cue(*current, _TAG.sub(" ", " ".join(body)))
        hours, minutes, seconds, fraction = time.groups()
        current = (line, int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000)
        body = []
    if current is not None:
        yield _Cue(*current, _TAG.sub(" ", " ".join(body)))


def _row(cue: _Cue, near: tuple[float, float]) -> TelemetryRow | None:
    named = {name.lower(): value for name, value in _NAMED.findall(cue.text)}
    place, altitude = _place(cue.text, named, near), _altitude(cue.text, named)
    if place is None or altitude is None or altitude < MIN_ALTITUDE_M:
        return None
    gimbal = _GIMBAL.search(cue.text)
    pitch = named.get("gb_pitch", gimbal[1] if gimbal else None)
    yaw = named.get("gb_yaw", gimbal[2] if gimbal else None)
    return TelemetryRow(
        line=cue.line,
        t_s=cue.t_s,
        place=place,
        heading_deg=float(yaw) if yaw is not None else None,
        pitch_deg=float(pitch) if pitch is not None else -90.0,
        altitude_m=altitude,
        hfov_deg=_hfov(named),
    )


def _place(text: str, named: dict[str, str], near: tuple[float, float]) -> tuple[float, float] | None:
    lon, lat = named.get("longitude", named.get("longtitude")), named.get("latitude")
    if lon is not None and lat is not None:
        return _fix(float(lon), float(lat))
    found = _GPS.search(text)
    if found is None:
        return None
    first, second = float(found[1]), float(found[2])
    orders = [place for place in (_fix(first, second), _fix(second, first)) if place is not None]
    return min(orders, key=lambda place: math.dist(place, near), default=None)


def _fix(lon: float, lat: float) -> tuple[float, float] | None:
    """The place, or None where there is none; receivers without a fix write 0, 0."""
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 and (lon, lat) != (0.0, 0.0) else None


def _altitude(text: str, named: dict[str, str]) -> float | None:
    if "rel_alt" in named:
        return float(named["rel_alt"])
    found = _BAROMETER.search(text) or _HEIGHT.search(text)
    return float(found[1]) if found else None


def _hfov(named: dict[str, str]) -> float | None:
    text = named.get("focal_len")
    if text is None or float(text) <= 0:
        return None
    # Without a decimal point the number is in tenths of a millimetre; no lens of these cameras is below 18 mm.
    focal_mm = float(text) / 10 if "." not in text and float(text) >= 180 else float(text)
    zoom = float(named.get("dzoom_ratio", "1"))
    zoom = zoom / 10_000 if zoom >= 100 else zoom
    return hfov_of_focal_length(focal_mm * max(zoom, 1.0))


def _why_nothing(path: Path, n_cues: int, near: tuple[float, float]) -> str:
    if n_cues == 0:
        return "no subtitle with a time ('00:00:01,000 --> 00:00:02,000') was found; is it a DJI .SRT file?"
    cues = list(_cues(_text(path)))
    placed = [cue for cue in cues if _place(cue.text, dict(_NAMED.findall(cue.text.lower())), near) is not None]
    wanted = "[latitude: ..] [longitude: ..], GPS(lon,lat,..) or RTK (lon, lat, ..)"
    if not placed:
        return f"none of the {n_cues} subtitles holds a position; looked for {wanted}"
    return (
        f"none of the {n_cues} subtitles holds a height of {MIN_ALTITUDE_M:g} m or more above the take-off point; looked for "
        "[rel_alt: ..], BAROMETER:.. and H ..m. A height above sea level alone gives no footprint: write the flight as "
        "telemetry.csv with a column alt_m"
    )
