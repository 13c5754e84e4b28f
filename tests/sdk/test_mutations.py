"""A hundred thousand answers with bytes changed, cut, doubled or swapped: an Output, Refused or Unknown, nothing else.

And never a false success: what comes back as a settlement is the one that was asked for.
"""

import random
from typing import Any

import pytest
from sdk import scene

from yidi_sdk import wire
from yidi_sdk.catalogue import row_of
from yidi_sdk.errors import Refused, Unknown
from yidi_sdk.protocol import Request, decode
from yidi_sdk.transactions import (
    GetPerson,
    RegisterOutpatient,
    ReverseTransaction,
    SettleOutpatient,
    UploadOutpatientFees,
)

BLOCKS, EACH = 10, 10_000
ME = {"psn_no": "53000000000000000000009901", "mdtrt_id": "500103202405200000000001"}
AMOUNTS = {
    "medfee_sumamt": "180.00",
    "fulamt_ownpay_amt": "30.00",
    "overlmt_selfpay": "0.00",
    "preselfpay_amt": "10.20",
    "inscp_scp_amt": "139.80",
    "fund_pay_sumamt": "83.88",
    "acct_pay": "50.00",
    "psn_cash_pay": "46.12",
}
SETTLED = {**ME, **AMOUNTS, "setl_id": "500103202405200000000777", "medins_setl_id": scene.MSGID, "psn_name": "测试甲"}
ANSWERS: list[tuple[Any, Any]] = [
    (SettleOutpatient, {"setlinfo": SETTLED, "setldetail": [{"fund_pay_type": "310100", "fund_payamt": "83.88"}]}),
    (RegisterOutpatient, {"data": {**ME, "ipt_otp_no": "MZ1"}}),
    (UploadOutpatientFees, {"result": [{"feedetl_sn": "F1", "det_item_fee_sumamt": "102.00", "cnt": "4"}]}),
    (
        GetPerson,
        {
            "baseinfo": {"psn_no": ME["psn_no"], "certno": "1", "psn_name": "测试甲"},
            "insuinfo": [{"insutype": "310", "insuplc_admdvs": "530100"}],
        },
    ),
    (ReverseTransaction, None),
]


def envelope(output: Any) -> bytes:
    return wire.dumps({"infcode": 0, "inf_refmsgid": "5", "err_msg": None, "warn_msg": None, "output": output})


def mutated(raw: bytes, dice: random.Random) -> bytes:
    body = bytearray(raw)
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        at = dice.randrange(len(body) + 1)
        kind = dice.randrange(7)
        if kind == 0 and body:
            body[at % len(body)] = dice.randrange(256)
        elif kind == 1:
            body[at:at] = bytes([dice.randrange(256)])
        elif kind == 2:
            del body[at : at + dice.randrange(1, 9)]
        elif kind == 3:
            del body[at:]
        elif kind == 4:
            body[at:at] = body[at : at + dice.randrange(1, 60)]
        elif kind == 5:
            body[at:at] = dice.choice(
                (b"null", b"{}", b"[]", b'"', b"NaN", b"1e9", b"-1", b'"infcode":-1,', b"\\u0000")
            )
        else:
            digits = [i for i, byte in enumerate(body) if 48 <= byte <= 57]
            if digits:
                body[dice.choice(digits)] = dice.randrange(48, 58)
        if not body:
            break
    return bytes(body)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_mutated_answers(block: int) -> None:
    dice = random.Random(block)
    whole = [(row_of(cls), envelope(output)) for cls, output in ANSWERS]
    successes = 0
    for _ in range(EACH):
        row, raw = dice.choice(whole)
        request = Request(row.infno, scene.MSGID, row.effect, "http://127.0.0.1", {}, b"", **ME)
        try:
            output: Any = decode(row, request, 200, {}, mutated(raw, dice), profile=scene.PROFILE)
        except (Refused, Unknown):
            continue
        successes += 1
        assert isinstance(output, row.output)
        if row.input is SettleOutpatient:
            assert output.setlinfo.setl_id
            ours = output.setlinfo.medins_setl_id == scene.MSGID
            asked = (output.setlinfo.psn_no, output.setlinfo.mdtrt_id) == (ME["psn_no"], ME["mdtrt_id"])
            assert ours or (asked and not output.setlinfo.medins_setl_id)
        if row.input is RegisterOutpatient:
            assert output.data.psn_no == ME["psn_no"]
    assert successes > EACH // 50
