from __future__ import annotations

import math
from pathlib import Path

import pytest

from links2_tasks.construction.scene._read_telemetry_srt import hfov_of_focal_length, read_telemetry_srt
from links2_tasks.errors import SceneError

NEAR = (72.99, 33.64)


def subtitle(number: int, start: str, *body: str) -> str:
    return "\n".join([str(number), f"{start} --> 00:59:59,000", *body, "", ""])


def write(folder: Path, *cues: str) -> Path:
    path = folder / "DJI_0001.SRT"
    path.write_text("".join(cues))
    return path


PLACE = "[latitude: 33.640000] [longitude: 72.990000]"


def test_newer_layout_with_gimbal(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        subtitle(
            1,
            "00:00:01,033",
            '<font size="28">FrameCnt: 31, DiffTime: 33ms',
            "2024-03-15 14:30:00.000",
            f"[iso: 100] [shutter: 1/640.0] [fnum: 1.7] [focal_len: 24.00] [dzoom_ratio: 1.00], {PLACE} "
            "[rel_alt: 79.969 abs_alt: 596.474] [gb_yaw: -67.6 gb_pitch: -89.9 gb_roll: 0.0] </font>",
        ),
    )
    (row,) = read_telemetry_srt(path, NEAR).rows
    assert (row.t_s, row.place, row.altitude_m) == (1.033, (72.99, 33.64), 79.969)
    assert (row.heading_deg, row.pitch_deg, row.line) == (-67.6, -89.9, 2)
    assert row.hfov_deg == pytest.approx(73.74, abs=0.01)


def test_layout_with_spaces_tenths_zoom_and_a_misspelling(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        subtitle(
            1,
            "00:01:00,5",
            "[iso : 110] [shutter : 1/320.0] [fnum : 280] [ev : 0] [ct : 5500] [color_md : default] [focal_len : 240] "
            "[dzoom_ratio: 20000, delta:0],[latitude : 33.64] [longtitude : 72.99] [rel_alt: 50.0 abs_alt: 550.0] </font>",
        ),
    )
    (row,) = read_telemetry_srt(path, NEAR).rows
    assert (row.t_s, row.place) == (60.5, (72.99, 33.64))
    assert row.hfov_deg == pytest.approx(hfov_of_focal_length(48.0))
    assert (row.heading_deg, row.pitch_deg) == (None, -90.0)


@pytest.mark.parametrize("gps", ["GPS(72.9900,33.6400,16)", "GPS(33.6400,72.9900,0.0M)"])
@pytest.mark.parametrize(
    "height",
    [
        "BAROMETER:52.0",
        "BAROMETER: 52.0M",
        "BAROMETER(52.0)",
        "Hb:52.0 Hs:51.9",
        "D 24.26m, H 52.00m, H.S 2.10m/s, V.S 0.00m/s",
    ],
)
def test_older_layouts_in_either_order(tmp_path: Path, gps: str, height: str) -> None:
    path = write(
        tmp_path, subtitle(1, "00:00:02,000", "HOME(72.9901,33.6402) 2017.08.05 14:11:51", f"{gps} {height}", "ISO:100")
    )
    (row,) = read_telemetry_srt(path, NEAR).rows
    assert (row.place, row.altitude_m) == ((72.99, 33.64), 52.0)


def test_the_step_of_the_positions_follows_their_decimals(tmp_path: Path) -> None:
    cues = [subtitle(n, f"00:00:0{n},000", f"GPS(72.99{n}0,33.6400,16) BAROMETER:52.0") for n in (1, 2)]
    assert read_telemetry_srt(write(tmp_path, *cues), NEAR).place_step_m == pytest.approx(111.32)
    cues = [subtitle(n, f"00:00:0{n},000", f"GPS(72.990{n},33.6400,16) BAROMETER:52.0") for n in (1, 2)]
    assert read_telemetry_srt(write(tmp_path, *cues), NEAR).place_step_m == pytest.approx(11.132)


def test_survey_layout_on_one_line(tmp_path: Path) -> None:
    body = (
        "F/6.3, SS 60, ISO 100, EV 0, RTK (72.990000, 33.640000, 28), HOME (72.990146, 33.640243, 103.55m), D 75.36m, H 76.19m, "
        "H.S 0.30m/s, V.S 0.00m/s, F.PRY (-5.3°, 2.1°, 28.3°), G.PRY (-40.0°, 0.0°, 28.2°)"
    )
    (row,) = read_telemetry_srt(write(tmp_path, subtitle(36, "00:00:35,000", body)), NEAR).rows
    assert (row.place, row.altitude_m, row.pitch_deg, row.heading_deg) == ((72.99, 33.64), 76.19, -40.0, 28.2)


def test_moments_on_the_ground_and_without_a_fix_are_left_out(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        subtitle(1, "00:00:00,000", f"{PLACE} [rel_alt: 0.000 abs_alt: 500.0]"),
        subtitle(2, "00:00:01,000", "[latitude: 0.000000] [longitude: 0.000000] [rel_alt: 30.0 abs_alt: 530.0]"),
        subtitle(3, "00:00:02,000", f"{PLACE} [rel_alt: 30.0 abs_alt: 530.0]"),
        subtitle(4, "00:00:02,000", f"{PLACE} [rel_alt: 31.0 abs_alt: 531.0]"),
    )
    assert [(row.t_s, row.altitude_m) for row in read_telemetry_srt(path, NEAR).rows] == [(2.0, 30.0)]


def test_wide_text_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(subtitle(1, "00:00:02,000", f"{PLACE} [rel_alt: 30.0 abs_alt: 530.0]").encode("utf-16"))
    assert len(read_telemetry_srt(path, NEAR).rows) == 1


@pytest.mark.parametrize(
    ("cues", "words"),
    [
        (("no subtitles at all",), "is it a DJI .SRT file"),
        ((subtitle(1, "00:00:00,000", "Hello."),), "holds a position"),
        ((subtitle(1, "00:00:00,000", f"{PLACE} [altitude: 550.0]"),), "above sea level alone"),
        (
            tuple(subtitle(n, f"00:00:0{9 - n},000", f"{PLACE} [rel_alt: 30.0 abs_alt: 530.0]") for n in (1, 2)),
            "times must rise",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, cues: tuple[str, ...], words: str) -> None:
    path = write(tmp_path, *cues)
    with pytest.raises(SceneError) as caught:
        read_telemetry_srt(path, NEAR)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_focal_length_follows_the_full_frame_width() -> None:
    assert hfov_of_focal_length(18.0) == pytest.approx(90.0)
    assert math.isclose(hfov_of_focal_length(36.0), math.degrees(2 * math.atan(0.5)))
