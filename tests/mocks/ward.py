"""A ward clerk: the messages of a stay, typed from the specification's facts, sent through a cashier's connection."""

from decimal import Decimal
from typing import Any

PARTS = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
SPLIT = ("fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")
DRUG, BED, SURGERY, OUTSIDE_SCOPE = "XB01AAA0001", "001109000010000", "003301000010000", "ZF01AAA0001"


class Ward:
    """The stays of the person whom the cashier serves. `parts`: the four sums that the answers to uploads told."""

    def __init__(self, cashier, name: str, row: int = 0) -> None:
        cashier.serve(name, row)
        self.cashier = cashier
        self.stay = ""
        self.med_type = "21"
        self.parts = dict.fromkeys(PARTS, Decimal("0.00"))
        self.total = Decimal("0.00")

    def day(self) -> str:
        return self.cashier.today()

    def diagnoses(self, mdtrt_id: str | None = None) -> list[dict[str, Any]]:
        row = {
            "psn_no": self.cashier.psn_no,
            "diag_type": "1",
            "maindiag_flag": "1",
            "diag_srt_no": 1,
            "diag_code": "S72.000",
            "diag_name": "股骨颈骨折",
            "diag_dept": "骨科",
            "dise_dor_no": "D500103000001",
            "dise_dor_name": "示例医师",
            "diag_time": f"{self.day()} 09:05:00",
            "vali_flag": "1",
        }
        return [{**row, "mdtrt_id": mdtrt_id} if mdtrt_id else row]

    def about(self, **changes: Any) -> dict[str, Any]:
        return {
            "psn_no": self.cashier.psn_no,
            "begntime": f"{self.day()} 08:00:00",
            "mdtrt_cert_type": "02",
            "med_type": self.med_type,
            "atddr_no": "D500103000001",
            "chfpdr_name": "示例医师",
            "adm_diag_dscr": "股骨颈骨折",
            "adm_dept_codg": "B01",
            "adm_dept_name": "骨科",
            "adm_bed": "12",
            "dscg_maindiag_code": "S72.000",
            "dscg_maindiag_name": "股骨颈骨折",
            **changes,
        }

    def admission(self, number: str = "ZY1", **changes: Any) -> dict[str, Any]:
        data = self.about(
            insutype=self.cashier.insutype,
            mdtrt_cert_no=self.cashier.id_number,
            ipt_no=number,
            ipt_type="0",
            exp_content={"er_flag": "0"},
            psn_cert_type="01",
            certno=self.cashier.id_number,
        )
        return {"mdtrtinfo": {**data, **changes}, "diseinfo": self.diagnoses()}

    def admit(self, number: str = "ZY1", msgid: Any = ..., **changes: Any) -> str:
        nodes = self.admission(number, **changes)
        self.med_type = nodes["mdtrtinfo"]["med_type"]
        told = {} if msgid is ... else {"msgid": msgid}
        self.stay = self.cashier.ok("2401", nodes, **told)["result"]["mdtrt_id"]
        return self.stay

    def change_nodes(self, **changes: Any) -> dict[str, Any]:
        data = self.about(mdtrt_id=self.stay, ipt_otp_no="ZY1", **changes)
        return {"adminfo": data, "diseinfo": self.diagnoses(self.stay)}

    def line(self, number: str, amount: str = "100.00", code: str = DRUG, **changes: Any) -> dict[str, Any]:
        return {
            "feedetl_sn": number,
            "mdtrt_id": self.stay,
            "psn_no": self.cashier.psn_no,
            "med_type": self.med_type,
            "fee_ocur_time": f"{self.day()} 10:00:00",
            "med_list_codg": code,
            "medins_list_codg": "10023",
            "medins_list_name": "示例项目",
            "det_item_fee_sumamt": Decimal(amount),
            "cnt": -1 if amount.startswith("-") else 1,
            "pric": abs(Decimal(amount)),
            "bilg_dept_codg": "B01",
            "bilg_dept_name": "骨科",
            "bilg_dr_codg": "D500103000001",
            "bilg_dr_name": "示例医师",
            **changes,
        }

    def back(self, number: str, origin: str, amount: str, code: str = DRUG, **changes: Any) -> dict[str, Any]:
        """A negative line; its quantity is that of its origin's price of 100.00, or as told."""
        return self.line(number, amount, code, init_feedetl_sn=origin, **changes)

    def charge(self, *lines: dict[str, Any]) -> list[dict[str, Any]]:
        rows = self.cashier.ok("2301", {"feedetail": list(lines)})["result"]
        for row in rows:
            self.total += row["det_item_fee_sumamt"]
            for told, name in zip(SPLIT, PARTS, strict=True):
                self.parts[name] += row[told]
        return rows

    def revocation(self, *numbers: str) -> dict[str, Any]:
        who = {"mdtrt_id": self.stay, "psn_no": self.cashier.psn_no}
        return {"data": [{"feedetl_sn": number, **who} for number in numbers]}

    def leaving(self, **changes: Any) -> dict[str, Any]:
        data = {
            "mdtrt_id": self.stay,
            "psn_no": self.cashier.psn_no,
            "insutype": self.cashier.insutype,
            "endtime": f"{self.day()} 16:00:00",
            "dscg_dept_codg": "B01",
            "dscg_dept_name": "骨科",
            "dscg_bed": "12",
            "dscg_way": "1",
            **changes,
        }
        return {"dscginfo": data, "diseinfo": self.diagnoses(self.stay)}

    def discharge(self, **changes: Any) -> None:
        self.cashier.ok("2402", self.leaving(**changes))

    def bill(self, **changes: Any) -> dict[str, Any]:
        data = {
            "psn_no": self.cashier.psn_no,
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": self.cashier.id_number,
            "medfee_sumamt": self.total,
            "psn_setlway": "01",
            "mdtrt_id": self.stay,
            "insutype": self.cashier.insutype,
            "acct_used_flag": "1",
            "mid_setl_flag": "0",
            "med_type": self.med_type,
            **self.parts,
            **changes,
        }
        return {"data": data}

    def settle(self, **envelope: Any) -> dict[str, Any]:
        return self.cashier.ok("2304", self.bill(), **envelope)

    def named(self, **more: Any) -> dict[str, Any]:
        return {"data": {"mdtrt_id": self.stay, "psn_no": self.cashier.psn_no, **more}}

    def whole(self, total: str = "5000.00", number: str = "ZY1", **flags: Any) -> dict[str, Any]:
        """Admitted, charged, discharged, settled; the answer to 2304."""
        self.admit(number, **flags)
        self.total, self.parts = Decimal("0.00"), dict.fromkeys(PARTS, Decimal("0.00"))
        self.charge(self.line(f"{number}-1", total))
        self.discharge()
        return self.settle()

    def row(self) -> dict[str, Any]:
        """The stay as the control door shows it."""
        rows = self.cashier.hub.control(f"/world?person={self.cashier.psn_no}")["visits"]
        return next(row for row in rows if row["mdtrt_id"] == self.stay)
