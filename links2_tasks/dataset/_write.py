"""Write a dataset: question files, then `dataset.json` with counts and the digest of every file."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from links2_tasks.dataset._layout import INFO_FILE, QUESTIONS_FOLDER, UNLISTED, question_file
from links2_tasks.errors import DataError
from links2_tasks.media import resolve_inside
from links2_tasks.schema import FORMAT, Clip, DatasetInfo, FileFacts, Question

_FILE_NAME = re.compile(r"\w[\w-]*")


def write_dataset(
    root: Path,
    *,
    name: str,
    version: str,
    licence: str,
    description: str,
    clips: Sequence[Clip],
    questions: Mapping[str, Sequence[Question]],
    simulated: bool | None = None,
) -> DatasetInfo:
    """Write the questions and `dataset.json` beside media files that already lie in `root`.

    The same input gives the same bytes: questions are ordered by clip and id, files by path, and nothing depends on
    the clock. Question files of an earlier writing that are no longer wanted are removed. `dataset.json` is written
    last, so a folder that has one is complete.

    Args:
        root: the dataset's folder, with all videos and satellite images in it.
        name: name of the dataset.
        version: version of the dataset, not of this package.
        licence: licence of the dataset as a whole; each question names that of its footage.
        description: one or two sentences for people.
        clips: every clip that a question names.
        questions: the questions of each split.
        simulated: whether the footage is simulated; None where nobody says.

    Raises:
        DataError: two questions share an id, a question names an unlisted clip, or a name cannot be a file's name.
        UnsafePathError: a file in `root` is a link that leads out of it.
    """
    _check(clips, questions)
    files = {
        question_file(split, task): [question for question in wanted if question.task == task]
        for split, wanted in questions.items()
        for task in sorted({question.task for question in wanted})
    }
    _remove_others(root, files)
    for path, wanted in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        ordered = sorted(wanted, key=lambda question: (question.clip_id, question.question_id))
        target.write_bytes("".join(map(question_line, ordered)).encode())
    info = DatasetInfo(
        name=name,
        version=version,
        format=FORMAT,
        licence=licence,
        description=description,
        splits=tuple(sorted(questions)),
        counts={split: dict(sorted(Counter(q.task for q in wanted).items())) for split, wanted in questions.items()},
        clips=tuple(sorted(clips, key=lambda clip: clip.clip_id)),
        files={path: file_facts(resolve_inside(root, path)) for path in files_of(root)},
        simulated=simulated,
    )
    _write_info(root / INFO_FILE, info)
    return info


def question_line(question: Question) -> str:
    """The one way to write a question: every key, in the schema's order, without spaces, and a line feed."""
    return json.dumps(question.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")) + "\n"


def file_facts(path: Path) -> FileFacts:
    """Size and SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return FileFacts(bytes=path.stat().st_size, sha256=digest.hexdigest())


def files_of(root: Path) -> Iterator[str]:
    """Relative paths of the files of a dataset, sorted, without those in `UNLISTED` and hidden files and folders."""
    found = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [each for each in subfolders if not each.startswith(".")]
        found += [Path(folder, each).relative_to(root).as_posix() for each in names if not each.startswith(".")]
    return iter(sorted(set(found) - UNLISTED))


def _check(clips: Sequence[Clip], questions: Mapping[str, Sequence[Question]]) -> None:
    everything = [question for wanted in questions.values() for question in wanted]
    twice = sorted(each for each, n in Counter(q.question_id for q in everything).items() if n > 1)
    if twice:
        raise DataError(f"Question ids must be unique; these occur more than once: {', '.join(twice[:5])}.")
    unlisted = sorted({question.clip_id for question in everything} - {clip.clip_id for clip in clips})
    if unlisted:
        raise DataError(f"Questions name clips that are not in `clips`: {', '.join(unlisted[:5])}.")
    for each in {*questions, *(question.task for question in everything)}:
        if not _FILE_NAME.fullmatch(each):
            raise DataError(f"'{each}' cannot be a split or a task: use letters, digits, '_' and '-' only.")


def _remove_others(root: Path, files: Mapping[str, object]) -> None:
    for path in (root / QUESTIONS_FOLDER).rglob("*.jsonl"):
        if path.relative_to(root).as_posix() not in files:
            path.unlink()


def _write_info(path: Path, info: DatasetInfo) -> None:
    content = json.dumps(info.model_dump(mode="json"), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content.encode())
    beside.replace(path)
