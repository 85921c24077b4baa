"""A report from runs: everything is gathered, then written as one page."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from links2_tasks._files import check_place, size_text, told_where, write_whole
from links2_tasks.construction.mini import mini_folder
from links2_tasks.dataset import DATA_VARIABLE, find_root, load_info
from links2_tasks.errors import DataError, Links2Error
from links2_tasks.mistakes import Study, study
from links2_tasks.report._ablation_section import ablation_section
from links2_tasks.report._album import Album
from links2_tasks.report._answer_section import cost_section, mistakes_section, replies_section
from links2_tasks.report._cards import Card, Questions, chosen_for_pictures, make_cards
from links2_tasks.report._exhibits import Section
from links2_tasks.report._head import dataset_line, runs_section, summary, warnings
from links2_tasks.report._measured import Measured, main_runs, measure
from links2_tasks.report._page import Page, frame_bytes, page_parts, page_template
from links2_tasks.report._payload import make_payload
from links2_tasks.report._png import check_matplotlib
from links2_tasks.report._score_section import gap_section, profile_section, scores_section
from links2_tasks.report._table_files import write_tables
from links2_tasks.report._text import shown
from links2_tasks.report._views import QuestionViews, sheets, views_of
from links2_tasks.results import Run, questions_of
from links2_tasks.schema import DatasetInfo

Media: TypeAlias = Literal["all", "wrong", "none"] | int
"""Which questions get pictures; a number is the most that get them, first those that a run has wrong."""

DEFAULT_MEDIA = 300
DEFAULT_TITLE = "LinkS2 evaluation"


@dataclass(frozen=True)
class WrittenReport:
    """What was written."""

    path: Path
    n_bytes: int
    n_questions: int
    n_pictured: int
    """Questions with pictures."""
    n_pictures: int
    tables: tuple[Path, ...]
    warnings: tuple[str, ...]
    """What the report warns of; a command should say it too."""


@dataclass(frozen=True)
class _Gathered:
    """Everything that a report is made of, but pictures."""

    measured: tuple[Measured, ...]
    info: DatasetInfo | None
    cards: tuple[Card, ...]
    summary: tuple[str, ...]
    sections: tuple[Section, ...]
    warnings: tuple[str, ...]


def write_report(
    runs: Sequence[Run],
    out: Path,
    *,
    root: Path | None = None,
    media: Media = DEFAULT_MEDIA,
    tables: Path | None = None,
    title: str = DEFAULT_TITLE,
    n_resamples: int = 10_000,
    progress: Callable[[str], None] = lambda step: None,
    say: Callable[[str], None] = lambda line: None,
) -> WrittenReport:
    """Write one HTML file that shows what runs came to, and every question with its answers; it loads nothing.

    The same runs and dataset give the same file.

    Args:
        runs: At least one, of either framework.
        out: The file; it is replaced when the new one is complete.
        root: Folder of the dataset; without it the report has no questions, pictures and kinds of mistakes.
        media: Which questions get pictures.
        tables: Folder for each table and figure as CSV, LaTeX and PNG; None writes none.
        title: Heading of the page.
        n_resamples: Resamples of intervals and permutations of tests.
        progress: Told what is at work.
        say: Told the size of the file before it is written.

    Raises:
        DataError: no run can be reported, or the file cannot be written.
        MissingExtraError: jinja2 or another package of the extra `report` is not installed.
    """
    page_template()
    check_place(out, is_folder=False)
    if tables is not None:
        check_matplotlib()
        check_place(tables, is_folder=True)
    gathered = _gather(runs, root, n_resamples, progress)
    album = Album(root) if root is not None else None
    views = _views(gathered, album, media, progress)
    page = _page(gathered, views, title)
    n_pictures = len(album) if album is not None else 0
    expected = frame_bytes() + page.payload.n_bytes + (album.estimated_bytes() * 4 // 3 if album is not None else 0)
    say(
        f"about {size_text(expected)}: {len(gathered.cards):,} questions, {n_pictures:,} pictures of "
        f"{len(views):,} of them"
    )
    pictures = album.pictures(progress) if album is not None else iter(())
    parts = page_parts(page, pictures)
    exhibits = [each for section in gathered.sections for each in section.exhibits]
    with told_where(out):
        write_whole(out, lambda stream: [stream.write(part.encode()) for part in parts])
    written: tuple[Path, ...] = ()
    if tables is not None:
        with told_where(tables):
            written = write_tables(exhibits, tables, progress)
    faults = _picture_faults(album)
    return WrittenReport(
        path=out,
        n_bytes=out.stat().st_size,
        n_questions=len(gathered.cards),
        n_pictured=len(views),
        n_pictures=n_pictures - (len(album.faults) if album is not None else 0),
        tables=written,
        warnings=(*gathered.warnings, *faults),
    )


def media_of(text: str) -> Media:
    """What `--media` names.

    Raises:
        DataError: it is none of all, wrong, none and a number.
    """
    if text in ("all", "wrong", "none"):
        return text  # type: ignore[return-value]
    if text.isdecimal():
        return int(text)
    raise DataError(f"--media takes all, wrong, none or a number of questions, got '{text}'.")


def report_root(named: str | None) -> Path | None:
    """Folder of the dataset that a report looks into: the named one, else LINKS2_DATA, else the default if it is there.

    The default is not made for a report: runs that asked its questions have made it.

    Raises:
        DataError: what is named is no dataset.
    """
    if named is not None or os.environ.get(DATA_VARIABLE):
        return find_root(named)
    return mini_folder() if mini_folder().is_dir() else None


def _gather(runs: Sequence[Run], root: Path | None, n_resamples: int, progress: Callable[[str], None]) -> _Gathered:
    progress("intervals")
    measured, left_out = measure(runs, n_resamples)
    progress("questions as they were asked")
    questions, missing = _questions(measured, root)
    # A dataset that no run was asked says nothing about them.
    info = load_info(root) if root is not None and questions else None
    progress("kinds of mistakes")
    studies, unsorted = _studies(measured, questions, root)
    mistakes = {label: found.mistakes for label, found in studies.items()}
    cards = make_cards(measured, questions, mistakes, root, progress)
    said = (*left_out, *_remarks(measured), *missing, *unsorted, *warnings(measured, info))
    sections = _sections(measured, studies, n_resamples, progress)
    return _Gathered(measured, info, cards, summary(measured, n_resamples), sections, said)


def _remarks(measured: Sequence[Measured]) -> list[str]:
    """What was amiss in the files of runs; what several have is said once."""
    labels: dict[str, list[str]] = {}
    for each in measured:
        for remark in each.run.remarks:
            labels.setdefault(shown(remark), []).append(each.label)
    return [f"{', '.join(of_remark)}: {remark}" for remark, of_remark in labels.items()]


def _questions(measured: Sequence[Measured], root: Path | None) -> tuple[Questions, list[str]]:
    if root is None:
        return {}, []
    found, missing = {}, []
    for each in measured:
        try:
            found[each.label] = questions_of(each.run, root)
        except Links2Error as error:
            missing.append(f"The questions of {each.label} are not shown: {shown(str(error))}")
    return found, missing


def _studies(
    measured: Sequence[Measured], questions: Questions, root: Path | None
) -> tuple[dict[str, Study], list[str]]:
    """The wrong answers of the main runs; where a view is missing or false, kinds of mistakes mean nothing."""
    found: dict[str, Study] = {}
    faults = []
    for each in main_runs(measured):
        if root is None or each.label not in questions:
            continue
        try:
            found[each.label] = study(each.run, questions[each.label], root)
        except Links2Error as error:
            faults.append(f"The mistakes of {each.label} are not sorted: {shown(str(error))}")
    return found, faults


def _sections(
    measured: Sequence[Measured],
    studies: dict[str, Study],
    n_resamples: int,
    progress: Callable[[str], None],
) -> tuple[Section, ...]:
    progress("comparisons")
    compared = ablation_section(measured, n_resamples)
    progress("tables and figures")
    closed = bool(main_runs(measured))
    return (
        runs_section(measured),
        scores_section(measured),
        *((profile_section(measured), gap_section(measured), compared) if closed else ()),
        mistakes_section(measured, studies),
        replies_section(measured),
        cost_section(measured),
    )


def _views(
    gathered: _Gathered, album: Album | None, media: Media, progress: Callable[[str], None]
) -> dict[int, QuestionViews]:
    if album is None:
        return {}
    progress("choice of pictures")
    cards = gathered.cards
    guessing = [at for at, each in enumerate(gathered.measured) if each.role and each.run.model != "links2_geometric"]
    # Where every run guesses, its mistakes are all there is to look at.
    ignored = guessing if len(guessing) < len(gathered.measured) else []
    chosen = sorted(chosen_for_pictures(cards, media, ignored))
    asked = {at: question for at in chosen if (question := cards[at].question) is not None}
    whole = sheets(asked.values(), album.root)
    return {at: views_of(question, cards[at].manifest, album, whole) for at, question in asked.items()}


def _page(gathered: _Gathered, views: dict[int, QuestionViews], title: str) -> Page:
    info = gathered.info
    return Page(
        title=shown(title),
        summary=gathered.summary,
        dataset=dataset_line(info),
        warnings=gathered.warnings,
        sections=gathered.sections,
        questions=_about_questions(gathered, len(views)),
        payload=make_payload(gathered.measured, gathered.cards, views),
    )


def _about_questions(gathered: _Gathered, n_pictured: int) -> str:
    n_cards = len(gathered.cards)
    pictures = (
        f"{n_pictured:,} of them with pictures: some of the frames that a model was shown, as far as runs recorded "
        "them, and maps with their marks."
        if n_pictured
        else "without pictures."
    )
    return f"Each of the {n_cards:,} questions with what every run answered, {pictures}"


def _picture_faults(album: Album | None) -> list[str]:
    if album is None or not album.faults:
        return []
    first = next(iter(album.faults.values()))
    return [f"{len(album.faults)} pictures could not be made, the first because: {first}"]
