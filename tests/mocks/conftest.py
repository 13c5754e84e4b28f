"""A cashier: talks to the hub's business door over real HTTP, building each envelope from the specification's facts."""

import http.client
import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest

from yidi_mocks.plugin import RunningHub
from yidi_sdk import wire
from yidi_sdk.catalogue import by_infno
from yidi_sdk.message import AS_GIVEN

SERIAL = itertools.count(1)
PATH = "/fsi/api/callService"


class Cashier:
    """One institution, one operator, one person at a time."""

    def __init__(self, hub: RunningHub, code: str = "H50010300001") -> None:
        self.hub = hub
        self.code = code
        self.sign_no = ""
        self.insuplc = ""
        self.psn_no = ""
        self.id_number = ""
        self.insutype = "310"
        place = urlsplit(hub.url)
        self.connection = http.client.HTTPConnection(place.hostname, place.port, timeout=5)

    def envelope(self, infno: str, nodes: dict[str, Any], **changes: Any) -> dict[str, Any]:
        given = {
            "infno": infno,
            "msgid": f"{self.code}20261121{next(SERIAL):010d}",
            "mdtrtarea_admvs": "500103",
            "insuplc_admdvs": self.insuplc,
            "recer_sys_code": "YBXT",
            "dev_no": "",
            "dev_safe_info": "",
            "cainfo": "",
            "signtype": "",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "op001",
            "opter_name": "示例收费员",
            "inf_time": "2026-11-21 09:01:05",
            "fixmedins_code": self.code,
            "fixmedins_name": "示例市人民医院(虚构)",
            "sign_no": self.sign_no,
            "input": nodes,
        }
        given.update(changes)
        return {name: value for name, value in given.items() if value is not ...}

    def post(self, raw: bytes, path: str = PATH) -> tuple[int, bytes]:
        self.connection.request("POST", path, raw, {"content-type": "application/json"})
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def send(self, infno: str, nodes: dict[str, Any], path: str = PATH, **changes: Any) -> dict[str, Any]:
        status, body = self.post(wire.dumps(self.envelope(infno, nodes, **changes)), path)
        assert status == 200
        return wire.loads(body)

    def ok(self, infno: str, nodes: dict[str, Any], **changes: Any) -> dict[str, Any]:
        answer = self.send(infno, nodes, **changes)
        assert answer["infcode"] == 0, answer
        by_infno(infno).output.model_validate(answer["output"] or {}, context=AS_GIVEN)
        return answer["output"]

    def refused(self, infno: str, nodes: dict[str, Any], **changes: Any) -> str:
        answer = self.send(infno, nodes, **changes)
        assert answer["infcode"] == -1, answer
        return answer["err_msg"]

    def sign_in(self) -> None:
        self.sign_no = self.ok("9001", {"signIn": {"opter_no": "op001", "mac": "", "ip": ""}})["signinoutb"]["sign_no"]

    def serve(self, name: str, row: int = 0) -> dict[str, Any]:
        """Read the persona's ID card and take its insurance."""
        self.id_number = self.hub.person(name)["id_number"]
        self.insuplc = ""
        output = self.ok("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": self.id_number}})
        self.psn_no = output["baseinfo"]["psn_no"]
        self.insuplc = output["insuinfo"][row]["insuplc_admdvs"]
        self.insutype = output["insuinfo"][row]["insutype"]
        return output

    def register(self, number: str = "MZ1", **changes: Any) -> str:
        data = {
            "psn_no": self.psn_no,
            "insutype": self.insutype,
            "begntime": f"{self.today()} 09:00:00",
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": self.id_number,
            "ipt_otp_no": number,
            "atddr_no": "D500103000001",
            "dr_name": "示例医师",
            "dept_code": "A03",
            "dept_name": "内科",
            "caty": "A03",
            **changes,
        }
        return self.ok("2201", {"data": data})["data"]["mdtrt_id"]

    def encounter_nodes(self, mdtrt_id: str, med_type: str = "11", disease: str = "", **flags: Any) -> dict[str, Any]:
        info = {
            "mdtrt_id": mdtrt_id,
            "psn_no": self.psn_no,
            "med_type": med_type,
            "begntime": f"{self.today()} 09:00:00",
            "dise_codg": disease,
            **flags,
        }
        diagnosis = {
            "diag_type": "1",
            "maindiag_flag": "1",
            "diag_srt_no": 1,
            "diag_code": "I10.x00",
            "diag_name": "高血压",
            "diag_dept": "内科",
            "dise_dor_no": "D500103000001",
            "dise_dor_name": "示例医师",
            "diag_time": f"{self.today()} 09:05:00",
            "vali_flag": "1",
        }
        return {"mdtrtinfo": info, "diseinfo": [diagnosis]}

    def describe(self, mdtrt_id: str, med_type: str = "11", disease: str = "", **flags: Any) -> None:
        self.ok("2203A", self.encounter_nodes(mdtrt_id, med_type, disease, **flags))

    def line(self, mdtrt_id: str, batch: str, number: str, amount: str = "100.00", **changes: Any) -> dict[str, Any]:
        return {
            "feedetl_sn": number,
            "mdtrt_id": mdtrt_id,
            "psn_no": self.psn_no,
            "chrg_bchno": batch,
            "rx_circ_flag": "0",
            "fee_ocur_time": f"{self.today()} 09:10:00",
            "med_list_codg": "XB01AAA0001",
            "medins_list_codg": "10023",
            "det_item_fee_sumamt": Decimal(amount),
            "cnt": 1,
            "pric": Decimal(amount),
            "bilg_dept_codg": "A03",
            "bilg_dept_name": "内科",
            "bilg_dr_codg": "D500103000001",
            "bilg_dr_name": "示例医师",
            "hosp_appr_flag": "1",
            **changes,
        }

    def charge(self, mdtrt_id: str, batch: str, *lines: dict[str, Any]) -> list[dict[str, Any]]:
        return self.ok("2204", {"feedetail": list(lines)})["result"]

    def trial_data(self, mdtrt_id: str, batch: str, total: str, med_type: str = "11", **changes: Any) -> dict[str, Any]:
        return {
            "psn_no": self.psn_no,
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": self.id_number,
            "med_type": med_type,
            "medfee_sumamt": Decimal(total),
            "psn_setlway": "01",
            "mdtrt_id": mdtrt_id,
            "chrg_bchno": batch,
            "acct_used_flag": "1",
            "insutype": self.insutype,
            **changes,
        }

    def settle_data(
        self, mdtrt_id: str, batch: str, total: str, med_type: str = "11", **changes: Any
    ) -> dict[str, Any]:
        """What a HIS sends after a trial: its own data and the parts that the trial told."""
        data = self.trial_data(mdtrt_id, batch, total, med_type, **changes)
        trial = self.ok("2206", {"data": data})["setlinfo"]
        parts = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
        return {**data, **{name: trial[name] for name in parts}}

    def settle(self, mdtrt_id: str, batch: str, total: str, med_type: str = "11", **changes: Any) -> dict[str, Any]:
        return self.ok("2207", {"data": self.settle_data(mdtrt_id, batch, total, med_type)}, **changes)

    def basket(self, number: str = "MZ1", disease: str = "", total: str = "100.00", **flags: Any) -> tuple[str, str]:
        """Registered, described, charged: visit and batch."""
        visit, batch = self.register(number), f"PC-{number}"
        self.describe(visit, "14" if disease else flags.pop("med_type", "11"), disease, **flags)
        self.charge(visit, batch, self.line(visit, batch, f"{number}-1", total, dise_codg=disease))
        return visit, batch

    def today(self) -> str:
        return self.hub.control("/health")["clock"][:10]


@pytest.fixture
def cashier(hub: RunningHub) -> Iterator[Cashier]:
    found = Cashier(hub)
    found.sign_in()
    yield found
    found.connection.close()
