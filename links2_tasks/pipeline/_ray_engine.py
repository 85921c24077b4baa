"""Ray as an engine: a small one on this machine, or a cluster that is there already."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from links2_tasks._extras import import_extra
from links2_tasks.errors import DataError
from links2_tasks.pipeline._attempt import attempt, result_of

Item = TypeVar("Item")
Result = TypeVar("Result")

ADDRESS_VARIABLE = "RAY_ADDRESS"
_WAITING_FOR_EACH_CPU = 4
"""Items that are handed over ahead: enough to keep everybody busy, few enough to stop soon."""


class RayEngine:
    """Items as tasks of a Ray that has been started; see `Engine`."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray

    def map(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        done: Callable[[Item, Result], None] = lambda item, result: None,
    ) -> tuple[Result, ...]:
        """See `Engine.map`."""
        task = self._ray.remote(max_retries=0)(attempt)
        most = _WAITING_FOR_EACH_CPU * max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        waiting = list(range(len(items)))[::-1]
        places: dict[Any, int] = {}
        results: dict[int, Result] = {}
        try:
            while waiting or places:
                while waiting and len(places) < most:
                    place = waiting.pop()
                    places[task.remote(function, items[place])] = place
                (ready, *_), _ = self._ray.wait(list(places), num_returns=1)
                place = places.pop(ready)
                results[place] = result_of(self._fetched(ready, items[place]), items[place])
                done(items[place], results[place])
        finally:
            for left in places:
                self._ray.cancel(left, force=True)
        return tuple(results[i] for i in range(len(items)))

    def _fetched(self, reference: Any, item: object) -> Any:
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            told = " ".join(str(error).split())[:300]
            raise DataError(
                f"Ray lost {item}: {told}. The same command goes on where this one stopped; take fewer --workers where "
                "memory was short."
            ) from error


@contextmanager
def ray_engine(workers: int) -> Iterator[RayEngine]:
    """An engine on the Ray cluster that RAY_ADDRESS names, else on one of `workers` processes that ends with the block.

    Flights and the work folder must lie where all machines of a cluster find them under the same path.

    Raises:
        MissingExtraError: Ray is not installed.
        DataError: no Ray can be reached or started.
    """
    ray = import_extra("ray", "ray", "ray", "`links2 build --engine ray`")
    # Without this, Ray tells its makers that it is used.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Ray will once leave this alone by itself, and warns until then.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    was_there = ray.is_initialized()
    try:
        if not was_there and os.environ.get(ADDRESS_VARIABLE):
            ray.init(log_to_driver=False, logging_level="error")
        elif not was_there:
            ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, logging_level="error")
    except (OSError, RuntimeError, ValueError, ConnectionError) as error:
        raise DataError(f"Ray cannot be started or reached: {error}. Try --engine local.") from error
    try:
        yield RayEngine(ray)
    finally:
        if not was_there:
            ray.shutdown()
