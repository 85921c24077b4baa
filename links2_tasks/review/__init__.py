"""People check questions, answer them as models do, and say why models err."""

from links2_tasks.review._agreement import ALL_TASKS, ReviewAgreement, review_agreements
from links2_tasks.review._checked import WORDS, Checked, Status, Word, checked, status
from links2_tasks.review._desk import Desk
from links2_tasks.review._export import ExportReport, export_reviewed
from links2_tasks.review._labels import export_labels
from links2_tasks.review._outcomes import Outcome
from links2_tasks.review._people import PersonRun, export_people
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
from links2_tasks.review._users import PASSWORD_VARIABLE

__all__ = [
    "ALL_TASKS",
    "MODES",
    "PASSWORD_VARIABLE",
    "VERDICTS",
    "WORDS",
    "Checked",
    "Decision",
    "Desk",
    "DeskSettings",
    "Edit",
    "ExportReport",
    "Item",
    "Mode",
    "ModelAnswer",
    "Outcome",
    "PersonRun",
    "Progress",
    "ReviewAgreement",
    "ReviewSettings",
    "Status",
    "Store",
    "Verdict",
    "Word",
    "checked",
    "export_labels",
    "export_people",
    "export_reviewed",
    "review_agreements",
    "status",
]
