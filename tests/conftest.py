"""What every test may rely on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Write half characters in captured output as escapes: pytest-xdist cannot send them from process to process."""
    outcome: Any = yield
    report = outcome.get_result()
    report.sections = [(name, _printable(content)) for name, content in report.sections]
    if isinstance(report.longrepr, str):
        report.longrepr = _printable(report.longrepr)


def _printable(text: str) -> str:
    return text.encode("utf-8", errors="backslashreplace").decode("utf-8")


@pytest.fixture(autouse=True)
def _no_dataset_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests name their datasets; whatever the user's shell names is left alone."""
    monkeypatch.delenv("LINKS2_DATA", raising=False)


@pytest.fixture(autouse=True)
def _no_width_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are as wide as without a terminal; what another test's library has put into the environment is left alone."""
    monkeypatch.delenv("COLUMNS", raising=False)
