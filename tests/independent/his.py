"""A hospital's system that shares no code with this project: http.client, json, dicts and decimals, nothing more.

Typed from the facts of the national hospital-side interface (docs/catalogue.md says how well each is known). Where the
SDK and the mock hub hold the same mistake, this one does not.
"""

import http.client
import itertools
import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import urlsplit

CHINA = timezone(timedelta(hours=8))
HOSPITAL, HOSPITAL_NAME, HERE = "H50010300001", "示例市人民医院(虚构)", "500103"
CENT = Decimal("0.01")
ORDINARY, EMERGENCY, CHRONIC, STAY = "11", "13", "14", "21"


class Refused(Exception):
    """The platform said no. The text is its own."""


class NoAnswer(Exception):
    """Nothing came back, or nothing that can be read: what happened is not known."""


class His:
    """One counter. `person` is whoever was read last; `sent` every msgid in order."""

    def __init__(self, url, patience_s=2.0):
        place = urlsplit(url)
        self.host, self.port, self.patience_s = place.hostname, place.port, patience_s
        self.serial = itertools.count(1)
        self.sign_no = ""
        self.insured = ""
        self.person = {}
        self.sent = []

    # the line

    def msgid(self):
        return f"{HOSPITAL}{self.now():%Y%m%d%H%M%S}{next(self.serial):04d}"

    @staticmethod
    def now():
        return datetime.now(CHINA)

    def moment(self):
        return f"{self.now():%Y-%m-%d %H:%M:%S}"

    def call(self, infno, nodes, msgid=None):
        """The output of an answer. Raises Refused or NoAnswer."""
        number = msgid or self.msgid()
        self.sent.append((infno, number))
        message = {
            "infno": infno,
            "msgid": number,
            "mdtrtarea_admvs": HERE,
            "insuplc_admdvs": self.insured,
            "recer_sys_code": "YBXT",
            "dev_no": "",
            "dev_safe_info": "",
            "cainfo": "",
            "signtype": "",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "0001",
            "opter_name": "示例收费员",
            "inf_time": self.moment(),
            "fixmedins_code": HOSPITAL,
            "fixmedins_name": HOSPITAL_NAME,
            "sign_no": self.sign_no,
            "input": nodes,
        }
        answer = self.post(json.dumps(message, ensure_ascii=False).encode())
        if str(answer.get("infcode")) == "0":
            return answer.get("output")
        raise Refused(answer.get("err_msg") or answer.get("message"))

    def post(self, body):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=self.patience_s)
        try:
            connection.request("POST", "/fsi/api/callService", body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            raw = reply.read()
            return json.loads(raw, parse_float=Decimal)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoAnswer(type(error).__name__) from error
        finally:
            connection.close()

    # the day

    def sign_in(self):
        self.sign_no = ""
        self.sign_no = self.call("9001", {"signIn": {"opter_no": "0001", "mac": "", "ip": ""}})["signinoutb"]["sign_no"]

    def read(self, id_number):
        self.insured = ""
        found = self.call("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": id_number}})
        insurance = found["insuinfo"][0]
        self.insured = insurance["insuplc_admdvs"]
        self.person = {"psn_no": found["baseinfo"]["psn_no"], "id": id_number, "insutype": insurance["insutype"]}
        return found

    def qualifications(self):
        rows = self.call("5301", {"data": {"psn_no": self.person["psn_no"]}})["feedetail"]
        return [row["opsp_dise_code"] for row in rows]

    def filings(self):
        day = f"{self.now():%Y-%m-%d}"
        data = {"psn_no": self.person["psn_no"], "begntime": f"{day} 00:00:00", "endtime": f"{day} 23:59:59"}
        return self.call("5304", {"data": data})["refmedin"]

    # an outpatient visit: one registration for each settlement

    def register(self, number):
        data = {
            "psn_no": self.person["psn_no"],
            "insutype": self.person["insutype"],
            "begntime": self.moment(),
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": self.person["id"],
            "ipt_otp_no": number,
            "atddr_no": "D500103000001",
            "dr_name": "示例医师",
            "dept_code": "A03",
            "dept_name": "内科",
            "caty": "A03",
        }
        return self.call("2201", {"data": data})["data"]["mdtrt_id"]

    def diagnosis(self, code, name, dept):
        return {
            "diag_type": "1",
            "maindiag_flag": "1",
            "diag_srt_no": "1",
            "diag_code": code,
            "diag_name": name,
            "diag_dept": dept,
            "dise_dor_no": "D500103000001",
            "dise_dor_name": "示例医师",
            "diag_time": self.moment(),
            "vali_flag": "1",
        }

    def describe(self, visit, kind, disease="", **flags):
        info = {
            "mdtrt_id": visit,
            "psn_no": self.person["psn_no"],
            "med_type": kind,
            "begntime": self.moment(),
            "dise_codg": disease,
            **flags,
        }
        self.call("2203A", {"mdtrtinfo": info, "diseinfo": [self.diagnosis("I10.x00", "高血压", "内科")]})

    def fee(self, visit, number, code, price, count):
        price, count = Decimal(price), Decimal(count)
        return {
            "feedetl_sn": number,
            "mdtrt_id": visit,
            "psn_no": self.person["psn_no"],
            "fee_ocur_time": self.moment(),
            "med_list_codg": code,
            "medins_list_codg": "10020",
            "det_item_fee_sumamt": str((price * count).quantize(CENT)),
            "cnt": str(count),
            "pric": str(price),
            "bilg_dept_codg": "A03",
            "bilg_dept_name": "内科",
            "bilg_dr_codg": "D500103000001",
            "bilg_dr_name": "示例医师",
        }

    def charge(self, visit, batch, disease, lines):
        """Upload the lines; their total."""
        rows = []
        for place, (code, price, count) in enumerate(lines, start=1):
            line = self.fee(visit, f"{batch}-{place}", code, price, count)
            rows.append({**line, "chrg_bchno": batch, "dise_codg": disease, "rx_circ_flag": "0", "hosp_appr_flag": "1"})
        split = self.call("2204", {"feedetail": rows})["result"]
        parts = ("fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")
        for row in split:  # the four parts of a line are the line
            if sum(row[name] for name in parts) != row["det_item_fee_sumamt"]:
                raise AssertionError(row)
        return sum(Decimal(row["det_item_fee_sumamt"]) for row in rows)

    def prepare(self, number, kind, lines, disease="", **flags):
        """Register, describe, charge, try: what a settlement of this is to send."""
        visit, batch = self.register(number), f"PC{number}"
        self.describe(visit, kind, disease, **flags)
        total = self.charge(visit, batch, disease, lines)
        data = {
            "psn_no": self.person["psn_no"],
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": self.person["id"],
            "med_type": kind,
            "medfee_sumamt": str(total),
            "psn_setlway": "01",
            "mdtrt_id": visit,
            "chrg_bchno": batch,
            "acct_used_flag": "1",
            "insutype": self.person["insutype"],
        }
        trial = self.call("2206", {"data": data})["setlinfo"]
        for part in ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt"):
            data[part] = str(trial[part])
        return data

    def settle(self, data, msgid=None):
        return self.checked(self.call("2207", {"data": data}, msgid), data["medfee_sumamt"])

    def checked(self, output, total):
        """The settlement, when its sums hold: parts, payers, fund rows."""
        info = output["setlinfo"]
        parts = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
        whole = info["medfee_sumamt"]
        funds = sum(row["fund_payamt"] for row in output["setldetail"] if not row["fund_pay_type"].startswith("3102"))
        holds = (
            whole == Decimal(total) == sum(info[name] for name in parts),
            whole == info["fund_pay_sumamt"] + info["psn_part_amt"] + info["hosp_part_amt"],
            info["psn_part_amt"] == info["acct_pay"] + info["psn_cash_pay"],
            funds == info["fund_pay_sumamt"],
            info["psn_no"] == self.person["psn_no"],
        )
        if not all(holds):
            raise AssertionError((holds, info))
        return info

    # what became of it

    def lines_of(self, visit):
        return self.call("5204", {"data": {"psn_no": self.person["psn_no"], "mdtrt_id": visit}})["data"]

    def settlement(self, visit, setl_id):
        data = {"psn_no": self.person["psn_no"], "setl_id": setl_id, "mdtrt_id": visit}
        return self.call("5203", {"data": data})["setlinfo"]

    def found_again(self, visit, msgid):
        """The settlement that a message made, None where the platform has none: asked, never assumed."""
        numbers = {line["setl_id"] for line in self.lines_of(visit) if line["setl_id"]}
        for setl_id in sorted(numbers):
            info = self.settlement(visit, setl_id)
            if info["medins_setl_id"] == msgid:
                return info
        return None

    def reverse(self, msgid, infno="2207"):
        self.call("2601", {"data": {"psn_no": self.person["psn_no"], "omsgid": msgid, "oinfno": infno}})

    def refund(self, visit, setl_id):
        data = {"setl_id": setl_id, "mdtrt_id": visit, "psn_no": self.person["psn_no"]}
        return self.call("2208", {"data": data})["setlinfo"]

    def undo_visit(self, visit, number):
        who = {"mdtrt_id": visit, "psn_no": self.person["psn_no"]}
        self.call("2205", {"data": {**who, "chrg_bchno": "0000"}})
        self.call("2202", {"data": {**who, "ipt_otp_no": number}})

    # a stay

    def admit(self, number):
        info = {
            "psn_no": self.person["psn_no"],
            "insutype": self.person["insutype"],
            "begntime": self.moment(),
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": self.person["id"],
            "med_type": STAY,
            "ipt_no": number,
            "atddr_no": "D500103000001",
            "chfpdr_name": "示例医师",
            "adm_diag_dscr": "股骨颈骨折",
            "adm_dept_codg": "B01",
            "adm_dept_name": "骨科",
            "adm_bed": "12",
            "dscg_maindiag_code": "S72.000",
            "dscg_maindiag_name": "股骨颈骨折",
            "ipt_type": "0",
            "psn_cert_type": "01",
            "certno": self.person["id"],
        }
        diagnoses = [{**self.diagnosis("S72.000", "股骨颈骨折", "骨科"), "psn_no": self.person["psn_no"]}]
        return self.call("2401", {"mdtrtinfo": info, "diseinfo": diagnoses})["result"]["mdtrt_id"]

    def stay(self, number, lines):
        """Admit, charge, discharge, try, settle: the settlement and the stay's number."""
        visit, who = self.admit(number), self.person["psn_no"]
        rows = [
            {**self.fee(visit, f"{number}-{place}", *line), "med_type": STAY, "medins_list_name": "示例项目"}
            for place, line in enumerate(lines, start=1)
        ]
        split = self.call("2301", {"feedetail": rows})["result"]
        left = {
            "mdtrt_id": visit,
            "psn_no": who,
            "insutype": self.person["insutype"],
            "endtime": self.moment(),
            "dscg_dept_codg": "B01",
            "dscg_dept_name": "骨科",
            "dscg_bed": "12",
            "dscg_way": "1",
        }
        diagnosis = {**self.diagnosis("S72.000", "股骨颈骨折", "骨科"), "psn_no": who, "mdtrt_id": visit}
        self.call("2402", {"dscginfo": left, "diseinfo": [diagnosis]})
        data = {
            "psn_no": who,
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": self.person["id"],
            "medfee_sumamt": str(sum(row["det_item_fee_sumamt"] for row in split)),
            "psn_setlway": "01",
            "mdtrt_id": visit,
            "insutype": self.person["insutype"],
            "acct_used_flag": "1",
            "mid_setl_flag": "0",
            "med_type": STAY,
            "fulamt_ownpay_amt": str(sum(row["fulamt_ownpay_amt"] for row in split)),
            "overlmt_selfpay": str(sum(row["overlmt_amt"] for row in split)),
            "preselfpay_amt": str(sum(row["preselfpay_amt"] for row in split)),
            "inscp_scp_amt": str(sum(row["inscp_scp_amt"] for row in split)),
        }
        self.checked(self.call("2303", {"data": data}), data["medfee_sumamt"])
        return self.checked(self.call("2304", {"data": data}), data["medfee_sumamt"]), visit

    def undo_stay(self, visit, setl_id):
        who = {"mdtrt_id": visit, "psn_no": self.person["psn_no"]}
        back = self.call("2305", {"data": {**who, "setl_id": setl_id}})["setlinfo"]
        self.call("2405", {"data": who})
        return back
