"""Replies without a readable answer, and thinking that was cut off."""

from __future__ import annotations

from collections import Counter, defaultdict

from links2_tasks.audits._records import ExtractionAudit
from links2_tasks.results import Run
from links2_tasks.scoring import READ_REASONS

N_EXAMPLES = 3
EXAMPLE_LENGTH = 160
CUT_OFF = "truncated_thinking"
MOST_CUT_OFF = 0.01
"""Above this share of truncated thinking, an accuracy says more about the limit of tokens than about the model."""


def audit_extraction(run: Run) -> ExtractionAudit:
    """Count replies without a readable answer by reason, with the beginnings of some."""
    reasons: Counter[str] = Counter()
    examples: dict[str, list[str]] = defaultdict(list)
    for row in run.rows:
        reason = row.scored.reason
        if reason in READ_REASONS:
            continue
        reasons[reason] += 1
        if len(examples[reason]) < N_EXAMPLES:
            examples[reason].append(_beginning(row.raw or row.note))
    return ExtractionAudit(
        n=len(run.rows),
        reasons=dict(reasons.most_common()),
        examples={reason: tuple(texts) for reason, texts in examples.items()},
        n_truncated_thinking=reasons[CUT_OFF],
        warning=_warning(run, reasons[CUT_OFF]),
    )


def _beginning(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= EXAMPLE_LENGTH else one_line[: EXAMPLE_LENGTH - 1] + "…"


def _warning(run: Run, n_cut_off: int) -> str:
    if not run.rows or n_cut_off <= MOST_CUT_OFF * len(run.rows):
        return ""
    share = f"{n_cut_off} of {len(run.rows)} replies ({100 * n_cut_off / len(run.rows):.1f} %) end while thinking"
    return f"{share} and count as wrong. {_limit(run)} Run again with a higher limit before comparing this accuracy."


def _limit(run: Run) -> str:
    if run.max_new_tokens is not None:
        return f"The limit was {run.max_new_tokens} new tokens (max_new_tokens, or max_tokens for a service)."
    lengths = [row.output_tokens for row in run.rows if row.scored.reason == CUT_OFF and row.output_tokens is not None]
    if lengths:
        return f"The run does not state its limit of new tokens; its longest reply cut off has {max(lengths)}."
    return "The run does not state its limit of new tokens (max_new_tokens, or max_tokens for a service)."
