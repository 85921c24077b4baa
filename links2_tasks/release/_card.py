"""The data card: `README.md`, whose head tools of the Hugging Face Hub read, and `LICENCES.md`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import yaml

from links2_tasks.audits import DatasetAudit, Leak
from links2_tasks.release._checks import number_of, told_of_reviews
from links2_tasks.release._facts import Facts, RegionFacts
from links2_tasks.release._licences import single_ids
from links2_tasks.release._names import TABLES_FOLDER
from links2_tasks.release._records import LedgerRow, ReleaseSettings, Trace
from links2_tasks.release._tables import table_file

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_SAME_NAME_AT_THE_HUB = frozenset(
    {"cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "apache-2.0", "mit", "bsd-2-clause"}
    | {"bsd-3-clause"}
)
"""Licences that the Hub calls by their SPDX name in lower case. Any other is 'other' with its name: never wrong."""
_SPECIAL = re.compile(r"([\\`*{}\[\]<>|#~]|(?<!\w)_|_(?!\w))")
"""What Markdown may take as markup; an underscore within a word is none."""


@dataclass(frozen=True)
class CardTexts:
    """What the card and Croissant both say."""

    kind: str
    """Simulated, real or unknown."""
    privacy: tuple[str, ...]
    limits: tuple[str, ...]


def plain(text: object) -> str:
    """A text of the data as Markdown shows it: one line, nothing in it is markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def card(
    facts: Facts,
    ledger: Sequence[LedgerRow],
    settings: ReleaseSettings,
    texts: CardTexts,
    *,
    title: str,
    licence: str,
    leaks: Sequence[Leak],
    traces: Sequence[Trace],
    audit: DatasetAudit | None,
    pictures: Sequence[str],
) -> str:
    """Content of `README.md`."""
    parts = [
        _head(facts, ledger, title, licence),
        f"# {plain(title)} {settings.version}\n",
        _about(facts, texts, licence, pictures),
        _counts(facts),
        _regions(facts),
        _licences(ledger),
        _made(facts),
        _funnel(facts),
        _privacy(texts, traces),
        _splits(facts, leaks),
        _audits(audit),
        _limits(texts),
        _use(facts),
        _citation(facts, settings, title),
    ]
    return "\n".join(part for part in parts if part).rstrip("\n") + "\n"


def _head(facts: Facts, ledger: Sequence[LedgerRow], title: str, licence: str) -> str:
    ids = [each.lower() for each in single_ids(ledger)]
    known = bool(ids) and all(row.spdx for row in ledger) and set(ids) <= _SAME_NAME_AT_THE_HUB
    tasks = sorted({task for counts in facts.info.counts.values() for task in counts})
    configs = [("default", None), *((task, task) for task in tasks)]
    head: dict[str, object] = {"pretty_name": title, "language": ["en"]}
    if known:
        head["license"] = ids
    else:
        head |= {"license": "other", "license_name": licence, "license_link": "LICENCES.md"}
    head |= {
        "task_categories": ["visual-question-answering", "multiple-choice", "video-text-to-text"],
        "size_categories": [next((name for most, name in _SIZES if facts.n_questions < most), "n>1M")],
        "tags": ["uav", "drone", "satellite-imagery", "remote-sensing", "cross-view", "video", "croissant", "links2"],
        "configs": [_config(facts, name, task) for name, task in configs],
    }
    return f"---\n{yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=110)}---\n"


def _config(facts: Facts, name: str, task: str | None) -> dict[str, object]:
    files = [
        {"split": split, "path": f"{TABLES_FOLDER}/{split}/*.parquet" if task is None else table_file(split, task)}
        for split, counts in sorted(facts.info.counts.items())
        if counts and (task is None or task in counts)
    ]
    config: dict[str, object] = {"config_name": name, "data_files": files}
    return config | {"default": True} if task is None else config


def _about(facts: Facts, texts: CardTexts, licence: str, pictures: Sequence[str]) -> str:
    info = facts.info
    lines = [
        f"{plain(info.description)}\n" if info.description.strip() else "",
        "Multiple-choice questions about UAV videos **and** satellite images of the same places. Each asks for both: "
        "what is in the video is named by when and where it is seen, what is on the map by a mark.\n",
        f"* **{texts.kind}**",
        f"* **{told_of_reviews(facts.reviews)}**",
        f"* {facts.n_questions:,} questions in {number_of(len(info.splits), 'split')} about "
        f"{number_of(len(info.clips), 'clip')} ({_minutes(facts.seconds)}) of {number_of(facts.n_videos, 'video')}, "
        f"with {number_of(facts.n_images, 'satellite image')}, in {number_of(len(facts.regions), 'region')}",
        f"* Licence: {plain(licence)} ([sources](LICENCES.md))",
        "",
    ]
    lines += [f"![A question of the task {_task_of(picture)}]({picture})\n" for picture in pictures]
    return "\n".join(lines)


def _task_of(picture: str) -> str:
    return plain(picture.rsplit("/", 1)[-1].removesuffix(".png"))


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(plain(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _counts(facts: Facts) -> str:
    counts = facts.info.counts
    splits = sorted(counts)
    tasks = sorted({task for of_split in counts.values() for task in of_split})
    rows: list[Sequence[object]] = [(task, *(counts[split].get(task, 0) for split in splits)) for task in tasks]
    rows.append(("all", *(sum(counts[split].values()) for split in splits)))
    return f"## Questions\n\n{_table(('task', *splits), rows)}"


def _regions(facts: Facts) -> str:
    rows = [
        (one.region, ", ".join(one.splits) or "none", one.n_clips, _minutes(one.seconds), one.n_questions, _days(one))
        for one in facts.regions
    ]
    return f"## Regions and days\n\n{_table(('region', 'splits', 'clips', 'footage', 'questions', 'flown on'), rows)}"


def _days(one: RegionFacts) -> str:
    if one.first_day is None:
        return "unknown"
    days = f"{one.first_day}" if one.first_day == one.last_day else f"{one.first_day} to {one.last_day}"
    return days if not one.n_clips_without_day else f"{days}; unknown for {number_of(one.n_clips_without_day, 'clip')}"


def ledger_table(ledger: Sequence[LedgerRow]) -> str:
    """The ledger as a table."""
    rows = [
        (
            row.dataset,
            row.spdx or "unknown",
            row.stated,
            "; ".join(row.conditions) or "",
            row.n_clips,
            f"{row.seconds:.1f} s",
            row.n_questions,
            ", ".join(row.regions),
        )
        for row in ledger
    ]
    head = ("source", "SPDX", "as the source states it", "conditions", "clips", "footage", "questions", "regions")
    return _table(head, rows)


def _licences(ledger: Sequence[LedgerRow]) -> str:
    return f"## Sources and licences\n\n{ledger_table(ledger)}"


def licences_page(ledger: Sequence[LedgerRow], title: str, licence: str, notices: Sequence[str]) -> str:
    """Content of `LICENCES.md`."""
    parts = [
        f"# Licences of {plain(title)}\n",
        f"As a whole: {plain(licence)}. Each question and each clip names its source; footage and maps stay under the "
        "terms of that source.\n",
        ledger_table(ledger),
    ]
    if any(row.spdx is None for row in ledger):
        parts.append(
            "**Unknown**: the text of the source is no [SPDX expression](https://spdx.org/licenses), and nobody has "
            "said which is meant. Ask the owner before you pass its footage on.\n"
        )
    links = [each for each in single_ids(ledger) if not each.startswith("LicenseRef-")]
    parts.append("".join(f"* [{each}](https://spdx.org/licenses/{each}.html)\n" for each in links))
    parts.append("".join(f"* [{plain(notice)}]({quote(notice)})\n" for notice in notices))
    return "\n".join(part for part in parts if part)


def _made(facts: Facts) -> str:
    rows: list[Sequence[object]] = [("writer and version", name, count) for name, count in facts.writers.items()]
    rows += [("seed", seed, "") for seed in facts.seeds]
    rows += [("words by", name, count) for name, count in facts.wordings.items()]
    rows += [("review", _REVIEWS.get(name, name), count) for name, count in facts.reviews.items()]
    intro = "Who wrote, worded and reviewed each question stands in its `provenance`.\n"
    if facts.by_our_writers:
        intro = (
            f"Writers of links2 computed the {facts.n_questions:,} questions and their answers from telemetry, maps "
            f"and landmarks, and refused every draft whose margins a careful person could dispute. {intro}"
        )
    return f"## How it was made\n\n{intro}\n{_table(('', '', 'questions'), rows)}"


_REVIEWS = {"none": "none", "accepted": "accepted", "fixed": "mended"}


def _funnel(facts: Facts) -> str:
    if not facts.funnel:
        return ""
    rows = [
        (row.title, row.unit, row.n_in, row.n_out, "; ".join(f"{n} x {reason}" for reason, n in row.reasons.items()))
        for row in facts.funnel
    ]
    return f"## What was removed\n\n{_table(('step', 'of', 'in', 'out', 'why not'), rows)}"


def _privacy(texts: CardTexts, traces: Sequence[Trace]) -> str:
    lines = [f"* {line}" for line in texts.privacy]
    if traces:
        kinds = sorted({trace.what for trace in traces})
        lines.append(
            f"* Found in {number_of(len({trace.file for trace in traces}), 'file')}: {plain('; '.join(kinds))}."
        )
    return "## Places and people\n\n" + "\n".join(lines) + "\n"


def _splits(facts: Facts, leaks: Sequence[Leak]) -> str:
    if len(facts.info.splits) < 2:
        return ""
    if not leaks:
        return "## Splits\n\nNo two splits share a region, a clip, a video or a part of a map.\n"
    rows = [(leak.first_split, leak.second_split, leak.what, leak.detail) for leak in leaks]
    return f"## Splits\n\n**Splits share what follows.**\n\n{_table(('split', 'other', 'what', 'which'), rows)}"


def _audits(audit: DatasetAudit | None) -> str:
    if audit is None:
        return ""
    looks = [one for one in (*audit.text.scores, *audit.layout) if one.p_any_look is not None]
    above = [one for one in looks if one.above_chance]
    lines = [
        "## Audits\n",
        f"Of {len(looks)} looks at text alone and at the layout of marks alone, {len(above)} are above chance after "
        f"correction, on {number_of(audit.n_questions, 'question')} (`links2 audit data`).\n",
    ]
    if above:
        rows = [(one.task, one.classifier, one.n, f"{one.accuracy:.2f}", f"{one.chance:.2f}") for one in above]
        lines.append(_table(("task", "way of guessing", "n", "accuracy", "chance"), rows))
    kinds = sorted({one.what for one in audit.duplicates})
    told = ", ".join(f"{sum(one.what == kind for one in audit.duplicates)} of the kind '{kind}'" for kind in kinds)
    lines.append(f"There twice: {told or 'nothing'}.\n")
    return "\n".join(lines)


def _limits(texts: CardTexts) -> str:
    return "## Known limits\n\n" + "\n".join(f"* {line}" for line in texts.limits) + "\n"


def _use(facts: Facts) -> str:
    split = "test" if "test" in facts.info.splits else facts.info.splits[0]
    task = sorted(facts.info.counts[split])[0]
    return f"""## Use

```python
from datasets import load_dataset
questions = load_dataset("FOLDER", "{task}", split="{split}")   # or "default" for all tasks
print(questions[0]["question"], questions[0]["options"])
```

```
LINKS2_DATA=FOLDER lmms-eval --model links2_geometric --tasks links2_all
```

`sha256sum -c SHA256SUMS` checks every file; `croissant.json` describes the questions for
`mlcroissant.Dataset("croissant.json").records("questions")`.
"""


def _citation(facts: Facts, settings: ReleaseSettings, title: str) -> str:
    if settings.citation:
        fence = "`" * (3 + max((len(run) for run in re.findall("`+", settings.citation)), default=0))
        return f"## Citation\n\n{fence}bibtex\n{settings.citation.strip()}\n{fence}\n"
    return (
        f"## Citation\n\nCite {plain(title)} {settings.version} and the sources above. The questions are in the spirit "
        "of [LinkS2Bench](https://arxiv.org/abs/2604.02020) and are not its data.\n"
    )
