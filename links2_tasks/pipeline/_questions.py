"""Stage 4: the writers draft questions about each clip, and so many of each task are chosen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from links2_tasks.construction.steps import Drafted, choose, draft, drafts_per_clip
from links2_tasks.construction.writers import WRITERS, Draft
from links2_tasks.errors import DataError
from links2_tasks.pipeline._clip_stage import Clips
from links2_tasks.pipeline._digest import text_digest
from links2_tasks.pipeline._facts import ClipsJob, clips_jobs
from links2_tasks.pipeline._footage import Footage
from links2_tasks.pipeline._records import Dropped, StageReport, as_kept, count_reasons
from links2_tasks.pipeline._site import Clock, Job, MadeOfFlights, Site, make_of_flights
from links2_tasks.pipeline._work import Made, read_rows, rows_text
from links2_tasks.schema import Clip, Question

STAGE = "questions"
FILE = "questions.jsonl"
NOT_CHOSEN = "enough others of its task were chosen"

_draft = TypeAdapter(Draft)


@dataclass(frozen=True)
class Asked:
    """Questions as a stage leaves them."""

    questions: tuple[Question, ...]
    sha256: str
    """Of all of them; what later stages depend on."""
    report: StageReport


@dataclass(frozen=True)
class Written:
    """The chosen questions, and what the writers made to choose from."""

    asked: Asked
    n_drafts: Mapping[str, int]
    """By task."""
    refusals: Mapping[str, Mapping[str, int]]
    """By task and reason, the commonest first."""


@dataclass(frozen=True)
class _Drafting:
    clips: ClipsJob
    seed: int
    most: int
    """Drafts of a task about one clip."""

    def __str__(self) -> str:
        return str(self.clips)


def write_questions(site: Site, footage: Footage, clips: Clips) -> Written:
    """Draft questions about every clip, and choose."""
    clock, place, settings = Clock(), site.stage(STAGE), site.settings
    most = drafts_per_clip(settings.questions_per_task, len(clips.all))
    writers = [(writer.task, writer.version) for writer in WRITERS]
    jobs = [
        Job(
            own.job.flight,
            site.made_from(STAGE, footage=of_flight, clips=of_clips, seed=settings.seed, most=most, writers=writers),
            _Drafting(own, settings.seed, most),
        )
        for own, of_flight, of_clips in zip(clips_jobs(footage, clips), footage.digests, clips.digests, strict=True)
    ]
    made = make_of_flights(site, STAGE, "writing questions", jobs, draft_flight)
    refused = [one for each in made.made.values() for one in each.dropped]
    drafted = _drafted(made, clips.all)
    n_drafts = {writer.task: len(drafted[writer.task]) for writer in WRITERS}
    made_from = site.made_from(
        STAGE, drafts=made.sha256, clips=clips.digests, seed=settings.seed, wanted=settings.questions_per_task
    )
    report = place.read_report(made_from)
    if report is None:
        questions = [
            question
            for writer in WRITERS
            for question in choose(writer, drafted[writer.task], settings.questions_per_task, settings.seed)
        ]
        dropped = refused + _not_chosen(drafted, questions)
        report = StageReport(
            stage=STAGE,
            read={"clips": len(clips.all)},
            made={"drafts": sum(n_drafts.values()), "questions": len(questions)},
            dropped=count_reasons(dropped),
            seconds=clock.seconds,
            kept={"flights": made.n_kept, "questions": 0},
        )
        place.write(report, made_from, {FILE: questions_text(questions)}, dropped)
    else:
        report = as_kept(report, clock.seconds, {"flights": made.n_kept, "questions": report.made["questions"]})
    return Written(read_asked(place.path / FILE, report), n_drafts, _by_task(refused))


def draft_flight(task: _Drafting) -> Made:
    """What all writers make of the clips of one flight."""
    rows, dropped = [], []
    for clip in task.clips.views():
        for writer in WRITERS:
            made = draft(writer, clip, task.seed, task.most)
            rows += [
                {"clip_id": clip.clip_id, "task": writer.task, "draft": _draft.dump_python(one, mode="json")}
                for one in made.drafts
            ]
            dropped += [
                Dropped("draft", clip.clip_id, reason, task=writer.task, n=n) for reason, n in made.refusals.items()
            ]
    return Made(tuple(rows), tuple(dropped))


def questions_text(questions: Iterable[Question]) -> str:
    """Questions as JSONL, the way datasets hold them."""
    return rows_text(question.model_dump(mode="json") for question in questions)


def read_asked(path: Path, report: StageReport) -> Asked:
    """The questions that a stage has written.

    Raises:
        DataError: the file is missing or damaged.
    """
    rows = read_rows(path)
    try:
        questions = tuple(Question.model_validate(row) for row in rows)
    except ValidationError as error:
        raise DataError(f"{path} is damaged: {error}. Remove the folder {path.parent} and build again.") from error
    return Asked(questions, text_digest(rows_text(rows)), report)


def _drafted(made: MadeOfFlights, clips: Sequence[Clip]) -> dict[str, list[Drafted]]:
    """Drafts by task, in the order of flights and clips."""
    by_id = {clip.clip_id: clip for clip in clips}
    found: dict[str, list[Drafted]] = defaultdict(list)
    for one in made.made.values():
        for row in one.rows:
            found[row["task"]].append(Drafted(by_id[row["clip_id"]], _draft.validate_python(row["draft"])))
    return found


def _not_chosen(drafted: Mapping[str, Sequence[Drafted]], questions: Sequence[Question]) -> list[Dropped]:
    chosen = Counter((question.task, question.clip_id) for question in questions)
    made = Counter((task, one.clip.clip_id) for task, drafts in drafted.items() for one in drafts)
    return [
        Dropped("draft", clip_id, NOT_CHOSEN, task=task, n=n - chosen[task, clip_id])
        for (task, clip_id), n in made.items()
        if n > chosen[task, clip_id]
    ]


def _by_task(refused: Sequence[Dropped]) -> dict[str, dict[str, int]]:
    return {writer.task: count_reasons(one for one in refused if one.task == writer.task) for writer in WRITERS}
