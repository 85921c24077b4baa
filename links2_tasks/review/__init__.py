"""People check questions, answer them as models do, and say why models err."""

from links2_tasks.review._desk import Desk
from links2_tasks.review._records import (
    MODES,
    VERDICTS,
    Decision,
    DeskSettings,
    Edit,
    Item,
    Mode,
    ModelAnswer,
    Progress,
    ReviewSettings,
    Verdict,
)
from links2_tasks.review._store import Store

__all__ = [
    "MODES",
    "VERDICTS",
    "Decision",
    "Desk",
    "DeskSettings",
    "Edit",
    "Item",
    "Mode",
    "ModelAnswer",
    "Progress",
    "ReviewSettings",
    "Store",
    "Verdict",
]
