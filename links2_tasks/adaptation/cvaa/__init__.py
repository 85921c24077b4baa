"""The Cross-View Alignment Adapter (CVAA): what the UAV sees and the map below it, compared inside the model.

Its design is this project's own; the inside of the paper's adapter is not known to us.
"""

from links2_tasks.adaptation.cvaa._blocks import Block, Inputs, blocks_of, roles_of
from links2_tasks.adaptation.cvaa._config import FAMILIES, CvaaConfig, Family
from links2_tasks.adaptation.cvaa._footprints import other_regions, token_shares
from links2_tasks.adaptation.cvaa._layer import Alignment, CrossViewAlignment, View
from links2_tasks.adaptation.cvaa._losses import contrastive_loss, footprint_loss
from links2_tasks.adaptation.cvaa._model import CvaaModel

__all__ = [
    "FAMILIES",
    "Alignment",
    "Block",
    "CrossViewAlignment",
    "CvaaConfig",
    "CvaaModel",
    "Family",
    "Inputs",
    "View",
    "blocks_of",
    "contrastive_loss",
    "footprint_loss",
    "other_regions",
    "roles_of",
    "token_shares",
]
