"""Questions changed for an ablation: another map, a turned map, options in every order, a drawn footprint."""

from links2_tasks.variants._change import CHANGES, change_questions
from links2_tasks.variants._joined import Joined, joined_rotations
from links2_tasks.variants.circular import CIRCULAR, base_id

__all__ = ["CHANGES", "CIRCULAR", "Joined", "base_id", "change_questions", "joined_rotations"]
