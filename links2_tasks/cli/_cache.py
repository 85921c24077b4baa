"""Commands about the cache of decoded frames."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from links2_tasks._files import size_text
from links2_tasks.cli._app import EVALUATE, app

cache = typer.Typer(name="cache", no_args_is_help=True, rich_markup_mode="markdown")
app.add_typer(cache, rich_help_panel=EVALUATE)


@cache.callback()
def _cache() -> None:
    """Look at, fill or empty the cache of decoded frames, clips and images, which processes, runs and frameworks share.

    Frames of a video are decoded once. LINKS2_CACHE_GB bounds the cache (20 unless set); what was used longest ago goes
    first.

    links2 cache info
    """


@cache.command()
def info() -> None:
    """Say where the cache is, how much it holds and how much it may hold.

    links2 cache info
    """
    from links2_tasks.media import clip_cache, summarise_cache

    found = summarise_cache(clip_cache())
    table = Table("kind", "entries", "size")
    for kind in found.kinds:
        table.add_row(kind.name, str(kind.n_entries), size_text(kind.n_bytes))
    Console().print(table)
    typer.echo(f"{size_text(found.n_bytes)} of at most {size_text(found.max_bytes)} in {found.folder}")


@cache.command()
def clear() -> None:
    """Remove everything in the cache. It is made again when it is needed.

    links2 cache clear
    """
    from links2_tasks.media import clip_cache

    kept = clip_cache()
    typer.echo(f"{size_text(kept.clear())} removed from {kept.folder}")


@cache.command()
def warm(
    root: Annotated[
        str | None,
        typer.Argument(
            metavar="ROOT", help="Folder or Hub id of a dataset; by default LINKS2_DATA or the simulated one."
        ),
    ] = None,
    task: Annotated[str | None, typer.Option(help="Only for questions of this task.")] = None,
    frames: Annotated[int, typer.Option(min=1, help="Number of frames of each clip.")] = 32,
    video: Annotated[bool, typer.Option("--video", help="Also make the clips for models that read videos.")] = False,
    variant: Annotated[
        str | None, typer.Option(help="Of this variant, which is prepared where that takes long.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Number of processes.")] = 2,
) -> None:
    """Decode the frames that a dataset's questions show, before a run.

    The exit status is 1 when a video could not be decoded.

        links2 cache warm data --workers 8

        links2 cache warm --task uav_localization --frames 16

        links2 cache warm --variant aligned
    """
    from links2_tasks._console import steps
    from links2_tasks.construction.mini import data_root
    from links2_tasks.frameworks.warming import questions_and_settings
    from links2_tasks.media import clip_cache, summarise_cache
    from links2_tasks.prompt import PromptSettings, decoded_bytes, planned_clips, shortage
    from links2_tasks.prompt import warm as decode

    folder = data_root(root)
    settings = PromptSettings(strategy="native_video" if video else "frames_as_images", n_frames=frames)
    asked = questions_and_settings(folder, task, variant, settings)
    clips, lost = planned_clips(asked.questions, asked.settings, folder)
    short = shortage(decoded_bytes(clips), summarise_cache(clip_cache()))
    if short is not None:
        Console(stderr=True).print(f"[yellow]{escape(short)}[/]", soft_wrap=True, highlight=False)
    with steps(f"decoding {len(clips)} clips of {folder}", len(clips)) as show:
        report = decode(clips, workers, show)
    for failure in (*lost, *report.failures):
        Console(stderr=True).print(f"{escape(failure.video)}: {escape(failure.error)}", soft_wrap=True, highlight=False)
    typer.echo(f"{report.n_clips - len(report.failures)} of {report.n_clips + len(lost)} clips are at hand")
    if lost or report.failures:
        raise typer.Exit(1)
