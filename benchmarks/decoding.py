"""From a video file to the frames of one plan, nothing cached: this package beside PyAV, decord and torchcodec.

    python benchmarks/decoding.py                      # links2_mini, 41 s of 1080p30, and a real flight
    python benchmarks/decoding.py --flight my_flight   # or LINKS2_REAL_FLIGHT=my_flight
    python benchmarks/decoding.py --clip generated --repeats 3

Plans of 8, 16, 32 and 64 frames, spread evenly over the clip. Contestants, each in a process of its own:

    links2                  load_frames: times of all frames, groups of pictures, frames without those nobody needs
    links2, by torchcodec   the same with LINKS2_DECODER=torchcodec
    PyAV, sequential        everything up to the last planned frame, as lmms-eval does
    PyAV, a seek a frame    the keyframe before each planned frame, and on from there
    decord                  get_batch; it uses all cores
    torchcodec              get_frames_at, exact; one thread, its default
    torchcodec, all cores   the same with FFmpeg's choice of threads
    groups alone            no way to frames but a limit: FFmpeg decodes the groups that hold planned frames, whole up to the
                            last planned one, and nothing is found out, converted or kept

All give frames at the size of the file, and the table says whether they are those of plain sequential decoding, byte for
byte. Where a contestant is not installed or does not work, it is left out. Files have been read once before, and modules are
imported before the clock starts. Processor seconds say more than wall seconds where others are at work on the machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import _clips
from _decoders import DECORD, LIMIT, MAKERS, OURS, SEEKING, SEQUENTIAL, TORCHCODEC, TORCHCODEC_ALL
from _report import Cell, Goal, Report, Table, command_line, now, parser, publish, this_machine
from _trials import (
    Contestant,
    Trial,
    TrialError,
    all_samples,
    clocked,
    median_of,
    ratio_of,
    run_in_turn,
    run_worker,
    say,
)

from links2_tasks.media import probe_video

SIZES = (8, 16, 32, 64)
ALWAYS = (OURS, SEQUENTIAL, LIMIT)
"""Contestants that every table needs."""
PEERS = (SEQUENTIAL, SEEKING, DECORD, TORCHCODEC, TORCHCODEC_ALL)
MOST_TIMES_THE_BEST = 1.10


def measure_here(contestant: str, video: Path, sizes: Sequence[int]) -> None:
    """Measure one contestant in this process, with a plan of each size, and print its figures."""
    n_frames = probe_video(video).n_frames
    video.read_bytes()
    decode = MAKERS[contestant]()
    decode(_clips.generated_clip(_clips.TINY), (0, 30))
    figures: dict[str, float] = {}
    for size in sizes:
        if contestant == OURS or contestant.startswith(OURS):
            video.touch()  # What was found out about the file for an earlier plan is forgotten.
        measured: dict[str, float] = {}
        with clocked(measured):
            frames = decode(video, even_plan(n_frames, size))
        figures.update({f"{name} {size}": value for name, value in measured.items()})
        if frames is not None:
            # 48 bits, which a float holds exactly.
            figures[f"digest {size}"] = int(sha256(frames.tobytes()).hexdigest()[:12], 16)
    say(figures)


def even_plan(n_frames: int, size: int) -> tuple[int, ...]:
    """The middle frames of `size` equal parts."""
    return tuple(sorted({int((number + 0.5) * n_frames / size) for number in range(size)}))


@dataclass(frozen=True)
class Case:
    """A clip to measure on."""

    name: str
    video: Path

    @property
    def facts(self) -> str:
        """For the table's title."""
        info = probe_video(self.video)
        return f"{self.name}: {info.width_px} x {info.height_px}, {info.fps:g} fps, {info.duration_s:.0f} s"


def cases(chosen: argparse.Namespace) -> Iterator[Case]:
    """The clips that are wanted and there."""
    wanted = chosen.clip or ("mini", "generated", "flight")
    if chosen.quick:
        yield Case("tiny", _clips.generated_clip(_clips.TINY))
        return
    if "mini" in wanted:
        from links2_tasks.construction.mini import ensure_mini

        yield _copied("links2_mini", sorted((ensure_mini() / "videos").glob("*.mp4"))[0])
    if "generated" in wanted:
        yield Case("generated", _clips.generated_clip(_clips.LONG))
    flight = _clips.real_flight(chosen.flight)
    if "flight" in wanted and flight is None:
        print(f"no real flight: name its folder with --flight or {_clips.REAL_FLIGHT}", file=sys.stderr)
    elif "flight" in wanted and flight is not None:
        yield _copied("real flight", _clips.real_video(flight))


def _copied(name: str, video: Path) -> Case:
    """A copy in the work folder, whose time of change may be set."""
    copy = _clips.work_folder() / f"{name.replace(' ', '_')}{video.suffix}"
    if not copy.is_file() or copy.read_bytes() != video.read_bytes():
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(video.read_bytes())
    return Case(name, copy)


def contestants(case: Case, sizes: Sequence[int]) -> list[Contestant]:
    """All contestants on a clip."""
    plans = [argument for size in sizes for argument in ("--size", str(size))]
    return [
        Contestant(name, (__file__, "--contestant", name, "--video", str(case.video), *plans), {"HF_HUB_OFFLINE": "1"})
        for name in MAKERS
    ]


def that_work(wanted: Sequence[str]) -> frozenset[str]:
    """Names of the wanted contestants that are installed and decode a tiny clip."""
    tiny = Case("tiny", _clips.generated_clip(_clips.TINY))
    working = set()
    for contestant in contestants(tiny, (2,)):
        if contestant.name not in wanted:
            continue
        try:
            run_worker(contestant, 120.0)
            working.add(contestant.name)
        except TrialError as error:
            print(f"left out: {contestant.name}: {str(error).strip().splitlines()[-1]}", file=sys.stderr)
    return frozenset(working)


def table_of(case: Case, trials: Sequence[Trial], size: int) -> Table:
    """One row for each contestant."""
    names = [name for name in MAKERS if any(trial.contestant == name for trial in trials)]
    right = next(trial.figures[f"digest {size}"] for trial in trials if trial.contestant == SEQUENTIAL)

    def row(name: str) -> tuple[Cell, ...]:
        digests = {trial.figures.get(f"digest {size}") for trial in trials if trial.contestant == name}
        said = "none" if digests == {None} else "same" if digests == {right} else "other"
        wall_s, cpu_s = (median_of(trials, name, f"{figure} {size}") for figure in ("wall_s", "cpu_s"))
        ratios = (ratio_of(trials, name, OURS, f"{figure} {size}") for figure in ("wall_s", "cpu_s"))
        return (name, wall_s, cpu_s, *ratios, median_of(trials, name, f"peak_mb {size}"), said)

    columns = (
        "contestant",
        "wall, s",
        "processor, s",
        "x links2, wall",
        "x links2, processor",
        "peak memory, MB",
        "frames",
    )
    return Table(f"{case.facts}; {size} frames", columns, tuple(map(row, names)))


def goals_of(case: Case, trials: Sequence[Trial], size: int) -> Iterator[Goal]:
    """Against the peers that were there, and against the limit."""
    peers = [name for name in PEERS if any(trial.contestant == name for trial in trials)]
    wall, cpu = (
        {peer: ratio_of(trials, OURS, peer, f"{figure} {size}") for peer in peers} for figure in ("wall_s", "cpu_s")
    )
    best, cheapest = max(wall, key=lambda peer: wall[peer]), max(cpu, key=lambda peer: cpu[peer])
    limit = ratio_of(trials, OURS, LIMIT, f"cpu_s {size}")
    yield Goal(
        f"{case.name}, {size} frames",
        f"at most {MOST_TIMES_THE_BEST:.2f} x the best peer's time",
        f"{wall[best]:.2f} x {best} on the wall, {cpu[cheapest]:.2f} x {cheapest} of the processor; "
        f"{limit:.2f} x the groups alone",
        wall[best] <= MOST_TIMES_THE_BEST,
    )


def _arguments() -> argparse.Namespace:
    made = parser(__doc__)
    made.add_argument("--clip", action="append", choices=("mini", "generated", "flight"), help="only this one")
    made.add_argument("--flight", type=Path, metavar="DIR", help=f"folder of a real flight ({_clips.REAL_FLIGHT})")
    made.add_argument("--size", type=int, action="append", metavar="N", help="frames of a plan (8, 16, 32, 64)")
    made.add_argument("--only", action="append", choices=sorted(MAKERS), help="leave out the other peers")
    made.add_argument("--contestant", choices=sorted(MAKERS), help="measure this one here, on --video")
    made.add_argument("--video", type=Path, help="file for --contestant; its time of change is set")
    return made.parse_args()


def main() -> None:
    """Measure, show, and write."""
    chosen = _arguments()
    sizes = tuple(chosen.size or SIZES)
    if chosen.contestant:
        measure_here(chosen.contestant, chosen.video, sizes)
        return
    if chosen.quick:
        chosen.repeats, sizes = 1, (4, 8)
    wanted = [name for name in MAKERS if not chosen.only or name in (*ALWAYS, *chosen.only)]
    machine, started, working = this_machine(), now(), that_work(wanted)
    tables, goals, samples = [], [], {}
    for case in cases(chosen):
        runners = [runner for runner in contestants(case, sizes) if runner.name in working]
        trials = run_in_turn(runners, chosen.repeats)
        tables += [table_of(case, trials, size) for size in sizes]
        goals += [goal for size in sizes for goal in goals_of(case, trials, size)]
        samples.update({f"{case.name}: {key}": value for key, value in all_samples(trials).items()})
    report = Report(
        name="decoding",
        measures="One plan from file to frames, nothing cached, beside other ways to decode.",
        command=command_line(),
        started=started,
        machine=machine,
        repeats=chosen.repeats,
        tables=tuple(tables),
        goals=() if chosen.quick else tuple(goals),
        notes=tuple(f"left out, for it does not work here: {name}" for name in wanted if name not in working),
        samples=samples,
    )
    publish(report, chosen.json)


if __name__ == "__main__":
    main()
