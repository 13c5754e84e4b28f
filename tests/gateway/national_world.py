"""A HIS that speaks the platform's envelope, typed from the interface's facts, and only knows the gateway's address."""

from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

import httpx

BEIJING = timezone(timedelta(hours=8))
PATH = "/fsi/api/callService"
COUNT = count(1)


def msgid() -> str:
    """Institution, second, serial: as such a program makes it."""
    return f"H50010300001{datetime.now(BEIJING):%Y%m%d%H%M%S}{next(COUNT) % 5000:04d}"


class Program:
    """Sends messages with a running number and a person's insured place."""

    def __init__(self, door: httpx.AsyncClient, who: dict[str, Any]) -> None:
        self.door = door
        self.who = who

    def envelope(self, infno: str, nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
        now = f"{datetime.now(BEIJING):%Y-%m-%d %H:%M:%S}"
        return {
            "infno": infno,
            "msgid": msgid(),
            "mdtrtarea_admvs": "500103",
            "insuplc_admdvs": self.who["insured_division"],
            "recer_sys_code": "YBXT",
            "dev_no": "",
            "dev_safe_info": "",
            "cainfo": "",
            "signtype": "",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "0007",
            "opter_name": "示例收费员",
            "inf_time": now,
            "fixmedins_code": "H50010300001",
            "fixmedins_name": "示例医院",
            "sign_no": "1",
            "input": nodes,
            **more,
        }

    async def raw(self, envelope: Any, path: str = PATH) -> httpx.Response:
        answer = await self.door.post(path, json=envelope)
        assert answer.status_code == 200
        return answer

    async def send(self, infno: str, nodes: dict[str, Any], path: str = PATH, **more: Any) -> dict[str, Any]:
        return (await self.raw(self.envelope(infno, nodes, **more), path)).json()

    async def ok(self, infno: str, nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = await self.send(infno, nodes, **more)
        assert answer["infcode"] == 0, answer
        return answer

    def registration(self, number: str) -> dict[str, Any]:
        return {
            "data": {
                "psn_no": self.who["psn_no"],
                "insutype": "310",
                "begntime": f"{datetime.now(BEIJING):%Y-%m-%d %H:%M:%S}",
                "mdtrt_cert_type": "02",
                "mdtrt_cert_no": self.who["credential"]["value"],
                "ipt_otp_no": number,
                "atddr_no": "D500103000001",
                "dr_name": "医生",
                "dept_code": "A03",
                "dept_name": "内科",
                "caty": "A03",
            }
        }

    async def charged(self, number: str = "N-1", batch: str = "B1") -> dict[str, Any]:
        """A visit up to its trial; the `data` of its settlement."""
        now = f"{datetime.now(BEIJING):%Y-%m-%d %H:%M:%S}"
        visit = (await self.ok("2201", self.registration(number)))["output"]["data"]["mdtrt_id"]
        who = {"psn_no": self.who["psn_no"], "mdtrt_id": visit}
        doctor = {"diag_dept": "A03", "dise_dor_no": "D500103000001", "dise_dor_name": "医生", "diag_time": now}
        diagnosis = {
            "diag_type": "1",
            "diag_srt_no": 1,
            "maindiag_flag": "1",
            "diag_code": "I10.x00",
            "diag_name": "高血压",
            "vali_flag": "1",
        }
        encounter = {
            **who,
            "med_type": "14",
            "begntime": now,
            "main_cond_dscr": "",
            "dise_codg": "M03900",
            "dise_name": "高血压",
            "trum_flag": "0",
        }
        await self.ok("2203A", {"mdtrtinfo": encounter, "diseinfo": [{**diagnosis, **doctor}]})
        line = {
            **who,
            "feedetl_sn": f"{batch}-1",
            "chrg_bchno": batch,
            "dise_codg": "M03900",
            "rx_circ_flag": "0",
            "fee_ocur_time": now,
            "med_list_codg": "XC09AAY001A010101",
            "medins_list_codg": "10023",
            "det_item_fee_sumamt": 24.6,
            "cnt": "2",
            "pric": "12.30",
            "bilg_dept_codg": "A03",
            "bilg_dept_name": "内科",
            "bilg_dr_codg": "D500103000001",
            "bilg_dr_name": "医生",
            "hosp_appr_flag": "1",
        }
        await self.ok("2204", {"feedetail": [line]})
        wanted = {
            **who,
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": self.who["credential"]["value"],
            "med_type": "14",
            "medfee_sumamt": "24.60",
            "psn_setlway": "01",
            "chrg_bchno": batch,
            "insutype": "310",
            "acct_used_flag": "1",
        }
        trial = (await self.ok("2206", {"data": wanted}))["output"]["setlinfo"]
        parts = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
        return {**wanted, **{name: trial[name] for name in parts}, "mdtrt_mode": "0", "mid_setl_flag": "0"}
