"""Foreign layouts become datasets by a declared mapping."""

from links2_tasks.importing._examples import EXAMPLES, example_mapping
from links2_tasks.importing._import import REPORT_FILE, import_dataset, report_json, try_import
from links2_tasks.importing._look import FileLook, look
from links2_tasks.importing._mapping import ImportMapping
from links2_tasks.importing._members import ArchiveLimits, RefusedMemberError
from links2_tasks.importing._read_mapping import read_mapping
from links2_tasks.importing._records import REASONS, Column, ImportReport, LeftOut

__all__ = [
    "EXAMPLES",
    "REASONS",
    "REPORT_FILE",
    "ArchiveLimits",
    "Column",
    "FileLook",
    "ImportMapping",
    "ImportReport",
    "LeftOut",
    "RefusedMemberError",
    "example_mapping",
    "import_dataset",
    "look",
    "read_mapping",
    "report_json",
    "try_import",
]
