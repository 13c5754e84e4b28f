"""ZIP archives, as files travel in them: whether one is whole, and one file in and out of it. Pure.

An answer is believed to be a file only when all of it is there: one archive from the first byte to the last, every
checksum right. Nothing is written anywhere, and a name inside an archive is never used as a path.
"""

import io
from collections.abc import Iterator
from typing import Any

MOST_UNPACKED = 100_000_000
"""Bytes that are unpacked of one archive."""
MOST_RATIO = 20
"""How many times its own size an archive may unpack to; below `SMALL` bytes it is not asked."""
SMALL = 1_000_000
TOO_MUCH = "the archive unpacks to more than is allowed"
_BEGINNING, _END = b"PK\x03\x04", b"PK\x05\x06"
_END_LENGTH, _MOST_COMMENT = 22, 0xFFFF
_ENCRYPTED = 0x1
_STORED, _DEFLATED = 0, 8
_CHUNK = 65_536
_OLDEST = (1980, 1, 1, 0, 0, 0)


class NotWhole(ValueError):
    """The bytes are no whole archive that may be unpacked. The text says why, without quoting them."""


def begins_as_one(raw: bytes) -> bool:
    """Whether the bytes begin as an archive with something in it."""
    return raw.startswith(_BEGINNING)


def flaw_in(raw: bytes, *, most: int = MOST_UNPACKED) -> str:
    """Why the bytes are no whole archive; "" when they are one. At most `most` bytes are unpacked, none are kept."""
    try:
        for _ in _unpacked(raw, most):
            pass
    except NotWhole as error:
        return str(error)
    return ""


def unpack(raw: bytes, *, most: int = MOST_UNPACKED) -> dict[str, bytes]:
    """Content by name, folders left out. Raises NotWhole, also when more than `most` bytes would come of it."""
    found: dict[str, bytearray] = {}
    for name, chunk in _unpacked(raw, most):
        found.setdefault(name, bytearray()).extend(chunk)
    return {name: bytes(content) for name, content in found.items()}


def pack(name: str, content: bytes) -> bytes:
    """An archive with one file. The same content gives the same bytes: no time of day is in it."""
    import zipfile  # noqa: PLC0415 - only those who handle files need it

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo(name, _OLDEST)
        member.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(member, content)
    return made.getvalue()


def _unpacked(raw: bytes, most: int) -> Iterator[tuple[str, bytes]]:
    """Name and content, chunk by chunk; an empty file is one empty chunk."""
    import zipfile  # noqa: PLC0415 - as above

    _check_frame(raw)
    allowed = min(most, max(SMALL, MOST_RATIO * len(raw)))
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            yield from _members(archive, allowed)
    except NotWhole:
        raise
    except Exception as error:  # noqa: BLE001 - damaged bytes make zipfile raise nearly anything
        raise NotWhole(f"the archive is damaged: {type(error).__name__}") from None


def _members(archive: Any, allowed: int) -> Iterator[tuple[str, bytes]]:
    members = archive.infolist()
    _check_members(members)
    for member in members:
        if member.is_dir():
            continue
        yield member.filename, b""
        with archive.open(member) as opened:
            while chunk := opened.read(min(_CHUNK, allowed + 1)):  # what an archive says of its size is not asked
                allowed -= len(chunk)
                if allowed < 0:
                    raise NotWhole(TOO_MUCH)
                yield member.filename, chunk


def _check_frame(raw: bytes) -> None:
    """One archive from the first byte to the last. A reader of archives would forgive bytes before it, and so take one
    that came twice for one."""
    if not begins_as_one(raw):
        raise NotWhole("no archive")
    at = raw.rfind(_END, max(0, len(raw) - _END_LENGTH - _MOST_COMMENT))
    if at < 0 or at + _END_LENGTH + int.from_bytes(raw[at + 20 : at + 22], "little") != len(raw):
        raise NotWhole("the archive is cut, or something follows it")
    length, begin = (int.from_bytes(raw[at + place : at + place + 4], "little") for place in (12, 16))
    if begin + length != at:
        raise NotWhole("the archive came more than once, or with a piece missing")


def _check_members(members: list[Any]) -> None:
    if not any(not member.is_dir() for member in members):
        raise NotWhole("the archive is empty")
    if len({member.filename for member in members}) != len(members):
        raise NotWhole("the archive holds one name twice")
    begins = {member.header_offset for member in members}
    if len(begins) != len(members) or min(begins) != 0:
        raise NotWhole("the archive's parts do not lie one after another")
    for member in members:
        if member.flag_bits & _ENCRYPTED:
            raise NotWhole("the archive is encrypted")
        if member.compress_type not in (_STORED, _DEFLATED):
            raise NotWhole("the archive is packed in an unusual way")
