"""Cut flights into clips: parts of a video file that questions are asked about. No file is cut."""

from __future__ import annotations

from links2_tasks.construction.scene import Scene
from links2_tasks.construction.writers import ClipView, video_path
from links2_tasks.schema import Clip

CLIP_LENGTH_S = 12.0


def clips_of(scene: Scene, length_s: float = CLIP_LENGTH_S) -> tuple[ClipView, ...]:
    """Equal parts of the time that both video and telemetry cover, each about `length_s` long."""
    start_s, end_s = shared_time_s(scene)
    parts = max(1, round((end_s - start_s) / length_s))
    edges = [round(start_s + i * (end_s - start_s) / parts, 1) for i in range(parts + 1)]
    edges[-1] = int(end_s * 10) / 10
    return tuple(
        ClipView(scene, f"{scene.scene_id}_{i + 1:02d}", (edges[i], edges[i + 1]))
        for i in range(parts)
        if edges[i + 1] > edges[i]
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
