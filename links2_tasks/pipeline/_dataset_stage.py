"""Stage 9: the dataset."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from links2_tasks.audits import audit_leakage
from links2_tasks.construction.steps import described, said_by_all
from links2_tasks.dataset import atomic_directory, write_dataset
from links2_tasks.errors import DataError
from links2_tasks.media import file_sha256
from links2_tasks.pipeline._clip_stage import Clips
from links2_tasks.pipeline._footage import Footage
from links2_tasks.pipeline._records import StageReport, as_kept
from links2_tasks.pipeline._site import Clock, Site
from links2_tasks.pipeline._splitting import Splits
from links2_tasks.schema import Question

STAGE = "dataset"
_WRITTEN = "dataset.sha256"
"""Digest of the `dataset.json` that was written, which holds those of all its files."""


def write_out(site: Site, out: Path, footage: Footage, clips: Clips, splits: Splits) -> StageReport:
    """Copy the media and write the dataset; it appears in `out` completely or not at all.

    Raises:
        DataError: `out` holds something else, or an earlier dataset that would come out otherwise now.
    """
    clock, place, settings = Clock(), site.stage(STAGE), site.settings
    name = settings.name or site.folder.resolve().name
    wanted = {question.clip_id for question in splits.questions}
    used = [clip for clip in clips.all if clip.clip_id in wanted]
    flights = [one for one in footage.facts if one.video in {clip.video for clip in used}]
    made_from = site.made_from(
        STAGE,
        out=str(out.absolute()),
        name=name,
        splits=splits.sha256,
        clips=used,
        media=[sorted((path, facts.sha256) for path, facts in one.media.items()) for one in flights],
        simulated=[one.simulated for one in flights],
    )
    report = place.read_report(made_from)
    if report is not None and _is_ours(out, (place.path / _WRITTEN).read_text(encoding="utf-8").strip()):
        return as_kept(report, clock.seconds, report.made)
    refuse_other(out, site)
    media = _media_of(splits.questions)
    with atomic_directory(out) as root, site.progress(site.title(STAGE, f"writing {out}"), len(media)) as show:
        for path in media:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(footage.media / path, root / path)
            show(path)
        write_dataset(
            root,
            name=name,
            version="1",
            licence=" AND ".join(sorted({clip.source.licence for clip in used})),
            description=described(len(flights), settings.seed),
            clips=used,
            questions={split: asked.questions for split, asked in splits.of.items()},
            simulated=said_by_all([one.simulated for one in flights]),
        )
        for leak in audit_leakage(root)[:1]:
            raise DataError(
                f"The splits '{leak.first_split}' and '{leak.second_split}' would share a {leak.what}: {leak.detail}. "
                "Give both to one split under `splits:`."
            )
        report = StageReport(
            stage=STAGE,
            read={"questions": len(splits.questions)},
            made={"questions": len(splits.questions), "clips": len(used), "files": len(media)},
            dropped={},
            seconds=clock.seconds,
        )
        # Before the dataset gets its name: one that is there must be known as this build's, whenever it is killed.
        place.write(report, made_from, {_WRITTEN: file_sha256(root / "dataset.json") + "\n"}, ())
    return report


def refuse_other(out: Path, site: Site) -> None:
    """Say, if need be before any work, that the dataset has no place.

    Raises:
        DataError: something is there already.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(
            f"{out} exists already. Name another folder, or remove this one first; what stands in {site.work} is kept, "
            "so only what has changed is made again."
        )


def is_built_here(out: Path, site: Site) -> bool:
    """Whether the dataset in `out` is one that a build with this work folder has written there."""
    try:
        return _is_ours(out, (site.stage(STAGE).path / _WRITTEN).read_text(encoding="utf-8").strip())
    except OSError:
        return False


def _is_ours(out: Path, sha256: str) -> bool:
    return (out / "dataset.json").is_file() and file_sha256(out / "dataset.json") == sha256


def _media_of(questions: Iterable[Question]) -> list[str]:
    return sorted({path for one in questions for path in (one.video, *(image.path for image in one.satellite))})
