"""route_planning: the right route for another heading, with sides swapped, or with wrong lengths."""

from __future__ import annotations

from collections.abc import Iterator

from links2_tasks.mistakes._case import Case, Explanation, one_mistake
from links2_tasks.terms import TURN_DEG, Leg, parse_route

Route = tuple[Leg, ...]


def explain_route(case: Case) -> Iterator[Explanation]:
    """Compare the chosen legs with the right ones, turn by turn and metre by metre."""
    right, chosen = parse_route(case.question.answer_text), parse_route(case.chosen_text)
    if not right or len(right) != len(chosen):
        return
    turns = [(TURN_DEG[a.turn], TURN_DEG[b.turn]) for a, b in zip(right, chosen, strict=True)]
    lengths = [(a.distance_m, b.distance_m) for a, b in zip(right, chosen, strict=True)]
    if any(a != b for a, b in lengths):
        if all(a == b for a, b in turns):
            words = ", ".join(f"{b} m for {a} m" for a, b in lengths if a != b)
            yield one_mistake("scale_and_distance", "other_lengths", f"the right turns with {words}")
        return
    heading_deg = (turns[0][0] - turns[0][1]) % 360
    if all(a == b for a, b in turns[1:]) and heading_deg:
        # Who turns right where straight on was right would be right facing a quarter turn further left.
        words = f"right for a heading {heading_deg:g} deg clockwise of the true one"
        yield one_mistake("direction", "another_heading", words)
    elif all(b == -a % 360 for a, b in turns):
        yield one_mistake("direction", "left_right_swapped", "the right route with left and right swapped")
    elif turns[0][1] == (180 - turns[0][0]) % 360 and all(b == -a % 360 for a, b in turns[1:]):
        yield one_mistake("direction", "front_back_swapped", "the right route with front and back swapped")
