"""An endpoint for each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# The tests' own helpers lie beside this file; tests are no package.
sys.path.insert(0, str(Path(__file__).parent))

from misbehaving import Service, serving


@pytest.fixture
def service() -> Iterator[Service]:
    """An endpoint that does as it is told."""
    pytest.importorskip("openai", reason="the client of the endpoint")
    with serving() as running:
        yield running
