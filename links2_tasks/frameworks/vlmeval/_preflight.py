"""What can be known to go wrong before the host starts.

Found here it costs seconds; its runner would skip and exit 0.
"""

from __future__ import annotations

import difflib
import glob
import inspect
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.vlmeval._arguments import ModelAsked, Request
from links2_tasks.frameworks.vlmeval._host import Host
from links2_tasks.frameworks.vlmeval._names import DatasetName
from links2_tasks.frameworks.vlmeval._wrappers import WrapperUse, check_wrapper, notes_on

_TAKE_VLLM = ("Llama-4", "Qwen2-VL", "Qwen2.5-VL", "Qwen2.5-Omni")
"""Parts of the names for which the host heeds --use-vllm."""


@dataclass(frozen=True)
class _Wrapper:
    """What the host will call for a model."""

    cls: type
    settings: Mapping[str, Any]
    """Keyword arguments that it is made with."""


def check(request: Request, host: Host) -> tuple[str, ...]:
    """Look at models, wrappers and datasets; VLMEvalKit is imported and knows ours.

    Returns:
        What a person should know about this run, each a sentence.

    Raises:
        FrameworkError: a model is unknown, or its wrapper cannot do what a dataset of ours asks.
        DataError: there is no dataset, the default one cannot be made, or one does not allow a variant.
        MediaError: an image or a video that a variant looks at cannot be read.
    """
    notes: dict[str, None] = {}
    for model in request.models:
        wrapper = _wrapper_of(model, request)
        _check_name(model, request)
        for dataset in request.ours:
            notes.update(dict.fromkeys(_check_use(wrapper, model, dataset, request)))
        if host.kind == "package" and not request.reuse and not request.api_mode:
            notes.update(dict.fromkeys(_old_answers(model, request)))
    if request.ours:
        _check_data(request)
    return tuple(notes)


def _check_data(request: Request) -> None:
    # All processes of a run would wait for the one that makes the default dataset; the host has its own barrier.
    if int(os.environ.get("RANK", "0")) == 0:
        from links2_tasks.construction.mini import data_root
        from links2_tasks.frameworks.vlmeval._table import question_table

        root = data_root()
        for name in request.ours:
            if name.sampling.change is not None:
                # The host would pass over a dataset that cannot be made. What takes long is kept for it.
                question_table(root, name.tasks, name.sampling.change)


def _wrapper_of(model: ModelAsked, request: Request) -> _Wrapper:
    from vlmeval.config import supported_VLM

    if "class" in model.settings:
        return _Wrapper(_class_named(str(model.settings["class"])), model.settings)
    if request.base_url is not None and not request.from_config:
        told = {"video_llm": request.video_llm, "custom_prompt": request.custom_prompt}
        return _Wrapper(_class_named("LMDeployAPI"), told)
    if model.name not in supported_VLM:
        raise FrameworkError(
            f"VLMEvalKit knows no model '{model.name}'.{_near(model.name, list(supported_VLM))} `vlmutil mlist all` "
            "lists all; a model behind a server is named by --base-url http://HOST:PORT/v1 --model NAME."
        )
    known = supported_VLM[model.name]
    return _Wrapper(getattr(known, "func", known), {**getattr(known, "keywords", {}), **model.settings})


def _class_named(name: str) -> type:
    import vlmeval.api
    import vlmeval.vlm

    for module in (vlmeval.api, vlmeval.vlm):
        found = getattr(module, name, None)
        if isinstance(found, type):
            return found
    classes = [each for module in (vlmeval.api, vlmeval.vlm) for each in vars(module) if each[:1].isupper()]
    raise FrameworkError(f"VLMEvalKit has no class '{name}' for a model.{_near(name, classes)}")


def _near(name: str, known: list[str]) -> str:
    lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), lower, n=4, cutoff=0.6)
    return f" Near it: {', '.join(lower[each] for each in near)}." if near else ""


def _check_name(model: ModelAsked, request: Request) -> None:
    """Outside its API mode the host puts the name into file names as it is, in folders that it does not make."""
    if "/" in model.name and not request.api_mode:
        raise FrameworkError(
            f"The name '{model.name}' has a '/', and VLMEvalKit cannot write a file of that name: add --api-mode, or "
            f"let the server call the model '{model.name.rpartition('/')[2]}' (vLLM: --served-model-name)."
        )


def _check_use(wrapper: _Wrapper, model: ModelAsked, dataset: DatasetName, request: Request) -> tuple[str, ...]:
    if wrapper.cls.__module__.startswith("links2_tasks."):
        return ()
    use = WrapperUse(
        model_name=model.name,
        wrapper=wrapper.cls,
        dataset_name=dataset.name,
        medium=dataset.sampling.medium,
        n_images=dataset.sampling.most_images,
        engine=_engine(wrapper, model, request),
    )
    check_wrapper(use)
    _check_settings(wrapper, model, dataset)
    return notes_on(use)


def _check_settings(wrapper: _Wrapper, model: ModelAsked, dataset: DatasetName) -> None:
    """What a wrapper was told that makes it lose a view, though it would not by itself."""
    frames = dataset.name.removesuffix("_video")
    if wrapper.settings.get("custom_prompt"):
        raise FrameworkError(
            f"'{model.name}' was given the custom prompt '{wrapper.settings['custom_prompt']}', which takes the place "
            f"of that of {dataset.name} and passes over videos: leave --custom-prompt out."
        )
    if dataset.sampling.medium != "video":
        return
    if wrapper.settings.get("use_lmdeploy"):
        raise FrameworkError(
            f"The dataset {dataset.name} sends a video, and with use_lmdeploy the wrapper of '{model.name}' passes "
            f"over it: use {frames}, or run without LMDeploy."
        )
    must_be_told = "video_llm" in inspect.signature(wrapper.cls).parameters
    if must_be_told and not wrapper.settings.get("video_llm"):
        raise FrameworkError(
            f"The dataset {dataset.name} sends a video, and '{model.name}' was not said to take one: add --video-llm "
            f'(in --config: "video_llm": true) if its server does, or use {frames}.'
        )


def _engine(wrapper: _Wrapper, model: ModelAsked, request: Request) -> Literal["transformers", "vllm", "server"]:
    if getattr(wrapper.cls, "is_api", False):
        return "server"
    heeded = request.from_config or any(part in model.name for part in _TAKE_VLLM)
    return "vllm" if wrapper.settings.get("use_vllm") or (request.use_vllm and heeded) else "transformers"


def _old_answers(model: ModelAsked, request: Request) -> tuple[str, ...]:
    folder = request.result_folder(model)
    old = [each.name for each in request.datasets if any(folder.glob(glob.escape(f"{model.name}_{each.name}.") + "*"))]
    if not old:
        return ()
    return (
        f"{folder} holds answers of '{model.name}' to {', '.join(old)}, and ms-vlmeval takes them even without "
        "--reuse. For fresh answers name another --work-dir.",
    )
