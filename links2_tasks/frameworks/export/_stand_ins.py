"""What stands in, in every export, for what this package has and an upstream project has not."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from links2_tasks import taxonomy
from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.export._plan import Redirect, Replacement, Root
from links2_tasks.frameworks.export._source import SourcePackage

PACKAGE = "links2_tasks"

VARIANTS_LEFT_OUT = ("aligned",)
"""They need the feature matching of a baseline, which is more than a reviewer of tasks should have to read."""

REDIRECTS = (
    Redirect(
        "links2_tasks.construction.mini.data_root",
        "links2_tasks.dataset.find_root",
        reason="The simulator that makes the default dataset stays here; upstream, LINKS2_DATA must name a dataset.",
    ),
)

KEPT_OUT = tuple(
    f"{PACKAGE}.{part}" for part in ("_console", "baselines", "cli", "construction", "media._torchcodec", "report")
)
"""What no export may hold: its use is here, and it would multiply what a reviewer has to read."""


def source_package() -> SourcePackage:
    """This package on disk.

    Raises:
        FrameworkError: it is not installed as files.
    """
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise FrameworkError("links2_tasks is not installed as a folder of files, so it cannot be exported.")
    return SourcePackage(PACKAGE, Path(found.submodule_search_locations[0]))


def variants() -> tuple[taxonomy.Variant, ...]:
    """The variants that go upstream."""
    return tuple(variant for variant in taxonomy.variants() if variant.name not in VARIANTS_LEFT_OUT)


def changes() -> tuple[str, ...]:
    """The changes of questions that go upstream."""
    return tuple(sorted({variant.change for variant in variants() if variant.change is not None}))


def roots_of_changes() -> tuple[Root, ...]:
    """Where the changes stand; they are imported by name, when they are asked for."""
    return tuple(Root(f"{PACKAGE}.variants.{change}", ("change",)) for change in changes())


def replacements() -> tuple[Replacement, ...]:
    """Definitions with another text upstream; what they say of the tasks is read from the task files now."""
    return (
        Replacement(
            "links2_tasks.taxonomy.__doc__",
            '"""The tasks of links2."""',
            reason="The task files are read when the export is made.",
        ),
        Replacement(
            "links2_tasks.taxonomy.groups",
            _GROUPS.format(groups=taxonomy.groups()[:-1]),
            reason="The task files are read when the export is made.",
        ),
        Replacement(
            "links2_tasks.taxonomy.variants",
            _variants_text(),
            reason="The task files are read when the export is made.",
        ),
        Replacement(
            "links2_tasks.variants._change.CHANGES",
            f"CHANGES = {changes()!r}\n{_CHANGES_NOTE}",
            reason="Not all changes go upstream.",
        ),
        Replacement(
            "links2_tasks.frameworks._progress.progress_of",
            _PROGRESS_OF,
            reason="No change that goes upstream takes long.",
        ),
        Replacement(
            "links2_tasks.taxonomy.BENCHMARK_VERSION",
            f"BENCHMARK_VERSION = {taxonomy.BENCHMARK_VERSION!r}\n{_VERSION_NOTE}",
            reason="The task files are read when the export is made.",
        ),
        Replacement(
            "links2_tasks.dataset._find._HOW_TO_MAKE_ONE",
            _HOW_TO_MAKE_ONE,
            reason="Upstream has neither the command `links2` nor a default dataset.",
        ),
        Replacement(
            "links2_tasks.media._decode._chosen_decoder",
            _CHOSEN_DECODER,
            reason="One decoder is enough to read: both give the same frames, and PyAV is there already.",
        ),
        Replacement(
            "links2_tasks.errors.MissingExtraError",
            _MISSING_PACKAGE,
            reason="Upstream has none of this package's extras.",
        ),
    )


_GROUPS = '''
def groups() -> tuple[Group, ...]:
    """One group for each dimension, then 'all'."""
    found = {groups!r}
    return (*found, Group("all", tuple(task_ for group in found for task_ in group.tasks)))
'''

_CHANGES_NOTE = '"""Names of the changes; each is a module of this package with a function `change`."""'

_PROGRESS_OF = '''
@contextmanager
def progress_of(title: str) -> Iterator[Callable[[str], None]]:
    """Shows nothing: no change takes long enough."""
    yield lambda step: None
'''


def _variants_text() -> str:
    listed = "".join(_VARIANT.format(each=each, tasks=tuple(task.name for task in each.tasks)) for each in variants())
    return f'''
def variants() -> tuple[Variant, ...]:
    """All variants, in the order of their names."""
    return (
{listed}    )
'''


_VARIANT = """\
        Variant(
            name={each.name!r},
            summary={each.summary!r},
            change={each.change!r},
            settings={each.settings!r},
            tasks=tuple(map(task, {tasks!r})),
        ),
"""

_VERSION_NOTE = '"""`N-X`: N changes when scores stop being comparable, X when an interface changes."""'

_HOW_TO_MAKE_ONE = """
_HOW_TO_MAKE_ONE = (
    f"Set {DATA_VARIABLE} to the folder of a links2 dataset, or to the id of one on the Hugging Face Hub as "
    "owner/name. The package links2-tasks makes them from simulated or real flights."
)
"""

_CHOSEN_DECODER = """
def _chosen_decoder() -> type[PyavSource]:
    return PyavSource
"""

_MISSING_PACKAGE = '''
class MissingExtraError(Links2Error):
    """A feature needs a package that is not installed."""

    def __init__(self, feature: str, package: str, extra: str) -> None:
        """Name the `feature` and the `package` that was looked for; `extra` is where else links2-tasks needs it."""
        super().__init__(
            f"{feature} needs the package '{package}', which is not installed. Install it with: pip install {package}"
        )
'''
