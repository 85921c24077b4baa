"""The command `links2`: one command per verb. A command calls one function of the package and prints what it returns."""

# The modules add their commands to the application when they are imported, in the order of the help page.
from links2_tasks.cli import _tasks, _frameworks, _models, _run, _cache  # noqa: F401, I001
from links2_tasks.cli import _report, _compare, _mistakes, _audit  # noqa: F401
from links2_tasks.cli import _data, _build, _import, _filter, _review, _release  # noqa: F401
from links2_tasks.cli._app import app, main

__all__ = ["app", "main"]
