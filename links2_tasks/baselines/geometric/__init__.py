"""A baseline of classical computer vision: local features, robust registration and plane geometry."""

from links2_tasks.baselines.geometric._baseline import ANSWERED, GeometricBaseline, Outcome
from links2_tasks.baselines.geometric._seen import SEEN, FootprintEstimator, SeenFrame, SeenGround

__all__ = ["ANSWERED", "SEEN", "FootprintEstimator", "GeometricBaseline", "Outcome", "SeenFrame", "SeenGround"]
