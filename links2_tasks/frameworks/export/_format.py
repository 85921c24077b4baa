"""The formatters of the frameworks, at the versions that the frameworks pin."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from links2_tasks.errors import FrameworkError, MissingExtraError

PINNED = {"black": "25.1.0", "isort": "6.0.1"}
"""Versions in the frameworks' pre-commit files. Another one may format otherwise, which their checks would refuse."""


def formatted_for_lmms_eval(text: str) -> str:
    """Python text as `isort --profile black` and `black --line-length=240` leave it.

    Raises:
        MissingExtraError: a formatter is not installed.
        FrameworkError: a formatter is of another version than lmms-eval's.
    """
    require("isort")
    require("black")
    import black
    import isort

    # In a clone, isort finds this folder by itself; here it is told.
    config = isort.Config(profile="black", known_first_party=("lmms_eval",))
    return black.format_str(isort.code(text, config=config), mode=black.Mode(line_length=240))


def require(formatter: str) -> None:
    """Check that a formatter is there in its pinned version.

    Raises:
        MissingExtraError: it is not installed.
        FrameworkError: it is of another version.
    """
    try:
        found = version(formatter)
    except PackageNotFoundError as error:
        raise MissingExtraError("links2 export", formatter, "export") from error
    if found != PINNED[formatter]:
        raise FrameworkError(
            f"links2 export formats as the framework's own checks do, with {formatter} {PINNED[formatter]}, and found "
            f"{formatter} {found}. Install it with: python -m pip install 'links2-tasks[export]'"
        )
