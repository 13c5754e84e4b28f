"""The table is whole, and a real visit does what it says."""

import itertools

import pytest

from yidi_mocks.refusals import TEXTS
from yidi_mocks.visit_rules import TABLE, Allowed, Forbidden, State, may, state_of
from yidi_mocks.world import Visit
from yidi_sdk.catalogue import row_of
from yidi_sdk.transactions import RevokeOutpatientSettlement

CELLS = list(itertools.product(TABLE, State))


@pytest.mark.parametrize(
    ("message", "state"), CELLS, ids=lambda cell: getattr(cell, "value", getattr(cell, "__name__", ""))
)
def test_every_cell_says_something(message, state):
    verdict = may(state, message)
    if isinstance(verdict, Forbidden):
        assert verdict.cause in TEXTS
    else:
        assert verdict.leads_to


def test_nothing_may_follow_a_cancelled_registration():
    assert all(isinstance(row[State.CANCELLED], Forbidden) for row in TABLE.values())


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
        if infno in ("2206", "2207"):
            trial = self.cashier.trial_data(self.visit, batch, "100.00", "14")
            parts = {"fulamt_ownpay_amt": "0.00", "overlmt_selfpay": "0.00"}
            parts |= {"preselfpay_amt": "10.00", "inscp_scp_amt": "90.00"}
            return infno, {"data": {**trial, **(parts if infno == "2207" else {})}}
        if infno == "2208":
            rows = self.cashier.hub.ledger(mdtrt_id=self.visit, live="true")
            return infno, {"data": {**data, "setl_id": rows[0]["setl_id"] if rows else "1"}}
        return infno, {"data": {**data, "chrg_bchno": batch} if infno == "2205" else {**data, "ipt_otp_no": "MZ1"}}

    def state(self):
        rows = self.cashier.hub.control(f"/world?person={self.cashier.psn_no}")["visits"]
        return State(next(row["state"] for row in rows if row["mdtrt_id"] == self.visit))


@pytest.mark.parametrize(
    ("message", "state"), CELLS, ids=lambda cell: getattr(cell, "value", getattr(cell, "__name__", ""))
)
def test_a_real_visit_does_what_the_table_says(hub, cashier, message, state):
    hub.control("/capabilities", {"one_live": False}, "PUT")
    walk = Walk(cashier)
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
