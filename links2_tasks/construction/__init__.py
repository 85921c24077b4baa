"""From footage to questions: scenes, the simulated city, writers and the simple build."""

from links2_tasks.construction.scene import Scene

__all__ = ["Scene"]
