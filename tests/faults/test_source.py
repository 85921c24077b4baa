"""What no module of the package does: run what data say, unpickle, start a shell, or fetch code from elsewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from links2_tasks.taxonomy import task_yaml_dir

PACKAGE = Path(__file__).parents[2] / "links2_tasks"

MODULES = {
    *("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"),
    *("pty", "code", "codeop", "imp", "telnetlib", "ftplib", "dbm", "jsonpickle"),
}
"""Modules that are not imported: they turn bytes into objects or start what they are told."""

CALLS = {
    *("eval", "exec", "compile", "__import__"),
    *("os.system", "os.popen", "os.startfile", "subprocess.getoutput", "subprocess.getstatusoutput"),
    *("asyncio.create_subprocess_shell", "runpy.run_path", "runpy.run_module"),
    *("yaml.unsafe_load", "yaml.full_load", "yaml.unsafe_load_all", "yaml.full_load_all", "yaml.load_all"),
    *("pandas.read_pickle", "pd.read_pickle", "torch.hub.load", "tempfile.mktemp"),
}
PREFIXES = ("os.exec", "os.spawn", "os.posix_spawn", "builtins.")
METHODS = {"to_pickle", "read_pickle", "exec_module", "load_module"}
"""Whatever they are called on."""

ALLOWED = {
    # The runner of VLMEvalKit: that of the installed package, or of the checkout that whoever starts the run names.
    ("frameworks/vlmeval/_host.py", "import_module of a computed name"),
    # Names from a table in the same file.
    ("frameworks/doctor.py", "import_module of a computed name"),
    ("baselines/__init__.py", "import_module of a computed name"),
    ("variants/_change.py", "import_module of a computed name"),
    # Modules of optional packages, named by the code that calls.
    ("_extras.py", "import_module of a computed name"),
    # Names from the package's own task files.
    ("frameworks/export/_lmms_eval_yaml.py", "import_module of a computed name"),
}
"""File and what it does; each with its reason."""


def name_of(node: ast.expr) -> str:
    """Dotted name of what is called, as it is written; empty for what has none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return ""


def literal(call: ast.Call, keyword: str) -> object:
    """The value of a keyword argument; the word 'absent' where there is none, 'computed' where it is no literal."""
    for each in call.keywords:
        if each.arg == keyword:
            return each.value.value if isinstance(each.value, ast.Constant) else "computed"
    return "absent"


def safe_loaders(tree: ast.Module) -> set[str]:
    """Names of YAML's safe loaders, also under another name, and of classes of a module that derive from them."""
    safe = {"yaml.SafeLoader", "yaml.CSafeLoader"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "yaml":
            safe |= {each.asname or each.name for each in node.names if f"yaml.{each.name}" in safe}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.bases and {name_of(base) for base in node.bases} <= safe:
            safe.add(node.name)
    return safe


def faults_of_call(call: ast.Call, safe: set[str]) -> Iterator[str]:
    name = name_of(call.func)
    last = name.rpartition(".")[2]
    if name in CALLS or name.startswith(PREFIXES) or last in METHODS:
        yield name
    if literal(call, "shell") not in ("absent", False):
        yield f"{name}(shell=...)"
    if literal(call, "trust_remote_code") not in ("absent", False):
        yield f"{name}(trust_remote_code=...)"
    if literal(call, "allow_pickle") not in ("absent", False):
        yield f"{name}(allow_pickle=...)"
    if name in ("np.load", "numpy.load", "np.save", "numpy.save") and literal(call, "allow_pickle") is not False:
        yield f"{name} without allow_pickle=False"
    if name.endswith("torch.load") and literal(call, "weights_only") is not True:
        yield f"{name} without weights_only=True"
    if last == "import_module" and not isinstance(call.args[0], ast.Constant):
        yield "import_module of a computed name"
    if name == "yaml.load":
        loaders = {name_of(each.value) for each in call.keywords if each.arg == "Loader"}
        loaders |= {name_of(each) for each in call.args[1:2]}
        if not loaders or not loaders <= safe:
            yield f"{name} with {', '.join(loaders) or 'no loader'}"


def faults_in(source: str) -> Iterator[str]:
    """What a module does that it should not."""
    tree = ast.parse(source)
    safe = safe_loaders(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"import {each.name}" for each in node.names if each.name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module.partition(".")[0] in MODULES:
                yield f"import {node.module}"
            yield from (each for each in (f"{node.module}.{alias.name}" for alias in node.names) if each in CALLS)
        elif isinstance(node, ast.Call):
            yield from faults_of_call(node, safe)


def test_no_module_of_the_package_does_any_of_it() -> None:
    found = {
        (path.relative_to(PACKAGE).as_posix(), fault)
        for path in PACKAGE.rglob("*.py")
        for fault in faults_in(path.read_text(encoding="utf-8"))
    }
    assert found - ALLOWED == set()
    assert ALLOWED - found == set(), "exceptions that nothing needs any more"


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "from os import system",
        "import os\nos.system(x)",
        "eval(text)",
        "def f():\n    exec(text)",
        "subprocess.run(text, shell=True)",
        "subprocess.run(text, shell=wanted)",
        "yaml.load(text)",
        "yaml.load(text, Loader=yaml.Loader)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "torch.load(path)",
        "AutoModel.from_pretrained(name, trust_remote_code=True)",
        "os.execv(path, arguments)",
        "table.to_pickle(path)",
        "runpy.run_path(path)",
        "importlib.import_module(name)",
        "from importlib import import_module\nimport_module(name)",
        "class Rich(yaml.Loader):\n    pass\nyaml.load(text, Loader=Rich)",
        "spec.loader.exec_module(module)",
    ],
)
def test_each_of_it_would_be_found(source: str) -> None:
    assert list(faults_in(source))


@pytest.mark.parametrize(
    "source",
    [
        "import json",
        "np.load(path, allow_pickle=False)",
        "torch.load(path, weights_only=True)",
        "yaml.safe_load(text)",
        "class Plain(yaml.SafeLoader):\n    pass\nyaml.load(text, Loader=Plain)",
        "importlib.import_module('lmms_eval.models')",
        "subprocess.run([program, '--flag'], shell=False)",
        "re.compile(pattern)",
        "model.eval()",
    ],
)
def test_what_is_harmless_is_let_pass(source: str) -> None:
    assert not list(faults_in(source))


def test_task_files_name_no_code_but_the_package_s_own() -> None:
    """Frameworks import what a task file names with `!function`, and run scripts of datasets where they are let."""
    files = [path for path in task_yaml_dir().iterdir() if path.name.endswith("yaml")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    named = {each for text in texts.values() for each in re.findall(r"![\w/:.]+\s*\S*", text)}
    assert named
    assert [each for each in named if not re.fullmatch(r"!function links2_tasks\.[\w.]+", each)] == []
    assert [name for name, text in texts.items() if "trust_remote_code" in text] == []
    assert {each for text in texts.values() for each in re.findall(r"^dataset_path: *(.+)$", text, re.M)} == {"text"}
