"""What a release is told, what stands in its way, and what it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

Coordinates = Literal["removed", "rounded", "keep"]
"""What becomes of coordinates in media files; see docs/releasing.md."""


@dataclass(frozen=True)
class ReleaseSettings:
    """What a release is told. The defaults are the careful ones."""

    version: str
    """Three numbers, such as '1.0.0'."""
    title: str | None = None
    """What the card calls the dataset; by default its name."""
    coordinates: Coordinates = "removed"
    round_m: float = 1000.0
    """With 'rounded': origins of maps are moved to multiples of so many metres."""
    licences: Mapping[str, str] = field(default_factory=dict)
    """SPDX expressions by name of the source, where the text that the source states is none."""
    notices: tuple[Path, ...] = ()
    """Texts of licences and notices that go along, as many licences demand."""
    allow_unknown_licence: bool = False
    allow_leaks: bool = False
    require_review: bool = False
    audit: bool = False
    """Audit the dataset and print the findings in the card."""
    work: Path | None = None
    """Work folder of the build; its funnel goes into the card."""
    citation: str | None = None
    """BibTeX."""
    published: date | None = None
    """Left out where it is not given: the clock would make each release another one."""


@dataclass(frozen=True)
class Refusal:
    """One thing that stands in the way of a release."""

    what: str
    """One of few, in a few words."""
    detail: str
    """What was found, and what to do next."""

    def __str__(self) -> str:
        """Both, in one line."""
        return f"{self.what}: {self.detail}"


@dataclass(frozen=True)
class Trace:
    """Something in a file that tells where on Earth it was made."""

    file: str
    """Path below the dataset's root."""
    what: str
    """For example 'EXIF GPS'; never the coordinates themselves."""


@dataclass(frozen=True)
class LedgerRow:
    """One source of footage and its terms."""

    dataset: str
    stated: str
    """The licence in the words of the source."""
    spdx: str | None
    """The same as an SPDX expression; None where it is none and nobody has given one."""
    n_clips: int
    n_questions: int
    seconds: float
    """Length of its clips."""
    regions: tuple[str, ...]
    conditions: tuple[str, ...]
    """What the licence's name itself says: 'no commercial use' and the like."""


@dataclass(frozen=True)
class PlannedFile:
    """One media file of a release."""

    source: str
    """Path below the root that is released."""
    target: str
    """Path below the release; another one where the suffix changes."""
    kind: Literal["video", "image"]
    bytes: int
    """Of the source."""


@dataclass(frozen=True)
class ReleasePlan:
    """What a release would write, and everything that stands in its way."""

    files: tuple[PlannedFile, ...]
    left_out: tuple[str, ...]
    """Files of the root that no clip and no question names."""
    traces: tuple[Trace, ...]
    """Coordinates that the dataset holds now."""
    ledger: tuple[LedgerRow, ...]
    refusals: tuple[Refusal, ...]
    remarks: tuple[str, ...]
    """What people should know although it stops nothing, such as questions that nobody has reviewed."""
    n_questions: int
    n_clips: int
    n_tables: int
    """Question files, each of which also becomes a table."""

    @property
    def n_steps(self) -> int:
        """About how many steps the writing tells: each file is written, and most are looked at and checked."""
        return 4 * len(self.files) + 3 * self.n_tables + 12

    @property
    def n_bytes(self) -> int:
        """Of all media files."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True)
class ReleaseReport:
    """What a release wrote."""

    out: Path
    version: str
    plan: ReleasePlan
    n_files: int
    n_bytes: int
    traces: tuple[Trace, ...]
    """Coordinates that the release holds; empty unless they are rounded or kept."""
