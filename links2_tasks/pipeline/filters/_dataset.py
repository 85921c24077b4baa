"""The filters on a dataset that exists already, as one that was imported: `links2 filter`."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from links2_tasks.dataset import atomic_directory, load_info, load_questions, write_dataset
from links2_tasks.errors import DataError
from links2_tasks.language import LanguageModel
from links2_tasks.media import resolve_inside
from links2_tasks.pipeline.filters._filter import FilterContext, Progress
from links2_tasks.pipeline.filters._run import FilterRun, FilterStep, run_filters
from links2_tasks.pipeline.filters._settings import FilterSettings
from links2_tasks.schema import DatasetInfo, Question


@dataclass(frozen=True)
class FilteredDataset:
    """What the filters did to each split of a dataset."""

    splits: Mapping[str, FilterRun]

    @property
    def n_in(self) -> int:
        """Questions that there were."""
        return sum(run.steps[0].n_in if run.steps else len(run.questions) for run in self.splits.values())

    @property
    def n_out(self) -> int:
        """Questions that are left."""
        return sum(len(run.questions) for run in self.splits.values())

    @property
    def steps(self) -> tuple[FilterStep, ...]:
        """What each filter did to all splits together."""
        return tuple(map(_together, zip(*(run.steps for run in self.splits.values()), strict=True)))


def filter_dataset(
    root: Path,
    out: Path | None,
    settings: FilterSettings,
    *,
    seed: int = 0,
    model: LanguageModel | None = None,
    progress: Progress = lambda step: None,
) -> FilteredDataset:
    """Run the filters on each split of a dataset, and write what is left as a new one.

    Clips without a question, and media that no question shows, are not taken over; ids and records stay.

    Args:
        root: Folder of the dataset.
        out: Folder of the new one, which must not exist yet; None writes nothing.
        settings: Limits.
        seed: Of letters, folds and lots.
        model: As in `FilterContext`.
        progress: Told what is at work.

    Raises:
        DataError: the dataset cannot be read, nothing is left of it, or `out` exists already.
        MissingExtraError: as `run_filters`.
    """
    info = load_info(root)
    context = FilterContext(root, settings, seed, progress, model)
    splits = {split: run_filters(load_questions(root, split=split), context) for split in info.splits}
    found = FilteredDataset(splits)
    if out is not None:
        if not found.n_out:
            raise DataError(f"The filters leave no question of {root}, so there is nothing to write. See --dry-run.")
        progress("copying videos and maps")
        _write(root, out, info, {split: run.questions for split, run in splits.items()})
    return found


def _together(steps: Sequence[FilterStep]) -> FilterStep:
    return FilterStep(
        steps[0].name,
        sum(one.n_in for one in steps),
        sum(one.n_out for one in steps),
        sum(one.n_changed for one in steps),
        tuple(each for one in steps for each in one.dropped),
    )


def _write(root: Path, out: Path, info: DatasetInfo, questions: Mapping[str, tuple[Question, ...]]) -> None:
    left = [question for members in questions.values() for question in members]
    wanted = {question.clip_id for question in left}
    with atomic_directory(out) as folder:
        for path in sorted(_media_of(left)):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(resolve_inside(root, path), target)
        write_dataset(
            folder,
            name=info.name,
            version=info.version,
            licence=info.licence,
            description=info.description,
            clips=[clip for clip in info.clips if clip.clip_id in wanted],
            questions=questions,
            simulated=info.simulated,
        )


def _media_of(questions: Iterable[Question]) -> set[str]:
    return {path for question in questions for path in (question.video, *(image.path for image in question.satellite))}
