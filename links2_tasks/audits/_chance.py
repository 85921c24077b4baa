"""How likely a guesser would do as well: the exact count, and a test that knows what clips are."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from links2_tasks._extras import import_extra
from links2_tasks.audits._classifiers import Pick


def p_above_chance(picks: Sequence[Pick]) -> float | None:
    """One-sided probability of a score at least as high from options that say nothing; 0..1.

    The larger of two. The first is exact where each right option is equally likely to be any of its question's,
    whatever those of other questions are. The second is a t test on the gains of whole clips, which holds where
    questions of a clip are right or wrong together. The first guards against few clips and skewed gains, the second
    against questions that are alike.

    Returns:
        None where the classifier likes all options alike everywhere, or where there are fewer than two clips.

    Raises:
        MissingExtraError: scipy is not installed.
    """
    decided = [one for one in picks if one.is_decided]
    if not decided or len({one.question.clip_id for one in picks}) < 2:
        return None
    return max(_exact(decided), _by_clip(picks))


def _exact(picks: Sequence[Pick]) -> float:
    """P(sum of scores >= the sum seen), with P(a pick holds the right option) = n_liked / n_options, independent.

    Scores are multiples of 1 / unit. Picks of one kind follow a binomial distribution; the kinds are convolved.
    """
    stats, signal = _scipy("stats"), _scipy("signal")
    kinds = Counter((one.n_liked, len(one.question.options)) for one in picks)
    unit = math.lcm(*(n_liked for n_liked, _ in kinds))
    total = np.ones(1)
    for (n_liked, n_options), n in kinds.items():
        step = unit // n_liked
        spaced = np.zeros(n * step + 1)
        spaced[::step] = stats.binom.pmf(np.arange(n + 1), n, n_liked / n_options)
        total = (
            np.clip(signal.fftconvolve(total, spaced), 0.0, None)
            if min(len(total), len(spaced)) > 1
            else total * spaced
        )
    seen = sum(unit // one.n_liked for one in picks if one.is_right)
    return float(min(1.0, total[seen:].sum()))


def _by_clip(picks: Sequence[Pick]) -> float:
    """One-sided t test of the clips' summed gains over chance against 0."""
    stats = _scipy("stats")
    gains = _gains(picks)
    spread = float(gains.std(ddof=1)) * math.sqrt(len(gains))
    total = float(gains.sum())
    if spread < 1e-12:
        # All clips gain the same: the exact count alone decides.
        return 0.0 if total > 0 else 1.0
    return float(stats.t.sf(total / spread, len(gains) - 1))


def _gains(picks: Sequence[Pick]) -> NDArray[np.float64]:
    by_clip: dict[str, float] = defaultdict(float)
    for one in picks:
        by_clip[one.question.clip_id] += one.score - one.chance
    return np.array(list(by_clip.values()))


def _scipy(module: str) -> Any:
    return import_extra(f"scipy.{module}", "scipy", "report", "Telling chance from a shortcut")
