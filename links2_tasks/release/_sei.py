"""Notes that encoders and cameras put between the pictures of H.264 and H.265: user data of SEI messages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from links2_tasks.media import open_video

_FRAMES_READ = 300
"""A camera that writes notes does so from its first frames on."""
_USER_DATA = 5
_UUID_BYTES = 16
_OF_ENCODERS = (b"x264", b"x265", b"Lavc", b"SVT-", b"NVENC")
"""How the notes of encoders about themselves begin."""


def picture_notes(path: Path) -> tuple[str, ...]:
    """'user data between the pictures (SEI)' where a video has such and it is not an encoder's note about itself."""
    for codec, packet in _packets(path):
        for unit in _units(packet):
            payload = _sei_payload(codec, unit)
            if payload is not None and any(
                not note[_UUID_BYTES:].lstrip().startswith(_OF_ENCODERS) for note in _user_data(payload)
            ):
                return ("user data between the pictures (SEI)",)
    return ()


def pictures_only(codec: str, packet: bytes) -> list[bytes]:
    """The units of a packet without SEI messages, to compare what is left when those are taken out."""
    return [unit for unit in _units(packet) if _sei_payload(codec, unit) is None]


def _packets(path: Path) -> Iterator[tuple[str, bytes]]:
    with open_video(path) as video:
        name = video.stream.codec_context.name
        if name not in {"h264", "hevc"}:
            return
        for packet in islice(video.filled_packets(), _FRAMES_READ):
            yield name, bytes(packet)


def _units(packet: bytes) -> Iterator[bytes]:
    """Units of a packet, whether they begin with a start code or with their length in four bytes."""
    if packet.startswith((b"\0\0\1", b"\0\0\0\1")):
        yield from (unit for unit in packet.split(b"\0\0\1") if unit)
        return
    at = 0
    while at + 4 <= len(packet):
        length = int.from_bytes(packet[at : at + 4], "big")
        yield packet[at + 4 : at + 4 + length]
        at += 4 + length


def _sei_payload(codec: str, unit: bytes) -> bytes | None:
    if codec == "h264" and len(unit) > 1 and unit[0] & 0x1F == 6:
        return unit[1:].replace(b"\0\0\3", b"\0\0")
    if codec == "hevc" and len(unit) > 2 and (unit[0] >> 1) & 0x3F in {39, 40}:
        return unit[2:].replace(b"\0\0\3", b"\0\0")
    return None


def _user_data(payload: bytes) -> Iterator[bytes]:
    """Messages of user data: each message has its kind and length in bytes that add up while they are 255."""
    at = 0
    while at + 2 <= len(payload) and payload[at] != 0x80:
        kind, at = _number(payload, at)
        length, at = _number(payload, at)
        if kind == _USER_DATA:
            yield payload[at : at + length]
        at += length


def _number(payload: bytes, at: int) -> tuple[int, int]:
    number = 0
    while at < len(payload) and payload[at] == 255:
        number += 255
        at += 1
    return number + (payload[at] if at < len(payload) else 0), at + 1
