"""What stands in, in the export for VLMEvalKit, for what the plug-in has and the framework has not."""

from __future__ import annotations

from links2_tasks.frameworks.export._lmms_eval_catalogue import PAPER
from links2_tasks.frameworks.export._plan import Passage, Replacement

_PLUGIN = "links2_tasks.frameworks.vlmeval"

_MODULE = f'''"""LinkS2: questions about a UAV video and a satellite image together, in twelve tasks.

In the spirit of LinkS2Bench ({PAPER}). Tasks and data are those of links2-tasks and not
the paper's, so scores are not comparable with the paper's.

Frames go in as images by default, and the class is then one of images: the sampling is the benchmark's own and not a
wrapper's, and wrappers of video models neither rename nor drop the satellite image.
"""'''

_CACHE_FOLDER = '''
def cache_folder() -> Path:
    """The folder, beside the images of other datasets; it need not be there yet, and may be emptied."""
    return Path(LMUDataRoot()) / "images" / "LinkS2"
'''

_ASKED_OF = '''
def _asked_of(each: AnsweredLine, settings: PromptSettings) -> Asked | None:
    """What was shown. A model is asked also where nothing could be; what it says then is no answer to the question."""
    return _shown.recall(each.line.text, settings)
'''

REPLACEMENTS = (
    Replacement(
        f"{_PLUGIN}.datasets.__doc__",
        _MODULE,
        reason="Upstream, a dataset's file names its paper.",
    ),
    Replacement(
        "links2_tasks._folders.cache_folder",
        _CACHE_FOLDER,
        reason="Upstream keeps the images of a dataset below LMUData/images, and does not require platformdirs.",
        imports=("from vlmeval.smp import LMUDataRoot",),
    ),
    Replacement(
        f"{_PLUGIN}._evaluate._asked_of",
        _ASKED_OF,
        reason="Only the plug-in can keep a model from being asked, and marks such a question in the result file.",
    ),
)

PASSAGES = (
    Passage(
        f"{_PLUGIN}.datasets",
        """\
        else:
            _messages.LINE_OF_MESSAGE.put(shown.message, line.text)
""",
        "",
        reason="The models without weights, which look a message's question up, stay here.",
    ),
    Passage(
        f"{_PLUGIN}.datasets",
        "it shows nothing; no model is asked, and the sample row says why.",
        "it shows nothing; the sample row says why, whatever is replied.",
        reason="Only the plug-in can keep a model from being asked.",
    ),
    Passage(
        f"{_PLUGIN}._names",
        "`links2 tasks` lists tasks and dimensions.",
        "Tasks and dimensions stand in vlmeval/dataset/utils/links2/taxonomy.py.",
        reason="Upstream has no command `links2`.",
    ),
    Passage(
        "links2_tasks.media._recall",
        "set XDG_CACHE_HOME to another disk",
        "set LMUData to a folder on another disk",
        reason="Upstream keeps everything below LMUData.",
    ),
    *(
        Passage(
            "links2_tasks.taxonomy",
            f'''
    @property
    def lmms_eval_name(self) -> str:
        """Name of the {what} in lmms-eval."""
        return PREFIX + self.name
''',
            "",
            reason="It is of no use in VLMEvalKit.",
        )
        for what in ("task", "group", "variant")
    ),
)
