"""5,000 fee lines: into bytes, and back into checked lines, beside msgspec structs of the same fields."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec

from tests.bench import material
from tests.bench.measuring import Axis, Figure, in_turns, seconds
from yidi_sdk import wire
from yidi_sdk.profile import load
from yidi_sdk.protocol import encode
from yidi_sdk.transactions import UploadOutpatientFees

BARE = "msgspec structs"
ENCODE = Axis("5,000 lines, encode", "protocol.encode", BARE, "s", "<=", 1.5)
ROUND = Axis("5,000 lines, there and back", "encode, wire.loads, from_wire", BARE, "s", "<=", 3.0)
NOW = datetime(2026, 11, 21, 9, 40, tzinfo=timezone(timedelta(hours=8)))
MSGID = "H50010300001202611210940000001"


class Line(msgspec.Struct):
    """The fields that are sent."""

    feedetl_sn: str
    mdtrt_id: str
    psn_no: str
    chrg_bchno: str
    dise_codg: str
    rx_circ_flag: str
    fee_ocur_time: str
    med_list_codg: str
    medins_list_codg: str
    medins_list_name: str
    det_item_fee_sumamt: Decimal
    cnt: Decimal
    pric: Decimal
    bilg_dept_codg: str
    bilg_dept_name: str
    bilg_dr_codg: str
    bilg_dr_name: str
    hosp_appr_flag: str


class Nodes(msgspec.Struct):
    feedetail: list[Line]


class Envelope(msgspec.Struct):
    input: Nodes


class Changed(AssertionError):
    """A decimal came back other than it was sent: then no figure counts."""


def measure() -> Iterator[Figure]:
    rows = material.fee_lines()
    message = material.fees(rows)
    structs = Envelope(Nodes([Line(**row) for row in rows]))
    encoder = msgspec.json.Encoder(decimal_format="number")
    decoder = msgspec.json.Decoder(Envelope)

    def ours() -> bytes:
        return _encoded(message)

    def bare() -> bytes:
        return encoder.encode(structs)

    _must_be_exact(message, rows)
    encode_s, bare_s = in_turns(lambda: seconds(ours), lambda: seconds(bare), rounds=9, at_most_s=8)
    yield ENCODE.figure(encode_s, bare_s)
    both_s, bare_both_s = in_turns(
        lambda: seconds(lambda: _read(ours())), lambda: seconds(lambda: decoder.decode(bare())), rounds=9, at_most_s=12
    )
    yield ROUND.figure(both_s, bare_both_s, note="no decimal changed")


def _encoded(message: UploadOutpatientFees) -> bytes:
    return encode(
        message,
        profile=load("national"),
        url="http://127.0.0.1:8701",
        institution=material.HOSPITAL,
        operator=material.OPERATOR,
        msgid=MSGID,
        now=NOW,
        insured_division=material.DIVISION,
    ).body


def _read(body: bytes) -> UploadOutpatientFees:
    return UploadOutpatientFees.from_wire(wire.loads(body)["input"])


def _must_be_exact(message: UploadOutpatientFees, rows: list[dict[str, Any]]) -> None:
    for line, row in zip(_read(_encoded(message)).feedetail, rows, strict=True):
        for name in ("det_item_fee_sumamt", "cnt", "pric"):
            if str(getattr(line, name)) != str(row[name]):
                raise Changed(f"{name}: {row[name]} became {getattr(line, name)}")
