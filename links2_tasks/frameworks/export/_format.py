"""The formatters of the frameworks, at the versions that the frameworks pin."""

from __future__ import annotations

import re
import textwrap
from importlib.metadata import PackageNotFoundError, version

from links2_tasks.errors import FrameworkError, MissingExtraError

PINNED = {"black": "25.1.0", "isort": "6.0.1", "yapf": "0.43.0"}
"""Versions in the frameworks' pre-commit files. Another one may format otherwise, which their checks would refuse."""

_YAPF_STYLE = "{column_limit=120}"
"""As VLMEvalKit's pre-commit names it; yapf then leaves the style of its setup.cfg alone."""

_IMPORT_COLUMNS = 99
"""Of a line of imports, by VLMEvalKit's setup.cfg."""

_WRAPPED_IMPORT = re.compile(r"^(?P<start>from \S+ import )\((?P<names>[^()]*)\)$", re.MULTILINE)


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


def formatted_for_vlmevalkit(text: str) -> str:
    """Python text as `isort`, with the settings of VLMEvalKit's setup.cfg, and its `yapf` leave it.

    Raises:
        MissingExtraError: a formatter is not installed.
        FrameworkError: a formatter is of another version than VLMEvalKit's.
    """
    require("isort")
    require("yapf")
    import isort
    from isort.wrap_modes import WrapModes
    from yapf.yapflib.yapf_api import FormatCode  # type: ignore[import-untyped]

    config = isort.Config(
        line_length=_IMPORT_COLUMNS,
        multi_line_output=WrapModes["GRID"],
        known_first_party=("vlmeval",),
        no_lines_before=("STDLIB", "LOCALFOLDER"),
        sections=("FUTURE", "STDLIB", "THIRDPARTY", "FIRSTPARTY", "LOCALFOLDER"),
    )
    sorted_ = isort.code(_WRAPPED_IMPORT.sub(_as_several, isort.code(text, config=config)), config=config)
    formatted, _ = FormatCode(sorted_, style_config=_YAPF_STYLE)
    return str(formatted)


def _as_several(found: re.Match[str]) -> str:
    """An import of more names than fit a line as several that fit; isort and yapf would each wrap the one otherwise."""
    lines = textwrap.wrap(found["names"], _IMPORT_COLUMNS - len(found["start"]), break_long_words=False)
    return "\n\n# isort: split\n".join(found["start"] + line.removesuffix(",") for line in lines)


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
