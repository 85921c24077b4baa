"""Stage 5: questions in other words, by templates or by a language model."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from links2_tasks.language import LanguageModel, LanguageSettings, Usage
from links2_tasks.pipeline._captions import captions
from links2_tasks.pipeline._footage import Footage
from links2_tasks.pipeline._questions import FILE, Asked, questions_text, read_asked
from links2_tasks.pipeline._records import StageReport, as_kept
from links2_tasks.pipeline._site import Clock, Show, Site
from links2_tasks.pipeline._work import rows_text
from links2_tasks.rewriting import NO_ANSWER, Reworded, reword, rewrite

STAGE = "wording"
CAPTIONS = "captions.jsonl"
INCOMPLETE = "some answers are missing"
ANSWERS = "language"
"""Folder of the work folder that keeps what a language model has answered, so that nothing is asked twice."""


def model_of(site: Site) -> LanguageModel | None:
    """The language model of the settings, if there is one; nothing is asked yet."""
    settings = site.settings.language_model
    return None if settings is None else LanguageModel(settings, site.work / ANSWERS)


def put_into_words(site: Site, asked: Asked, footage: Footage, model: LanguageModel | None) -> Asked:
    """Give questions the words that the settings ask for, and landmarks captions where they ask for those.

    Raises:
        LanguageModelError: the endpoint does not let anybody ask. What it has answered is kept.
        MissingExtraError: a language model is wanted, and its client is not installed.
    """
    clock, place, settings = Clock(), site.stage(STAGE), site.settings
    asks, captions_wanted = settings.wording == "model", settings.landmark_captions
    made_from = site.made_from(
        STAGE,
        questions=asked.sha256,
        wording=settings.wording,
        seed=settings.seed,
        model=what_decides(settings.language_model) if asks or captions_wanted else None,
        captions=footage.digests if captions_wanted else None,
    )
    report = place.read_report(made_from)
    if report is None:
        # A rewrite takes two answers, unless the first is refused.
        n_steps = 2 * len(asked.questions) if asks else 1
        before = model.usage if model else Usage()
        with site.progress(site.title(STAGE, f"wording: {settings.wording}"), n_steps) as show:
            reworded = _reworded(site, asked, model if asks else None, show)
        refused = rows_text(asdict(one) for one in reworded.refused)
        files = {FILE: questions_text(reworded.questions), "refused_rewrites.jsonl": refused}
        if captions_wanted and model is not None:
            with site.progress(site.title(STAGE, "captions of landmarks"), None) as show:
                files[CAPTIONS] = rows_text(captions(site, footage, model, show))
        report = StageReport(
            stage=STAGE,
            read={"questions": len(asked.questions)},
            made={"questions": len(reworded.questions), "reworded": reworded.n_reworded},
            dropped={},
            seconds=clock.seconds,
            remarks=(*_remarks(reworded), *asked_since(before, model)),
        )
        # Who gave no answer now may give one later: the next build asks again, and only for what is missing.
        all_answered = not any(one.reason == NO_ANSWER for one in reworded.refused)
        place.write(report, made_from if all_answered else INCOMPLETE, files, ())
    else:
        report = as_kept(report, clock.seconds, {"questions": report.made["questions"]})
    return read_asked(place.path / FILE, report)


def what_decides(settings: LanguageSettings | None) -> object:
    """The part of the settings that answers hang on; how fast is asked, and what it costs, is no part of it."""
    return settings and settings.model_dump(include={"base_url", "model", "temperature", "max_output_tokens"})


def asked_since(before: Usage, model: LanguageModel | None) -> tuple[str, ...]:
    """What asking the model has taken since, in words; nothing where it was not asked."""
    if model is None or model.usage == before:
        return ()
    now = model.usage
    cost = "" if now.cost_usd is None else f", {now.cost_usd - (before.cost_usd or 0.0):.4f} USD"
    return (
        f"the language model was asked {now.n_asked - before.n_asked} times "
        f"({now.n_from_cache - before.n_from_cache} answers were known): {now.input_tokens - before.input_tokens} "
        f"tokens in, {now.output_tokens - before.output_tokens} out{cost}",
    )


def _reworded(site: Site, asked: Asked, model: LanguageModel | None, show: Show) -> Reworded:
    seed = site.settings.seed
    if model is not None:
        return rewrite(asked.questions, model, seed, progress=show)
    if site.settings.wording == "templates":
        return reword(asked.questions, seed)
    return Reworded(asked.questions, 0)


def _remarks(reworded: Reworded) -> tuple[str, ...]:
    remarks = []
    if reworded.refused:
        reasons = Counter(one.reason for one in reworded.refused).most_common()
        told = "; ".join(f"{n} x {reason}" for reason, n in reasons)
        remarks.append(f"{len(reworded.refused)} rewrites were refused; their questions keep other words: {told}")
    return tuple(remarks)
