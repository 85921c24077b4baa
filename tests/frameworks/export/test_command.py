"""`links2 export`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from links2_tasks.cli import app
from links2_tasks.frameworks.export._write import with_origin

RUNNER = CliRunner()


@pytest.mark.parametrize(
    ("framework", "file", "owned"),
    [
        ("lmms-eval", "lmms_eval/tasks/links2/utils.py", "lmms_eval/tasks/links2"),
        ("vlmevalkit", "vlmeval/dataset/links2.py", "vlmeval/dataset/utils/links2"),
    ],
)
def test_files_are_written_and_named_and_what_is_left_of_earlier_ones_goes(
    tmp_path: Path, framework: str, file: str, owned: str
) -> None:
    old = tmp_path / owned / "old.py"
    old.parent.mkdir(parents=True)
    old.write_text(with_origin("x = 1\n", "old.py"))
    done = RUNNER.invoke(app, ["export", framework, str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert (tmp_path / file).is_file()
    lines = done.output.splitlines()
    assert file in lines
    assert "PULL_REQUEST.md" in lines
    assert f"removed, since it is in the export no more: {owned}/old.py" in lines
    assert not old.exists()
    assert "Next: in a clone of" in lines[-1]
