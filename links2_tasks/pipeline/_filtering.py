"""Stage 6: the automatic filters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from pydantic import TypeAdapter, ValidationError

from links2_tasks.errors import DataError
from links2_tasks.language import LanguageModel, Usage
from links2_tasks.pipeline._footage import Footage
from links2_tasks.pipeline._questions import FILE, Asked, questions_text, read_asked
from links2_tasks.pipeline._records import StageReport, as_kept, count_reasons
from links2_tasks.pipeline._site import Clock, Site
from links2_tasks.pipeline._wording import asked_since, what_decides
from links2_tasks.pipeline.filters import FilterContext, FilterSettings, FilterStep, run_filters

STAGE = "filters"
STEPS = "steps.json"
LANGUAGE_FILTER = "language_model"
_NEEDS = {"text_alone": ("sklearn", "scipy")}


@dataclass(frozen=True)
class StepCounts:
    """What one filter did, in numbers."""

    name: str
    n_in: int
    n_out: int
    n_changed: int
    reasons: Mapping[str, int]


_steps = TypeAdapter(tuple[StepCounts, ...])


@dataclass(frozen=True)
class Filtered:
    """What the filters left, and what each of them did."""

    asked: Asked
    steps: tuple[StepCounts, ...]


def filter_questions(site: Site, asked: Asked, footage: Footage, model: LanguageModel | None) -> Filtered:
    """Take out what should not reach a reviewer.

    A filter whose packages are not installed is left out, and the report says so.

    Raises:
        DataError: no question is left, or a filter to skip is unknown.
    """
    clock, place = Clock(), site.stage(STAGE)
    settings, remarks = _possible(site.settings.filters, model)
    made_from = site.made_from(
        STAGE,
        questions=asked.sha256,
        filters=settings,
        seed=site.settings.seed,
        model=what_decides(site.settings.language_model),
        media=sorted((path, facts.sha256) for one in footage.facts for path, facts in one.media.items()),
    )
    report = place.read_report(made_from)
    if report is None:
        before = model.usage if model else Usage()
        with site.progress(site.title(STAGE, "filters"), None) as show:
            run = run_filters(asked.questions, FilterContext(footage.media, settings, site.settings.seed, show, model))
        remarks = (*remarks, *asked_since(before, model))
        report = StageReport(
            stage=STAGE,
            read={"questions": len(asked.questions)},
            made={"questions": len(run.questions)},
            dropped=count_reasons(run.dropped),
            seconds=clock.seconds,
            remarks=remarks,
        )
        counts = json.dumps(_steps.dump_python(_counts(run.steps), mode="json"), indent=2) + "\n"
        place.write(report, made_from, {FILE: questions_text(run.questions), STEPS: counts}, run.dropped)
    else:
        report = as_kept(report, clock.seconds, {"questions": report.made["questions"]})
    left = read_asked(place.path / FILE, report)
    if not left.questions:
        told = "; ".join(f"{n} x {reason}" for reason, n in report.dropped.items()) or "the writers wrote none"
        raise DataError(f"No question is left to make a dataset of: {told}. What was dropped and why: {place.path}")
    try:
        return Filtered(left, _steps.validate_json((place.path / STEPS).read_bytes()))
    except (OSError, ValidationError) as error:
        raise DataError(f"{place.path / STEPS} is damaged. Remove the folder {place.path} and build again.") from error


def _counts(steps: Sequence[FilterStep]) -> tuple[StepCounts, ...]:
    return tuple(StepCounts(one.name, one.n_in, one.n_out, one.n_changed, dict(one.reasons)) for one in steps)


def _possible(settings: FilterSettings, model: LanguageModel | None) -> tuple[FilterSettings, tuple[str, ...]]:
    """The settings without filters that cannot run: nobody to ask, or packages that are missing.

    Missing packages are remarked on.
    """
    lacking = [
        name
        for name, modules in _NEEDS.items()
        if name not in settings.skip and not all(find_spec(module) for module in modules)
    ]
    remarks = tuple(
        f"the filter {name} was left out: it needs {' and '.join(_NEEDS[name])}, which come with links2-tasks[report]"
        for name in lacking
    )
    alone = () if model is not None or LANGUAGE_FILTER in settings.skip else (LANGUAGE_FILTER,)
    return settings.model_copy(update={"skip": (*settings.skip, *lacking, *alone)}), remarks
