"""Commands for people: review a dataset, and fold what they decided into it and into reports."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from links2_tasks.cli._app import DATASETS, app

_START = "start"
_MODES = ("check", "answer", "errors")


class _StartsByItself(TyperGroup):
    """`links2 review ROOT` starts the app; whatever is no other command of the group is an argument of that one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        asks_for_help = args[:1] and args[0] in (*ctx.help_option_names, "--help", "-h")
        if args and args[0] not in self.commands and not asks_for_help:
            args = [_START, *args]
        return super().parse_args(ctx, args)


review = typer.Typer(name="review", cls=_StartsByItself, no_args_is_help=True, rich_markup_mode="markdown")
app.add_typer(review, rich_help_panel=DATASETS)

Root = Annotated[str, typer.Argument(metavar="ROOT", help="Folder of the dataset.")]
StoreFile = Annotated[
    Path | None,
    typer.Option("--store", metavar="FILE", help="File of the decisions; by default ROOT/.links2/review.sqlite."),
]
Reviewers = Annotated[int, typer.Option(min=1, help="People who must decide before a question is through.")]


@review.callback()
def _review() -> None:
    """Let people check questions, answer them as models do, or say why a model's answers are wrong.

    A page in the browser, for any number of people at once; every decision is on the disk when it is acknowledged.

        links2 review ROOT

        links2 review ROOT --mode answer --sample 20

        links2 review ROOT --mode errors --results out

        links2 review status ROOT

        links2 review export ROOT --out REVIEWED --people results/people
    """


@review.command(_START)
def start(
    root: Root,
    mode: Annotated[
        str, typer.Option(help="check: accept, fix or reject; answer: as models do; errors: why answers are wrong.")
    ] = "check",
    adjudicate: Annotated[
        bool, typer.Option("--adjudicate", help="Only what reviewers differ on, with the last word.")
    ] = False,
    reviewers: Reviewers = 2,
    task: Annotated[list[str] | None, typer.Option(help="Only questions of this task; may be repeated.")] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Mode answer: so many questions of each task, the same for all.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Mode errors: folder with results of a model.")
    ] = None,
    run: Annotated[str | None, typer.Option(help="Mode errors: which run, where the folder holds several.")] = None,
    all_errors: Annotated[
        bool, typer.Option("--all-errors", help="Mode errors: also what the rules of `links2 mistakes` decide.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the order of questions and options, and of the sample.")] = 0,
    store: StoreFile = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but this machine's own needs users with passwords.")
    ] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="By default the first free one from 7860.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no page; print the address only.")] = False,
) -> None:
    """Start the page; this is what `links2 review ROOT` does.

    Two people check each question unless `--reviewers` says otherwise, none of them sees what the other decided, and
    what they differ on waits for `--adjudicate`. Stop with Ctrl-C; the same command goes on.

        links2 review ROOT

        links2 review ROOT --adjudicate

        links2 review ROOT --mode answer --sample 20 --seed 1

        links2 review ROOT --mode errors --results out --run Qwen2.5-VL-7B
    """
    from links2_tasks.dataset import find_root
    from links2_tasks.review import DeskSettings, ReviewSettings
    from links2_tasks.review._app import launch

    if mode not in _MODES:
        raise typer.BadParameter(f"'{mode}' is none of {', '.join(_MODES)}.", param_hint="--mode")
    desk = DeskSettings(
        reviewers_per_question=reviewers,
        seed=seed,
        tasks=tuple(task or ()),
        sample=sample,
        adjudicate=adjudicate,
        results=results,
        run=run,
        only_undecided=not all_errors,
    )
    settings = ReviewSettings(
        mode=mode,  # type: ignore[arg-type]  # Looked at above.
        desk=desk,
        store=store,
        host=host,
        port=port,
        open_browser=not no_browser,
    )
    launch(find_root(root), settings)


@review.command()
def status(root: Root, reviewers: Reviewers = 2, store: StoreFile = None) -> None:
    """Say how far everybody is, and which questions reviewers differ on.

    links2 review status ROOT
    """
    from links2_tasks.cli._review_tables import print_status
    from links2_tasks.dataset import find_root
    from links2_tasks.review import Store
    from links2_tasks.review import status as look

    folder = find_root(root)
    print_status(look(Store.open(folder, store, make=False), folder, reviewers))


@review.command()
def agreement(
    root: Root,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    store: StoreFile = None,
) -> None:
    """Say how far each two reviewers agree, task by task: share, Cohen's kappa and its 95 % interval.

    links2 review agreement ROOT

    links2 review agreement ROOT --json > agreement.json
    """
    from links2_tasks.cli._review_tables import print_agreements
    from links2_tasks.dataset import find_root
    from links2_tasks.review import Store, review_agreements

    folder = find_root(root)
    found = review_agreements(Store.open(folder, store, make=False), folder)
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in found], indent=2))
    else:
        print_agreements(found)


@review.command()
def export(
    root: Root,
    out: Annotated[
        Path | None, typer.Option(metavar="REVIEWED", help="New folder for the dataset with fixes, less the rejected.")
    ] = None,
    people: Annotated[
        Path | None, typer.Option(metavar="DIR", help="New folder for people's answers, as runs that reports read.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for categories of errors, for `links2 mistakes`.")
    ] = None,
    reviewers: Reviewers = 2,
    only_reviewed: Annotated[
        bool, typer.Option("--only-reviewed", help="Leave out what is not through; otherwise it stays as it was.")
    ] = False,
    keep_open: Annotated[
        bool, typer.Option("--keep-open", help="Keep what reviewers differ on as it was; otherwise that is an error.")
    ] = False,
    names: Annotated[
        bool, typer.Option("--names", help="People's own names in --people and --labels; otherwise person_1 and so on.")
    ] = False,
    version: Annotated[
        str | None, typer.Option(help="Of the new dataset; by default the old one's and +reviewed.")
    ] = None,
    store: StoreFile = None,
) -> None:
    """Fold what people decided into a new dataset, into runs and into labels.

    The dataset that was reviewed is not changed. Rejected questions are gone from the new one, fixed ones have their new
    texts, and `provenance.review` says which is which.

        links2 review export ROOT --out REVIEWED

        links2 review export ROOT --people results/people && links2 report results --out report.html

        links2 review export ROOT --labels labels && links2 mistakes out --labels labels/MODEL/person_1.jsonl --labels labels/MODEL/person_2.jsonl
    """
    from links2_tasks._console import steps
    from links2_tasks.cli._review_tables import print_export, print_people
    from links2_tasks.dataset import find_root
    from links2_tasks.review import Store, export_labels, export_people, export_reviewed

    if out is None and people is None and labels is None:
        raise typer.BadParameter("name at least one of --out, --people and --labels", param_hint="--out")
    folder = find_root(root)
    kept = Store.open(folder, store, make=False)
    if out is not None:
        with steps(f"writing {out}"):
            report = export_reviewed(
                folder,
                out,
                store=kept,
                reviewers=reviewers,
                only_reviewed=only_reviewed,
                keep_open=keep_open,
                version=version,
            )
        print_export(report)
    if people is not None:
        print_people(export_people(folder, people, store=kept, names=names))
    if labels is not None:
        files = export_labels(kept, labels, names=names)
        typer.echo("\n".join(f"labels in {file}" for file in files) or "nobody has given a category yet")


@review.command("add-user")
def add_user(root: Root, name: str, store: StoreFile = None) -> None:
    """Let a person log in with a password, or give them a new one.

    Asks twice. Takes LINKS2_REVIEW_PASSWORD where it is set, or one line of standard input where that is no terminal.
    Only a salted scrypt digest is kept.

        links2 review add-user ROOT ann
    """
    from links2_tasks.dataset import find_root
    from links2_tasks.review import Store

    kept = Store.open(find_root(root), store)
    kept.check_name(name)
    kept.add_user(name, _password())
    typer.echo(f"'{name}' may log in; {len(kept.users())} in all")


@review.command("remove-user")
def remove_user(root: Root, name: str, store: StoreFile = None) -> None:
    """Let a person log in no more. What they have decided stays.

    links2 review remove-user ROOT ann
    """
    from links2_tasks.dataset import find_root
    from links2_tasks.review import Store

    kept = Store.open(find_root(root), store, make=False)
    kept.remove_user(name)
    typer.echo(f"'{name}' may log in no more; {len(kept.users())} left")


def _password() -> str:
    from links2_tasks.review import PASSWORD_VARIABLE

    if given := os.environ.get(PASSWORD_VARIABLE):
        return given
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
