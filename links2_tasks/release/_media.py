"""The media files of a release: which they are, and how they are written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from links2_tasks.media import resolve_inside
from links2_tasks.release._images import kept_suffix, write_plain_image
from links2_tasks.release._records import Coordinates, PlannedFile
from links2_tasks.release._video import write_plain_video
from links2_tasks.schema import Clip, Question

_PIECE = 2**20


def media_paths(clips: Sequence[Clip], questions: Sequence[Question]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Paths of the videos and of the images that clips and questions name."""
    videos = {clip.video for clip in clips} | {question.video for question in questions}
    images = {image.path for question in questions for image in question.satellite}
    return tuple(sorted(videos)), tuple(sorted(images))


def plan_media(
    root: Path, videos: Sequence[str], images: Sequence[str], coordinates: Coordinates
) -> tuple[PlannedFile, ...]:
    """What becomes of each media file.

    Raises:
        OSError: one is missing.
        UnsafePathError: a path leaves the root.
    """
    taken = {*videos, *images}
    files = [PlannedFile(path, path, "video", resolve_inside(root, path).stat().st_size) for path in videos]
    for path in images:
        place = resolve_inside(root, path)
        target = path if coordinates == "keep" or kept_suffix(place) else _as_png(path, taken)
        taken.add(target)
        files.append(PlannedFile(path, target, "image", place.stat().st_size))
    return tuple(files)


def _as_png(path: str, taken: set[str]) -> str:
    target = PurePosixPath(path).with_suffix(".png").as_posix()
    return target if target not in taken else f"{path}.png"


def write_media(
    root: Path,
    folder: Path,
    files: Sequence[PlannedFile],
    coordinates: Coordinates,
    round_m: float,
    progress: Callable[[str], None],
) -> None:
    """Write every media file into the new folder; never as a link to the old one.

    Raises:
        DataError, MediaError, MissingExtraError: a file cannot be written without its metadata.
    """
    for file in files:
        progress(file.target)
        source, target = resolve_inside(root, file.source), folder / file.target
        target.parent.mkdir(parents=True, exist_ok=True)
        if coordinates == "keep":
            copy_file(source, target)
        elif file.kind == "video":
            write_plain_video(source, target)
        else:
            write_plain_image(source, target, round_m if coordinates == "rounded" else None)


def copy_file(source: Path, target: Path) -> None:
    """Copy the content, so that the two share no inode and no metadata of the file system."""
    with source.open("rb") as read, target.open("xb") as write:
        while piece := read.read(_PIECE):
            write.write(piece)


def sha256_of(path: Path) -> str:
    """Digest of a file's content, in hex digits; nothing is kept of it, since unfinished folders come and go."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def moved_questions(questions: Sequence[Question], files: Sequence[PlannedFile]) -> tuple[Question, ...]:
    """The same questions with the paths of images where those have another suffix."""
    moved = {file.source: file.target for file in files if file.source != file.target}
    return tuple(_moved(question, moved) for question in questions) if moved else tuple(questions)


def _moved(question: Question, moved: Mapping[str, str]) -> Question:
    satellite = tuple(
        image.model_copy(update={"path": moved.get(image.path, image.path)}) for image in question.satellite
    )
    return question.model_copy(update={"satellite": satellite})
