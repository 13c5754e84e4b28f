"""A hospital that keeps its own books: settles without a network, writes its day into a file, reads what comes back."""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from yidi_mocks import answers, worldview
from yidi_mocks.clock import CHINA, Clock
from yidi_mocks.exchange import SINGLE_PATH, Exchange
from yidi_sdk import wire
from yidi_sdk.catalogue import by_infno
from yidi_sdk.message import AS_GIVEN

HOSPITAL, AGENCY = "H50010300001", "500103"
START = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
PARTS = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
RESULT = (
    *("psn_no", "mdtrt_id", "setl_id", "msgid", "stmt_rslt", "refd_setl_flag", "memo"),
    *("medfee_sumamt", "fund_pay_sumamt", "acct_pay"),
)
DESK = {"atddr_no": "D1", "dr_name": "示例医师", "dept_code": "A03", "dept_name": "内科", "caty": "A03"}


@dataclass
class Paper:
    """One settlement as the hospital holds it."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    msgid: str
    insutype: str
    medfee: Decimal
    fund: Decimal
    account: Decimal
    cash: Decimal
    flag: str = "0"
    person: object = None
    row: dict = None

    def line(self):
        amounts = (format(amount, "f") for amount in (self.medfee, self.fund, self.account))
        return "\t".join((self.setl_id, self.mdtrt_id, self.psn_no, *amounts, self.flag))


class Till:
    """One hospital at a hub whose clock stands still until it is moved."""

    def __init__(self, start=START, people=3):
        answers.register_all()
        self.hub = Exchange(clock=Clock(start.timestamp))
        self.hub.capabilities.sign_required = False
        self.messages = self.visits = 0
        self.papers = []
        self.people = [self.make(number) for number in range(people)]

    @property
    def today(self):
        return self.hub.clock.today()

    def make(self, number, insutype="310", division="530100"):
        row = {
            "name": f"测试{number}",
            "id_number": f"530102198001{number // 1000 % 28 + 1:02d}{number % 1000:03d}0",
            "insurances": [{"insutype": insutype, "division": division}],
            "filings": [{"kind": "long_resident", "area": "500000", "begin": "2020-01-01", "end": None}],
        }
        return worldview.make_person(self.hub.world, row, self.hub.clock.today())

    def ask(self, infno, nodes, person=None, **changes):
        raw = self.send(infno, nodes, person, **changes)
        return wire.loads(raw)

    def send(self, infno, nodes, person=None, **changes):
        self.messages += 1
        envelope = {
            "infno": infno,
            "msgid": f"{HOSPITAL}{self.today.replace('-', '')}{self.messages:010d}",
            "mdtrtarea_admvs": AGENCY,
            "insuplc_admdvs": person.insurances[0].division if person else "",
            "recer_sys_code": "YBXT",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "op001",
            "opter_name": "示例收费员",
            "inf_time": self.hub.clock.text(),
            "fixmedins_code": HOSPITAL,
            "fixmedins_name": "示例市人民医院(虚构)",
            "sign_no": "",
            "input": nodes,
            **changes,
        }
        self.msgid = envelope["msgid"]
        return self.hub.perform(self.hub.admit(wire.dumps(envelope), SINGLE_PATH))

    def ok(self, infno, nodes, person=None, **changes):
        answer = self.ask(infno, nodes, person, **changes)
        assert answer["infcode"] == 0, answer
        by_infno(infno).output.model_validate(answer["output"] or {}, context=AS_GIVEN)
        self.received_as = answer["inf_refmsgid"]
        return answer["output"]

    def refused(self, infno, nodes, person=None, **changes):
        answer = self.ask(infno, nodes, person, **changes)
        assert answer["infcode"] == -1, answer
        return answer["err_msg"]

    def settle(self, total="100.00", person=None, disease=""):
        person, number, total = person or self.people[0], self.visits, Decimal(total)
        self.visits += 1
        insutype, med_type = person.insurances[0].insutype, "14" if disease else "11"
        shown = {"mdtrt_cert_type": "02", "mdtrt_cert_no": person.id_number}
        who, begun, batch = {"psn_no": person.psn_no, "insutype": insutype}, f"{self.today} 08:00:00", f"PC{number}"
        registration = {**who, **shown, **DESK, "begntime": begun, "ipt_otp_no": f"MZ{number}"}
        mdtrt_id = self.ok("2201", {"data": registration}, person)["data"]["mdtrt_id"]
        info = {"mdtrt_id": mdtrt_id, "psn_no": person.psn_no, "med_type": med_type, "begntime": begun}
        diagnosis = {
            "diag_type": "1",
            "maindiag_flag": "1",
            "diag_srt_no": 1,
            "diag_code": "I10.x00",
            "diag_name": "高血压",
            "diag_dept": "内科",
            "dise_dor_no": "D1",
            "dise_dor_name": "示例医师",
            "diag_time": begun,
            "vali_flag": "1",
        }
        self.ok("2203A", {"mdtrtinfo": {**info, "dise_codg": disease}, "diseinfo": [diagnosis]}, person)
        line = {
            "feedetl_sn": f"{number}-1",
            "mdtrt_id": mdtrt_id,
            "psn_no": person.psn_no,
            "chrg_bchno": batch,
            "rx_circ_flag": "0",
            "fee_ocur_time": begun,
            "med_list_codg": "XB01AAA0001",
            "medins_list_codg": "10023",
            "det_item_fee_sumamt": total,
            "cnt": 1,
            "pric": total,
            "bilg_dept_codg": "A03",
            "bilg_dept_name": "内科",
            "bilg_dr_codg": "D1",
            "bilg_dr_name": "示例医师",
            "hosp_appr_flag": "1",
            "dise_codg": disease,
        }
        self.ok("2204", {"feedetail": [line]}, person)
        data = {
            **who,
            **shown,
            "med_type": med_type,
            "medfee_sumamt": total,
            "psn_setlway": "01",
            "acct_used_flag": "1",
            "mdtrt_id": mdtrt_id,
            "chrg_bchno": batch,
        }
        trial = self.ok("2206", {"data": data}, person)["setlinfo"]
        done = self.ok("2207", {"data": {**data, **{name: trial[name] for name in PARTS}}}, person)["setlinfo"]
        return self.book(done, person, "0")

    def book(self, info, person, flag):
        sums = (info[name] for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay"))
        ids = (info["setl_id"], info["mdtrt_id"], info["psn_no"], info["medins_setl_id"])
        paper = Paper(*ids, person.insurances[0].insutype, *map(Decimal, sums), flag, person, info)
        self.papers.append(paper)
        return paper

    def refund(self, paper):
        data = {"setl_id": paper.setl_id, "mdtrt_id": paper.mdtrt_id, "psn_no": paper.psn_no}
        return self.book(self.ok("2208", {"data": data}, paper.person)["setlinfo"], paper.person, "1")

    def refusal(self, paper):
        data = {"setl_id": paper.setl_id, "mdtrt_id": paper.mdtrt_id, "psn_no": paper.psn_no}
        return self.refused("2208", {"data": data}, paper.person)

    def reverse(self, paper, infno="2207"):
        self.ok("2601", {"data": {"psn_no": paper.psn_no, "omsgid": paper.msgid, "oinfno": infno}}, paper.person)
        self.papers.remove(paper)

    def plant(self, kind, **about):
        world, flags = self.hub.world, self.hub.capabilities
        return world.agency.differences.plant(world, {"kind": kind, **about}, self.today, flags.day_ends_at)

    def totals(self, papers=None, begin=None, end=None, insutype="310", clr_type="11", **changes):
        papers = self.papers if papers is None else papers
        mine = [paper for paper in papers if paper.insutype == insutype]
        return {
            "insutype": insutype,
            "clr_type": clr_type,
            "setl_optins": AGENCY,
            "stmt_begndate": begin or self.today,
            "stmt_enddate": end or begin or self.today,
            "medfee_sumamt": sum((paper.medfee for paper in mine), Decimal("0.00")),
            "fund_pay_sumamt": sum((paper.fund for paper in mine), Decimal("0.00")),
            "acct_pay": sum((paper.account for paper in mine), Decimal("0.00")),
            "fixmedins_setl_cnt": len(mine),
            **changes,
        }

    def total_verdict(self, **about):
        return self.ok("3201", {"data": self.totals(**about)})["stmtinfo"]["stmt_rslt"]

    def upload(self, text, name="detail.zip", inner="detail.txt"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(inner, text)
        return self.upload_bytes(packed.getvalue(), name)

    def upload_bytes(self, content, name="detail.zip"):
        numbers = [number - 256 if number > 127 else number for number in content]
        node = {"in": numbers, "filename": name, "fixmedins_code": HOSPITAL}
        return self.ok("9101", {"fsUploadIn": node})["file_qury_no"]

    def download(self, number, name):
        return self.send(
            "9102", {"fsDownloadIn": {"file_qury_no": number, "filename": name, "fixmedins_code": HOSPITAL}}
        )

    def details(self, papers=None, begin=None, end=None, **changes):
        papers = self.papers if papers is None else papers
        data = {
            "setl_optins": AGENCY,
            "file_qury_no": self.upload("\n".join(paper.line() for paper in papers)),
            "stmt_begndate": begin or self.today,
            "stmt_enddate": end or begin or self.today,
            "medfee_sumamt": sum((paper.medfee for paper in papers), Decimal("0.00")),
            "fund_pay_sumamt": sum((paper.fund for paper in papers), Decimal("0.00")),
            "cash_payamt": sum((paper.cash for paper in papers), Decimal("0.00")),
            "fixmedins_setl_cnt": len(papers),
        }
        return {**data, **changes}

    def compare(self, papers=None, **about):
        """The rows of the result file, by setl_id."""
        info = self.ok("3202", {"data": self.details(papers, **about)})["fileinfo"]
        return rows_of(self.download(info["file_qury_no"], info["filename"]))


def rows_of(content):
    """The rows of a result file, by setl_id; no settlement stands in it twice."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["result.txt"]
        text = archive.read("result.txt").decode()
    lines = text.split("\n") if text else []
    rows = [dict(zip(RESULT, line.split("\t"), strict=True)) for line in lines]
    found = {row["setl_id"]: row for row in rows}
    assert len(found) == len(rows)
    return found
