"""Writing a video: H.264, the same bytes for the same frames."""

from __future__ import annotations

import os
import secrets
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import final

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from links2_tasks.errors import MediaError

CRF_RANGE = range(52)


@final
class VideoWriter:
    """Write RGB frames to an H.264 file (yuv420p) at a constant rate.

    The file appears under its name only when the `with` block ends well; until then it has a temporary name beside it,
    one of its own for each writer, so two processes may write the same file.
    One encoder thread is used, because the bytes of x264 depend on the number of threads.

    Example:
        with VideoWriter(path, width_px=640, height_px=360, fps=30) as writer:
            writer.write(frame)
    """

    def __init__(
        self,
        path: Path,
        width_px: int,
        height_px: int,
        fps: float | Fraction,
        *,
        crf: int = 23,
        preset: str = "veryfast",
        gop_frames: int | None = None,
    ) -> None:
        """Choose the file and the encoding.

        Args:
            path: File to write, with an ending that names a container (.mp4, .mkv, .mov).
            width_px: Even width of a frame.
            height_px: Even height of a frame.
            fps: Frames per second.
            crf: Quality, 0 (lossless in yuv420p) to 51.
            preset: Speed of x264.
            gop_frames: Most frames from one keyframe to the next; 1 makes every frame a keyframe; None leaves it to
                x264.

        Raises:
            MediaError: the size is odd or not positive, or the rate or quality is out of range.
        """
        if min(width_px, height_px) < 2 or width_px % 2 or height_px % 2:
            raise MediaError(
                f"A video of {width_px} x {height_px} px cannot be written to {path}: yuv420p needs an even width and "
                "height. Crop or resize the frames by one pixel."
            )
        if not fps > 0:
            raise MediaError(f"A video needs a frame rate above 0, got {fps}.")
        if crf not in CRF_RANGE:
            raise MediaError(f"crf must be {CRF_RANGE.start} to {CRF_RANGE.stop - 1}, got {crf}.")
        self.path = Path(path)
        self._temporary = self.path.with_name(f".writing-{os.getpid()}-{secrets.token_hex(4)}-{self.path.name}")
        self._shape = (height_px, width_px, 3)
        self._rate = Fraction(fps).limit_denominator(100_000)
        options = {"crf": str(crf), "preset": preset, "threads": "1", "x264-params": "threads=1:lookahead-threads=1"}
        self._options = options if gop_frames is None else {**options, "g": str(gop_frames)}
        self._container: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self.n_written = 0

    def __enter__(self) -> VideoWriter:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._container = av.open(str(self._temporary), mode="w", options={"fflags": "+bitexact"})
        stream = self._container.add_stream("libx264", rate=self._rate, options=self._options)
        stream.height, stream.width = self._shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.thread_count = 1
        self._stream = stream
        return self

    def write(self, frame: np.ndarray) -> None:
        """Append one frame, (H, W, 3) uint8 RGB.

        Raises:
            MediaError: the frame has another shape or type, or the writer is not open.
        """
        if self._container is None or self._stream is None:
            raise MediaError(f"The writer of {self.path} is not open. Use it in a `with` block.")
        if frame.shape != self._shape or frame.dtype != np.uint8:
            raise MediaError(f"{self.path} takes frames of shape {self._shape} uint8, got {frame.shape} {frame.dtype}.")
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
        picture.pts = self.n_written
        picture.time_base = 1 / self._rate
        self._container.mux(self._stream.encode(picture))
        self.n_written += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        container, stream = self._container, self._stream
        self._container = self._stream = None
        if container is None or stream is None:
            return
        try:
            if kind is None and self.n_written:
                container.mux(stream.encode(None))
            container.close()
            if kind is None and not self.n_written:
                raise MediaError(f"No frame was written to {self.path}, so there is no video.")
            if kind is None:
                self._temporary.replace(self.path)
        finally:
            self._temporary.unlink(missing_ok=True)
