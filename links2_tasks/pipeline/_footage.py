"""Stage 1: is the footage complete, does it fit together, and can its video be decoded?"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from links2_tasks._files import UNFINISHED
from links2_tasks.construction.scene import Scene, find_flights, footage_files
from links2_tasks.construction.steps import check_names, names_of, shared_time_s
from links2_tasks.errors import DataError, MediaError, SceneError, UnsafePathError
from links2_tasks.media import FramePlan, file_sha256, load_frames, probe_video
from links2_tasks.pipeline._flights import FlightFacts, FlightJob, MapPlace, scene_of
from links2_tasks.pipeline._records import Dropped, StageReport, count_reasons
from links2_tasks.pipeline._site import Clock, Job, Site, make_of_flights
from links2_tasks.pipeline._work import Made, rows_text
from links2_tasks.schema import FileFacts

STAGE = "footage"
MEDIA, MAPS = "media", "maps"
UNUSABLE = "its files cannot be read or do not fit together"
UNDECODABLE = "its video cannot be decoded"


@dataclass(frozen=True)
class Footage:
    """The flights that can be used."""

    jobs: tuple[FlightJob, ...]
    facts: tuple[FlightFacts, ...]
    """In the order of the jobs."""
    digests: tuple[str, ...]
    """What later stages depend on, flight by flight."""
    media: Path
    """Folder that media paths of the dataset are relative to."""
    report: StageReport


@dataclass(frozen=True)
class _Look:
    """What the look at a flight is given."""

    job: FlightJob
    media: Path

    def __str__(self) -> str:
        return str(self.job)


def look_at_footage(site: Site) -> Footage:
    """Look at every flight below the build's folder.

    Raises:
        SceneError: there is no flight, none can be used, or two have names or maps that exclude one another.
        MissingExtraError: a map needs rasterio or pyproj, which are not installed.
    """
    clock, place = Clock(), site.stage(STAGE)
    media = place.path / MEDIA
    folders = find_flights(site.folder)
    jobs = [_job(site, folder, place.path / MAPS) for folder in folders]
    made = make_of_flights(
        site,
        STAGE,
        "checking the footage",
        [Job(job.flight, job.state, _Look(job, media)) for job in jobs],
        look,
        holds=lambda one: _has_media(one, media),
    )
    dropped = [each for one in made.made.values() for each in one.dropped]
    usable = [job for job in jobs if made.made[job.flight].rows]
    facts = tuple(FlightFacts.model_validate(made.made[job.flight].rows[0]) for job in usable)
    if not facts:
        raise SceneError(_none_left(site.folder, dropped))
    check_names([one.names for one in facts])
    report = StageReport(
        stage=STAGE,
        read={"flights": len(jobs)},
        made={"flights": len(facts)},
        dropped=count_reasons(dropped),
        seconds=clock.seconds,
        kept={"flights": made.n_kept},
    )
    rows = [one.model_dump(mode="json") for one in facts]
    place.write(report, made.sha256, {"flights.jsonl": rows_text(rows)}, dropped)
    return Footage(tuple(usable), facts, tuple(made.made[job.flight].sha256 for job in usable), media, report)


def look(task: _Look) -> Made:
    """Read a flight, decode a first, a middle and a last frame, and lay its media where the dataset will have them."""
    try:
        scene = scene_of(task.job)
    except (SceneError, UnsafePathError, MediaError, DataError, OSError) as error:
        return _refused(task, UNUSABLE, error)
    try:
        info = probe_video(scene.video.path)
        ends = (0.0, info.duration_s / 2, info.time_s(info.n_frames - 1))
        load_frames(scene.video.path, FramePlan.at_times(info, ends))
    except (MediaError, OSError) as error:
        return _refused(task, UNDECODABLE, error)
    return Made((_facts(task, scene).model_dump(mode="json"),))


def _refused(task: _Look, reason: str, error: Exception) -> Made:
    return Made((), (Dropped("flight", str(task), reason, " ".join(str(error).split())),))


def _facts(task: _Look, scene: Scene) -> FlightFacts:
    names, place = names_of(scene), scene.map.georeference
    media = {names.video: scene.video.path, names.map: scene.map.path}
    for path, source in media.items():
        _lay(source, task.media / path)
    files = footage_files(task.job.folder)
    return FlightFacts(
        flight=task.job.flight,
        scene_id=scene.scene_id,
        region=scene.region,
        source=scene.source,
        recorded_on=scene.recorded_on,
        simulated=scene.simulated,
        video=names.video,
        width_px=scene.video.width_px,
        height_px=scene.video.height_px,
        fps=scene.video.fps,
        n_frames=scene.video.n_frames,
        duration_s=scene.video.duration_s,
        shared_s=shared_time_s(scene),
        map=names.map,
        map_place=MapPlace(
            crs=place.crs,
            west_m=place.west_m,
            north_m=place.north_m,
            gsd_m=place.gsd_m,
            width_px=place.width_px,
            height_px=place.height_px,
        ),
        n_landmarks=len(scene.landmarks),
        n_land_use=len(scene.land_use),
        n_roads=len(scene.roads),
        media={path: _file_facts(source) for path, source in media.items()},
        files={Path(os.path.relpath(path, task.job.folder)).as_posix(): _file_facts(path) for path in files},
    )


def _file_facts(path: Path) -> FileFacts:
    return FileFacts(bytes=path.stat().st_size, sha256=file_sha256(path))


def _lay(source: Path, target: Path) -> None:
    """The same file under another name, or a copy where the file system has no second names."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f"{UNFINISHED}{secrets.token_hex(4)}-{target.name}")
    try:
        try:
            os.link(source.resolve(), beside)
        except OSError:
            shutil.copy2(source, beside)
        os.replace(beside, target)
    finally:
        # Two names of one file are not replaced by one another.
        beside.unlink(missing_ok=True)


def _has_media(made: Made, media: Path) -> bool:
    return all(
        (media / path).is_file() and file_sha256(media / path) == facts["sha256"]
        for row in made.rows
        for path, facts in row["media"].items()
    )


def _job(site: Site, folder: Path, maps: Path) -> FlightJob:
    settings = site.settings
    state = site.made_from(STAGE, files=_states(folder), region=settings.region, licence=settings.licence)
    flight = folder.relative_to(site.folder).as_posix()
    return FlightJob(flight, folder, maps, settings.region, settings.licence, state)


def _states(folder: Path) -> list[tuple[str, int, int]]:
    """Files of a flight with their sizes and times of change, which tell without reading whether one has changed."""
    paths: Iterable[Path] = footage_files(folder)
    facts = ((path, path.stat()) for path in paths)
    return [(os.path.relpath(path, folder), stat.st_size, stat.st_mtime_ns) for path, stat in facts]


def _none_left(folder: Path, dropped: Sequence[Dropped]) -> str:
    if len(dropped) == 1:
        return dropped[0].detail
    told = "; ".join(f"{one.item}: {one.detail}" for one in dropped[:3])
    more = f"; and {len(dropped) - 3} more" if len(dropped) > 3 else ""
    return f"None of the {len(dropped)} flights in {folder} can be used. {told}{more}"
