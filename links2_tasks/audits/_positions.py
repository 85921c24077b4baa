"""Whether a model prefers places of options."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from links2_tasks.audits._records import LetterUse, PositionAudit
from links2_tasks.results import ResultRow
from links2_tasks.schema import LETTERS
from links2_tasks.scoring import ScoredRow

N_DRAWS = 10_000
FEWEST_ROWS = 8
_SEED = 0


def audit_positions(rows: Sequence[ResultRow]) -> PositionAudit:
    """How often each letter was right and how often it was chosen.

    A model without such a preference has the right letter as often wherever it stands, and each wrong letter equally
    often. The p-value compares its choices with `N_DRAWS` drawn from such a model of the same accuracy; letters are
    dealt by lot, so choices of one clip need not be kept together.

    Args:
        rows: Of one run; rows without a readable letter and open questions are left out.
    """
    read = [row.scored for row in rows if _has_letters(row.scored)]
    letters = LETTERS[: max((_n_options(one) for one in read), default=0)]
    right = Counter(one.answer for one in read)
    chosen = Counter(one.prediction for one in read)
    both = Counter(one.answer for one in read if one.prediction == one.answer)
    accuracies = [both[letter] / right[letter] for letter in letters if right[letter]]
    return PositionAudit(
        letters=tuple(
            LetterUse(letter, right[letter], chosen[letter], both[letter] / right[letter] if right[letter] else None)
            for letter in letters
        ),
        n=len(read),
        p_value=_p_value(read, len(letters)) if len(read) >= FEWEST_ROWS else None,
        recall_spread=float(np.std(accuracies)) if len(accuracies) > 1 else None,
    )


def _has_letters(one: ScoredRow) -> bool:
    return (
        one.chance > 0
        and one.prediction in tuple(LETTERS[: _n_options(one)])
        and one.answer in tuple(LETTERS[: _n_options(one)])
    )


def _n_options(one: ScoredRow) -> int:
    return round(1 / one.chance)


def _p_value(read: Sequence[ScoredRow], n_letters: int) -> float:
    """Share of drawn models whose choices are at least as uneven (chi-squared against what is expected)."""
    accuracy = sum(one.prediction == one.answer for one in read) / len(read)
    rng = np.random.default_rng(_SEED)
    expected, drawn = np.zeros(n_letters), np.zeros((N_DRAWS, n_letters))
    # Rows with the same right letter and number of options are alike for such a model.
    for (answer, n_options), n in sorted(Counter((str(one.answer), _n_options(one)) for one in read).items()):
        shares = np.zeros(n_letters)
        shares[:n_options] = (1 - accuracy) / (n_options - 1)
        shares[LETTERS.index(answer)] = accuracy
        expected += n * shares
        drawn += rng.multinomial(n, shares, size=N_DRAWS)
    seen = Counter(one.prediction for one in read)
    found = np.array([seen[letter] for letter in LETTERS[:n_letters]], float)
    least = _unevenness(found, expected)
    # The found choices count as one of the drawn, so that no p-value is 0.
    return float((1 + (_unevenness(drawn, expected) >= least - 1e-9).sum()) / (1 + N_DRAWS))


def _unevenness(chosen: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(((chosen - expected) ** 2 / np.maximum(expected, 1e-12)).sum(axis=-1))
