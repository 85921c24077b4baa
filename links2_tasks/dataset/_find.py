"""Where a dataset lies: an argument, the variable LINKS2_DATA, or a dataset of the Hugging Face Hub."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path

from links2_tasks._folders import cache_folder
from links2_tasks.dataset._layout import INFO_FILE
from links2_tasks.errors import DataError, MissingExtraError

DATA_VARIABLE = "LINKS2_DATA"

_HUB_ID = re.compile(r"(?P<repo>\w[\w.-]*/\w[\w.-]*)(?:@(?P<revision>[\w./-]+))?")
_HOW_TO_MAKE_ONE = (
    "Make one with `links2 simulate --out FOLDER` and `links2 build FOLDER --out ROOT`, "
    f"then set {DATA_VARIABLE}=ROOT; or unset {DATA_VARIABLE} to use the simulated default."
)


def find_root(root: str | Path | None = None) -> Path:
    """Folder of a dataset.

    Args:
        root: a folder, or the id of a Hub dataset as `owner/name` or `owner/name@revision`. None takes the value of
            the environment variable LINKS2_DATA. A folder that exists wins over a Hub dataset of the same name.

    Returns:
        The absolute path of a folder that holds a `dataset.json`.

    Raises:
        DataError: nothing is named, nothing is there, or the Hub dataset cannot be fetched.
    """
    asked = str(root) if root is not None else os.environ.get(DATA_VARIABLE, "")
    if not asked:
        raise DataError(f"No dataset is named, and {DATA_VARIABLE} is not set. {_HOW_TO_MAKE_ONE}")
    folder = Path(asked).expanduser().absolute()
    hub = _HUB_ID.fullmatch(asked)
    if not folder.exists() and hub and not isinstance(root, Path):
        folder = _fetch(hub["repo"], hub["revision"])
    return _checked(folder, f"{DATA_VARIABLE}={asked}" if root is None else asked)


def _checked(folder: Path, asked: str) -> Path:
    if not folder.exists():
        raise DataError(f"There is no dataset at {folder} (asked for: {asked}). {_HOW_TO_MAKE_ONE}")
    if not folder.is_dir():
        raise DataError(f"{folder} is a file (asked for: {asked}). Name the folder that holds {INFO_FILE} instead.")
    if not (folder / INFO_FILE).is_file():
        raise DataError(
            f"{folder} holds no {INFO_FILE}, so it is not a links2 dataset (asked for: {asked}). If it holds flights, "
            f"build a dataset from them: `links2 build {folder} --out ROOT`."
        )
    return folder


@lru_cache(maxsize=8)
def _fetch(repo: str, revision: str | None) -> Path:
    """Folder with the files of a Hub dataset; asked of the Hub once in a process.

    The files go to a folder of their own: the Hub's shared cache is made of links that leave the snapshot's folder,
    and a dataset must not reach outside its root.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise MissingExtraError("A dataset of the Hugging Face Hub", "huggingface_hub", "lmms-eval") from error
    folder = cache_folder() / "hub" / f"{repo}@{revision or 'main'}".replace("/", "--")
    try:
        snapshot_download(repo, repo_type="dataset", revision=revision, local_dir=folder)
    except (OSError, ValueError) as error:  # All errors of the Hub and of its ids derive from these two.
        raise DataError(
            f"There is no folder {Path(repo).absolute()}, and the Hub dataset '{repo}' could not be fetched: {error} "
            f"Check the id and the network. {_HOW_TO_MAKE_ONE}"
        ) from error
    return folder
