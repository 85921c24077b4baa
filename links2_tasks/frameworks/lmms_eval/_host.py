"""What the host tells the plug-in once and the hooks need later."""

from __future__ import annotations

model_name: str | None = None
"""The `--model` of the run, as the last task manager was given it; None when nobody said it."""

max_satellite_px: dict[tuple[str, str], int] = {}
"""The setting of prompts by variant and task, as hooks were last given it; the functions that score are told none."""
