"""Draw the pictures of docs/review.md: `python docs/make_review_pictures.py DATASET RUN`.

Starts the review app on a dataset, once in each mode, opens it in Chromium without a window, and takes a picture of
1280 x 800 px. RUN is a folder with results of a model on that dataset. Decisions go to a temporary file.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains

from links2_tasks.review import DeskSettings, Mode, ReviewSettings
from links2_tasks.review._app import start

HERE = Path(__file__).parent
SIZE_PX = (1280, 800)
ENTER, RIGHT = "\ue007", "\ue014"
TASKS: dict[Mode, str] = {
    "check": "object_localization",
    "answer": "trajectory_matching",
    "errors": "relative_distance",
}
KEYS: dict[Mode, str] = {"check": "", "answer": RIGHT * 14 + "c", "errors": ""}


def browser() -> Any:
    """Chromium with a page of the pictures' size."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    size = {"width": SIZE_PX[0], "height": SIZE_PX[1], "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    return driver


def wait(driver: Any, script: str, seconds: float = 60.0) -> None:
    """Wait until a script returns something true."""
    end = time.monotonic() + seconds
    while not driver.execute_script(f"return {script}"):
        if time.monotonic() > end:
            raise TimeoutError(f"{script}: {driver.execute_script('return document.body.innerText')}")
        time.sleep(0.1)


def draw(driver: Any, root: Path, results: Path, mode: Mode, store: Path) -> None:
    """Take the picture of one mode."""
    desk = DeskSettings(tasks=(TASKS[mode],), results=results, only_undecided=False)
    running = start(root, ReviewSettings(mode=mode, desk=desk, store=store))
    try:
        driver.get(running.address)
        wait(driver, "document.querySelector('#l2-name[open]')")
        ActionChains(driver).send_keys("ann", ENTER).perform()
        wait(driver, "document.querySelector('.l2-frame, .l2-wait[hidden]')")
        wait(driver, "[...document.querySelectorAll('#l2 img[src]')].every((one) => one.naturalWidth > 0)")
        ActionChains(driver).send_keys(KEYS[mode]).perform()
        time.sleep(1.5)  # The video decodes and the last picture is drawn.
        picture = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
        picture.save(HERE / f"review_{mode}.jpg", quality=84, optimize=True)
        driver.execute_script("localStorage.clear(); sessionStorage.clear()")
    finally:
        running.close()


def main() -> None:
    """Draw all three."""
    root, results = (Path(name) for name in sys.argv[1:3])
    driver = browser()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for mode in TASKS:
                draw(driver, root, results, mode, Path(folder) / "review.sqlite")
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
