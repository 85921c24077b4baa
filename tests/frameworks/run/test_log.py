from __future__ import annotations

import os
import threading
from pathlib import Path

from links2_tasks.frameworks.run._journal import Journal
from links2_tasks.frameworks.run._log import Log, records

MESSAGE = [{"type": "text", "value": "Which?"}, {"type": "image", "value": "/cache/ab/12.png"}]


def test_what_was_appended_is_read_from_all_files(tmp_path: Path) -> None:
    for name in ("0001-0", "0002-0"):
        Log(tmp_path, name).append({"name": name})
    assert [record["name"] for record in records(tmp_path)] == ["0001-0", "0002-0"]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert list(records(tmp_path / "none")) == []


def test_a_line_that_was_cut_off_costs_itself_only(tmp_path: Path) -> None:
    log = Log(tmp_path, "a")
    log.append({"n": 1})
    log.append({"n": 2})
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-4])
    Log(tmp_path, "b").append({"n": 3})
    assert [record["n"] for record in records(tmp_path)] == [1, 3]


def test_lines_of_several_threads_do_not_mix(tmp_path: Path) -> None:
    log = Log(tmp_path, "a")
    threads = [threading.Thread(target=lambda: [log.append({"text": "x" * 5000}) for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(record["text"]) for record in records(tmp_path)] == [5000] * 40


def test_a_forked_process_writes_a_file_of_its_own(tmp_path: Path) -> None:
    log = Log(tmp_path, "a")
    log.append({"who": "parent"})
    child = os.fork()
    if child == 0:
        log.append({"who": "child"})
        os._exit(0)
    os.waitpid(child, 0)
    log.append({"who": "parent again"})
    assert len(list(tmp_path.iterdir())) == 2
    assert sorted(record["who"] for record in records(tmp_path)) == ["child", "parent", "parent again"]


def test_a_reply_is_found_again_wherever_the_images_lie_now(tmp_path: Path) -> None:
    Journal(tmp_path, "0001-0").asked("LinkS2", MESSAGE).keep("B")
    moved = [MESSAGE[0], {"type": "image", "value": "/elsewhere/12.png"}]
    assert Journal(tmp_path, "0002-0").asked("LinkS2", moved).reply == "B"


def test_another_text_image_or_dataset_is_another_question(tmp_path: Path) -> None:
    Journal(tmp_path, "0001-0").asked("LinkS2", MESSAGE).keep("B")
    journal = Journal(tmp_path, "0002-0")
    others = [
        journal.asked("LinkS2_8frame", MESSAGE),
        journal.asked("LinkS2", [{"type": "text", "value": "Who?"}, MESSAGE[1]]),
        journal.asked("LinkS2", [MESSAGE[0], {"type": "image", "value": "/cache/ab/13.png"}]),
        journal.asked("LinkS2", MESSAGE[::-1]),
    ]
    assert [other.reply for other in others] == [None] * 4


def test_failures_and_empty_replies_are_not_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "0001-0")
    for reply in ("Failed to obtain answer via API.", "", " \n", None, {"prediction": ""}):
        journal.asked("LinkS2", MESSAGE).keep(reply)
    assert list(records(tmp_path)) == []


def test_replies_with_records_beside_them_are_kept_whole(tmp_path: Path) -> None:
    reply = {"prediction": "B", "extra_records": {"steps": 3}}
    Journal(tmp_path, "0001-0").asked("LinkS2", MESSAGE).keep(reply)
    assert Journal(tmp_path, "0002-0").asked("LinkS2", MESSAGE).reply == reply


def test_a_message_that_the_wrapper_changes_afterwards_is_kept_as_it_was(tmp_path: Path) -> None:
    message = [dict(part) for part in MESSAGE]
    question = Journal(tmp_path, "0001-0").asked("LinkS2", message)
    message[0]["value"] = "changed"
    question.keep("B")
    assert Journal(tmp_path, "0002-0").asked("LinkS2", MESSAGE).reply == "B"
