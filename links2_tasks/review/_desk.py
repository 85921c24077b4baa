"""One person's queue in one mode: `Desk`.

In modes 'check' and 'errors' a person gets the questions of one clip after another, as far as they want one more
reviewer. What a person has got stays theirs and keeps its place, also after a restart. In mode 'answer' everyone gets
everything at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Container, Iterator, Sequence
from datetime import datetime, timezone
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from links2_tasks.errors import DataError
from links2_tasks.review._cases import Case, cases, drawn
from links2_tasks.review._checks import check
from links2_tasks.review._records import Decision, DeskSettings, Item, Key, Mode
from links2_tasks.review._shuffled import shuffled, unshuffled
from links2_tasks.review._standing import Standing, standing
from links2_tasks.review._store import Given, Logged, Store

_USUAL = DeskSettings()
_LOOK_AGAIN_S = 60.0
"""Without any news, so long until what others left lying is looked for again."""


class Desk:
    """What one person decides about, question by question."""

    def __init__(self, store: Store, root: Path, mode: Mode, reviewer: str, settings: DeskSettings = _USUAL) -> None:
        """Open a person's queue; what they had got before is in it, in its old place.

        Raises:
            DataError: the name is none, or there is nothing to decide about.
        """
        self.store, self.mode, self.settings = store, mode, settings
        self.reviewer = store.welcome(reviewer)
        found = cases(root, mode, settings)
        self.run = found.run
        self._cases = found.by_key
        self._places: list[Key] = []
        self._lock = threading.RLock()
        self._seen: tuple[object, Standing] | None = None
        if mode == "answer":
            store.give(mode, "", self.reviewer, lambda given: self._in_own_order())

    @property
    def n_items(self) -> int:
        """What this person has got, and what they would still get if nobody else took it."""
        now = self._now()
        return len(self._places) + (0 if self._is_complete else len(now.wanting.difference(now.had)))

    @property
    def n_done(self) -> int:
        """Of these, how many this person has decided about, or anyone has settled."""
        done = self._done(self._now())
        return sum(key in done for key in self._places)

    def item(self, position: int) -> Item:
        """The question at a position, which counts from 1.

        Raises:
            DataError: there is no such position.
        """
        case = self._case_at(position)
        as_shown = (
            shuffled(case.question, self.settings.seed, self.reviewer)
            if self.mode == "answer"
            else unshuffled(case.question)
        )
        now = self._now()
        return Item(
            question=case.question,
            shown=as_shown.question,
            position=position,
            n_items=self.n_items,
            decision=now.own.get(case.key),
            stored_letters=as_shown.stored_letters,
            model_answer=case.model_answer,
            others=now.outcomes[case.key].decisions if self.settings.adjudicate else (),
        )

    def next_open(self, after: int = 0) -> int | None:
        """Position of the next question without a decision: after a position, then new ones, then earlier ones.

        None where nothing is left for this person.
        """
        found = next((at for at in self._open() if at > after), None)
        if found is None and self._get_more():
            found = next((at for at in self._open() if at > after), None)
        return found if found is not None else next(self._open(), None)

    def decide(self, item: Item, **fields: Any) -> Decision:
        """Keep what the person decided; it is on the disk when this returns.

        Args:
            item: From `item`.
            fields: Of `Decision`: `verdict`, `edit` and `reason` in mode 'check', `letter` (of the options as shown) in
                mode 'answer', `category` in mode 'errors'; `comment`, `seconds` and `manifest` in any.

        Raises:
            DataError: the decision is not complete or not valid, says why; or it cannot be written.
        """
        if fields.get("letter") is not None:
            fields["letter"] = item.stored_letter(fields["letter"])
        case = self._case_at(item.position)
        if case.question != item.question:
            raise DataError("This question has another place by now. Reload the page.")
        decision = check(self._decision(case, fields), case.question)
        self.store.add(decision)
        return decision

    def undo(self) -> int | None:
        """Take back this person's newest decision that still counts; what they had decided before it counts again.

        Returns:
            The position of its question; None where nothing is left to take back.
        """
        now = self._now()
        place = {key: at for at, key in enumerate(self._places, start=1)}
        for number, key in reversed(now.own_numbers):
            if key in place and self.store.take_back(number):
                return place[key]
        return None

    @property
    def _is_complete(self) -> bool:
        """Whether this person's queue is no matter of who else has got what."""
        return self.mode == "answer" or self.settings.adjudicate

    def _decision(self, case: Case, fields: dict[str, Any]) -> Decision:
        task, question_id, digest = case.key
        try:
            return Decision(
                mode=self.mode,
                reviewer=self.reviewer,
                task=task,
                question_id=question_id,
                question_sha256=digest,
                run=self.run,
                chosen=case.model_answer.chosen if case.model_answer else "",
                adjudicates=self.settings.adjudicate,
                decided_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
                **fields,
            )
        except ValidationError as error:
            told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            raise DataError(f"This is no decision: {told}.") from error

    def _case_at(self, position: int) -> Case:
        self._now()
        while position > len(self._places) and self._get_more():
            pass
        if not 1 <= position <= len(self._places):
            raise DataError(f"There is no question {position} for {self.reviewer}; there are {len(self._places)}.")
        return self._cases[self._places[position - 1]]

    def _now(self) -> Standing:
        """How things stand; looked up again when the store has news."""
        with self._lock:
            stamp = (self.store.stamp(), time.time() // _LOOK_AGAIN_S)
            if self._seen is None or self._seen[0] != stamp:
                now = self._standing(self.store.given(self.mode, self.run))
                self._seen = stamp, now
                self._take_in(now)
            return self._seen[1]

    def _standing(self, given: Sequence[Given]) -> Standing:
        logged = [each for each in self.store.logged(self.mode) if self._fits(each)]
        return standing(logged, given, self._cases, self.reviewer, self.settings, time.time())

    def _fits(self, logged: Logged) -> bool:
        """Whether a decision is about a question of this desk as it is now, and about the same answer to it."""
        decision = logged.decision
        case = self._cases.get(decision.key)
        if case is None or decision.run != self.run:
            return False
        return case.model_answer is None or case.model_answer.chosen == decision.chosen

    def _take_in(self, now: Standing) -> None:
        """Bring the places up to date; what has one keeps it."""
        new = now.had
        if self.settings.adjudicate:
            differ = {key for key, each in now.outcomes.items() if each.state in ("open", "adjudicated")}
            new = [key for key in self._cases if key in differ]
        known = set(self._places)
        self._places += [key for key in new if key not in known and key in self._cases]

    def _done(self, now: Standing) -> Container[Key]:
        """What needs no decision here; what one person has settled, nobody else needs to."""
        if self.settings.adjudicate:
            return {key for key, each in now.outcomes.items() if each.state != "open"}
        return now.own

    def _open(self) -> Iterator[int]:
        """Positions of what this person has not decided about, without what others took over meanwhile."""
        now = self._now()
        done = self._done(now)
        for at, key in enumerate(tuple(self._places), start=1):
            if key not in done and (self._is_complete or key in now.wanting):
                yield at

    def _get_more(self) -> bool:
        """Get the questions of one more clip, where there is one; whether there was."""
        if self._is_complete:
            return False
        new = self.store.give(self.mode, self.run, self.reviewer, self._next_clip)
        self._now()
        return bool(new)

    def _next_clip(self, given: Sequence[Given]) -> Sequence[Key]:
        now = self._standing(given)
        wanting = now.wanting.difference(now.had)
        clips = groupby(self._in_own_order(), key=lambda key: self._cases[key].question.clip_id)
        return next((found for _, keys in clips if (found := [key for key in keys if key in wanting])), ())

    def _in_own_order(self) -> list[Key]:
        """All questions: in mode 'answer' by lot, else clip by clip, the clips by lot; another lot for each person."""
        if self.mode == "answer":
            return sorted(self._cases, key=lambda key: self._lot(*key))
        return sorted(self._cases, key=lambda key: (self._lot(self._cases[key].question.clip_id), key))

    def _lot(self, *names: str) -> str:
        return drawn(self.settings.seed, self.mode, self.reviewer, *names)
