"""All stages of a build, one after the other."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from pathlib import Path

from links2_tasks import __version__
from links2_tasks.construction.writers import WRITERS
from links2_tasks.errors import MissingExtraError
from links2_tasks.pipeline._clip_stage import cut_clips
from links2_tasks.pipeline._dataset_stage import is_built_here, refuse_other, write_out
from links2_tasks.pipeline._engines import Engine, InProcess
from links2_tasks.pipeline._facts import state_facts
from links2_tasks.pipeline._filtering import filter_questions
from links2_tasks.pipeline._footage import look_at_footage
from links2_tasks.pipeline._funnel import write_funnel
from links2_tasks.pipeline._narrowing import funnel_steps
from links2_tasks.pipeline._questions import write_questions
from links2_tasks.pipeline._queue import queue_review
from links2_tasks.pipeline._records import BuildReport
from links2_tasks.pipeline._settings import BuildSettings
from links2_tasks.pipeline._site import Progress, Site, silent
from links2_tasks.pipeline._splitting import split_questions
from links2_tasks.pipeline._wording import model_of, put_into_words
from links2_tasks.pipeline._work import held


def build(
    folder: Path,
    out: Path,
    settings: BuildSettings | None = None,
    *,
    work: Path | None = None,
    engine: Engine | None = None,
    progress: Progress = silent,
) -> BuildReport:
    """Write questions about every flight below `folder` into a new dataset `out`, stage by stage.

    What a stage has made stands in the work folder. The same build again, after a kill or with other settings, makes
    only what is missing or depends on what has changed; the dataset is the same as if it were made at once.

    Args:
        folder: A flight's folder, or any tree of such folders.
        out: Folder of the dataset. It must not exist yet, unless this build has written it.
        settings: What is built; None for the defaults.
        work: The work folder; by default beside `out`, with '-work' after its name.
        engine: Where the work is done; by default in this process.
        progress: Opens each stage by its title and number of steps; `_console.steps` shows a bar.

    Raises:
        SceneError: no flight can be used, or two flights exclude one another.
        DataError: `out` or the work folder is in use, settings do not fit the footage, or no question is left.
        LanguageModelError: a language model is wanted, and does not answer at all.
        MissingExtraError: a package is missing that the footage or the settings need.
    """
    # Absolute, since other processes may look from elsewhere.
    folder, out = Path(folder).absolute(), Path(out).absolute()
    work = work_folder(out) if work is None else Path(work).absolute()
    chosen = settings or BuildSettings()
    site = Site(folder, chosen, work, engine or InProcess(), progress)
    if not is_built_here(out, site):
        refuse_other(out, site)
    about = {"folder": str(folder), "out": str(out), "version": __version__, "settings": chosen.model_dump(mode="json")}
    with held(work, about):
        return _build(site, out)


def work_folder(out: Path) -> Path:
    """The work folder that a build of `out` has by default."""
    place = Path(out).absolute()
    return place.with_name(f"{place.name}-work")


def _build(site: Site, out: Path) -> BuildReport:
    model = model_of(site)
    footage = look_at_footage(site)
    clips = cut_clips(site, footage)
    facts = state_facts(site, footage, clips)
    written = write_questions(site, footage, clips)
    worded = put_into_words(site, written.asked, footage, model)
    filtered = filter_questions(site, worded, footage, model)
    splits = split_questions(site, filtered.asked, footage)
    queue = queue_review(site, splits)
    dataset = write_out(site, out, footage, clips, splits)
    reports = (
        *(footage.report, clips.report, facts, written.asked.report, worded.report, filtered.asked.report),
        *(splits.report, queue, dataset),
    )
    # The table is there even so.
    with suppress(MissingExtraError):
        write_funnel(site.work, funnel_steps(reports, filtered.steps))
    numbers = Counter(question.task for question in splits.questions)
    return BuildReport(
        n_flights=len(footage.facts),
        n_clips=len(clips.all),
        n_drafts=written.n_drafts,
        n_questions={writer.task: numbers[writer.task] for writer in WRITERS},
        refusals=written.refusals,
        stages=reports,
        out=str(out),
        work=str(site.work),
    )
