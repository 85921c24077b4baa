"""The bundler on packages of a few lines."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.export._bundle import bundle
from links2_tasks.frameworks.export._plan import Passage, Place, Plan, Redirect, Replacement, Root
from links2_tasks.frameworks.export._source import SourcePackage

Make = Callable[[Mapping[str, str]], SourcePackage]
Texts = dict[str, str]


def _bundled(package: SourcePackage, *roots: Root, **parts: Any) -> Texts:
    plan = Plan(roots=roots, places=parts.pop("places", (Place("ours", "theirs"),)), **parts)
    return {module.path: module.text for module in bundle(package, plan)}


def _one(make: Make, text: str, *names: str, **parts: Any) -> str:
    return _bundled(make({"a.py": text}), Root("ours.a", names), **parts)["theirs/a.py"]


def test_what_a_root_does_not_need_is_left_out(make_package: Make) -> None:
    text = '''\
"""What the module is."""

import json
import math

LIMIT = 3
"""What the limit is."""

# About the other one.
OTHER = 4
"""What the other one is."""


def wanted(x: int) -> int:
    """Says so."""
    return helper(x) + LIMIT


# Says what it does.
@staticmethod
def unwanted() -> str:
    return json.dumps(OTHER)


def helper(x: int) -> int:
    return math.floor(x)
'''
    wanted = '''\
"""What the module is."""

import math

LIMIT = 3
"""What the limit is."""


def wanted(x: int) -> int:
    """Says so."""
    return helper(x) + LIMIT


def helper(x: int) -> int:
    return math.floor(x)
'''
    assert _one(make_package, text, "wanted") == wanted


def test_names_in_annotations_defaults_bases_and_decorators_are_needed(make_package: Make) -> None:
    text = """\
from __future__ import annotations

Number = int
BASE_VALUE = 1


class Base:
    pass


def marked(function):
    return function


class Kept(Base):
    @marked
    def method(self, x: Number = BASE_VALUE) -> None: ...


class Dropped(Base): ...
"""
    found = _one(make_package, text, "Kept")
    assert all(name in found for name in ("Number = int", "BASE_VALUE = 1", "class Base", "def marked"))
    assert "Dropped" not in found


def test_imports_are_followed_also_those_inside_of_functions(make_package: Make) -> None:
    package = make_package(
        {
            "a.py": "from ours.b import one\n\n\ndef root():\n    from ours.deep.c import two\n\n    return one() + two()\n",
            "b.py": "def one():\n    return 1\n\n\ndef unused():\n    from ours.d import three\n\n    return three()\n",
            "deep/__init__.py": '"""A package."""\n',
            "deep/c.py": "def two():\n    return 2\n",
            "d.py": "def three():\n    return 3\n",
        }
    )
    texts = _bundled(package, Root("ours.a", ("root",)))
    assert set(texts) == {
        "theirs/__init__.py",
        "theirs/a.py",
        "theirs/b.py",
        "theirs/deep/__init__.py",
        "theirs/deep/c.py",
    }
    assert "    from theirs.deep.c import two\n" in texts["theirs/a.py"]
    assert "unused" not in texts["theirs/b.py"]


def test_faces_of_packages_keep_what_is_used_of_them(make_package: Make) -> None:
    package = make_package(
        {
            "a.py": "from ours.part import left\n\nRESULT = left()\n",
            "part/__init__.py": (
                "from ours.part._left import left\nfrom ours.part._right import right\n\n__all__ = ['left', 'right']\n"
            ),
            "part/_left.py": "def left():\n    return 1\n",
            "part/_right.py": "def right():\n    return 2\n",
        }
    )
    texts = _bundled(package, Root("ours.a", ("RESULT",)))
    assert texts["theirs/part/__init__.py"] == "from theirs.part._left import left\n\n__all__ = ['left']\n"
    assert "theirs/part/_right.py" not in texts


def test_of_a_module_by_another_name_only_its_used_attributes_are_needed(make_package: Make) -> None:
    package = make_package(
        {
            "a.py": "from ours import words as w\n\n\ndef root():\n    return w.hello()\n",
            "words.py": "def hello():\n    return 'hello'\n\n\ndef bye():\n    return 'bye'\n",
        }
    )
    texts = _bundled(package, Root("ours.a", ("root",)))
    assert "from theirs import words as w\n" in texts["theirs/a.py"]
    assert "bye" not in texts["theirs/words.py"]


def test_a_module_that_is_handed_on_is_needed_as_a_whole(make_package: Make) -> None:
    package = make_package(
        {
            "a.py": "from ours import words\n\n\ndef root():\n    return vars(words)\n",
            "words.py": "def hello():\n    return 'hello'\n\n\ndef bye():\n    return 'bye'\n",
        }
    )
    assert "bye" in _bundled(package, Root("ours.a", ("root",)))["theirs/words.py"]


def test_an_attribute_that_a_module_makes_up_needs_its_getattr(make_package: Make) -> None:
    text = "def __getattr__(name):\n    return made_up(name)\n\n\ndef made_up(name):\n    return name\n\n\ndef other(): ...\n"
    found = _one(make_package, text, "anything")
    assert "def made_up" in found
    assert "def other" not in found


def test_imports_for_type_checkers_go_with_what_they_are_for(make_package: Make) -> None:
    text = """\
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def with_path(path: Path) -> None: ...


def with_nothing() -> None: ...
"""
    guarded = _one(make_package, text, "with_path")
    assert "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from pathlib import Path\n" in guarded
    assert "Iterator" not in guarded
    bare = _one(make_package, text, "with_nothing")
    assert bare == "from __future__ import annotations\n\n\ndef with_nothing() -> None: ...\n"


def test_statements_that_only_have_effects_stay_with_what_they_touch(make_package: Make) -> None:
    text = """\
import warnings

warnings.filterwarnings("ignore")


class Loader: ...


Loader.ready = True


def uses_loader():
    return Loader


def uses_nothing(): ...
"""
    assert "Loader.ready" in _one(make_package, text, "uses_loader")
    without = _one(make_package, text, "uses_nothing")
    assert "Loader" not in without
    assert 'warnings.filterwarnings("ignore")' in without
    assert "import warnings" in without


def test_a_whole_module_keeps_all_definitions_and_no_unused_import(make_package: Make) -> None:
    package = make_package(
        {"a.py": "import os\nimport re\n\n\ndef f():\n    return re.compile('')\n\n\ndef g(): ...\n"}
    )
    text = _bundled(package, Root("ours.a"))["theirs/a.py"]
    assert text == "import re\n\n\ndef f():\n    return re.compile('')\n\n\ndef g(): ...\n"


def test_modules_are_renamed_where_they_are_mentioned(make_package: Make) -> None:
    text = '"""See ours.b.thing and ours.far.away."""\n\nfrom ours.b import thing\n\nNAME = "ours.b"\nRESULT = thing\n'
    package = make_package({"a.py": text, "b.py": "thing = 1\n"})
    places = (Place("ours", "their.core"), Place("ours.a", "their.utils"))
    texts = _bundled(package, Root("ours.a", ("RESULT", "NAME")), places=places)
    assert set(texts) == {"their/utils.py", "their/core/b.py", "their/core/__init__.py"}
    assert texts["their/utils.py"] == text.replace("ours.b", "their.core.b")


def test_a_redirect_leads_an_import_elsewhere(make_package: Make) -> None:
    package = make_package(
        {
            "a.py": "from ours.heavy import root as top\n\n\ndef f():\n    return top()\n",
            "heavy.py": "def root(): ...\n",
            "light.py": "def find(): ...\n",
        }
    )
    texts = _bundled(
        package, Root("ours.a", ("f",)), redirects=(Redirect("ours.heavy.root", "ours.light.find", "light"),)
    )
    assert "from theirs.light import find as top\n" in texts["theirs/a.py"]
    assert "theirs/heavy.py" not in texts


def test_a_replacement_needs_what_its_own_text_needs(make_package: Make) -> None:
    text = '"""Reads files."""\n\nimport json\n\nfrom ours.b import read\n\nVERSION: str = read()\n"""A note."""\n\nREST = 1\n'
    package = make_package({"a.py": text, "b.py": "def read(): ...\n", "c.py": "ONE = 1\n"})
    texts = _bundled(
        package,
        Root("ours.a", ("VERSION",)),
        replacements=(
            Replacement("ours.a.VERSION", "VERSION = str(ONE)\n", "no files", imports=("from ours.c import ONE",)),
            Replacement("ours.a.__doc__", '"""Holds a version."""', "no files"),
        ),
    )
    assert texts["theirs/a.py"] == '"""Holds a version."""\nfrom theirs.c import ONE\n\nVERSION = str(ONE)\n'
    assert "theirs/b.py" not in texts


def test_a_replacement_of_what_is_gone_is_an_error(make_package: Make) -> None:
    replacement = Replacement("ours.a.gone", "gone = 1", "it was there once")
    with pytest.raises(FrameworkError, match=r"'ours\.a\.gone'.*it was there once.*defined 0 times"):
        _one(make_package, "here = 1\n", "here", replacements=(replacement,))


def test_a_passage_gets_another_text_and_what_only_it_needs_stays_behind(make_package: Make) -> None:
    text = "X = 1\nimport json\n\n\ndef f(x):\n    note(json.dumps(x))\n    return X\n\n\ndef note(text): ...\n"
    passage = Passage("ours.a", "    note(json.dumps(x))\n", "", reason="nobody reads it there")
    assert _one(make_package, text, "f", passages=(passage,)) == "X = 1\n\n\ndef f(x):\n    return X\n"


@pytest.mark.parametrize("text", ["def f(x):\n    return x\n", "def f(x):\n    old()\n    old()\n"])
def test_a_passage_that_does_not_stand_there_once_is_an_error(make_package: Make, text: str) -> None:
    passage = Passage("ours.a", "    old()\n", "", reason="nobody needs it")
    with pytest.raises(FrameworkError, match=r"passage of ours\.a .*nobody needs it.* (0|2) times"):
        _one(make_package, text, "f", passages=(passage,))


def test_a_module_that_is_kept_out_is_an_error_that_says_the_way(make_package: Make) -> None:
    package = make_package(
        {
            "a.py": "from ours.b import f\n\nX = f\n",
            "b.py": "from ours.far.c import g as f\n",
            "far/c.py": "def g(): ...\n",
        }
    )
    with pytest.raises(FrameworkError, match=r"ours\.far\.c <- ours\.b <- ours\.a <- the roots"):
        _bundled(package, Root("ours.a", ("X",)), kept_out=("ours.far",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from .b import c\n\nx = c\n", "Only absolute imports"),
        ("from ours.b import *\n\nx = c\n", "Only absolute imports"),
        ("import ours.b\n\nx = ours.b.c\n", "`import ours.b` cannot be exported"),
        ("from ours.gone import c\n\nx = c\n", r"'ours\.gone' is needed by ours\.a"),
        ("from ours.b import gone\n\nx = gone\n", r"ours\.b has no 'gone', which is needed by ours\.a"),
    ],
)
def test_what_cannot_be_followed_is_an_error(make_package: Make, text: str, said: str) -> None:
    package = make_package({"a.py": text, "b.py": "c = 1\n"})
    with pytest.raises(FrameworkError, match=said):
        _bundled(package, Root("ours.a", ("x",)))


def test_a_module_without_a_place_is_an_error(make_package: Make) -> None:
    with pytest.raises(FrameworkError, match=r"no place for ours\.a"):
        _bundled(make_package({"a.py": "x = 1\n"}), Root("ours.a", ("x",)), places=(Place("ours.b", "theirs"),))


def test_a_bundle_runs(make_package: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = make_package(
        {
            "a.py": (
                "from __future__ import annotations\n\nfrom ours import tools\nfrom ours.records import Point\n\n\n"
                "def root(x: int) -> Point:\n    from ours.late import shift\n\n    return shift(tools.twice(Point(x, 1)))\n"
            ),
            "tools.py": "from ours.records import Point\n\n\ndef twice(p):\n    return Point(2 * p.x, 2 * p.y)\n",
            "records.py": "from dataclasses import dataclass\n\n\n@dataclass(frozen=True)\nclass Point:\n    x: int\n    y: int\n",
            "late.py": "from ours import records as r\n\n\ndef shift(p):\n    return r.Point(p.x + 1, p.y)\n",
        }
    )
    for path, text in _bundled(package, Root("ours.a", ("root",)), places=(Place("ours", "bundled_here"),)).items():
        place = tmp_path / "out" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "out")
    try:
        point = importlib.import_module("bundled_here.a").root(3)
        assert (point.x, point.y) == (7, 2)
        assert "ours" not in sys.modules
    finally:
        for name in [name for name in sys.modules if name.startswith("bundled_here")]:
            del sys.modules[name]
