"""Mappings are read strictly, and what they say is done."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.dataset import load_info, load_questions, validate
from links2_tasks.errors import DataError
from links2_tasks.importing import EXAMPLES, example_mapping, look, read_mapping, try_import
from links2_tasks.taxonomy import tasks


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_mappings(tmp_path: Path, name: str) -> None:
    (tmp_path / "map.yaml").write_text(example_mapping(name), encoding="utf-8")
    assert read_mapping(tmp_path / "map.yaml").dataset.name == f"city-{name}"


def test_an_example_that_there_is_not() -> None:
    with pytest.raises(DataError, match="Examples: tsv, json, parquet"):
        example_mapping("../../errors")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"quesiton_id": "x"}, "quesiton_id: there is no such key; did you mean question_id or question"),
        ({"rows": {"file": "x"}}, "rows.file: there is no such key; did you mean files"),
        ({"satellite": [{"file": "x", "gsd": 1}]}, "satellite.0.gsd: there is no such key; did you mean gsd_m"),
        ({"region": {"colunm": "x"}}, "region.colunm: there is no such key; did you mean column"),
        ({"video": {"zzz": 1}}, "video.zzz: there is no such key; known are file, suffixes, frames, fps"),
        ({"region": {"column": "x", "constant": "y"}}, "region: say exactly one of column, template and constant"),
        ({"region": {"lookup": {"a": "b"}}}, "region: say exactly one of"),
        ({"options": {"columns": ["A"], "from_list": "x"}}, "options: say exactly one of columns"),
        ({"options": {"from_text": "x"}}, "options: from_text and separator go together"),
        ({"video": {"frames": "x"}}, "video: frames and fps go together"),
        ({"video": {"file": "x", "frames": "y", "fps": 1}}, "video: say file or frames"),
        ({"video": {"frames": "x", "fps": 1, "suffixes": ".png"}}, "video: suffixes belong to file"),
        ({"satellite": {"gsd_m": 1}}, "satellite.0: say exactly one of file, folder and data"),
        ({"satellite": {"folder": "x", "each": "y", "gsd_m": 1}}, "satellite.0: suffixes and each belong to file"),
        ({"satellite": {"file": "x"}}, "satellite.0.gsd_m: Field required"),
        ({"satellite": []}, "satellite: "),
        ({"satellite": {"file": "x", "same_as": "y", "gsd_m": 1}}, "satellite.0: same_as belongs to data"),
        ({"value": {"x": "x"}}, "value: say number, or x and y"),
        ({"region": {"template": "{a!r}"}}, "braces hold the name of a column and nothing else"),
        ({"region": {"template": "{a:>9999999999}"}}, "braces hold the name of a column and nothing else"),
        ({"region": {"template": "{}"}}, "braces hold the name of a column and nothing else"),
        ({"video": {"file": "{a"}}, "video.file: "),
        ({"region": {"column": "a", "lookup": {True: "x"}}}, "put it in quotes"),
        ({"rows": {"files": "x", "separator": '"'}}, "a quote or a line break cannot stand between cells"),
        ({"answer": {"column": "x", "form": "number"}}, "answer.form: "),
        ({"task": True}, "task: "),
        ({"region": {"constant": " "}}, "region.constant: it is blank"),
        ({"dataset": {"name": "\t", "licence": "x"}}, "dataset.name: it is blank"),
    ],
)
def test_what_does_not_fit_is_named_with_what_was_meant(plain: Any, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(DataError) as raised:
        read_mapping(plain.mapping(**changes))
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [1", "is no YAML"),
        ("[1, 2]", "holds no keys"),
        ("", "holds no keys"),
        ("a: 1\na: 2", "the key 'a' stands twice, in line 2"),
        ("a: &x [1]\nb: [*x, *x]", r"references such as \*name"),
        ("a: !!python/object/apply:os.system ['true']", "is no YAML"),
        ("a: \udcff", "no UTF-8"),
        ("[" * 1_500, "is no YAML"),
        ("#" * 2_000_000, "is larger than"),
        (None, "cannot be read"),
    ],
)
def test_files_that_are_no_mapping(tmp_path: Path, text: str | None, told: str) -> None:
    if text is not None:
        (tmp_path / "map.yaml").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(DataError, match=told):
        read_mapping(tmp_path / "map.yaml")


def first(plain: Any, row: dict[str, Any], **mapping: Any) -> Any:
    """The only question of an import that leaves nothing out."""
    assert plain.reasons(row, **mapping) == []
    assert validate(plain.out) == ()
    (question,) = load_questions(plain.out, split=load_info(plain.out).splits[0])
    return question


@pytest.mark.parametrize("answer", ["B", "b", " (b) ", "B.", "[B]", "B)"])
def test_letters_in_many_spellings(plain: Any, answer: str) -> None:
    assert first(plain, plain.row(answer=answer)).answer_text == "there"


@pytest.mark.parametrize(
    ("answer", "form"), [(1, "index_from_0"), ("2", "index_from_1"), (2.0, "index_from_1"), ("THERE ", "text")]
)
def test_answers_in_other_forms(plain: Any, answer: Any, form: str) -> None:
    assert first(plain, plain.row(answer=answer), answer={"column": "answer", "form": form}).answer_text == "there"


def test_answers_may_be_looked_up(plain: Any) -> None:
    lookup = {"column": "answer", "form": "index_from_0", "lookup": {"yes": 0, "no": 1}}
    assert first(plain, plain.row(answer="no"), answer=lookup).answer_text == "there"


@pytest.mark.parametrize(
    ("options", "cell"),
    [
        ({"from_list": "o"}, ["north", "south"]),
        ({"from_list": "o"}, '["north", "south"]'),
        ({"from_list": "o", "strip_letters": True}, ["A. north", "(B) south"]),
        ({"from_list": "o", "strip_letters": True}, ["a) north", "B: south"]),
        ({"from_dict": "o"}, {"a": "north", "b": "south"}),
        ({"from_dict": "o"}, '{"A": "north", "B": "south"}'),
        ({"from_text": "o", "separator": "|"}, "north | south"),
    ],
)
def test_options_of_all_forms(plain: Any, options: dict[str, Any], cell: Any) -> None:
    question = first(plain, plain.row(o=cell), options=options)
    assert (question.options, question.answer) == (("north", "south"), "B")


def test_letters_that_are_not_the_options_own_stay(plain: Any) -> None:
    options = {"from_list": "o", "strip_letters": True}
    assert first(plain, plain.row(o=["Be careful", "A. B. Street"]), options=options).options == (
        "Be careful",
        "A. B. Street",
    )


@pytest.mark.parametrize("name", [tasks()[0].name, tasks()[0].lmms_eval_name])
def test_names_of_tasks_of_links2_need_no_lookup(plain: Any, name: str) -> None:
    lookup = {"task": {"column": "t", "lookup": {"x": "heading_estimation"}}}
    assert first(plain, plain.row(t=name), **lookup).task == tasks()[0].name


def test_values_of_points_and_lists(plain: Any) -> None:
    assert first(plain, plain.row(v=[3, "4.5"]), value={"number": "v"}).value.number == (3, 4.5)
    by_two = first(plain, plain.row(x="3", y=4), value={"x": "x", "y": "y"}).value
    assert (by_two.kind, by_two.number, by_two.unit) == ("point", (3, 4), "px")
    other = first(plain, plain.row(v="12"), value={"number": "v", "kind": "metres", "unit": "km"}).value
    assert (other.kind, other.number, other.unit) == ("metres", (12,), "km")
    assert first(plain, plain.row(v=""), value={"number": "v"}).value is None
    assert first(plain, plain.row(), value={"number": "v"}).value is None
    no_kind = {"value": {"number": "v"}, "task": {"constant": "route_planning"}}
    assert first(plain, plain.row(v=1), **no_kind).value is None


def test_defaults_stand_in_for_cells_that_are_not_there(plain: Any) -> None:
    made = {"region": {"column": "p", "default": "nowhere", "lookup": {"x": "y"}}}
    assert first(plain, plain.row(), **made).region == "nowhere"
    assert first(plain, plain.row(p=""), **made).region == "nowhere"
    assert first(plain, plain.row(p="x"), **made).region == "y"


def test_whole_numbers_have_no_decimal_point_in_texts(plain: Any) -> None:
    question = first(plain, plain.row(n=12.0, m=7, b=True), question_id={"template": "{n}-{m}-{b}-{{}}"})
    assert question.question_id == "12-7-true-{}"


def test_spans_moments_splits_and_sources(plain: Any) -> None:
    mapping = {
        "span_start_s": "from",
        "span_end_s": "to",
        "query_time_s": "at",
        "split": {"column": "part", "lookup": {"val": "dev"}},
        "source": {"dataset": "who", "licence": {"constant": "CC0-1.0"}},
        "clip_id": "clip",
        "recorded_on": "day",
    }
    row = plain.row(
        **{"from": "0.5", "to": 2.04, "at": 1, "part": "val", "who": "me", "clip": "c", "day": "2026-05-01T10:00"}
    )
    question = first(plain, row, **mapping)
    assert (question.video_span_s, question.query_time_s) == ((0.5, 2.0), 1)
    assert (question.source.dataset, question.source.licence, question.clip_id) == ("me", "CC0-1.0", "c")
    info = load_info(plain.out)
    assert (info.splits, str(info.clips[0].recorded_on), info.clips[0].span_s) == (("dev",), "2026-05-01", (0, 2))


def test_several_satellite_images(plain: Any, png: Callable[..., bytes]) -> None:
    (plain.folder / "maps").mkdir()
    for name in ("10.png", "9.png", "thumbs.db"):
        (plain.folder / "maps" / name).write_bytes(png(len(name)))
    folder = {"folder": "maps", "gsd_m": 0.5}
    single = {"file": "map.png", "gsd_m": {"column": "g"}, "label": {"constant": "overview"}, "north_up": False}
    images = first(plain, plain.row(g="2"), satellite=[single, folder]).satellite
    assert [(Path(each.path).name, each.label, each.gsd_m, each.north_up) for each in images] == [
        ("map.png", "overview", 2, False),
        ("9.png", "2", 0.5, True),
        ("10.png", "3", 0.5, True),
    ]


def test_images_whose_list_says_more_than_their_names(plain: Any, png: Callable[..., bytes]) -> None:
    (plain.folder / "b.png").write_bytes(png(4))
    row = plain.row(
        maps=[{"at": {"name": "map"}, "gsd": 0.5, "kind": "near"}, {"at": {"name": "b"}, "gsd": 2, "kind": "far"}]
    )
    satellite = {"each": "maps", "file": "{item.at.name}.png", "gsd_m": "item.gsd", "label": "item.kind"}
    images = first(plain, row, satellite=satellite).satellite
    assert [(each.path, each.gsd_m, each.label) for each in images] == [
        ("satellite/map.png", 0.5, "near"),
        ("satellite/b.png", 2, "far"),
    ]


def test_images_in_parquet_as_datasets_writes_them(plain: Any, png: Callable[..., bytes]) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [plain.row(1, image={"bytes": png(6), "path": None}), plain.row(2, image={"bytes": None, "path": "x.png"})]
    parquet.write_table(arrow.Table.from_pylist(rows), plain.folder / "rows.parquet")
    report = plain.load(satellite={"data": "image", "gsd_m": 1})
    assert [(each.row, each.reason) for each in report.left_out] == [(2, "image not readable")]
    (question,) = load_questions(plain.out)
    assert (plain.out / question.satellite[0].path).read_bytes() == png(6)


@pytest.mark.parametrize("form", ["one", "prefix", "json", "python"])
def test_images_in_cells(plain: Any, png: Callable[..., bytes], form: str) -> None:
    text = base64.b64encode(png(3)).decode()
    two = [text, base64.b64encode(png(4)).decode()]
    cell = {
        "one": f"{text[:60]}\n{text[60:]}",
        "prefix": f"data:image/png;base64,{text}",
        "json": json.dumps(two),
        "python": str(two),
    }[form]
    images = first(plain, plain.row(i=cell), satellite={"data": "i", "gsd_m": 1}).satellite
    assert (plain.out / images[0].path).read_bytes() == png(3)
    assert len(images) == (1 if form in ("one", "prefix") else 2)


def test_suffixes_are_tried_in_their_order(plain: Any, video: bytes) -> None:
    (plain.folder / "flight.mov").write_bytes(video)
    assert (
        first(plain, plain.row(), video={"file": "flight", "suffixes": [".avi", ".mov", ".mp4"]}).video
        == "videos/flight.mov"
    )


def test_names_of_files_become_plain(plain: Any, video: bytes) -> None:
    names = [".hidden.mp4", "a b/\u00fc $(x).MP4", "a b c.mp4", "a_b_c.mp4", "x" * 120 + ".mp4", "---"]
    for name in names:
        (plain.folder / name).parent.mkdir(exist_ok=True)
        (plain.folder / name).write_bytes(video)
    rows = [plain.row(number, f=name) for number, name in enumerate(names)]
    assert plain.reasons(*rows, video={"file": "{f}"}) == []
    assert validate(plain.out) == ()
    written = {path.name for path in (plain.out / "videos").iterdir()}
    assert written == {"hidden.mp4", "\u00fc___x.mp4", "a_b_c.mp4", "a_b_c-2.mp4", "x" * 100 + ".mp4", "---"}


def test_a_trial_shows_what_would_come_and_writes_nothing(plain: Any, tmp_path: Path) -> None:
    plain.rows(plain.row(1, mood="good"), plain.row(2, answer="Q"), plain.row(3))
    mapping, before = plain.mapping(), sorted(tmp_path.rglob("*"))
    report = try_import(plain.folder, mapping)
    assert sorted(tmp_path.rglob("*")) == before
    assert report == plain.load()
    assert report.first is not None
    assert (report.n_questions, report.first.question) == (2, "Where, 1?")
    columns = {column.name: column for column in report.columns}
    assert (columns["question"].used, columns["question"].example, columns["question"].n_filled) == (
        True,
        "Where, 1?",
        3,
    )
    assert (columns["mood"].used, columns["C"].n_filled) == (False, 0)


def test_a_limit_stops_after_so_many_rows(plain: Any) -> None:
    plain.rows(*(plain.row(number) for number in range(5)))
    assert (
        try_import(plain.folder, plain.mapping(), limit=2).n_rows,
        try_import(plain.folder, plain.mapping()).n_rows,
    ) == (2, 5)
    assert try_import(plain.folder, plain.mapping(), limit=2).limit == 2
    assert try_import(plain.folder, plain.mapping(), limit=9).limit is None


def test_a_look_shows_columns_before_there_is_a_mapping(plain: Any) -> None:
    plain.rows(plain.row(1, nested={"a": 1}))
    (plain.folder / "deep").mkdir()
    (plain.folder / "deep/t.csv").write_text("a,b\n1,\n")
    (plain.folder / "broken.json").write_text("{")
    looks = {each.file: each for each in look(plain.folder)}
    assert [column.name for column in looks["rows.jsonl"].columns] == ["question", "A", "B", "C", "answer", "nested"]
    assert [(column.name, column.example) for column in looks["deep/t.csv"].columns] == [("a", "1"), ("b", "")]
    assert looks["broken.json"].fault.startswith("file not readable: no JSON")


def test_a_look_finds_lists_in_nested_json(plain: Any) -> None:
    clips = [{"id": 1, "tags": ["a"], "qs": [{"t": "x", "opts": {"list": [{"o": 1}]}}]}]
    (plain.folder / "deep.json").write_text(json.dumps({"info": {"v": 1}, "data": {"clips": clips}}))
    (plain.folder / "empty.json").write_text("{}")
    looks = {each.file: each for each in look(plain.folder)}
    rows = looks["deep.json"].rows
    assert (rows.path, rows.nested) == ("data.clips", ("qs", "opts.list"))
    assert [column.name for column in looks["deep.json"].columns] == [
        "qs.opts.list.o",
        "qs.t",
        "qs.opts",
        "id",
        "tags",
        "qs",
    ]
    assert looks["empty.json"].rows.path is None
    assert looks["empty.json"].fault


def test_short_cells_name_the_image_of_an_earlier_row(plain: Any, png: Callable[..., bytes]) -> None:
    text = base64.b64encode(png(3)).decode()
    rows = [plain.row(1, i=text, index=5, answer="Q"), plain.row(2, i="5", index=6), plain.row(3, i="6", index=7)]
    rows += [plain.row(4, i="9", index=8)]
    satellite = {"data": "i", "same_as": "index", "gsd_m": 1}
    assert plain.reasons(*rows, satellite=satellite) == [(1, "answer names no option"), (4, "media missing")]
    images = {question.satellite[0].path for question in load_questions(plain.out)}
    assert [(plain.out / path).read_bytes() for path in images] == [png(3)]
    assert validate(plain.out) == ()


def test_progress_names_files_and_steps(plain: Any) -> None:
    plain.rows(plain.row())
    told: list[str] = []
    try_import(plain.folder, plain.mapping(), told.append)
    assert told[:3] == ["rows.jsonl", "flight.mp4", "map.png"]
