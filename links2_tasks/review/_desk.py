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
from links2_tasks.review._cases import cases, drawn
from links2_tasks.review._checks import check
from links2_tasks.review._outcomes import Outcome, outcomes
from links2_tasks.review._records import Decision, DeskSettings, Item, Key, Mode
from links2_tasks.review._shuffled import shuffled, unshuffled
from links2_tasks.review._store import Given, Logged, Store

_HOUR_S = 3600.0
_USUAL = DeskSettings()


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
        self._lock = threading.Lock()
        if mode == "answer":
            store.give(mode, "", self.reviewer, lambda given: self._in_own_order())
        self._take_in()

    @property
    def n_items(self) -> int:
        """What this person has got, and what they would still get if nobody else took it."""
        self._take_in()
        return len(self._places) + (0 if self._is_complete else len(self._wanting(self._given())))

    @property
    def n_done(self) -> int:
        """Of these, how many this person has decided about, or anyone has settled."""
        done = self._done()
        return sum(key in done for key in self._places)

    def item(self, position: int) -> Item:
        """The question at a position, which counts from 1.

        Raises:
            DataError: there is no such position.
        """
        while position > len(self._places) and self._get_more():
            pass
        if not 1 <= position <= len(self._places):
            raise DataError(f"There is no question {position} for {self.reviewer}; there are {len(self._places)}.")
        key = self._places[position - 1]
        case = self._cases[key]
        as_shown = (
            shuffled(case.question, self.settings.seed, self.reviewer)
            if self.mode == "answer"
            else unshuffled(case.question)
        )
        return Item(
            question=case.question,
            shown=as_shown.question,
            position=position,
            n_items=self.n_items,
            decision=self._own().get(key),
            stored_letters=as_shown.stored_letters,
            model_answer=case.model_answer,
            others=self._others(key),
        )

    def next_open(self, after: int = 0) -> int | None:
        """Position of the next question without a decision: after a position, then new ones, then earlier ones.

        None where nothing is left for this person.
        """
        self._take_in()
        later = (at for at in self._open() if at > after)
        found = next(later, None)
        if found is None and self._get_more():
            return next((at for at in self._open() if at > after), None)
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
        case = self._cases[self._places[item.position - 1]]
        if case.question != item.question:
            raise DataError("This question has another place by now. Reload the page.")
        try:
            decision = Decision(
                mode=self.mode,
                reviewer=self.reviewer,
                task=case.key[0],
                question_id=case.key[1],
                question_sha256=case.key[2],
                run=self.run,
                chosen=case.model_answer.chosen if case.model_answer else "",
                adjudicates=self.settings.adjudicate,
                decided_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
                **fields,
            )
        except ValidationError as error:
            told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            raise DataError(f"This is no decision: {told}.") from error
        decision = check(decision, case.question)
        self.store.add(decision)
        return decision

    def undo(self) -> int | None:
        """Take back this person's newest decision that still counts; what they had decided before it counts again.

        Returns:
            The position of its question; None where nothing is left to take back.
        """
        place = {key: at for at, key in enumerate(self._places, start=1)}
        for each in reversed(self._logged()):
            decision = each.decision
            if self._is_own(decision) and decision.key in place and self.store.take_back(each.number):
                return place[decision.key]
        return None

    @property
    def _is_complete(self) -> bool:
        """Whether this person's queue is no matter of who else has got what."""
        return self.mode == "answer" or self.settings.adjudicate

    def _logged(self) -> list[Logged]:
        """Decisions about the cases of this desk as they are now."""
        return [each for each in self.store.logged(self.mode) if self._fits(each.decision)]

    def _fits(self, decision: Decision) -> bool:
        case = self._cases.get(decision.key)
        if case is None or decision.run != self.run:
            return False
        return case.model_answer is None or case.model_answer.chosen == decision.chosen

    def _is_own(self, decision: Decision) -> bool:
        return decision.reviewer == self.reviewer and decision.adjudicates == self.settings.adjudicate

    def _own(self) -> dict[Key, Decision]:
        return {each.decision.key: each.decision for each in self._logged() if self._is_own(each.decision)}

    def _done(self) -> Container[Key]:
        """What needs no decision here; what one person has settled, nobody else needs to."""
        if self.settings.adjudicate:
            return {key for key, each in self._outcomes().items() if each.state != "open"}
        return self._own()

    def _others(self, key: Key) -> tuple[Decision, ...]:
        return self._outcomes()[key].decisions if self.settings.adjudicate else ()

    def _outcomes(self) -> dict[Key, Outcome]:
        return outcomes(self._logged(), self.settings.reviewers_per_question)

    def _open(self) -> Iterator[int]:
        """Positions of what this person has not decided about, without what others took over meanwhile."""
        done = self._done()
        wanting = None if self._is_complete else set(self._wanting(self._given(), also_own=True))
        for at, key in enumerate(self._places, start=1):
            if key not in done and (wanting is None or key in wanting):
                yield at

    def _take_in(self) -> None:
        """Bring the places up to date; what has one keeps it."""
        if self.settings.adjudicate:
            differ = [key for key, each in self._outcomes().items() if each.state in ("open", "adjudicated")]
            new = sorted(differ, key=list(self._cases).index)
        else:
            new = [each.key for each in self._given() if each.reviewer == self.reviewer]
        with self._lock:
            known = set(self._places)
            self._places += [key for key in new if key not in known and key in self._cases]

    def _given(self) -> tuple[Given, ...]:
        return self.store.given(self.mode, self.run)

    def _get_more(self) -> bool:
        """Get the questions of one more clip, where there is one; whether there was."""
        if self._is_complete:
            return False
        new = self.store.give(self.mode, self.run, self.reviewer, lambda given: self._next_clip(given))
        self._take_in()
        return bool(new)

    def _next_clip(self, given: Sequence[Given]) -> Sequence[Key]:
        wanting = set(self._wanting(given))
        clips = groupby(self._in_own_order(), key=lambda key: self._cases[key].question.clip_id)
        return next((found for _, keys in clips if (found := [key for key in keys if key in wanting])), ())

    def _wanting(self, given: Sequence[Given], *, also_own: bool = False) -> list[Key]:
        """Questions that want one more reviewer than the others who have decided about them or have them in hand."""
        taken: dict[Key, set[str]] = {}
        seen_at: dict[str, float] = {}
        settled: set[Key] = set()
        for each in self._logged():
            decision = each.decision
            if decision.adjudicates:
                settled.add(decision.key)
            else:
                taken.setdefault(decision.key, set()).add(decision.reviewer)
                seen_at[decision.reviewer] = datetime.fromisoformat(decision.decided_at).timestamp()
        since = time.time() - self.settings.hold_hours * _HOUR_S
        own = set()
        for one in given:
            if one.reviewer == self.reviewer:
                own.add(one.key)
            if max(one.given_at, seen_at.get(one.reviewer, 0.0)) > since:
                taken.setdefault(one.key, set()).add(one.reviewer)
        most = self.settings.reviewers_per_question
        return [
            key
            for key in self._cases
            if (also_own or key not in own)
            and key not in settled
            and len(taken.get(key, set()) - {self.reviewer}) < most
        ]

    def _in_own_order(self) -> list[Key]:
        """All questions: in mode 'answer' by lot, else clip by clip, the clips by lot; another lot for each person."""
        if self.mode == "answer":
            return sorted(self._cases, key=lambda key: self._lot(*key))
        return sorted(self._cases, key=lambda key: (self._lot(self._cases[key].question.clip_id), key))

    def _lot(self, *names: str) -> str:
        return drawn(self.settings.seed, self.mode, self.reviewer, *names)
