"""What the filters of a build may be told; the same fields stand under `filters:` in its YAML."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from links2_tasks.schema import Name, Record

Share = Annotated[float, Field(ge=0, le=1)]
Metres = Annotated[float, Field(ge=0)]
Degrees = Annotated[float, Field(ge=0, le=180)]


class FilterSettings(Record):
    """Which filters run, and their limits."""

    skip: tuple[Name, ...] = ()
    """Names of filters to leave out."""

    most_covered_share: Share = 0.35
    """unreadable_marks: largest part of a mark's symbol or label that another symbol or label may cover."""
    most_common_box_share: Share = 0.35
    """unreadable_marks: largest part of the smaller of two boxes that both hold, unless it lies clear inside."""
    least_box_lines: Annotated[float, Field(ge=1)] = 2.0
    """unreadable_marks: shortest side of a box or area, in widths of the line that it is drawn with."""
    least_path_heads: Annotated[float, Field(ge=0)] = 3.0
    """unreadable_marks: least length of a path, in lengths of the arrow heads that tell its direction."""

    least_mark_gap_m: Metres = 5.0
    """ambiguous_margins: marks of two options, as points, lie at least this far apart on the ground."""
    most_truth_offset_m: Metres = 2.0
    """ambiguous_margins: where the truth is a point, the right mark lies at most this far from it."""
    least_direction_gap_deg: Degrees = 45.0
    """ambiguous_margins: compass directions of two options differ at least by this."""
    most_off_direction_deg: Degrees = 12.5
    """ambiguous_margins: the true direction differs at most by this from the one that names it."""
    least_count_gap: Annotated[float, Field(ge=0)] = 1.0
    """ambiguous_margins: counts of two options differ at least by this."""
    least_count_gap_share: Share = 0.1
    """ambiguous_margins: and at least by this share of the true count, so that 40 is not beside 41."""
    least_distance_ratio: Annotated[float, Field(ge=1)] = 1.25
    """ambiguous_margins: the second nearest place is at least this many times as far as the nearest."""
    least_path_gap_share: Share = 0.03
    """ambiguous_margins: Fréchet distance of two paths, as a share of the longer side of the map that shows them."""
    most_tile_overlap_share: Share = 0.0
    """ambiguous_margins: part of the smaller of two offered tiles that the other shows too."""
    least_route_gap_m: Metres = 30.0
    """ambiguous_margins: ends of two offered routes lie at least this far apart."""

    duplicate_kinds: tuple[Literal["question", "near", "answer", "text and marks"], ...] = (
        "question",
        "near",
        "text and marks",
    )
    """duplicate_questions: kinds of duplicates, as `links2 audit data` calls them, of which the later one goes. With
    'answer', also those that share the right answer but not the wrong ones, though they may ask of other moments."""

    most_empty_share: Share = 0.35
    """empty_maps: largest part of a map, as it is shown, that holds no data."""
    most_blank_frames_share: Share = 0.1
    """unusable_footage: largest share of frames of a clip that are of one colour, or mostly."""
    most_frozen_frames_share: Share = 0.25
    """unusable_footage: largest share of frames of a clip that repeat the frame before to the last detail."""

    least_watermark_strokes: Annotated[int, Field(ge=1)] = 3
    """watermarks: how many strokes, such as letters, must repeat to be called a watermark."""

    most_common_span_share: Share = 0.5
    """duplicate_clips: largest part of the shorter of two clips of one video that the other shows too."""
    most_alike_frames_share: Share = 0.8
    """duplicate_clips: largest share of frames of a clip that have a twin in an earlier clip."""
    most_fingerprint_bits: Annotated[int, Field(ge=0, le=63)] = 6
    """duplicate_clips: of the 63 bits of a frame's fingerprint, the most in which twins differ."""

    text_folds: Annotated[int, Field(ge=2)] = 5
    """text_alone: parts that regions are dealt to, so that no guesser knows what it is asked."""

    most_per_clip: Annotated[int, Field(ge=1)] = 48
    """clip_caps: questions about one clip, all tasks together."""
