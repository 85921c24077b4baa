"""What was run, and the facts that a reader must know before any figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from links2_tasks.audits import audit_extraction
from links2_tasks.construction.mini import MINI_NAME
from links2_tasks.errors import DataError
from links2_tasks.report._exhibits import (
    NOT_RECORDED,
    Cell,
    Column,
    Exhibit,
    Row,
    Section,
    Table,
    count_cell,
    interval_text,
    text_cell,
    two_digits,
)
from links2_tasks.report._measured import Measured, main_runs
from links2_tasks.report._text import shown
from links2_tasks.results import LOST_REASONS, compare_runs
from links2_tasks.schema import DEFAULT_VARIANT, DatasetInfo
from links2_tasks.statistics import Estimate

_TEXT_ONLY = "text_only"
_MANY_RUNS = 6
"""More of them are listed on request: scores should not have to be searched for."""


def summary(measured: Sequence[Measured], n_resamples: int) -> tuple[str, ...]:
    """What came out, in a few sentences."""
    ranked = sorted(
        (each for each in main_runs(measured) if each.is_rival),
        key=lambda each: -each.figures.overall.accuracy,
    )
    if not ranked:
        return (_without_rivals(measured),)
    best = ranked[0]
    said = [f"{best.label} reaches {_accuracy(best)}. Guessing reaches {best.figures.overall.chance:.2f}."]
    if len(ranked) > 1:
        said.append(_lead(best, ranked[1], n_resamples))
    said += [f"{model} reads the answers and is left out of this." for model in _reading_answers(measured)]
    return tuple(said)


def _reading_answers(measured: Sequence[Measured]) -> tuple[str, ...]:
    """Models, each once however many variants it was asked."""
    return tuple(dict.fromkeys(each.run.model for each in measured if each.reads_answers))


def _without_rivals(measured: Sequence[Measured]) -> str:
    if any(each.is_open for each in measured):
        return "The runs answer with numbers; how near these are stands under Open answers."
    return "No model answers the questions by looking at them: the runs are of people, or read the answers."


def _accuracy(each: Measured) -> str:
    overall, n_tasks = each.figures.overall, len(each.figures.tasks)
    over = f"the mean over {n_tasks} tasks" if n_tasks > 1 else "one task"
    interval = (
        f"; {100 * each.figures.confidence:.0f} % interval {interval_text(overall.by_clip)} by {overall.n_clips} clips"
        if overall.by_clip is not None
        else "; no interval, for want of clips"
    )
    return f"an accuracy of {overall.accuracy:.2f} on {overall.n} questions ({over}{interval})"


def _lead(best: Measured, second: Measured, n_resamples: int) -> str:
    try:
        found = compare_runs(second.run, best.run, n_resamples=n_resamples).statistics.overall
    except DataError:
        return f"Next is {second.label} with {_accuracy(second)}; the two share no question."
    interval = f" ({interval_text(found.interval)})" if found.interval is not None else ""
    return (
        f"Next is {second.label} with {second.figures.overall.accuracy:.2f}: on the {found.n} questions that both "
        f"answered, the difference is {two_digits(found.difference)}{interval}, p {_p(found.permutation_p)}."
    )


def _p(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"


def dataset_line(info: DatasetInfo | None) -> str:
    """What the questions are about, and plainly whether it is simulated."""
    if info is None:
        return "The dataset was not at hand, so questions, pictures and categories of mistakes are missing here."
    counts = sum(sum(by_task.values()) for by_task in info.counts.values())
    regions = len({clip.region for clip in info.clips})
    line = (
        f"{shown(info.name)} {shown(info.version)}: {counts:,} questions about {len(info.clips):,} clips of {regions} "
        f"region{'s' if regions != 1 else ''}, {shown(info.licence)}."
    )
    if info.name == MINI_NAME:
        return f"{line} Its footage and maps are SIMULATED: the figures say nothing of real flights."
    return line


def runs_section(measured: Sequence[Measured]) -> Section:
    """One row for each run: model, framework, variant, version, frames, date."""
    columns = (
        Column("run", is_text=True),
        *(Column(title, is_text=True) for title in ("model", "arguments", "framework", "variant", "version", "date")),
        Column("questions"),
        Column("frames and views", is_text=True),
        Column("what it is", is_text=True),
    )
    rows = tuple(Row(_cells(each)) for each in measured)
    table = Table("runs", "Runs", columns, rows)
    return Section("runs", "What was run", "", (Exhibit(table, folded=len(rows) > _MANY_RUNS),))


def _cells(each: Measured) -> tuple[Cell, ...]:
    run = each.run
    return (
        text_cell(each.label),
        text_cell(shown(run.model)),
        text_cell(shown(run.model_args) or "-"),
        text_cell(run.framework),
        text_cell(shown(run.variant)),
        text_cell(shown(run.version)),
        text_cell(_date(run.started_at)),
        count_cell(len(run.rows)),
        text_cell(_views(each)),
        text_cell(each.role or ("people" if each.is_of_people else "model")),
    )


def _date(started_at: str | None) -> str:
    """A date with hours and minutes, or whatever stands in its place."""
    if started_at is None:
        return NOT_RECORDED
    try:
        started = datetime.fromisoformat(started_at)
    except ValueError:
        return shown(started_at)
    return f"{started:%Y-%m-%d %H:%M} {started.tzname() or ''}".strip()


def _views(each: Measured) -> str:
    """How most questions were shown, in words."""
    manifests = [row.manifest for row in each.run.rows if row.manifest is not None]
    if not manifests:
        return NOT_RECORDED
    ways = Counter((manifest.n_frames, manifest.strategy, manifest.modality) for manifest in manifests)
    (n_frames, strategy, modality), n_rows = ways.most_common(1)[0]
    frames = f"{n_frames} frame{'s' if n_frames != 1 else ''} ({strategy})" if n_frames else "no frames"
    views = {"both": "video and map", "video": "video only", "satellite": "map only", "text": "text only"}[modality]
    rest = f"; {len(manifests) - n_rows} rows otherwise" if n_rows < len(manifests) else ""
    return f"{frames}, {views}{rest}"


def warnings(measured: Sequence[Measured], info: DatasetInfo | None) -> tuple[str, ...]:
    """What makes figures of these runs mean less than they seem to."""
    return (*_versions(measured), *_partial(measured, info), *_failed(measured), *_thinking(measured), *_text(measured))


def _versions(measured: Sequence[Measured]) -> list[str]:
    by_number: dict[str, list[str]] = {}
    for each in measured:
        by_number.setdefault(each.run.version.partition("-")[0], []).append(f"{each.label} ({each.run.version})")
    if len(by_number) < 2:
        return []
    return [
        "The runs are of different versions of the benchmark, and their scores are not comparable: "
        + "; ".join(", ".join(labels) for labels in by_number.values())
        + "."
    ]


def _partial(measured: Sequence[Measured], info: DatasetInfo | None) -> list[str]:
    """Runs with fewer questions than others of the same kind, or than the dataset has."""
    asked: dict[str, set[tuple[str, str]]] = {}
    for each in measured:
        ids = asked.setdefault(_kind(each), set())
        ids |= {(row.scored.task, row.scored.question_id) for row in each.run.rows}
    of_dataset = sum(info.counts.get("test", {}).values()) if info is not None else 0
    found = []
    for each in measured:
        whole = len(asked[_kind(each)])
        if each.run.variant == DEFAULT_VARIANT:
            whole = max(whole, of_dataset)
        if len(each.run.rows) < whole:
            found.append(
                f"{each.label} answered {len(each.run.rows):,} of {whole:,} questions; its figures are of those only."
            )
    return found


def _kind(each: Measured) -> str:
    return each.run.variant


def _failed(measured: Sequence[Measured]) -> list[str]:
    found = []
    for each in measured:
        counts = Counter(row.scored.reason for row in each.run.rows if row.scored.reason in LOST_REASONS)
        if counts:
            words = ", ".join(f"{n} {reason.replace('_', ' ')}" for reason, n in sorted(counts.items()))
            found.append(
                f"{each.label}: {sum(counts.values())} questions were not answered for reasons that are not the "
                f"model's ({words}). They count as wrong; run again for them."
            )
    return found


def _thinking(measured: Sequence[Measured]) -> list[str]:
    audited = ((each, audit_extraction(each.run)) for each in measured)
    return [f"{each.label}: {shown(audit.warning)}" for each, audit in audited if audit.warning]


def _text(measured: Sequence[Measured]) -> list[str]:
    """Runs that saw neither view and are above chance nevertheless."""
    found = []
    for each in measured:
        if each.run.variant != _TEXT_ONLY or each.reads_answers:
            continue
        above = [estimate for estimate in (*each.figures.tasks, each.figures.overall) if _is_above(estimate)]
        if above:
            names = ", ".join(f"{one.name} {one.accuracy:.2f} against {one.chance:.2f}" for one in above)
            found.append(
                f"{each.label} is above guessing without seeing anything: {shown(names)}. These questions give "
                "something away, or this is chance: intervals are not corrected for looking at many tasks."
            )
    return found


def _is_above(estimate: Estimate) -> bool:
    return estimate.by_clip is not None and estimate.by_clip.low > estimate.chance
