"""The exception family of links2.

A message says what was looked for, where, and what to do next. Everything that links2 raises on purpose derives from
`Links2Error`, so a command line can print it without a traceback and a caller can catch it without catching bugs.
"""

from __future__ import annotations


class Links2Error(Exception):
    """Base of every error that links2 raises on purpose."""


class DataError(Links2Error):
    """A dataset is missing, of an unknown format, or holds what it must not hold."""


class NoQuestionsError(DataError):
    """A dataset is in order but holds no question of a task."""


class UnsafePathError(DataError):
    """A path in a dataset is absolute, is a URL, or leaves the dataset's root."""


class MediaError(Links2Error):
    """A video or an image cannot be read, or is larger than the stated limits."""


class SceneError(Links2Error):
    """Footage, telemetry, a map or landmarks cannot be read or do not fit together."""


class PromptError(Links2Error):
    """A prompt cannot be built with the settings that were given."""


class TaskError(Links2Error):
    """A task, dimension or variant is unknown, or its declaration is wrong."""


class FrameworkError(Links2Error):
    """An evaluation framework is missing, cannot do what was asked, or did not do it."""


class LanguageModelError(Links2Error):
    """A language model gave no usable answer, or could not be asked."""

    def __init__(self, message: str, *, hopeless: bool = False) -> None:
        """Say what was asked, of whom, what came back and what to do; `hopeless` when all further requests fail too."""
        super().__init__(message)
        self.hopeless = hopeless


class AdapterError(Links2Error):
    """An adapter does not fit a model, or its files are damaged or of another kind."""


class MissingExtraError(Links2Error):
    """A feature needs packages of an extra that is not installed."""

    def __init__(self, feature: str, package: str, extra: str) -> None:
        """Name the `feature`, the `package` that was looked for and the `extra` that brings it."""
        super().__init__(
            f"{feature} needs the package '{package}', which is not installed. "
            f"Install it with: python -m pip install 'links2-tasks[{extra}]'"
        )
