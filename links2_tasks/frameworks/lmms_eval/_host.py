"""What the host tells the plug-in once and the hooks need later."""

from __future__ import annotations

model_name: str | None = None
"""The `--model` of the run, as the last task manager was given it; None when nobody said it."""
