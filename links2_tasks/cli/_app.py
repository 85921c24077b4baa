"""The application that all commands belong to, and how errors are shown."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from links2_tasks import __version__
from links2_tasks.errors import Links2Error

EVALUATE, RESULTS, DATASETS = "Evaluate models", "Read results", "Make datasets"
"""What the help page orders commands by."""


class _Commands(TyperGroup):
    """Prints the package's own errors as one line; a traceback would only hide what to do next."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Links2Error as error:
            message = escape(" ".join(str(error).split()))
            Console(stderr=True).print(f"[red]Error: {message}[/]", soft_wrap=True, highlight=False)
            raise typer.Exit(1) from error


app = typer.Typer(
    name="links2",
    cls=_Commands,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Entry point of the command `links2`."""
    app()


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"links2-tasks {__version__}")
        raise typer.Exit


@app.callback()
def _links2(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """UAV video linked with satellite imagery, for the evaluation frameworks that people already use.

    A first look, with a simulated dataset that is made on first use:

        links2 tasks

        links2 doctor

        lmms-eval --model links2_random --tasks links2_all

        links2 vlmeval --model links2_random --data LinkS2

    With footage of your own:

        links2 build FLIGHTS --out ROOT

        links2 review ROOT

        LINKS2_DATA=ROOT lmms-eval --model links2_random --tasks links2_all
    """
