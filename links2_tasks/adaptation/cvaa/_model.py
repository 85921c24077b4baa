"""A base model with the adapter at the entry of its language model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from links2_tasks.adaptation.cvaa._blocks import Block, Inputs, Role, blocks_of, roles_of
from links2_tasks.adaptation.cvaa._config import CvaaConfig
from links2_tasks.adaptation.cvaa._files import read_adapter, write_adapter
from links2_tasks.adaptation.cvaa._layer import Alignment, CrossViewAlignment, View
from links2_tasks.errors import AdapterError


class CvaaModel(nn.Module):
    """A Hugging Face vision-language model whose two views are aligned before its language model reads them.

    The base model stays as it is, with its weights frozen: the adapter changes the embedding sequence on its way into
    the language model, through hooks that `detach` takes off again. `generate`, `config` and whatever else is asked for
    are the base model's own.
    """

    def __init__(self, base: nn.Module, config: CvaaConfig) -> None:
        """Put a new adapter, with closed gates, on a base model and freeze the model.

        Raises:
            AdapterError: the adapter is of another family or width than the model.
        """
        super().__init__()
        _check_fit(config, base)
        self.base = base.requires_grad_(False)
        self.cvaa_config = config
        self.adapter = CrossViewAlignment(config).to(_device_of(base))
        self.alignments: list[Alignment | None] = []
        """Of each sample of the newest call that held vision tokens; None where one view is missing."""
        self.layouts: list[list[tuple[Block, Role]]] = []
        """The blocks of the same samples."""
        self._inputs: Inputs | None = None
        self._asked: Inputs | None = None
        self._n_satellite: Sequence[int] | None = None
        inner = base.get_submodule("model")
        self._hooks = (
            inner.register_forward_pre_hook(self._remember, with_kwargs=True),
            inner.get_submodule("language_model").register_forward_pre_hook(self._align, with_kwargs=True),
        )

    @classmethod
    def from_pretrained(cls, base: nn.Module, folder: str | Path) -> CvaaModel:
        """Put a saved adapter on a base model.

        Raises:
            AdapterError: the folder holds no adapter, a damaged one, or one for another model.
        """
        config, weights = read_adapter(Path(folder))
        model = cls(base, config)
        lacking = model.adapter.load_state_dict(weights, strict=False)
        if lacking.missing_keys or lacking.unexpected_keys:
            names = ", ".join([*lacking.missing_keys, *lacking.unexpected_keys][:5])
            raise AdapterError(f"The weights in {folder} are not those of its adapter_config.json: see {names}.")
        return model

    def save_pretrained(self, folder: str | Path) -> None:
        """Write `adapter_config.json` and `adapter_model.safetensors`; the base model is not written.

        Raises:
            DataError: the folder cannot be written.
        """
        write_adapter(Path(folder), self.cvaa_config, self.adapter.state_dict())

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The base model's own, with both views aligned."""
        return self.base(*args, **kwargs)

    def generate(self, *args: Any, **kwargs: Any) -> Any:
        """The base model's own, with both views aligned."""
        # Newer releases of transformers run the vision encoder first and drop its grids before the first call.
        self._asked = _inputs_of(args, kwargs)
        try:
            return self.base.generate(*args, **kwargs)  # type: ignore[operator]
        finally:
            self._asked = None

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__("base"), name)

    def detach(self) -> nn.Module:
        """Take the adapter off; the base model, as it was."""
        for hook in self._hooks:
            hook.remove()
        return self.base

    @contextmanager
    def satellites(self, numbers: Sequence[int]) -> Iterator[None]:
        """Say how many satellite images each sample of the calls within ends with, where frames are images too."""
        before, self._n_satellite = self._n_satellite, tuple(numbers)
        try:
            yield
        finally:
            self._n_satellite = before

    def _remember(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """What the model is called with, before its vision tokens stand in the sequence."""
        self._inputs = _inputs_of(args, kwargs)

    # Which tokens are whose is read from data: nothing that a compiler could know beforehand.
    @torch.compiler.disable
    def _align(
        self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
        """Change the sequence on its way in; tokens that are generated later pass untouched."""
        inputs, self._inputs = self._inputs, None
        sequence = kwargs.get("inputs_embeds")
        if inputs is None or sequence is None or inputs.input_ids.shape != sequence.shape[:2]:
            return None
        samples = self._samples(inputs)
        if not any(samples):
            return None
        self.layouts = samples
        self.alignments = [_align_sample(self.adapter, sequence[i], blocks) for i, blocks in enumerate(samples)]
        return args, {**kwargs, "inputs_embeds": _with_aligned(sequence, samples, self.alignments)}

    def _samples(self, inputs: Inputs) -> list[list[tuple[Block, Role]]]:
        if self._asked is not None and not inputs.has_grids and self._asked.has_grids:
            return self._samples_of_generate(inputs, self._asked)
        found = blocks_of(self.cvaa_config.family, self.base.config, inputs)
        numbers = self._n_satellite or (self.cvaa_config.n_satellite,) * len(found)
        if len(numbers) != len(found):
            raise AdapterError(f"`satellites` was told of {len(numbers)} samples, but the call has {len(found)}.")
        return [list(zip(blocks, roles_of(blocks, n), strict=True)) for blocks, n in zip(found, numbers, strict=True)]

    def _samples_of_generate(self, inputs: Inputs, asked: Inputs) -> list[list[tuple[Block, Role]]]:
        """Those of what `generate` was called with; beams and several answers repeat each sample."""
        if inputs.input_ids.shape[1] != asked.input_ids.shape[1]:
            return [[] for _ in inputs.input_ids]
        repeats = len(inputs.input_ids) // len(asked.input_ids)
        return [sample for sample in self._samples(asked) for _ in range(repeats)]


def _inputs_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Inputs | None:
    input_ids = kwargs.get("input_ids", args[0] if args else None)
    if input_ids is None:
        return None
    return Inputs(input_ids, *(kwargs.get(name) for name in ("image_grid_thw", "video_grid_thw", "image_sizes")))


def _align_sample(
    adapter: CrossViewAlignment, sequence: Tensor, blocks: Sequence[tuple[Block, Role]]
) -> Alignment | None:
    uav, satellite = (_view(adapter, sequence, blocks, role) for role in ("uav", "satellite"))
    return adapter(uav, satellite) if uav is not None and satellite is not None else None


def _view(
    adapter: CrossViewAlignment, sequence: Tensor, blocks: Sequence[tuple[Block, Role]], role: str
) -> View | None:
    """All tokens of one role; None where there are none."""
    chosen = [block for block, of in blocks if of == role]
    if not chosen:
        return None
    places, images, first = [], [], 0
    for block in chosen:
        times, rows, columns = (
            torch.arange(n, device=sequence.device) for n in (block.times, block.rows, block.columns)
        )
        time, row, column = torch.meshgrid(times, rows, columns, indexing="ij")
        shares = torch.stack([(row + 0.5) / block.rows, (column + 0.5) / block.columns], dim=-1)
        places.append(shares.reshape(-1, 2))
        images.append(first + time.reshape(-1))
        first += block.times
    tokens = sequence[_positions(chosen)].to(adapter.log_scale.dtype)
    return View(tokens, torch.cat(places), torch.cat(images), first)


def _positions(blocks: Sequence[Block]) -> Tensor:
    return torch.cat([block.positions for block in blocks])


def _with_aligned(
    sequence: Tensor, samples: Sequence[Sequence[tuple[Block, Role]]], alignments: Sequence[Alignment | None]
) -> Tensor:
    """(B, L, D) the sequence with aligned tokens in their places."""
    changed = []
    for own, blocks, aligned in zip(sequence, samples, alignments, strict=True):
        if aligned is not None:
            for role, tokens in (("uav", aligned.uav), ("satellite", aligned.satellite)):
                positions = _positions([block for block, of in blocks if of == role])
                own = own.index_copy(0, positions, tokens.to(own.dtype))
        changed.append(own)
    return torch.stack(changed)


def _check_fit(config: CvaaConfig, base: nn.Module) -> None:
    fitting = CvaaConfig.for_base(base)
    for field in ("family", "hidden_size"):
        ours, theirs = getattr(config, field), getattr(fitting, field)
        if ours != theirs:
            raise AdapterError(
                f"This adapter is for base models with {field} {ours} ('{config.base_model}'), and this model has "
                f"{theirs}. Use it with the model that it was trained on."
            )


def _device_of(module: nn.Module) -> torch.device:
    return next(module.parameters()).device
