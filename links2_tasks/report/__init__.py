"""Pictures and tables for people."""

from links2_tasks.report._comparison_table import (
    print_comparison,
    write_comparison_csv,
    write_comparison_json,
)
from links2_tasks.report._contact_sheet import contact_sheet
from links2_tasks.report._mistakes_figure import draw_shares
from links2_tasks.report._pictures import draw_questions
from links2_tasks.report._reference import ReferenceFigure, reference_figures
from links2_tasks.report._tables import task_table
from links2_tasks.report._write import (
    DEFAULT_MEDIA,
    Media,
    WrittenReport,
    media_of,
    report_root,
    write_report,
)

__all__ = [
    "DEFAULT_MEDIA",
    "Media",
    "ReferenceFigure",
    "WrittenReport",
    "contact_sheet",
    "draw_questions",
    "draw_shares",
    "media_of",
    "print_comparison",
    "reference_figures",
    "report_root",
    "task_table",
    "write_comparison_csv",
    "write_comparison_json",
    "write_report",
]
