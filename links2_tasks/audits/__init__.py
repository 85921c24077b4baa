"""What is wrong with a run or with a dataset although every file is in order."""

from links2_tasks.audits._records import (
    Duplicate,
    ExtractionAudit,
    Leak,
    LetterUse,
    PositionAudit,
    ShortcutScore,
    TextAudit,
)

__all__ = ["Duplicate", "ExtractionAudit", "Leak", "LetterUse", "PositionAudit", "ShortcutScore", "TextAudit"]
