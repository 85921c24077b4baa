"""People check questions, answer them as models do, and say why models err."""

from links2_tasks.review._records import Decision, Edit, Item, Mode, Verdict

__all__ = ["Decision", "Edit", "Item", "Mode", "Verdict"]
