"""Every family in turn, on one thread."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from links2_tasks.adaptation.cvaa import FAMILIES

# Tests are imported without a package, so what they share is found by its folder.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def _own_torch() -> Iterator[None]:
    """One thread, as threads that wait for one another take longer than these small sums; and gradients.

    Frameworks that other tests import switch gradients off for the whole process.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.enable_grad():
        yield
    torch.set_num_threads(before)


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    """Each family in turn."""
    return str(request.param)
