"""A baseline of classical computer vision: local features, robust registration and plane geometry."""

from links2_tasks.baselines.geometric._baseline import ANSWERED, GeometricBaseline, Outcome

__all__ = ["ANSWERED", "GeometricBaseline", "Outcome"]
