"""What a release says of itself in words: simulated or real, places, limits."""

from __future__ import annotations

from math import sqrt

from links2_tasks.release._card import CardTexts
from links2_tasks.release._checks import told_of_reviews
from links2_tasks.release._facts import Facts
from links2_tasks.release._records import ReleaseSettings

_KINDS = {
    True: "Footage and maps are simulated: no place, building or person in them is real.",
    False: "Footage and maps are real.",
    None: "Whether the footage is simulated or real is unknown: the dataset does not say.",
}
_STILL_SEEN = (
    "What cannot be hidden: the footage itself shows houses and streets, and the texture of the maps can be found "
    "again in public imagery. Names of regions, clips and files are as their makers gave them."
)


def card_texts(facts: Facts, settings: ReleaseSettings) -> CardTexts:
    """Words for the card and for Croissant."""
    return CardTexts(_KINDS[facts.info.simulated], _privacy(facts, settings), _limits(facts))


def _privacy(facts: Facts, settings: ReleaseSettings) -> tuple[str, ...]:
    lines = [told_of_coordinates(settings)]
    if settings.coordinates != "keep":
        lines.append("Videos hold their pictures only: no sound, no subtitles, no data tracks.")
    return tuple(lines) if facts.info.simulated else (*lines, _STILL_SEEN)


def told_of_coordinates(settings: ReleaseSettings) -> str:
    """What becomes of coordinates, in one sentence."""
    if settings.coordinates == "keep":
        return "Coordinates and other metadata of media files are kept as they were."
    if settings.coordinates == "removed":
        return "Coordinates and other metadata were removed from all media files; the pixels are unchanged."
    most_m = settings.round_m / sqrt(2)
    return (
        f"The origin of each GeoTIFF was moved to a multiple of {settings.round_m:g} m, so a place taken from it is "
        f"wrong by up to {most_m:.0f} m; all other coordinates and metadata of media files were removed. Pixels are "
        "unchanged."
    )


def _limits(facts: Facts) -> tuple[str, ...]:
    limits = []
    if facts.reviews.get("none", 0):
        limits.append(told_of_reviews(facts.reviews))
    if facts.info.simulated:
        limits.append("A score on simulated footage says little about real footage.")
    if len(facts.regions) < 5:
        regions = "One region" if len(facts.regions) == 1 else f"{len(facts.regions)} regions"
        limits.append(f"{regions} only: scores need not hold elsewhere.")
    small = sorted({task for counts in facts.info.counts.values() for task, n in counts.items() if n < 30})
    if small:
        limits.append(f"Fewer than 30 questions in a split for: {', '.join(small)}. Intervals are wide.")
    if any(clip.recorded_on is None for clip in facts.info.clips):
        limits.append("The day of the flight is unknown for some clips, and so is the time between flight and map.")
    limits.append("Questions are in English.")
    return tuple(limits)
