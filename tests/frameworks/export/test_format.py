"""Formatters at the versions that the frameworks pin."""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from links2_tasks.errors import FrameworkError, MissingExtraError
from links2_tasks.frameworks.export import _format

CHECKOUT = Path(__file__).parents[3]


def test_the_pins_are_those_of_the_extra() -> None:
    config = configparser.ConfigParser()
    config.read(CHECKOUT / "setup.cfg")
    lines = config["options.extras_require"]["export"].splitlines()
    declared = dict(line.split(" == ") for line in lines if line and not line.lstrip().startswith("#"))
    assert _format.PINNED.items() <= declared.items()


def test_imports_are_sorted_and_lines_are_long() -> None:
    text = "import os\nfrom lmms_eval.tasks import b\nimport re\nfrom lmms_eval.tasks import a\nfrom PIL import Image\nx = f(\n    1\n)\n"
    wanted = "import os\nimport re\n\nfrom PIL import Image\n\nfrom lmms_eval.tasks import a, b\n\nx = f(1)\n"
    assert _format.formatted_for_lmms_eval(text) == wanted
    assert _format.formatted_for_lmms_eval(wanted) == wanted


def test_imports_are_sorted_and_wrapped_as_vlmevalkit_has_it() -> None:
    text = (
        "from __future__ import annotations\n\nimport os\n\nimport numpy as np\nfrom vlmeval.smp import load\n"
        "from .b import thing\nx = f(\n  1)[a : b + 1]\n"
    )
    wanted = (
        "from __future__ import annotations\nimport os\n\nimport numpy as np\n\nfrom vlmeval.smp import load\n"
        "from .b import thing\n\nx = f(1)[a:b + 1]\n"
    )
    assert _format.formatted_for_vlmevalkit(text) == wanted
    assert _format.formatted_for_vlmevalkit(wanted) == wanted


@pytest.mark.parametrize("n_names", [5, 8, 16])
def test_no_import_is_wrapped_where_isort_and_yapf_would_disagree(n_names: int) -> None:
    """isort wraps at 99 columns what yapf joins up to 120, and neither leaves alone what the other made."""
    names = [f"a_name_of_{number:02}" for number in range(n_names)]
    formatted = _format.formatted_for_vlmevalkit(f"from .module import {', '.join(names)}\n\nx = 1\n")
    assert re.findall(r"a_name_of_\d\d", formatted) == names
    assert "(" not in formatted
    assert max(map(len, formatted.splitlines())) <= 99
    assert _format.formatted_for_vlmevalkit(formatted) == formatted


@pytest.mark.parametrize(
    "formatted_for",
    [_format.formatted_for_lmms_eval, _format.formatted_for_vlmevalkit],
    ids=["lmms-eval", "vlmevalkit"],
)
def test_a_formatter_that_is_not_installed_is_said_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, formatted_for: Callable[[str], str]
) -> None:
    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(_format, "version", absent)
    with pytest.raises(MissingExtraError, match=r"links2 export needs the package 'isort'.*links2-tasks\[export\]"):
        formatted_for("x = 1\n")


def test_a_formatter_of_another_version_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_format, "version", lambda name: "1.2.3")
    with pytest.raises(FrameworkError, match=r"with isort 6\.0\.1, and found isort 1\.2\.3.*links2-tasks\[export\]"):
        _format.formatted_for_lmms_eval("x = 1\n")
