"""Why answers are wrong: categories where the question's data prove them, and a list for people where they do not."""

from links2_tasks.mistakes._agreement import ADJUDICATOR, Agreement, agreement, agreements, combine
from links2_tasks.mistakes._categorise import categorise
from links2_tasks.mistakes._people import read_labels, write_cases
from links2_tasks.mistakes._records import (
    CATEGORIES,
    UNDECIDED,
    Category,
    GuessedShares,
    Label,
    Mistake,
    MistakeShares,
)
from links2_tasks.mistakes._shares import guessed_shares, mistake_shares
from links2_tasks.mistakes._steady import SteadyError, steady_errors
from links2_tasks.mistakes._study import Study, study, write_shares

__all__ = [
    "ADJUDICATOR",
    "CATEGORIES",
    "UNDECIDED",
    "Agreement",
    "Category",
    "GuessedShares",
    "Label",
    "Mistake",
    "MistakeShares",
    "SteadyError",
    "Study",
    "agreement",
    "agreements",
    "categorise",
    "combine",
    "guessed_shares",
    "mistake_shares",
    "read_labels",
    "steady_errors",
    "study",
    "write_cases",
    "write_shares",
]
