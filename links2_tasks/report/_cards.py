"""Single questions with what each run answered: what the browser of a report pages through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from links2_tasks.errors import Links2Error
from links2_tasks.mistakes import Mistake
from links2_tasks.prompt import FrameManifest, PromptSettings, prompt_text
from links2_tasks.report._measured import Measured, dimension_of_task
from links2_tasks.results import ResultRow
from links2_tasks.schema import Question, question_sha256
from links2_tasks.taxonomy import variants

Key = tuple[str, str]
"""Task and question."""
Questions = Mapping[str, Mapping[Key, Question]]
"""Questions as the runs asked them, by label of the run; runs whose questions are not at hand are missing."""

RIGHT, PARTLY, WRONG = "right", "partly", "wrong"


@dataclass(frozen=True)
class Answer:
    """What one run made of a question."""

    run: int
    """Position of the run in the report."""
    row: ResultRow
    mistake: Mistake | None
    prompt: int | None
    """Position of its prompt in the card; None where that is not known."""

    @property
    def verdict(self) -> str:
        """Open answers may be right in part."""
        score = self.row.scored.score
        return RIGHT if score >= 1.0 else PARTLY if score > 0.0 else WRONG


@dataclass(frozen=True)
class Card:
    """One question as it was asked, and its answers."""

    task: str
    question_id: str
    variant: str
    """Of the run that asked it first; questions that a variant changes have cards of their own."""
    clip_id: str
    region: str
    right: str
    """The right answer, as rows name it."""
    question: Question | None
    """None where the dataset is not at hand."""
    prompts: tuple[str, ...]
    answers: tuple[Answer, ...]

    @property
    def manifest(self) -> FrameManifest | None:
        """The fullest record of what was shown."""
        manifests = [answer.row.manifest for answer in self.answers if answer.row.manifest is not None]
        return max(manifests, key=lambda manifest: manifest.n_frames, default=None)


@dataclass
class _Draft:
    question: Question | None
    answers: list[tuple[int, ResultRow, Mistake | None]] = field(default_factory=list)


def make_cards(
    measured: Sequence[Measured],
    questions: Questions,
    mistakes: Mapping[str, Sequence[Mistake]],
    root: Path | None,
    progress: Callable[[str], None] = lambda step: None,
) -> tuple[Card, ...]:
    """One card for each question as it was asked, in the order of tasks and questions.

    Args:
        measured: All runs.
        questions: As far as they are at hand.
        mistakes: Of each run, by its label.
        root: Folder of the dataset; without it there is no text of a prompt.
        progress: Told what is at work.
    """
    drafts: dict[tuple[str, str, str], _Draft] = {}
    for position, each in enumerate(measured):
        kinds = {(mistake.task, mistake.question_id): mistake for mistake in mistakes.get(each.label, ())}
        known = questions.get(each.label, {})
        for row in each.run.rows:
            key = (row.scored.task, row.scored.question_id)
            question = known.get(key)
            digest = row.question_sha256 or (question_sha256(question) if question is not None else row.variant)
            draft = drafts.setdefault((*key, digest), _Draft(question))
            draft.question = draft.question or question
            draft.answers.append((position, row, kinds.get(key)))
    progress("texts of prompts")
    places = {task: place for place, task in enumerate(dimension_of_task([each.run for each in measured]))}
    ordered = sorted(
        drafts.items(), key=lambda item: (places[item[0][0]], item[0][1], item[1].answers[0][0], item[0][2])
    )
    return tuple(_card(draft, root) for _, draft in ordered)


def chosen_for_pictures(cards: Sequence[Card], media: str | int, ignored: Iterable[int] = ()) -> frozenset[int]:
    """Positions of the cards that get pictures.

    Args:
        cards: All cards.
        media: 'all', 'none', 'wrong' for those that a run has wrong, or a number: so many, first those that a run
            has wrong, in turn from each task.
        ignored: Runs whose mistakes do not count, as those of a model that guesses would be most.
    """
    passed_over = frozenset(ignored)
    able = [position for position, card in enumerate(cards) if card.question is not None]
    wrong = [position for position in able if _is_wrong(cards[position], passed_over)]
    if media == "wrong":
        return frozenset(wrong)
    if isinstance(media, int):
        told = frozenset(wrong)
        right = [position for position in able if position not in told]
        return frozenset([*_in_turn(cards, wrong), *_in_turn(cards, right)][:media])
    return frozenset(able if media == "all" else ())


def _is_wrong(card: Card, ignored: frozenset[int]) -> bool:
    return any(answer.verdict != RIGHT and answer.run not in ignored for answer in card.answers)


def _in_turn(cards: Sequence[Card], positions: Sequence[int]) -> list[int]:
    """The first of each task, then the second of each, and so on."""
    seen: dict[str, int] = {}
    turns = []
    for position in positions:
        task = cards[position].task
        seen[task] = seen.get(task, 0) + 1
        turns.append((seen[task], position))
    return [position for _, position in sorted(turns)]


def _card(draft: _Draft, root: Path | None) -> Card:
    first = draft.answers[0][1]
    texts: dict[PromptSettings, str] = {}
    prompts: dict[str, int] = {}
    answers = []
    for run, row, mistake in draft.answers:
        text = _prompt(draft.question, row, root, texts)
        place = prompts.setdefault(text, len(prompts)) if text is not None else None
        answers.append(Answer(run, row, mistake, place))
    return Card(
        task=first.scored.task,
        question_id=first.scored.question_id,
        variant=first.variant,
        clip_id=first.scored.clip_id,
        region=first.scored.region,
        right=str(first.scored.answer or ""),
        question=draft.question,
        prompts=tuple(prompts),
        answers=tuple(answers),
    )


def _prompt(
    question: Question | None, row: ResultRow, root: Path | None, known: dict[PromptSettings, str]
) -> str | None:
    """The text that the model was sent, made again from the record of what it was shown.

    Args:
        question: The question as it was asked.
        row: The answer.
        root: Folder of the dataset.
        known: Texts of this question by settings: runs that were asked alike share one.
    """
    if question is None or root is None or row.manifest is None:
        return None
    shown = {
        **_variant_settings().get(row.variant, {}),
        "strategy": row.manifest.strategy,
        "modality": row.manifest.modality,
        "n_frames": max(1, row.manifest.n_frames),
    }
    try:
        settings = PromptSettings.model_validate(shown)
        if settings not in known:
            known[settings] = prompt_text(question, settings, root)
    except (Links2Error, ValueError) as error:  # ValueError: settings of a variant that this version does not know.
        return f"The prompt cannot be made again: {error}"
    return known[settings]


@lru_cache(maxsize=1)
def _variant_settings() -> dict[str, dict[str, object]]:
    return {variant.name: dict(variant.settings) for variant in variants()}
