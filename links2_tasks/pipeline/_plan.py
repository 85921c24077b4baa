"""A dry run: what a build would come to, as far as can be told without asking anybody or writing anything."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from links2_tasks.construction.writers import WRITERS
from links2_tasks.pipeline._captions import captioned_landmarks
from links2_tasks.pipeline._clip_stage import cut_clips
from links2_tasks.pipeline._engines import Engine, InProcess
from links2_tasks.pipeline._facts import state_facts
from links2_tasks.pipeline._filtering import LANGUAGE_FILTER
from links2_tasks.pipeline._footage import look_at_footage
from links2_tasks.pipeline._questions import write_questions
from links2_tasks.pipeline._records import BuildReport
from links2_tasks.pipeline._settings import BuildSettings
from links2_tasks.pipeline._site import Progress, Site, silent
from links2_tasks.rewriting import CallEstimate, estimate_calls


@dataclass(frozen=True)
class Plan:
    """What a build would read and write, before its filters."""

    report: BuildReport
    calls: CallEstimate | None
    """What the language model would be asked for words and captions; None without one."""
    n_filter_calls: int = 0
    """How often the filter of that name would ask it, before other filters: each question under every rotation."""


def plan(
    folder: Path,
    settings: BuildSettings | None = None,
    *,
    engine: Engine | None = None,
    progress: Progress = silent,
) -> Plan:
    """Look at the footage and write questions in a temporary folder, and count.

    Filters are not run: what they take out is known only of questions in their last words.

    Args:
        folder: As in `build`.
        settings: As in `build`.
        engine: As in `build`.
        progress: As in `build`.

    Raises:
        SceneError: as `build`.
        MissingExtraError: as `build`.
    """
    chosen = settings or BuildSettings()
    with TemporaryDirectory(prefix="links2-plan-") as work:
        site = Site(Path(folder).absolute(), chosen, Path(work), engine or InProcess(), progress)
        footage = look_at_footage(site)
        clips = cut_clips(site, footage)
        reports = [footage.report, clips.report]
        if chosen.landmark_captions:
            reports.append(state_facts(site, footage, clips))
        written = write_questions(site, footage, clips)
        n_landmarks = len(captioned_landmarks(site, footage)) if chosen.landmark_captions else 0
    counts = Counter(question.task for question in written.asked.questions)
    numbers = {writer.task: counts[writer.task] for writer in WRITERS}
    report = BuildReport(
        n_flights=len(footage.facts),
        n_clips=len(clips.all),
        n_drafts=written.n_drafts,
        n_questions=numbers,
        refusals=written.refusals,
        stages=(*reports, written.asked.report),
        out="",
        work="",
    )
    calls, n_filter_calls = None, 0
    if chosen.language_model is not None:
        asked = numbers if chosen.wording == "model" else {}
        calls = estimate_calls(asked, n_landmarks, chosen.language_model)
        if LANGUAGE_FILTER not in chosen.filters.skip:
            n_filter_calls = sum(len(question.options) for question in written.asked.questions)
    return Plan(report, calls, n_filter_calls)
