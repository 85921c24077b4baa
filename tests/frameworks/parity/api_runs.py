"""One question through API models of both frameworks to a service on the loopback, in the settings that matter."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import run_lmms_eval
import run_vlmeval
from api_media import Comparison, compare
from openai_service import Service, serving
from scenery import FLIGHTS, TASK, write_scenery
from ways import write_video_variant

from links2_tasks.dataset import load_questions
from links2_tasks.prompt import Prompt, PromptSettings, build_prompt

IMAGES, VIDEO = "frames_as_images", "native_video"
SCENERY, SMALL = FLIGHTS


@dataclass(frozen=True)
class ApiCase:
    """A model of a framework in one setting."""

    name: str
    framework: str
    model: str
    setting: str
    """What a user says besides the model; empty for nothing."""
    strategy: str = IMAGES
    data: str = SCENERY
    """Which of the flights of `scenery`."""
    arguments: tuple[str, ...] = ()
    """Of the model in lmms-eval, or of VLMEvalKit's runner."""
    environment: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, object] | None = None
    """Keyword arguments of a class of VLMEvalKit, for --config."""


LMMS, VLM = "lmms-eval", "VLMEvalKit"
_SERVER = "LMDeployAPI (`--base-url`)"
CASES = (
    ApiCase("lmms", LMMS, "openai", ""),
    ApiCase(
        "lmms-jpeg", LMMS, "openai", "`LMMS_IMAGE_ENCODE_FORMAT=JPEG`", environment={"LMMS_IMAGE_ENCODE_FORMAT": "JPEG"}
    ),
    ApiCase(
        "lmms-jpeg-75",
        LMMS,
        "openai",
        "`LMMS_IMAGE_ENCODE_FORMAT=JPEG`, `LMMS_IMAGE_JPEG_QUALITY=75`",
        environment={"LMMS_IMAGE_ENCODE_FORMAT": "JPEG", "LMMS_IMAGE_JPEG_QUALITY": "75"},
    ),
    ApiCase("server", VLM, _SERVER, ""),
    ApiCase("server-local", VLM, _SERVER, "`--local-media`", arguments=("--local-media",)),
    ApiCase("server-small", VLM, _SERVER, "", data=SMALL),
    ApiCase(
        "server-small-edge",
        VLM,
        _SERVER,
        "`VLMEVAL_MIN_IMAGE_EDGE=1`",
        data=SMALL,
        environment={"VLMEVAL_MIN_IMAGE_EDGE": "1"},
    ),
    ApiCase("gpt", VLM, "GPT4V", "", config={}),
    ApiCase("gpt-high", VLM, "GPT4V", '`"img_detail": "high"` in `--config`', config={"img_detail": "high"}),
    ApiCase(
        "gpt-512",
        VLM,
        "GPT4V",
        '`"img_size": 512`, as the entry `GPT4o` has it',
        config={"img_size": 512},
    ),
    ApiCase("lmms-video", LMMS, "openai", "", VIDEO),
    ApiCase("lmms-video-32", LMMS, "openai", "`max_frames_num=32`", VIDEO, arguments=("max_frames_num=32",)),
    ApiCase(
        "lmms-video-url",
        LMMS,
        "openai",
        "`pass_video_url=True,max_frames_num=32`",
        VIDEO,
        arguments=("pass_video_url=True", "max_frames_num=32"),
    ),
    ApiCase("server-video", VLM, _SERVER, "`--video-llm`", VIDEO, arguments=("--video-llm",)),
    ApiCase(
        "server-video-local",
        VLM,
        _SERVER,
        "`--video-llm --local-media`",
        VIDEO,
        arguments=("--video-llm", "--local-media"),
    ),
    ApiCase("gpt-video", VLM, "GPT4V", "", VIDEO, config={}),
    ApiCase("gpt-video-said", VLM, "GPT4V", '`"video_llm": true` in `--config`', VIDEO, config={"video_llm": True}),
)
"""Each is asked one question."""


def run_all(folder: Path) -> dict[str, Comparison | None]:
    """What each case sent, by its name; None where nothing was sent."""
    roots = {name: write_scenery(folder / name, flight) for name, flight in FLIGHTS.items()}
    with serving() as service:
        return {case.name: _run(case, service, roots[case.data], folder / case.name) for case in CASES}


def _run(case: ApiCase, service: Service, root: Path, folder: Path) -> Comparison | None:
    folder.mkdir(parents=True)
    service.payloads.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINKS2_DATA", str(root))
        for name, value in case.environment.items():
            patch.setenv(name, value)
        _ASK[case.framework](case, service, folder)
        if not service.payloads:
            return None
        (payload,) = service.payloads
        return compare(payload, _prompt(case, root))


def _prompt(case: ApiCase, root: Path) -> Prompt:
    (question,) = load_questions(root)
    return build_prompt(question, PromptSettings.model_validate({"strategy": case.strategy}), root)


def _ask_lmms_eval(case: ApiCase, service: Service, folder: Path) -> None:
    said = (f"base_url={service.url}", "model_version=served", "api_key=none", "max_retries=1", "num_concurrent=1")
    task = write_video_variant(folder, TASK) if case.strategy == VIDEO else f"links2_{TASK}"
    run_lmms_eval.evaluate("openai", [task], [folder], model_args=",".join((*said, *case.arguments)))


def _ask_vlmeval(case: ApiCase, service: Service, folder: Path) -> None:
    dataset = f"LinkS2-{TASK}" + ("_video" if case.strategy == VIDEO else "")
    if case.config is None:
        asked = ["--data", dataset, "--model", "served", "--base-url", service.url, *case.arguments]
    else:
        url = f"{service.url}/chat/completions"
        entry = {"class": "GPT4V", "model": "served", "api_base": url, "key": "none", "retry": 1, **case.config}
        path = folder / "config.json"
        path.write_text(json.dumps({"model": {"served": entry}, "data": {dataset: {}}}), encoding="utf-8")
        asked = ["--config", str(path)]
    run_vlmeval.call_runner([*asked, "--work-dir", str(folder / "work")])


_ASK: dict[str, Callable[[ApiCase, Service, Path], None]] = {LMMS: _ask_lmms_eval, VLM: _ask_vlmeval}
