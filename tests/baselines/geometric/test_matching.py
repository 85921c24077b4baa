"""Features and their matches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.baselines.geometric._consensus import fit, proposals
from links2_tasks.baselines.geometric._features import Features, detect, joined
from links2_tasks.baselines.geometric._matching import Matches, _near_pairs, guided_match, match
from links2_tasks.baselines.geometric._plane import apply

TURN_DEG, SCALE, SHIFT = 40.0, 0.5, (80.0, 30.0)


def similarity() -> np.ndarray:
    c, s = SCALE * np.cos(np.radians(TURN_DEG)), SCALE * np.sin(np.radians(TURN_DEG))
    return np.array([[c, -s, SHIFT[0]], [s, c, SHIFT[1]], [0, 0, 1]])


def random_features(n: int, seed: int) -> Features:
    rng = np.random.default_rng(seed)
    descriptors = rng.random((n, 128)).astype(np.float32) ** 3
    descriptors = (descriptors / np.linalg.norm(descriptors, axis=1, keepdims=True)).astype(np.float16)
    return Features(rng.uniform(0, 400, (n, 2)), rng.uniform(2, 20, n), rng.uniform(0, 360, n), descriptors)


def seen_again(features: Features) -> Features:
    """The same points under the similarity."""
    return Features(
        apply(similarity(), features.xy_px),
        features.size_px * SCALE,
        features.angle_deg + TURN_DEG,
        features.descriptors,
    )


def test_a_flat_image_has_no_features():
    assert len(detect(np.full((80, 90, 3), 127, np.uint8), 100)) == 0


def test_features_move_with_the_picture(world):
    here = detect(np.ascontiguousarray(world.ground[100:400, 100:400]), 300)
    there = detect(np.ascontiguousarray(world.ground[90:390, 105:405]), 300)
    pairs = match(here, there, 0.7)
    shift = np.median(pairs.second.xy_px - pairs.first.xy_px, axis=0)
    assert len(pairs) > 60
    assert shift == pytest.approx([-5, 10], abs=0.1)


def test_features_are_cut_moved_and_joined():
    features = random_features(50, 0)
    inside = features.inside(100, 0, 200, 400)
    assert 0 < len(inside) < 50
    assert ((inside.xy_px[:, 0] >= 100) & (inside.xy_px[:, 0] < 200)).all()
    assert joined([inside.moved(5, -7), features]).xy_px[: len(inside)] == pytest.approx(inside.xy_px + (5, -7))
    assert len(joined([])) == 0


def test_match_keeps_clear_pairs_and_drops_doubtful_ones():
    features = random_features(40, 1)
    twins = joined([seen_again(features), seen_again(features).take(np.arange(10))])  # ten have two equal partners
    pairs = match(features, twins, 0.9)
    assert len(pairs) == 30
    assert pairs.second.xy_px == pytest.approx(apply(similarity(), pairs.first.xy_px))


@pytest.mark.parametrize(("n_first", "n_second"), [(0, 0), (0, 9), (9, 0), (9, 1)])
def test_nothing_matches_nothing(n_first, n_second):
    first, second = random_features(n_first, 0), random_features(n_second, 1)
    assert len(match(first, second, 0.9)) == 0
    assert len(guided_match(first, second, similarity(), 10.0)) in (0, 1)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 60), st.floats(1.0, 90.0))
def test_near_pairs_are_those_of_brute_force(seed, n_first, n_second, radius_px):
    rng = np.random.default_rng(seed)
    first, second = rng.uniform(-150, 350, (n_first, 2)), rng.uniform(0, 200, (n_second, 2))
    first[0] = np.nan
    i, j = _near_pairs(first, second, radius_px)
    near = ((first[:, None] - second[None]) ** 2).sum(axis=2) <= radius_px**2
    assert sorted(zip(i.tolist(), j.tolist(), strict=True)) == [tuple(pair) for pair in np.argwhere(near).tolist()]


def test_guided_match_asks_for_place_size_and_turn():
    features = random_features(60, 2)
    twins = seen_again(features)
    assert len(guided_match(features, twins, similarity(), 5.0)) == 60
    assert len(guided_match(features, twins.moved(20, 0), similarity(), 5.0)) < 6
    larger = Features(twins.xy_px, twins.size_px * 3, twins.angle_deg, twins.descriptors)
    turned = Features(twins.xy_px, twins.size_px, twins.angle_deg + 90, twins.descriptors)
    assert len(guided_match(features, larger, similarity(), 5.0)) < 6
    assert len(guided_match(features, turned, similarity(), 5.0)) < 6


def doubtful(n_right: int, n_wrong: int) -> tuple[Matches, np.ndarray]:
    """Matches of which the first are right, up to the errors that detectors make."""
    rng = np.random.default_rng(3)
    right, wrong = random_features(n_right, 4), random_features(n_wrong, 5)
    again = seen_again(right)
    shaken = Features(
        again.xy_px + rng.normal(0, 0.5, again.xy_px.shape),
        again.size_px * rng.uniform(0.85, 1.15, n_right),
        again.angle_deg + rng.normal(0, 5, n_right),
        again.descriptors,
    )
    matches = Matches(joined([right, wrong]), joined([shaken, random_features(n_wrong, 6)]))
    return matches, np.arange(n_right + n_wrong) < n_right


def test_consensus_finds_three_right_matches_in_a_hundred():
    matches, right = doubtful(14, 450)
    mask = proposals(matches, 1)[0]
    supporters = matches.take(mask)
    found, inliers = fit(supporters.first.xy_px, supporters.second.xy_px, 3.0)
    corners = np.array([(0.0, 0.0), (400.0, 0.0), (400.0, 300.0), (0.0, 300.0)])
    assert (mask & right).sum() >= 10
    assert inliers >= 10
    assert apply(found, corners) == pytest.approx(apply(similarity(), corners), abs=4.0)


def test_proposals_are_ranked_and_differ():
    matches, _ = doubtful(30, 100)
    masks = proposals(matches, 4)
    sizes = [mask.sum() for mask in masks]
    assert sizes == sorted(sizes, reverse=True)
    assert all((a & b).sum() < 0.5 * b.sum() for i, a in enumerate(masks) for b in masks[i + 1 :])


def test_too_few_pairs_fit_nothing():
    matches, _ = doubtful(2, 0)
    assert proposals(matches, 3) == []
    assert fit(matches.first.xy_px, matches.second.xy_px, 3.0) == (None, 0)


def test_fit_finds_the_tilt_of_an_oblique_view():
    tilted = np.array([[0.6, 0.1, 20], [-0.05, 0.7, 40], [0.0001, 0.0009, 1.0]])
    rng = np.random.default_rng(0)
    first = rng.uniform(0, 400, (60, 2))
    found, inliers = fit(first, apply(tilted, first) + rng.normal(0, 0.4, (60, 2)), 3.0)
    assert inliers >= 55
    assert apply(found, first) == pytest.approx(apply(tilted, first), abs=1.5)
