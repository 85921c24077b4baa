"""Where the work of a build is done: in this process, in several, or on Ray. The result is the same."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from typing import Any, Literal, Protocol, TypeVar

from links2_tasks.errors import DataError
from links2_tasks.pipeline._attempt import attempt, result_of

Item = TypeVar("Item")
Result = TypeVar("Result")
EngineName = Literal["local", "ray"]


class Engine(Protocol):
    """Does one thing to each of many items."""

    def map(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        done: Callable[[Item, Result], None] = lambda item, result: None,
    ) -> tuple[Result, ...]:
        """The results, in the order of the items.

        Args:
            function: A function of a module, so that other processes find it.
            items: What it is given; `str` of an item names it in errors.
            done: Called in this process as soon as an item is done, in any order.

        Raises:
            DataError: an item failed with an error of this package, or its process was killed; names the item.
            WorkerBug: it failed with another error.
        """
        ...


class InProcess:
    """One item after the other, here."""

    def map(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        done: Callable[[Item, Result], None] = lambda item, result: None,
    ) -> tuple[Result, ...]:
        """See `Engine.map`."""
        results = []
        for item in items:
            result = result_of(attempt(function, item), item)
            done(item, result)
            results.append(result)
        return tuple(results)


class LocalProcesses:
    """Several processes of this machine, which start with the first items that are worth it."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._others: set[object] = set()

    def map(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        done: Callable[[Item, Result], None] = lambda item, result: None,
    ) -> tuple[Result, ...]:
        """See `Engine.map`."""
        if self._workers == 1 or len(items) < 2:
            return InProcess().map(function, items, done)
        pool = self._started()
        places = {pool.submit(attempt, function, item): i for i, item in enumerate(items)}
        results: dict[int, Result] = {}
        for future in as_completed(places):
            place = places[future]
            try:
                outcome = future.result()
            except BrokenProcessPool as error:
                self.close()
                raise DataError(_killed(items[place] for one, place in places.items() if _is_lost(one))) from error
            results[place] = result_of(outcome, items[place])
            done(items[place], results[place])
        return tuple(results[i] for i in range(len(items)))

    def close(self) -> None:
        """End the processes, with whatever they are doing."""
        if self._pool is None:
            return
        mine = set(active_children()) - self._others
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in mine:
            process.terminate()
        self._pool = None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._others = set(active_children())
            # Not fork: this process may have threads of OpenCV and FFmpeg by now, which a copy of it would wait for.
            self._pool = ProcessPoolExecutor(self._workers, mp_context=get_context("spawn"), initializer=_as_worker)
        return self._pool


@contextmanager
def engine_of(name: EngineName = "local", workers: int = 1) -> Iterator[Engine]:
    """The engine of a name, ended at the end of the block.

    Args:
        name: 'local' for processes of this machine, 'ray' for Ray.
        workers: How many processes; 1 is this one. On a Ray cluster that is there already, its own number counts.

    Raises:
        DataError: there is no such engine, or `workers` is below 1.
        MissingExtraError: Ray is not installed.
    """
    if workers < 1:
        raise DataError(f"workers must be 1 or more, got {workers}")
    if name == "ray":
        from links2_tasks.pipeline._ray_engine import ray_engine

        with ray_engine(workers) as engine:
            yield engine
        return
    if name != "local":
        raise DataError(f"There is no engine '{name}'. The engines are local and ray.")
    local = LocalProcesses(workers)
    try:
        yield local
    finally:
        local.close()


def _is_lost(future: Future[Any]) -> bool:
    return future.done() and isinstance(future.exception(), BrokenProcessPool)


def _killed(items: Iterator[object]) -> str:
    names = [str(item) for item in items]
    told = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    return (
        f"A process was killed, perhaps for lack of memory, while these were waiting or under way: {told}. Take fewer "
        "--workers; the same command goes on where this one stopped."
    )


def _as_worker() -> None:
    """Leave Ctrl-C to the parent, and end with it however it ends: nobody else would."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True, name="links2-parent").start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        # Not sys.exit, which ends a thread. Nothing is written here that could be cut off.
        os._exit(1)
