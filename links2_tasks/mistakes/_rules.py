"""Which rules look at the wrong answers of a task, and when they prove a category."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from links2_tasks.mistakes._case import Case, Explanation
from links2_tasks.mistakes._on_bearings import explain_direction, explain_earlier_or_later_heading
from links2_tasks.mistakes._on_kinds import explain_kind
from links2_tasks.mistakes._on_nearest import explain_nearest
from links2_tasks.mistakes._on_orders import explain_order
from links2_tasks.mistakes._on_paths import explain_path
from links2_tasks.mistakes._on_places import explain_by_heading, explain_by_map, explain_by_time
from links2_tasks.mistakes._on_routes import explain_route
from links2_tasks.mistakes._records import Category

Rule = Callable[[Case], Iterator[Explanation]]

RULES: Mapping[str, tuple[Rule, ...]] = {
    "scene_recognition": (explain_kind,),
    # A wrong number may be a place overlooked, seen twice, or looked for elsewhere: numbers alone do not tell.
    "object_counting": (),
    "cross_view_change": (explain_by_map,),
    # A wrong tile may look alike or lie elsewhere; all of them do both.
    "satellite_retrieval": (),
    "uav_localization": (explain_by_map, explain_by_time),
    "object_localization": (explain_by_map, explain_by_heading),
    "heading_estimation": (explain_direction, explain_earlier_or_later_heading),
    "relative_direction": (explain_direction,),
    "relative_distance": (explain_nearest,),
    "trajectory_matching": (explain_path,),
    "landmark_sequence": (explain_order,),
    "route_planning": (explain_route,),
}


@dataclass(frozen=True)
class Finding:
    """What the rules say of one wrong answer."""

    category: Category | None
    rule: str
    evidence: str


def find(case: Case) -> Finding:
    """The category that a wrong answer is proved to have, if any."""
    return decide([found for rule in RULES.get(case.question.task, ()) for found in rule(case)])


def decide(explanations: Iterable[Explanation]) -> Finding:
    """A category is proved when every explanation that fits takes this mistake, and one that proves takes no other.

    So a shift that explains the choice as well as a shift and a reversal do proves a wrong place; a reversal and a half
    turn that explain it equally well prove nothing, nor does a choice that takes two mistakes.
    """
    found = list(explanations)
    if not found:
        return Finding(None, "", "")
    common = frozenset.intersection(*(one.categories for one in found))
    proof = next((one for one in found if one.proves and one.categories == common and len(common) == 1), None)
    if proof is not None:
        return Finding(next(iter(common)), proof.rule, proof.evidence)
    parts = [f"{' and '.join(sorted(one.categories))} ({one.evidence})" for one in found]
    return Finding(None, "", "could be " + ", or ".join(parts))
