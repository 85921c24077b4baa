"""What the adapter learns from, on made-up views."""

from __future__ import annotations

import math

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.adaptation.cvaa import (
    Alignment,
    CrossViewAlignment,
    CvaaConfig,
    View,
    contrastive_loss,
    footprint_loss,
)

SIDE, N_FRAMES, HIDDEN = 6, 4, 16


def views(seed: int = 0) -> tuple[View, View, torch.Tensor]:
    """A map of 6 x 6 tokens; each frame shows two by two of them, as they are on the map; and the footprints."""
    torch.manual_seed(seed)
    ground = torch.randn(SIDE * SIDE, HIDDEN)
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    shares = torch.stack([(rows + 0.5) / SIDE, (columns + 0.5) / SIDE], dim=-1).reshape(-1, 2)
    satellite = View(ground, shares, torch.zeros(SIDE * SIDE, dtype=torch.long), 1)
    footprints = torch.zeros(N_FRAMES, SIDE, SIDE)
    for frame in range(N_FRAMES):
        footprints[frame, frame : frame + 2, frame : frame + 2] = 1
    footprints = footprints.flatten(1)
    shown = torch.cat([ground[mask > 0] for mask in footprints])
    corners = torch.tensor([[0.25, 0.25], [0.25, 0.75], [0.75, 0.25], [0.75, 0.75]]).repeat(N_FRAMES, 1)
    uav = View(shown @ mixing(), corners, torch.arange(N_FRAMES).repeat_interleave(4), N_FRAMES)
    return uav, satellite, footprints


def mixing() -> torch.Tensor:
    """How the same ground looks from the UAV: a fixed rotation of its features."""
    drawn = torch.Generator().manual_seed(7)
    found: torch.Tensor = torch.linalg.qr(torch.randn(HIDDEN, HIDDEN, generator=drawn))[0]
    return found


def make_layer() -> CrossViewAlignment:
    torch.manual_seed(3)
    return CrossViewAlignment(CvaaConfig(family="internvl", hidden_size=HIDDEN, shared_size=8))


def test_both_losses_teach_where_frames_lie() -> None:
    layer = make_layer()
    learning = torch.optim.Adam(layer.parameters(), lr=0.02)
    elsewhere = torch.eye(SIDE * SIDE)[[5, 30]]
    for step in range(120):
        uav, satellite, footprints = views(step)
        aligned = layer(uav, satellite)
        loss = footprint_loss(aligned, footprints)
        loss = loss + contrastive_loss(aligned, footprints, elsewhere, layer.log_scale.exp())
        learning.zero_grad()
        loss.backward()
        learning.step()
    uav, satellite, footprints = views(1000)
    with torch.no_grad():
        best = layer(uav, satellite).similarity.argmax(dim=1)
    assert [bool(footprints[frame, place]) for frame, place in enumerate(best)] == [True] * N_FRAMES


def test_frames_whose_ground_is_on_no_map_teach_nothing() -> None:
    layer = make_layer()
    uav, satellite, footprints = views()
    with torch.no_grad():
        aligned = layer(uav, satellite)
    nowhere = torch.zeros_like(footprints)
    assert float(footprint_loss(aligned, nowhere)) == 0.0
    assert float(contrastive_loss(aligned, nowhere, nowhere[:1] + 1, torch.tensor(5.0))) == 0.0
    some = footprints.clone()
    some[1:] = 0
    wanted = -torch.log_softmax(aligned.similarity[0], 0)[some[0] > 0].mean()
    torch.testing.assert_close(footprint_loss(aligned, some), wanted)


def test_regions_that_overlap_are_no_negatives() -> None:
    frames = torch.nn.functional.normalize(torch.randn(2, 4), dim=-1)
    ground = torch.nn.functional.normalize(torch.randn(3, 4), dim=-1)
    aligned = Alignment(frames, ground, frames @ ground.T, frames, ground)
    same = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
    loss = contrastive_loss(aligned, same, torch.zeros(0, 3), torch.tensor(5.0))
    assert float(loss) == 0.0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), open_gate=st.floats(-2, 2))
def test_the_order_of_map_tokens_does_not_matter(seed: int, open_gate: float) -> None:
    layer = make_layer()
    for side in (layer.uav, layer.satellite):
        side.gate.data.fill_(open_gate)
    uav, satellite, _ = views(seed)
    order = torch.randperm(SIDE * SIDE)
    shuffled = View(satellite.tokens[order], satellite.place[order], satellite.image[order], 1)
    with torch.no_grad():
        plain, other = layer(uav, satellite), layer(uav, shuffled)
    torch.testing.assert_close(plain.uav, other.uav, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(plain.similarity[:, order], other.similarity, atol=1e-4, rtol=1e-4)


def test_at_the_start_the_adapter_is_small_and_its_gates_are_closed() -> None:
    config = CvaaConfig(family="qwen2_5_vl", hidden_size=3584)
    with torch.device("meta"):
        layer = CrossViewAlignment(config)
    n_parameters = sum(parameter.numel() for parameter in layer.parameters())
    assert n_parameters < 0.03 * 7.6e9
    assert math.isclose(n_parameters, 6 * 3584 * 256, rel_tol=0.05)
    uav, satellite, _ = views()
    aligned = make_layer()(uav, satellite)
    assert torch.equal(aligned.uav, uav.tokens)
    assert torch.equal(aligned.satellite, satellite.tokens)
