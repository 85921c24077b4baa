"""Cut flights into clips: parts of a video file that questions are asked about. No file is cut."""

from __future__ import annotations

from dataclasses import dataclass

from links2_tasks.construction.scene import Scene
from links2_tasks.construction.writers import ClipView, video_path
from links2_tasks.schema import Clip

CLIP_LENGTH_S = 12.0


@dataclass(frozen=True)
class ClipSpan:
    """Where a clip of a flight lies, and what it is called."""

    clip_id: str
    span_s: tuple[float, float]


def clips_of(scene: Scene, length_s: float = CLIP_LENGTH_S) -> tuple[ClipView, ...]:
    """Equal parts of the time that both video and telemetry cover, each about `length_s` long."""
    spans = clip_spans(scene.scene_id, shared_time_s(scene), length_s)
    return tuple(ClipView(scene, one.clip_id, one.span_s) for one in spans)


def clip_spans(scene_id: str, shared_s: tuple[float, float], length_s: float = CLIP_LENGTH_S) -> tuple[ClipSpan, ...]:
    """Equal parts of a time from start to end, each about `length_s` long, at tenths of a second."""
    start_s, end_s = shared_s
    parts = max(1, round((end_s - start_s) / length_s))
    edges = [round(start_s + i * (end_s - start_s) / parts, 1) for i in range(parts + 1)]
    edges[-1] = int(end_s * 10) / 10
    return tuple(
        ClipSpan(f"{scene_id}_{i + 1:02d}", (edges[i], edges[i + 1])) for i in range(parts) if edges[i + 1] > edges[i]
    )


def shared_time_s(scene: Scene) -> tuple[float, float]:
    """From when to when both video and telemetry last; the end lies before the start where they share no time."""
    return max(0.0, scene.track.start_s), min(scene.track.end_s, scene.video.duration_s - 0.5 / scene.video.fps)


def clip_record(clip: ClipView) -> Clip:
    """What `dataset.json` says of a clip."""
    scene = clip.scene
    return Clip(
        clip_id=clip.clip_id,
        video=video_path(scene),
        span_s=clip.span_s,
        width_px=scene.video.width_px,
        height_px=scene.video.height_px,
        fps=scene.video.fps,
        region=scene.region,
        source=scene.source,
        recorded_on=scene.recorded_on,
    )
