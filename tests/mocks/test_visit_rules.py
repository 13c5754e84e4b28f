"""The table is whole, and a real visit does what it says: outpatient, stay, and what one message makes and settles."""

import pytest
from mocks.sale import Pharmacy
from mocks.ward import Ward

from yidi_mocks.refusals import TEXTS
from yidi_mocks.visit_rules import CARE, TABLE, Allowed, Forbidden, OnceState, State, StayState, may, state_of
from yidi_mocks.world import Care, Visit
from yidi_sdk.catalogue import row_of
from yidi_sdk.transactions import RevokeOutpatientSettlement

CELLS = [(message, state) for message, row in TABLE.items() for state in row]
NAMED = {"ids": lambda cell: getattr(cell, "value", getattr(cell, "__name__", ""))}
OVER = {State.CANCELLED, StayState.CANCELLED, OnceState.UNDONE}


@pytest.mark.parametrize(("message", "state"), CELLS, **NAMED)
def test_every_cell_says_something(message, state):
    verdict = may(state, message)
    if isinstance(verdict, Forbidden):
        assert verdict.cause in TEXTS
    else:
        assert verdict.leads_to


def test_every_message_knows_every_state_of_its_kind_of_visit():
    states = {Care.OUTPATIENT: State, Care.STAY: StayState, Care.SALE: OnceState, Care.COMBINED: OnceState}
    assert set(CARE) == set(TABLE)
    for message, row in TABLE.items():
        assert set(row) == set(states[CARE[message]])


def test_nothing_may_follow_what_is_undone():
    assert all(isinstance(row[state], Forbidden) for row in TABLE.values() for state in OVER & set(row))


class Walk:
    """One person's visit brought into a state over HTTP."""

    def __init__(self, cashier):
        cashier.serve("filed_hypertension")
        self.cashier, self.visit, self.count = cashier, cashier.register(), 0

    def charge(self):
        self.count += 1
        batch = f"B{self.count}"
        self.cashier.charge(
            self.visit, batch, self.cashier.line(self.visit, batch, f"L{self.count}", dise_codg="M03900")
        )

    def reach(self, state):
        if state is State.CANCELLED:
            data = {"mdtrt_id": self.visit, "psn_no": self.cashier.psn_no, "ipt_otp_no": "MZ1"}
            self.cashier.ok("2202", {"data": data})
            return
        if state is not State.REGISTERED:
            self.cashier.describe(self.visit, "14", "M03900")
        if state in (State.CHARGED, State.PART_SETTLED, State.SETTLED):
            self.charge()
        if state in (State.PART_SETTLED, State.SETTLED):
            self.cashier.settle(self.visit, "B1", "100.00", "14")
        if state is State.PART_SETTLED:
            self.charge()

    def nodes(self, message):
        infno, batch = row_of(message).infno, f"B{max(1, self.count)}"
        data = {"mdtrt_id": self.visit, "psn_no": self.cashier.psn_no}
        if infno in ("2203", "2203A"):
            nodes = self.cashier.encounter_nodes(self.visit, "14", "M03900")
            return infno, nodes
        if infno == "2204":
            return infno, {"feedetail": [self.cashier.line(self.visit, "NEW", "NEW", dise_codg="M03900")]}
        if infno.startswith(("2206", "2207")):
            trial = self.cashier.trial_data(self.visit, batch, "100.00", "14")
            parts = {"fulamt_ownpay_amt": "0.00", "overlmt_selfpay": "0.00"}
            parts |= {"preselfpay_amt": "10.00", "inscp_scp_amt": "90.00"}
            return infno, {"data": {**trial, **(parts if infno.startswith("2207") else {})}}
        if infno == "2208":
            rows = self.cashier.hub.ledger(mdtrt_id=self.visit, live="true")
            return infno, {"data": {**data, "setl_id": rows[0]["setl_id"] if rows else "1"}}
        return infno, {"data": {**data, "chrg_bchno": batch} if infno == "2205" else {**data, "ipt_otp_no": "MZ1"}}

    def state(self):
        rows = self.cashier.hub.control(f"/world?person={self.cashier.psn_no}")["visits"]
        return State(next(row["state"] for row in rows if row["mdtrt_id"] == self.visit))


class StayWalk:
    """One person's stay brought into a state over HTTP."""

    def __init__(self, cashier):
        self.ward = Ward(cashier, "inpatient_new_year")
        self.ward.admit()

    def reach(self, state):
        ward = self.ward
        if state is StayState.CANCELLED:
            ward.cashier.ok("2404", ward.named())
            return
        if state in (StayState.CHARGED, StayState.TO_SETTLE, StayState.SETTLED):
            ward.charge(ward.line("L1"))
        if state in (StayState.DISCHARGED, StayState.TO_SETTLE, StayState.SETTLED):
            ward.discharge()
        if state is StayState.SETTLED:
            ward.settle()

    def nodes(self, message):
        ward, infno = self.ward, row_of(message).infno
        rows = ward.cashier.hub.ledger(mdtrt_id=ward.stay, live="true")
        parts = {**dict.fromkeys(ward.parts, "0.00"), "preselfpay_amt": "10.00", "inscp_scp_amt": "90.00"}
        return infno, {
            "2403": ward.change_nodes(),
            "2301": {"feedetail": [ward.line("NEW")]},
            "2302": ward.revocation("0000"),
            "2402": ward.leaving(),
            "2303": ward.bill(medfee_sumamt="100.00", **parts),
            "2304": ward.bill(medfee_sumamt="100.00", **parts),
            "2305": ward.named(setl_id=rows[0]["setl_id"] if rows else "1"),
            "2404": ward.named(),
            "2405": ward.named(),
        }[infno]

    def state(self):
        return StayState(self.ward.row()["state"])


class SaleWalk:
    """A sale, or Guangdong's combined visit, settled or undone over HTTP."""

    def __init__(self, cashier, message):
        self.pharmacy = Pharmacy(cashier, "filed_hypertension")
        self.sold = self.pharmacy.sell() if CARE[message] is Care.SALE else self.pharmacy.visit()

    def reach(self, state):
        if state is OnceState.UNDONE:
            self.pharmacy.cashier.ok(*self.pharmacy.undoing(self.sold))

    def nodes(self, _):
        return self.pharmacy.undoing(self.sold)

    def state(self):
        rows = self.pharmacy.cashier.hub.control(f"/world?person={self.pharmacy.cashier.psn_no}")["visits"]
        return OnceState(rows[-1]["state"])


def walk_of(cashier, message):
    if CARE[message] is Care.OUTPATIENT:
        return Walk(cashier)
    return StayWalk(cashier) if CARE[message] is Care.STAY else SaleWalk(cashier, message)


@pytest.mark.parametrize(("message", "state"), CELLS, **NAMED)
def test_a_real_visit_does_what_the_table_says(hub, cashier, message, state):
    hub.control("/capabilities", {"one_live": False}, "PUT")
    walk = walk_of(cashier, message)
    walk.reach(state)
    assert walk.state() is state
    infno, nodes = walk.nodes(message)
    answer = cashier.send(infno, nodes)
    verdict = may(state, message)
    if isinstance(verdict, Allowed):
        assert answer["infcode"] == 0, answer
        assert walk.state() in verdict.leads_to
    else:
        assert TEXTS[verdict.cause][0] in answer["err_msg"]
        assert walk.state() is state


def test_the_state_is_read_from_facts():
    visit = Visit("1", None, None, None, {})  # type: ignore[arg-type]
    assert state_of(visit) is State.REGISTERED
    assert may(State.REGISTERED, RevokeOutpatientSettlement) == Forbidden("nothing_settled")


STRANGERS = [
    ("2204", lambda ward: {"feedetail": [ward.cashier.line(ward.stay, "B", "L9")]}),
    ("2202", lambda ward: ward.named(ipt_otp_no="ZY1")),
    ("2208", lambda ward: ward.named(setl_id="1")),
    ("2103", lambda ward: ward.named(setl_id="1")),
]


@pytest.mark.parametrize(("infno", "nodes"), STRANGERS, ids=lambda cell: cell if isinstance(cell, str) else "")
def test_a_message_about_another_kind_of_visit_is_refused(cashier, infno, nodes):
    ward = Ward(cashier, "inpatient_new_year")
    ward.admit()
    assert "就诊ID(mdtrt_id)与交易不符：该就诊是住院" in cashier.refused(infno, nodes(ward))
