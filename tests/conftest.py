"""What every test may rely on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
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


@pytest.fixture(scope="session")
def start_chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], Any]]:
    """Starts Debian's Chromium without a window, 1280 px wide and as high as asked for; ended with the session."""
    started: list[Any] = []

    def start(height_px: int) -> Any:
        webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed (extra 'test')")
        binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
        if binary is None or driver is None:
            pytest.skip("there is no chromium with its chromedriver here (Debian: apt install chromium-driver)")
        options = webdriver.ChromeOptions()
        options.binary_location = binary
        flags = (
            "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
            f"--disable-sync --no-first-run --window-size=1280,{height_px}"
        )
        for flag in (*flags.split(), f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        try:
            started.append(webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver)))
        except Exception as error:  # noqa: BLE001
            pytest.skip(f"chromium does not start here: {error}")
        return started[-1]

    yield start
    for one in started:
        one.quit()
