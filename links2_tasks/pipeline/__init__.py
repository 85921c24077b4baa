"""`links2 build`: from folders of footage to a dataset, stage by stage, each of which can be taken up again."""

from links2_tasks.pipeline._records import Dropped, StageReport

__all__ = ["Dropped", "StageReport"]
