"""The review page as a Gradio app: who may come in, and how the page and its server talk."""

from __future__ import annotations

import html
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from links2_tasks._extras import import_extra
from links2_tasks.dataset import load_info
from links2_tasks.errors import DataError
from links2_tasks.mistakes import CATEGORIES, UNDECIDED
from links2_tasks.review._app_guard import LOOPBACK, Guard
from links2_tasks.review._media_shelf import Shelf
from links2_tasks.review._page import Page
from links2_tasks.review._page_records import REASONS
from links2_tasks.review._records import ReviewSettings
from links2_tasks.review._store import Store

_SCRIPTS = ("wire.js", "viewer.js", "player.js", "forms.js", "card.js", "page.js")
_CHANNELS = ("page", "clip")
"""Requests of one channel wait for one another: a clip takes long, and must not keep a decision waiting."""
_WORDS = {
    "check": "check questions",
    "answer": "answer questions",
    "errors": "say why answers are wrong",
    "adjudicate": "settle what others differ on",
}
"""What the page calls its modes."""


@dataclass
class Running:
    """A review app that serves in the background."""

    address: str
    _page: Page
    _stop: ExitStack = field(repr=False)

    def close(self) -> None:
        """Stop serving and remove the pictures and clips that were made."""
        self._stop.close()


def launch(root: Path, settings: ReviewSettings, say: Callable[[str], None] = print) -> None:
    """Serve the review app until it is interrupted.

    Raises:
        DataError: as `start`.
        MissingExtraError: Gradio is not installed.
    """
    running = start(root, settings)
    try:
        say(f"Review '{settings.mode}' of {root}: {running.address}  (stop with Ctrl+C)")
        if settings.open_browser:
            import webbrowser

            webbrowser.open(running.address)
        _until_interrupted()
    finally:
        running.close()


def start(root: Path, settings: ReviewSettings) -> Running:
    """Serve the review app in the background.

    Raises:
        DataError: there is no dataset, the host is open to others and nobody has a password, or the port is taken.
        MissingExtraError: Gradio is not installed.
    """
    store = Store.open(root, settings.store)
    users = store.users()
    if settings.host not in LOOPBACK and not users:
        raise DataError(
            f"On {settings.host} everybody in the network could review under any name, because nobody has a password "
            "yet. Give each reviewer one first (`links2 review add-user ROOT NAME`), or leave out --host."
        )
    with ExitStack() as stop:
        folder = Path(stop.enter_context(tempfile.TemporaryDirectory(prefix="links2-review-")))
        stop.enter_context(_environment(folder))
        shelf = Shelf(_made(folder / "shown"))
        page = Page(root, store, settings, shelf)
        stop.callback(page.close)
        gradio = import_extra("gradio", "gradio", "review", "The review app")
        blocks = _blocks(gradio, page, load_info(root).name, asks_name=not users)
        stop.callback(blocks.close, verbose=False)
        address = _served(gradio, blocks, shelf, settings, store if users else None)
        return Running(address, page, stop.pop_all())


def _blocks(gradio: Any, page: Page, dataset: str, *, asks_name: bool) -> Any:
    """The page, and one pair of hidden fields for each channel between it and its server."""

    def answer(text: str, request: Any) -> str:
        return page.answer(text, None if asks_name else request.username)

    # Gradio looks for its own class here; as text, the name would be looked up where there is none.
    answer.__annotations__ = {"text": str, "request": gradio.Request, "return": str}
    with gradio.Blocks(title=f"Review of {dataset}", analytics_enabled=False, fill_width=True) as blocks:
        gradio.HTML(
            _skeleton(page, dataset, asks_name=asks_name),
            elem_id="links2-review",
            padding=False,
            apply_default_css=False,
        )
        with gradio.Column(elem_classes="links2-wire"):
            for channel in _CHANNELS:
                _wire(gradio, channel, answer)
        blocks.load(None, js="() => { window.links2.start(); }")
    return blocks


def _wire(gradio: Any, channel: str, answer: Callable[..., str]) -> None:
    asked, reply = gradio.Textbox(show_label=False), gradio.Textbox(show_label=False)
    send = gradio.Button("send", elem_id=f"links2-send-{channel}")
    send.click(
        answer,
        [asked],
        [reply],
        js=f"() => window.links2.outgoing('{channel}')",
        api_name=False,
        queue=False,
        show_progress="hidden",
        trigger_mode="multiple",
    ).then(None, [reply], None, js=f"(text) => {{ window.links2.incoming('{channel}', text); }}")


def _served(gradio: Any, blocks: Any, shelf: Shelf, settings: ReviewSettings, store: Store | None) -> str:
    """Start the server; its address."""
    middleware = import_extra("starlette.middleware", "gradio", "review", "The review app").Middleware
    system = ["system-ui", "-apple-system", "Segoe UI", "Noto Sans", "DejaVu Sans", "sans-serif"]
    try:
        _, address, _ = blocks.launch(
            server_name=settings.host,
            server_port=settings.port,
            auth=store.password_fits if store else None,
            auth_message="Review: the name and password that you were given." if store else None,
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            inbrowser=False,
            # Named fonts would be asked of Google; these are the reader's own.
            theme=gradio.themes.Base(font=system, font_mono=["ui-monospace", "DejaVu Sans Mono", "monospace"]),
            head=_head(),
            allowed_paths=[str(shelf.folder)],
            app_kwargs={"middleware": [middleware(Guard, shelf=shelf.folder, host=settings.host)]},
            footer_links=[],
            max_file_size=1,
            enable_monitoring=False,
            mcp_server=False,
            pwa=False,
            ssr_mode=False,
        )
    except OSError as error:
        raise DataError(f"Nothing can be served on {settings.host}: {error}. Name a free port with --port.") from error
    return str(address)


def _skeleton(page: Page, dataset: str, *, asks_name: bool) -> str:
    """The empty page, with what its scripts must know before they ask for anything."""
    facts = {
        "MODE": page.settings.mode,
        "WORDS": _WORDS["adjudicate" if page.settings.desk.adjudicate else page.settings.mode],
        "DATASET": dataset,
        "ASKS_NAME": "yes" if asks_name else "",
        "TASKS": ",".join(_tasks(page)),
        "REASONS": "|".join(REASONS),
        "CATEGORIES": ",".join((*CATEGORIES, UNDECIDED)),
    }
    text = _resource("page.html")
    for name, value in facts.items():
        text = text.replace(f"{{{{{name}}}}}", html.escape(value))
    return text


def _tasks(page: Page) -> tuple[str, ...]:
    """Tasks that a person may keep to."""
    if page.settings.mode == "answer":
        return ()
    counts = load_info(page.root).counts.values()
    found = sorted({task for by_task in counts for task, n in by_task.items() if n})
    chosen = page.settings.desk.tasks
    return tuple(task for task in found if not chosen or task in chosen)


def _head() -> str:
    scripts = "\n".join(_resource(name) for name in _SCRIPTS)
    return f"<style>{_resource('page.css')}</style><script>(() => {{ 'use strict';\n{scripts}\n}})();</script>"


def _resource(name: str) -> str:
    return (files("links2_tasks.review") / name).read_text(encoding="utf-8")


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


@contextmanager
def _environment(folder: Path) -> Iterator[None]:
    """Keep Gradio's own files in a private folder, and keep it from telling anybody anything."""
    wanted = {
        "GRADIO_TEMP_DIR": str(folder / "gradio"),
        "GRADIO_EXAMPLES_CACHE": str(folder / "examples"),
        "GRADIO_ANALYTICS_ENABLED": "False",
        "GRADIO_RUN_HISTORY": "False",
        "GRADIO_NUM_WORKERS": "0",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _until_interrupted() -> None:
    """Wait for Ctrl+C, or for whoever ends services in good order; both leave no files behind."""
    ended = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *given: ended.set())
    try:
        ended.wait()
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)
