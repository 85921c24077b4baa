"""The review page's server side: each request of the page is answered here, by the rules of a `Desk`."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from links2_tasks.errors import DataError, Links2Error
from links2_tasks.review._desk import Desk
from links2_tasks.review._media_shelf import Shelf
from links2_tasks.review._page_media import PageMedia
from links2_tasks.review._page_records import Ask, ClipView, Reply, State, TaskCount
from links2_tasks.review._page_views import manifest, spaced, view, without_media
from links2_tasks.review._records import Item, ReviewSettings
from links2_tasks.review._store import Store
from links2_tasks.schema import question_sha256


class Page:
    """Answers what the page asks, for everyone who uses it."""

    def __init__(self, root: Path, store: Store, settings: ReviewSettings, shelf: Shelf) -> None:
        """Serve the dataset in `root`, and keep decisions in `store`."""
        self.root, self.store, self.settings = root, store, settings
        self.media = PageMedia(root, shelf)
        self._desks: dict[tuple[str, str], Desk] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._lock = threading.Lock()
        self._ahead = ThreadPoolExecutor(max_workers=1, thread_name_prefix="links2-review-ahead")

    def answer(self, text: str, user: str | None) -> str:
        """Answer a request, JSON in and out; whatever goes wrong is told in the reply and changes nothing.

        Args:
            text: An `Ask`.
            user: Who is logged in; None where nobody has to, and the request says who asks.
        """
        try:
            ask = Ask.model_validate_json(text)
        except ValidationError:
            return Reply(
                number=-1, fault="The page and its server do not fit together. Reload the page."
            ).model_dump_json()
        try:
            if user is not None and user not in self.store.users():
                raise DataError(f"'{user}' may log in no more. Nothing was stored; ask who runs the review.")
            return self._reply(ask, user or ask.name).model_dump_json()
        except Links2Error as error:
            return Reply(number=ask.number, fault=str(error)).model_dump_json()
        except Exception as error:  # noqa: BLE001 - a page that hangs would lose what was typed.
            fault = f"The server failed ({type(error).__name__}: {error}). Nothing was stored."
            return Reply(number=ask.number, fault=fault).model_dump_json()

    def close(self) -> None:
        """Stop working ahead."""
        self._ahead.shutdown(wait=False, cancel_futures=True)

    def _reply(self, ask: Ask, reviewer: str) -> Reply:
        desk = self._desk(reviewer, ask.task)
        if ask.kind == "clip":  # Takes long, and touches nothing that another request might change.
            with self._lock_of(reviewer):
                item = desk.item(ask.position)
            return Reply(number=ask.number, clip=self._clip(item, ask))
        with self._lock_of(reviewer):
            note, position = self._act(desk, ask)
            reply = self._shown(desk, ask, note, position)
        self._ahead.submit(self._prepare, desk, reply)
        return reply

    def _act(self, desk: Desk, ask: Ask) -> tuple[str, int | None]:
        """Do what is asked for; a note for the person, and the position to show next."""
        if ask.kind == "open":
            return "", self._may_open(desk, ask.position)
        if ask.kind == "next":
            return "", desk.next_open(ask.position)
        if ask.kind == "undo":
            return self._undo(desk, ask.position)
        return self._decide(desk, ask)

    def _may_open(self, desk: Desk, position: int) -> int | None:
        """The position that is asked for where it can be shown, else the next open one."""
        if position < 1 or position > desk.n_items:
            return desk.next_open()
        if self.settings.mode == "answer" and desk.item(position).decision is not None:
            return desk.next_open(position)
        return position

    def _undo(self, desk: Desk, position: int) -> tuple[str, int | None]:
        if self.settings.mode == "answer":
            raise DataError("An answer stands: models cannot take theirs back either.")
        undone = desk.undo()
        if undone is None:
            return "Nothing is left to take back.", self._may_open(desk, position)
        return "Taken back.", undone

    def _decide(self, desk: Desk, ask: Ask) -> tuple[str, int | None]:
        item = desk.item(ask.position)
        if question_sha256(item.question) != ask.question_sha256:
            raise DataError("The question is another one by now. Reload the page; nothing was stored.")
        if self.settings.mode == "answer" and item.decision is not None:
            return "You have answered that one already, perhaps in another window.", desk.next_open(ask.position)
        desk.decide(item, **self._fields(item, ask))
        return "", desk.next_open(ask.position)

    def _fields(self, item: Item, ask: Ask) -> dict[str, object]:
        """What a decision of this mode holds."""
        always = {"comment": ask.comment.strip(), "seconds": ask.seconds}
        if self.settings.mode == "answer":
            return {**always, "letter": ask.letter, "manifest": manifest(item, self.media)}
        if self.settings.mode == "errors":
            return {**always, "category": ask.category}
        return {**always, "verdict": ask.verdict, "edit": ask.edit, "reason": ask.reason.strip()}

    def _shown(self, desk: Desk, ask: Ask, note: str, position: int | None) -> Reply:
        """The reply that shows a position. A decision has been stored by now, so media that fail are only told of."""
        shown = None
        if position is not None:
            try:
                shown = view(desk.item(position), self.settings.mode, self.media)
            except Links2Error as error:
                shown = without_media(desk.item(position), self.settings.mode)
                note = f"{note} {error}".strip()
        return Reply(number=ask.number, note=note, state=self._state(desk, ask), shown=shown)

    def _clip(self, item: Item, ask: Ask) -> ClipView:
        if self.settings.mode == "answer":
            raise DataError("In this mode people see the frames that models see, and no video.")
        return self.media.clip(item.shown, item.position, webm=ask.webm)

    def _state(self, desk: Desk, ask: Ask) -> State:
        own = [one for one in self.store.progress(self.settings.mode) if one.reviewer == desk.reviewer]
        return State(
            mode=self.settings.mode,
            reviewer=desk.reviewer,
            task=ask.task,
            n_done=desk.n_done,
            n_items=desk.n_items,
            tasks=tuple(
                TaskCount(task=one.task, title=spaced(one.task), n_done=one.n_done, n_given=one.n_given) for one in own
            ),
        )

    def _prepare(self, desk: Desk, reply: Reply) -> None:
        """Make the media of the question that probably comes next, while the person looks at this one.

        Only of what the person has got already: to look further would take questions from others.
        """
        if reply.shown is None or reply.state is None:
            return
        n_given = sum(one.n_given for one in reply.state.tasks if reply.state.task in ("", one.task))
        if reply.shown.position >= n_given:
            return
        with suppress(Links2Error):
            with self._lock_of(desk.reviewer):
                item = desk.item(reply.shown.position + 1)
            view(item, self.settings.mode, self.media)
            if self.settings.mode != "answer":
                self.media.clip(item.shown, item.position, webm=False)

    def _desk(self, reviewer: str, task: str) -> Desk:
        with self._lock_of(reviewer):
            if (reviewer, task) not in self._desks:
                settings = self.settings.desk if not task else replace(self.settings.desk, tasks=(task,))
                self._desks[reviewer, task] = Desk(self.store, self.root, self.settings.mode, reviewer, settings)
            return self._desks[reviewer, task]

    def _lock_of(self, reviewer: str) -> threading.RLock:
        """One thing at a time for each person, however many windows they have open."""
        with self._lock:
            return self._locks.setdefault(reviewer, threading.RLock())
