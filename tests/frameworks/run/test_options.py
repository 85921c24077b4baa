from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.run import RunRequest
from links2_tasks.frameworks.run import _lmms_eval as lmms_eval
from links2_tasks.frameworks.run import _vlmevalkit as vlmevalkit
from links2_tasks.frameworks.run._folder import OutFolder
from links2_tasks.frameworks.run._options import Dialect, differences, read_options
from links2_tasks.frameworks.run._record import RunRecord, read_record, refuse_another, without_secrets, write_record

DIALECT = Dialect("tiny", {"use_cache": "the run has its own", "repeats": "once"}, frozenset({"use"}), {"n": "repeats"})


def test_options_are_read_with_their_values() -> None:
    words = ["--model", "a", "--tasks", "x", "y", "--flag", "--limit=-1", "--offset", "-1", "--model", "b", "--a-b", ""]
    assert read_options(words, DIALECT) == {
        "model": ("b",),
        "tasks": ("x", "y"),
        "flag": (),
        "limit": ("-1",),
        "offset": ("-1",),
        "a_b": ("",),
    }


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("--use_cache=x", "Leave out --use_cache: the run has its own"),
        ("--use-cache", "Leave out --use_cache: the run has its own"),
        ("-n", "Leave out --repeats: once"),
        ("--use_c", "Write --use_c in full; it could be --use_cache"),
        ("--rep", "Write --rep in full; it could be --repeats"),
        ("stray", "'stray' belongs to no option of tiny"),
    ],
)
def test_what_a_run_sets_itself_is_refused_also_when_it_is_cut_short(word: str, said: str) -> None:
    with pytest.raises(FrameworkError, match=said):
        read_options([word], DIALECT)


def test_an_option_that_is_the_beginning_of_a_reserved_one_may_be_free() -> None:
    assert read_options(["--use", "1"], DIALECT) == {"use": ("1",)}


@pytest.mark.parametrize("dialect", [lmms_eval.DIALECT, vlmevalkit.DIALECT], ids=["lmms-eval", "vlmevalkit"])
def test_no_option_of_a_host_is_both_reserved_and_free_or_taken_for_a_reserved_one(dialect: Dialect) -> None:
    assert not dialect.free & dialect.reserved.keys()
    for name in dialect.free:
        assert read_options([f"--{name}"], dialect) == {name: ()}


def test_differences_name_what_was_and_what_is() -> None:
    before = {"model": ("a",), "limit": ("2",), "flag": ()}
    now = {"model": ("b",), "flag": (), "tasks": ("x", "y")}
    assert differences(before, now) == [
        "--limit was '2' before and was not given now",
        "--model was 'a' before and was 'b' now",
        "--tasks was not given before and was 'x y' now",
    ]


def test_secrets_become_digests_that_still_tell_values_apart() -> None:
    options = {"model_args": ("model=a,api_key=sk-1234,max_new_tokens=16", "HF_TOKEN=hf_1")}
    hidden = without_secrets(options)["model_args"]
    assert "sk-1234" not in hidden[0]
    assert "hf_1" not in hidden[1]
    assert hidden[0].startswith("model=a,api_key=sha256:")
    assert hidden[0].endswith(",max_new_tokens=16")
    assert without_secrets(options)["model_args"] == hidden
    assert without_secrets({"model_args": ("model=a,api_key=sk-9999,max_new_tokens=16",)})["model_args"][0] != hidden[0]


def record(**changes: Any) -> RunRecord:
    fields = {
        "run_id": "r",
        "started_at": "now",
        "facts": {"framework": "x 1"},
        "options": {"model": ("a",)},
        "rows": {},
    }
    return RunRecord(**{**fields, **changes})


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "out/run.json"
    assert read_record(path) is None
    write_record(path, record(rows={"links2_a": 3}))
    assert read_record(path) == record(rows={"links2_a": 3})
    assert [each.name for each in path.parent.iterdir()] == ["run.json"]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff"])
def test_a_damaged_record_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(FrameworkError, match=r"run\.json cannot be read"):
        read_record(tmp_path / "run.json")


def test_a_run_goes_on_only_as_what_it_was_begun_as(tmp_path: Path) -> None:
    refuse_another(tmp_path, record(), {"framework": "x 1"}, {"model": ("a",)})
    with pytest.raises(FrameworkError) as refused:
        refuse_another(tmp_path, record(), {"framework": "x 2"}, {"model": ("b",)})
    assert "framework was 'x 1' before and is 'x 2' now; --model was 'a' before and was 'b' now" in str(refused.value)
    assert "name another --out" in str(refused.value)


def test_attempts_are_numbered_in_order(tmp_path: Path) -> None:
    folder = OutFolder(tmp_path / "out")
    assert folder.attempts() == []
    for number in range(1, 12):
        assert folder.next_attempt().number == number
    assert [attempt.number for attempt in folder.attempts()] == list(range(1, 12))


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    OutFolder(tmp_path / "new").refuse_others()
    (tmp_path / "lock").touch()
    OutFolder(tmp_path).refuse_others()
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(FrameworkError, match=r"holds other things \(thesis\.tex\)"):
        OutFolder(tmp_path).refuse_others()
    (tmp_path / "run.json").touch()
    OutFolder(tmp_path).refuse_others()
    with pytest.raises(FrameworkError, match="is no folder"):
        OutFolder(tmp_path / "thesis.tex").refuse_others()


# What the hosts make of a request ------------------------------------------------------------------------------------


def lmms_eval_of(out: Path, *arguments: str, **changes: Any) -> lmms_eval.LmmsEval:
    return lmms_eval.LmmsEval(RunRequest(out, arguments or ("--model", "m", "--tasks", "links2_all"), **changes))


def test_lmms_eval_is_started_by_accelerate_where_several_processes_are_wanted(tmp_path: Path) -> None:
    folder = OutFolder(tmp_path)
    attempt = folder.next_attempt()
    alone = lmms_eval_of(tmp_path, chunk=8).command(folder, attempt)
    assert list(alone[1:3]) == ["-m", "links2_tasks.frameworks.run.lmms_eval_child"]
    assert list(alone[3:5]) == ["--chunk", "8"]
    host = alone[alone.index("--") + 1 :]
    assert host[:4] == ["--model", "m", "--tasks", "links2_all"]
    assert host[host.index("--output_path") + 1] == str(attempt.results)
    several = lmms_eval_of(tmp_path, processes=4, chunk=8).command(folder, attempt)
    assert list(several[1:6]) == ["-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "4"]
    assert list(several[several.index("--module") + 1 :]) == list(alone[2:])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--model", "m"), "there is no --tasks"),
        (("--tasks", "links2_all"), "there is no --model"),
        (("--model", "m", "--tasks", "t", "--output_path", "x"), "Leave out --output_path"),
        (("--model", "m", "--tasks", "t", "-c", "x"), "Leave out --use_cache"),
        (("--model", "m", "--tasks", "t", "-n", "3"), "a run asks each question once"),
    ],
)
def test_lmms_eval_refuses_what_would_undo_a_run(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(FrameworkError, match=said):
        lmms_eval_of(tmp_path, *arguments)


def test_lmms_eval_would_cut_a_folder_at_its_comma(tmp_path: Path) -> None:
    with pytest.raises(FrameworkError, match="cuts paths at commas"):
        lmms_eval_of(tmp_path / "a,b")


def test_how_fast_a_run_goes_may_change_and_what_is_asked_may_not(tmp_path: Path) -> None:
    host = lmms_eval_of(tmp_path, "--model", "m", "--tasks", "t", "--batch_size", "4", "--gen_kwargs", "temperature=1")
    assert host.options == {"model": ("m",), "tasks": ("t",), "gen_kwargs": ("temperature=1",)}


def vlmevalkit_of(out: Path, *arguments: str, **changes: Any) -> vlmevalkit.VLMEvalKit:
    if importlib.util.find_spec("vlmeval") is None:
        pytest.skip("needs the extra 'vlmeval'")
    return vlmevalkit.VLMEvalKit(RunRequest(out, arguments, framework="vlmevalkit", **changes))


def test_vlmevalkit_is_started_by_torchrun_where_several_processes_are_wanted(tmp_path: Path) -> None:
    folder = OutFolder(tmp_path)
    attempt = folder.next_attempt()
    asked = ("--model", "m", "--data", "LinkS2")
    alone = vlmevalkit_of(tmp_path, *asked).command(folder, attempt)
    assert list(alone[1:3]) == ["-m", "links2_tasks.frameworks.run.vlmeval_child"]
    assert list(alone[-6:]) == [*asked, "--work-dir", str(attempt.results)]
    several = vlmevalkit_of(tmp_path, *asked, processes=4).command(folder, attempt)
    assert list(several[1:5]) == ["-m", "torch.distributed.run", "--nproc-per-node", "4"]
    assert list(several[-len(alone) + 2 :]) == list(alone[2:])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--model", "a", "b", "--data", "LinkS2"), "A run is of one model"),
        (("--model", "a", "--data", "MMBench"), "'MMBench' is no dataset of links2"),
        (("--model", "a", "--data", "LinkS2", "--reuse"), "the run keeps answers itself"),
        (("--model", "a", "--data", "LinkS2", "--work-dir", "x"), "the run has folders of its own"),
    ],
)
def test_vlmevalkit_refuses_what_would_undo_a_run(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(FrameworkError, match=said):
        vlmevalkit_of(tmp_path, *arguments)


def test_a_served_model_may_move_and_its_key_is_not_written_down(tmp_path: Path) -> None:
    host = vlmevalkit_of(
        tmp_path, "--model", "m", "--data", "LinkS2", "--base-url", "http://a/v1", "--key", "k", "--temperature", "0"
    )
    assert host.options == {"model": ("m",), "data": ("LinkS2",), "temperature": ("0",)}


def test_the_file_of_models_and_datasets_belongs_to_what_is_asked(tmp_path: Path) -> None:
    config = tmp_path / "models.json"
    config.write_text('{"model": {"m": {}}, "data": {"LinkS2": {}}}')
    before = vlmevalkit_of(tmp_path, "--config", str(config)).facts
    config.write_text('{"model": {"m": {"top_p": 1}}, "data": {"LinkS2": {}}}')
    assert vlmevalkit_of(tmp_path, "--config", str(config)).facts != before
