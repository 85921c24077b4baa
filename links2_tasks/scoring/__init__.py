"""Scoring: from a model's reply to a score, and from scores to a benchmark's figures.

Nothing here guesses. A reply without a readable answer is wrong, and it is counted by the reason why it could not be
read.
"""

from links2_tasks.scoring._choice import extract_choice
from links2_tasks.scoring._value import Extraction

__all__ = ["Extraction", "extract_choice"]
