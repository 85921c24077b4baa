"""Imports of neighbours by their relative names."""

from __future__ import annotations

import pytest

from links2_tasks.frameworks.export._bundle import BundledModule
from links2_tasks.frameworks.export._relative import with_relative_imports


def _relative(text: str, path: str = "top/pack/deep/here.py") -> str:
    return with_relative_imports(BundledModule(path, "ours.py", text), "top.pack")


@pytest.mark.parametrize(
    ("named", "relative"),
    [
        ("top.pack.deep.other", ".other"),
        ("top.pack.deep", "."),
        ("top.pack.side.other", "..side.other"),
        ("top.pack", ".."),
        ("top.pack.deep.here.inner", ".here.inner"),
    ],
)
def test_what_the_package_holds_is_named_from_where_the_module_stands(named: str, relative: str) -> None:
    assert _relative(f"from {named} import a as b, c\n") == f"from {relative} import a as b, c\n"


def test_a_package_stands_in_its_own_folder() -> None:
    assert _relative("from top.pack.deep.other import a\n", "top/pack/deep/__init__.py") == "from .other import a\n"


def test_imports_in_functions_count_and_mentions_do_not() -> None:
    text = '"""See from top.pack.deep import a."""\n\n\ndef f():\n    from top.pack.side import a\n    return a\n'
    assert _relative(text) == text.replace("    from top.pack.side", "    from ..side")


@pytest.mark.parametrize("line", ["from top.package import a", "from top import pack", "import top.pack.deep"])
def test_other_imports_stay(line: str) -> None:
    assert _relative(f"{line}\n") == f"{line}\n"
