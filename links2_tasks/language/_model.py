"""A language model behind an endpoint: asks, checks the form of the answer, asks again, and remembers."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from links2_tasks.errors import LanguageModelError
from links2_tasks.language._cache import Cache, Kept
from links2_tasks.language._clock import Clock, Pace, growing_wait_s
from links2_tasks.language._endpoint import Endpoint, Failure, Reply
from links2_tasks.language._found_json import NotOfTheForm, read_answer
from links2_tasks.language._payload import (
    DIGEST_HEX,
    Messages,
    asked_again,
    cache_key,
    digest_of,
    messages_of,
    response_format,
    temperature_of,
)
from links2_tasks.language._records import Answer, Content, LanguageSettings, Request, Usage

MOST_WAIT_S = 600.0
"""An endpoint that asks for a longer wait than this is not waited for."""
WORDS_ALONE = 2
"""The last way to tell an endpoint the form of an answer."""
HOPELESS_AFTER = 3
"""An endpoint that has failed so often and never answered is not asked anything more."""
_UNUSABLE = "the answer cannot be used"
_LIMIT_NAMES = ("max_tokens", "max_completion_tokens")


@dataclass(frozen=True)
class _Dialect:
    """What an endpoint has been found to take."""

    levels: Mapping[type, int] = field(default_factory=dict)
    """How it is told each form of answer."""
    limit_name: str = _LIMIT_NAMES[0]
    takes_temperature: bool = True

    def options(self, request: Request[Content], level: int, settings: LanguageSettings) -> dict[str, Any]:
        """What stands in a request beside the messages."""
        options = response_format(request.answer, level)
        options[self.limit_name] = settings.max_output_tokens
        if self.takes_temperature:
            options["temperature"] = temperature_of(request, settings)
        return options

    def corrected(self, words: str) -> _Dialect | None:
        """The dialect as an endpoint's refusal asks for it; None where it asks for nothing that can be changed."""
        if "max_completion_tokens" in words and self.limit_name != _LIMIT_NAMES[1]:
            return replace(self, limit_name=_LIMIT_NAMES[1])
        if "temperature" in words and self.takes_temperature:
            return replace(self, takes_temperature=False)
        return None


@dataclass
class _Asked:
    """What one request has taken so far."""

    stop: threading.Event
    """Set when nobody waits for the answer any more."""
    n_asked: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    temperature: float | None = None
    """That of the last reply."""

    def add(self, reply: Reply) -> None:
        self.input_tokens += reply.input_tokens
        self.output_tokens += reply.output_tokens


class LanguageModel:
    """A language model behind an endpoint; safe for several threads, and its cache for several processes."""

    def __init__(self, settings: LanguageSettings, cache: Path, *, clock: Clock | None = None) -> None:
        """Nothing is asked, and no key is looked for, before an answer is missing from the cache.

        Args:
            settings: Which model, and how.
            cache: Folder that keeps the answers.
            clock: Tells the time and waits; None for the machine's.
        """
        self.settings = settings
        self._clock = clock or Clock()
        self._cache = Cache(Path(cache))
        self._endpoint = Endpoint(settings, self._clock)
        self._pace = Pace(self._clock, settings.requests_per_minute)
        self._lock = threading.Lock()
        self._usage = Usage()
        self._dialect = _Dialect()
        self._hopeless: str | None = None
        self._has_answered = False
        self._n_failed = 0

    def __repr__(self) -> str:
        return f"LanguageModel({self.settings.model!r} at {self._endpoint.address!r})"

    @property
    def usage(self) -> Usage:
        """What all requests have taken so far, those without an answer too."""
        with self._lock:
            return self._usage

    def ask(self, request: Request[Content]) -> Answer[Content]:
        """The answer to one request, from the cache where it lies there.

        Raises:
            LanguageModelError: no answer of the form came, however often it was asked, or the endpoint does not let
                anybody ask.
            MissingExtraError: the client is not installed.
            DataError: the cache cannot be written.
        """
        return self._ask(request, threading.Event())

    def _ask(self, request: Request[Content], stop: threading.Event) -> Answer[Content]:
        digest = digest_of(request, self.settings)
        key = cache_key(digest, self.settings)
        kept = self._cache.read(key, request)
        if kept is not None:
            return self._answer(request, digest, kept, self._count(Usage(n_from_cache=1)))
        with self._cache.held(key):
            kept = self._cache.read(key, request)
            if kept is not None:
                return self._answer(request, digest, kept, self._count(Usage(n_from_cache=1)))
            kept = self._ask_anew(request, _Asked(stop))
            self._cache.write(key, request, kept)
        return self._answer(request, digest, kept, self._used(kept.n_asked, kept.input_tokens, kept.output_tokens))

    def ask_many(
        self, requests: Sequence[Request[Content]], progress: Callable[[str], None] = lambda step: None
    ) -> Iterator[Answer[Content] | LanguageModelError]:
        """The answers in the order of the requests, several of them under way at once.

        Args:
            requests: What is asked.
            progress: Called with a few words after each answer.

        Yields:
            An answer, or the error that there is none.

        Raises:
            MissingExtraError: the client is not installed.
            DataError: the cache cannot be written.
        """
        pool = ThreadPoolExecutor(self.settings.workers, thread_name_prefix="language-model")
        waiting: deque[Future[Answer[Content] | LanguageModelError]] = deque()
        todo = iter(requests)
        stop = threading.Event()
        try:
            for number, request in enumerate(requests, start=1):
                while len(waiting) < 4 * self.settings.workers and (following := next(todo, None)) is not None:
                    waiting.append(pool.submit(self._ask_or_error, following, stop))
                outcome = waiting.popleft().result()
                progress(f"{request.purpose}: {number} of {len(requests)}")
                yield outcome
        finally:
            # Whoever stops early, or is interrupted, waits for what is on the wire and for nothing else.
            stop.set()
            pool.shutdown(cancel_futures=True)

    def _ask_or_error(self, request: Request[Content], stop: threading.Event) -> Answer[Content] | LanguageModelError:
        try:
            return self._ask(request, stop)
        except LanguageModelError as error:
            return error

    def _ask_anew(self, request: Request[Content], asked: _Asked) -> Kept[Content]:
        """Ask until an answer has the form.

        Raises:
            LanguageModelError: none has, after as many attempts as the settings allow.
        """
        messages = first = messages_of(request)
        for n_failed in itertools.count(1):
            self._check_hope(asked)
            outcome = self._send(request, messages, asked)
            if isinstance(outcome, Reply):
                asked.add(outcome)
                content = self._read(outcome, request)
                if isinstance(content, request.answer):
                    return Kept(content, asked.n_asked, asked.input_tokens, asked.output_tokens, asked.temperature)
                failure = Failure(f"{_UNUSABLE}: {content}", "later")
                messages = asked_again(first, self._endpoint.clean(outcome.text), str(content))
            else:
                failure = outcome
            wait_s = growing_wait_s(n_failed) if failure.wait_s is None else failure.wait_s
            if failure.again == "never" or n_failed > self.settings.retries or wait_s > MOST_WAIT_S:
                self._used(asked.n_asked, asked.input_tokens, asked.output_tokens)
                raise self._error(request, failure, n_failed, wait_s)
            # A reply of the wrong form needs no wait, only other words.
            if isinstance(outcome, Failure):
                self._wait(failure, wait_s, asked.stop)
        raise AssertionError("counting never ends")

    def _check_hope(self, asked: _Asked) -> None:
        """Ask no more where nobody waits, or where every request fails.

        Raises:
            LanguageModelError: it is so.
        """
        if asked.stop.is_set():
            raise LanguageModelError("Nobody waits for this answer any more; it was not asked for. Start again.")
        if self._hopeless is not None:
            raise LanguageModelError(self._hopeless, hopeless=True)

    def _read(self, reply: Reply, request: Request[Content]) -> Content | str:
        """The answer in a reply, or in words why there is none."""
        try:
            content = read_answer(reply.text, request.answer)
        except NotOfTheForm as fault:
            cut_off = f"it was cut off after {self.settings.max_output_tokens} tokens"
            return cut_off if reply.was_cut_off else str(fault)
        # An endpoint knows the key, and what it answers is written to disk.
        written = content.model_dump_json()
        return content if self._endpoint.clean(written) == written else "it holds a secret"

    def _wait(self, failure: Failure, wait_s: float, stop: threading.Event) -> None:
        if failure.wait_s is not None:
            self._pace.hold(wait_s)
        self._clock.sleep(wait_s, stop)

    def _send(self, request: Request[Content], messages: Messages, asked: _Asked) -> Reply | Failure:
        """Send once, in the first form that the endpoint takes."""
        dialect, level = self._dialect, self._dialect.levels.get(request.answer, 0)
        while True:
            self._pace.wait_turn(asked.stop)
            asked.n_asked += 1
            options = dialect.options(request, level, self.settings)
            outcome = self._endpoint.send(messages, options)
            if isinstance(outcome, Reply):
                # What was refused is kept in mind only where something else was then taken.
                self._has_answered = True
                self._dialect = replace(dialect, levels={**self._dialect.levels, request.answer: level})
                asked.temperature = options.get("temperature")
                return outcome
            if outcome.again != "otherwise":
                return outcome
            corrected = dialect.corrected(outcome.words)
            if corrected is not None:
                dialect = corrected
            elif level < WORDS_ALONE:
                level += 1
            else:
                return Failure(outcome.words, "never", outcome.status)

    def _error(self, request: Request[Any], failure: Failure, n_failed: int, wait_s: float) -> LanguageModelError:
        times = "once" if n_failed == 1 else f"{n_failed} times"
        told = (
            f"The language model '{self.settings.model}' at {self._endpoint.address} gave no answer to the request "
            f"'{request.purpose}', asked {times}: {failure.words}. {self._what_to_do(failure, wait_s)}"
        )
        told = self._endpoint.clean(told)
        with self._lock:
            self._n_failed += n_failed
            # Where the key or the model is wrong, or nothing has ever come back, the next thousand requests fail too.
            is_silent = not self._has_answered and self._n_failed >= HOPELESS_AFTER
            hopeless = failure.status in (401, 404) or is_silent
            if hopeless:
                self._hopeless = self._hopeless or told
        return LanguageModelError(told, hopeless=hopeless)

    def _what_to_do(self, failure: Failure, wait_s: float) -> str:
        if failure.status in (401, 403):
            return f"Set the environment variable {self.settings.api_key_variable} to a key that may use this model."
        if failure.status == 404:
            return "Check `model` and `base_url`; the address ends in '/v1' at most endpoints."
        if failure.status == 429:
            asked = f"It asks to wait {wait_s:.0f} s. " if wait_s > MOST_WAIT_S else ""
            return f"{asked}Lower `requests_per_minute` or `workers`, or try later; what was answered is kept."
        if failure.status is not None and failure.status < 500:
            return "Check the settings of the language model against what the endpoint takes."
        if failure.words.startswith(_UNUSABLE):
            return "Try again with a higher `max_output_tokens`, or with another model."
        return "Check that the endpoint runs, then start again; what was answered is kept."

    def _answer(self, request: Request[Content], digest: str, kept: Kept[Content], usage: Usage) -> Answer[Content]:
        return Answer(
            content=kept.content,
            model=self.settings.model,
            temperature=kept.temperature,
            prompt_sha256=digest[:DIGEST_HEX],
            usage=usage,
            cost_usd=self.settings.cost_usd(kept.input_tokens, kept.output_tokens),
        )

    def _used(self, n_asked: int, input_tokens: int, output_tokens: int) -> Usage:
        cost_usd = self.settings.cost_usd(input_tokens, output_tokens)
        return self._count(Usage(n_asked, 0, input_tokens, output_tokens, cost_usd))

    def _count(self, usage: Usage) -> Usage:
        with self._lock:
            self._usage = self._usage.plus(usage)
        return usage
