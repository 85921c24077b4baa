"""`links2 build`: from folders of footage to a dataset, stage by stage, each of which can be taken up again."""

from links2_tasks.pipeline._build import build, work_folder
from links2_tasks.pipeline._engines import Engine, InProcess, engine_of
from links2_tasks.pipeline._plan import Plan, plan
from links2_tasks.pipeline._records import BuildReport, Dropped, StageReport
from links2_tasks.pipeline._settings import BuildSettings, read_settings
from links2_tasks.pipeline._settings_page import settings_page

__all__ = [
    "BuildReport",
    "BuildSettings",
    "Dropped",
    "Engine",
    "InProcess",
    "Plan",
    "StageReport",
    "build",
    "engine_of",
    "plan",
    "read_settings",
    "settings_page",
    "work_folder",
]
