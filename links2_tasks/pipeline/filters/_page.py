"""The tables of docs/filters.md, from the filters and their limits: `python -m links2_tasks.pipeline.filters._page`."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator

from links2_tasks.pipeline.filters._run import FILTERS
from links2_tasks.pipeline.filters._settings import FilterSettings


def filters_page() -> str:
    """Two tables in Markdown: what each filter takes out, and its limits with what they are by default."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "| filter | what it does |"
    yield "|---|---|"
    yield from (f"| `{one.name}` | {one.summary} |" for one in FILTERS)
    yield ""
    yield "| limit | of filter | default | what it means |"
    yield "|---|---|---|---|"
    defaults = dict(FilterSettings())
    for name, text in field_texts().items():
        # Each text begins with the name of its filter, but for that of `skip`, which is none's.
        of, colon, meaning = text.partition(": ")
        where = f"`{of}`" if colon else "all"
        yield f"| `{name}` | {where} | {_shown(defaults[name])} | {meaning or text} |"


def field_texts() -> dict[str, str]:
    """What stands below each field of the settings."""
    (record,) = ast.parse(inspect.getsource(FilterSettings)).body
    texts: dict[str, str] = {}
    name = ""
    for node in record.body if isinstance(record, ast.ClassDef) else ():
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            texts[name] = " ".join(str(node.value.value).split())
            name = ""
    return texts


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    print(filters_page(), end="")
