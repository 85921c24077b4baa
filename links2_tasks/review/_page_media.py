"""The pictures and clips of a question, as addresses that the page can ask for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from links2_tasks.media import resolve_inside
from links2_tasks.prompt import FrameManifest, Image, Prompt, PromptSettings, Text, build_prompt
from links2_tasks.review._media_clip import clip_fps, clip_plan, write_mp4, write_webm
from links2_tasks.review._media_pictures import write_exact, write_map
from links2_tasks.review._media_shelf import Shelf
from links2_tasks.review._page_records import ClipView, Picture
from links2_tasks.schema import Question

ADDRESS = "gradio_api/file="
"""Before the path of a file that the server gives out; relative, so that it also holds behind a proxy."""
SETTINGS = PromptSettings()
"""What people are shown in mode 'answer': what models are shown by default."""


@dataclass(frozen=True)
class AsModelsSee:
    """A prompt in pieces: pictures with the text before each, and the text at the end."""

    heading: str
    frames: tuple[Picture, ...]
    maps: tuple[Picture, ...]
    asked: str
    manifest: FrameManifest


class PageMedia:
    """Makes what the page shows, each file once."""

    def __init__(self, root: Path, shelf: Shelf) -> None:
        """Show media of the dataset in `root`."""
        self._root = root
        self._shelf = shelf

    def maps(self, question: Question) -> tuple[Picture, ...]:
        """Each map with its marks and without.

        Raises:
            UnsafePathError: a path leaves the root.
            MediaError: a map cannot be read.
        """
        return tuple(self._map(question, place) for place in range(len(question.satellite)))

    def clip(self, question: Question, position: int, *, webm: bool) -> ClipView:
        """The question's span as a file that a browser plays.

        Raises:
            UnsafePathError: the video's path leaves the root.
            MediaError: it cannot be read.
        """
        path = resolve_inside(self._root, question.video)
        plan = clip_plan(path, question.video_span_s)
        ending, write = (".webm", write_webm) if webm else (".mp4", write_mp4)
        key = "clip", ending, path, plan.plan_id
        file = self._shelf.file(key, ending, lambda out: write(path, plan, out))
        return ClipView(position=position, address=_address(file), fps=clip_fps(plan), times_s=plan.times_s)

    def as_models_see(self, question: Question) -> AsModelsSee:
        """The very pixels and words of the prompt that models get by default.

        Raises:
            UnsafePathError, MediaError, PromptError: as `build_prompt`.
        """
        prompt = build_prompt(question, SETTINGS, self._root)
        pieces = tuple(_pieces(prompt))
        frames = [piece for piece in pieces if piece.image.role == "frame"]
        maps = [piece for piece in pieces if piece.image.role == "satellite"]
        return AsModelsSee(
            heading=frames[0].before if frames else "",
            frames=tuple(self._frame(question, piece) for piece in frames),
            maps=tuple(self._exact_map(question, place, piece) for place, piece in enumerate(maps)),
            asked=prompt.parts[-1].text if isinstance(prompt.parts[-1], Text) else "",
            manifest=prompt.manifest,
        )

    def _map(self, question: Question, place: int) -> Picture:
        image = question.satellite[place]
        marks = tuple(mark for mark in question.marks if mark.image == place)
        unlabelled = image.model_copy(update={"label": None})

        def file(shown: tuple[object, ...]) -> str:
            drawn = marks if shown else ()
            return _address(
                self._shelf.file(
                    ("map", unlabelled, drawn), ".jpg", lambda out: write_map(self._root, image, drawn, out)
                )
            )

        caption = f"Satellite image {image.label}" if image.label else "Satellite image"
        return Picture(caption=caption, address=file(marks), bare=file(()) if marks else "")

    def _frame(self, question: Question, piece: _Piece) -> Picture:
        key = "frame", question.video, question.video_span_s, piece.image.time_s
        file = self._shelf.file(key, ".png", lambda out: write_exact(piece.image.pixels, out))
        return Picture(caption=piece.caption, address=_address(file))

    def _exact_map(self, question: Question, place: int, piece: _Piece) -> Picture:
        key = "exact map", question.satellite[place], question.marks, place
        file = self._shelf.file(key, ".png", lambda out: write_exact(piece.image.pixels, out))
        return Picture(caption=piece.caption, address=_address(file))


@dataclass(frozen=True)
class _Piece:
    """A picture of a prompt with the texts before it."""

    before: str
    """All but the last; the heading of what follows."""
    caption: str
    image: Image


def _pieces(prompt: Prompt) -> list[_Piece]:
    pieces, texts = [], []
    for part in prompt.parts:
        if isinstance(part, Text):
            texts.append(part.text)
        elif isinstance(part, Image):
            pieces.append(_Piece("\n".join(texts[:-1]), texts[-1] if texts else "", part))
            texts = []
    return pieces


def _address(file: Path) -> str:
    return f"{ADDRESS}{file}"
