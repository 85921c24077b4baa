"""How a question is put to a model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from links2_tasks.schema import Record

Strategy = Literal["native_video", "frames_as_images", "frame_list_video", "images_only"]
Modality = Literal["both", "video", "satellite", "text"]
Order = Literal["video_first", "satellite_first"]
Overlay = Literal["north_arrow", "scale_bar"]
AnswerForm = Literal["letter", "number"]
QueryFrame = Literal["planned", "extra", "only"]
FrameOrder = Literal["time", "shuffled"]


class PromptSettings(Record):
    """Settings of a prompt. Every field changes what the model sees, so results name them."""

    strategy: Strategy = "frames_as_images"
    """How the video is handed over; `strategy_for` knows what a model takes."""
    n_frames: Annotated[int, Field(ge=1, le=4096)] = 32
    """Frames taken from the question's span; fewer when it holds fewer, and one when `query_frame` is 'only'."""
    query_frame: QueryFrame = "planned"
    """'extra' adds the very frame that the question asks about as one more image, where the plan does not hold it;
    'planned' leaves the model with the planned frames nearest to it. The plan itself stays that of the clip. 'only'
    shows this frame and no other; of a question that asks about no moment, the one in the middle of its span."""
    frame_order: FrameOrder = "time"
    """'shuffled' is an ablation: the planned frames change places, while the text and its times stay as they are. The
    order is drawn once for each plan of a video, so all its questions and both frameworks show the same."""
    modality: Modality = "both"
    """What is shown. 'video', 'satellite' and 'text' are ablations: a question needs both views."""
    max_frame_px: Annotated[int, Field(ge=16)] = 640
    """Longest side of a frame that this package decodes; larger frames are scaled down."""
    max_satellite_px: Annotated[int, Field(ge=16)] = 1024
    """Longest side of a satellite image; larger ones are scaled down, and the stated metres per pixel follow."""
    overlays: tuple[Overlay, ...] = ()
    """Drawn in corners of the satellite image. None by default: the text says the same and covers nothing."""
    order: Order = "video_first"
    answer_form: AnswerForm = "letter"
    """'letter' lists the options; 'number' leaves them out and asks for the value."""
