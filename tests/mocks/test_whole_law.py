"""Random messages of every kind, legal and illegal: the hub says what the law says, and all its books agree.

After every step the ledger, the questions about a person, the day and the clearing month are held against an oracle of
one's own. `YIDI_LAW_EXAMPLES` makes it longer.
One file, though long: every step needs the same hub, people and oracle.
"""

import json
import os
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from mocks.oracle import CLEARING_TYPE, MAKES, SUMMED, UNDOES, Case, Item, Oracle, Paper
from mocks.sale import CODE as PHARMACY

from yidi_mocks import answers
from yidi_mocks.benefit import Branch, place_of
from yidi_mocks.clock import CHINA, Clock
from yidi_mocks.control import Control
from yidi_mocks.exchange import SINGLE_PATH, Exchange
from yidi_sdk import wire

EXAMPLES = int(os.environ.get("YIDI_LAW_EXAMPLES", "40"))
STEPS = 60
START = datetime(2026, 12, 29, 9, 0, tzinfo=CHINA).timestamp()
A_DAY = 86400
MOST_DAYS = 60
HOSPITAL = "H50010300001"
PEOPLE = {"filed_hypertension": "310", "account_in_fund": "310", "inpatient_new_year": "390", "local_patient": "310"}
PARTS = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
SPLIT = ("fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")
CODES = ("XB01AAA0001", "XC08AAA0001", "ZF01AAA0001", "001109000010000", "C0101", "0099001")
BATCHES = ("B1", "B2")
ROW = {"bilg_dept_codg": "A03", "bilg_dept_name": "内科", "bilg_dr_codg": "D1", "bilg_dr_name": "示例医师"}
STEP = [
    *["basket", "basket", "settle", "settle", "settle", "refund", "refund", "reverse", "reverse", "at_once"],
    *["whole_stay", "settle_stay", "settle_stay", "settle_stay", "reopen", "revoke_lines", "clear", "sleep"],
    *["register", "describe", "charge", "revoke_fees", "cancel"],
    *["admit", "change", "upload", "take_back", "discharge", "cancel_stay", "reverse_admission", "new_number"],
]
money = st.integers(1, 900_000).map(lambda n: Decimal(n).scaleb(-2))
people, diseases, batches = st.sampled_from(sorted(PEOPLE)), st.sampled_from(["", "M03900"]), st.sampled_from(BATCHES)


class WholeLaw(RuleBasedStateMachine):
    """One hub, four people, one oracle."""

    @initialize(some=st.lists(people, min_size=1, max_size=2))
    def begin(self, some):
        answers.register_all()
        self.hub = Exchange(clock=Clock(lambda: START))
        self.hub.capabilities.sign_required = False
        self.control_app = Control(self.hub).app()
        self.oracle, self.count, self.touched, self.slept = Oracle(), 0, None, 0
        self.some = st.sampled_from(some)  # few, so that one person's visits meet
        self.persons = {name: self.hub.world.find_person(name) for name in PEOPLE}
        self.balances = {name: person.insurances[0].balance for name, person in self.persons.items()}

    @rule(data=st.data(), step=st.sampled_from(STEP))
    def go_on(self, data, step):
        """One rule, so that every step may meet every other in one run."""
        getattr(self, step)(data)

    # talking to the hub

    def send(self, infno, nodes, who, code=HOSPITAL):
        self.count += 1
        msgid = f"H50010300001{self.count:018d}"
        envelope = {
            "infno": infno,
            "msgid": msgid,
            "mdtrtarea_admvs": "500103",
            "insuplc_admdvs": self.persons[who].insurances[0].division,
            "recer_sys_code": "YBXT",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "op001",
            "opter_name": "示例收费员",
            "inf_time": self.hub.clock.text(),
            "fixmedins_code": code,
            "fixmedins_name": "示例",
            "input": nodes,
        }
        answer = wire.loads(self.hub.perform(self.hub.admit(wire.dumps(envelope), SINGLE_PATH)))
        return msgid, answer

    def told(self, infno, nodes, who, *, allowed, code=HOSPITAL):
        """Send it; the hub must do as the oracle says. The output, None where it was refused."""
        self.touched = who
        msgid, answer = self.send(infno, nodes, who, code)
        assert (answer["infcode"] == 0) is allowed, (infno, allowed, answer["err_msg"], nodes)
        return msgid, answer["output"] if allowed else None

    def asked(self, infno, nodes, who, code=HOSPITAL):
        _, answer = self.send(infno, nodes, who, code)
        assert answer["infcode"] == 0, (infno, answer)
        return answer["output"]

    def control(self, path, body=None):
        """The control door without a network: its answers never wait."""
        raw, sent = json.dumps(body or {}).encode(), []
        target, _, query = path.partition("?")

        async def receive():
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "method": "PATCH" if body else "GET",
            "path": f"/_hub{target}",
            "root_path": "",
            "scheme": "http",
            "query_string": query.encode(),
            "headers": [],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        running = self.control_app(scope, receive, send)
        try:
            while True:
                running.send(None)
        except StopIteration:
            pass
        assert sent[0]["status"] == 200, (path, sent)
        return json.loads(b"".join(message.get("body", b"") for message in sent[1:]))

    @property
    def today(self):
        return self.hub.clock.today()

    def shown(self, who):
        person = self.persons[who]
        return {"psn_no": person.psn_no, "mdtrt_cert_type": "02", "mdtrt_cert_no": person.id_number}

    def insured(self, who):
        return {**self.shown(who), "insutype": PEOPLE[who]}

    def named(self, case, **more):
        return {"mdtrt_id": case.mdtrt_id, "psn_no": self.persons[case.who].psn_no, **more}

    def diagnoses(self, who):
        row = {"diag_type": "1", "maindiag_flag": "1", "diag_srt_no": 1, "diag_code": "I10.x00", "diag_name": "高血压"}
        by = {"diag_dept": "内科", "dise_dor_no": "D1", "dise_dor_name": "示例医师", "diag_time": self.hub.clock.text()}
        return [{**row, **by, "vali_flag": "1", **({"psn_no": self.persons[who].psn_no} if who else {})}]

    # outpatient care

    def basket(self, data):
        """The ordinary course, so that much is settled."""
        who = data.draw(self.some)
        disease = data.draw(diseases)
        batch = data.draw(batches)
        amount = data.draw(money)
        code = data.draw(st.sampled_from(CODES))
        self.register_it(who)
        for case in self.oracle.cases[-1:]:
            self.describe_it(case, disease)
            self.charge_it(case, batch, disease, amount, code)

    def register(self, data):
        self.register_it(data.draw(self.some))

    def register_it(self, who):
        number = f"MZ{self.count}"
        desk = {"atddr_no": "D1", "dr_name": "示例医师", "dept_code": "A03", "dept_name": "内科", "caty": "A03"}
        data = {**self.insured(who), "begntime": self.hub.clock.text(), "ipt_otp_no": number, **desk}
        allowed = self.oracle.may_register(who)
        _, output = self.told("2201", {"data": data}, who, allowed=allowed)
        if allowed:
            self.opened("out", who, output["data"]["mdtrt_id"], number)

    def opened(self, kind, who, mdtrt_id, number, msgid=""):
        case = Case(kind, who, mdtrt_id, number, msgid, self.today)
        self.oracle.cases.append(case)
        return case

    def paper_of(self, data):
        live = [paper for paper in self.oracle.papers if paper.live][-4:]
        return data.draw(
            st.sampled_from(live if live and data.draw(st.integers(0, 3)) < 3 else self.oracle.papers[-6:])
        )

    def case_of(self, data, kind, legal):
        """One of the last visits: mostly one of which the law allows the message, else any; nobody's where there is none."""
        nobody = Case("none", "filed_hypertension", "0", "NONE")
        some = [*self.oracle.cases[-4:], *[c for c in self.oracle.cases if c.kind == kind][-2:], nobody]
        right = [case for case in self.oracle.cases if legal(case)][-3:]
        return data.draw(st.sampled_from(right if right and data.draw(st.integers(0, 3)) < 3 else some))

    def describe(self, data):
        disease = data.draw(diseases)
        self.describe_it(self.case_of(data, "out", self.oracle.may_describe), disease)

    def describe_it(self, case, disease):
        chronic = {"med_type": "14" if disease else "11", "dise_codg": disease}
        info = self.named(case, begntime=self.hub.clock.text(), **chronic)
        allowed = self.oracle.may_describe(case)
        self.told("2203A", {"mdtrtinfo": info, "diseinfo": self.diagnoses(None)}, case.who, allowed=allowed)
        if allowed:
            case.described.add(disease)

    def charge(self, data):
        batch = data.draw(batches)
        disease = data.draw(diseases)
        amount = data.draw(money)
        code = data.draw(st.sampled_from(CODES))
        self.charge_it(
            self.case_of(data, "out", lambda c: self.oracle.may_describe(c) and c.described),
            batch,
            disease,
            amount,
            code,
        )

    def charge_it(self, case, batch, disease, amount, code):
        number = f"L{self.count}"
        line = {
            **self.named(case, feedetl_sn=number, chrg_bchno=batch, dise_codg=disease),
            "rx_circ_flag": "0",
            "fee_ocur_time": self.hub.clock.text(),
            "med_list_codg": code,
            "medins_list_codg": "1",
            "det_item_fee_sumamt": amount,
            "cnt": 1,
            "pric": amount,
            "hosp_appr_flag": "1",
            **ROW,
        }
        allowed = self.oracle.may_charge(case, batch, disease)
        self.told("2204", {"feedetail": [line]}, case.who, allowed=allowed)
        if allowed:
            case.items[number] = Item(number, amount, batch, disease)

    def revoke_fees(self, data):
        batch = data.draw(st.sampled_from([*BATCHES, "0000"]))
        case = self.case_of(data, "out", lambda c: self.oracle.may_revoke_fees(c, "0000"))
        allowed = self.oracle.may_revoke_fees(case, batch)
        self.told("2205", {"data": self.named(case, chrg_bchno=batch)}, case.who, allowed=allowed)
        if allowed:
            for item in self.oracle.unsettled(case, batch):
                del case.items[item.number]

    def settle(self, data):
        case = self.case_of(data, "out", lambda c: any(self.oracle.may_settle(c, batch) for batch in BATCHES))
        batch = data.draw(st.sampled_from([*(item.batch for item in case.items.values() if item.batch), *BATCHES]))
        use_account, variant = data.draw(st.booleans()), data.draw(st.sampled_from(["", "A"]))
        items = {i.number: i for i in case.items.values() if i.batch == batch}
        chronic = any(item.disease for item in items.values())
        bill = {
            **self.insured(case.who),
            **self.named(case, chrg_bchno=batch),
            "med_type": "14" if chronic else "11",
            "medfee_sumamt": sum((item.amount for item in items.values()), Decimal("0.00")),
            "psn_setlway": "01",
            "acct_used_flag": "1" if use_account else "0",
        }
        allowed = self.oracle.may_settle(case, batch)
        _, trial = self.told(f"2206{variant}", {"data": bill}, case.who, allowed=allowed)
        parts = {name: trial["setlinfo"][name] if trial else "0.00" for name in PARTS}
        infno = f"2207{variant}"
        msgid, output = self.told(infno, {"data": {**bill, **parts}}, case.who, allowed=allowed)
        branch = Branch.CHRONIC if chronic else Branch.ORDINARY
        if output:
            self.booked(case, infno, msgid, batch, items, output, trial, branch)

    def cancel(self, data):
        case = self.case_of(data, "out", self.oracle.may_cancel)
        allowed = self.oracle.may_cancel(case)
        self.told("2202", {"data": self.named(case, ipt_otp_no=case.number)}, case.who, allowed=allowed)
        case.cancelled = case.cancelled or allowed

    # stays

    def whole_stay(self, data):
        """The ordinary course up to the discharge."""
        who = data.draw(self.some)
        amounts = data.draw(st.lists(money, min_size=1, max_size=3))
        code = data.draw(st.sampled_from(CODES))
        self.admit_it(who)
        for case in self.oracle.cases[-1:]:
            self.upload_it(case, amounts, code)
            self.discharge_it(case)

    def admit(self, data):
        self.admit_it(data.draw(self.some))

    def admit_it(self, who):
        number = f"ZY{self.count}"
        info = {**self.insured(who), **self.about(), "ipt_no": number}
        allowed = self.oracle.may_admit(who)
        msgid, output = self.told("2401", {"mdtrtinfo": info, "diseinfo": self.diagnoses(who)}, who, allowed=allowed)
        if allowed:
            self.opened("stay", who, output["result"]["mdtrt_id"], number, msgid)

    def about(self):
        return {
            "begntime": self.hub.clock.text(),
            "med_type": "21",
            "atddr_no": "D1",
            "chfpdr_name": "示例医师",
            "adm_diag_dscr": "示例",
            "adm_dept_codg": "B01",
            "adm_dept_name": "骨科",
            "adm_bed": "12",
            "dscg_maindiag_code": "I10",
            "dscg_maindiag_name": "示例",
        }

    def change(self, data):
        case = self.case_of(data, "stay", self.oracle.is_open)
        info = {**self.named(case), **self.about(), "mdtrt_cert_type": "02", "ipt_otp_no": case.number}
        nodes = {"adminfo": info, "diseinfo": self.diagnoses(case.who)}
        self.told("2403", nodes, case.who, allowed=self.oracle.is_open(case))

    def stay_line(self, case, number, amount, code, origin=""):
        return {
            **self.named(case, feedetl_sn=number, **({"init_feedetl_sn": origin} if origin else {})),
            "med_type": "21",
            "fee_ocur_time": self.hub.clock.text(),
            "med_list_codg": code,
            "medins_list_codg": "1",
            "det_item_fee_sumamt": amount,
            "cnt": 1 if amount >= 0 else -1,
            "pric": abs(amount),
            **ROW,
        }

    def upload(self, data):
        amounts = data.draw(st.lists(money, min_size=1, max_size=4))
        code = data.draw(st.sampled_from(CODES))
        self.upload_it(self.case_of(data, "stay", self.oracle.is_open), amounts, code)

    def upload_it(self, case, amounts, code):
        rows = [self.stay_line(case, f"D{self.count}-{n}", amount, code) for n, amount in enumerate(amounts)]
        _, output = self.told("2301", {"feedetail": rows}, case.who, allowed=self.oracle.is_open(case))
        for row, split in zip(rows, output["result"] if output else (), strict=False):
            item = self.kept(case, row, split)
            item.batch = code

    def take_back(self, data):
        share = data.draw(st.sampled_from(["0.3", "1", "1.01"]))
        charged = [case for case in self.oracle.cases if case.kind == "stay" and case.items]
        if not charged:
            return
        case = data.draw(st.sampled_from(charged[-3:]))
        origin = data.draw(st.sampled_from(list(case.items.values())))
        left = self.oracle.left_of(case, origin.number) if not origin.origin else abs(origin.amount)
        amount = (left * Decimal(share)).quantize(Decimal("0.01")) or Decimal("0.01")
        row = self.stay_line(case, f"N{self.count}", -amount, origin.batch, origin.number)
        row["cnt"] = Decimal("-0.0001")  # how much of it the quantity is, is not looked at here
        row["pric"] = (amount * 10000).quantize(Decimal("0.000001"))
        allowed = self.oracle.is_open(case) and not origin.origin and amount <= left
        _, output = self.told("2301", {"feedetail": [row]}, case.who, allowed=allowed)
        if output:
            self.kept(case, row, output["result"][0]).batch = origin.batch

    def kept(self, case, row, split):
        number, amount = row["feedetl_sn"], row["det_item_fee_sumamt"]
        parts = tuple(split[name] for name in SPLIT)
        assert sum(parts) == split["det_item_fee_sumamt"] == amount
        case.items[number] = Item(number, amount, origin=row.get("init_feedetl_sn", ""), parts=parts)
        return case.items[number]

    def revoke_lines(self, data):
        case = self.case_of(data, "stay", lambda c: self.oracle.may_revoke_lines(c, {"0000"}))
        numbers = set(data.draw(st.lists(st.sampled_from(["0000", *case.items, "NONE"]), min_size=1, max_size=3)))
        rows = [self.named(case, feedetl_sn=number) for number in sorted(numbers)]
        allowed = self.oracle.may_revoke_lines(case, numbers)
        self.told("2302", {"data": rows}, case.who, allowed=allowed)
        if allowed:
            gone = set(case.items) if "0000" in numbers else numbers
            case.items = {number: item for number, item in case.items.items() if number not in gone}

    def discharge(self, data):
        self.discharge_it(self.case_of(data, "stay", self.oracle.is_open))

    def discharge_it(self, case):
        left = {"insutype": PEOPLE[case.who], "endtime": self.hub.clock.text(), "dscg_way": "1"}
        info = {**self.named(case), **left, "dscg_dept_codg": "B01", "dscg_dept_name": "骨科"}
        allowed = self.oracle.is_open(case)
        self.told("2402", {"dscginfo": info, "diseinfo": self.diagnoses(case.who)}, case.who, allowed=allowed)
        case.discharged = case.discharged or allowed

    def reopen(self, data):
        case = self.case_of(data, "stay", self.oracle.may_reopen)
        allowed = self.oracle.may_reopen(case)
        self.told("2405", {"data": self.named(case)}, case.who, allowed=allowed)
        case.discharged = case.discharged and not allowed

    def settle_stay(self, data):
        use_account = data.draw(st.booleans())
        case = self.case_of(data, "stay", self.oracle.may_settle_stay)
        sums = [sum((i.parts[n] for i in case.items.values() if i.parts), Decimal("0.00")) for n in range(4)]
        bill = {
            **self.insured(case.who),
            **self.named(case),
            "medfee_sumamt": sum((item.amount for item in case.items.values()), Decimal("0.00")),
            "psn_setlway": "01",
            "acct_used_flag": "1" if use_account else "0",
            "mid_setl_flag": "0",
            **dict(zip(PARTS, sums, strict=True)),
        }
        allowed = self.oracle.may_settle_stay(case)
        _, trial = self.told("2303", {"data": bill}, case.who, allowed=allowed)
        msgid, output = self.told("2304", {"data": bill}, case.who, allowed=allowed)
        items = dict(case.items)
        if output:
            self.booked(case, "2304", msgid, "", items, output, trial, Branch.STAY)

    def cancel_stay(self, data):
        case = self.case_of(data, "stay", self.oracle.may_cancel_stay)
        allowed = self.oracle.may_cancel_stay(case)
        self.told("2404", {"data": self.named(case)}, case.who, allowed=allowed)
        case.cancelled = case.cancelled or allowed

    def reverse_admission(self, data):
        case = self.case_of(data, "stay", lambda c: self.oracle.may_reverse_admission(c, self.today))
        allowed = self.oracle.may_reverse_admission(case, self.today)
        data = {"psn_no": self.persons[case.who].psn_no, "omsgid": case.msgid or "NONE", "oinfno": "2401"}
        self.told("2601", {"data": data}, case.who, allowed=allowed)
        case.cancelled = case.cancelled or allowed

    # what is settled by the message that makes it

    def at_once(self, data):
        who = data.draw(self.some)
        amount = data.draw(money)
        combined = data.draw(st.booleans())
        number, now = f"S{self.count}", self.hub.clock.text()
        cost = {"cnt": 1, "pric": amount, "det_item_fee_sumamt": amount, "med_list_codg": CODES[0]}
        kind, infno, code = ("comb", "2260", HOSPITAL) if combined else ("sale", "2102", PHARMACY)
        if combined:
            info = {**self.insured(who), "clnc_flag": "0", "setl_flag": "1", "med_type": "11", "begntime": now}
            nodes = {
                "mdtrtinfo": {**info, "ipt_op_no": number},
                "feedetail": [{"rows": [{**cost, "feedetl_sn": number}]}],
            }
        else:
            info = {
                **self.insured(who),
                "begntime": now,
                "medfee_sumamt": amount,
                "acct_used_flag": "1",
                "med_type": "41",
            }
            nodes = {"druginfo": info, "drugdetail": [{**cost, "feedetl_sn": number}]}
        allowed = not self.oracle.in_hospital(who)
        msgid, output = self.told(infno, nodes, who, allowed=allowed, code=code)
        if not output:
            return
        info = output["setlInfo" if combined else "setlinfo"]
        case = self.opened(kind, who, info["mdtrt_id"], number)
        case.items = {number: Item(number, amount, "1")}
        output = {"setlinfo": info, "setldetail": output.get("setldetail")}
        self.booked(case, infno, msgid, "1", dict(case.items), output, None, Branch.ORDINARY)

    # the books

    def booked(self, case, infno, msgid, batch, items, output, trial, branch):
        info, today = output["setlinfo"], self.today
        total = sum((item.amount for item in items.values()), Decimal("0.00"))
        assert info["medfee_sumamt"] == total == sum(info[name] for name in PARTS)
        inside = info["acct_pay"] if case.who == "account_in_fund" else 0
        assert total == info["fund_pay_sumamt"] - inside + info["acct_pay"] + info["psn_cash_pay"]
        if output["setldetail"] is not None:
            rows = [row for row in output["setldetail"] if not row["fund_pay_type"].startswith("3102")]
            assert sum(row["fund_payamt"] for row in rows) == info["fund_pay_sumamt"] - inside
        if trial is not None:
            assert {n: v for n, v in trial["setlinfo"].items() if n in info} == {n: info[n] for n in trial["setlinfo"]}
        assert info["clr_type"] == CLEARING_TYPE[case.kind]
        assert info["medins_setl_id"] == msgid
        self.reckon(case, info, branch, today[:4])
        sums = {name: info[name] for name in SUMMED}
        items = {number: item.amount for number, item in items.items()}
        deductible = info["act_pay_dedc"]
        args = (case, batch, sums, deductible, today, today[:4], today[:7], items)
        paper = Paper(info["setl_id"], msgid, infno, *args)
        self.oracle.book(paper)

    def reckon(self, case, info, branch, year):
        """The deductible by what was used before, and an account that is not overdrawn."""
        insurance = self.persons[case.who].insurances[0]
        terms = place_of(insurance.division).schemes[insurance.insutype].branches[branch]
        again = branch is Branch.STAY and self.oracle.stays_settled(case.who, year) > 0
        used = 0 if branch is Branch.STAY else self.oracle.deductible_used(case.who, year)
        asked = max(Decimal(0), (terms.again if again else terms.deductible) - used)
        assert info["act_pay_dedc"] == min(info["inscp_scp_amt"], asked)
        left = self.balances[case.who] - self.oracle.account_paid(case.who)
        assert 0 <= info["acct_pay"] <= left
        assert info["balc"] == left - info["acct_pay"]

    def refund(self, data):
        wrong = data.draw(st.sampled_from([False, False, False, True]))
        if not self.oracle.papers:
            return
        paper = self.paper_of(data)
        if paper.undoes is not None:
            return
        case = paper.case
        infno = UNDOES[case.kind] if not wrong else "2208" if case.kind != "out" else "2305"
        node = "mdtrtinfo" if infno == "2261" else "data"
        allowed = self.oracle.may_refund(paper, infno)
        code = PHARMACY if case.kind == "sale" else HOSPITAL
        nodes = {node: self.named(case, setl_id=paper.setl_id)}
        msgid, output = self.told(infno, nodes, case.who, allowed=allowed, code=code)
        if not output:
            return
        info = output.get("setlinfo") or output["setlInfo"]
        negative = self.oracle.mirror(paper, info["setl_id"], msgid, infno, self.today)
        cash = "psn_cash_pay" if "psn_cash_pay" in info else "cash_payamt"
        told = {name: info[cash if name == "psn_cash_pay" else name] for name in SUMMED}
        assert (told, info["medins_setl_id"]) == (negative.sums, msgid)

    def reverse(self, data):
        wrong = data.draw(st.sampled_from([False, False, False, True]))
        if not self.oracle.papers:
            return
        paper = self.paper_of(data)
        infno = paper.infno if not wrong else next(n for n in (*MAKES.values(), "2208") if n != paper.infno)
        plain = infno.removesuffix("A")
        allowed = self.oracle.may_reverse(paper, infno, self.today) if infno == plain else self.a_variant(paper)
        data = {"psn_no": self.persons[paper.case.who].psn_no, "omsgid": paper.msgid, "oinfno": infno}
        self.told("2601", {"data": data}, paper.case.who, allowed=allowed)
        if allowed:
            self.oracle.reverse(paper)

    def a_variant(self, paper):
        """2207A is reversed like 2207, under its own number."""
        return not paper.reversed and not paper.refunded and paper.clearing == "open" and paper.day == self.today

    def clear(self, data):
        state = data.draw(st.sampled_from(["open", "in_clearing", "cleared"]))
        if not self.oracle.papers:
            return
        paper = self.paper_of(data)
        self.control(f"/ledger/{paper.setl_id}", {"clearing_state": state})
        paper.clearing = state

    def sleep(self, data):
        days = data.draw(st.sampled_from([1, 1, 4, 20]))
        if self.slept + days <= MOST_DAYS:  # nobody's filing ends in between
            self.slept += days
            self.hub.clock.advance(days * A_DAY)

    def new_number(self, data):
        who = data.draw(self.some)
        self.control(f"/world/people/{self.persons[who].psn_no}", {"psn_no": f"P{self.count}{who}"[:30]})

    # all agree

    @invariant()
    def the_ledger_agrees(self):
        rows = self.control("/ledger")["items"]
        names = ("mdtrt_id", "medins_setl_id", "live", "reversed", "refd_setl_flag", "undoes", "date", "year")
        names += ("clearing_month", "clearing_state", *SUMMED)
        assert {row["setl_id"]: tuple(row[name] for name in names) for row in rows} == self.oracle.ledger()

    @invariant()
    def day_and_month_agree(self):
        days = {self.today, *(paper.day for paper in self.oracle.papers[:1])}
        for day in days:
            found = self.control(f"/day/{day}")
            rows = {(r["insutype"], r["clr_type"]): (r["count"], *(r[n] for n in SUMMED)) for r in found["totals"]}
            assert rows == self.oracle.day(day, PEOPLE), day
            assert found["count"] == sum(row[0] for row in rows.values())
        found = self.control(f"/clearing/{self.today[:7]}")
        assert (found["count"], *(found[name] for name in SUMMED)) == self.oracle.month(self.today[:7])

    @invariant()
    def the_questions_agree(self):
        if self.touched is not None:
            who, self.touched = self.touched, None
            self.person_agrees(who)
            for paper in [p for p in self.oracle.papers if p.case.who == who][-3:]:
                self.settlement_agrees(paper)
            for case in [c for c in self.oracle.cases if c.who == who][-3:]:
                self.lines_agree(case)

    def person_agrees(self, who):
        shown = {name: value for name, value in self.shown(who).items() if name != "psn_no"}
        told = self.asked("1101", {"data": shown}, who)
        assert told["insuinfo"][0]["balc"] == self.balances[who] - self.oracle.account_paid(who)
        assert bool(told["baseinfo"].get("exp_content")) is self.oracle.in_hospital(who)
        begun, now = "2026-01-01 00:00:00", self.hub.clock.text()
        period = {"psn_no": self.persons[who].psn_no, "begntime": begun, "endtime": now}
        mine = [case for case in self.oracle.cases if case.who == who and not case.cancelled]
        stays = {case.mdtrt_id for case in mine if case.kind == "stay"}
        rows = self.asked("5201", {"data": {**period, "med_type": "21"}}, who)["mdtrtinfo"]
        assert {row["mdtrt_id"] for row in rows if row["med_type"] == "21"} == stays
        rows = self.asked("5303", {"data": period}, who)["data"]
        assert {row["mdtrt_id"] for row in rows} == {c.mdtrt_id for c in mine if self.oracle.is_open(c)}
        year = self.today[:4]
        rows = self.asked("5206", {"data": {"psn_no": self.persons[who].psn_no, "cum_ym": year}}, who)["cuminfo"]
        sums = {row["cum_type_code"]: row["cum"] for row in rows}
        settled = self.oracle.of_year(who, year)
        assert sums["F0000"] == sum(paper.sums["medfee_sumamt"] for paper in settled)
        assert sums["C0000"] == self.oracle.stays_settled(who, year)

    def settlement_agrees(self, paper):
        code = PHARMACY if paper.case.kind == "sale" else HOSPITAL
        nodes = {"data": self.named(paper.case, setl_id=paper.setl_id)}
        _, answer = self.send("5203", nodes, paper.case.who, code)
        assert (answer["infcode"] == 0) is not paper.reversed
        if not paper.reversed:
            found = answer["output"]["setlinfo"]
            told = {name: found["cash_payamt" if name == "psn_cash_pay" else name] for name in SUMMED}
            assert told == paper.sums
            assert found["refd_setl_flag"] == ("1" if paper.refunded or paper.undoes else "0")
            assert (found["medins_setl_id"], found["year"]) == (paper.msgid, paper.year)

    def lines_agree(self, case):
        away = case.kind == "stay" and case.who != "local_patient"
        code = PHARMACY if case.kind == "sale" else HOSPITAL
        _, answer = self.send("5204", {"data": self.named(case)}, case.who, code)
        assert (answer["infcode"] == 0) is not away
        if not away:
            rows = {row["feedetl_sn"]: (row["det_item_fee_sumamt"], row["setl_id"]) for row in answer["output"]["data"]}
            there = {} if case.cancelled else case.items
            assert rows == {number: (item.amount, item.setl_id) for number, item in there.items()}


WholeLaw.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
TestWholeLaw = pytest.mark.timeout(180)(WholeLaw.TestCase)  # six seconds alone; the machine may be busy
