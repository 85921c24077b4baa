"""Pictures and tables for people."""

from links2_tasks.report._contact_sheet import contact_sheet

__all__ = ["contact_sheet"]
