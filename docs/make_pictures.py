"""Draw the pictures of the README: `python docs/make_pictures.py [REAL_DATASET]`.

One question of the simulated default dataset, and one of a dataset that was built from real footage where one is named.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

from links2_tasks import load_questions
from links2_tasks.construction.mini import data_root
from links2_tasks.report import contact_sheet

HERE = Path(__file__).parent
WIDTH_PX = 1100
TASK = "uav_localization"


def draw(root: Path, name: str) -> None:
    """Draw a question from the middle of a task, small enough for a page."""
    questions = load_questions(root, TASK)
    question = questions[len(questions) // 2]
    sheet = contact_sheet(question, root)
    small = sheet.resize((WIDTH_PX, round(sheet.height * WIDTH_PX / sheet.width)))
    # 256 colours are less than half of the bytes; this method keeps the rare bright colours of the marks.
    small.quantize(256, Image.Quantize.MAXCOVERAGE).save(HERE / name, optimize=True)


def main() -> None:
    """Draw what can be drawn."""
    draw(data_root(), "simulated.png")
    for real in sys.argv[1:2]:
        draw(Path(real), "real.png")


if __name__ == "__main__":
    main()
