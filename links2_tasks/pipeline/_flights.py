"""Flights as stages pass them on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from links2_tasks.construction.scene import Georeference, Scene, read_scene
from links2_tasks.construction.steps import FlightNames
from links2_tasks.schema import Clip, FileFacts, Record, Source


@dataclass(frozen=True)
class FlightJob:
    """How a flight is read."""

    flight: str
    """Its folder, relative to that of the build; '.' for that itself."""
    folder: Path
    maps: Path
    """Where maps are written that must be written anew."""
    region: str | None
    licence: str | None
    state: str
    """Digest of its files, so that a scene that was read before they changed is not taken for it."""

    def __str__(self) -> str:
        """What errors call it."""
        return self.flight if self.flight != "." else self.folder.name


@lru_cache(maxsize=1)
def scene_of(job: FlightJob) -> Scene:
    """The scene of a flight; the last one is remembered, for stages that follow one another."""
    return read_scene(job.folder, region=job.region, licence=job.licence, work=job.maps)


class MapPlace(Record):
    """Where a map lies."""

    crs: str
    west_m: float
    north_m: float
    gsd_m: float
    width_px: int
    height_px: int


class FlightFacts(Record):
    """What is known of a flight whose footage can be used."""

    flight: str
    scene_id: str
    region: str
    source: Source
    recorded_on: date | None
    simulated: bool | None
    video: str
    """Path in the dataset."""
    width_px: int
    height_px: int
    fps: float
    n_frames: int
    duration_s: float
    shared_s: tuple[float, float]
    """From when to when both video and telemetry last."""
    map: str
    """Path in the dataset."""
    map_place: MapPlace
    n_landmarks: int
    n_land_use: int
    n_roads: int
    media: dict[str, FileFacts]
    """The video and the map, by their paths in the dataset."""
    files: dict[str, FileFacts]
    """The files that it was read from, by their paths relative to its folder."""

    @property
    def names(self) -> FlightNames:
        """Names of its files in the dataset."""
        place = self.map_place
        reference = Georeference(place.west_m, place.north_m, place.gsd_m, place.width_px, place.height_px, place.crs)
        return FlightNames(self.scene_id, self.region, self.video, self.map, self.media[self.map].sha256, reference)

    def clip(self, clip_id: str, span_s: tuple[float, float]) -> Clip:
        """A clip of it."""
        return Clip(
            clip_id=clip_id,
            video=self.video,
            span_s=span_s,
            width_px=self.width_px,
            height_px=self.height_px,
            fps=self.fps,
            region=self.region,
            source=self.source,
            recorded_on=self.recorded_on,
        )
