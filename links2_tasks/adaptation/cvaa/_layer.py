"""The adapter itself: both views are compared in one space, and each is told what it matches in the other.

    uav tokens U (N, D)        -> shared (N, d) --.
                                                   similarity -> for each frame a map over the satellite tokens
    satellite tokens S (M, D)  -> shared (M, d) --'
    U + tanh(gate) * (what it matches on the map, and where that is)
    S + tanh(gate) * (what it matches in the video, and when that is)

Gates are zero at the start, so nothing changes until they are trained.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from links2_tasks.adaptation.cvaa._config import CvaaConfig


@dataclass(frozen=True)
class View:
    """Tokens of one view of one sample."""

    tokens: Tensor
    """(N, D)."""
    place: Tensor
    """(N, 2) row and column of the token's middle in its own image, each 0 to 1."""
    image: Tensor
    """(N,) which frame, or which satellite image, counted from 0."""
    n_images: int


@dataclass(frozen=True)
class Alignment:
    """What the adapter made of one sample."""

    uav: Tensor
    """(N, D) tokens with what they match on the map."""
    satellite: Tensor
    """(M, D) tokens with what they match in the video."""
    similarity: Tensor
    """(frames, M) logits of a map over the satellite tokens for each frame, float32."""
    frames: Tensor
    """(frames, d) unit vectors of frames in the shared space, float32."""
    ground: Tensor
    """(M, d) unit vectors of satellite tokens, float32."""


class CrossViewAlignment(nn.Module):
    """Aligns the tokens of a UAV video and of satellite images."""

    def __init__(self, config: CvaaConfig) -> None:
        """Make the layer with closed gates."""
        super().__init__()
        hidden, shared = config.hidden_size, config.shared_size
        self.uav = _Side(hidden, shared)
        self.satellite = _Side(hidden, shared)
        self.where = nn.Linear(6 * config.n_frequencies, shared)
        self.when = nn.Linear(6 * config.n_frequencies, shared)
        self.log_scale = nn.Parameter(torch.tensor(-math.log(config.temperature)))
        self.n_frequencies = config.n_frequencies

    def forward(self, uav: View, satellite: View) -> Alignment:
        """Compare two views and let each know of the other; shapes as in `View` and `Alignment`."""
        from_uav, from_map = self.uav.shared(uav.tokens), self.satellite.shared(satellite.tokens)
        scale = self.log_scale.exp()
        on_map = self.satellite.content(satellite.tokens) + self.where(self._code(satellite))
        in_video = self.uav.content(uav.tokens) + self.when(self._code(uav))
        seen = _attend(from_uav * scale, from_map, on_map, self.uav.nothing)
        shown = _attend(from_map * scale, from_uav, in_video, self.satellite.nothing)
        frames = functional.normalize(_mean_by_image(from_uav.float(), uav), dim=-1)
        return Alignment(
            uav=self.uav.told(uav.tokens, seen),
            satellite=self.satellite.told(satellite.tokens, shown),
            similarity=scale.float() * frames @ from_map.float().T,
            frames=frames,
            ground=from_map.float(),
        )

    def _code(self, view: View) -> Tensor:
        """(N, 6 * n_frequencies) sines and cosines of row, column and image."""
        order = (view.image.float() + 0.5) / view.n_images
        shares = torch.cat([view.place.float(), order[:, None]], dim=-1)
        turns = 2.0 ** torch.arange(self.n_frequencies, device=shares.device) * math.pi
        angles = (shares[:, :, None] * turns).flatten(1)
        return torch.cat([angles.sin(), angles.cos()], dim=-1).to(self.where.weight.dtype)


class _Side(nn.Module):
    """What one view needs: its way into the shared space, what it tells, and how it is told."""

    def __init__(self, hidden: int, shared: int) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(hidden, eps=1e-6)
        self.compare = nn.Linear(hidden, shared, bias=False)
        self.tell = nn.Linear(hidden, shared, bias=False)
        self.listen = nn.Linear(shared, hidden, bias=False)
        self.gate = nn.Parameter(torch.zeros(()))
        self.nothing = nn.Parameter(torch.randn(shared) / math.sqrt(shared))
        """What a token matches that the other view does not show."""

    def shared(self, tokens: Tensor) -> Tensor:
        """(N, d) unit vectors."""
        return functional.normalize(self.compare(self.norm(tokens)), dim=-1)

    def content(self, tokens: Tensor) -> Tensor:
        """(N, d) what the other view is told."""
        told: Tensor = self.tell(self.norm(tokens))
        return told

    def told(self, tokens: Tensor, heard: Tensor) -> Tensor:
        """(N, D) tokens with what was heard, as far as the gate is open."""
        return tokens + torch.tanh(self.gate) * self.listen(heard)


def _attend(queries: Tensor, keys: Tensor, values: Tensor, nothing: Tensor) -> Tensor:
    """(N, d) mean of values (M, d) by likeness; what is like none of them gets nothing."""
    keys = torch.cat([keys, functional.normalize(nothing, dim=-1)[None].to(keys)])
    values = torch.cat([values, values.new_zeros(1, values.shape[1])])
    return functional.scaled_dot_product_attention(queries[None], keys[None], values[None], scale=1.0)[0]


def _mean_by_image(vectors: Tensor, view: View) -> Tensor:
    """(images, d) means over the tokens of each image."""
    total = vectors.new_zeros(view.n_images, vectors.shape[1]).index_add(0, view.image, vectors)
    number = vectors.new_zeros(view.n_images).index_add(0, view.image, vectors.new_ones(len(vectors)))
    return total / number[:, None].clamp(min=1)
