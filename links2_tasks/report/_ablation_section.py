"""The variants of each model beside its default: what a score owes to which view."""

from __future__ import annotations

from collections.abc import Sequence

from links2_tasks.errors import DataError
from links2_tasks.report._charts import Lane, bar_chart
from links2_tasks.report._exhibits import (
    Cell,
    Column,
    Exhibit,
    Row,
    Section,
    Table,
    count_cell,
    p_cell,
    share_cell,
    signed_cell,
    text_cell,
)
from links2_tasks.report._measured import Measured, models
from links2_tasks.report._text import shown
from links2_tasks.results import compare_runs
from links2_tasks.schema import DEFAULT_VARIANT
from links2_tasks.statistics import PairedDifference, holm

_COLUMNS = (
    Column("variant", is_text=True),
    Column("questions"),
    Column("guessing"),
    Column("accuracy"),
    Column("less default"),
    Column("p"),
    Column("p, Holm"),
)


def ablation_section(measured: Sequence[Measured], n_resamples: int) -> Section:
    """One chart and one table for each model that answered more than one variant."""
    exhibits = []
    for number, group in enumerate(models(measured), start=1):
        closed = [each for each in group if not each.is_open]
        if len(closed) > 1:
            exhibits.append(_of_model(number, closed, n_resamples))
    return Section(
        "ablations",
        "What the views are worth",
        "The same questions with less to see, or with something false to see. A model that links the two views must "
        "lose without either; where it does not, it answers from something else. Differences are paired by question, "
        "their intervals are clustered by clip, and p is of a permutation test that swaps whole clips.",
        tuple(exhibits),
    )


def _of_model(number: int, runs: Sequence[Measured], n_resamples: int) -> Exhibit:
    default = next((each for each in runs if each.run.variant == DEFAULT_VARIANT), None)
    differences = [_difference(default, each, n_resamples) for each in runs]
    corrected = _corrected(differences)
    rows = tuple(
        Row(_cells(each, found, p), "part" if each is default else "plain")
        for each, found, p in zip(runs, differences, corrected, strict=True)
    )
    model = shown(runs[0].run.model)
    title = f"Variants of {model}"
    note = _note(default, runs)
    lanes = [
        Lane(
            shown(each.run.variant).replace("_", " "),
            each.figures.overall.accuracy,
            each.figures.overall.by_clip,
            "s0" if each is default else "s6",
        )
        for each in runs
    ]
    levels = {round(each.figures.overall.chance, 2) for each in runs if each.run.variant != "circular"}
    drawing = bar_chart(title, lanes, levels.pop() if len(levels) == 1 else None)
    return Exhibit(Table(f"ablation_{number}", title, _COLUMNS, rows, note), drawing)


def _note(default: Measured | None, runs: Sequence[Measured]) -> str:
    """What a reader must know before bars are compared."""
    if default is None:
        return "There is no run of the default, so there is nothing to compare with."
    others = [each for each in runs if each.figures.overall.n != default.figures.overall.n]
    if not others:
        return ""
    names = ", ".join(shown(each.run.variant).replace("_", " ") for each in others)
    return (
        f"Not asked the same questions as the default: {names}. Their bars do not compare with its bar; the difference "
        "does, as it is of the questions that both were asked."
    )


def _difference(default: Measured | None, each: Measured, n_resamples: int) -> PairedDifference | None:
    if default is None or each is default:
        return None
    try:
        return compare_runs(default.run, each.run, n_resamples=n_resamples).statistics.overall
    except DataError:  # The two have no question in common.
        return None


def _corrected(differences: Sequence[PairedDifference | None]) -> list[float | None]:
    """p-values corrected for the number of variants."""
    known = [found.permutation_p for found in differences if found is not None]
    corrected = iter(holm(known) if known else ())
    return [next(corrected) if found is not None else None for found in differences]


def _cells(each: Measured, found: PairedDifference | None, corrected: float | None) -> tuple[Cell, ...]:
    overall = each.figures.overall
    compared = (
        (signed_cell(found.difference, found.interval), p_cell(found.permutation_p), p_cell(corrected))
        if found is not None
        else (text_cell("-"), text_cell("-"), text_cell("-"))
    )
    return (
        text_cell(shown(each.run.variant).replace("_", " ")),
        count_cell(overall.n),
        share_cell(overall.chance),
        Cell(f"{overall.accuracy:.2f}", overall.accuracy, overall.by_clip, overall.by_region, overall.chance),
        *compared,
    )
