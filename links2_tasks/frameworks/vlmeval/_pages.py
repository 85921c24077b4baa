"""Tables in Markdown for the docs, generated from the places where things are declared."""

from __future__ import annotations

from links2_tasks.frameworks.vlmeval._names import BASE, SAMPLINGS
from links2_tasks.frameworks.vlmeval._wrappers import Handling, WrapperRow, wrapper_table

_FOUND = {"run": "a model or server was asked", "prompt": "its prompt code was run", "source": "its source was read"}


def sampling_table() -> str:
    """How the two views are put to a model, by the end of a dataset's name."""
    rows = ["| dataset | what a question sends |", "|---|---|"]
    rows += [f"| `{BASE}{'_' + each.suffix if each.suffix else ''}` | {each.summary} |" for each in SAMPLINGS]
    return "\n".join(rows)


def wrapper_page() -> str:
    """The page of all wrappers: what each does with frames as images and with a video beside a satellite image."""
    return "\n".join(
        [
            "# Which wrappers of VLMEvalKit show a model both views",
            "",
            "Generated from `links2_tasks/frameworks/vlmeval/wrappers.yaml`, which `links2 vlmeval` reads before a run:",
            "what would lose a view is refused before anything is asked. *Images* stands for the datasets that send",
            "frames as images, *video* for those that end in `_video`. A class without a row was not examined: it may",
            "take images unless VLMEvalKit itself says that it takes one, and no video.",
            "",
            "How it was found out: " + "; ".join(f"*{short}*: {long}" for short, long in _FOUND.items()) + ".",
            "",
            "| wrapper | images | video |",
            "|---|---|---|",
            *(_row(row) for row in wrapper_table()),
            "",
        ]
    )


def _row(row: WrapperRow) -> str:
    return f"| {', '.join(row.wrappers)}{_condition(row)} | {_cell(row.images)} | {_cell(row.video)} |"


def _condition(row: WrapperRow) -> str:
    conditions = []
    if row.engine != "any":
        conditions.append(f"with {row.engine}")
    if row.models:
        conditions.append(f"as {', '.join(row.models)}")
    if row.only_in:
        conditions.append("upstream only" if row.only_in == "upstream" else "ms-vlmeval only")
    if row.while_module_lacks:
        conditions.append(f"while its module lacks `{row.while_module_lacks}`")
    return f" ({'; '.join(conditions)})" if conditions else ""


def _cell(handling: Handling | None) -> str:
    if handling is None:
        return "not known: refused"
    said = "yes" if handling.ok else f"**no**: {handling.why}"
    if handling.max_images is not None:
        said += f", up to {handling.max_images} images"
    whole = f"{said} ({handling.found}). {' '.join(handling.notes)}".rstrip()
    # Wrappers' own instructions hold tags such as <think>, which a page would take for markup.
    return whole.replace("<", "&lt;")
