"""The command about models that people evaluate."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from links2_tasks.cli._app import app


@app.command()
def models(
    name: Annotated[str | None, typer.Argument(help="Print the commands of this model.")] = None,
) -> None:
    """List models that people evaluate, or print the ready commands of one for both frameworks.

    A model needs no preset: both frameworks take any name of theirs.

        links2 models

        links2 models qwen3-vl-8b
    """
    from links2_tasks.frameworks._preset_page import preset_card, preset_rows
    from links2_tasks.frameworks.presets import find_preset

    if name is not None:
        typer.echo(preset_card(find_preset(name)))
        return
    table = Table("model", "weights", "memory", "lmms-eval", "VLMEvalKit")
    for row in preset_rows():
        table.add_row(*map(escape, row))
    Console().print(table)
