"""Why answers are wrong: categories where the question's data prove them, and a list for people where they do not."""

from links2_tasks.mistakes._records import CATEGORIES, Category, Mistake, MistakeShares

__all__ = ["CATEGORIES", "Category", "Mistake", "MistakeShares"]
