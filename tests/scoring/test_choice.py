from __future__ import annotations

import json
import time
import unicodedata
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.errors import DataError
from links2_tasks.scoring import extract_choice
from links2_tasks.scoring._clean import HEAD_CHARS, TAIL_CHARS, NoAnswer

CASES = json.loads((Path(__file__).parent / "extraction_cases.json").read_text(encoding="utf-8"))
OPTIONS = ("north", "south-east", "the car park", "west")
LETTERS = "ABCD"
FUZZ = settings(deadline=None)  # a busy machine is no fault of the reader
READ = {"letter", "option_text", "boxed"}
UNREAD = {*get_args(NoAnswer), "out_of_range"}
REFUSALS = (
    "I cannot answer this.",
    "CANNOT DETERMINE",
    "I'm sorry, but I can't help with that.",
    "As an AI, I cannot determine this.",
    "None of the above.",
)

# Pieces that replies are made of, so that the fuzz reaches the grammar and not only random characters.
WORDS = (
    *(
        "The UAV moves",
        "A car is turning left",
        "UAV",
        "because",
        "and",
        "or",
        "not",
        "if",
        "Grid B3",
        "a",
        "I",
        "in region",
    ),
    *(
        "north-north-east",
        "northern",
        "As seen above",
        "3",
        "12 m",
        "at 4.0 s",
        "e.g.",
        "U.S.",
        "D-day",
        "E",
        "Is it",
        "?",
    ),
)
MARKS = (".", ",", ":", ";", "!", "\n", "\n\n", " - ", "(", ")", "**", "`", "{", "}", '"', "'", "\\boxed{", "/", "$")
STATEMENTS = (
    "Answer:",
    "The answer is",
    "Therefore,",
    "Option",
    "I choose",
    "is correct",
    "<answer>",
    "</answer>",
    '{"answer":',
)
THOUGHT = ("<think>", "</think>", "[THINK]", "[/THINK]", "<|begin_of_thought|>", "<|end_of_thought|>")


def replies(*pieces: tuple[str, ...]) -> st.SearchStrategy[str]:
    every = [piece for group in pieces for piece in group]
    return st.lists(st.sampled_from(every), max_size=14).flatmap(
        lambda parts: st.sampled_from([" ".join(parts), "".join(parts)])
    )


ANY_REPLY = replies(WORDS, MARKS, STATEMENTS, THOUGHT, OPTIONS, tuple(LETTERS), ("b", "d"), REFUSALS)


@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case['text'][:30]!r}" for number, case in enumerate(CASES)])
def test_golden_case(case: dict[str, Any]) -> None:
    found = extract_choice(case["text"], case["options"])
    assert (found.letter, found.reason) == (case["letter"], case["reason"]), case["why"]


def test_golden_cases_are_many_distinct_and_reach_every_reason() -> None:
    assert len(CASES) >= 120
    assert len({(case["text"], *case["options"]) for case in CASES}) == len(CASES)
    assert {case["reason"] for case in CASES} == READ | UNREAD


@FUZZ
@given(st.one_of(st.text(max_size=300), ANY_REPLY), st.integers(2, 6))
def test_result_is_a_letter_of_the_question_or_a_stated_failure(text: str, n: int) -> None:
    found = extract_choice(text, [f"place {number}" for number in range(n)] if n > 4 else OPTIONS[:n])
    if found.letter is None:
        assert found.reason in UNREAD
    else:
        assert found.letter in "ABCDEF"[:n]
        assert found.reason in READ


@FUZZ
@given(
    st.sampled_from(LETTERS),
    st.sampled_from(
        ["{}", "({})", "[{}]", "**{}**", "{}.", "{})", "\uff08{}\uff09", "`{}`", "${}$", '"{}"', "\\boxed{{{}}}"]
    ),
    st.sampled_from(
        ["{}", "Answer: {}", "The answer is {}", "ANSWER:\n{}", "<think>A, B</think>\n{}", "Final answer: {}."]
    ),
    st.booleans(),
    st.booleans(),
)
def test_bare_letter_in_any_dress_is_that_letter(letter: str, dress: str, lead: str, lower: bool, wide: bool) -> None:
    shown = letter.lower() if lower else letter
    shown = chr(ord(shown) + 0xFEE0) if wide else shown
    assert unicodedata.normalize("NFKC", shown).upper() == letter
    assert extract_choice(lead.format(dress.format(shown)), OPTIONS).letter == letter


@FUZZ
@given(ANY_REPLY, st.sampled_from(REFUSALS))
def test_reply_that_ends_in_a_refusal_has_no_letter(text: str, refusal: str) -> None:
    assert extract_choice(f"{text}\n{refusal}", OPTIONS).letter is None


@FUZZ
@given(ANY_REPLY, st.sampled_from(REFUSALS))
def test_refusal_before_a_reply_never_makes_a_letter(text: str, refusal: str) -> None:
    alone = extract_choice(text, OPTIONS)
    refused = extract_choice(f"{refusal}\n{text}", OPTIONS)
    assert refused.letter in (None, alone.letter)


@FUZZ
@given(
    replies(WORDS, MARKS, STATEMENTS, OPTIONS, tuple(LETTERS)),
    st.sampled_from(["<think>", "<THINKING>", "[THINK]", "<reasoning>"]),
)
def test_thinking_that_is_cut_off_holds_no_answer(text: str, tag: str) -> None:
    found = extract_choice(tag + text, OPTIONS)
    assert (found.letter, found.reason) == (None, "truncated_thinking")


@FUZZ
@given(replies(WORDS, MARKS, STATEMENTS, OPTIONS, tuple(LETTERS)), st.sampled_from(LETTERS))
def test_what_is_thought_changes_nothing(thought: str, letter: str) -> None:
    assert extract_choice(f"<think>{thought}</think>{letter}", OPTIONS).letter == letter
    assert extract_choice(f"{thought}</think>\n{letter}", OPTIONS).letter == letter


@FUZZ
@given(
    replies(
        OPTIONS, ("The UAV moves", "It is seen at", "toward", "not", "and", "or", ".", ",", "The answer is", "Answer:")
    ),
    st.permutations(OPTIONS),
)
def test_option_texts_follow_their_options(text: str, shuffled: list[str]) -> None:
    first, second = extract_choice(text, OPTIONS), extract_choice(text, shuffled)
    assert first.reason == second.reason
    if first.letter is not None and second.letter is not None:
        assert OPTIONS[LETTERS.index(first.letter)] == shuffled[LETTERS.index(second.letter)]


@FUZZ
@given(
    st.lists(
        st.sampled_from(
            [
                "UAV",
                "A car",
                "a road",
                "I see",
                "the map",
                "dark",
                "cab",
                "Ada",
                "Block",
                "D-day",
                "As",
                "it moves",
                "B3",
                "a",
                "e.g.",
            ]
        ),
        min_size=1,
    )
)
def test_words_are_no_letters(words: list[str]) -> None:
    found = extract_choice(" ".join(words) + " here", OPTIONS)
    assert (found.letter, found.reason) == (None, "none")


@FUZZ
@given(ANY_REPLY)
def test_white_space_changes_nothing(text: str) -> None:
    spread = "\n\n".join(line.replace(" ", " \t ") + "  " for line in text.split("\n"))
    assert extract_choice(f" \n{spread}\n\n", OPTIONS) == extract_choice(text, OPTIONS)


@FUZZ
@given(ANY_REPLY)
def test_markdown_around_the_reply_changes_nothing(text: str) -> None:
    assert extract_choice(f"**{text}**", OPTIONS).letter == extract_choice(text, OPTIONS).letter


@pytest.mark.parametrize(
    "piece",
    ["a", " ", "\n", "(", "*", "_", "<", '"', "1,2,", "<think>", "</think>", "\\boxed{", "\\text{", "Answer: ", "the answer is ", "A or ",
     "north-", "cannot be ", "turn left and go ", "if the answer is ", "option A is ", "\ufdfa", "<|channel|>", ". "],
)  # fmt: skip
@pytest.mark.parametrize("options", [OPTIONS, ("2, 1, 3", "1, 2, 3"), ("3", "5")])
def test_a_megabyte_is_read_in_bounded_work(piece: str, options: tuple[str, ...]) -> None:
    start_s = time.monotonic()
    extract_choice(piece * (1_000_000 // len(piece)), options)
    assert time.monotonic() - start_s < 10  # a guard against hanging, not a benchmark


def test_a_long_reply_is_read_at_both_ends() -> None:
    filler = "The road bends near the river. " * ((HEAD_CHARS + TAIL_CHARS) // 10)
    assert extract_choice(f"B\n{filler}", OPTIONS).letter == "B"
    assert extract_choice(f"{filler}\nAnswer: C", OPTIONS).letter == "C"
    assert extract_choice(f"{filler}\n{filler}", OPTIONS).reason == "none"


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 60))
def test_the_cut_of_a_long_reply_makes_no_answer(shift: int) -> None:
    # Wherever the head ends and the tail begins, "the answer is A..." must not be cut to "the answer is A".
    sentence = "I say the answer is Another north-easterly thing "
    text = "x" * shift + sentence * ((HEAD_CHARS + TAIL_CHARS) // 20)
    assert extract_choice(text, OPTIONS).letter is None


def test_an_empty_cell_of_a_result_table_is_an_empty_reply() -> None:
    for cell in (None, float("nan")):
        assert extract_choice(cell, OPTIONS).reason == "empty"  # type: ignore[arg-type]


def test_a_question_has_as_many_options_as_letters() -> None:
    for n in (0, 7):
        with pytest.raises(DataError, match="options"):
            extract_choice("A", [f"place {number}" for number in range(n)])


def test_a_long_statement_is_cut_at_a_clause() -> None:
    text = "The answer is " + "seen " * 116 + "north-east of here"
    assert extract_choice(text, OPTIONS).letter is None
