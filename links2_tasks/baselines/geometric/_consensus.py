"""One registration out of many doubtful matches.

A SIFT match carries a place, a size and an orientation, so one match alone proposes a whole similarity. All proposals
are tried against all matches: this needs no random draws and still finds the truth when one match in fifty is right.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.baselines.geometric._features import Floats
from links2_tasks.baselines.geometric._matching import Matches
from links2_tasks.baselines.geometric._plane import scaled

_MOST_PROPOSALS = 900
_FIXED_TOLERANCE_PX = 4.0
_RELATIVE_TOLERANCE = 0.18
_TURN_TOLERANCE_DEG = 25.0
_SIZE_TOLERANCE = float(np.log(1.6))
_ENOUGH_FOR_HOMOGRAPHY = 12
_ENOUGH_FOR_AFFINITY = 7


def proposals(matches: Matches, most: int) -> list[NDArray[np.bool_]]:
    """The supporters of the best proposals, best first, as masks over `matches`; no two share most of their supporters."""
    if len(matches) < 3:
        return []
    support = _support(matches)
    found: list[NDArray[np.bool_]] = []
    counts = support.sum(axis=1)
    for proposal in np.argsort(-counts, kind="stable"):
        if counts[proposal] < 3 or len(found) == most:
            break
        mask = support[proposal]
        if all((mask & other).sum() < 0.5 * mask.sum() for other in found):
            found.append(mask)
    return found


def _support(matches: Matches) -> NDArray[np.bool_]:
    """Which match (column) agrees with the similarity that a match (row) proposes."""
    rows = slice(0, min(len(matches), _MOST_PROPOSALS))
    first, second = matches.first, matches.second
    log_scale = np.log(second.size_px) - np.log(first.size_px)
    turn_deg = second.angle_deg - first.angle_deg
    factor = np.exp(
        log_scale[rows] + 1j * np.radians(turn_deg[rows])
    )  # complex numbers: y down, so clockwise is positive
    here, there = first.xy_px @ (1, 1j), second.xy_px @ (1, 1j)
    offset = factor[:, None] * (here[None, :] - here[rows, None])
    error = np.abs(there[None, :] - there[rows, None] - offset)
    near = error < _FIXED_TOLERANCE_PX + _RELATIVE_TOLERANCE * np.abs(offset)
    same_turn = np.abs((turn_deg[None, :] - turn_deg[rows, None] + 180.0) % 360.0 - 180.0) < _TURN_TOLERANCE_DEG
    same_size = np.abs(log_scale[None, :] - log_scale[rows, None]) < _SIZE_TOLERANCE
    return np.asarray(near & same_turn & same_size)


def fit(first_px: Floats, second_px: Floats, tolerance_px: float) -> tuple[Floats | None, int]:
    """The transformation that most pairs agree with, and how many agree.

    Its freedom grows with the number of pairs that agree: a similarity, an affinity, a homography. A homography of a few
    wrong pairs always finds agreement; a similarity of the same pairs does not.
    """
    if len(first_px) < 3:
        return None, 0
    best, inliers = _affine(
        cv2.estimateAffinePartial2D(first_px, second_px, method=cv2.RANSAC, ransacReprojThreshold=2 * tolerance_px)
    )
    if inliers >= _ENOUGH_FOR_AFFINITY:
        wider, more = _affine(
            cv2.estimateAffine2D(first_px, second_px, method=cv2.RANSAC, ransacReprojThreshold=1.5 * tolerance_px)
        )
        if more >= inliers:
            best, inliers = wider, more
    if len(first_px) >= _ENOUGH_FOR_HOMOGRAPHY:
        full, mask = cv2.findHomography(first_px, second_px, cv2.USAC_MAGSAC, tolerance_px, maxIters=2000)
        more = int(mask.sum()) if full is not None and mask is not None else 0
        if full is not None and more >= max(_ENOUGH_FOR_HOMOGRAPHY, 0.9 * inliers) and abs(full[2, 2]) > 1e-12:
            return scaled(np.asarray(full, float)), more
    return best, inliers


def _affine(result: tuple[Any, Any]) -> tuple[Floats | None, int]:
    """A 2 x 3 result of OpenCV as a homography, with its number of inliers."""
    matrix, mask = result
    if matrix is None or mask is None:
        return None, 0
    return np.vstack([matrix, (0.0, 0.0, 1.0)]), int(mask.sum())
