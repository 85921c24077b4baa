"""All settings of a build as a YAML file with comments, made from the records themselves."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from links2_tasks.language import LanguageSettings
from links2_tasks.pipeline._settings import BuildSettings

_WIDTH = 110
_HEAD = """\
# Settings of `links2 build FOLDER --out ROOT --config build.yaml`, all at their defaults.
# Every key may be left out; options of the command line come before what stands here.
"""


def settings_page() -> str:
    """A YAML file that says what is the default anyway, with each key's meaning above it."""
    lines = [_HEAD]
    for name, field in BuildSettings.model_fields.items():
        lines += _comment(_meanings(BuildSettings).get(name, ""), "")
        if name == "language_model":
            lines.append(f"{name}: null")
            lines += ["# " + line for line in _example_of_a_model()]
        else:
            lines += _value(name, field, "")
        lines.append("")
    return "\n".join(lines)


def _value(name: str, field: FieldInfo, indent: str) -> list[str]:
    default = field.get_default(call_default_factory=True)
    if not isinstance(default, BaseModel):
        return [f"{indent}{line}" for line in _yaml(name, default)]
    lines = [f"{indent}{name}:"]
    meanings = _meanings(type(default))
    for inner, inner_field in type(default).model_fields.items():
        lines += _comment(meanings.get(inner, ""), f"{indent}  ")
        lines += _value(inner, inner_field, f"{indent}  ")
    return lines


def _yaml(name: str, value: object) -> list[str]:
    plain = list(value) if isinstance(value, tuple) else value
    return yaml.safe_dump({name: plain}, default_flow_style=False, allow_unicode=True).rstrip("\n").split("\n")


def _example_of_a_model() -> Iterator[str]:
    """As a comment, since there is no model by default."""
    yield "language_model:"
    meanings = _meanings(LanguageSettings)
    for name, field in LanguageSettings.model_fields.items():
        yield from _comment(meanings.get(name, ""), "  ")
        yield "  " + (f"{name}: ..." if field.is_required() else _yaml(name, field.default)[0])


def _comment(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")


def _meanings(record: type[BaseModel]) -> dict[str, str]:
    """The text that stands below each field in the record's source."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(record)))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef))
    found = {}
    for statement, following in pairwise(body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            text = following.value if isinstance(following, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[statement.target.id] = " ".join(text.value.split())
    return found
