"""`links2 release`: a dataset becomes a folder that others can be given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from links2_tasks import dataset
from links2_tasks.audits import audit_dataset, audit_leakage
from links2_tasks.dataset import atomic_directory, find_root, load_info, write_dataset
from links2_tasks.errors import DataError
from links2_tasks.release._card import CardTexts, card, licences_page
from links2_tasks.release._checks import raise_refusals
from links2_tasks.release._croissant import write_croissant
from links2_tasks.release._facts import Facts, facts_of
from links2_tasks.release._licences import ledger_json, whole_licence
from links2_tasks.release._media import copy_file, moved_questions, sha256_of, write_media
from links2_tasks.release._names import CARD_FILE, LICENCES_FILE, LICENCES_PAGE, NOTICES_FOLDER, SUMS_FILE
from links2_tasks.release._pictures import write_pictures
from links2_tasks.release._plan import plan, questions_of
from links2_tasks.release._records import ReleasePlan, ReleaseReport, ReleaseSettings, Trace
from links2_tasks.release._scan import scan_media, traces_of_texts
from links2_tasks.release._tables import write_tables
from links2_tasks.release._texts import card_texts
from links2_tasks.schema import DatasetInfo, Question

Progress = Callable[[str], None]


@dataclass(frozen=True)
class _Ready:
    """All that the files of a release are written from."""

    source: Path
    folder: Path
    settings: ReleaseSettings
    planned: ReleasePlan
    info: DatasetInfo
    questions: Mapping[str, Sequence[Question]]
    """By split, with the paths of the release."""
    facts: Facts
    texts: CardTexts
    licence: str
    progress: Progress

    @property
    def title(self) -> str:
        return self.settings.title or self.info.name


def release(
    root: str | Path,
    out: Path,
    settings: ReleaseSettings,
    progress: Progress = lambda step: None,
    planned: ReleasePlan | None = None,
) -> ReleaseReport:
    """Write a release of a dataset into a new folder.

    The same dataset and settings give the same bytes. The folder appears when it is complete, and only when
    `dataset.validate` finds no fault in it and no trace of a place is left that should be gone.

    Args:
        root: As in `find_root`.
        out: Folder of the release; must not exist yet.
        settings: What the release is told.
        progress: Told each step.
        planned: What `plan` has found with the same settings; None looks again.

    Raises:
        DataError: something stands in the way; the message names everything.
        MissingExtraError: a package of the extra 'release' is missing.
    """
    planned = planned or plan(root, out, settings, progress)
    source = find_root(root)
    raise_refusals(planned.refusals, source)
    with atomic_directory(out) as folder:
        traces = _write(_ready(source, folder, settings, planned, progress))
        progress("checking what was written")
        faults = dataset.validate(folder, progress=progress)
        if faults:
            raise DataError(f"The release would have {len(faults)} faults, first: {faults[0]}. Nothing was written.")
    sizes = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
    return ReleaseReport(out, settings.version, planned, len(sizes), sum(sizes), traces)


def _ready(source: Path, folder: Path, settings: ReleaseSettings, planned: ReleasePlan, progress: Progress) -> _Ready:
    info = load_info(source)
    questions = {split: moved_questions(asked, planned.files) for split, asked in questions_of(source, info).items()}
    facts = facts_of(info, questions, settings.work)
    licence = whole_licence(info, planned.ledger)
    texts = card_texts(facts, settings)
    return _Ready(source, folder, settings, planned, info, questions, facts, texts, licence, progress)


def _write(ready: _Ready) -> tuple[Trace, ...]:
    """Write every file; what lists the others comes after them.

    Returns:
        Traces of places that are left.
    """
    folder, settings, ledger = ready.folder, ready.settings, ready.planned.ledger
    ready.progress("questions and tables")
    _write_dataset(ready)
    tables = write_tables(folder, ready.questions)
    asked = [f"questions/{split}/{task}.jsonl" for split, counts in ready.info.counts.items() for task in counts]
    ready.progress("Croissant metadata")
    write_croissant(
        folder,
        ready.facts,
        ledger,
        [*tables, *asked],
        title=ready.title,
        version=settings.version,
        citation=settings.citation,
        published=settings.published,
        privacy=" ".join(ready.texts.privacy),
        limits=ready.texts.limits,
    )
    write_media(ready.source, folder, ready.planned.files, settings.coordinates, settings.round_m, ready.progress)
    ready.progress("licences and pictures")
    _write_text(folder / LICENCES_PAGE, licences_page(ledger, ready.title, ready.licence, _write_notices(ready)))
    _write_text(folder / LICENCES_FILE, ledger_json(ledger, ready.licence))
    pictures = write_pictures(folder, ready.questions)
    # Once more, now that all other files are there to be listed.
    _write_dataset(ready)
    traces = _checked_traces(ready)
    _write_text(folder / CARD_FILE, _card(ready, traces, pictures))
    _write_sums(folder)
    return traces


def _write_dataset(ready: _Ready) -> None:
    write_dataset(
        ready.folder,
        name=ready.info.name,
        version=ready.settings.version,
        licence=ready.licence,
        description=ready.info.description,
        clips=ready.info.clips,
        questions=ready.questions,
        simulated=ready.info.simulated,
    )


def _write_notices(ready: _Ready) -> list[str]:
    written = []
    for notice in ready.settings.notices:
        target = f"{NOTICES_FOLDER}/{notice.name}"
        (ready.folder / target).parent.mkdir(exist_ok=True)
        copy_file(notice, ready.folder / target)
        written.append(target)
    return sorted(written)


def _card(ready: _Ready, traces: Sequence[Trace], pictures: Sequence[str]) -> str:
    audit = audit_dataset(ready.folder, progress=ready.progress) if ready.settings.audit else None
    return card(
        ready.facts,
        ready.planned.ledger,
        ready.settings,
        ready.texts,
        title=ready.title,
        licence=ready.licence,
        leaks=audit_leakage(ready.folder),
        traces=traces,
        audit=audit,
        pictures=pictures,
    )


def _write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "replace"))


def _write_sums(folder: Path) -> None:
    """`SHA256SUMS` of every file, as `sha256sum -c` reads it."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{sha256_of(folder / file)}  {file}\n" for file in files if file != SUMS_FILE]
    _write_text(folder / SUMS_FILE, "".join(lines))


def _checked_traces(ready: _Ready) -> tuple[Trace, ...]:
    """Traces of places in what was written.

    Raises:
        DataError: there is one that should be gone.
    """
    every = [question for asked in ready.questions.values() for question in asked]
    media = scan_media(ready.folder, ready.info, every, ready.progress)
    traces = (*media, *traces_of_texts(ready.info, every))
    left = [trace for trace in traces if not _allowed(trace, ready.settings)]
    if left:
        told = "; ".join(f"{trace.file}: {trace.what}" for trace in left[:5])
        raise DataError(
            f"{len(left)} traces of places could not be taken out: {told}. Take them out of the dataset, or release it "
            "with --coordinates keep. Nothing was written."
        )
    return traces


def _allowed(trace: Trace, settings: ReleaseSettings) -> bool:
    if settings.coordinates == "keep":
        return True
    return settings.coordinates == "rounded" and trace.what.startswith("GeoTIFF")
