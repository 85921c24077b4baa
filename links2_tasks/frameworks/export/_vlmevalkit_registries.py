"""The lines about LinkS2 in VLMEvalKit's two registries of datasets."""

from __future__ import annotations

from links2_tasks.frameworks.export._patch import Insertion, file_patch

COMMIT = "e8e78f05"
"""Of VLMEvalKit; the lines around ours are as they stand there."""

_CLASSES = "vlmeval/dataset/__init__.py"
_CONFIGS = "vlmeval/dataset/video_dataset_config.py"

# New benchmarks are added at the ends of upstream's lists. A patch that touches the ends fits for some days; amid the
# lists, lines stay as they are for months.
INSERTIONS = (
    Insertion(
        path=_CLASSES,
        line=66,
        before=("from .image_yorn import ImageYORNDataset",),
        added=("from .links2 import LinkS2, LinkS2Video",),
        after=("from .longdocurl import LongDocURL",),
    ),
    Insertion(
        path=_CLASSES,
        line=294,
        before=("    CreationMMBenchDataset, HLEDataset, ImageShortQADataset, MMAlignBench, OmniDocBench,",),
        added=("    LinkS2,",),
        after=("    VLM2Bench, VMCBenchDataset, EMMADataset, MME_CoT, MOAT, MedXpertQA_MM_test,",),
    ),
    Insertion(
        path=_CLASSES,
        line=328,
        before=("    MLVU, MLVU_MCQ, MLVU_OpenEnded,",),
        added=("    LinkS2Video,",),
        after=("    TempCompass, TempCompass_MCQ, TempCompass_Captioning, TempCompass_YorN,",),
    ),
    Insertion(
        path=_CONFIGS,
        line=398,
        before=("]", ""),
        added=(
            "# 32 frames as a video beside the satellite image; frames as images are datasets of the class LinkS2",
            "links2_dataset = {",
            "    name: partial(LinkS2Video, dataset=name)",
            "    for name in LinkS2Video.supported_datasets()",
            "}",
            "dataset_groups += [links2_dataset]",
            "",
        ),
        after=("for grp in dataset_groups:",),
    ),
)


def registries_patch() -> str:
    """A patch of both files."""
    files = dict.fromkeys(one.path for one in INSERTIONS)
    return "".join(file_patch(*(one for one in INSERTIONS if one.path == path)) for path in files)
