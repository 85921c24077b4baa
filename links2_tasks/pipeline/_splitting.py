"""Stage 7: questions go to splits by region, and what one split shows no other does."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from shapely import box

from links2_tasks.errors import DataError
from links2_tasks.pipeline._flights import FlightFacts
from links2_tasks.pipeline._footage import Footage
from links2_tasks.pipeline._questions import Asked, questions_text, read_asked
from links2_tasks.pipeline._records import StageReport, as_kept
from links2_tasks.pipeline._settings import BuildSettings
from links2_tasks.pipeline._site import Clock, Site
from links2_tasks.pipeline.filters import FILTERS, FilterContext
from links2_tasks.schema import Question

STAGE = "splits"
LETTERS_FILTER = "letter_balance"


@dataclass(frozen=True)
class Splits:
    """The questions of each split."""

    of: Mapping[str, Asked]
    report: StageReport

    @property
    def sha256(self) -> list[tuple[str, str]]:
        """What later stages depend on."""
        return [(split, asked.sha256) for split, asked in self.of.items()]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Of all splits."""
        return tuple(question for asked in self.of.values() for question in asked.questions)


def split_questions(site: Site, asked: Asked, footage: Footage) -> Splits:
    """Give every region, with all its questions, to one split.

    Raises:
        DataError: a region is in no split, there are fewer regions than splits, or two splits show the same footage.
    """
    clock, place, settings = Clock(), site.stage(STAGE), site.settings
    counts = Counter(question.region for question in asked.questions)
    split_of = _split_of(settings, counts)
    shown = {(question.video, question.region) for question in asked.questions}
    flights = [one for one in footage.facts if (one.video, one.region) in shown]
    _refuse_shared_media(flights, split_of)
    made_from = site.made_from(STAGE, questions=asked.sha256, split_of=split_of, seed=settings.seed, **_letters(site))
    report = place.read_report(made_from)
    names = tuple(sorted(settings.splits))
    if report is None:
        dealt = {split: [one for one in asked.questions if split_of[one.region] == split] for split in names}
        if len(names) > 1:
            dealt = {split: _letters_dealt(site, footage, questions) for split, questions in dealt.items()}
        report = StageReport(
            stage=STAGE,
            read={"questions": len(asked.questions), "regions": len(counts)},
            made={split: len(questions) for split, questions in dealt.items()},
            dropped={},
            seconds=clock.seconds,
            remarks=(*_remarks(settings, split_of), *_common_ground(flights, split_of)),
        )
        place.write(report, made_from, {f"{split}.jsonl": questions_text(dealt[split]) for split in names}, ())
    else:
        report = as_kept(report, clock.seconds, report.made)
    return Splits({split: read_asked(place.path / f"{split}.jsonl", report) for split in names}, report)


def deal_regions(counts: Mapping[str, int], shares: Mapping[str, float], seed: int) -> dict[str, str]:
    """The split of each region, so that splits get about their shares of the questions.

    The largest regions go first, each to the split that lacks the most; regions of one size go in an order by seed.

    Args:
        counts: Questions by region.
        shares: By split; they add up to 1.
        seed: Of the order.

    Raises:
        DataError: there are fewer regions than splits.
    """
    if len(counts) < len(shares):
        raise DataError(
            f"{len(shares)} splits need at least as many regions, but the questions are about {len(counts)} "
            f"({', '.join(sorted(counts))}): a region is in one split only. Name fewer splits, or add footage."
        )
    names = sorted(counts)
    order = [names[int(i)] for i in np.random.default_rng([seed, len(names)]).permutation(len(names))]
    order.sort(key=lambda region: -counts[region])
    total, got = sum(counts.values()), Counter[str]()
    split_of: dict[str, str] = {}
    for i, region in enumerate(order):
        empty = [split for split in shares if split not in split_of.values()]
        # The last regions are for splits that have none yet.
        open_splits = empty if len(order) - i <= len(empty) else list(shares)
        split_of[region] = max(open_splits, key=lambda split: shares[split] * total - got[split])
        got[split_of[region]] += counts[region]
    return split_of


def _split_of(settings: BuildSettings, counts: Mapping[str, int]) -> dict[str, str]:
    shares = {split: value for split, value in settings.splits.items() if isinstance(value, float)}
    if shares:
        return dict(sorted(deal_regions(counts, shares, settings.seed).items()))
    named = {
        region: split
        for split, regions in settings.splits.items()
        if not isinstance(regions, float)
        for region in regions
    }
    missing = sorted(set(counts) - set(named))
    if missing:
        raise DataError(
            f"The region '{missing[0]}' is in no split. Name it under `splits:`, which has {', '.join(sorted(named))}."
        )
    return {region: named[region] for region in sorted(counts)}


def _letters(site: Site) -> dict[str, object]:
    return {"letters": LETTERS_FILTER not in site.settings.filters.skip}


def _letters_dealt(site: Site, footage: Footage, questions: Sequence[Question]) -> list[Question]:
    """Letters are balanced in each split by itself, since each is scored by itself."""
    if LETTERS_FILTER in site.settings.filters.skip:
        return list(questions)
    (balance,) = (one for one in FILTERS if one.name == LETTERS_FILTER)
    context = FilterContext(footage.media, site.settings.filters, site.settings.seed)
    return list(balance.apply(questions, context).questions)


def _refuse_shared_media(flights: Sequence[FlightFacts], split_of: Mapping[str, str]) -> None:
    """One file under two names in two splits, though the regions have different names."""
    owner: dict[str, tuple[str, str]] = {}
    for flight in flights:
        split = split_of[flight.region]
        for path, facts in flight.media.items():
            other, other_path = owner.setdefault(facts.sha256, (split, path))
            if other != split:
                raise DataError(
                    f"The splits '{other}' and '{split}' would show the same file: {other_path} and {path} are equal. "
                    "Give both regions to one split under `splits:`."
                )


def _common_ground(flights: Sequence[FlightFacts], split_of: Mapping[str, str]) -> list[str]:
    """Maps of two splits that lie on the same ground, though their files and regions differ."""
    maps: dict[str, dict[str, tuple[str, object]]] = defaultdict(dict)
    for flight in flights:
        place = flight.map_place
        if place.crs != "local":
            south, east = place.north_m - place.height_px * place.gsd_m, place.west_m + place.width_px * place.gsd_m
            maps[place.crs][flight.region] = (split_of[flight.region], box(place.west_m, south, east, place.north_m))
    return [
        f"the maps of '{first}' and '{second}' overlap, but the regions are in the splits '{a}' and '{b}'"
        for of_crs in maps.values()
        for (first, (a, ground)), (second, (b, other)) in combinations(sorted(of_crs.items()), 2)
        if a != b and ground.intersection(other).area > 0  # type: ignore[attr-defined]
    ]


def _remarks(settings: BuildSettings, split_of: Mapping[str, str]) -> Iterable[str]:
    if len(settings.splits) > 1:
        for split in sorted(settings.splits):
            regions = [region for region, its in split_of.items() if its == split]
            yield f"{split}: {', '.join(regions) or 'no region'}"
    unknown = [
        region
        for regions in settings.splits.values()
        if not isinstance(regions, float)
        for region in regions
        if region not in split_of
    ]
    yield from (f"no question is about the region '{region}'" for region in unknown)
