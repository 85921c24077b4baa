"""Commands about the tasks and about what stands between them and a framework."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from links2_tasks.cli._app import EVALUATE, app


@app.command(rich_help_panel=EVALUATE)
def tasks() -> None:
    """List the tasks with their dimension, their open answer and what they ask; then the variants of all tasks.

    Put `links2_` before a task, a dimension, `all` or a variant to name it to lmms-eval, and the variant after a task or
    a dimension to ask that alone: `links2_text_only`, `links2_uav_localization_text_only`. In VLMEvalKit the same are
    `LinkS2_text_only` and `LinkS2-uav_localization_text_only`.

        links2 tasks
    """
    from links2_tasks.taxonomy import tasks as all_tasks
    from links2_tasks.taxonomy import variants

    table = Table("dimension", "task", "open answer", "question")
    for each in all_tasks():
        table.add_row(each.dimension, each.name, each.open_answer or "-", each.summary)
    Console().print(table)
    table = Table("variant", "tasks", "what is put otherwise")
    for variant in variants():
        table.add_row(variant.name, str(len(variant.tasks)), variant.summary)
    Console().print(table)


@app.command(rich_help_panel=EVALUATE)
def path() -> None:
    """Print the folder of the task YAML files.

    Name it to lmms-eval where it does not find the tasks by itself:

        lmms-eval --include_path "$(links2 path)" --tasks links2_all --model links2_random
    """
    from links2_tasks.taxonomy import task_yaml_dir

    typer.echo(str(task_yaml_dir()))


@app.command(rich_help_panel=EVALUATE)
def doctor() -> None:
    """Look for what stands between the links2 tasks and lmms-eval or VLMEvalKit, and say how to mend it.

    The exit status is 1 when anything is wrong.

        links2 doctor
    """
    from links2_tasks._console import steps
    from links2_tasks.frameworks.doctor import diagnose

    with steps("starting the frameworks that are installed"):
        checks = diagnose()
    console = Console()
    for check in checks:
        sign = "[green]ok  [/]" if check.ok else "[red]FAIL[/]"
        console.print(f"{sign} {escape(check.name)}: {escape(check.detail)}", soft_wrap=True, highlight=False)
        if not check.ok:
            console.print(f"     mend it: {escape(check.mend)}", soft_wrap=True, highlight=False)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)
