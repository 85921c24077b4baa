"""All that can be known to go wrong before a model is loaded, and what the run will cost."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from links2_tasks._console import steps
from links2_tasks._files import size_text
from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks._checks import Check
from links2_tasks.frameworks.run._estimate import RunEstimate, estimate
from links2_tasks.frameworks.run._look import Look, TaskPlan
from links2_tasks.media import CacheSummary, clip_cache, summarise_cache
from links2_tasks.prompt import PlannedClip, planned_clips, shortage, warm


@dataclass(frozen=True)
class Preflight:
    """What was found."""

    checks: tuple[Check, ...]
    estimate: RunEstimate | None
    """None where a check failed before anything could be counted."""
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the run can start."""
        return all(check.ok for check in self.checks)


def preflight(look: Look, root: Path, images_as_files: bool) -> Preflight:
    """Count what will be asked, and compare it with the room there is.

    Args:
        look: What was found of the framework.
        root: Folder of the dataset.
        images_as_files: Whether the framework is handed images as files.
    """
    if not all(check.ok for check in look.checks):
        return Preflight(look.checks, None, look.notes)
    counted = estimate(look.plans, root, images_as_files)
    kept = summarise_cache(clip_cache())
    notes = [*look.notes, *(f"Cannot be shown: {fault}" for fault in counted.faults)]
    short = shortage(counted.disk_bytes, kept)
    if short is not None:
        notes.append(f"{short} Nothing is decoded ahead.")
    return Preflight((*look.checks, _room(counted, kept)), counted, tuple(notes))


def decode_ahead(plans: Sequence[TaskPlan], found: RunEstimate, root: Path, workers: int) -> None:
    """Decode what the cache lacks, unless it would not fit there; media that cannot be read show up in the results."""
    if found.disk_bytes > clip_cache().max_bytes:
        return
    clips: dict[PlannedClip, None] = {}
    for plan in plans:
        clips.update(dict.fromkeys(planned_clips(plan.questions, plan.settings, root)[0]))
    if not clips:
        return
    with steps(f"decoding {len(clips)} clips of {root}, unless they are decoded already", len(clips)) as show:
        warm(tuple(clips), workers, show)


def refuse_failed(checks: Sequence[Check]) -> None:
    """Let a run start only when all is well.

    Raises:
        FrameworkError: a check failed; they have been printed.
    """
    failed = [check for check in checks if not check.ok]
    if failed:
        raise FrameworkError(f"The run is not started: {failed[0].name}? {failed[0].detail}. Mend it: {failed[0].mend}")


def _room(found: RunEstimate, kept: CacheSummary) -> Check:
    """What is in the cache already may be part of what is needed, and makes room where it is not."""
    needed = min(found.disk_bytes, kept.max_bytes)
    free = shutil.disk_usage(_existing(kept.folder)).free + kept.n_bytes
    detail = f"{size_text(needed)} for decoded frames, {size_text(free)} to be had in {kept.folder}"
    mend = "free some space, set XDG_CACHE_HOME to another disk, or bound the cache with LINKS2_CACHE_GB"
    return Check("the disk has room", needed <= free, detail, "" if needed <= free else mend)


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())
