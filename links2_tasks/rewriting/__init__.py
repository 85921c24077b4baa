"""Other words for questions: templates by seed, or a language model whose rewrites are checked.

Whatever puts a question into other words leaves its numbers, letters, names, directions and truth as they are.
"""

from links2_tasks.rewriting._caption import caption_landmarks
from links2_tasks.rewriting._check import check_rewrite
from links2_tasks.rewriting._estimate import estimate_calls
from links2_tasks.rewriting._records import CallEstimate, LandmarkCaption, LandmarkCrop, Reworded, RewriteRefusal
from links2_tasks.rewriting._reword import reword
from links2_tasks.rewriting._rewrite import NO_ANSWER, rewrite

__all__ = [
    "NO_ANSWER",
    "CallEstimate",
    "LandmarkCaption",
    "LandmarkCrop",
    "Reworded",
    "RewriteRefusal",
    "caption_landmarks",
    "check_rewrite",
    "estimate_calls",
    "reword",
    "rewrite",
]
