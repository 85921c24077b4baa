"""What a run came to, read from the files that the host leaves: its runner exits with 0 whatever has failed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from links2_tasks.frameworks.vlmeval._arguments import DatasetAsked, ModelAsked, Request

_STATUS = "status.json"
_OVERALL, _FAILED_REQUESTS, _FAILED_QUESTIONS = "overall", "failed_requests", "failed_questions"
_UNSCORED_BY_DESIGN = frozenset(
    {
        "mode_infer",
        "official_submission_only_mmmu_test",
        "official_submission_only_mmt_bench",
        "evaluation_not_supported_for_dataset",
        "external_submission_required",
        "test_split_without_ground_truth",
        "mmbench_evaluation_requires_official_server",
    }
)
"""Reasons of the host for giving no score that are no failure: all answers are there, as they should be."""
_ASK_AGAIN = "the same command with --reuse asks only for what failed"
_MEND = "`links2 validate` says which and why; ask the mended dataset anew, in another --work-dir"
_NOT_STARTED = "not run"


@dataclass(frozen=True)
class PairOutcome:
    """What became of one model on one dataset."""

    model: str
    dataset: str
    n_questions: int | None
    """None where the host does not say."""
    score: float | None
    score_name: str
    n_failed: int
    """Questions without an answer, or never put to the model as they should be."""
    problem: str
    """Empty when nothing failed."""
    advice: str
    """What to do next; empty when nothing failed."""
    remark: str = ""
    """What else there is to say, such as why there is no score."""


@dataclass(frozen=True)
class Outcome:
    """What became of everything that was asked for."""

    pairs: tuple[PairOutcome, ...]

    @property
    def exit_status(self) -> int:
        """0 when nothing failed, else 1."""
        return int(any(pair.problem for pair in self.pairs))


@dataclass(frozen=True)
class _Lost:
    """How much of a dataset came to nothing."""

    requests: int = 0
    """Answers that could not be obtained."""
    questions: int = 0
    """Questions that were never put to the model as they should be."""
    verdicts: int = 0
    """Answers that a judge model did not judge."""


@dataclass(frozen=True)
class _Run:
    """What the host wrote about one model in this run."""

    folder: Path
    started: datetime
    entries: Mapping[str, Mapping[str, Any]]
    reports: Mapping[str, Mapping[str, Any]]
    """The host's own counts by dataset."""


def read_outcome(request: Request, argv: Sequence[str], started: datetime) -> Outcome:
    """Read what became of a run.

    Args:
        request: what was asked for.
        argv: the host's `sys.argv`, by which it marks its files.
        started: a time with its zone just before the host began; older entries are of other runs.
    """
    pairs = []
    for model in request.models:
        run = _find_run(request.result_folder(model), argv, started)
        pairs += [_pair(request, model, dataset, run) for dataset in request.datasets]
    return Outcome(tuple(pairs))


def _find_run(folder: Path, argv: Sequence[str], started: datetime) -> _Run | None:
    """One distribution keeps a status for each run in a folder of its own, the other one status for all runs."""
    found = []
    for file in (folder / _STATUS, *folder.glob(f"T*/{_STATUS}")):
        status = _read_json(file)
        began = _time(status.get("created_at"))
        if began is not None and began >= started and status.get("argv") == list(argv):
            found.append((began, file.resolve().parent, status))
    if not found:
        return None
    _, folder, status = max(found, key=lambda each: each[0])
    datasets = status.get("datasets")
    entries = {name: entry for name, entry in (datasets or {}).items() if isinstance(entry, dict)}
    return _Run(folder, started, entries, _reports(folder))


def _reports(folder: Path) -> dict[str, Mapping[str, Any]]:
    from vlmeval.smp import collect_run_benchmark_report

    return {row["benchmark"]: row for row in collect_run_benchmark_report(folder)}


def _pair(request: Request, model: ModelAsked, dataset: DatasetAsked, run: _Run | None) -> PairOutcome:
    entry = _fresh_entry(run, dataset.name)
    if run is None or entry is None:
        return _without_answers(model, dataset, _NOT_STARTED, "read what the host printed above")
    metrics = entry.get("metrics") or {}
    report = run.reports.get(dataset.name, {})
    n_questions = report.get("infer_total") or None
    lost = _lost(dataset, metrics, report)
    problem, advice = _problem(entry, lost)
    if not problem and dataset.ours and n_questions is None:
        problem, advice = "there are no answers", "read what the host printed above"
    name = _OVERALL if dataset.ours else str(entry.get("primary_metric") or "")
    # One distribution leaves the figures of an older run in place when this one fails or does not score.
    score = None if _error_of(entry) is not None or entry.get("skip_reason") else metrics.get(name)
    return PairOutcome(
        model=model.name,
        dataset=dataset.name,
        n_questions=n_questions,
        score=float(score) if isinstance(score, (int, float)) else None,
        score_name=name,
        n_failed=lost.requests + lost.questions,
        problem=problem,
        advice=advice,
        remark=str(entry.get("skip_reason") or "").replace("_", " "),
    )


def _fresh_entry(run: _Run | None, name: str) -> Mapping[str, Any] | None:
    entry = run.entries.get(name) if run else None
    touched = _time(entry.get("updated_at")) if entry else None
    return entry if run and touched is not None and touched >= run.started else None


def _without_answers(model: ModelAsked, dataset: DatasetAsked, problem: str, advice: str) -> PairOutcome:
    return PairOutcome(model.name, dataset.name, None, None, "", 0, problem, advice)


def _lost(dataset: DatasetAsked, metrics: Mapping[str, Any], report: Mapping[str, Any]) -> _Lost:
    marked = int(report.get("infer_failed") or 0)
    if dataset.ours is None:
        return _Lost(requests=marked, verdicts=int(report.get("judge_failed") or 0))
    # Ours have no judge, and the host takes their file of sample rows for one's.
    requests, questions = (int(metrics.get(name, 0)) for name in (_FAILED_REQUESTS, _FAILED_QUESTIONS))
    return _Lost(requests=max(marked, requests), questions=questions)


def _problem(entry: Mapping[str, Any], lost: _Lost) -> tuple[str, str]:
    """What failed and what to do next; both empty when nothing failed."""
    reason, error = str(entry.get("skip_reason") or ""), _error_of(entry)
    if error is not None:
        return f"failed: {error}", "the host printed a traceback above; it also stands in its log, in the folder 'logs'"
    if entry.get("status") != "done":
        return f"stopped at '{entry.get('status')}'", f"read what the host printed above; then {_ASK_AGAIN}"
    if reason and reason not in _UNSCORED_BY_DESIGN:
        return f"skipped: {reason.replace('_', ' ')}", _advice_on(reason)
    if lost.questions:
        return f"questions that cannot be put to a model: {lost.questions}", _MEND
    if lost.requests:
        return f"answers that could not be obtained: {lost.requests}", _ASK_AGAIN
    if lost.verdicts:
        return f"verdicts of the judge that could not be obtained: {lost.verdicts}", _ASK_AGAIN
    return "", ""


def _error_of(entry: Mapping[str, Any]) -> str | None:
    """First line of the host's error; None where there is none."""
    message = entry.get("error_message")
    if message is None:
        return None
    # Empty where the host's own code checks something with `assert` and says no more.
    return (str(message).strip().splitlines() or ["an error without a message"])[0]


def _advice_on(reason: str) -> str:
    if "infer result" in reason:
        return "the same command without --mode eval, and with --reuse, asks for what is missing"
    if reason == "invalid_dataset":
        return "`vlmutil dlist all` lists the datasets that the host knows"
    return "read what the host printed above"


def _time(text: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return time if time.tzinfo else None


def _read_json(file: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
