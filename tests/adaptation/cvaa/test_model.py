"""The adapter in the real classes of every family: nothing changes at the start, and only the adapter learns."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_models import make_base, make_call

from links2_tasks.adaptation.cvaa import CvaaConfig, CvaaModel, footprint_loss
from links2_tasks.errors import AdapterError


def attached(family: str, **settings: Any) -> CvaaModel:
    base = make_base(family)
    torch.manual_seed(1)
    return CvaaModel(base, CvaaConfig.for_base(base, shared_size=8, **settings))


def with_open_gates(model: CvaaModel) -> CvaaModel:
    for side in (model.adapter.uav, model.adapter.satellite):
        side.gate.data.fill_(0.8)
    return model


def logits(model: Any, call: dict[str, torch.Tensor]) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model(**call).logits
    return found


def batch_of(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor], padding: int) -> dict[str, torch.Tensor]:
    """Two calls in one, the first padded on the left."""
    joined = {}
    for name, tensor in first.items():
        if name in ("input_ids", "attention_mask", "mm_token_type_ids"):
            tensor = torch.cat([tensor.new_zeros(1, padding), tensor], dim=1)
            word = {"input_ids": 5, "attention_mask": 1, "mm_token_type_ids": 0}[name]
            longer = torch.cat([tensor.new_full((1, padding), word), second[name]], dim=1)
            joined[name] = torch.cat([tensor, longer])
        else:
            joined[name] = torch.cat([tensor, second[name]])
    return joined


def with_word(call: dict[str, torch.Tensor], word: torch.Tensor) -> dict[str, torch.Tensor]:
    """The call with one more word at its end."""
    added = {"input_ids": word[:, None], "attention_mask": torch.ones(1, 1, dtype=torch.long)}
    added["mm_token_type_ids"] = torch.zeros(1, 1, dtype=torch.long)
    return {name: torch.cat([tensor, added[name]], dim=1) if name in added else tensor for name, tensor in call.items()}


def test_nothing_changes_at_the_start(family: str) -> None:
    call = make_call(family)
    assert torch.equal(logits(make_base(family), call), logits(attached(family), call))


def test_nothing_changes_at_the_start_in_bfloat16(family: str) -> None:
    call = {name: t.bfloat16() if t.is_floating_point() else t for name, t in make_call(family).items()}
    base = make_base(family).bfloat16()
    before = logits(base, call)
    assert torch.equal(before, logits(CvaaModel(base, CvaaConfig.for_base(base, shared_size=8)), call))


def test_open_gates_change_the_logits_and_detaching_brings_the_base_back(family: str) -> None:
    call = make_call(family)
    model = with_open_gates(attached(family))
    changed = logits(model, call)
    base = model.detach()
    assert not torch.allclose(changed, logits(base, call), atol=1e-4)
    assert torch.equal(logits(base, call), logits(make_base(family), call))


def test_only_vision_tokens_are_changed(family: str) -> None:
    model, call = with_open_gates(attached(family)), make_call(family)
    seen: list[torch.Tensor] = []
    language_model = model.base.get_submodule("model.language_model")
    language_model.register_forward_pre_hook(lambda m, a, k: seen.append(k["inputs_embeds"]), with_kwargs=True)
    logits(model, call)
    plain = copy.deepcopy(seen[0])
    for side in (model.adapter.uav, model.adapter.satellite):
        side.gate.data.zero_()
    logits(model, call)
    changed = (plain != seen[1]).any(dim=-1)[0].nonzero()[:, 0].tolist()
    positions = sorted(int(place) for block, _ in model.layouts[0] for place in block.positions)
    assert changed == positions


def test_gradients_reach_the_adapter_alone(family: str) -> None:
    model, call = with_open_gates(attached(family)), make_call(family)
    model.train()
    loss = model(**call).logits.float().logsumexp(-1).mean()
    (alignment,) = model.alignments
    assert alignment is not None
    footprints = torch.ones_like(alignment.similarity)
    footprints[:, 0] = 5.0
    (loss + footprint_loss(alignment, footprints)).backward()
    assert all(parameter.grad is None for parameter in model.base.parameters())
    lacking = [name for name, parameter in model.adapter.named_parameters() if parameter.grad is None]
    assert lacking == []
    assert all(bool(p.grad.abs().sum() > 0) for p in model.adapter.parameters() if p.grad is not None)


def test_gradient_checkpointing_gives_the_same_gradients(family: str) -> None:
    gradients = []
    for checkpointing in (False, True):
        model = with_open_gates(attached(family)).train()
        if checkpointing:
            model.base.gradient_checkpointing_enable({"use_reentrant": False})
        model(**make_call(family)).logits.float().logsumexp(-1).mean().backward()
        gradients.append([parameter.grad for parameter in model.adapter.parameters() if parameter.grad is not None])
    assert len(gradients[0]) == len(gradients[1]) > 0
    for plain, checkpointed in zip(*gradients, strict=True):
        torch.testing.assert_close(plain, checkpointed)


def test_a_saved_adapter_gives_the_same_logits(family: str, tmp_path: Path) -> None:
    model, call = with_open_gates(attached(family)), make_call(family)
    model.save_pretrained(tmp_path)
    again = CvaaModel.from_pretrained(make_base(family), tmp_path)
    assert torch.equal(logits(model, call), logits(again, call))
    assert {path.name for path in tmp_path.iterdir()} == {"adapter_config.json", "adapter_model.safetensors"}


def test_words_are_generated_as_by_whole_calls_one_after_another(family: str) -> None:
    model, call = with_open_gates(attached(family)), make_call(family)
    with torch.no_grad():
        words = model.generate(**call, max_new_tokens=4, do_sample=False, eos_token_id=99)
    for _ in range(4):
        model.base.model.rope_deltas = None  # What Qwen's own generation leaves behind.
        call = with_word(call, logits(model, call)[:, -1].argmax(-1))
    assert words.tolist() == call["input_ids"].tolist()


def test_beams_see_what_their_sample_saw() -> None:
    model, call = with_open_gates(attached("qwen2_5_vl")), make_call("qwen2_5_vl")
    with torch.no_grad():
        words = model.generate(**call, max_new_tokens=2, do_sample=False, num_beams=2, num_return_sequences=2)
    assert len(words) == 2
    assert [len(layout) for layout in model.layouts] == [2, 2]


def test_a_batch_gives_what_each_sample_gives_alone(family: str) -> None:
    model = with_open_gates(attached(family))
    first, second = make_call(family, seed=0), make_call(family, seed=3)
    together = logits(model, batch_of(first, second, padding=3))
    torch.testing.assert_close(together[:1, 3:], logits(model, first), atol=1e-4, rtol=1e-4)


def test_a_call_without_a_map_passes_untouched() -> None:
    model, call = with_open_gates(attached("qwen2_5_vl")), make_call("qwen2_5_vl")
    without = {name: t for name, t in call.items() if name not in ("pixel_values", "image_grid_thw")}
    without["input_ids"] = call["input_ids"].clone()
    without["input_ids"][without["input_ids"] == 90] = 5
    without["mm_token_type_ids"] = call["mm_token_type_ids"] * (call["mm_token_type_ids"] == 2)
    assert torch.equal(logits(model, without), logits(make_base("qwen2_5_vl"), without))
    assert model.alignments == [None]


def test_a_call_of_text_alone_passes_untouched(family: str) -> None:
    model = with_open_gates(attached(family))
    call = {"input_ids": torch.tensor([[5, 7, 8]]), "attention_mask": torch.ones(1, 3, dtype=torch.long)}
    assert torch.equal(logits(model, call), logits(make_base(family), call))


def test_frames_as_images_end_with_as_many_maps_as_a_call_says() -> None:
    model, call = attached("internvl"), make_call("internvl")
    with model.satellites([2]):
        logits(model, call)
    assert [role for _, role in model.layouts[0]] == ["uav", "uav", "satellite", "satellite"]
    logits(model, call)
    assert [role for _, role in model.layouts[0]] == ["uav", "uav", "uav", "satellite"]


def test_the_number_of_maps_is_told_for_every_sample() -> None:
    model = attached("internvl")
    with model.satellites([1, 1]), pytest.raises(AdapterError, match="2 samples, but the call has 1"):
        logits(model, make_call("internvl"))


def test_an_adapter_of_another_model_is_refused(tmp_path: Path) -> None:
    attached("qwen2_5_vl").save_pretrained(tmp_path)
    with pytest.raises(AdapterError, match="family qwen2_5_vl"):
        CvaaModel.from_pretrained(make_base("internvl"), tmp_path)


def test_a_model_of_an_unknown_family_is_refused() -> None:
    with pytest.raises(AdapterError, match="it knows qwen2_5_vl"):
        CvaaConfig.for_base(torch.nn.Linear(2, 2))


def _truncate(folder: Path) -> None:
    path = folder / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-10])


def _pickle_only(folder: Path) -> None:
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")


def _other_version(folder: Path) -> None:
    _change(folder, format=2)


def _other_kind(folder: Path) -> None:
    _change(folder, peft_type="LORA")


def _other_width(folder: Path) -> None:
    _change(folder, hidden_size=64)


def _no_json(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("{", encoding="utf-8")


def _nothing(folder: Path) -> None:
    (folder / "adapter_config.json").unlink()


def _change(folder: Path, **fields: object) -> None:
    path = folder / "adapter_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **fields}), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_truncate, "is damaged"),
        (_pickle_only, "adapter_model.bin is a pickle, which can run code, and is not read"),
        (_other_version, "another version of links2"),
        (_other_kind, "of the kind 'LORA'"),
        (_other_width, "hidden_size 64"),
        (_no_json, "is damaged"),
        (_nothing, "No adapter in"),
    ],
)
def test_what_is_no_adapter_of_this_model_is_refused_with_the_reason(damage: Any, said: str, tmp_path: Path) -> None:
    attached("qwen2_5_vl").save_pretrained(tmp_path)
    damage(tmp_path)
    with pytest.raises(AdapterError, match=said):
        CvaaModel.from_pretrained(make_base("qwen2_5_vl"), tmp_path)


def test_weights_of_another_layout_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    attached("qwen2_5_vl").save_pretrained(tmp_path)
    path = tmp_path / "adapter_model.safetensors"
    weights = load_file(path)
    weights["something_else"] = weights.pop("log_scale")
    save_file(weights, path)
    with pytest.raises(AdapterError, match="log_scale, something_else"):
        CvaaModel.from_pretrained(make_base("qwen2_5_vl"), tmp_path)
