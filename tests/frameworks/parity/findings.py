"""All that is measured, by one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import PIL
from hosts import Bench, run_both
from replies import kinds_for, replies_to
from results import Pair, Row, row_differences
from seen import Shown
from tiny_questions import write_every_task, write_short
from ways import GROUP, UNKNOWN_MODEL, VIDEO_MODEL, WAYS

from links2_tasks import taxonomy
from links2_tasks.dataset import load_questions

if TYPE_CHECKING:
    from api_media import Comparison

LEFT_OUT = "cross_view_change"
"""The task that a second dataset lacks, as real footage without an annotated change does."""


@dataclass(frozen=True)
class ChangedReply:
    """A kind of reply that lmms-eval's command line hands over otherwise than its Python interface."""

    kind: str
    differences: tuple[str, ...]
    """Between its row and VLMEvalKit's."""

    @property
    def is_scored_otherwise(self) -> bool:
        """Whether more differs than the record of the reply."""
        return any(not difference.startswith("raw ") for difference in self.differences)


@dataclass(frozen=True)
class ShortClip:
    """A question about fewer frames than are asked for, with the strategy native_video."""

    n_frames: int
    lmms: Shown
    vlm: Shown
    lmms_row: Row
    vlm_row: Row


@dataclass(frozen=True)
class Findings:
    """What the page tells."""

    pairs: tuple[Pair, ...]
    lacking: Pair
    """The first way, on the dataset that lacks a task."""
    command: tuple[ChangedReply, ...]
    short: ShortClip
    api: Mapping[str, Comparison | None]
    """What API models send, by the name of a case."""
    versions: str


def measure(pairs: tuple[Pair, ...], bench: Bench) -> Findings:
    """Everything but the pairs, which other data may be put in place of; `bench` is that of the pairs."""
    # They import the frameworks.
    import api_runs

    folder = bench.folder
    lacking = Bench(write_every_task(folder / "lacking", without=LEFT_OUT), folder / "runs without a task")
    with bench.on("API models"):
        api = api_runs.run_all(folder / "api")
    return Findings(
        pairs=pairs,
        lacking=run_both(lacking, WAYS[:1])[0],
        command=_changed_by_the_command(pairs[0], bench),
        short=_short_clip(folder),
        api=api,
        versions=", ".join(f"{name} {version(name)}" for name in ("lmms-eval", "ms-vlmeval"))
        + f", Pillow {PIL.__version__}",
    )


def _changed_by_the_command(pair: Pair, bench: Bench) -> tuple[ChangedReply, ...]:
    """The rows of the first way once more, with the arguments that lmms-eval's command line adds by itself."""
    import run_lmms_eval

    replies = replies_to(pair.questions, pair.way.shift)
    arguments = run_lmms_eval.arguments_of_the_command(UNKNOWN_MODEL, [GROUP])
    with bench.on("lmms-eval"):
        run = run_lmms_eval.run(replies, UNKNOWN_MODEL, [GROUP], cli_args=arguments)
    kinds = kinds_for(pair.questions, pair.way.shift)
    found: dict[str, tuple[str, ...]] = {
        kinds[question_id]: tuple(row_differences(row, pair.vlm.rows[question_id]))
        for question_id, row in run.rows.items()
    }
    return tuple(ChangedReply(kind, differences) for kind, differences in sorted(found.items()) if differences)


def _short_clip(folder: Path) -> ShortClip:
    bench = Bench(write_short(folder / "short"), folder / "runs of a short clip")
    (way,) = (way for way in WAYS if way.model == VIDEO_MODEL)
    (question,) = load_questions(bench.root)
    (pair,) = run_both(bench, [replace(way, shift=0)], [f"{taxonomy.PREFIX}{question.task}"])
    name = question.question_id
    row = pair.vlm.rows[name]
    return ShortClip(
        row["manifest"]["n_frames"], pair.lmms.shown[name], pair.vlm.shown[name], pair.lmms.rows[name], row
    )
