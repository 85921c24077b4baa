"""Draw the pictures of the README: `python docs/make_pictures.py [REAL_DATASET]`.

One question of the simulated default dataset, and one of a dataset that was built from real footage where one is named.
"""

from __future__ import annotations

import sys
from pathlib import Path

from links2_tasks import load_questions
from links2_tasks.construction.mini import data_root
from links2_tasks.report import contact_sheet

HERE = Path(__file__).parent
WIDTH_PX = 1100
TASK = "uav_localization"


def draw(root: Path, name: str) -> None:
    """Draw the first question of a task, small enough for a page."""
    question = load_questions(root, TASK)[0]
    sheet = contact_sheet(question, root)
    small = sheet.resize((WIDTH_PX, round(sheet.height * WIDTH_PX / sheet.width)))
    # 128 colours are a third of the bytes and look the same on a page.
    small.quantize(128).save(HERE / name, optimize=True)


def main() -> None:
    """Draw what can be drawn."""
    draw(data_root(), "simulated.png")
    for real in sys.argv[1:2]:
        draw(Path(real), "real.png")


if __name__ == "__main__":
    main()
