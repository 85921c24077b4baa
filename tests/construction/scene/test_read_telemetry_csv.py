from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.construction.scene._read_telemetry_csv import read_telemetry_csv
from links2_tasks.errors import SceneError

UTM = "EPSG:32643"
HEADER = "t_s,lat,lon,heading_deg,gsd_m_per_px"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "telemetry.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_places_are_longitude_first(tmp_path: Path) -> None:
    telemetry = read_telemetry_csv(write(tmp_path, HEADER, "0,33.6,72.9,100,0.25"), UTM)
    assert telemetry.geographic
    assert telemetry.rows[0].place == (72.9, 33.6)
    assert (telemetry.rows[0].heading_deg, telemetry.rows[0].gsd_m, telemetry.rows[0].pitch_deg) == (100.0, 0.25, -90.0)


def test_spreadsheet_ways_of_writing(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.csv"
    text = "\ufeff T_S , Lat,lon,note,HEADING,alt_m\r\n0, 33.6 ,72.9,start,100,50\r\n\r\n1,33.6,72.9,,-10,50\r\n"
    path.write_bytes(text.encode())
    rows = read_telemetry_csv(path, UTM).rows
    assert [(row.t_s, row.heading_deg, row.line) for row in rows] == [(0.0, 100.0, 2), (1.0, -10.0, 4)]


def test_local_maps_take_metres(tmp_path: Path) -> None:
    path = write(tmp_path, "t_s,east_m,north_m,heading_deg,gsd_m_per_px", "0,10,20,0,0.5")
    telemetry = read_telemetry_csv(path, "local")
    assert (telemetry.geographic, telemetry.rows[0].place) == (False, (10.0, 20.0))
    assert read_telemetry_csv(path, UTM).rows[0].place == (10.0, 20.0)


def test_an_unused_place_may_be_empty(tmp_path: Path) -> None:
    path = write(tmp_path, "t_s,lat,lon,east_m,north_m,heading_deg,gsd_m_per_px", "0,33.6,72.9,,,0,0.5")
    assert read_telemetry_csv(path, UTM).rows[0].place == (72.9, 33.6)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("1,,72.9,100,0.25", "lat is empty"),
        ("1,33.6,72.9,100", "gsd_m_per_px is empty"),
        ("1,nan,72.9,100,0.25", "lat is nan"),
        ("1,33.6,inf,100,0.25", "lon is inf"),
        ("1,91,72.9,100,0.25", "lat is 91, but must be from -90 to 90"),
        ("1,33.6,181,100,0.25", "lon is 181"),
        ("1,33.6,72.9,north,0.25", "heading_deg is 'north', not a number"),
        ("1,33.6,72.9,100,0", "gsd_m_per_px is 0, but must be above 0"),
        ("-1,33.6,72.9,100,0.25", "t_s is -1"),
        ("0,33.6,72.9,100,0.25", "times must rise"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, row: str, words: str) -> None:
    path = write(tmp_path, HEADER, "0,33.6,72.9,100,0.25", row)
    with pytest.raises(SceneError) as caught:
        read_telemetry_csv(path, UTM)
    assert f"{path}:3: " in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("header", "crs", "words"),
    [
        ("time,lat,lon,heading_deg,gsd_m_per_px", UTM, "no column t_s"),
        ("t_s,lat,lon,gsd_m_per_px", UTM, "no column heading_deg"),
        ("t_s,lat,lon,heading_deg", UTM, "gsd_m_per_px or alt_m"),
        ("t_s,heading_deg,gsd_m_per_px", UTM, "no columns lat and lon"),
        (HEADER, "local", "east_m and north_m are needed"),
        ("t_s;lat;lon", UTM, "separated by commas"),
        ("t_s,lat,lon,heading,heading_deg,alt_m", UTM, "given twice"),
        ("", UTM, "found nothing"),
    ],
)
def test_missing_columns_list_what_is_accepted(tmp_path: Path, header: str, crs: str, words: str) -> None:
    with pytest.raises(SceneError) as caught:
        read_telemetry_csv(write(tmp_path, header), crs)
    assert words in str(caught.value)


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="no row"):
        read_telemetry_csv(write(tmp_path, HEADER), UTM)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.csv"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(SceneError, match="cannot be read"):
        read_telemetry_csv(path, UTM)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_by_name(tmp_path_factory: pytest.TempPathFactory, body: str) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.csv"
    path.write_text(f"{HEADER}\n{body}", encoding="utf-8", errors="replace")
    faults = []
    try:
        read_telemetry_csv(path, UTM)
    except SceneError as fault:
        faults.append(str(fault))
    assert all(str(path) in fault for fault in faults)
