"""What stands behind the scores: mistakes by kind, replies that could not be read, preferred letters, cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from links2_tasks.audits import audit_extraction, audit_positions
from links2_tasks.mistakes import CATEGORIES, UNDECIDED, Study
from links2_tasks.report._charts import Part, Stack, stacked_chart
from links2_tasks.report._exhibits import (
    NOT_RECORDED,
    Cell,
    Column,
    Exhibit,
    Row,
    RowKind,
    Section,
    Table,
    count_cell,
    p_cell,
    share_cell,
    text_cell,
)
from links2_tasks.report._measured import Measured
from links2_tasks.report._reference import reference_figures
from links2_tasks.report._text import shown

_ALL = "all"
_RARE = 0.05
_NAMES = (*CATEGORIES, UNDECIDED)
_COLOURS = ("s0", "s1", "s2", "s3", "s4", "s5", "s7", "s6")
_ROLES = tuple(f"{colour} hatch{place}" for place, colour in enumerate(_COLOURS))
"""Of the categories and of what is undecided, which is grey."""


def mistakes_section(measured: Sequence[Measured], studies: Mapping[str, Study]) -> Section:
    """Kinds of wrong answers.

    Args:
        measured: All runs.
        studies: Those of runs, by label; runs whose questions are not at hand, or show less than all, are missing.
    """
    rows: list[Row] = []
    stacks: list[Stack] = []
    remarks: list[str] = []
    for each in measured:
        if each.label in studies and studies[each.label].mistakes:
            rows += _kinds_by_task(each, studies[each.label])
            stacks += _stacks(each, studies[each.label])
            remarks += _steady(each, studies[each.label])
    words = [name.replace("_", " ") for name in _NAMES]
    columns = (Column("run and task", is_text=True), Column("wrong"), *(Column(word) for word in words))
    table = Table("mistakes", "Wrong answers by kind", columns, tuple(rows))
    parts = [Part(word, role) for word, role in zip(words, _ROLES, strict=True)]
    drawing = stacked_chart("Wrong answers by kind", parts, stacks) if stacks else None
    exhibits = (Exhibit(table, drawing, folded=True),) if rows else ()
    lead = (
        "A rule names the kind of a wrong answer only where the question's data prove it: the chosen mark is what a "
        "mirrored, turned or time-shifted pose would give. Everything else is undecided, and a person has to look. "
        "Each wrong option stands for some mistake, so answers drawn by lot get kinds too: what a run has more of than "
        "these says something about it."
    )
    if not rows:
        lead = "No wrong answer could be sorted: there is none, or the questions were not at hand."
    return Section("mistakes", "Kinds of mistakes", lead, exhibits, (*remarks, *_published_shares()))


def _kinds_by_task(each: Measured, study: Study) -> list[Row]:
    """One row for each task, and one for all of them."""
    rows = []
    for shares in study.shares:
        if not shares.n_wrong:
            continue
        kind: RowKind = "part" if shares.name == _ALL else "plain"
        label = f"{each.label}, {'all tasks' if shares.name == _ALL else shown(shares.name).replace('_', ' ')}"
        counts = (count_cell(shares.counts.get(name, 0)) for name in _NAMES)
        rows.append(Row((text_cell(label), count_cell(shares.n_wrong), *counts), kind))
    return rows


def _stacks(each: Measured, study: Study) -> list[Stack]:
    """The shares of all tasks together, and those of a lot."""
    stacks = [
        Stack(each.label, shares.n_wrong, tuple(shares.counts.get(name, 0) / shares.n_wrong for name in _NAMES))
        for shares in study.shares
        if shares.name == _ALL
    ]
    stacks += [
        Stack("the same, drawn by lot", shares.n_wrong, tuple(shares.shares.get(name, 0.0) for name in _NAMES))
        for shares in study.guessed
        if shares.name == _ALL
    ]
    return stacks


def _steady(each: Measured, study: Study) -> list[str]:
    """Errors that go through the wrong answers more than a lot would have it."""
    return [
        f"{each.label}: {one.hits} of {one.n} wrong answers are what one error, made throughout, would give "
        f"({one.name}); {one.by_guessing:.1f} would be by lot, p {p_cell(one.p).text}"
        for one in study.steady
        if one.p < _RARE
    ]


def _published_shares() -> list[str]:
    shares = [figure for figure in reference_figures() if figure.kind == "error_share"]
    return [
        f"Published for LinkS2Bench, on other data: {share.label}, {share.written} ({share.source}). {share.why_not}"
        for share in shares
    ]


def replies_section(measured: Sequence[Measured]) -> Section:
    """How replies were read, and whether letters are preferred."""
    audits = [(each, audit_extraction(each.run)) for each in measured]
    remarks = [
        f"{each.label}, {shown(reason).replace('_', ' ')}: “{shown(examples[0])[:160]}”"
        for each, audit in audits
        for reason, examples in sorted(audit.examples.items())
        if examples
    ]
    return Section(
        "replies",
        "How replies were read",
        "Letter, option text, boxed, number and word are ways in which a reply gave an answer; for all other reasons "
        "it gave none and counts as wrong.",
        (Exhibit(_reasons(measured)), Exhibit(_letters(measured))),
        tuple(remarks[:12]),
    )


def _reasons(measured: Sequence[Measured]) -> Table:
    counts = [Counter(row.scored.reason for row in each.run.rows) for each in measured]
    reasons = sorted({reason for of_run in counts for reason in of_run})
    rows = tuple(
        Row((text_cell(each.label), *(count_cell(of_run[reason]) for reason in reasons)))
        for each, of_run in zip(measured, counts, strict=True)
    )
    columns = (Column("run", is_text=True), *(Column(shown(reason).replace("_", " ")) for reason in reasons))
    return Table("extraction", "Replies by how they were read", columns, rows)


def _letters(measured: Sequence[Measured]) -> Table:
    audits = [(each, audit_positions(each.run.rows)) for each in measured if not each.is_open]
    letters = sorted({use.letter for _, audit in audits for use in audit.letters})
    rows = []
    for each, audit in audits:
        uses = {use.letter: use for use in audit.letters}
        cells = [
            Cell(f"{uses[letter].n_chosen} ({uses[letter].n_right})", float(uses[letter].n_chosen))
            if letter in uses
            else text_cell("-")
            for letter in letters
        ]
        spread = share_cell(audit.recall_spread) if audit.recall_spread is not None else text_cell("-")
        rows.append(Row((text_cell(each.label), *cells, p_cell(audit.p_value), spread)))
    columns = (
        Column("run", is_text=True),
        *(Column(letter) for letter in letters),
        Column("p"),
        Column("spread"),
    )
    note = (
        "Times a letter was chosen, in brackets the times it was right. A small p says that the choices are more "
        "uneven than the right answers make likely. The spread is the standard deviation of the letters' accuracies."
    )
    return Table("letters", "Letters chosen", columns, tuple(rows), note)


def cost_section(measured: Sequence[Measured]) -> Section:
    """Time and length of replies, where frameworks keep them."""
    columns = (
        Column("run", is_text=True),
        Column("questions"),
        Column("seconds"),
        Column("seconds a question"),
        Column("output tokens"),
        Column("tokens a reply"),
        Column("limit of a reply"),
    )
    rows = tuple(Row(_cost_cells(each)) for each in measured)
    table = Table("cost", "Time and tokens", columns, rows)
    lead = (
        "As the frameworks recorded them; seconds include the start of the model, and answers from a cache take none."
    )
    return Section("cost", "Cost and time", lead, (Exhibit(table),))


def _cost_cells(each: Measured) -> tuple[Cell, ...]:
    run, n_rows = each.run, len(each.run.rows)
    tokens = [row.output_tokens for row in run.rows if row.output_tokens is not None]
    return (
        text_cell(each.label),
        count_cell(n_rows),
        _number_cell(run.seconds, ",.0f"),
        _number_cell(run.seconds / n_rows if run.seconds is not None and n_rows else None, ",.2f"),
        _number_cell(float(sum(tokens)) if tokens else None, ",.0f"),
        _number_cell(sum(tokens) / len(tokens) if tokens else None, ",.1f"),
        _number_cell(float(run.max_new_tokens) if run.max_new_tokens is not None else None, ",.0f"),
    )


def _number_cell(number: float | None, form: str) -> Cell:
    return Cell(format(number, form), number) if number is not None else text_cell(NOT_RECORDED)
