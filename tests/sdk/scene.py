"""One invented scene for the SDK's tests: a hospital, an operator, a patient of another province."""

from datetime import datetime
from typing import Any

from yidi_sdk import profile, wire
from yidi_sdk.catalogue import CATALOGUE, Transaction, row_of
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.message import Input
from yidi_sdk.protocol import Request, encode, read_input
from yidi_sdk.transactions import (
    GetPerson,
    PresettleOutpatient,
    QuerySettlement,
    ReverseTransaction,
    RevokeOutpatientFees,
    SettleOutpatient,
)

INSTITUTION = Institution(code="H50010399901", name="示例市人民医院(虚构)", division="500103")
OPERATOR = Operator(id="op001", name="示例收费员")
PROFILE = profile.load("national")
NOW = datetime.fromisoformat("2024-05-20T09:40:00+08:00")
MSGID = "H50010399901202405200940000007"
PSN_NO, MDTRT_ID, DIVISION = "53000000000000000000009901", "500103202405200000000001", "530100"
ID_NUMBER = "530102198803150000"
NAMES = {row.input.__name__: row for row in CATALOGUE}

SETTLING = {
    "psn_no": PSN_NO,
    "mdtrt_cert_type": "02",
    "mdtrt_cert_no": ID_NUMBER,
    "med_type": "14",
    "medfee_sumamt": "180.00",
    "psn_setlway": "01",
    "mdtrt_id": MDTRT_ID,
    "chrg_bchno": "PC202405200001",
    "acct_used_flag": "1",
    "insutype": "310",
}
PARTS = {"fulamt_ownpay_amt": "30.00", "overlmt_selfpay": "0.00", "preselfpay_amt": "10.20", "inscp_scp_amt": "139.80"}
AMOUNTS = {"medfee_sumamt": "180.00", **PARTS, "fund_pay_sumamt": "83.88", "acct_pay": "50.00", "psn_cash_pay": "46.12"}

QUERY = GetPerson(mdtrt_cert_type="02", mdtrt_cert_no=ID_NUMBER)
TRIAL = PresettleOutpatient.model_validate(SETTLING)
UPLOAD = RevokeOutpatientFees(psn_no=PSN_NO, mdtrt_id=MDTRT_ID, chrg_bchno="PC202405200001")
COMMIT = SettleOutpatient.model_validate({**SETTLING, **PARTS})
FIND = QuerySettlement(psn_no=PSN_NO, setl_id="500103202405200000000777", mdtrt_id=MDTRT_ID)


def reverse(original: Input[Any] = COMMIT) -> ReverseTransaction:
    return ReverseTransaction(psn_no=PSN_NO, omsgid=MSGID, oinfno=row_of(original).infno)


REVERSAL = reverse()


def request_of(message: Input[Any], **changes: Any) -> Request:
    arguments: dict[str, Any] = {
        "profile": PROFILE,
        "url": "http://127.0.0.1:8701",
        "institution": INSTITUTION,
        "operator": OPERATOR,
        "msgid": MSGID,
        "now": NOW,
        "insured_division": DIVISION,
        "sign_no": "SIGN0000001",
    }
    return encode(message, **{**arguments, **changes})


def message_of(row: Transaction[Any], nodes: dict[str, Any]) -> Input[Any]:
    return read_input(row, nodes)


def answer(output: Any = None, *, infcode: Any = 0, err_msg: Any = None, **more: Any) -> bytes:
    return wire.dumps({"infcode": infcode, "err_msg": err_msg, "output": output, "inf_refmsgid": "R1", **more})


def settled(**changes: Any) -> dict[str, Any]:
    """The output of a settlement that is ours."""
    node = {"mdtrt_id": MDTRT_ID, "setl_id": "500103202405200000000777", "psn_no": PSN_NO, "medins_setl_id": MSGID}
    return {"setlinfo": {key: value for key, value in {**node, **AMOUNTS, **changes}.items() if value is not None}}


PERSON = {
    "baseinfo": {"psn_no": PSN_NO, "certno": ID_NUMBER, "psn_name": "测试甲"},
    "insuinfo": [{"insutype": "310", "insuplc_admdvs": DIVISION}],
}
