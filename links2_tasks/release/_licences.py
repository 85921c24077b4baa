"""The ledger of sources and their licences, checked against the SPDX list that `packaging` keeps."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from links2_tasks._extras import import_extra
from links2_tasks.release._records import LedgerRow, Refusal
from links2_tasks.schema import Clip, DatasetInfo, Question, Source

_FORBIDS = re.compile(
    r"(?i)all rights reserved|proprietary|confidential|(not for|no) (re)?distribution|do not (re)?distribute|"
    r"unlicen[sc]ed|internal use"
)
"""Texts by which a source forbids that its footage is passed on."""
_CONDITIONS = (
    ("NC", "no commercial use"),
    ("ND", "no changed copies"),
    ("SA", "changes under the same licence"),
)
"""Parts of the names of Creative Commons licences."""
_OPERATORS = frozenset({"AND", "OR", "WITH"})


def spdx_of(text: str) -> str | None:
    """A licence as an SPDX expression, in its usual spelling; None for any other text.

    Raises:
        MissingExtraError: `packaging`, which keeps the list, is not installed.
    """
    licences = import_extra("packaging.licenses", "packaging", "release", "A release")
    try:
        return str(licences.canonicalize_license_expression(text))
    except licences.InvalidLicenseExpression:
        return None


def ledger_of(clips: Sequence[Clip], questions: Sequence[Question], given: Mapping[str, str]) -> tuple[LedgerRow, ...]:
    """One row for each source, in the order of their names.

    Args:
        clips: All clips of a dataset.
        questions: All its questions.
        given: SPDX expressions by name of the source, which win over what the source states.
    """
    regions: dict[Source, set[str]] = defaultdict(set)
    seconds: Counter[Source] = Counter()
    n_clips = Counter(clip.source for clip in clips)
    n_questions = Counter(question.source for question in questions)
    for clip in clips:
        regions[clip.source].add(clip.region)
        seconds[clip.source] += clip.span_s[1] - clip.span_s[0]  # type: ignore[assignment]
    for question in questions:
        regions[question.source].add(question.region)
    return tuple(
        _row(source, given, n_clips[source], n_questions[source], seconds[source], regions[source])
        for source in sorted(regions, key=lambda source: (source.dataset, source.licence))
    )


def _row(
    source: Source, given: Mapping[str, str], n_clips: int, n_questions: int, seconds: float, regions: Iterable[str]
) -> LedgerRow:
    spdx = spdx_of(given.get(source.dataset, source.licence))
    parts = set(re.split(r"[-\s()]+", spdx or ""))
    conditions = tuple(words for part, words in _CONDITIONS if (spdx or "").startswith("CC-") and part in parts)
    return LedgerRow(
        dataset=source.dataset,
        stated=source.licence,
        spdx=spdx,
        n_clips=n_clips,
        n_questions=n_questions,
        seconds=round(seconds, 3),
        regions=tuple(sorted(regions)),
        conditions=conditions,
    )


def licence_refusals(ledger: Sequence[LedgerRow], given: Mapping[str, str], *, allow_unknown: bool) -> list[Refusal]:
    """Sources whose footage may not be passed on, or whose terms nobody has named."""
    refusals = []
    for row in ledger:
        if _FORBIDS.search(row.stated) and row.dataset not in given:
            refusals.append(
                Refusal(
                    "a licence forbids it",
                    f"the source '{row.dataset}' states '{row.stated}'. Ask its owner, and name what you were given: "
                    f"--licence '{row.dataset}=SPDX-ID'.",
                )
            )
        elif row.spdx is None and not allow_unknown:
            refusals.append(
                Refusal(
                    "a licence is unknown",
                    f"the source '{row.dataset}' states '{row.stated}', which is no SPDX expression. Name the one that "
                    f"is meant, such as --licence '{row.dataset}=CC-BY-4.0' (https://spdx.org/licenses), or release it "
                    "with --allow-unknown-licence.",
                )
            )
    unknown = sorted(set(given) - {row.dataset for row in ledger})
    if unknown:
        known = ", ".join(row.dataset for row in ledger)
        refusals.append(
            Refusal("a licence of no source", f"{', '.join(unknown)} is none of the sources, which are: {known}.")
        )
    refusals += [
        Refusal("a licence is unknown", f"'{text}', given for '{name}', is no SPDX expression.")
        for name, text in sorted(given.items())
        if spdx_of(text) is None
    ]
    return refusals


def whole_licence(info: DatasetInfo, ledger: Sequence[LedgerRow]) -> str:
    """Licence of the dataset as a whole: its own where that is SPDX, else those of its sources together."""
    own = spdx_of(info.licence)
    if own is not None:
        return own
    ids = sorted({row.spdx for row in ledger if row.spdx is not None})
    if not ids or any(row.spdx is None for row in ledger):
        return info.licence
    return " AND ".join(f"({each})" if " OR " in each and len(ids) > 1 else each for each in ids)


def single_ids(ledger: Sequence[LedgerRow]) -> tuple[str, ...]:
    """Every licence that an expression of the ledger names, once, without operators."""
    words = {word for row in ledger for word in re.split(r"[\s()]+", row.spdx or "")}
    return tuple(sorted(words - _OPERATORS - {""}))


def ledger_json(ledger: Sequence[LedgerRow], licence: str) -> str:
    """Content of `licences.json`."""
    content = {"licence": licence, "sources": [asdict(row) for row in ledger]}
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
