"""The satellite images of a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from links2_tasks.importing._json_rows import parse_json
from links2_tasks.importing._mapping import SatelliteFrom
from links2_tasks.importing._media import Media, candidates
from links2_tasks.importing._records import UnusableError, in_a_line
from links2_tasks.importing._row import Row
from links2_tasks.importing._values import Values, as_text, with_item
from links2_tasks.schema import SatelliteImage

_NAME_CHARS = 64


class Maps:
    """Finds satellite images as the mapping says."""

    def __init__(self, wanted: Sequence[SatelliteFrom], values: Values, media: Media) -> None:
        self._wanted = wanted
        self._values = values
        self._media = media
        self._shared: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def images(self, row: Row) -> tuple[SatelliteImage, ...]:
        """All satellite images of a row, at least one.

        Raises:
            UnusableError: one is missing or cannot be read, or its metres per pixel are not known.
        """
        found = [(wanted, path, of) for wanted in self._wanted for path, of in self._paths(wanted, row)]
        images = []
        for number, (wanted, path, of) in enumerate(found, start=1):
            label = self._values.name(wanted.label, of) if wanted.label is not None else None
            if label is None and len(found) > 1:
                label = str(number)
            gsd_m = self._values.number(wanted.gsd_m, of)
            if gsd_m <= 0:
                raise UnusableError("not a number", f"{gsd_m:g} metres per pixel")
            images.append(SatelliteImage(path=path, label=label, gsd_m=gsd_m, north_up=wanted.north_up))
        return tuple(images)

    def note(self, row: Row) -> None:
        """Remember images in the cells of a row for later rows that name it, also where it cannot be used itself."""
        for wanted in self._wanted:
            if wanted.data is None or wanted.same_as is None:
                continue
            try:
                name = as_text(self._values.cell(row, wanted.same_as))
                self._shared[(row.file, wanted.same_as, name)] = self._in_cell(wanted.data, wanted.same_as, row)
            except UnusableError:
                continue  # Told when the row's own images are wanted.

    def _paths(self, wanted: SatelliteFrom, row: Row) -> list[tuple[str, Row]]:
        """Paths in the new dataset, each with the row that tells the rest of the image."""
        values, media = self._values, self._media
        if wanted.folder is not None:
            return [(path, row) for path in media.images_in(values.filled(wanted.folder, row).rstrip("/"))]
        if wanted.data is not None:
            return [(path, row) for path in self._in_cell(wanted.data, wanted.same_as, row)]
        rows = [row]
        if wanted.each is not None:
            rows = [with_item(row, item) for item in _items(values.cell(row, wanted.each), wanted.each)]
        return [(media.image(candidates(values.filled(wanted.file or "", of), wanted.suffixes)), of) for of in rows]

    def _in_cell(self, column: str, same_as: str | None, row: Row) -> tuple[str, ...]:
        cell = self._values.cell(row, column)
        if same_as is None or not _names_a_row(cell):
            return tuple(self._media.image_from(item) for item in _items(cell, column))
        name = as_text(cell)
        if (row.file, same_as, name) not in self._shared:
            raise UnusableError("media missing", f"no earlier row has an image and '{in_a_line(name)}' as '{same_as}'")
        return self._shared[(row.file, same_as, name)]


def _names_a_row(cell: Any) -> bool:
    """Whether a cell is too short for an image, as VLMEvalKit takes it."""
    return isinstance(cell, int) or (isinstance(cell, str) and len(cell) <= _NAME_CHARS)


def _items(cell: Any, column: str) -> list[Any]:
    """Entries of a list; tables hold lists as JSON, or as Python prints them where they hold base64 only."""
    if cell is None or cell == []:
        raise UnusableError("cell empty", f"'{column}'")
    if isinstance(cell, str) and cell.lstrip().startswith("["):
        try:
            cell = parse_json(cell if '"' in cell else cell.replace("'", '"'))
        except ValueError as error:
            raise UnusableError("not a text", f"'{column}' is no list in JSON: {error}") from error
    return cell if isinstance(cell, list) else [cell]
