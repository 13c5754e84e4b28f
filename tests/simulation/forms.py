"""What people write on their forms: invented persons, visits, stays, fee lines."""

import random
from datetime import datetime, timedelta
from typing import Any

from simulation.hub import Json, Person
from yidi_gateway.shapes import VisitIn

PARTS = {"fulamt_ownpay_amt": "0.00", "overlmt_selfpay": "0.00", "preselfpay_amt": "0.00", "inscp_scp_amt": "0.00"}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def invented(number: int) -> Person:
    """An invented person whose identity number has the right check digit."""
    plain = f"53010219880315{number % 1000:03d}"
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(plain, _WEIGHTS, strict=True)) % 11]
    return Person(plain + check, f"虚构人{number}", [f"PSN{number:017d}"])


def visit_in(number: int, person: Person, codes: tuple[str | None, ...], now: datetime, dice: random.Random) -> VisitIn:
    begun = (now - timedelta(minutes=5)).isoformat()
    lines: list[Any] = []
    for place, code in enumerate(codes, 1):
        price = f"{dice.randrange(100, 9000) / 100:.2f}"
        lines.append(
            {
                "line_no": str(place),
                "code": "XC08CAA001B002010100001",
                "local_code": f"L{place}",
                "name": "示例项目",
                "quantity": "1",
                "unit_price": price,
                "amount": price,
                "disease_code": code,
                "prescribed_at": begun,
            }
        )
    return VisitIn.model_validate(
        {
            "visit_no": f"V{number}",
            "kind": "chronic" if any(codes) else "outpatient",
            "credential": {"kind": "id_card", "value": person.cert_no},
            "emergency": False,
            "trauma": False,
            "started_at": begun,
            "department": {"code": "A03", "name": "内科"},
            "doctor": {"code": "D500103000001", "name": "示例医师"},
            "diagnoses": [{"code": "I10.x00", "name": "高血压", "main": True}],
            "lines": lines,
        }
    )


def _diagnosis(psn_no: str, at: str) -> Json:
    return {
        "psn_no": psn_no,
        "diag_type": "1",
        "maindiag_flag": "1",
        "diag_srt_no": 1,
        "diag_code": "I10.x00",
        "diag_name": "高血压",
        "diag_dept": "A03",
        "dise_dor_no": "D500103000001",
        "dise_dor_name": "示例医师",
        "diag_time": at,
    }


def stay_in(number: int, person: Person, now: datetime) -> Json:
    at = f"{now:%Y-%m-%d %H:%M:%S}"
    return {
        "mdtrtinfo": {
            "psn_no": person.psn_no,
            "insutype": "310",
            "begntime": at,
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": person.cert_no,
            "med_type": "21",
            "ipt_no": f"S{number}",
            "atddr_no": "D500103000001",
            "chfpdr_name": "示例医师",
            "adm_diag_dscr": "高血压",
            "adm_dept_codg": "A03",
            "adm_dept_name": "内科",
            "adm_bed": "12",
            "dscg_maindiag_code": "I10.x00",
            "dscg_maindiag_name": "高血压",
        },
        "diseinfo": [_diagnosis(person.psn_no, at)],
    }


def discharge_in(psn_no: str, stay: Json, now: datetime) -> Json:
    at = f"{now:%Y-%m-%d %H:%M:%S}"
    fields = {"psn_no": psn_no, "insutype": "310", "endtime": at, "dscg_dept_codg": "A03", "dscg_dept_name": "内科"}
    return {"dscginfo": {**fields, **stay, "dscg_way": "1"}, "diseinfo": [_diagnosis(psn_no, at)]}


def fee_in(number: int, psn_no: str, stay: Json, amount: str, now: datetime) -> Json:
    return {
        "feedetl_sn": f"F{number}",
        **stay,
        "psn_no": psn_no,
        "med_type": "21",
        "fee_ocur_time": f"{now:%Y-%m-%d %H:%M:%S}",
        "med_list_codg": "XC08CAA001B002010100001",
        "medins_list_codg": "L1",
        "det_item_fee_sumamt": amount,
        "cnt": "1",
        "pric": amount,
        "bilg_dept_codg": "A03",
        "bilg_dept_name": "内科",
        "bilg_dr_codg": "D500103000001",
        "bilg_dr_name": "示例医师",
    }


def settle_in(person: Person, amount: str) -> Json:
    return {
        "mdtrt_cert_type": "02",
        "mdtrt_cert_no": person.cert_no,
        "medfee_sumamt": amount,
        "psn_setlway": "01",
        "insutype": "310",
        "mid_setl_flag": "0",
    }
