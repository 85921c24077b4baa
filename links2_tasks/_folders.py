"""Where this package keeps what it can make again."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """This package's folder in the user's cache; it need not be there yet, and may be emptied."""
    return Path(platformdirs.user_cache_dir("links2"))
