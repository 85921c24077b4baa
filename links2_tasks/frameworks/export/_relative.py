"""Imports of neighbours by their relative names."""

from __future__ import annotations

import re
from itertools import takewhile

from links2_tasks.frameworks.export._bundle import BundledModule


def with_relative_imports(module: BundledModule, package: str) -> str:
    """The text of a module, with what it imports from a package around it named from where the module stands.

    Beside being the custom of some projects, that makes for shorter lines.

    Args:
        module: A module of the package.
        package: Dotted name of the package.
    """
    *folders, _ = module.path.split("/")
    imports = re.compile(rf"^(?P<indent> *)from (?P<named>{re.escape(package)}(?:\.\w+)*) import ", re.MULTILINE)
    return imports.sub(
        lambda found: f"{found['indent']}from {_relative(found['named'].split('.'), folders)} import ", module.text
    )


def _relative(named: list[str], folders: list[str]) -> str:
    """The name of a module from a module in a folder."""
    n_shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(named, folders, strict=False)))
    dots = "." * (1 + len(folders) - n_shared)
    return dots + ".".join(named[n_shared:])
