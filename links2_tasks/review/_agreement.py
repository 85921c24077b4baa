"""How far reviewers agree, task by task: `review_agreements`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from links2_tasks.mistakes import agreement
from links2_tasks.review._cases import key_of
from links2_tasks.review._checked import checked
from links2_tasks.review._labels import label_of
from links2_tasks.review._records import MODES, Decision, Key, Mode
from links2_tasks.review._store import Store
from links2_tasks.statistics import Kappa, cohens_kappa

ALL_TASKS = "all"
_Own = Mapping[Key, Decision]


@dataclass(frozen=True)
class ReviewAgreement:
    """Two people on the questions of one task, or of all, that both have decided about.

    Verdicts are compared in mode 'check' (two fixes with other words are the same verdict), letters as stored in mode
    'answer', categories in mode 'errors'. What was adjudicated counts as it was before.
    """

    mode: Mode
    run: str
    """In mode 'errors': whose answers these are."""
    task: str
    """'all' for all tasks together."""
    first: str
    second: str
    kappa: Kappa

    @property
    def n(self) -> int:
        """Questions that both have decided about."""
        return self.kappa.n

    @property
    def share(self) -> float:
        """Share 0..1 of these that they decided alike."""
        return self.kappa.agreement

    def as_json(self) -> dict[str, Any]:
        """Plain values; null where kappa has none, as when only one category came."""
        interval = self.kappa.interval
        return {
            "mode": self.mode,
            "run": self.run,
            "task": self.task,
            "first": self.first,
            "second": self.second,
            "n": self.n,
            "share": self.share,
            "kappa": self.kappa.value,
            "interval_95": None if interval is None else [interval.low, interval.high],
        }


def review_agreements(store: Store, root: Path) -> tuple[ReviewAgreement, ...]:
    """Every two reviewers in every mode, by task and for all tasks together.

    Raises:
        DataError: the dataset or the store cannot be read.
        MissingExtraError: statsmodels is not installed.
    """
    known = {key_of(each.question) for each in checked(store, root)}
    found: list[ReviewAgreement] = []
    for mode in MODES:
        decisions = [each.decision for each in store.logged(mode) if not each.decision.adjudicates]
        # The questions of a run are those of its variant, which need not stand in the dataset.
        counting = [each for each in decisions if mode == "errors" or each.key in known]
        for run in sorted({each.run for each in counting}):
            found += _of_mode(mode, run, [each for each in counting if each.run == run])
    return tuple(found)


def _of_mode(mode: Mode, run: str, decisions: Iterable[Decision]) -> Iterator[ReviewAgreement]:
    people: dict[str, dict[Key, Decision]] = {}
    for each in decisions:
        people.setdefault(each.reviewer, {})[each.key] = each
    for first, second in combinations(sorted(people), 2):
        both = [key for key in sorted(people[first]) if key in people[second]]
        both = [key for key in both if people[first][key].chosen == people[second][key].chosen]
        for task in (*sorted({key[0] for key in both}), *([ALL_TASKS] if both else [])):
            keys = [key for key in both if task in (key[0], ALL_TASKS)]
            kappa = _kappa(mode, keys, people[first], people[second])
            yield ReviewAgreement(mode, run, task, first, second, kappa)


def _kappa(mode: Mode, keys: Sequence[Key], first: _Own, second: _Own) -> Kappa:
    if mode == "errors":
        labels = [[label_of(of_one[key], of_one[key].reviewer) for key in keys] for of_one in (first, second)]
        return agreement(*labels).kappa
    said = [[_word(of_one[key]) for key in keys] for of_one in (first, second)]
    return cohens_kappa(*said)


def _word(decision: Decision) -> str:
    return (decision.verdict if decision.mode == "check" else decision.letter) or ""
