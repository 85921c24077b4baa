"""The command about models that people evaluate."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from links2_tasks.cli._app import EVALUATE, app


@app.command(rich_help_panel=EVALUATE)
def models(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Print the commands of this model.")] = None,
) -> None:
    """List models that people evaluate, or print the ready commands of one for both frameworks.

    Presets are found by their own name, by that of the checkpoint, or by what VLMEvalKit calls the model. A model needs
    no preset: both frameworks take any name of theirs.

        links2 models

        links2 models qwen3-vl-8b
    """
    from links2_tasks._console import results_console
    from links2_tasks.frameworks._preset_page import preset_card, preset_rows
    from links2_tasks.frameworks.presets import find_preset

    if name is not None:
        typer.echo(preset_card(find_preset(name)))
        return
    table = Table()
    for title in ("model", "weights", "memory", "lmms-eval", "VLMEvalKit"):
        # Names are there to be copied: none is cut.
        table.add_column(title, overflow="fold", no_wrap=title == "model")
    for row in preset_rows():
        table.add_row(*map(escape, row))
    results_console().print(table)
