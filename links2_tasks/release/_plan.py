"""What a release would write, and everything that stands in its way, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from links2_tasks import dataset
from links2_tasks._extras import import_extra
from links2_tasks.dataset import find_root, load_info, load_questions
from links2_tasks.release._checks import (
    fault_refusals,
    leak_refusals,
    media_refusals,
    place_refusals,
    review_refusals,
    room_refusals,
    settings_refusals,
    text_refusals,
    told_of_reviews,
    version_refusals,
)
from links2_tasks.release._licences import ledger_of, licence_refusals
from links2_tasks.release._media import media_paths, plan_media
from links2_tasks.release._names import is_ours
from links2_tasks.release._records import LedgerRow, ReleasePlan, ReleaseSettings
from links2_tasks.release._scan import SIDECARS, scan_media, traces_of_texts
from links2_tasks.release._texts import told_of_coordinates
from links2_tasks.schema import DatasetInfo, Question

_NEEDED = (
    ("packaging.licenses", "packaging"),
    ("pyarrow.parquet", "pyarrow"),
    ("mlcroissant", "mlcroissant"),
)


def plan(
    root: str | Path, out: Path | None, settings: ReleaseSettings, progress: Callable[[str], None] = lambda step: None
) -> ReleasePlan:
    """What a release would write, and everything that stands in its way.

    Args:
        root: As in `find_root`.
        out: Folder of the release; None leaves out the looks at its place and disk.
        settings: What the release is told.
        progress: Told what is looked at.

    Raises:
        DataError: there is no dataset at `root`.
        MissingExtraError: a package of the extra 'release' is missing.
    """
    for module, package in _NEEDED:
        import_extra(module, package, "release", "A release")
    if settings.coordinates == "rounded":
        import_extra("rasterio", "rasterio", "geo", "Moving the place of a GeoTIFF")
    folder = find_root(root)
    info = load_info(folder)
    refusals = [*version_refusals(settings.version), *place_refusals(folder, out)]
    refusals += settings_refusals(settings, info.splits)
    faults = dataset.validate(folder, progress=progress)
    refusals += fault_refusals(faults, folder)
    n_tables = sum(map(len, info.counts.values()))
    if faults:
        # What is broken cannot be counted.
        n_questions = sum(sum(of_split.values()) for of_split in info.counts.values())
        return ReleasePlan((), (), (), (), tuple(refusals), (), n_questions, len(info.clips), n_tables)
    questions = questions_of(folder, info)
    every = [question for asked in questions.values() for question in asked]
    videos, images = media_paths(info.clips, every)
    files = plan_media(folder, videos, images, settings.coordinates)
    progress("licences and leaks")
    ledger = ledger_of(info.clips, every, settings.licences)
    refusals += licence_refusals(ledger, settings.licences, allow_unknown=settings.allow_unknown_licence)
    refusals += leak_refusals(folder, allow=settings.allow_leaks)
    refusals += review_refusals(every, settings)
    refusals += media_refusals(folder, files, settings)
    refusals += room_refusals(out, files)
    texts = tuple(traces_of_texts(info, every))
    refusals += text_refusals(texts, settings)
    named = {*videos, *images}
    left_out = tuple(sorted(file for file in info.files if file not in named and not is_ours(file)))
    return ReleasePlan(
        files=files,
        left_out=left_out,
        traces=(*scan_media(folder, info, every, progress), *texts),
        ledger=ledger,
        refusals=tuple(refusals),
        remarks=_remarks(info, every, ledger, left_out, settings),
        n_questions=len(every),
        n_clips=len(info.clips),
        n_tables=n_tables,
    )


def questions_of(folder: Path, info: DatasetInfo) -> dict[str, tuple[Question, ...]]:
    """Questions by split, in the order of question files."""
    return {split: load_questions(folder, split=split) for split in info.splits}


def _remarks(
    info: DatasetInfo,
    questions: Sequence[Question],
    ledger: Sequence[LedgerRow],
    left_out: Sequence[str],
    settings: ReleaseSettings,
) -> tuple[str, ...]:
    remarks = [told_of_reviews(Counter(question.provenance.review for question in questions))]
    if info.simulated is None:
        remarks.append("The dataset does not say whether its footage is simulated; the card says that this is unknown.")
    n_unknown = sum(clip.recorded_on is None for clip in info.clips)
    if n_unknown:
        remarks.append(f"The day of the flight is unknown for {n_unknown} of {len(info.clips)} clips.")
    unknown = [row.dataset for row in ledger if row.spdx is None]
    if unknown:
        remarks.append(f"The licence is unknown for: {', '.join(unknown)}.")
    remarks += [f"'{row.dataset}' ({row.spdx}): {'; '.join(row.conditions)}." for row in ledger if row.conditions]
    if left_out:
        sidecars = [file for file in left_out if file.lower().endswith(SIDECARS)]
        told = f" {len(sidecars)} of them may tell a place, such as {sidecars[0]}." if sidecars else ""
        remarks.append(f"Left out, since no question names them: {len(left_out)} file(s), such as {left_out[0]}.{told}")
    remarks.append(told_of_coordinates(settings))
    return tuple(remarks)
