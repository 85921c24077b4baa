"""Modules of optional packages, imported when they are asked for."""

from __future__ import annotations

import importlib
from typing import Any

from links2_tasks.errors import MissingExtraError


def import_extra(module: str, package: str, extra: str, feature: str) -> Any:
    """A module of a package that an extra brings; the names stand in the code that calls, never in data.

    Args:
        module: Dotted name.
        package: What pip calls the package.
        extra: The extra that brings it.
        feature: What needs it, as the subject of the error's sentence.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(feature, package, extra) from error
