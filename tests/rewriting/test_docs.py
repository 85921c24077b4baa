"""The page about rewriting says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from links2_tasks.language import LanguageSettings
from links2_tasks.rewriting import _rewrite, estimate_calls
from links2_tasks.rewriting._check import RULES
from links2_tasks.rewriting._prompts import prompts
from links2_tasks.rewriting._wordings import wordings
from links2_tasks.taxonomy import tasks

PAGE = (Path(__file__).parents[2] / "docs/rewriting.md").read_text(encoding="utf-8")


def test_the_table_of_what_is_refused_is_that_of_the_code() -> None:
    table = PAGE.partition("### What is refused")[2].partition("\n\n|")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.*?) \| (.*?) \|$", table, re.M)
    assert rows == [(rule.reason, rule.summary) for rule in RULES]


def test_the_other_reasons_are_named() -> None:
    told = " ".join(PAGE.split())
    for reason in (_rewrite.SAME_WORDS, _rewrite.BACK_CHECK, _rewrite.NO_ANSWER):
        assert f"*{reason}*" in told


def test_the_estimate_is_what_its_command_prints() -> None:
    prices = {"usd_per_million_input_tokens": 0.15, "usd_per_million_output_tokens": 0.60}
    settings = LanguageSettings.model_validate({"base_url": "http://localhost/v1", "model": "any", **prices})
    found = estimate_calls({task.name: 1500 for task in tasks()}, 0, settings)
    assert found.cost_usd is not None
    told = " ".join(PAGE.split())
    assert f"all {found.n_calls:,} calls for 1,500 questions of each of the {len(tasks())} tasks" in told
    assert f"{found.input_tokens / 1e6:.1f} million tokens in and {found.output_tokens / 1e6:.1f} million out" in told
    assert f"a million {found.cost_usd:.2f} USD" in told


def test_the_numbers_of_wordings_and_styles() -> None:
    assert {len(some) for some in wordings().values()} == {6}
    assert "| 6 for each of the 12 tasks |" in PAGE
    assert len(prompts().paraphrase.styles) == 6
    assert "in one of six styles" in PAGE


def test_the_settings_that_the_page_shows_are_right() -> None:
    shown = re.search(r"```yaml\n(.*?)```", PAGE, re.S)
    assert shown is not None
    content = yaml.safe_load(shown[1])
    assert content["wording"] == "model"
    LanguageSettings.model_validate(content["language_model"])
