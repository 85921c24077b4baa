"""Real model classes with random weights, through both of lmms-eval's doors, on a CPU and without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from links2_tasks import taxonomy

SPECIAL_TOKENS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif part['type'] == 'video' %}<|vision_start|><|video_pad|><|vision_end|>"
    "{% else %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TEXT_SIZES = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 16,
    "max_position_embeddings": 32768,
}
VISION_SIZES = {"depth": 2, "hidden_size": 32, "intermediate_size": 48, "num_heads": 2, "out_hidden_size": 32}


def build_tokenizer() -> Any:
    """A byte-level tokenizer trained on one sentence."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=384, special_tokens=list(SPECIAL_TOKENS), initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    bpe.train_from_iterator(["Answer with the letter of the right option. A B C D video satellite image map"], trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=list(SPECIAL_TOKENS[1:]),
    )


def special_ids(tokenizer: Any) -> dict[str, int]:
    """The ids that a model's configuration names."""
    ids = tokenizer.convert_tokens_to_ids
    return {
        "image_token_id": ids("<|image_pad|>"),
        "video_token_id": ids("<|video_pad|>"),
        "vision_start_token_id": ids("<|vision_start|>"),
        "vision_end_token_id": ids("<|vision_end|>"),
        "bos_token_id": None,
        "eos_token_id": ids("<|im_end|>"),
        "pad_token_id": ids("<|endoftext|>"),
    }


def save_qwen2_5_vl(folder: Path) -> None:
    """Qwen2.5-VL with two thin layers."""
    from transformers import (
        Qwen2_5_VLConfig,
        Qwen2_5_VLForConditionalGeneration,
        Qwen2_5_VLProcessor,
        Qwen2VLImageProcessor,
        Qwen2VLVideoProcessor,
    )

    tokenizer = build_tokenizer()
    rope = {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 1e4}
    config = Qwen2_5_VLConfig(
        text_config={**TEXT_SIZES, "vocab_size": len(tokenizer), "rope_parameters": rope},
        vision_config={**VISION_SIZES, "fullatt_block_indexes": [1], "window_size": 56},
        **special_ids(tokenizer),
    )
    Qwen2_5_VLForConditionalGeneration(config).save_pretrained(folder)
    Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessor(),
        video_processor=Qwen2VLVideoProcessor(),
        tokenizer=tokenizer,
        chat_template=CHAT_TEMPLATE,
    ).save_pretrained(folder)


def save_qwen3_vl(folder: Path) -> None:
    """Qwen3-VL with two thin layers."""
    from transformers import (
        Qwen2VLImageProcessor,
        Qwen3VLConfig,
        Qwen3VLForConditionalGeneration,
        Qwen3VLProcessor,
        Qwen3VLVideoProcessor,
    )

    tokenizer = build_tokenizer()
    rope = {"rope_type": "default", "mrope_section": [4, 2, 2], "mrope_interleaved": True, "rope_theta": 1e4}
    config = Qwen3VLConfig(
        text_config={**TEXT_SIZES, "vocab_size": len(tokenizer), "rope_parameters": rope},
        vision_config={**VISION_SIZES, "deepstack_visual_indexes": [0], "num_position_embeddings": 64},
        **special_ids(tokenizer),
    )
    Qwen3VLForConditionalGeneration(config).save_pretrained(folder)
    Qwen3VLProcessor(
        image_processor=Qwen2VLImageProcessor(patch_size=16),
        video_processor=Qwen3VLVideoProcessor(),
        tokenizer=tokenizer,
        chat_template=CHAT_TEMPLATE,
    ).save_pretrained(folder)


SAVERS = {"qwen2_5_vl": save_qwen2_5_vl, "qwen3_vl": save_qwen3_vl}


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders with a model and its processor, by lmms-eval's name of the model."""
    import torch

    torch.manual_seed(0)
    folders = {}
    for name, save in SAVERS.items():
        folders[name] = tmp_path_factory.mktemp(name)
        save(folders[name])
    return folders


def model_arguments(checkpoint: Path) -> str:
    """On the CPU, with small images, so that a reply takes milliseconds."""
    return f"pretrained={checkpoint},device_map=cpu,min_pixels=784,max_pixels=6272,max_num_frames=8"


@pytest.mark.parametrize("force_simple", [False, True], ids=["chat", "simple"])
@pytest.mark.parametrize("model", SAVERS)
def test_a_model_answers_every_task(
    run_host: Any, tiny_data: Path, checkpoints: dict[str, Path], model: str, force_simple: bool
) -> None:
    run = run_host(
        model,
        ["links2_all"],
        model_args=model_arguments(checkpoints[model]),
        device="cpu",
        limit=1,
        force_simple=force_simple,
        gen_kwargs="max_new_tokens=2",
    )
    assert run["config"]["model_backend"].endswith("(simple)" if force_simple else "(chat)")
    rows = [run["samples"][task.lmms_eval_name][0]["links2_accuracy"] for task in taxonomy.tasks()]
    strategy = "images_only" if force_simple else "native_video"
    for row in rows:
        assert row["reason"] not in ("media_error", "bad_question", "scoring_error"), row
        assert row["manifest"]["strategy"] == strategy
        assert row["manifest"]["n_frames"] == 32
    assert set(run["results"]["links2_all"]) >= {"links2_accuracy,none", "links2_micro_accuracy,none"}


@pytest.fixture
def variant_folder(tmp_path: Path) -> Path:
    """A folder with a variant of a task that shows fewer frames than the host's models take from a video."""
    base = taxonomy.task_yaml_dir() / "links2_uav_localization.yaml"
    text = f"include: {base}\ntask: few_frames\ndataset_name: few_frames\n"
    text += "lmms_eval_specific_kwargs:\n  default: {n_frames: 8}\n"
    (tmp_path / "few_frames.yaml").write_text(text)
    return tmp_path


@pytest.mark.parametrize("model", SAVERS)
def test_a_chat_model_is_given_few_frames_as_a_list(
    run_host: Any, tiny_data: Path, checkpoints: dict[str, Path], model: str, variant_folder: Path
) -> None:
    run = run_host(
        model,
        ["few_frames"],
        model_args=model_arguments(checkpoints[model]),
        device="cpu",
        gen_kwargs="max_new_tokens=2",
        include_paths=[str(variant_folder)],
    )
    manifests = [row["links2_accuracy"]["manifest"] for row in run["samples"]["few_frames"]]
    assert [(manifest["strategy"], manifest["decoder"]) for manifest in manifests] == [
        ("frame_list_video", "links2")
    ] * 2
    assert [row["links2_accuracy"]["variant"] for row in run["samples"]["few_frames"]] == ["few_frames"] * 2


@pytest.mark.parametrize("force_simple", [False, True], ids=["chat", "simple"])
@pytest.mark.parametrize("model", SAVERS)
def test_unreadable_media_do_not_end_a_run(
    run_host: Any,
    tmp_path: Path,
    make_dataset: Any,
    make_question: Any,
    monkeypatch: pytest.MonkeyPatch,
    checkpoints: dict[str, Path],
    model: str,
    force_simple: bool,
) -> None:
    questions = [make_question("scene_recognition", 0, video="videos/gone.mp4"), make_question("scene_recognition", 1)]
    monkeypatch.setenv("LINKS2_DATA", str(make_dataset(tmp_path, questions)))
    run = run_host(
        model,
        ["links2_scene_recognition"],
        model_args=model_arguments(checkpoints[model]),
        device="cpu",
        gen_kwargs="max_new_tokens=2",
        force_simple=force_simple,
    )
    reasons = [row["links2_accuracy"]["reason"] for row in run["samples"]["links2_scene_recognition"]]
    assert reasons[0] == "media_error"
    assert reasons[1] != "media_error"
