"""Stage 3: what is known of each clip without looking at a pixel. No later stage hangs on it: it is for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from links2_tasks.construction.scene import Landmark, Scene, VisibleSpan, visible_spans
from links2_tasks.construction.steps import ClipView
from links2_tasks.pipeline._clip_stage import Clips
from links2_tasks.pipeline._flights import FlightJob, scene_of
from links2_tasks.pipeline._footage import Footage
from links2_tasks.pipeline._records import StageReport
from links2_tasks.pipeline._site import Clock, Job, Site, make_of_flights
from links2_tasks.pipeline._work import Made, rows_text
from links2_tasks.schema import Point, Record

STAGE = "facts"
EVERY_S = 1.0


class PoseFact(Record):
    """The camera at one moment; metres are those of the map."""

    t_s: float
    east_m: float
    north_m: float
    altitude_m: float
    heading_deg: float
    pitch_deg: float


class LandmarkFact(Record):
    """A landmark of which at least half comes into the image."""

    landmark_id: str
    class_name: str
    description: str
    change: str | None
    seen_s: tuple[tuple[float, float], ...]
    """From when to when, within the clip."""
    best_time_s: float


class ClipFacts(Record):
    """What is known of one clip."""

    clip_id: str
    span_s: tuple[float, float]
    reach_m: float
    """Typical diagonal of the ground in view."""
    headings_deg: tuple[float, float]
    """The smallest arc, clockwise, that holds all directions that the top of the image pointed to."""
    flown_m: float
    seen_m2: float
    """Ground that came into view."""
    middle_view_m: tuple[Point, ...]
    """Corners of the ground in view at half time, from the image's top left clockwise."""
    land_use: dict[str, float]
    """Share of the ground in view by kind."""
    track: tuple[PoseFact, ...]
    landmarks: tuple[LandmarkFact, ...]


@dataclass(frozen=True)
class ClipsJob:
    """The clips of a flight."""

    job: FlightJob
    clips: tuple[tuple[str, tuple[float, float]], ...]
    """Id and span of each."""

    def __str__(self) -> str:
        return str(self.job)

    def views(self) -> list[ClipView]:
        """The clips with their scene."""
        scene = scene_of(self.job)
        return [ClipView(scene, clip_id, span_s) for clip_id, span_s in self.clips]


def clips_jobs(footage: Footage, clips: Clips) -> tuple[ClipsJob, ...]:
    """The clips of each flight, in their order."""
    return tuple(
        ClipsJob(job, tuple((clip.clip_id, clip.span_s) for clip in own))
        for job, own in zip(footage.jobs, clips.of_flights, strict=True)
    )


def state_facts(site: Site, footage: Footage, clips: Clips) -> StageReport:
    """Write down what is known of each clip."""
    clock, place = Clock(), site.stage(STAGE)
    jobs = [
        Job(job.job.flight, site.made_from(STAGE, footage=footage_sha256, clips=clips_sha256), job)
        for job, footage_sha256, clips_sha256 in zip(
            clips_jobs(footage, clips), footage.digests, clips.digests, strict=True
        )
    ]
    made = make_of_flights(site, STAGE, "stating the facts of clips", jobs, facts_of)
    rows = [row for one in made.made.values() for row in one.rows]
    report = StageReport(
        stage=STAGE,
        read={"clips": len(clips.all)},
        made={"clips": len(rows)},
        dropped={},
        seconds=clock.seconds,
        kept={"flights": made.n_kept},
    )
    place.write(report, made.sha256, {"facts.jsonl": rows_text(rows)}, ())
    return report


def facts_of(task: ClipsJob) -> Made:
    """Facts of each clip of a flight."""
    clips = task.views()
    if not clips:
        return Made(())
    scene = clips[0].scene
    seen = {landmark: spans for landmark in scene.landmarks if (spans := _spans(scene, landmark, clips))}
    return Made(tuple(_facts(clip, seen).model_dump(mode="json") for clip in clips))


def _spans(scene: Scene, landmark: Landmark, clips: Sequence[ClipView]) -> tuple[VisibleSpan, ...]:
    if not any(landmark.outline.intersects(clip.seen_ground) for clip in clips):
        return ()
    return visible_spans(scene, landmark)


def _facts(clip: ClipView, seen: dict[Landmark, tuple[VisibleSpan, ...]]) -> ClipFacts:
    scene, (start_s, end_s) = clip.scene, clip.span_s
    times = np.arange(start_s, end_s + 1e-9, EVERY_S)
    poses = [scene.pose_at(float(t)) for t in times]
    track = np.array([pose.position[:2] for pose in (scene.pose_at(float(t)) for t in clip.sample_times_s)])
    middle = scene.footprint((start_s + end_s) / 2).exterior.coords[:4]
    return ClipFacts(
        clip_id=clip.clip_id,
        span_s=clip.span_s,
        reach_m=round(clip.reach_m, 1),
        headings_deg=_arc([scene.pose_at(float(t)).heading_deg for t in clip.sample_times_s]),
        flown_m=round(float(np.hypot(*np.diff(track, axis=0).T).sum()), 1),
        seen_m2=round(float(clip.seen_ground.area)),
        middle_view_m=tuple((round(x, 1), round(y, 1)) for x, y in middle),
        land_use=_land_use(clip),
        track=tuple(
            PoseFact(
                t_s=round(pose.t_s, 2),
                east_m=round(pose.east_m, 2),
                north_m=round(pose.north_m, 2),
                altitude_m=round(pose.altitude_m, 2),
                heading_deg=round(pose.heading_deg, 1),
                pitch_deg=round(pose.pitch_deg, 1),
            )
            for pose in poses
        ),
        landmarks=tuple(fact for landmark, spans in seen.items() if (fact := _landmark(clip, landmark, spans))),
    )


def _landmark(clip: ClipView, landmark: Landmark, spans: Sequence[VisibleSpan]) -> LandmarkFact | None:
    start_s, end_s = clip.span_s
    inside = [span for span in spans if span.start_s <= end_s and span.end_s >= start_s]
    if not inside:
        return None
    best = min(inside, key=lambda span: abs(span.best_time_s - (start_s + end_s) / 2)).best_time_s
    return LandmarkFact(
        landmark_id=landmark.landmark_id,
        class_name=landmark.class_name,
        description=landmark.description,
        change=landmark.change,
        seen_s=tuple((round(max(span.start_s, start_s), 1), round(min(span.end_s, end_s), 1)) for span in inside),
        best_time_s=round(min(max(best, start_s), end_s), 1),
    )


def _land_use(clip: ClipView) -> dict[str, float]:
    shares: dict[str, float] = {}
    for area in clip.scene.land_use:
        share = float(area.outline.intersection(clip.seen_ground).area / clip.seen_ground.area)
        if share > 0:
            shares[area.class_name] = shares.get(area.class_name, 0.0) + share
    return {kind: round(share, 3) for kind, share in sorted(shares.items(), key=lambda one: (-one[1], one[0]))}


def _arc(headings_deg: Sequence[float]) -> tuple[float, float]:
    """The smallest arc that holds all directions: the circle without the widest gap between neighbours."""
    around = np.sort(np.asarray(headings_deg) % 360.0)
    gaps = np.diff(np.append(around, around[0] + 360.0))
    widest = int(np.argmax(gaps))
    return round(float(around[(widest + 1) % len(around)]), 1), round(float(around[widest]), 1)
