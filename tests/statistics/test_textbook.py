from __future__ import annotations

import math
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.errors import DataError, MissingExtraError
from links2_tasks.statistics import cohens_kappa, holm, mcnemar_exact

FUZZ = settings(deadline=None, max_examples=60)


@pytest.mark.parametrize(
    ("only_first", "only_second", "published"),
    [
        # Fagerland, Lydersen and Laake 2013, BMC Medical Research Methodology 13:91, table 1: 2 * binomcdf(1, 8, 0.5).
        (1, 7, 0.0703),
        # By hand: 2 * (1 + 11 + 55) / 2^11.
        (2, 9, 134 / 2048),
    ],
)
def test_mcnemar_is_as_published(only_first: int, only_second: int, published: float) -> None:
    assert mcnemar_exact(only_first, only_second) == pytest.approx(published, abs=5e-5)


@FUZZ
@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_scipys_binomial_test(only_first: int, only_second: int) -> None:
    p = mcnemar_exact(only_first, only_second)
    assert 0.0 < p <= 1.0
    assert p == mcnemar_exact(only_second, only_first)
    if only_first + only_second == 0:
        assert p == 1.0
    else:
        stats = pytest.importorskip("scipy.stats")
        assert p == pytest.approx(stats.binomtest(only_first, only_first + only_second).pvalue)


def test_negative_counts_are_refused() -> None:
    with pytest.raises(DataError, match="negative"):
        mcnemar_exact(-1, 3)


def by_steps(p_values: list[float]) -> list[float]:
    """Holm's procedure as he gives it: the smallest p-value times all, the next times one less, never falling."""
    corrected = [0.0] * len(p_values)
    reached = 0.0
    for step, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        reached = max(reached, min(1.0, p_values[place] * (len(p_values) - step)))
        corrected[place] = reached
    return corrected


def test_holm_is_as_in_the_usual_example() -> None:
    # Four hypotheses, of which the first and the last are rejected at 5 % (Wikipedia, "Holm-Bonferroni method").
    corrected = holm([0.01, 0.04, 0.03, 0.005])
    assert corrected == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert [p <= 0.05 for p in corrected] == [True, False, False, True]


# statsmodels collects garbage at every call, which takes a tenth of a second.
@settings(deadline=None, max_examples=15)
@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=15))
def test_holm_is_the_procedure_step_by_step(p_values: list[float]) -> None:
    corrected = holm(p_values)
    assert corrected == pytest.approx(by_steps(p_values))
    assert all(p <= after <= 1.0 for p, after in zip(p_values, corrected, strict=True))


def test_one_test_needs_no_correction_and_none_none() -> None:
    assert holm([0.04]) == (0.04,)
    assert holm([]) == ()


@pytest.mark.parametrize("wrong", [math.nan, -0.1, 1.1])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(DataError, match=r"0\.\.1"):
        holm([0.5, wrong])


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("contingency_tables", lambda: mcnemar_exact(1, 2)),
        ("multitest", lambda: holm([0.1])),
        ("inter_rater", lambda: cohens_kappa("ab", "ba")),
    ],
)
def test_without_statsmodels_the_extra_is_named(module: str, call: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, f"statsmodels.stats.{module}", None)
    with pytest.raises(MissingExtraError, match=r"links2-tasks\[report\]"):
        call()  # type: ignore[operator]
