"""The platform of the simulation: a ledger and what each message does to it. No faults; those are on the way.

One file, though long: the platform's law is read as a whole. Written from the wire facts, and neither from the gateway
nor from the mock hub. A handler returns the `output` of its
answer, or the text of a refusal (a `str`), which is always said before anything changed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Json = dict[str, Any]
Told = Json | str
ZERO = Decimal("0.00")
OUTPATIENT, INPATIENT = ("2207", "2208"), ("2304", "2305")


@dataclass(frozen=True)
class Habits:
    """What this platform does in doubt; the profile of the gateway says the same."""

    idem_msgid: bool = False
    tombstone: bool = False
    one_live: bool = False


@dataclass
class Person:
    """Somebody insured elsewhere. `numbers`: all person numbers there were, the last one counts."""

    cert_no: str
    name: str
    numbers: list[str]
    division: str = "530100"

    @property
    def psn_no(self) -> str:
        return self.numbers[-1]


@dataclass
class Visit:
    """A registration or a stay. `fees`: line number -> (batch, amount, settled as)."""

    number: str
    person: Person
    his_no: str
    inpatient: bool
    msgid: str
    live: bool = True
    discharged: bool = False
    med_type: str = ""
    begins: str = ""
    fees: dict[str, tuple[str, Decimal]] = field(default_factory=dict)
    deeds: list[str] = field(default_factory=list)
    """msgids of the messages that discharged, or took a discharge or the visit back."""


@dataclass
class Settled:
    """One settlement, or (`undoes`) the taking back of one."""

    setl_id: str
    msgid: str
    infno: str
    visit: Visit
    batch: str
    amounts: dict[str, Decimal]
    undoes: str | None = None
    refunded: bool = False
    reversed: bool = False

    @property
    def live(self) -> bool:
        return not (self.refunded or self.reversed)


class Hub:
    """`done` is told of every effect: (msgid, what)."""

    def __init__(self, habits: Habits, now: Callable[[], str], done: Callable[[str, str], None]) -> None:
        self.habits = habits
        self.people: list[Person] = []
        self.visits: dict[str, Visit] = {}
        self.settled: dict[str, Settled] = {}
        self.signed: set[str] = set()
        self.tombs: set[str] = set()
        self.cleared: set[str] = set()
        """Settlements that are cleared: no reversal any more, a refund still."""
        self.answers: dict[str, Told] = {}
        self.off_by = ZERO
        """A fen that the next settlement's amounts are wrong by."""
        self._now = now
        self._done = done
        self._count = 0

    def perform(self, message: Json) -> Told:
        """Do what the message asks for."""
        infno, msgid = message["infno"], message["msgid"]
        if infno != "9001" and message["sign_no"] not in self.signed:
            return "FSI-签到编号已失效，请重新签到"
        if msgid in self.tombs:
            return "FSI-该报文已冲正，不再受理"
        if self.habits.idem_msgid and msgid in self.answers:
            return self.answers[msgid]
        data = self._data(message)
        if (psn_no := data.get("psn_no")) is not None and self.person(psn_no) is None:
            return "FSI-人员编号(psn_no)对应的人员不存在或人员编号已变更"
        answer: Told = getattr(self, f"on_{infno}")(data, message)
        if self.habits.idem_msgid and not isinstance(answer, str):
            self.answers[msgid] = answer
        return answer

    def _data(self, message: Json) -> Json:
        given: Json = message["input"]
        for name in ("data", "mdtrtinfo", "dscginfo", "signIn"):
            if isinstance(given.get(name), dict):
                found: Json = given[name]
                return found
        rows = given.get("feedetail") or given.get("data") or [{}]
        first: Json = rows[0]
        return first

    def person(self, psn_no: str) -> Person | None:
        """By the number that counts today; one that was changed is nobody's."""
        return next((person for person in self.people if person.psn_no == psn_no), None)

    def live(self) -> list[Settled]:
        """Settlements in force, takings back left out."""
        return [row for row in self.settled.values() if row.live and row.undoes is None]

    def made_by(self, msgid: str) -> list[Settled]:
        return [row for row in self.settled.values() if row.msgid == msgid]

    # ---- who

    def on_9001(self, data: Json, message: Json) -> Told:
        number = f"S{self._next()}"
        self.signed.add(number)
        return {"signinoutb": {"sign_time": self._now(), "sign_no": number}}

    def on_1101(self, data: Json, message: Json) -> Told:
        person = next((one for one in self.people if one.cert_no == data["mdtrt_cert_no"]), None)
        if person is None:
            return "FSI-基本信息为空"
        return {
            "baseinfo": {"psn_no": person.psn_no, "certno": person.cert_no, "psn_name": person.name},
            "insuinfo": [
                {"insutype": "310", "insuplc_admdvs": person.division, "psn_insu_stas": "1", "psn_type": "11"}
            ],
        }

    def on_2001(self, data: Json, message: Json) -> Told:
        rows = [{"psn_no": data["psn_no"], "trt_chk_type": kind, "trt_enjymnt_flag": "1"} for kind in ("1", "99")]
        rows[1]["trt_chk_rslt"] = "备案有效：异地长期居住人员，就医地500000"
        rows[1]["begndate"] = "2020-01-01"
        return {"trtinfo": rows}

    def on_5304(self, data: Json, message: Json) -> Told:
        return {"refmedin": []}

    def on_5301(self, data: Json, message: Json) -> Told:
        rows = [{"opsp_dise_code": code, "begndate": "2020-01-01"} for code in ("M03900", "M01600")]
        return {"feedetail": rows}

    # ---- outpatient

    def on_2201(self, data: Json, message: Json) -> Told:
        visit = self._visit(message, data["psn_no"], data["ipt_otp_no"], inpatient=False)
        visit.begins = data["begntime"]
        return {"data": {"mdtrt_id": visit.number, "psn_no": data["psn_no"], "ipt_otp_no": data["ipt_otp_no"]}}

    def on_2202(self, data: Json, message: Json) -> Told:
        visit = self._own(data)
        if visit is None or not visit.live:
            return "FSI-就诊ID不存在" if visit is None else "FSI-挂号已撤销"
        if self._live_of(visit):
            return "FSI-请先撤销结算"
        if visit.fees:
            return "FSI-请先撤销费用"
        visit.live = False
        visit.deeds.append(message["msgid"])
        self._done(message["msgid"], f"registration {visit.number} cancelled")
        return {}

    def on_2203A(self, data: Json, message: Json) -> Told:
        visit = self._own(data)
        if visit is None or not visit.live:
            return "FSI-就诊ID不存在" if visit is None else "FSI-挂号已撤销"
        visit.med_type = data["med_type"]
        return {}

    def on_2204(self, data: Json, message: Json) -> Told:
        return self._upload(message, inpatient=False)

    def on_2205(self, data: Json, message: Json) -> Told:
        visit = self._own(data)
        if visit is None:
            return "FSI-就诊ID不存在"
        if self._live_of(visit):
            return "FSI-请先撤销结算"
        if not visit.fees:
            return "FSI-未查询到任何有效相关的记录"
        visit.fees = {}
        return {}

    def on_2206(self, data: Json, message: Json) -> Told:
        visit, text = self._to_settle(data, inpatient=False)
        return (
            text
            if visit is None
            else {"setlinfo": self._wire(visit, self._split(data)), "setldetail": self._funds(data)}
        )

    def on_2207(self, data: Json, message: Json) -> Told:
        visit, text = self._to_settle(data, inpatient=False)
        return text if visit is None else self._settle(visit, data, message)

    def on_2208(self, data: Json, message: Json) -> Told:
        return self._revoke(data, message)

    # ---- stays

    def on_2401(self, data: Json, message: Json) -> Told:
        person = self.person(data["psn_no"])
        for other in self.visits.values():
            if other.inpatient and other.live and not other.discharged and other.person is person:
                return "FSI-该患者已登记，不可重复住院"
        visit = self._visit(message, data["psn_no"], data["ipt_no"], inpatient=True)
        visit.begins = data["begntime"]
        visit.med_type = data["med_type"]
        return {"result": {"mdtrt_id": visit.number}}

    def on_2301(self, data: Json, message: Json) -> Told:
        return self._upload(message, inpatient=True)

    def on_2302(self, data: Json, message: Json) -> Told:
        visit = self._own(data)
        if visit is None or not visit.fees:
            return "FSI-未查询到任何有效相关的记录"
        if self._live_of(visit):
            return "FSI-请先撤销结算"
        visit.fees = {}
        return {}

    def on_2402(self, data: Json, message: Json) -> Told:
        visit = self._own(data)
        if visit is None or not visit.live:
            return "FSI-就诊ID不存在"
        if visit.discharged:
            return "FSI-该患者已办理出院，请勿重复"
        visit.discharged = True
        visit.deeds.append(message["msgid"])
        self._done(message["msgid"], f"stay {visit.number} discharged")
        return {}

    def on_2405(self, data: Json, message: Json) -> Told:
        visit = self._own(data)
        if visit is None or not visit.discharged:
            return "FSI-没有可撤销的出院登记"
        if self._live_of(visit):
            return "FSI-请先撤销结算"
        visit.discharged = False
        visit.deeds.append(message["msgid"])
        self._done(message["msgid"], f"discharge of {visit.number} taken back")
        return {}

    def on_2404(self, data: Json, message: Json) -> Told:
        visit = self._own(data)
        if visit is None or not visit.live:
            return "FSI-就诊ID不存在"
        if visit.discharged:
            return "FSI-请先撤销出院"
        if self._live_of(visit):
            return "FSI-请先撤销结算"
        if visit.fees:
            return "FSI-请先撤销费用"
        visit.live = False
        visit.deeds.append(message["msgid"])
        self._done(message["msgid"], f"stay {visit.number} cancelled")
        return {}

    def on_2303(self, data: Json, message: Json) -> Told:
        visit, text = self._to_settle(data, inpatient=True)
        return (
            text
            if visit is None
            else {"setlinfo": self._wire(visit, self._split(data)), "setldetail": self._funds(data)}
        )

    def on_2304(self, data: Json, message: Json) -> Told:
        visit, text = self._to_settle(data, inpatient=True)
        return text if visit is None else self._settle(visit, data, message)

    def on_2305(self, data: Json, message: Json) -> Told:
        return self._revoke(data, message)

    # ---- questions

    def on_5201(self, data: Json, message: Json) -> Told:
        rows = [
            {
                "mdtrt_id": visit.number,
                "psn_no": visit.person.psn_no,
                "ipt_otp_no": visit.his_no,
                "med_type": visit.med_type or "11",
                "begntime": visit.begins,
                "inhosp_stas": "0" if visit.discharged else "1",
            }
            for visit in self.visits.values()
            if visit.live and visit.person.psn_no == data["psn_no"] and self._asked_for(visit, data)
        ]
        return {"mdtrtinfo": rows}

    def _asked_for(self, visit: Visit, data: Json) -> bool:
        if data.get("mdtrt_id") not in (None, "", visit.number):
            return False
        if (visit.med_type or "11") != data["med_type"]:
            return False
        return str(data["begntime"]) <= visit.begins <= str(data["endtime"])

    def on_5203(self, data: Json, message: Json) -> Told:
        row = self.settled.get(data.get("setl_id") or "")
        if row is None:
            row = next((one for one in self.live() if one.visit.number == data["mdtrt_id"]), None)
        if row is None:
            return "FSI-未查询到结算信息"
        shown = self._wire(row.visit, row.amounts)
        shown["cash_payamt"] = shown.pop("psn_cash_pay")
        flags = {"setl_id": row.setl_id, "refd_setl_flag": "0" if row.live else "1", "setl_time": self._now()}
        return {"setlinfo": {**shown, **flags, "medins_setl_id": row.msgid}, "setldetail": []}

    def on_5204(self, data: Json, message: Json) -> Told:
        visit = self.visits.get(data["mdtrt_id"])
        if visit is None:
            return {"data": []}
        if visit.inpatient:
            return "FSI-不支持异地住院费用查询"
        batches = {row.batch: row.setl_id for row in self._live_of(visit)}
        rows = [
            {
                "mdtrt_id": visit.number,
                "feedetl_sn": number,
                "setl_id": batches.get(batch, ""),
                "det_item_fee_sumamt": str(amount),
                "inscp_scp_amt": str(amount),
                "preselfpay_amt": "0.00",
                "overlmt_amt": "0.00",
                "fulamt_ownpay_amt": "0.00",
            }
            for number, (batch, amount) in visit.fees.items()
        ]
        # a batch settled twice shows both numbers
        doubled = [row for row in self._live_of(visit) if batches[row.batch] != row.setl_id]
        rows += [{**rows[0], "setl_id": row.setl_id} for row in doubled if rows]
        return {"data": rows}

    def on_5303(self, data: Json, message: Json) -> Told:
        return {
            "data": [
                {
                    "mdtrt_id": visit.number,
                    "psn_no": visit.person.psn_no,
                    "ipt_no": visit.his_no,
                    "ipt_otp_no": visit.his_no,
                    "med_type": visit.med_type,
                    "begntime": visit.begins,
                }
                for visit in self.visits.values()
                if visit.inpatient and visit.live and not visit.discharged and visit.person.psn_no == data["psn_no"]
            ]
        }

    # ---- the reversal

    def on_2601(self, data: Json, message: Json) -> Told:
        omsgid, infno = data["omsgid"], data["oinfno"]
        if infno in ("2201", "2202", "2402", "2404", "2405"):
            return "FSI-冲正失败：该交易不支持冲正"
        if infno == "2401":
            return self._reverse_admission(omsgid)
        rows = self.made_by(omsgid)
        if not rows:
            if self.habits.tombstone:
                self.tombs.add(omsgid)
            return "FSI-冲正失败：未找到原交易"
        row = next((one for one in rows if one.live), None)
        if row is None:
            return "FSI-该结算已退费，不能冲正" if any(one.refunded for one in rows) else "FSI-冲正失败：原交易已冲正"
        return self._reverse(row)

    def _reverse(self, row: Settled) -> Told:
        if row.setl_id in self.cleared:
            return "FSI-冲正失败：原交易已清算，不能冲正"
        if row.undoes is not None:
            original = self.settled[row.undoes]
            if any(other.live and other.batch == row.batch for other in self._live_of(row.visit)):
                return "FSI-已重新结算，不能冲正"
            original.refunded = False
        row.reversed = True
        self._done(row.msgid, f"{row.setl_id} reversed")
        return {}

    def _reverse_admission(self, omsgid: str) -> Told:
        visit = next((one for one in self.visits.values() if one.msgid == omsgid), None)
        if visit is None:
            if self.habits.tombstone:
                self.tombs.add(omsgid)
            return "FSI-冲正失败：未找到原交易"
        if not visit.live:
            return "FSI-冲正失败：原交易已冲正"
        if visit.fees or visit.discharged:
            return "FSI-请先撤销费用"
        visit.live = False
        self._done(omsgid, f"stay {visit.number} reversed")
        return {}

    # ---- parts

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _visit(self, message: Json, psn_no: str, his_no: str, *, inpatient: bool) -> Visit:
        person = self.person(psn_no)
        assert person is not None
        visit = Visit(f"M{self._next():05d}", person, his_no, inpatient, message["msgid"])
        self.visits[visit.number] = visit
        self._done(message["msgid"], f"visit {visit.number} made")
        return visit

    def _own(self, data: Json) -> Visit | None:
        visit = self.visits.get(data.get("mdtrt_id") or "")
        return visit if visit is not None and visit.person.psn_no == data["psn_no"] else None

    def _live_of(self, visit: Visit) -> list[Settled]:
        return [row for row in self.live() if row.visit is visit]

    def _upload(self, message: Json, *, inpatient: bool) -> Told:
        rows: list[Json] = message["input"]["feedetail"]
        visit = self._own(rows[0])
        if visit is None or not visit.live:
            return "FSI-就诊ID不存在" if visit is None else "FSI-就诊已撤销"
        if self._live_of(visit):
            return "FSI-请先撤销结算"
        if any(row["feedetl_sn"] in visit.fees for row in rows):
            return "FSI-明细流水号重复"
        told: list[Json] = []
        for row in rows:
            amount = Decimal(str(row["det_item_fee_sumamt"]))
            visit.fees[row["feedetl_sn"]] = (row.get("chrg_bchno") or "stay", amount)
            parts = {"preselfpay_amt": "0.00", "overlmt_amt": "0.00", "fulamt_ownpay_amt": "0.00"}
            told.append(
                {
                    "feedetl_sn": row["feedetl_sn"],
                    "det_item_fee_sumamt": str(amount),
                    "inscp_scp_amt": str(amount),
                    **parts,
                }
            )
        return {"result": told}

    def _to_settle(self, data: Json, *, inpatient: bool) -> tuple[Visit | None, str]:
        visit = self._own(data)
        if visit is None or not visit.live:
            return None, "FSI-就诊ID不存在" if visit is None else "FSI-就诊已撤销"
        if inpatient and not visit.discharged:
            return None, "FSI-未办理出院"
        batch = data.get("chrg_bchno") or "stay"
        total = sum((amount for kept, amount in visit.fees.values() if kept == batch), ZERO)
        if not total:
            return None, "FSI-未上传费用"
        if total != Decimal(str(data["medfee_sumamt"])):
            return None, "FSI-总费用与明细合计不一致"
        return visit, ""

    def _settle(self, visit: Visit, data: Json, message: Json) -> Told:
        batch = data.get("chrg_bchno") or "stay"
        if self.habits.one_live and any(row.batch == batch for row in self._live_of(visit)):
            return "FSI-该批次已结算，请勿重复结算"
        amounts = self._split(data)
        amounts["psn_cash_pay"] += self.off_by
        self.off_by = ZERO
        number = f"SETL{self._next():05d}"
        row = Settled(number, message["msgid"], message["infno"], visit, batch, amounts)
        self.settled[number] = row
        self._done(message["msgid"], f"{number} settled")
        node = {"setl_id": number, "medins_setl_id": row.msgid, "setl_time": self._now(), **self._wire(visit, amounts)}
        return {"setlinfo": node, "setldetail": self._funds(data)}

    def _revoke(self, data: Json, message: Json) -> Told:
        row = self.settled.get(data["setl_id"])
        if row is None or row.visit.number != data["mdtrt_id"]:
            return "FSI-未查询到结算信息"
        if row.refunded:
            return "FSI-该结算已经办理过退费，不能重复退费"
        if row.reversed:
            return "FSI-没有有效的结算"
        row.refunded = True
        amounts = {name: -value for name, value in row.amounts.items()}
        number = f"SETL{self._next():05d}"
        made = Settled(number, message["msgid"], message["infno"], row.visit, row.batch, amounts, undoes=row.setl_id)
        self.settled[number] = made
        self._done(message["msgid"], f"{row.setl_id} refunded by {number}")
        node = {"setl_id": number, "medins_setl_id": made.msgid, "setl_time": self._now()}
        fund = f"{amounts['fund_pay_sumamt']:.2f}"
        funds = [{"fund_pay_type": "310100", "fund_payamt": fund, "fund_pay_type_name": "统筹基金"}]
        return {"setlinfo": {**node, **self._wire(row.visit, amounts)}, "setldetail": funds}

    def _split(self, data: Json) -> dict[str, Decimal]:
        total = Decimal(str(data["medfee_sumamt"]))
        fund = (total * Decimal("0.6")).quantize(ZERO)
        parts = dict.fromkeys(("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "acct_pay"), ZERO)
        amounts = {"medfee_sumamt": total, "inscp_scp_amt": total, "fund_pay_sumamt": fund, **parts}
        return {**amounts, "psn_cash_pay": total - fund, "psn_part_amt": total - fund}

    def _wire(self, visit: Visit, amounts: dict[str, Decimal]) -> Json:
        told: Json = {name: f"{value:.2f}" for name, value in amounts.items()}
        return {"mdtrt_id": visit.number, "psn_no": visit.person.psn_no, **told}

    def _funds(self, data: Json) -> list[Json]:
        fund = f"{self._split(data)['fund_pay_sumamt']:.2f}"
        return [{"fund_pay_type": "310100", "fund_payamt": fund, "fund_pay_type_name": "统筹基金"}]

    def rows(self) -> Iterator[Settled]:
        return iter(self.settled.values())
