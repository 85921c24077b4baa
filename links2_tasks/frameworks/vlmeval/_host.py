"""Where VLMEvalKit is: the package ms-vlmeval, or a checkout of upstream. Both are imported as `vlmeval`.

Looking is quick. Importing takes 15 to 20 s, since VLMEvalKit imports all of its datasets and models.
"""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType
from typing import Literal

from links2_tasks.errors import FrameworkError

_PACKAGE = "vlmeval"
_RUNNER = "run.py"
_MARKS = (_RUNNER, "vlmeval/dataset/__init__.py")
"""What tells a checkout from any other folder."""
_HOW_TO_GET_IT = (
    "Install it with: python -m pip install 'links2-tasks[vlmeval]'; or name a checkout of "
    "https://github.com/open-compass/VLMEvalKit with --checkout DIR, or start in its folder."
)


@dataclass(frozen=True)
class Host:
    """A VLMEvalKit that can be run."""

    kind: Literal["package", "checkout"]
    folder: Path
    """The folder that holds the package `vlmeval`."""
    version: str
    """For people: 'ms-vlmeval 0.0.20', or 'VLMEvalKit checkout e8e78f05'."""
    runner: Path
    """The file of its own runner."""


def find_host(checkout: Path | None = None) -> Host:
    """The VLMEvalKit to use: `checkout`, else the current folder if it is one, else the installed package.

    Raises:
        FrameworkError: `checkout` is none, or nothing is found.
    """
    if checkout is not None:
        lacking = [mark for mark in _MARKS if not (checkout / mark).is_file()]
        if lacking:
            raise FrameworkError(
                f"{checkout} is no checkout of VLMEvalKit: it has no {' and no '.join(lacking)}. Get one with: "
                "git clone https://github.com/open-compass/VLMEvalKit"
            )
        return _checkout(checkout)
    if _is_checkout(Path.cwd()):
        return _checkout(Path.cwd())
    return _installed()


def import_runner(host: Host) -> ModuleType:
    """Import VLMEvalKit by its own runner, which comes first: it limits a process of torchrun to its GPUs.

    Raises:
        FrameworkError: another VLMEvalKit is in use already, or this one cannot be imported.
    """
    name = f"{_PACKAGE}.run"
    if host.kind == "checkout":
        name = "run"
        # First, as `python run.py` has it: an installed package of the same name must not be found before it.
        sys.path.insert(0, str(host.folder))
    _refuse_another(host, _PACKAGE, host.folder / _PACKAGE / "__init__.py")
    _refuse_another(host, name, host.runner)
    try:
        runner = importlib.import_module(name)
    except ImportError as error:
        raise FrameworkError(_why_not(host, error)) from error
    if not callable(getattr(runner, "main", None)):
        raise FrameworkError(f"{host.runner} has no function main, so this version ({host.version}) cannot be started.")
    return runner


def _is_checkout(folder: Path) -> bool:
    return all((folder / mark).is_file() for mark in _MARKS)


def _checkout(folder: Path) -> Host:
    folder = folder.resolve()
    return Host("checkout", folder, f"VLMEvalKit checkout {_commit(folder)}", folder / _RUNNER)


def _installed() -> Host:
    spec = importlib.util.find_spec(_PACKAGE)
    # A folder without __init__.py is found too, as a namespace: any folder of that name would do.
    if spec is None or spec.origin is None:
        raise FrameworkError(
            f"VLMEvalKit is not installed: there is no package '{_PACKAGE}', and the current folder is no checkout of "
            f"it ({', '.join(_MARKS)}). {_HOW_TO_GET_IT}"
        )
    package = Path(spec.origin).resolve().parent
    if (package / _RUNNER).is_file():
        return Host("package", package.parent, _package_version(), package / _RUNNER)
    # A checkout that was installed in place.
    if _is_checkout(package.parent):
        return _checkout(package.parent)
    raise FrameworkError(
        f"The package '{_PACKAGE}' in {package} has no runner: upstream keeps its {_RUNNER} beside the package and "
        f"does not install it. {_HOW_TO_GET_IT}"
    )


def _package_version() -> str:
    for name in ("ms-vlmeval", _PACKAGE):
        try:
            return f"{name} {distribution(name).version}"
        except PackageNotFoundError:
            continue
    return f"{_PACKAGE} of unknown version"


def _commit(folder: Path) -> str:
    """The first digits of the commit, or 'of unknown commit'."""
    command = ["git", "-C", str(folder), "rev-parse", "--show-toplevel", "--short=8", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return "of unknown commit"
    lines = done.stdout.splitlines()
    # A folder that was copied into another repository would show the commit of that one.
    if done.returncode != 0 or len(lines) != 2 or Path(lines[0]).resolve() != folder:
        return "of unknown commit"
    return lines[1]


def _refuse_another(host: Host, name: str, file: Path) -> None:
    origin = getattr(sys.modules.get(name), "__file__", None)
    if origin is not None and Path(origin).resolve() != file.resolve():
        raise FrameworkError(
            f"The module '{name}' is imported already from {origin}, and that of {host.version} is {file}. One process "
            "can use only one of them: start a new one."
        )


def _why_not(host: Host, error: ImportError) -> str:
    lacking = error.name if isinstance(error, ModuleNotFoundError) else None
    if lacking is None or lacking.partition(".")[0] == _PACKAGE:
        return f"{host.version} in {host.folder} cannot be imported: {error}. {_HOW_TO_GET_IT}"
    package = lacking.partition(".")[0]
    every = f", and everything that it lists: python -m pip install -r {host.folder / 'requirements.txt'}"
    return (
        f"{host.version} in {host.folder} cannot be imported: it needs the package '{package}', which is not "
        f"installed. Install it with: python -m pip install {package}{every if host.kind == 'checkout' else ''}"
    )
