from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from links2_tasks.scoring import extract_number, extract_point
from links2_tasks.terms import COMPASS, compass_deg

FUZZ = settings(deadline=None)
PHRASES = st.sampled_from(
    ["{}", "about {}", "Answer: {}", "The answer is {}.", "\\boxed{{{}}}", "**{}**", '{{"answer": "{}"}}', "<think>1 or 2</think>{}",
     "I first read 17.\nFinal answer: {}", "It is roughly {} in all."]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "unit", "number", "reason"),
    [
        ("about 120 m", "m", 120, "number"),
        ("1,200 metres", "metres", 1200, "number"),
        ("0.5 km", "metres", 500, "number"),
        ("500 m", "km", 0.5, "number"),
        ("30m", "m", 30, "number"),
        ("approximately 120-meter", "m", 120, "number"),
        ("\u2248 120 m", "m", 120, "number"),
        ("-12.5", "m", -12.5, "number"),
        ("\u221212.5", "m", -12.5, "number"),
        ("1e3", "m", 1000, "number"),
        ("\uff11\uff12", None, 12, "number"),
        ("12s", "s", 12, "number"),
        ("2 minutes", "seconds", 120, "number"),
        ("1:05", "s", 65, "number"),
        ("45\u00b0", "degrees", 45, "number"),
        ("045 degrees", "degrees", 45, "number"),
        ("\\boxed{45^\\circ}", "deg", 45, "boxed"),
        ("\\boxed{120 \\text{ m}}", "m", 120, "boxed"),
        ("north-east", "degrees", 45, "word"),
        ("North East", "degrees", 45, "word"),
        ("NE", "degrees", 45, "word"),
        ("the UAV faces westwards", "degrees", 270, "word"),
        ("180 degrees (south)", "degrees", 180, "number"),
        ("three cars", "count", 3, "word"),
        ("Twelve.", None, 12, "word"),
        ("zero", "count", 0, "word"),
        ("3 (three)", "count", 3, "number"),
        ("At 4 s I see 3 cars", "count", 3, "number"),
        ("In 12 frames I measure 120 m", "m", 120, "number"),
        ("1. look\n2. count\n3. add\nThere are 6 cars", "count", 6, "number"),
        ("The answer is 5. There were 7 others before.", "count", 5, "number"),
        ("The answer is 5. No: the answer is 6.", "count", 6, "number"),
        ("It is not 120 m but 90 m", "m", 90, "number"),
        ("cars: 4", "cars", 4, "number"),
        # Nothing to read, or too much.
        ("10-20", "m", None, "ambiguous"),
        ("between 10 and 20", "m", None, "ambiguous"),
        ("Answer: 12 m or 15 m", "m", None, "ambiguous"),
        ("2 + 3 = 5", "count", None, "ambiguous"),
        ("north, 200 degrees", "degrees", None, "ambiguous"),
        ("north or east", "degrees", None, "ambiguous"),
        ("twenty-five", "count", None, "none"),
        ("B3", "count", None, "none"),
        ("frame 12", "count", None, "none"),
        ("3rd", "count", None, "none"),
        ("10\u00b2 m", "m", None, "none"),
        ("5 km/h", "m", None, "none"),
        ("12 s", "m", None, "none"),
        ("50 %", "count", None, "none"),
        ("it is not 12", "count", None, "none"),
        ("9" * 400, "count", None, "none"),
        ("many", "count", None, "none"),
        ("I cannot tell", "m", None, "refused"),
        ("Answer: 12. I cannot answer this.", "m", None, "refused"),
        ("", "m", None, "empty"),
        ("<think>5", "count", None, "truncated_thinking"),
        ("[LMMS_EVAL_REQUEST_FAILED after 5 retries]", "m", None, "request_failed"),
    ],
)
def test_number(text: str, unit: str | None, number: float | None, reason: str) -> None:
    found = extract_number(text, unit)
    assert found.number == (None if number is None else pytest.approx(number))
    assert found.reason == reason


@FUZZ
@given(
    st.decimals(min_value=-9999, max_value=9999, places=3),
    PHRASES,
    st.sampled_from(["m", "metres", "s", "degrees", "count", None]),
)
def test_number_comes_back_from_any_phrase(number: object, phrase: str, unit: str | None) -> None:
    shown = f"{number} {unit}" if unit not in (None, "count") else f"{number}"
    assert extract_number(phrase.format(shown), unit).number == float(str(number))


@FUZZ
@given(st.integers(1_000, 999_999_999))
def test_thousands_separators(number: int) -> None:
    assert extract_number(f"{number:,} m", "m").number == number


@FUZZ
@given(st.integers(0, 5000), st.integers(0, 5000))
def test_two_different_numbers_are_ambiguous(first: int, second: int) -> None:
    assume(first != second)
    found = extract_number(f"{first} m, maybe {second} m", "m")
    assert (found.number, found.reason) == (None, "ambiguous")


@pytest.mark.parametrize("name", COMPASS)
def test_every_compass_name_is_read_in_degrees_only(name: str) -> None:
    assert extract_number(f"The image's top points to the {name.upper()}.", "degrees").number == compass_deg(name)
    assert extract_number(f"toward the {name}", "m").number is None


@FUZZ
@given(st.text(max_size=200), st.sampled_from(["m", "degrees", "s", "count", None]))
def test_any_text_is_read_or_refused_with_a_reason(text: str, unit: str | None) -> None:
    found = extract_number(text, unit)
    assert (found.number is not None) == (found.reason in {"number", "word", "boxed"})


@FUZZ
@given(st.text(max_size=100), st.sampled_from(["I cannot answer this.", "CANNOT DETERMINE"]))
def test_reply_that_ends_in_a_refusal_of_its_statement_has_no_number(text: str, refusal: str) -> None:
    assert extract_number(f"Answer: 12\n{refusal}", "m").number is None
    assert extract_number(f"{text}\nAnswer: {refusal}", "m").number is None


@pytest.mark.parametrize(
    ("text", "point", "reason"),
    [
        ("(412, 230)", (412, 230), "number"),
        ("[412.5,230]", (412.5, 230), "number"),
        ("x=412, y=230", (412, 230), "number"),
        ('{"x": 412, "y": 230}', (412, 230), "number"),
        ('```json\n{"point_2d": [412, 230]}\n```', (412, 230), "number"),
        ("412, 230", (412, 230), "number"),
        ("Answer: 412 230", (412, 230), "number"),
        ("\\boxed{(412, 230)}", (412, 230), "boxed"),
        ("First (1, 2). The answer is (3, 4)", (3, 4), "number"),
        ("(412 px, 230 px)", (412, 230), "number"),
        ("(1, 2) or (3, 4)", None, "ambiguous"),
        ("[1, 2, 3, 4]", None, "none"),
        ("near the road", None, "none"),
        ("I cannot determine this", None, "refused"),
        ("<think>(1, 2)", None, "truncated_thinking"),
        ("", None, "empty"),
    ],
)
def test_point(text: str, point: tuple[float, float] | None, reason: str) -> None:
    found = extract_point(text)
    assert (found.point, found.reason) == (point, reason)


@FUZZ
@given(
    st.tuples(*[st.decimals(min_value=-999, max_value=99999, places=2)] * 2),
    st.sampled_from(["({}, {})", "Answer: [{},{}]", "x: {}, y: {}"]),
)
def test_point_comes_back_from_any_phrase(xy: tuple[object, object], phrase: str) -> None:
    assert extract_point(phrase.format(*xy)).point == (float(str(xy[0])), float(str(xy[1])))
