"""What the adapter learns from: where a frame lies on the map, and which part of the map belongs to which frame."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from links2_tasks.adaptation.cvaa._layer import Alignment

MOST_SHARED = 0.1
"""Two regions are different when they share less than this of the smaller one."""


def footprint_loss(alignment: Alignment, footprints: Tensor) -> Tensor:
    """Cross-entropy of the similarity map against the footprint.

    Args:
        alignment: Of one sample.
        footprints: (frames, M) share of each satellite token's ground that the frame shows; rows of zeros for frames
            whose ground is on none of the images.

    Returns:
        Scalar; 0 where no frame's ground is on the images.
    """
    seen = footprints.sum(dim=1) > 0
    if not bool(seen.any()):
        return alignment.similarity.sum() * 0.0
    wanted = footprints[seen] / footprints[seen].sum(dim=1, keepdim=True)
    return -(wanted * functional.log_softmax(alignment.similarity[seen], dim=1)).sum(dim=1).mean()


def contrastive_loss(alignment: Alignment, footprints: Tensor, others: Tensor, scale: Tensor) -> Tensor:
    """Symmetric InfoNCE between frames and their regions of the map.

    Frames whose regions overlap are no negatives of one another. Other regions of the same map are hard negatives: the
    same city, the same light, another place.

    Args:
        alignment: Of one sample.
        footprints: (frames, M) as in `footprint_loss`.
        others: (K, M) other regions of the same map, as shares of tokens.
        scale: Factor of the cosines, as `CrossViewAlignment.log_scale.exp()`.

    Returns:
        Scalar; 0 where no frame's ground is on the images.
    """
    seen = footprints.sum(dim=1) > 0
    if not bool(seen.any()):
        return alignment.similarity.sum() * 0.0
    own = footprints[seen]
    regions = torch.cat([own, others.to(own)])
    logits = scale.float() * alignment.frames[seen] @ _region_vectors(alignment.ground, regions).T
    apart = _apart(own, regions) | torch.eye(len(own), len(regions), dtype=torch.bool, device=own.device)
    logits = logits.masked_fill(~apart, float("-inf"))
    right = torch.arange(len(own), device=own.device)
    return (functional.cross_entropy(logits, right) + functional.cross_entropy(logits[:, : len(own)].T, right)) / 2


def _region_vectors(ground: Tensor, regions: Tensor) -> Tensor:
    """(R, d) unit vectors of regions (R, M): the mean of their tokens."""
    return functional.normalize(regions @ ground, dim=-1)


def _apart(first: Tensor, second: Tensor) -> Tensor:
    """(R1, R2) whether two regions share next to nothing."""
    shared = torch.minimum(first[:, None], second[None]).sum(dim=-1)
    smaller = torch.minimum(first.sum(dim=1)[:, None], second.sum(dim=1)[None]).clamp(min=1e-6)
    return shared / smaller < MOST_SHARED
