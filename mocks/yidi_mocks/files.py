"""Files that the platform keeps for a while: uploaded with 9101, made by itself, fetched with 9102 by their number.

A file belongs to one institution. It is gone when its time is over, and the oldest go first when there are too many.
"""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta

from yidi_mocks.refusals import Refusal

MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 20 * 1024 * 1024
MOST_KEPT = 64 * 1024 * 1024
KEPT_FOR = timedelta(days=3)
MADE_BY_PLATFORM = "plc"
"""The name that fetches any file of the catalogue downloads."""
_OLDEST = (1980, 1, 1, 0, 0, 0)
_CHUNK = 65536
_ENCRYPTED = 1


class Stream(bytes):
    """A file on its way out: it is the whole answer, without an envelope."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file. `until`: yyyy-MM-dd HH:mm:ss. `catalogue`: made by a catalogue download, fetched under any name."""

    number: str
    name: str
    content: bytes
    code: str
    until: str
    catalogue: bool = False


class Files:
    """All files, by number, oldest first."""

    def __init__(self) -> None:
        self._kept: dict[str, StoredFile] = {}
        self._size = 0

    def keep(
        self, number: str, name: str, content: bytes, code: str, now: datetime, *, catalogue: bool = False
    ) -> StoredFile:
        """Take one in under a number; `code` is the institution that may fetch it."""
        moment = now.strftime("%Y-%m-%d %H:%M:%S")
        until = (now + KEPT_FOR).strftime("%Y-%m-%d %H:%M:%S")
        made = StoredFile(number, name, content, code, until, catalogue)
        self._kept[number] = made
        self._size += len(content)
        if self._size > MOST_KEPT:
            for old in [file for file in self._kept.values() if file.until < moment]:
                self._drop(old)
        while self._size > MOST_KEPT and len(self._kept) > 1:
            self._drop(next(iter(self._kept.values())))
        return made

    def find(self, number: str, code: str, now: str) -> StoredFile:
        """The file of an institution. Raises Refusal: unknown, of another, or its time is over."""
        found = self._kept.get(number)
        if found is None or found.code != code:
            raise Refusal("file_unknown")
        if found.until < now:
            raise Refusal("file_expired", until=found.until)
        return found

    def _drop(self, file: StoredFile) -> None:
        del self._kept[file.number]
        self._size -= len(file.content)


def packed(name: str, content: bytes) -> bytes:
    """A ZIP archive with one file; the same content gives the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo(name, _OLDEST)
        member.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(member, content)
    return made.getvalue()


def unpacked(content: bytes) -> bytes:
    """The one file inside an archive. Raises Refusal saying what is wrong with it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive, _only_member(archive))
    except Refusal:
        raise
    except Exception:  # noqa: BLE001 - damaged bytes make zipfile raise nearly anything
        raise Refusal("file_broken", why="不是完整的zip压缩包") from None


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        raise Refusal("file_broken", why=f"压缩包内应有一个文件，实有{len(members)}个")
    if members[0].flag_bits & _ENCRYPTED:
        raise Refusal("file_broken", why="压缩包不能加密")
    return members[0]


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Piece by piece: what an archive says of its size is not believed."""
    pieces, length = list[bytes](), 0
    with archive.open(member) as opened:
        while piece := opened.read(_CHUNK):
            pieces.append(piece)
            length += len(piece)
            if length > MOST_UNPACKED:
                raise Refusal("file_broken", why=f"解压后超过{MOST_UNPACKED}字节")
    return b"".join(pieces)
