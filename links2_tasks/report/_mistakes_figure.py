"""Shares of mistakes as a picture: a stacked bar for each task, and a reference bar that is set apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from links2_tasks.errors import DataError, MissingExtraError
from links2_tasks.mistakes import CATEGORIES, UNDECIDED, GuessedShares, MistakeShares
from links2_tasks.report._reference import reference_figures

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Theme = Literal["light", "dark"]

PUBLISHED = "spatial_alignment_errors"
"""Key of the published share among the reference figures."""
COLOURS = {
    # From Paul Tol's qualitative schemes; a test measures that no kind of colour blindness makes two of them alike.
    "spatial_alignment": "#4477AA",
    "perception": "#DDCC77",
    "temporal": "#CC6677",
    "direction": "#44AA99",
    "scale_and_distance": "#AA4499",
    "reasoning": "#999933",
    "format": "#88CCEE",
}
_LEAST_LABELLED = 0.06
"""Smaller parts of a bar have no room for their number."""
_BAR_INCH, _WIDTH_INCH = 0.34, 9.5
_APART = 0.4
"""Of a bar's distance to the next."""


@dataclass(frozen=True)
class _Look:
    paper: str
    ink: str
    faint: str
    undecided: str


_LOOKS: dict[str, _Look] = {
    "light": _Look("#FFFFFF", "#1A1C20", "#6A7078", "#E4E6E9"),
    "dark": _Look("#16181C", "#ECEEF1", "#9AA1AB", "#3A3F47"),
}


@dataclass(frozen=True)
class _Bar:
    label: str
    shares: dict[str, float]


def draw_shares(
    shares: Sequence[MistakeShares],
    path: Path,
    *,
    guessed: Sequence[GuessedShares] = (),
    title: str = "",
    theme: Theme = "light",
) -> None:
    """Draw the categories of wrong answers, task by task, then of all; the ending of `path` says which kind of file.

    Args:
        shares: From `mistake_shares`.
        path: The picture; its folder is made where it is missing.
        guessed: From `guessed_shares`; adds a bar of what guessing would give over all tasks.
        title: What stands above, for example the name of the run.
        theme: Colours for a light or a dark page.

    Raises:
        DataError: there is nothing to draw, or the picture cannot be written.
        MissingExtraError: matplotlib is not installed.
    """
    if not shares or not shares[-1].n_wrong:
        raise DataError("There is no wrong answer, so there are no shares to draw.")
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("A picture of mistakes", "matplotlib", "report") from error
    look = _LOOKS[theme]
    bars = [_Bar(f"{one.name}  (n = {one.n_wrong})", {key: one.share(key) for key in one.counts}) for one in shares]
    bars += [_Bar("all, by guessing", dict(one.shares)) for one in guessed if one.name == shares[-1].name]
    height_inch = _BAR_INCH * (len(bars) + 2) + 2.0
    figure = Figure(figsize=(_WIDTH_INCH, height_inch), dpi=144, facecolor=look.paper)
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, height_ratios=(len(bars), 1.0))
    _draw_bars(upper, bars, len(shares) - 1, look)
    _draw_published(lower, look)
    _arrange(figure, upper, title, look, height_inch)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, facecolor=look.paper)
    except (OSError, ValueError) as error:
        raise DataError(
            f"The picture cannot be written to {path}: {error}. Name a file that ends in .png or .svg."
        ) from error


def _draw_bars(axes: Axes, bars: Sequence[_Bar], n_tasks: int, look: _Look) -> None:
    # The bars of all tasks together stand a little apart.
    places = [number + (_APART if number >= n_tasks else 0.0) for number in range(len(bars))]
    for place, bar in zip(places, bars, strict=True):
        left = 0.0
        for key in (*CATEGORIES, UNDECIDED):
            share = bar.shares[key]
            if share > 0:
                _part(axes, place, left, share, key, look)
            left += share
    # No formulas: a name with two dollar signs is a name.
    axes.set_yticks(places, [_words(bar.label) for bar in bars], parse_math=False)
    axes.set_ylim(places[-1] + 0.6, -0.6)
    _plain(axes, look)
    axes.set_xticks([])


def _draw_published(axes: Axes, look: _Look) -> None:
    """The published share, set apart; the rest of it is not known to us by category and is left open."""
    published = next(figure for figure in reference_figures() if figure.key == PUBLISHED)
    share = published.value / 100
    _part(axes, 0, 0.0, share, "spatial_alignment", look)
    axes.barh(0, 1 - share, left=share, height=0.72, facecolor="none", edgecolor=look.faint, linestyle=":")
    axes.set_yticks([0], ["published reference"])
    axes.set_ylim(0.6, -0.6)
    _plain(axes, look)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    note = (
        f"{published.source}: its own tasks and its own definition of the category; not comparable with the bars above"
    )
    axes.set_xlabel(f"share of wrong answers\n{note}", color=look.faint, fontsize=8, labelpad=6)


def _part(axes: Axes, place: float, left: float, share: float, key: str, look: _Look) -> None:
    """One part of a bar. What is undecided is hatched: it is no category and has no colour."""
    undecided = key == UNDECIDED
    axes.barh(
        place,
        share,
        left=left,
        height=0.72,
        color=look.undecided if undecided else COLOURS[key],
        edgecolor=look.faint if undecided else look.paper,
        hatch="////" if undecided else None,
        linewidth=0 if undecided else 1,
    )
    if share >= _LEAST_LABELLED:
        ink = look.ink if undecided else "#FFFFFF" if key in _ON_DARK else "#1A1C20"
        box = {"facecolor": look.undecided, "edgecolor": "none", "pad": 1.5} if undecided else None
        text: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8, "color": ink, "bbox": box}
        axes.text(left + share / 2, place, f"{100 * share:.0f} %", **text)


_ON_DARK = frozenset({"spatial_alignment", "scale_and_distance"})
"""Categories whose colour is so dark that white letters are read better on it."""


def _plain(axes: Axes, look: _Look) -> None:
    axes.set_xlim(0, 1)
    axes.set_facecolor(look.paper)
    axes.tick_params(length=0, colors=look.ink, labelsize=9)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _arrange(figure: Figure, axes: Axes, title: str, look: _Look, height_inch: float) -> None:
    """Title and legend above, room for the names on the left, and a clear gap before the reference."""
    from matplotlib.patches import Patch

    entries = [Patch(facecolor=COLOURS[key], label=_words(key)) for key in CATEGORIES]
    entries.append(
        Patch(facecolor=look.undecided, edgecolor=look.faint, hatch="////", label="undecided: for people", linewidth=0)
    )
    top = 1 - 0.92 / height_inch
    figure.subplots_adjust(left=0.24, right=0.975, top=top, bottom=0.78 / height_inch, hspace=0.12)
    figure.legend(
        handles=entries,
        loc="lower left",
        bbox_to_anchor=(0.235, top),
        ncols=4,
        frameon=False,
        fontsize=8.5,
        labelcolor=look.ink,
        handlelength=1.2,
        columnspacing=1.4,
    )
    heading = f"What wrong answers are: {title}" if title else "What wrong answers are"
    figure.text(
        0.02, 1 - 0.12 / height_inch, heading, color=look.ink, fontsize=11, weight="bold", va="top", parse_math=False
    )


def _words(name: str) -> str:
    return name.replace("_", " ")
