"""Ways from a video file to the frames of a plan, each in the words of its own library, and the least that is needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

Decode = Callable[[Path, Sequence[int]], "np.ndarray | None"]
"""From a file and rising frame indices to frames (T, H, W, 3) uint8 RGB of the file's size."""

OURS, OURS_TORCHCODEC = "links2", "links2, by torchcodec"
SEQUENTIAL, SEEKING = "PyAV, sequential", "PyAV, a seek a frame"
DECORD, TORCHCODEC, TORCHCODEC_ALL = "decord", "torchcodec", "torchcodec, all cores"
LIMIT = "groups alone"


def links2(decoder: str) -> Decode:
    """This package, whose frames are then in no cache."""
    os.environ["LINKS2_DECODER"] = decoder
    from links2_tasks.media import FramePlan, decoder_version, load_frames

    def decode(path: Path, indices: Sequence[int]) -> np.ndarray:
        plan = FramePlan(rule="benchmark", n=len(indices), indices=tuple(indices), times_s=tuple(map(float, indices)))
        return load_frames(path, plan)[0]

    decoder_version()  # torchcodec is tried now, before the clock starts.
    return decode


def pyav_sequential() -> Decode:
    """Everything up to the last planned frame."""
    import av

    def decode(path: Path, indices: Sequence[int]) -> np.ndarray:
        wanted, frames = set(indices), []
        with av.open(str(path)) as container:
            for number, frame in enumerate(container.decode(video=0)):
                if number in wanted:
                    frames.append(frame.to_ndarray(format="rgb24"))
                if number >= indices[-1]:
                    break
        return np.stack(frames)

    return decode


def pyav_seeking() -> Decode:
    """A seek before each planned frame, and everything from the keyframe there to the frame."""
    import av

    def decode(path: Path, indices: Sequence[int]) -> np.ndarray:
        frames = []
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            tick = 1 / (Fraction(stream.average_rate) * stream.time_base)
            for index in indices:
                stamp = (stream.start_time or 0) + round(index * tick)
                container.seek(stamp, stream=stream)
                frame = next(frame for frame in container.decode(stream) if frame.pts >= stamp)
                frames.append(frame.to_ndarray(format="rgb24"))
        return np.stack(frames)

    return decode


def decord() -> Decode:
    """Its own batch, with as many threads as it likes."""
    from decord import VideoReader

    return lambda path, indices: VideoReader(str(path)).get_batch(list(indices)).asnumpy()


def torchcodec(n_threads: int) -> Decode:
    """Its own batch; 0 threads leave the number to FFmpeg."""
    from torchcodec.decoders import VideoDecoder

    def decode(path: Path, indices: Sequence[int]) -> np.ndarray:
        reader = VideoDecoder(str(path), dimension_order="NHWC", num_ffmpeg_threads=n_threads)
        return reader.get_frames_at(list(indices)).data.numpy()

    return decode


def groups_alone() -> Decode:
    """All frames from each needed keyframe to the last planned frame after it; nothing is kept nor turned into RGB.

    Where these groups lie is looked up before the clock starts.
    """
    import av

    from links2_tasks.media._runs import runs_of
    from links2_tasks.media._timetable import timetable_of

    def decode(path: Path, indices: Sequence[int]) -> None:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "NONE"
            for run in runs_of(timetable_of(path), indices):
                if run.start is not None and run.start_place:
                    container.seek(run.start.pts, stream=stream)
                packets = (packet for packet in container.demux(stream) if packet.size)
                for _, packet in zip(range(run.end_place - run.start_place + 1), packets, strict=False):
                    stream.codec_context.decode(packet)
                stream.codec_context.decode(None)
                stream.codec_context.flush_buffers()

    return decode


MAKERS: dict[str, Callable[[], Decode]] = {
    OURS: lambda: links2("pyav"),
    OURS_TORCHCODEC: lambda: links2("torchcodec"),
    SEQUENTIAL: pyav_sequential,
    SEEKING: pyav_seeking,
    DECORD: decord,
    TORCHCODEC: lambda: torchcodec(1),
    TORCHCODEC_ALL: lambda: torchcodec(0),
    LIMIT: groups_alone,
}
