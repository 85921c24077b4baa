"""What is wrong with a run or with a dataset although every file is in order."""

from links2_tasks.audits._duplicates import audit_duplicates
from links2_tasks.audits._extraction import audit_extraction
from links2_tasks.audits._layout import audit_layout
from links2_tasks.audits._leakage import audit_leakage
from links2_tasks.audits._positions import audit_positions
from links2_tasks.audits._records import (
    Clue,
    DatasetAudit,
    Duplicate,
    ExtractionAudit,
    Leak,
    LetterUse,
    PositionAudit,
    RunAudit,
    ShortcutScore,
    TextAudit,
)
from links2_tasks.audits._text import audit_text
from links2_tasks.audits._whole import audit_dataset, audit_run

__all__ = [
    "Clue",
    "DatasetAudit",
    "Duplicate",
    "ExtractionAudit",
    "Leak",
    "LetterUse",
    "PositionAudit",
    "RunAudit",
    "ShortcutScore",
    "TextAudit",
    "audit_dataset",
    "audit_duplicates",
    "audit_extraction",
    "audit_layout",
    "audit_leakage",
    "audit_positions",
    "audit_run",
    "audit_text",
]
