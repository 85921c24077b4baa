"""Everything that is wrong with a dataset, with file and line; the check never stops at the first fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from links2_tasks.dataset._facts import MediaFacts
from links2_tasks.dataset._faults import Fault
from links2_tasks.dataset._find import find_root
from links2_tasks.dataset._layout import INFO_FILE, QUESTIONS_FOLDER, question_file, read_lines
from links2_tasks.dataset._load import read_info
from links2_tasks.dataset._question_faults import question_faults
from links2_tasks.dataset._write import file_facts, files_of
from links2_tasks.errors import DataError, UnsafePathError
from links2_tasks.media import resolve_inside
from links2_tasks.schema import DatasetInfo, Question
from links2_tasks.taxonomy import tasks


@dataclass(frozen=True)
class _Asked:
    """A question and where it stands."""

    file: str
    line: int
    question: Question

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    def fault(self, message: str) -> Fault:
        return Fault(self.file, self.line, message)


def validate(root: str | Path | None = None, progress: Callable[[str], None] | None = None) -> tuple[Fault, ...]:
    """Check a dataset: its records, ids, files, digests, media, marks, windows, spans, sources and counts.

    Args:
        root: as in `find_root`.
        progress: told the name of each file before it is checked.

    Returns:
        Every fault, ordered by file and line; empty for a sound dataset.

    Raises:
        DataError: there is no dataset at `root`. Whatever is wrong inside one is a fault and no error.
    """
    folder = find_root(root)
    tell = progress or (lambda file: None)
    faults: list[Fault] = []
    info = _read_info(folder, faults)
    asked = _read_questions(folder, info, faults, tell)
    if info is not None:
        faults += _file_faults(folder, info, tell)
        faults += _count_faults(info, asked)
        faults += _clip_faults(info, asked)
    faults += _repeats(asked)
    media = MediaFacts(folder, tell)
    for each in asked:
        faults += [each.fault(message) for message in _task_messages(each)]
        faults += [each.fault(message) for message in question_faults(each.question, media)]
    faults += media.faults
    return tuple(sorted(set(faults), key=lambda fault: (fault.file, fault.line or 0, fault.message)))


def _read_info(folder: Path, faults: list[Fault]) -> DatasetInfo | None:
    try:
        info = read_info(folder / INFO_FILE)
    except DataError as error:
        faults.append(Fault(INFO_FILE, None, str(error)))
        return None
    blank = [key for key in ("name", "version", "licence") if not getattr(info, key).strip()]
    faults += [Fault(INFO_FILE, None, f"{key} is blank") for key in blank]
    return info


def _read_questions(
    folder: Path, info: DatasetInfo | None, faults: list[Fault], tell: Callable[[str], None]
) -> list[_Asked]:
    """Every question that can be read; the rest become faults."""
    present = [file for file in files_of(folder) if file.startswith(f"{QUESTIONS_FOLDER}/")]
    if not present and info is None:
        faults.append(Fault(QUESTIONS_FOLDER, None, "no question files found"))
    asked = []
    for file in present:
        tell(file)
        parts = Path(file).parts
        if len(parts) != 3 or not file.endswith(".jsonl"):
            faults.append(Fault(file, None, f"expected {question_file('<split>', '<task>')}"))
            continue
        try:
            lines = list(read_lines(resolve_inside(folder, file)))
        except (OSError, UnsafePathError) as error:
            faults.append(Fault(file, None, f"cannot be read: {error}"))
            continue
        faults += [Fault(file, line.number, line.fault) for line in lines if line.question is None]
        asked += [_Asked(file, line.number, line.question) for line in lines if line.question is not None]
    return asked


def _file_faults(folder: Path, info: DatasetInfo, tell: Callable[[str], None]) -> Iterator[Fault]:
    for file, stated in sorted(info.files.items()):
        tell(file)
        try:
            path = resolve_inside(folder, file)
        except UnsafePathError as error:
            yield Fault(INFO_FILE, None, f"files: {error}")
            continue
        if not path.is_file():
            yield Fault(file, None, f"is listed in {INFO_FILE} but missing")
            continue
        found = file_facts(path)
        if found.bytes != stated.bytes:
            yield Fault(file, None, f"has {found.bytes} bytes, {INFO_FILE} says {stated.bytes}")
        elif found != stated:
            yield Fault(file, None, f"has SHA-256 {found.sha256[:12]}..., {INFO_FILE} says {stated.sha256[:12]}...")
    for file in sorted(set(files_of(folder)) - set(info.files)):
        yield Fault(file, None, f"is not listed in {INFO_FILE}")


def _count_faults(info: DatasetInfo, asked: Sequence[_Asked]) -> Iterator[Fault]:
    found = Counter(Path(each.file).parts[1:3] for each in asked)
    stated = {(split, f"{task}.jsonl"): n for split, tasks in info.counts.items() for task, n in tasks.items()}
    for split, name in sorted({*found, *stated}):
        here, there = found[(split, name)], stated.get((split, name), 0)
        if here != there:
            file = f"{QUESTIONS_FOLDER}/{split}/{name}"
            yield Fault(INFO_FILE, None, f"counts: says {there} questions in {file}, which holds {here} readable ones")
    splits = {split for split, _ in found} | set(info.counts)
    if splits - set(info.splits):
        yield Fault(INFO_FILE, None, f"splits: misses {', '.join(sorted(splits - set(info.splits)))}")
    if set(info.splits) - splits:
        yield Fault(INFO_FILE, None, f"splits: no questions for {', '.join(sorted(set(info.splits) - splits))}")


def _clip_faults(info: DatasetInfo, asked: Sequence[_Asked]) -> Iterator[Fault]:
    twice = sorted(clip_id for clip_id, n in Counter(clip.clip_id for clip in info.clips).items() if n > 1)
    for clip_id in twice:
        yield Fault(INFO_FILE, None, f"clips: '{clip_id}' is listed twice")
    clips = {clip.clip_id: clip for clip in info.clips}
    for each in asked:
        question = each.question
        clip = clips.get(question.clip_id)
        if clip is None:
            yield each.fault(f"clip_id '{question.clip_id}' is not among the clips of {INFO_FILE}")
            continue
        if question.video != clip.video:
            yield each.fault(f"video '{question.video}' is not that of clip '{clip.clip_id}', '{clip.video}'")
        if question.region != clip.region:
            yield each.fault(f"region '{question.region}' is not that of clip '{clip.clip_id}', '{clip.region}'")
        start_s, end_s = question.video_span_s
        if start_s < clip.span_s[0] or end_s > clip.span_s[1]:
            yield each.fault(f"video_span_s {start_s} to {end_s} leaves clip '{clip.clip_id}', {clip.span_s}")


def _task_messages(each: _Asked) -> Iterator[str]:
    task, in_file = each.question.task, Path(each.file).stem
    if task != in_file:
        yield f"task '{task}' stands in the file of task '{in_file}'"
    known = [known.name for known in tasks()]
    if task not in known:
        yield f"unknown task '{task}'; known: {', '.join(known)}"


def _repeats(asked: Sequence[_Asked]) -> Iterator[Fault]:
    """Ids that occur twice, and questions that ask the same of the same pictures."""
    seen: dict[Hashable, _Asked] = {}
    for each in asked:
        question = each.question
        first = seen.setdefault(question.question_id, each)
        if first is not each:
            yield each.fault(f"question_id '{question.question_id}' is that of {first.place} too")
        shown = (question.clip_id, question.video_span_s, question.satellite, question.marks)
        first = seen.setdefault((question.question, *shown), each)
        if first is not each:
            yield each.fault(f"asks the same of the same clip and map as {first.place}")
