"""Everything that stands in the way of a release, all at once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from links2_tasks._files import size_text
from links2_tasks.audits import audit_leakage
from links2_tasks.dataset import Fault
from links2_tasks.errors import DataError
from links2_tasks.media import resolve_inside
from links2_tasks.release._facts import read_funnel
from links2_tasks.release._names import is_ours
from links2_tasks.release._records import PlannedFile, Refusal, ReleaseSettings, Trace
from links2_tasks.release._video import is_written
from links2_tasks.schema import Question

_SPLIT = re.compile(r"\w+")
"""What `datasets` takes as the name of a split."""
_SHOWN = 5
_ROOM = 1.2
"""Of the size of all media: tables, metadata and pictures are small."""


def version_refusals(version: str) -> list[Refusal]:
    """A version is three numbers, as Croissant and semantic versioning want it."""
    if re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", version):
        return []
    return [Refusal("a bad version", f"'{version}' is not three numbers such as 1.0.0 (https://semver.org).")]


def place_refusals(root: Path, out: Path | None) -> list[Refusal]:
    """Where the release is to stand."""
    if out is None:
        return []
    here, there = out.absolute(), root.resolve()
    if here.is_file() or (here.is_dir() and any(here.iterdir())):
        return [Refusal("the folder exists", f"{out} is there already. Name another folder, or remove this one first.")]
    if here.resolve().is_relative_to(there) or there.is_relative_to(here.resolve()):
        return [Refusal("the folder is in the dataset", f"{out} and {root} lie one in the other. Name another folder.")]
    if any(parent.exists() and not parent.is_dir() for parent in here.parents):
        return [Refusal("no place", f"a file stands where the folder of {out} should be. Name another place.")]
    return []


def room_refusals(out: Path | None, files: Sequence[PlannedFile]) -> list[Refusal]:
    """Whether the disk holds another copy of all media."""
    if out is None:
        return []
    wanted = int(_ROOM * sum(file.bytes for file in files))
    disk = next(parent for parent in (out.absolute(), *out.absolute().parents) if parent.is_dir())
    free = shutil.disk_usage(disk).free
    if free >= wanted:
        return []
    return [Refusal("no space", f"about {size_text(wanted)} are needed in {disk}, where {size_text(free)} are free.")]


def media_refusals(root: Path, files: Sequence[PlannedFile], settings: ReleaseSettings) -> list[Refusal]:
    """Media files that stand where a release writes files of its own, or that cannot be written without metadata."""
    refusals = [
        Refusal("a file is in the way", f"'{file.source}' has a name that a release needs for itself. Rename it.")
        for file in files
        if is_ours(file.target)
    ]
    if settings.coordinates == "keep":
        return refusals
    odd = [file.source for file in files if file.kind == "video" and not is_written(resolve_inside(root, file.source))]
    if odd:
        refusals.append(
            Refusal(
                "a video cannot be written without its metadata",
                f"{len(odd)} of the videos, such as '{odd[0]}', are in a container that is not written here. Convert "
                "them to MP4 with FFmpeg and build the dataset from those, or release it with --coordinates keep.",
            )
        )
    return refusals


def text_refusals(traces: Sequence[Trace], settings: ReleaseSettings) -> list[Refusal]:
    """Texts that tell a place: nobody but a person can mend those."""
    if settings.coordinates == "keep" or not traces:
        return []
    told = ", ".join(f"'{trace.file}'" for trace in traces[:_SHOWN])
    return [
        Refusal(
            "texts hold coordinates",
            f"two numbers that look like a latitude and a longitude stand in {told}. Mend the texts, or release it "
            "with --coordinates keep.",
        )
    ]


def fault_refusals(faults: Sequence[Fault], root: Path) -> list[Refusal]:
    """A dataset with faults is not released."""
    if not faults:
        return []
    first = "; ".join(map(str, faults[:_SHOWN]))
    more = "" if len(faults) <= _SHOWN else f" (and {len(faults) - _SHOWN} more)"
    return [Refusal("the dataset has faults", f"{first}{more}. `links2 validate {root}` lists all.")]


def leak_refusals(root: Path, *, allow: bool) -> list[Refusal]:
    """What splits share."""
    leaks = () if allow else audit_leakage(root)
    if not leaks:
        return []
    told = [f"'{leak.first_split}' and '{leak.second_split}' share the {leak.what} {leak.detail}" for leak in leaks]
    more = "" if len(told) <= _SHOWN else f" (and {len(told) - _SHOWN} more)"
    return [
        Refusal(
            "splits leak",
            f"{'; '.join(told[:_SHOWN])}{more}. Build with other splits, `links2 audit data {root}` lists all, or "
            "release it with --allow-leaks.",
        )
    ]


def review_refusals(questions: Sequence[Question], settings: ReleaseSettings) -> list[Refusal]:
    """Questions that people have thrown out, and, where that is asked for, those that nobody has looked at."""
    refusals = []
    rejected = [one.question_id for one in questions if one.provenance.review == "rejected"]
    if rejected:
        refusals.append(
            Refusal(
                "rejected questions",
                f"{len(rejected)} questions are marked as rejected, the first is '{rejected[0]}'. "
                "`links2 review export` writes a dataset without them.",
            )
        )
    waiting = [one.question_id for one in questions if one.provenance.review == "none"]
    if waiting and settings.require_review:
        refusals.append(
            Refusal(
                "not reviewed",
                f"{len(waiting)} of {len(questions)} questions have been reviewed by nobody, the first is "
                f"'{waiting[0]}'. Review them (`links2 review`), or release it without --require-review.",
            )
        )
    return refusals


def settings_refusals(settings: ReleaseSettings, splits: Sequence[str]) -> list[Refusal]:
    """What was asked for and cannot be."""
    refusals = []
    odd = [split for split in splits if not _SPLIT.fullmatch(split)]
    if odd:
        refusals.append(
            Refusal(
                "a name of a split", f"'{odd[0]}' cannot be a split of `datasets`: use letters, digits and '_' only."
            )
        )
    if not 0 < settings.round_m < 1e6:
        refusals.append(Refusal("a bad distance", f"coordinates cannot be rounded to {settings.round_m:g} m."))
    missing = [str(path) for path in settings.notices if not path.is_file()]
    if missing:
        refusals.append(Refusal("a notice is missing", f"there is no file {', '.join(missing)}."))
    names = [path.name for path in settings.notices]
    if len(set(names)) < len(names):
        refusals.append(Refusal("two notices of one name", f"give them different names: {', '.join(sorted(names))}."))
    if settings.work is not None:
        try:
            read_funnel(settings.work)
        except DataError as error:
            refusals.append(Refusal("no funnel", str(error)))
    return refusals


def told_of_reviews(reviews: Mapping[str, int]) -> str:
    """What was looked at in review, in one sentence; who looked, the dataset does not say."""
    n = sum(reviews.values())
    seen = reviews.get("accepted", 0) + reviews.get("fixed", 0)
    if not seen:
        return "No question has been reviewed."
    fixed = reviews.get("fixed", 0)
    if seen == n:
        return f"All {number_of(n, 'question')} went through review ({fixed:,} mended)."
    return f"{seen:,} of {number_of(n, 'question')} went through review ({fixed:,} mended), the others did not."


def number_of(n: int, what: str) -> str:
    """A number with what is counted, as in '1 clip' and '2 clips'."""
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def raise_refusals(refusals: Sequence[Refusal], root: Path) -> None:
    """Stop a release.

    Raises:
        DataError: there is a refusal; names all.
    """
    if refusals:
        told = " ".join(f"({i}) {refusal}" for i, refusal in enumerate(refusals, start=1))
        raise DataError(f"{root} is not released. {told}")
