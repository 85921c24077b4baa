"""A dataset made ready for others: card, licences, metadata, checksums, tables, and nothing private."""

from links2_tasks.release._plan import plan
from links2_tasks.release._records import (
    Coordinates,
    LedgerRow,
    PlannedFile,
    Refusal,
    ReleasePlan,
    ReleaseReport,
    ReleaseSettings,
    Trace,
)
from links2_tasks.release._release import release
from links2_tasks.release._settings import read_settings

__all__ = [
    "Coordinates",
    "LedgerRow",
    "PlannedFile",
    "Refusal",
    "ReleasePlan",
    "ReleaseReport",
    "ReleaseSettings",
    "Trace",
    "plan",
    "read_settings",
    "release",
]
