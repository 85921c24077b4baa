"""The datasets as classes of VLMEvalKit. Importing this module imports VLMEvalKit, which takes some seconds.

Frames go in as images by default, and the class is then one of images: the sampling is the benchmark's own and not a
wrapper's, and wrappers of video models neither rename nor drop the satellite image.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from vlmeval.dataset.image_base import ImageBaseDataset
from vlmeval.dataset.video_base import VideoBaseDataset
from vlmeval.smp import get_logger

from links2_tasks.construction.mini import data_root
from links2_tasks.errors import MediaError
from links2_tasks.frameworks._asked import Asked, attempt, not_built
from links2_tasks.frameworks._lines import QuestionLine
from links2_tasks.frameworks.vlmeval import _evaluate, _messages, _names, _shown
from links2_tasks.frameworks.vlmeval._messages import Message
from links2_tasks.frameworks.vlmeval._table import LINE, line_in, question_table
from links2_tasks.media import clip_cache
from links2_tasks.prompt import PromptSettings
from links2_tasks.schema import Question

TYPE = "LinkS2"
"""Not one of the host's types: for those it knows, wrappers put prompts of their own in place of ours."""


@dataclass(frozen=True)
class _Shown:
    """A message, and the record of what it shows."""

    message: Message
    asked: Asked


class _Questions:
    """What both classes share; a subclass says which names it answers to."""

    TYPE = TYPE
    medium: ClassVar[_names.Medium]
    dataset_name: str
    data: pd.DataFrame

    def _open(self, dataset: str) -> None:
        """Read the questions of a dataset's name; also sets what the host reads of every dataset."""
        self.dataset_name = dataset
        self.name = _names.find(dataset)
        self.root = data_root()
        self.data = question_table(self.root, self.name.tasks, self.name.sampling.change)
        self.nframe = self.name.sampling.settings.n_frames
        self.fps = -1.0
        self.pack = False

    @classmethod
    def supported_datasets(cls) -> list[str]:
        """The names that this class answers to."""
        return _names.names_with(cls.medium)

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, position: int) -> dict[str, Any]:
        return dict(self.data.iloc[position])

    def message(self, row: pd.Series) -> Message:
        """The message for a row of the table; never raises, as the host would give up the whole dataset.

        For a line or media that cannot be read it shows nothing; no model is asked, and the sample row says why.
        """
        line, settings = line_in(row), self.name.sampling.settings
        if line.question is None:
            _warn(line, f"is no valid question: {line.fault}")
            return _messages.unreadable_message()
        shown = self._show(line.question, settings)
        if shown.asked.error:
            _warn(line, f"has no prompt: {shown.asked.error}")
        else:
            _messages.LINE_OF_MESSAGE.put(shown.message, line.text)
        try:
            _shown.remember(line.text, settings, shown.asked)
        except MediaError as error:
            _warn(line, f"is asked, but no record of what is shown can be kept: {error}")
        return shown.message

    def _show(self, question: Question, settings: PromptSettings) -> _Shown:
        tried = attempt(question, settings, self.root)
        if tried.prompt is None:
            return _Shown(_messages.unreadable_message(), tried.asked)
        try:
            return _Shown(_messages.message_of(tried.prompt), tried.asked)
        except MediaError as error:
            return _Shown(_messages.unreadable_message(), not_built(error))

    def evaluate(self, eval_file: str, **judge_kwargs: Any) -> dict[str, Any]:
        """Score a result file with this package's own extraction; no judge is asked, whatever is named.

        Writes the sample rows (`_score`) and the figures of tasks, dimensions and all (`_acc`) beside it.
        """
        return _evaluate.evaluate(eval_file, self.name, self.data[LINE], self.root)

    @classmethod
    def report_primary_metric(cls, metrics: dict[str, Any] | None) -> dict[str, float]:
        """The figure of the host's summary: accuracy over tasks, each counting the same."""
        value = (metrics or {}).get(_evaluate.OVERALL)
        return {} if value is None else {_evaluate.OVERALL: float(value)}


class LinkS2(_Questions, ImageBaseDataset):
    """UAV frames and satellite images as images in order.

    In the spirit of LinkS2Bench (arXiv:2604.02020); tasks and data are this project's own and not the paper's.
    """

    medium = "images"
    force_use_dataset_prompt = True

    def __init__(self, dataset: str = _names.BASE, **host_arguments: Any) -> None:
        """Take a name; the host may also pass the arguments of its command line, which say nothing about us."""
        self._open(dataset)
        self.img_root = str(clip_cache().folder / "images")
        self.meta_only = True
        self.skip_noimg = False

    def build_prompt(self, line: pd.Series | dict[str, Any] | int) -> Message:
        """The message for a row, or for the row at a position."""
        return self.message(self.data.iloc[line] if isinstance(line, int) else line)

    def dump_image(self, line: Any) -> list[str]:
        """Paths of a row's images, as wrappers with prompts of their own ask for them."""
        return [item["value"] for item in self.build_prompt(line) if item["type"] == "image"]


class LinkS2Video(_Questions, VideoBaseDataset):
    """A video of exactly the planned frames, and satellite images.

    In the spirit of LinkS2Bench (arXiv:2604.02020); tasks and data are this project's own and not the paper's.
    """

    medium = "video"

    def __init__(self, dataset: str = f"{_names.BASE}_video", **host_arguments: Any) -> None:
        """As `LinkS2`."""
        self._open(dataset)
        self.videos = sorted(set(self.data["clip_id"]))
        self.data_root = str(self.root)
        self.split_frame = False

    def build_prompt(self, line: pd.Series | int, video_llm: bool = True) -> Message:
        """The message for a row, or for the row at a position.

        Raises:
            ValueError: the wrapper takes no video. Its run would end with nothing asked, so nothing is lost by this.
        """
        if not video_llm:
            raise ValueError(
                f"the dataset {self.dataset_name} sends a video, and this model's wrapper does not take one "
                f"(VIDEO_LLM is off); use {self.dataset_name.removesuffix('_video')}, which sends frames"
            )
        return self.message(self.data.iloc[line] if isinstance(line, int) else line)

    def prepare_dataset(self, dataset: str) -> dict[str, str]:
        """Where things are, in the host's terms."""
        return {"root": str(self.root), "data_file": str(Path(self.root) / "dataset.json")}


def _warn(line: QuestionLine, what: str) -> None:
    get_logger(TYPE).warning(f"question {line.shown.question_id} {what}")
