"""The app over HTTP, without a browser."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from links2_tasks.errors import DataError, MissingExtraError
from links2_tasks.review import ReviewSettings, Store
from links2_tasks.review._app import start

httpx = pytest.importorskip("httpx", reason="httpx is not installed (extra 'review' brings it)")
PASSWORD = "correct horse"


@pytest.fixture
def browse() -> Any:
    """Opens connections to a running app, each with cookies of its own."""
    clients: list[Any] = []

    def opened(app: Any) -> Any:
        clients.append(httpx.Client(base_url=app.address, trust_env=False, timeout=30))
        return clients[-1]

    yield opened
    for client in clients:
        client.close()


def ask(client: Any, kind: str, **fields: Any) -> Any:
    """One request of the page, as Gradio's own script sends it; the reply, or the status of a refusal."""
    text = json.dumps({"kind": kind, "number": 1, **fields})
    sent = {"data": [text], "fn_index": 0, "session_hash": "tests"}
    answered = client.post("gradio_api/run/predict", json=sent)
    return json.loads(answered.json()["data"][0]) if answered.status_code == 200 else answered.status_code


def test_a_name_is_enough_on_this_machine(
    serve: Callable[..., Any], browse: Any, finished: Path, tmp_path: Path
) -> None:
    client = browse(serve(finished))
    assert ask(client, "open", name="ann")["shown"]["position"] == 1
    shown = ask(client, "open", name="ann")["shown"]
    place = {"position": 1, "question_sha256": shown["question_sha256"]}
    assert ask(client, "decide", name="ann", verdict="accepted", **place)["state"]["n_done"] == 1
    kept = Store.open(finished, tmp_path / "review.sqlite").logged()
    assert [(one.decision.reviewer, one.decision.verdict) for one in kept] == [("ann", "accepted")]
    page = client.get("")
    assert page.status_code == 200
    assert "content-security-policy" in page.headers
    assert "fonts.googleapis.com" not in client.get("theme.css").text
    files = [one["address"] for one in shown["maps"]]
    assert client.get(files[0]).content.startswith(b"\xff\xd8")
    assert client.get(files[0], headers={"range": "bytes=0-1"}).content == b"\xff\xd8"
    for other in (finished / "dataset.json", finished / "satellite/map.png", tmp_path / "review.sqlite", "/etc/passwd"):
        assert client.get(f"gradio_api/file={quote(str(other))}").status_code == 404
    assert client.post("gradio_api/upload", files={"files": b"x"}).status_code == 404


def test_those_with_a_password_log_in_and_others_see_nothing(
    serve: Callable[..., Any], browse: Any, finished: Path, tmp_path: Path
) -> None:
    store = Store.open(finished, tmp_path / "review.sqlite")
    store.add_user("ann", PASSWORD)
    app = serve(finished)
    stranger, ann = browse(app), browse(app)
    assert ask(stranger, "open", name="ann") == 401
    assert "links2-send" not in stranger.get("").text
    assert stranger.post("login", data={"username": "ann", "password": "wrong horse"}).status_code == 400
    assert ask(stranger, "open", name="ann") == 401
    assert ann.post("login", data={"username": "ann", "password": PASSWORD}).status_code == 200
    shown = ask(ann, "open", name="ben")["shown"]
    assert stranger.get(shown["maps"][0]["address"]).status_code == 401
    assert ann.get(shown["maps"][0]["address"]).status_code == 200
    place = {"position": 1, "question_sha256": shown["question_sha256"]}
    ask(ann, "decide", name="ben", verdict="accepted", **place)
    assert [one.decision.reviewer for one in store.logged()] == ["ann"]


def test_a_closed_app_leaves_no_files_and_no_settings(serve: Callable[..., Any], browse: Any, finished: Path) -> None:
    before = dict(os.environ)
    app = serve(finished, "answer")
    shown = ask(browse(app), "open", name="ann")["shown"]
    file = Path(shown["frames"][0]["address"].partition("=")[2])
    assert file.is_file()
    assert file.parent.stat().st_mode & 0o077 == 0
    app.close()
    assert not file.parent.parent.exists()
    assert {name: value for name, value in os.environ.items() if name.startswith("GRADIO")} == {
        name: value for name, value in before.items() if name.startswith("GRADIO")
    }


def test_nobody_serves_a_network_before_there_are_passwords(finished: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="add-user ROOT NAME"):
        start(finished, ReviewSettings(host="0.0.0.0", store=tmp_path / "review.sqlite"))


def test_a_port_that_is_taken_is_told(serve: Callable[..., Any], finished: Path, tmp_path: Path) -> None:
    port = int(serve(finished).address.rstrip("/").rpartition(":")[2])
    with pytest.raises(DataError, match="--port"):
        start(finished, ReviewSettings(port=port, store=tmp_path / "other.sqlite"))


def test_without_gradio_the_error_says_what_to_install(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gradio", None)
    with pytest.raises(MissingExtraError, match=r"links2-tasks\[review\]"):
        start(finished, ReviewSettings(store=tmp_path / "review.sqlite"))
