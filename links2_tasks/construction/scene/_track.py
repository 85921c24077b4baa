"""The poses of a flight, interpolated in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene._camera import Pose
from links2_tasks.errors import SceneError


@dataclass(frozen=True)
class Track:
    """Poses in order of time; angles are interpolated the short way round the circle."""

    poses: tuple[Pose, ...]

    def __post_init__(self) -> None:
        """Refuse an empty track and times that do not rise."""
        times = [pose.t_s for pose in self.poses]
        if not times:
            raise SceneError("the telemetry holds no pose")
        for earlier, later in pairwise(times):
            if later <= earlier:
                raise SceneError(f"telemetry times must rise: {later} s follows {earlier} s")

    @classmethod
    def of(cls, poses: Iterable[Pose]) -> Track:
        """Track of poses in any order."""
        return cls(tuple(sorted(poses, key=lambda pose: pose.t_s)))

    @property
    def start_s(self) -> float:
        """Time of the first pose."""
        return self.poses[0].t_s

    @property
    def end_s(self) -> float:
        """Time of the last pose."""
        return self.poses[-1].t_s

    def at(self, t_s: float) -> Pose:
        """Pose at `t_s`; before the first and after the last pose it stays as it is there."""
        columns = self._columns
        times = columns[0]
        east, north, altitude, heading, pitch = (float(np.interp(t_s, times, column)) for column in columns[1:])
        return Pose(t_s, east, north, altitude, heading % 360.0, pitch)

    @cached_property
    def _columns(self) -> NDArray[np.float64]:
        rows = [(p.t_s, p.east_m, p.north_m, p.altitude_m, p.heading_deg, p.pitch_deg) for p in self.poses]
        columns = np.array(rows, float).T
        columns[4] = np.degrees(np.unwrap(np.radians(columns[4])))
        return columns
