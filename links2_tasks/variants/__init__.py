"""Questions changed for an ablation: another map, a turned map, options in every order, a drawn footprint."""

from links2_tasks.variants._change import CHANGES, change_questions
from links2_tasks.variants.circular import base_id

__all__ = ["CHANGES", "base_id", "change_questions"]
