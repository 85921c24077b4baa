"""Whatever stands in rows, they come in or are listed; nothing ends in a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from links2_tasks.dataset import validate
from links2_tasks.importing import import_dataset, try_import

EVERYTHING: dict[str, Any] = {
    "question_id": {"template": "{id}", "default": "q"},
    "task": {"column": "task", "lookup": {"x": "uav_localization"}},
    "value": {"number": "value"},
    "video": {"file": "{video}", "suffixes": ["", ".mp4"]},
    "clip_id": "clip",
    "span_start_s": "start",
    "span_end_s": "end",
    "query_time_s": "moment",
    "satellite": [{"file": "{item}", "each": "maps", "gsd_m": "gsd", "label": {"column": "label", "default": "-"}}],
    "region": "region",
    "split": "split",
    "recorded_on": "day",
}
GOOD: dict[str, list[Any]] = {
    "id": ["a", "b", 3],
    "task": ["x", "heading_estimation"],
    "value": [1.5, [1, 2]],
    "video": ["flight.mp4", "flight"],
    "clip": ["c", "d"],
    "start": [0, 0.5],
    "end": [1, "2.0"],
    "moment": [0.75],
    "maps": [["map.png"], "map.png", ["map.png", "map.png"]],
    "gsd": [0.5, "1"],
    "label": ["A"],
    "region": ["town", "\u5730\u56fe"],
    "split": ["test", "dev"],
    "day": ["2026-05-01"],
    "question": ["Where?", "Which?"],
    "A": ["here"],
    "B": ["there"],
    "C": ["", "nowhere"],
    "answer": ["A", "b"],
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(
        ["\ud800", "\0", "../flight.mp4", "/etc/passwd", "x" * 5_000, "NaN", "\u2028", "a/b", ".", "con", "{id}"]
    ),
    st.lists(st.none() | st.text(max_size=3) | st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
ROWS = st.lists(
    st.tuples(
        st.fixed_dictionaries({key: st.sampled_from(values) for key, values in GOOD.items()}),
        st.dictionaries(st.sampled_from(sorted(GOOD)), ODD, max_size=2),
    ).map(lambda pair: pair[0] | pair[1]),
    min_size=1,
    max_size=4,
)
CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(deadline=None, max_examples=50, suppress_health_check=CHECKS)
@given(rows=ROWS)
def test_rows_with_anything_in_them_come_in_or_are_listed(plain: Any, rows: list[dict[str, Any]]) -> None:
    lines = [json.dumps(row) for row in rows]
    (plain.folder / "rows.jsonl").write_text("\n".join(lines))
    report = try_import(plain.folder, plain.mapping(**EVERYTHING))
    assert report.n_questions + len(report.left_out) == report.n_rows == len(rows)


@settings(deadline=None, max_examples=12, suppress_health_check=CHECKS)
@given(rows=ROWS)
def test_what_came_in_has_no_fault(plain: Any, tmp_path_factory: Any, rows: list[dict[str, Any]]) -> None:
    (plain.folder / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    out = Path(tmp_path_factory.mktemp("any")) / "out"
    report = import_dataset(plain.folder, plain.mapping(**EVERYTHING), out)
    assert out.exists() == bool(report.n_questions)
    assert not report.n_questions or validate(out) == ()


MAPPINGS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab{}.*/\u00e9 ", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["column", "template", "constant", "files", "file", "gsd_m", "each", "x"]), inner
        )
    ),
    max_leaves=5,
)


@settings(deadline=None, max_examples=40, suppress_health_check=CHECKS)
@given(
    changes=st.dictionaries(
        st.sampled_from([*EVERYTHING, "rows", "options", "answer", "archives"]), MAPPINGS, max_size=2
    )
)
def test_any_mapping_is_followed_or_told_to_be_wrong(plain: Any, changes: dict[str, Any]) -> None:
    from links2_tasks.errors import Links2Error

    plain.rows(plain.row(), {key: values[0] for key, values in GOOD.items()})
    try:
        report = try_import(plain.folder, plain.mapping(**changes))
    except Links2Error:
        return
    assert report.n_questions + len(report.left_out) == report.n_rows
