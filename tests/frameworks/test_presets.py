"""The presets: what they say, what is printed of them, and that both frameworks know all that they name.

After a change that is meant, write the page anew and read the diff:

LINKS2_UPDATE_GOLDEN=1 python -m pytest tests/frameworks/test_presets.py
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from links2_tasks.cli import app
from links2_tasks.errors import DataError, FrameworkError
from links2_tasks.frameworks._preset_page import context_tokens, preset_card, preset_page
from links2_tasks.frameworks.presets import UNCHECKED, Preset, find_preset, presets, read_presets
from links2_tasks.frameworks.run._lmms_eval import DIALECT as LMMS_EVAL_DIALECT
from links2_tasks.frameworks.run._options import read_options
from links2_tasks.frameworks.run._vlmevalkit import DIALECT as VLMEVALKIT_DIALECT
from links2_tasks.prompt import PromptSettings, strategy_for

DOCS = Path(__file__).parents[2] / "docs"
CHECKOUT_VARIABLE = "LINKS2_VLMEVALKIT"
IN_LMMS_EVAL = [each for each in presets() if each.lmms_eval]
IN_VLMEVALKIT = [each for each in presets() if each.vlmevalkit]

needs_lmms_eval = pytest.mark.skipif(importlib.util.find_spec("lmms_eval") is None, reason="lmms-eval is not installed")
needs_vlmeval = pytest.mark.skipif(importlib.util.find_spec("vlmeval") is None, reason="VLMEvalKit is not installed")

GOOD: dict[str, Any] = {
    "name": "a-model",
    "title": "A model",
    "maker": "Someone",
    "family": "A",
    "weights": "open",
    "checkpoint": "someone/a-model",
    "licence": {"name": "MIT", "source": UNCHECKED},
    "no_lmms_eval": "It has no wrapper.",
    "vlmevalkit": {"model": "A", "wrapper": "AClass", "dataset": "LinkS2"},
}


def text_with(**changes: Any) -> str:
    return yaml.safe_dump({"presets": [{**GOOD, **changes}]})


# What the file holds.


def test_representative_models_are_there_open_and_closed() -> None:
    assert len(presets()) >= 18
    assert {each.weights for each in presets()} == {"open", "closed"}
    wanted = {"Qwen2.5-VL", "Qwen3-VL", "InternVL3", "InternVL3.5", "LLaVA-OneVision", "LLaVA-Video", "MiniCPM-V"}
    assert wanted | {"Gemma-3", "Phi-4", "GPT", "Gemini", "Claude"} <= {each.family for each in presets()}


def test_memory_is_two_bytes_for_each_parameter() -> None:
    phi = find_preset("phi-4-multimodal")
    assert phi.parameters is not None
    assert phi.weights_gb == pytest.approx(phi.parameters.billions * 1e9 * 2 / 1e9)
    assert find_preset("gpt-4o").weights_gb is None


def test_no_closed_model_is_given_a_size() -> None:
    assert all(each.parameters is None for each in presets() if each.weights == "closed")


def test_every_model_is_found_by_its_name_in_any_case() -> None:
    for each in presets():
        assert find_preset(each.name.upper()) is each


@pytest.mark.parametrize("name", ["Qwen2.5-VL-7B-Instruct", "qwen/qwen2.5-vl-7b-instruct"])
def test_a_model_is_found_by_its_title_and_its_checkpoint_too(name: str) -> None:
    assert find_preset(name).name == "qwen2.5-vl-7b"


def test_a_model_is_found_by_what_vlmevalkit_calls_it() -> None:
    assert find_preset("GPT4o_20241120").name == "gpt-4o"


def test_no_two_models_share_any_of_their_names() -> None:
    names = [name for each in presets() for name in each.other_names | {each.name}]
    assert len(names) == len(set(names))


def test_an_unknown_name_is_refused_with_those_near_it() -> None:
    with pytest.raises(FrameworkError, match=r"'qwen3-vl-8'.*qwen3-vl-8b.*links2 models"):
        find_preset("qwen3-vl-8")


def test_a_good_preset_is_read() -> None:
    assert read_presets(text_with()) == (Preset.model_validate(GOOD),)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"name": "A Model"}, "name"),
        ({"score": 51.1}, "score"),
        ({"weights": "closed"}, "checkpoint"),
        ({"no_vlmevalkit": "It has one."}, "either a command or the reason"),
        ({"no_lmms_eval": None}, "either a command or the reason"),
        ({"vlmevalkit": None, "no_vlmevalkit": "None."}, "neither framework"),
        ({"no_lmms_eval": "no sentence"}, "no_lmms_eval"),
        ({"licence": {"name": "MIT"}}, "source"),
        ({"parameters": {"billions": 0, "source": "x"}}, "billions"),
    ],
)
def test_a_wrong_preset_is_refused_by_what_is_wrong(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(DataError, match=named):
        read_presets(text_with(**changes))


@pytest.mark.parametrize("text", ["", "presets: 3", "other: []", "{", "presets: [1]"])
def test_a_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(DataError, match=r"model_presets\.yaml"):
        read_presets(text)


def test_a_name_stands_once() -> None:
    with pytest.raises(DataError, match="a-model"):
        read_presets(yaml.safe_dump({"presets": [GOOD, GOOD]}))


# What is printed.


def test_the_page_of_models_is_the_generated_one() -> None:
    page = DOCS / "models.md"
    if os.environ.get("LINKS2_UPDATE_GOLDEN"):
        page.write_text(preset_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == preset_page()


def test_the_page_holds_a_section_and_all_commands_of_each_model() -> None:
    lines = preset_page().splitlines()
    for each in presets():
        assert f"## {each.name}" in lines
        for use in (each.lmms_eval, each.vlmevalkit):
            if use is not None:
                assert shlex.join(use.command) in lines
                assert shlex.join(use.run_command) in lines


def test_the_estimate_is_that_of_patches_or_of_tiles() -> None:
    video = PromptSettings(strategy="native_video", n_frames=2)
    # A frame is shown as 640 x 360: 23 x 13 patches, two frames together; the map is 37 x 37; 1,600 characters are 400.
    assert context_tokens(video, "patches") == 23 * 13 + 37 * 37 + 400
    images = PromptSettings(strategy="frames_as_images", n_frames=2)
    # Each frame is 2 x 1 tiles, the map, of 768 x 768, 2 x 2.
    assert context_tokens(images, "tiles") == 2 * (85 + 170 * 2) + (85 + 170 * 4) + 400
    assert context_tokens(images, None) is None


def test_the_command_lists_all_and_prints_one() -> None:
    listed = CliRunner().invoke(app, ["models"], env={"COLUMNS": "200"})
    assert listed.exit_code == 0
    assert all(each.name in listed.output for each in presets())
    narrow = CliRunner().invoke(app, ["models"], env={"COLUMNS": "60"})
    assert all(each.name in narrow.output for each in presets())
    one = CliRunner().invoke(app, ["models", "llava-video-7b"])
    assert one.exit_code == 0
    assert one.output == preset_card(find_preset("llava-video-7b")) + "\n"
    assert "links2 run --out out --framework vlmevalkit -- --data LinkS2 --model llava_video_qwen2_7b" in one.output


def test_the_command_refuses_an_unknown_model() -> None:
    assert CliRunner().invoke(app, ["models", "nothing-of-the-kind"]).exit_code == 1


# What the frameworks know.


@pytest.mark.parametrize("preset", IN_LMMS_EVAL, ids=lambda each: each.name)
def test_a_run_takes_the_options_for_lmms_eval(preset: Preset) -> None:
    assert preset.lmms_eval is not None
    words = preset.lmms_eval.run_command
    options = read_options(words[words.index("--") + 1 :], LMMS_EVAL_DIALECT)
    assert options["model"] == (preset.lmms_eval.model,)
    assert options["tasks"] == ("links2_all",)


@pytest.mark.parametrize("preset", IN_VLMEVALKIT, ids=lambda each: each.name)
def test_a_run_takes_the_options_for_vlmevalkit(preset: Preset) -> None:
    assert preset.vlmevalkit is not None
    words = preset.vlmevalkit.run_command
    options = read_options(words[words.index("--") + 1 :], VLMEVALKIT_DIALECT)
    assert options == {"model": (preset.vlmevalkit.model,), "data": (preset.vlmevalkit.dataset,)}


@needs_lmms_eval
@pytest.mark.parametrize("preset", IN_LMMS_EVAL, ids=lambda each: each.name)
def test_lmms_eval_has_the_model_and_reaches_it_as_the_preset_says(preset: Preset) -> None:
    from lmms_eval.models import get_model_manifest, list_available_models

    use = preset.lmms_eval
    assert use is not None
    assert use.model in list_available_models(include_aliases=True)
    manifest = get_model_manifest(use.model)
    assert use.kind == ("chat" if manifest.chat_class_path else "simple")
    assert use.strategy == (strategy_for(use.model) if use.kind == "chat" else "images_only")


@needs_lmms_eval
@pytest.mark.parametrize("preset", IN_LMMS_EVAL, ids=lambda each: each.name)
def test_lmms_eval_reads_the_arguments_and_the_model_takes_them(preset: Preset) -> None:
    from lmms_eval.models import get_model_manifest
    from lmms_eval.utils import simple_parse_args_string

    use = preset.lmms_eval
    assert use is not None
    options = dict(zip(use.options[::2], use.options[1::2], strict=True))
    read = simple_parse_args_string(options["--model_args"])
    assert read == dict(use.model_args)
    assert simple_parse_args_string(options.get("--gen_kwargs", "")) == dict(use.gen_kwargs)
    manifest = get_model_manifest(use.model)
    taken = set(_parameters(manifest.chat_class_path or manifest.simple_class_path))
    assert set(read) <= taken


@pytest.mark.parametrize("kind", ["chat", "simple"])
def test_both_kinds_of_interfaces_are_among_the_presets(kind: str) -> None:
    assert any(each.lmms_eval.kind == kind for each in IN_LMMS_EVAL if each.lmms_eval)


def _parameters(class_path: str) -> Iterator[str]:
    """Parameters of a class's constructor and of those it hands the rest to, read from the source: nothing is loaded."""
    module, _, name = class_path.rpartition(".")
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    (cls,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    made = [node for node in cls.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    for function in made:
        yield from (each.arg for each in (*function.args.args, *function.args.kwonlyargs))
    if made and made[0].args.kwarg is None:
        return
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for base in cls.bases:
        origin = imported.get(ast.unparse(base), "")
        if origin.startswith("lmms_eval.models."):
            yield from _parameters(origin)


# VLMEvalKit takes long to import and imports much, so it is asked once, in a process of its own.
ASK = """
import json, sys
from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.presets import presets
from links2_tasks.frameworks.vlmeval._names import find
from links2_tasks.frameworks.vlmeval._wrappers import WrapperUse, check_wrapper
import vlmeval
from vlmeval.config import supported_VLM

told = {"vlmeval": vlmeval.__file__}
for preset in presets():
    use = preset.vlmevalkit
    if use is None:
        continue
    if use.model not in supported_VLM:
        told[preset.name] = {"known": False}
        continue
    entry = supported_VLM[use.model]
    sampling = find(use.dataset).sampling
    api = getattr(entry.func, "is_api", False)
    engine = "server" if api else "vllm" if entry.keywords.get("use_vllm") else "transformers"
    wrapper_use = WrapperUse(use.model, entry.func, use.dataset, sampling.medium, sampling.most_images, engine)
    try:
        check_wrapper(wrapper_use)
        refused = None
    except FrameworkError as error:
        refused = str(error)
    told[preset.name] = {"known": True, "wrapper": entry.func.__name__, "refused": refused,
                         "settings": {key: value for key, value in entry.keywords.items() if key == "min_pixels"}}
print("TOLD " + json.dumps(told))
"""


def _ask_vlmevalkit(checkout: str | None) -> dict[str, Any]:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    if checkout is not None:
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [checkout, os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("TOLD ")]
    assert lines, done.stderr[-3000:]
    told = json.loads(lines[-1].removeprefix("TOLD "))
    assert isinstance(told, dict)
    return told


@pytest.fixture(scope="module")
def package() -> dict[str, Any]:
    """What the installed VLMEvalKit knows of the presets."""
    return _ask_vlmevalkit(None)


@pytest.fixture(scope="module")
def upstream() -> dict[str, Any]:
    """What a checkout of upstream knows of the presets."""
    checkout = os.environ.get(CHECKOUT_VARIABLE)
    if not checkout:
        pytest.skip(f"{CHECKOUT_VARIABLE} names no checkout of VLMEvalKit")
    told = _ask_vlmevalkit(checkout)
    assert Path(told["vlmeval"]).is_relative_to(checkout)
    return told


def _faults(told: dict[str, Any], not_here: str) -> Iterator[str]:
    """What is wrong with the presets for a VLMEvalKit; `not_here` is the distribution that it is not."""
    for preset in IN_VLMEVALKIT:
        use = preset.vlmevalkit
        assert use is not None
        known = told[preset.name]
        if known["known"] is (use.only_in == not_here):
            yield f"{preset.name}: {use.model} is {'' if known['known'] else 'not '}known here"
        elif known["known"] and known["wrapper"] != use.wrapper:
            yield f"{preset.name}: its wrapper is {known['wrapper']}"
        elif known["known"] and known["refused"] is not None:
            yield f"{preset.name}: {known['refused']}"


@needs_vlmeval
def test_the_installed_vlmevalkit_has_each_model_and_its_wrapper_takes_the_dataset(package: dict[str, Any]) -> None:
    assert list(_faults(package, not_here="upstream")) == []


@needs_vlmeval
def test_an_estimate_is_given_only_where_the_wrapper_leaves_sizes_as_they_are(package: dict[str, Any]) -> None:
    scaled = {name for name, known in package.items() if name != "vlmeval" and known.get("settings")}
    assert "qwen2.5-vl-7b" in scaled
    for name in scaled:
        use = find_preset(name).vlmevalkit
        assert use is not None
        assert use.counts_by is None


def test_upstream_has_each_model_and_its_wrapper_takes_the_dataset(upstream: dict[str, Any]) -> None:
    assert list(_faults(upstream, not_here="package")) == []
