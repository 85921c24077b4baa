"""Names of the files of a release beside those of every dataset."""

from __future__ import annotations

CARD_FILE = "README.md"
LICENCES_PAGE = "LICENCES.md"
LICENCES_FILE = "licences.json"
CROISSANT_FILE = "croissant.json"
SUMS_FILE = "SHA256SUMS"
TABLES_FOLDER = "parquet"
PICTURES_FOLDER = "pictures"
NOTICES_FOLDER = "notices"
_FILES = frozenset({CARD_FILE, LICENCES_PAGE, LICENCES_FILE, CROISSANT_FILE, SUMS_FILE})
_FOLDERS = tuple(f"{folder}/" for folder in (TABLES_FOLDER, PICTURES_FOLDER, NOTICES_FOLDER, "questions"))


def is_ours(file: str) -> bool:
    """Whether a release writes a file of this name anew, so that one of an earlier release is not missed."""
    return file in _FILES or file.startswith(_FOLDERS)
