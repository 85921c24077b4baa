"""Stage 2: flights are cut into clips."""

from __future__ import annotations

from dataclasses import dataclass

from links2_tasks.construction.steps import clip_spans
from links2_tasks.pipeline._flights import FlightFacts
from links2_tasks.pipeline._footage import Footage
from links2_tasks.pipeline._records import Dropped, StageReport, count_reasons
from links2_tasks.pipeline._site import Clock, Job, Site, make_of_flights
from links2_tasks.pipeline._work import Made, rows_text
from links2_tasks.schema import Clip

STAGE = "clips"
LEAST_LISTED_S = 0.5
"""Shorter ends go unmentioned: every video ends somewhere between two tenths of a second."""
BEFORE, AFTER = "the video begins before the telemetry", "the video goes on after the telemetry"
NO_CLIP = "video and telemetry share no time"


@dataclass(frozen=True)
class Clips:
    """The clips of all flights."""

    of_flights: tuple[tuple[Clip, ...], ...]
    """In the order of the flights."""
    digests: tuple[str, ...]
    report: StageReport

    @property
    def all(self) -> tuple[Clip, ...]:
        """One after the other."""
        return tuple(clip for clips in self.of_flights for clip in clips)


@dataclass(frozen=True)
class _Cut:
    facts: FlightFacts
    length_s: float

    def __str__(self) -> str:
        return self.facts.flight


def cut_clips(site: Site, footage: Footage) -> Clips:
    """Cut every flight into parts of about the same length; no file is cut."""
    clock, place, length_s = Clock(), site.stage(STAGE), site.settings.clip_length_s
    jobs = [
        Job(facts.flight, site.made_from(STAGE, footage=digest, length_s=length_s), _Cut(facts, length_s))
        for facts, digest in zip(footage.facts, footage.digests, strict=True)
    ]
    made = make_of_flights(site, STAGE, "cutting clips", jobs, cut)
    of_flights = tuple(tuple(Clip.model_validate(row) for row in one.rows) for one in made.made.values())
    dropped = [each for one in made.made.values() for each in one.dropped]
    report = StageReport(
        stage=STAGE,
        read={"flights": len(jobs)},
        made={"clips": sum(map(len, of_flights))},
        dropped=count_reasons(dropped),
        seconds=clock.seconds,
        kept={"flights": made.n_kept},
    )
    rows = [row for one in made.made.values() for row in one.rows]
    place.write(report, made.sha256, {"clips.jsonl": rows_text(rows)}, dropped)
    return Clips(of_flights, tuple(one.sha256 for one in made.made.values()), report)


def cut(task: _Cut) -> Made:
    """The clips of one flight, and the ends of its video that no telemetry covers."""
    facts = task.facts
    start_s, end_s = facts.shared_s
    clips = [facts.clip(one.clip_id, one.span_s) for one in clip_spans(facts.scene_id, facts.shared_s, task.length_s)]
    dropped = []
    if not clips:
        dropped.append(Dropped("flight", facts.flight, NO_CLIP))
    for first_s, last_s, reason in ((0.0, start_s, BEFORE), (end_s, facts.duration_s, AFTER)):
        if last_s - first_s >= LEAST_LISTED_S:
            dropped.append(Dropped("clip", f"{facts.scene_id} from {first_s:.1f} to {last_s:.1f} s", reason))
    return Made(tuple(clip.model_dump(mode="json") for clip in clips), tuple(dropped))
