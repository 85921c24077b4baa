"""Scores: by task, dimension and overall; as a radar; and against guessing, people and published figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from links2_tasks.report._charts import Lane, range_chart
from links2_tasks.report._drawing import series_marker, series_role
from links2_tasks.report._exhibits import (
    Cell,
    Column,
    Exhibit,
    Row,
    RowKind,
    Section,
    Table,
    count_cell,
    share_cell,
    signed_cell,
    text_cell,
)
from links2_tasks.report._measured import Measured, dimension_of_task, main_runs
from links2_tasks.report._radar import Web, radar_chart
from links2_tasks.report._reference import ReferenceFigure, reference_figures
from links2_tasks.report._text import shown
from links2_tasks.results import OTHER
from links2_tasks.statistics import Estimate
from links2_tasks.taxonomy import dimensions

MOST_WEBS = 6
"""A radar with more polygons cannot be read."""

PUBLISHED = "Published for LinkS2Bench, on other data: not comparable with anything above"

_BEST = (
    "Macro: every task weighs the same. Micro: every question does. Bold: the best model of a row; people, and what "
    "reads the answers, stand apart."
)

_Line = tuple[str, RowKind, tuple[Estimate | None, ...]]
"""Heading, kind, and the figures of each run."""


def scores_section(measured: Sequence[Measured]) -> Section:
    """Accuracies of the main runs with their intervals, and what stands behind them."""
    mains = main_runs(measured)
    opened = [each for each in measured if each.is_open]
    exhibits: list[Exhibit] = []
    if mains:
        lines = _lines(mains)
        exhibits = [
            Exhibit(_accuracies(mains, lines)),
            Exhibit(_corrected(mains, lines), folded=True),
            Exhibit(_unread(mains, lines), folded=True),
        ]
    if opened:
        exhibits.append(Exhibit(_open_scores(opened)))
    return Section(
        "scores",
        "Scores",
        "Accuracy is the share of right answers, 0 to 1; of several tasks it is the mean over tasks, each weighing the "
        "same. Intervals are of 95 % and treat clips as what was sampled; whole regions are harder to come by, and "
        "their intervals are wider.",
        tuple(exhibits),
    )


def profile_section(measured: Sequence[Measured]) -> Section:
    """The strengths of the main runs as radars of dimensions and of tasks."""
    mains = main_runs(measured)
    shown_runs = sorted(mains, key=lambda each: -each.figures.overall.accuracy)[:MOST_WEBS]
    shown_runs = [each for each in mains if each in shown_runs]
    of_dimensions = _profile("dimensions", "Accuracy by dimension", shown_runs, lambda each: each.figures.dimensions)
    of_tasks = _profile("tasks", "Accuracy by task", shown_runs, lambda each: each.figures.tasks)
    lead = "Further out is better; inside the dashed line a run is below guessing."
    if len(mains) > len(shown_runs):
        lead += f" The {len(shown_runs)} best of {len(mains)} runs are drawn."
    return Section("profile", "Strengths and weaknesses", lead, (*of_dimensions, *of_tasks))


def gap_section(measured: Sequence[Measured]) -> Section:
    """How far each run is from guessing and from people; published figures stand apart."""
    mains = main_runs(measured)
    people = [each for each in mains if each.is_of_people]
    published = [figure for figure in reference_figures() if figure.kind == "score"]
    lanes = [_lane(position, each) for position, each in enumerate(mains)]
    apart = [] if people else [Lane(f.label, f.value / 100, None, "hollow", "diamond", f.source) for f in published]
    chances = {round(each.figures.overall.chance, 2) for each in mains}
    drawing = range_chart("Overall accuracy", lanes, chances.pop() if len(chances) == 1 else None, apart, PUBLISHED)
    exhibits = [Exhibit(_gaps(mains, people), drawing, folded=not people)]
    if not people:
        exhibits.append(Exhibit(_published(published)))
    lead = (
        "Distance to guessing, and to people on these very questions."
        if people
        else "Distance to guessing. Nobody has measured people on these questions yet, so no distance to people is "
        "given; the published figures are of other questions about other footage, and nothing is computed from them."
    )
    return Section("gap", "Distance to guessing and to people", lead, tuple(exhibits))


def _lines(mains: Sequence[Measured]) -> list[_Line]:
    """Each dimension followed by its tasks, then everything."""
    tasks = [{estimate.name: estimate for estimate in each.figures.tasks} for each in mains]
    parts = [{estimate.name: estimate for estimate in each.figures.dimensions} for each in mains]
    dimension_of = dimension_of_task([each.run for each in mains])
    lines: list[_Line] = []
    for dimension in (*dimensions(), OTHER):
        if any(dimension in of_run for of_run in parts):
            lines.append((dimension, "part", tuple(of_run.get(dimension) for of_run in parts)))
        for task, belongs_to in dimension_of.items():
            if belongs_to == dimension and any(task in of_run for of_run in tasks):
                lines.append((task, "plain", tuple(of_run.get(task) for of_run in tasks)))
    lines.append(("overall (macro)", "whole", tuple(each.figures.overall for each in mains)))
    return lines


def _accuracies(mains: Sequence[Measured], lines: Sequence[_Line]) -> Table:
    rows = [_row(line, mains, _accuracy_cell) for line in lines]
    rows.append(_row(("overall (micro)", "whole", lines[-1][2]), mains, lambda one: share_cell(one.micro_accuracy)))
    columns = (Column("task", is_text=True), Column("questions"), Column("guessing"), *_run_columns(mains))
    return Table(
        "accuracy",
        "Accuracy",
        columns,
        tuple(rows),
        _BEST,
    )


def _corrected(mains: Sequence[Measured], lines: Sequence[_Line]) -> Table:
    rows = [_row(line, mains, lambda one: signed_cell(one.chance_corrected), with_level=False) for line in lines]
    columns = (Column("task", is_text=True), *_run_columns(mains))
    note = "0 is guessing, 1 is all right, below 0 is worse than guessing."
    return Table("chance_corrected", "Accuracy corrected for guessing", columns, tuple(rows), note)


def _unread(mains: Sequence[Measured], lines: Sequence[_Line]) -> Table:
    rows = [
        _row(line, mains, lambda one: share_cell(sum(one.failures.values()) / one.n), with_level=False, is_score=False)
        for line in lines
    ]
    columns = (Column("task", is_text=True), *_run_columns(mains))
    note = "Nothing is guessed: a reply that cannot be read is wrong. The reasons stand further below."
    return Table("unread", "Share of replies without a readable answer", columns, tuple(rows), note)


def _open_scores(opened: Sequence[Measured]) -> Table:
    lines = _lines(opened)
    rows = [_row(line, opened, lambda one: share_cell(one.accuracy, one.by_clip), with_level=False) for line in lines]
    columns = (Column("task", is_text=True), *_run_columns(opened))
    note = (
        "The answer is a number. Counts and metres score by mean relative accuracy, degrees by the angle; these are no "
        "shares of right answers and have no level of guessing."
    )
    return Table("open", "Open answers", columns, tuple(rows), note)


def _run_columns(runs: Sequence[Measured]) -> tuple[Column, ...]:
    return tuple(Column(each.label) for each in runs)


def _row(
    line: _Line,
    runs: Sequence[Measured],
    cell: Callable[[Estimate], Cell],
    *,
    with_level: bool = True,
    is_score: bool = True,
) -> Row:
    name, kind, found = line
    cells = [cell(one) if one is not None else text_cell("-") for one in found]
    if is_score:
        cells = _with_best(cells, runs)
    known = [one for one in found if one is not None]
    level = (count_cell(max(one.n for one in known)), share_cell(known[0].chance)) if with_level and known else ()
    return Row((text_cell(shown(name).replace("_", " ")), *level, *cells), kind)


def _accuracy_cell(one: Estimate) -> Cell:
    return Cell(f"{one.accuracy:.2f}", one.accuracy, one.by_clip, one.by_region, one.chance)


def _with_best(cells: Sequence[Cell], runs: Sequence[Measured]) -> list[Cell]:
    rivals = [cell.number for cell, each in zip(cells, runs, strict=True) if cell.number is not None and each.is_rival]
    if len(rivals) < 2:
        return list(cells)
    return [
        replace(cell, best=cell.number == max(rivals) and each.is_rival) for cell, each in zip(cells, runs, strict=True)
    ]


def _profile(
    name: str, title: str, runs: Sequence[Measured], figures: Callable[[Measured], Sequence[Estimate]]
) -> tuple[Exhibit, ...]:
    chance_of = {one.name: one.chance for each in runs for one in figures(each)}
    axes = list(chance_of)
    if len(axes) < 3:
        return ()
    shares = [{one.name: one.accuracy for one in figures(each)} for each in runs]
    webs = [
        Web(each.label, tuple(of_run.get(axis) for axis in axes)) for each, of_run in zip(runs, shares, strict=True)
    ]
    rows = tuple(
        Row(
            (
                text_cell(shown(axis).replace("_", " ")),
                share_cell(chance_of[axis]),
                *(share_cell(of_run[axis]) if axis in of_run else text_cell("-") for of_run in shares),
            )
        )
        for axis in axes
    )
    columns = (Column(name.removesuffix("s"), is_text=True), Column("guessing"), *_run_columns(runs))
    drawing = radar_chart(title, [shown(axis) for axis in axes], webs, tuple(chance_of.values()))
    return (Exhibit(Table(f"radar_{name}", title, columns, rows), drawing, folded=True),)


def _lane(position: int, each: Measured) -> Lane:
    overall = each.figures.overall
    return Lane(
        each.label, overall.accuracy, overall.by_clip, series_role(position), series_marker(position), each.role
    )


def _gaps(mains: Sequence[Measured], people: Sequence[Measured]) -> Table:
    columns = [Column("run", is_text=True), Column("accuracy"), Column("guessing"), Column("above guessing")]
    columns += [Column(f"below {each.label}") for each in people]
    rows = []
    for each in mains:
        overall = each.figures.overall
        cells = [text_cell(each.label), _accuracy_cell(overall), share_cell(overall.chance)]
        cells.append(signed_cell(overall.accuracy - overall.chance))
        cells += [signed_cell(overall.accuracy - one.figures.overall.accuracy) for one in people]
        rows.append(Row(tuple(cells)))
    return Table("gap", "Overall accuracy", tuple(columns), tuple(rows))


def _published(figures: Sequence[ReferenceFigure]) -> Table:
    titles = ("figure", "as written", "source", "how it reached us", "why it is not comparable")
    rows = tuple(
        Row(tuple(text_cell(shown(words)) for words in (f.label, f.written, f.source, f.reached_us, f.why_not)))
        for f in figures
    )
    return Table("published", PUBLISHED, tuple(Column(title, is_text=True) for title in titles), rows)
