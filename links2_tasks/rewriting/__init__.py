"""Other words for questions: templates by seed, or a language model whose rewrites are checked.

Whatever puts a question into other words leaves its numbers, letters, names, directions and truth as they are.
"""

from links2_tasks.rewriting._records import Reworded, RewriteRefusal

__all__ = ["Reworded", "RewriteRefusal"]
