from __future__ import annotations

import numpy as np
import pytest

from links2_tasks.errors import DataError
from links2_tasks.scoring import ScoredRow, clustered_bootstrap, clustered_standard_error


def row(number: int, task: str = "a", clip: str = "c", score: float = 1.0) -> ScoredRow:
    return ScoredRow(str(number), task, clip, "region", score, 0.25, "letter")


def sample(n_clips: int, per_clip: int, spread: float, seed: int = 0) -> list[ScoredRow]:
    """Questions whose scores go together within a clip."""
    random = np.random.default_rng(seed)
    rows = []
    for clip in range(n_clips):
        share = float(np.clip(0.5 + spread * random.standard_normal(), 0.0, 1.0))
        for question in range(per_clip):
            score = float(random.random() < share)
            rows.append(row(clip * per_clip + question, "ab"[question % 2], f"clip-{clip}", score))
    return rows


def plain(rows: list[ScoredRow], n_resamples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Micro and macro accuracy of resamples, drawn clip by clip in the plainest way."""
    random = np.random.default_rng(seed)
    clips = sorted({each.clip_id for each in rows})
    by_clip = {clip: [each for each in rows if each.clip_id == clip] for clip in clips}
    micro, macro = [], []
    for _ in range(n_resamples):
        drawn = [each for place in random.integers(len(clips), size=len(clips)) for each in by_clip[clips[place]]]
        micro.append(np.mean([each.score for each in drawn]))
        tasks = sorted({each.task for each in drawn})
        macro.append(np.mean([np.mean([each.score for each in drawn if each.task == task]) for task in tasks]))
    return np.array(micro), np.array(macro)


def test_it_is_what_resampling_clip_by_clip_gives() -> None:
    rows = sample(15, 4, 0.3)
    found = clustered_bootstrap(rows, 400, seed=3)
    micro, macro = plain(rows, 400, seed=3)
    assert (found.micro.low, found.micro.high) == pytest.approx(tuple(np.quantile(micro, [0.025, 0.975])))
    assert (found.macro.low, found.macro.high) == pytest.approx(tuple(np.quantile(macro, [0.025, 0.975])))


def test_it_is_as_wide_as_the_clustered_standard_error_says() -> None:
    rows = sample(200, 6, 0.3)
    found = clustered_bootstrap(rows)
    error = clustered_standard_error([each.score for each in rows], [each.clip_id for each in rows])
    assert error is not None
    assert found.micro.high - found.micro.low == pytest.approx(2 * 1.96 * error, rel=0.05)


def test_questions_that_go_together_make_it_wider() -> None:
    widths = []
    for spread in (0.0, 0.5):
        found = clustered_bootstrap(sample(100, 10, spread), 2_000)
        widths.append(found.micro.high - found.micro.low)
    assert widths[1] > 1.5 * widths[0]


def test_the_order_of_rows_does_not_matter_and_the_seed_does() -> None:
    rows = sample(20, 3, 0.2)
    assert clustered_bootstrap(rows, 500) == clustered_bootstrap(rows[::-1], 500)
    assert clustered_bootstrap(rows, 500) != clustered_bootstrap(rows, 500, seed=1)


def test_a_task_that_is_not_drawn_is_left_out() -> None:
    rows = [row(0, "rare", "one", 1.0), *(row(n, "common", f"clip-{n}", 0.0) for n in range(1, 12))]
    found = clustered_bootstrap(rows, 1_000)
    assert found.tasks["rare"].low == found.tasks["rare"].high == 1.0
    assert (found.macro.low, found.macro.high) == (0.0, 0.5)


@pytest.mark.parametrize(("n_resamples", "confidence"), [(0, 0.95), (10, 0.0), (10, 1.0)])
def test_senseless_settings_are_refused(n_resamples: int, confidence: float) -> None:
    with pytest.raises(DataError, match="n_resamples"):
        clustered_bootstrap([row(0)], n_resamples, confidence)


def test_no_rows_are_refused() -> None:
    with pytest.raises(DataError, match="no rows"):
        clustered_bootstrap([])
