"""What came in and what became of it, in order, kept by column: one scenario may take half a million messages.

A row waits as it is until there are some, then all go to their columns at once: that is quick, and nobody reads it yet.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any

from yidi_mocks.figures import same
from yidi_mocks.msgids import Msgids

DIGEST = 32
WAITING = 256
LARGE = 16_384
KEPT = 64  # letters of what a caller may write as long as it likes
Fate = tuple[str, str, str | None, str | None, bool, str]
"""infno, verdict, err_msg, cause, effect, med_type: few different ones, so a row holds a number."""
Row = tuple[str, int, str | None, str | None, dict[str, Any], Fate, bytes]
"""at in digits, number of the msgid, psn_no and setl_id where the hub knows better than the message, the node of the
message that names person and visit, fate, the message itself."""


@dataclass(slots=True)
class Received:
    """One row of the record."""

    n: int
    at: str
    infno: str
    msgid: str
    psn_no: str
    mdtrt_id: str
    chrg_bchno: str
    setl_id: str | None
    verdict: str
    err_msg: str | None
    cause: str | None
    effect: bool
    in_maintenance: bool
    med_type: str
    digest: bytes

    def as_json(self) -> dict[str, Any]:
        """As the control door shows it."""
        return {**{name: getattr(self, name) for name in SHOWN}, "bytes_sha256": self.digest.hex()}


SHOWN = tuple(field.name for field in fields(Received) if field.name != "digest")


class Numbers(dict[Fate, int]):
    """A number for each, given at its first use."""

    def __missing__(self, fate: Fate) -> int:
        number = self[fate] = len(self)
        return number


class Record:
    """The rows. Made when they are looked at; nothing is ever left out before `clear`."""

    def __init__(self) -> None:
        self.msgids = Msgids()  # not forgotten by `clear`: a message may be on its way
        self.clear()

    def clear(self) -> None:
        """Nothing was received."""
        self._waiting: list[Row] = []
        self._at = array("q")
        self._msgid = array("q")
        self._psn_no: list[str] = []
        self._mdtrt_id: list[str] = []
        self._chrg_bchno: list[str] = []
        self._setl_id: list[str | None] = []
        self._fate = array("I")
        self._fates = Numbers()
        self._digests = bytearray()

    def add(self, row: Row) -> None:
        """One message more."""
        self._waiting.append(row)
        if len(self._waiting) >= WAITING or len(row[-1]) > LARGE:
            self._pack()

    def amend(self, place: int, fate: Fate, setl_id: str | None) -> None:
        """What became of a message later than it came in."""
        self._pack()
        self._fate[place] = self._fates[fate]
        self._setl_id[place] = setl_id or self._setl_id[place]

    def _pack(self) -> None:
        if not self._waiting:
            return
        at, msgid, psn_no, setl_id, data, fate, raw = zip(*self._waiting, strict=True)
        self._waiting.clear()
        self._at.extend(map(int, at))
        self._msgid.extend(msgid)
        self._psn_no.extend(known or said for known, said in zip(psn_no, _said(data, "psn_no"), strict=True))
        self._mdtrt_id.extend(_said(data, "mdtrt_id"))
        self._chrg_bchno.extend(_said(data, "chrg_bchno"))
        self._setl_id.extend(known or said or None for known, said in zip(setl_id, _said(data, "setl_id"), strict=True))
        self._fate.extend(map(self._fates.__getitem__, fate))
        self._digests += b"".join([sha256(message).digest() for message in raw])

    def __len__(self) -> int:
        return len(self._at) + len(self._waiting)

    def __getitem__(self, place: int) -> Received:
        self._pack()
        return self._row(range(len(self._at))[place], tuple(self._fates))

    def __iter__(self) -> Iterator[Received]:
        self._pack()
        fates = tuple(self._fates)
        return (self._row(place, fates) for place in range(len(self._at)))

    def _row(self, place: int, fates: tuple[Fate, ...]) -> Received:
        infno, verdict, err_msg, cause, effect, med_type = fates[self._fate[place]]
        return Received(
            n=place + 1,
            at=str(self._at[place]),
            infno=infno,
            msgid=self.msgids.text(self._msgid[place]),
            psn_no=self._psn_no[place],
            mdtrt_id=self._mdtrt_id[place],
            chrg_bchno=self._chrg_bchno[place],
            setl_id=self._setl_id[place],
            verdict=verdict,
            err_msg=err_msg,
            cause=cause,
            effect=effect,
            in_maintenance=cause == "maintenance",
            med_type=med_type,
            digest=bytes(self._digests[place * DIGEST : (place + 1) * DIGEST]),
        )


def _said(data: Iterable[dict[str, Any]], name: str) -> list[str]:
    """A field of each message, "" where it is no text."""
    return [
        same(value[:KEPT]) if value and isinstance(value, str) else "" for value in [node.get(name) for node in data]
    ]
