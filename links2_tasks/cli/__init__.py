"""The command `links2`: one command per verb. A command calls one function of the package and prints what it returns."""

# The modules add their commands to the application when they are imported, in the order of the help page.
from links2_tasks.cli import _tasks, _data, _build, _import, _frameworks, _models, _run, _compare, _report, _mistakes, _audit, _review, _cache, _filter, _release  # noqa: F401, I001
from links2_tasks.cli._app import app, main

__all__ = ["app", "main"]
