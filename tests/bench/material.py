"""What is sent in the measurements: one settlement, its answer, 5,000 fee lines. All persons are invented."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from yidi_sdk import wire
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.transactions import FeeLine, SettleOutpatient, UploadOutpatientFees

HOSPITAL = Institution(code="H50010300001", name="示例市人民医院(虚构)", division="500103")
OPERATOR = Operator(id="0001", name="示例收费员")
DIVISION = "530100"
PSN_NO = "53000000000000000000009901"
MDTRT_ID = "500103202611210000000001"
LINES = 5_000


def settlement() -> SettleOutpatient:
    """2207 of one basket."""
    return SettleOutpatient(
        psn_no=PSN_NO,
        mdtrt_cert_type="02",
        mdtrt_cert_no="530102198803150001",
        med_type="14",
        medfee_sumamt=Decimal("180.00"),
        psn_setlway="01",
        mdtrt_id=MDTRT_ID,
        chrg_bchno="0001",
        insutype="310",
        acct_used_flag="1",
        fulamt_ownpay_amt=Decimal("30.00"),
        overlmt_selfpay=Decimal("0.00"),
        preselfpay_amt=Decimal("10.20"),
        inscp_scp_amt=Decimal("139.80"),
        invono="FP00000001",
    )


def settled() -> bytes:
    """A fixed answer to it, with the fields that public clients show; it names visit and person, no msgid."""
    return wire.dumps(wire.loads((Path(__file__).parent / "settled.json").read_bytes()))


def person_request() -> bytes:
    """The envelope of 1101, with a place for the msgid."""
    data = {"mdtrt_cert_type": "02", "mdtrt_cert_no": "530102198803150001"}
    return json.dumps(envelope("1101", {"data": data}), ensure_ascii=False).encode()


def envelope(infno: str, nodes: dict[str, Any]) -> dict[str, Any]:
    return {
        "infno": infno,
        "msgid": "@@msgid@@",
        "mdtrtarea_admvs": HOSPITAL.division,
        "insuplc_admdvs": DIVISION,
        "recer_sys_code": "YBXT",
        "dev_no": "",
        "dev_safe_info": "",
        "cainfo": "",
        "signtype": "",
        "infver": "V1.0",
        "opter_type": OPERATOR.kind,
        "opter": OPERATOR.id,
        "opter_name": OPERATOR.name,
        "inf_time": "2026-11-21 09:40:00",
        "fixmedins_code": HOSPITAL.code,
        "fixmedins_name": HOSPITAL.name,
        "sign_no": "",
        "input": nodes,
    }


def fee_lines(count: int = LINES) -> list[dict[str, Any]]:
    """Lines as a HIS has them: text and exact decimals."""
    return [
        {
            "feedetl_sn": f"{number:010d}",
            "mdtrt_id": MDTRT_ID,
            "psn_no": PSN_NO,
            "chrg_bchno": "0001",
            "dise_codg": "M03900",
            "rx_circ_flag": "0",
            "fee_ocur_time": "2026-11-21 09:40:00",
            "med_list_codg": f"XC08CAA001B0020101{number:05d}",
            "medins_list_codg": f"{number:08d}",
            "medins_list_name": "氨氯地平片 5mg×28",
            "det_item_fee_sumamt": Decimal("24.60"),
            "cnt": Decimal("2.0000"),
            "pric": Decimal("12.300000"),
            "bilg_dept_codg": "A03",
            "bilg_dept_name": "内科",
            "bilg_dr_codg": "D500103000001",
            "bilg_dr_name": "示例医师",
            "hosp_appr_flag": "0",
        }
        for number in range(1, count + 1)
    ]


def fees(lines: list[dict[str, Any]]) -> UploadOutpatientFees:
    """2204 of them, checked."""
    return UploadOutpatientFees(feedetail=[FeeLine(**line) for line in lines])
