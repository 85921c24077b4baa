"""How a fault of a dataset gets through the host when it loads a task."""

from __future__ import annotations

from links2_tasks.errors import Links2Error


class NotPossible(BaseException):
    """Carries what is wrong; any Exception would make the host try five times, wait between, and bury the cause."""

    def __init__(self, fault: Links2Error) -> None:
        """Hold the fault."""
        super().__init__(str(fault))
        self.fault = fault
