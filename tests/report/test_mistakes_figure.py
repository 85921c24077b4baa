"""The picture of mistakes: it is drawn, can be told apart by everyone, and shows the published share set apart."""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from links2_tasks.errors import DataError, MissingExtraError
from links2_tasks.mistakes import CATEGORIES, UNDECIDED, GuessedShares, MistakeShares
from links2_tasks.report._mistakes_figure import COLOURS, PUBLISHED, draw_shares
from links2_tasks.report._reference import reference_figures

KEYS = (*CATEGORIES, UNDECIDED)


def _shares(name: str, *numbers: int) -> MistakeShares:
    return MistakeShares(name, sum(numbers), dict(zip(KEYS, numbers, strict=True)))


SHARES = (
    _shares("uav_localization", 3, 0, 4, 0, 0, 0, 1, 9),
    _shares("$\\frac{a}$ & <b>", 0, 2, 0, 0, 1, 1, 0, 0),
    _shares("all", 3, 2, 4, 0, 1, 1, 1, 9),
)
GUESSED = (GuessedShares("all", 21, dict.fromkeys(KEYS, 1 / 8)),)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_is_drawn_with_any_names(tmp_path: Path, theme: str) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "new/picture.svg"
    draw_shares(SHARES, path, guessed=GUESSED, title="a $model$ of <b>", theme=theme)  # type: ignore[arg-type]
    text = path.read_text(encoding="utf-8")
    assert "<b>" not in text


def test_the_published_share_is_drawn_beside_with_its_source_and_a_warning(tmp_path: Path) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    path = tmp_path / "picture.svg"
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        draw_shares(SHARES, path)
    text = path.read_text(encoding="utf-8")
    figure = next(one for one in reference_figures() if one.key == PUBLISHED)
    assert figure.source in text
    assert f"{figure.value:.0f} %" in text
    assert "not comparable" in text
    assert "all, by guessing" not in text
    assert "uav localization  (n = 17)" in text


def test_bars_are_as_long_as_their_shares(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from PIL import Image

    path = tmp_path / "picture.png"
    draw_shares((_shares("all", 1, 0, 0, 3, 0, 0, 0, 0),), path)
    pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)

    def length_of(colour: str) -> np.ndarray:
        rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        return (np.abs(pixels - rgb).max(axis=2) < 4).sum(axis=1)

    # The row of pixels with most of one colour is in the bar, not in the legend or the reference.
    directions = length_of(COLOURS["direction"])
    row = int(directions.argmax())
    assert directions[row] / length_of(COLOURS["spatial_alignment"])[row] == pytest.approx(3.0, rel=0.03)


def test_nothing_wrong_is_nothing_to_draw(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no wrong answer"):
        draw_shares((_shares("all", *([0] * 8)),), tmp_path / "picture.png")


def test_an_unknown_kind_of_file_is_an_error(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(DataError, match="ends in"):
        draw_shares(SHARES, tmp_path / "picture.doc")


def test_without_matplotlib_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"links2-tasks\[report\]"):
        draw_shares(SHARES, tmp_path / "picture.png")


# Machado, Oliveira and Fernandes 2009, full strength, on linear RGB.
_SIGHT = {
    "full": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
_TO_XYZ = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]


def _lab(colour: str, sight: str) -> np.ndarray:
    """CIELAB of a colour as someone sees it."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = np.array(_TO_XYZ) @ np.clip(np.array(_SIGHT[sight]) @ linear, 0, 1) / (0.95047, 1.0, 1.08883)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", list(_SIGHT))
def test_every_two_colours_are_told_apart(sight: str) -> None:
    seen = {name: _lab(colour, sight) for name, colour in COLOURS.items()}
    gaps = {pair: float(np.linalg.norm(seen[pair[0]] - seen[pair[1]])) for pair in combinations(COLOURS, 2)}
    assert set(COLOURS) == set(CATEGORIES)
    assert min(gaps.values()) > 10, sorted(gaps.items(), key=lambda item: item[1])[:3]
