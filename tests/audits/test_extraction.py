"""Lost answers are counted by reason, and cut-off thinking warns with the limit of tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from links2_tasks.audits import audit_extraction
from links2_tasks.results import Run
from links2_tasks.schema import Question

Ask = Callable[..., Question]
RunOf = Callable[..., Run]


def test_lost_answers_are_counted_by_reason_with_examples(ask: Ask, run_of: RunOf) -> None:
    answers = [(ask(i), "A", "letter") for i in range(5)]
    answers += [(ask(5 + i), None, "refused") for i in range(4)] + [(ask(9), None, "empty")]
    found = audit_extraction(run_of(answers, raw="I am sorry,\n but " + "no " * 200))
    assert (found.n, found.reasons) == (10, {"refused": 4, "empty": 1})
    assert len(found.examples["refused"]) == 3
    assert found.examples["refused"][0].startswith("I am sorry, but no no")
    assert len(found.examples["refused"][0]) == 160
    assert found.warning == ""


@pytest.mark.parametrize(("n_cut", "warns"), [(1, False), (2, True), (20, True)])
def test_cut_off_thinking_above_one_per_cent_warns_with_the_limit(
    ask: Ask, run_of: RunOf, n_cut: int, warns: bool
) -> None:
    answers = [(ask(i), None, "truncated_thinking") if i < n_cut else (ask(i), "A", "letter") for i in range(100)]
    found = audit_extraction(run_of(answers, max_new_tokens=512))
    assert found.n_truncated_thinking == n_cut
    assert bool(found.warning) is warns
    if warns:
        assert f"{n_cut} of 100 replies ({n_cut:.1f} %)" in found.warning
        assert "512 new tokens" in found.warning


def test_without_a_stated_limit_the_longest_reply_stands_for_it(ask: Ask, run_of: RunOf) -> None:
    run = run_of([(ask(i), None, "truncated_thinking") for i in range(3)])
    assert "does not state its limit" in audit_extraction(run).warning
    rows = tuple(replace(row, output_tokens=100 + i) for i, row in enumerate(run.rows))
    assert "longest reply cut off has 102" in audit_extraction(replace(run, rows=rows)).warning


def test_a_failed_request_shows_its_note(ask: Ask, run_of: RunOf) -> None:
    run = run_of([(ask(), None, "request_failed")], raw="")
    rows = tuple(replace(row, note="HTTP 503") for row in run.rows)
    assert audit_extraction(replace(run, rows=rows)).examples == {"request_failed": ("HTTP 503",)}


def test_an_empty_run_has_nothing_to_warn_of(run_of: RunOf) -> None:
    found = audit_extraction(run_of([]))
    assert (found.n, found.reasons, found.warning) == (0, {}, "")
