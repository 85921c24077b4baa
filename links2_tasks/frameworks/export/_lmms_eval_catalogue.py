"""The lines about links2 in lmms-eval's catalogue of tasks."""

from __future__ import annotations

from links2_tasks import taxonomy
from links2_tasks.frameworks.export._patch import Insertion, file_patch

PAPER = "https://arxiv.org/abs/2604.02020"


def catalogue_patch() -> str:
    """A patch of docs/advanced/current_tasks.md, whose lines around it are those of lmms-eval at 75571cfe."""
    *dimensions, everything = taxonomy.groups()
    added = (
        f"- [links2]({PAPER}) ({everything.lmms_eval_name}) - UAV video linked with satellite imagery",
        f"  - {', '.join(group.lmms_eval_name for group in dimensions)}",
    )
    return file_patch(
        Insertion(
            path="docs/advanced/current_tasks.md",
            line=540,
            before=(
                "- [CS-Bench](https://csbench.github.io/) (csbench)",
                "- [EmbSpatial](https://github.com/EmbSpatial/EmbSpatial) (embspatial)",
                "- [ERQA](https://github.com/ERQA-Bench/ERQA) (erqa)",
            ),
            added=added,
            after=(
                "- [OmniSpatial](https://omnispatial.github.io/) (omnispatial)",
                "- [Point-Bench](https://pointarena.github.io/) (pointbench)",
                "- [Where2Place](https://where2place.github.io/) (where2place)",
            ),
        )
    )
