from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.scoring import cluster_totals, stratified_standard_error
from links2_tasks.statistics._clustered import clustered_mean, t_quantile

FUZZ = settings(deadline=None, max_examples=60)
ROWS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.sampled_from("tu"), st.sampled_from("abcde")),
    min_size=4,
    max_size=40,
)


def columns(rows: list[tuple[float, str, str]]) -> tuple[list[float], list[str], list[str]]:
    values, tasks, clusters = zip(*rows, strict=True)
    return list(values), list(tasks), list(clusters)


def by_matrices(values: list[float], tasks: list[str], clusters: list[str]) -> tuple[float, float, float]:
    """Mean, CR2 error and degrees of freedom by the matrices of Bell and McCaffrey 2002, as they are defined."""
    names = sorted(set(tasks))
    x = np.array([[float(task == name) for name in names] for task in tasks])
    y = np.array(values)
    contrast = np.full(len(names), 1 / len(names))
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    residuals = y - x @ beta
    hat = x @ inverse @ x.T
    variance = 0.0
    for cluster in sorted(set(clusters)):
        mine = np.array([each == cluster for each in clusters])
        eigenvalues, vectors = np.linalg.eigh(np.eye(mine.sum()) - hat[np.ix_(mine, mine)])
        root = vectors @ np.diag(1 / np.sqrt(eigenvalues)) @ vectors.T
        variance += (contrast @ inverse @ x[mine].T @ root @ residuals[mine]) ** 2
    # The working model of the degrees of freedom: every cluster's mean varies alike.
    weights = x @ inverse @ contrast
    shares = np.array([sum(weights[[each == cluster for each in clusters]]) for cluster in sorted(set(clusters))])
    centred = np.eye(len(shares)) - shares[None, :]
    b = np.diag(shares / np.sqrt(1 - shares)) @ centred @ centred.T @ np.diag(shares / np.sqrt(1 - shares))
    return float(contrast @ beta), math.sqrt(variance), float(np.trace(b) ** 2 / np.trace(b @ b))


@FUZZ
@given(ROWS)
def test_error_and_degrees_of_freedom_are_those_of_the_matrices(rows: list[tuple[float, str, str]]) -> None:
    values, tasks, clusters = columns(rows)
    found = clustered_mean(cluster_totals(values, tasks, clusters), range(len(set(tasks))))
    if any(len({cluster for _, task, cluster in rows if task == name}) < 2 for name in set(tasks)):
        assert found is None
        return
    assert found is not None
    mean, error, freedom = by_matrices(values, tasks, clusters)
    assert found.mean == pytest.approx(mean)
    assert found.standard_error == pytest.approx(error, abs=1e-7)
    assert found.degrees_of_freedom == pytest.approx(freedom)
    assert 1.0 - 1e-9 <= found.degrees_of_freedom <= found.n_clusters - 1 + 1e-9


def test_equal_clusters_give_the_error_of_statsmodels() -> None:
    regression = pytest.importorskip("statsmodels.api")
    random = np.random.default_rng(3)
    clusters = np.repeat(np.arange(9), 6)
    tasks = np.tile(["t", "u"], 27)
    values = random.random(54) + random.random(9)[clusters]
    design = np.column_stack([tasks == "t", tasks == "u"]).astype(float)
    fitted = regression.OLS(values, design).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False}
    )
    theirs = float(fitted.t_test([0.5, 0.5]).sd.item())
    found = clustered_mean(cluster_totals(values.tolist(), tasks.tolist(), [f"c{c}" for c in clusters]), [0, 1])
    assert found is not None
    assert found.standard_error == pytest.approx(theirs * math.sqrt(9 / 8))
    assert found.degrees_of_freedom == pytest.approx(8)


def test_many_clusters_give_the_error_of_miller() -> None:
    random = np.random.default_rng(4)
    clusters = [f"c{number}" for number in random.integers(300, size=2_000)]
    tasks = ["tuv"[number] for number in random.integers(3, size=2_000)]
    values = random.random(2_000).tolist()
    found = clustered_mean(cluster_totals(values, tasks, clusters), [0, 1, 2])
    assert found is not None
    assert found.standard_error == pytest.approx(stratified_standard_error(values, tasks, clusters), rel=0.01)


def test_clusters_of_unequal_size_leave_fewer_degrees_of_freedom() -> None:
    clusters = ["a"] * 30 + ["b"] * 5 + ["c"] * 5 + ["d"] * 5
    found = clustered_mean(cluster_totals([0.0, 1.0, 1.0] * 15, ["t"] * 45, clusters), [0])
    assert found is not None
    assert found.n_clusters == 4
    assert 1.0 <= found.degrees_of_freedom < 1.5


@pytest.mark.parametrize(
    ("freedom", "table"),
    # Two-sided 5 %: Fisher and Yates, Statistical Tables, table III.
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (10, 2.228), (20, 2.086), (30, 2.042), (120, 1.980)],
)
def test_quantiles_of_t_are_those_of_the_tables(freedom: int, table: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(table, abs=6e-4)


@FUZZ
@given(st.floats(0.5, 0.9995), st.floats(1.0, 500.0))
def test_quantiles_of_t_are_those_of_scipy(probability: float, freedom: float) -> None:
    theirs = pytest.importorskip("scipy.stats").t.ppf(probability, freedom)
    assert t_quantile(probability, freedom) == pytest.approx(theirs, rel=1e-6, abs=1e-6)
