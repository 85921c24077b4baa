"""`links2 run`: a framework's own runner, so that a run that was cut off goes on where it stopped."""

from links2_tasks.frameworks.run._conduct import run
from links2_tasks.frameworks.run._estimate import Estimate, estimate_prompt
from links2_tasks.frameworks.run._request import FRAMEWORKS, RunRequest

__all__ = ["FRAMEWORKS", "Estimate", "RunRequest", "estimate_prompt", "run"]
