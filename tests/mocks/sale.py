"""A shop assistant: a sale in a pharmacy, and Guangdong's visit in one message, typed from the specification's facts."""

from decimal import Decimal
from typing import Any

CODE = "P50010300001"


class Pharmacy:
    """The person whom the cashier serves, in the pharmacy that the hub brings along."""

    def __init__(self, cashier, name: str) -> None:
        self.cashier = cashier
        cashier.serve(name)

    def enter(self) -> None:
        """From now on the pharmacy sends."""
        if self.cashier.code != CODE:
            self.cashier.code = CODE
            self.cashier.sign_in()

    def goods(self, number: str = "S1-1", amount: str = "60.00", **changes: Any) -> dict[str, Any]:
        row = {
            "feedetl_sn": number,
            "rx_circ_flag": "0",
            "fee_ocur_time": f"{self.cashier.today()} 10:00:00",
            "med_list_codg": "XB01AAA0001",
            "medins_list_codg": "10023",
            "det_item_fee_sumamt": Decimal(amount),
            "cnt": 1,
            "pric": Decimal(amount),
        }
        return {name: value for name, value in {**row, **changes}.items() if value is not ...}

    def sale(self, *goods: dict[str, Any], **changes: Any) -> dict[str, Any]:
        rows = list(goods) or [self.goods()]
        info = {
            "psn_no": self.cashier.psn_no,
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": self.cashier.id_number,
            "begntime": f"{self.cashier.today()} 10:00:00",
            "medfee_sumamt": sum((row["det_item_fee_sumamt"] for row in rows), Decimal(0)),
            "insutype": self.cashier.insutype,
            "acct_used_flag": "1",
            "med_type": "41",
        }
        return {"druginfo": {k: v for k, v in {**info, **changes}.items() if v is not ...}, "drugdetail": rows}

    def sell(self, **envelope: Any) -> tuple[str, dict[str, Any]]:
        self.enter()
        return "2103", self.cashier.ok("2102", self.sale(), **envelope)["setlinfo"]

    def combined(self, flag: Any = "1", number: str = "GD1", **changes: Any) -> dict[str, Any]:
        """All of an outpatient visit."""
        info = {
            "psn_no": self.cashier.psn_no,
            "clnc_flag": "0",
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": self.cashier.id_number,
            "setl_flag": flag,
            "insutype": self.cashier.insutype,
            "med_type": "11",
            "begntime": f"{self.cashier.today()} 10:00:00",
            "ipt_op_no": number,
            "adm_dept_code": "A03",
            "adm_dept_name": "内科",
        }
        diagnosis = {"dise_type": "1", "dise_srt_no": "1", "dise_codg": "I10.x00", "dise_name": "高血压"}
        line = {
            "feedetl_sn": f"{number}-1",
            "fee_ocur_date": f"{self.cashier.today()} 10:05:00",
            "cnt": 2,
            "pric": "50.00",
            "det_item_fee_sumamt": "100.00",
            "med_list_codg": "XB01AAA0001",
            "medins_milist_codg": "10023",
        }
        return {
            "mdtrtinfo": {k: v for k, v in {**info, **changes}.items() if v is not ...},
            "diseinfo": [{"rows": [diagnosis]}],
            "feedetail": [{"rows": [line]}],
        }

    def visit(self, **envelope: Any) -> tuple[str, dict[str, Any]]:
        return "2261", self.cashier.ok("2260", self.combined(), **envelope)["setlInfo"]

    def undoing(self, made: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
        infno, info = made
        data = {"psn_no": self.cashier.psn_no, "mdtrt_id": info["mdtrt_id"], "setl_id": info["setl_id"]}
        return infno, {"mdtrtinfo" if infno == "2261" else "data": data}
