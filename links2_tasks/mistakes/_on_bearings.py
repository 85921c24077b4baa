"""Options that are compass directions: what the chosen one is to the right one."""

from __future__ import annotations

from collections.abc import Iterator

from links2_tasks.mistakes._case import Case, Explanation, one_mistake
from links2_tasks.mistakes._on_places import ANOTHER_TIME_S
from links2_tasks.terms import COMPASS, compass_deg, compass_name


def explain_direction(case: Case) -> Iterator[Explanation]:
    """The right direction turned round, mirrored, or turned by a quarter."""
    right, chosen = case.question.answer_text, case.chosen_text
    if right not in COMPASS or chosen not in COMPASS:
        return
    right_deg, chosen_deg = compass_deg(right), compass_deg(chosen)
    turns = {
        "opposite": right_deg + 180.0,
        "mirrored_east_west": -right_deg,
        "mirrored_north_south": 180.0 - right_deg,
        "quarter_turn_right": right_deg + 90.0,
        "quarter_turn_left": right_deg - 90.0,
    }
    for rule, degrees in turns.items():
        if degrees % 360 == chosen_deg:
            words = f"{chosen} for {right}: {rule.replace('_', ' ')}, {(chosen_deg - right_deg) % 360:g} deg clockwise"
            yield one_mistake("direction", rule, words)
            return


def explain_earlier_or_later_heading(case: Case) -> Iterator[Explanation]:
    """The chosen direction names the heading at another time of the video that was shown."""
    t_s, (start_s, end_s) = case.question.query_time_s, case.question.video_span_s
    if t_s is None:
        return
    for other_s, heading_deg in case.flight.headings:
        apart = start_s <= other_s <= end_s and abs(other_s - t_s) >= ANOTHER_TIME_S
        if apart and compass_name(heading_deg) == case.chosen_text:
            words = f"{case.chosen_text} was the heading at {other_s:.1f} s ({heading_deg:.0f} deg), not at {t_s:.1f} s"
            yield one_mistake("temporal", "another_time", words)
            return
