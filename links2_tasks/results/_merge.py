"""From tables to runs: the newest complete table of each task, joined for each model, arguments and variant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from links2_tasks.errors import DataError
from links2_tasks.results._records import ResultRow, Run
from links2_tasks.results._source import Identity, Source, Table, load
from links2_tasks.schema import DEFAULT_VARIANT


@dataclass(frozen=True)
class Merged:
    """A run that has no name yet."""

    identity: Identity
    display: str
    run: Run


def merge(sources: Sequence[Source]) -> list[Merged]:
    """The runs that tables are from.

    Raises:
        DataError: a table is damaged, and there is no complete older one in its place.
    """
    labels_of = defaultdict(set)
    for source in sources:
        labels_of[source.invocation].add((source.label, source.variant))
    groups: dict[tuple[Identity, str], list[Table]] = defaultdict(list)
    for (identity, _, variant), candidates in _by_label(sources).items():
        table = _newest_complete(candidates)
        if table is not None:
            groups[identity, variant].append(table)
    return [_merged(identity, variant, tables, labels_of) for (identity, variant), tables in groups.items()]


def _by_label(sources: Iterable[Source]) -> dict[tuple[Identity, str, str], list[Source]]:
    """Tables that stand for each other, newest first; one whose first row is damaged may stand for any variant."""
    by_label: dict[tuple[Identity, str, str], list[Source]] = defaultdict(list)
    unclear = []
    for source in sources:
        if source.first is None:
            unclear.append(source)
        else:
            by_label[source.identity, source.label, source.variant].append(source)
    for source in unclear:
        alike = [key for key in by_label if key[:2] == (source.identity, source.label)]
        for key in alike or [(source.identity, source.label, "")]:
            by_label[key].append(source)
    return {key: sorted(each, key=lambda source: source.stamp, reverse=True) for key, each in by_label.items()}


def _newest_complete(candidates: Sequence[Source]) -> Table | None:
    """The newest complete table, else the newest with rows; None where no candidate has any.

    Raises:
        DataError: none can be read.
    """
    faults: list[DataError] = []
    partial: list[Table] = []
    for source in candidates:
        try:
            table = load(source)
        except DataError as error:
            faults.append(error)
            continue
        if table.rows and table.is_complete:
            return _with_remarks(table, faults, partial)
        if table.rows:
            partial.append(table)
    if partial:
        return _with_remarks(partial[0], faults, ())
    if faults:
        raise faults[0]
    return None


def _with_remarks(table: Table, faults: Iterable[DataError], partial: Iterable[Table]) -> Table:
    remarks = [f"passed over for an older or another file: {error}" for error in faults]
    remarks += [f"passed over for an older file: {remark}" for newer in partial for remark in newer.remarks]
    return Table(table.source, table.rows, table.version, (*table.remarks, *remarks))


def _merged(
    identity: Identity, variant: str, tables: Sequence[Table], labels_of: Mapping[str, set[tuple[str, str]]]
) -> Merged:
    tables = sorted(tables, key=lambda table: (table.is_complete, table.source.stamp), reverse=True)
    newest = max(tables, key=lambda table: table.source.stamp)
    remarks = [remark for table in tables for remark in table.remarks]
    rows: list[ResultRow] = []
    used: list[Source] = []
    taken: dict[str, Path] = {}
    for table in tables:
        tasks = {row.scored.task for row in table.rows}
        if _major(table) != _major(newest):
            remarks.append(
                f"{table.source.path}: {len(table.rows)} rows of version {table.version} are left out, as newer ones "
                f"are of {newest.version}"
            )
            continue
        remarks += [
            f"{table.source.path}: rows of {task} are left out, as those in {taken[task]} are newer or complete"
            for task in sorted(tasks & taken.keys())
        ]
        rows += [row for row in table.rows if row.scored.task not in taken]
        if tasks - taken.keys():
            used.append(table.source)
        taken.update(dict.fromkeys(tasks - taken.keys(), table.source.path))
    run = Run(
        name="",
        folder=newest.source.folder,
        framework=identity.framework,
        model=identity.model,
        model_args=identity.model_args,
        variant=variant or DEFAULT_VARIANT,
        version=newest.version,
        started_at=min((source.started_at for source in used if source.started_at is not None), default=None),
        seconds=_seconds(used, variant, labels_of),
        max_new_tokens=_only({source.max_new_tokens for source in used}),
        rows=tuple(sorted(rows, key=lambda row: (row.scored.task, row.scored.question_id))),
        remarks=tuple(dict.fromkeys(remarks)),
    )
    return Merged(identity, newest.source.display, run)


def _major(table: Table) -> str:
    return table.version.partition("-")[0]


def _seconds(used: Sequence[Source], variant: str, labels_of: Mapping[str, set[tuple[str, str]]]) -> float | None:
    """The sum over calls of the framework; None where one of them did something else too, or does not say."""
    labels = defaultdict(set)
    seconds: dict[str, list[float | None]] = defaultdict(list)
    for source in used:
        labels[source.invocation].add((source.label, variant))
        seconds[source.invocation].append(source.seconds)
    total = 0.0
    for invocation, parts in seconds.items():
        told = [part for part in parts if part is not None]
        if labels[invocation] != labels_of[invocation] or len(told) < len(parts):
            return None
        total += max(told)
    return total


def _only(values: set[int | None]) -> int | None:
    return values.pop() if len(values) == 1 else None
