"""What every test may rely on."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_dataset_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests name their datasets; whatever the user's shell names is left alone."""
    monkeypatch.delenv("LINKS2_DATA", raising=False)
