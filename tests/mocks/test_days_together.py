"""Whatever is settled, refunded, reversed, cleared and moved: ledger, queries, days, comparisons and clearing agree.

A hospital keeps its own books beside the hub. After every step its papers are balanced, day by day and row by row, the
month is the sum of its papers, and the shelves of the books are the sum of the ledger.
"""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from mocks.till import Till

from yidi_mocks import days, months, worldview
from yidi_mocks.books import Cut, Totals, is_refund, total_of
from yidi_mocks.clock import CHINA
from yidi_mocks.forms import is_across

pytestmark = pytest.mark.requirement("R112", "R151")
START = datetime(2026, 11, 29, 22, 0, tzinfo=CHINA)
SUMS = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay")
money = st.integers(1, 300_000).map(lambda fen: Decimal(fen).scaleb(-2))
COMPARISONS = 3


class Together(RuleBasedStateMachine):
    """One hub, three people, papers."""

    @initialize(ends_at=st.sampled_from(["24:00", "24:00", "23:30"]))
    def begin(self, ends_at):
        self.till = Till(START)
        self.till.people = [
            self.till.make(1),
            self.till.make(2, "390", "510100"),
            self.till.make(3, division="500103"),
        ]
        self.till.hub.capabilities.day_ends_at = ends_at
        self.lots = []

    # ---- what people do

    @rule(who=st.integers(0, 2), total=money)
    def settle(self, who, total):
        self.till.settle(total, self.till.people[who])

    def originals(self):
        gone = {paper.row["setl_id"] for paper in self.till.papers if paper.flag == "1"}
        undone = {self.held(key).undoes.setl_id for key in gone}
        return [paper for paper in self.till.papers if paper.flag == "0" and paper.setl_id not in undone]

    def held(self, setl_id):
        return self.till.hub.world.settlements[setl_id]

    @precondition(lambda self: self.originals())
    @rule(data=st.data())
    def refund(self, data):
        paper = data.draw(st.sampled_from(self.originals()))
        moved = self.held(paper.setl_id).clearing_state != "open"
        refund = self.till.refund(paper)
        expected = self.till.today[:7] if moved else self.held(paper.setl_id).clearing_month
        assert self.held(refund.setl_id).clearing_month == expected

    @precondition(lambda self: self.originals())
    @rule(data=st.data())
    def reverse(self, data):
        paper = data.draw(st.sampled_from(self.originals()))
        held = self.held(paper.setl_id)
        if held.day == self.till.today and held.clearing_state == "open":
            self.till.reverse(paper)

    @rule(hours=st.sampled_from([1, 3, 24, 24 * 13]))
    def sleep(self, hours):
        self.till.hub.clock.advance(hours * 3600)

    # ---- what the offices do

    def months(self):
        return sorted({self.held(paper.setl_id).clearing_month for paper in self.till.papers})

    @precondition(lambda self: any(month < self.till.today[:7] for month in self.months()))
    @rule(data=st.data(), by_row=st.booleans())
    def clear(self, data, by_row):
        month = data.draw(st.sampled_from([name for name in self.months() if name < self.till.today[:7]]))
        self.till.hub.world.agency.clearing.close(self.till.today)
        found = [one for one in self.of_month(month) if one.clearing_state == "open"]
        if by_row:
            found = [one for one in found if is_across(one)]
            if not found:
                return
            told = {"trt_year": month[:4], "trt_month": month[5:], "startrow": "1"}
            rows = self.till.ok("3260", {"data": told})["data"]
            assert {row["setl_sn"] for row in rows} == {one.setl_id for one in self.of_month(month) if is_across(one)}
            names = ("certno", "mdtrt_id", "mdtrt_setl_time", "setl_sn", "medfee_sumamt", "optins_pay_sumamt")
            ids = {one.setl_id for one in found}
            detail = [{**{n: row[n] for n in names}, "cnfm_flag": "1"} for row in rows if row["setl_sn"] in ids]
            self.till.ok("3261", {"data": {"trt_year": month[:4], "trt_month": month[5:]}, "detail": detail})
        else:
            asked = {"clr_type": "11", "clr_way": "1", "setlym": month.replace("-", "")}
            if not found:
                assert "没有待清算" in self.till.refused("3203", {"data": asked})
                return
            asked["medfee_sumamt"] = sum(one.amount("medfee_sumamt") for one in found)
            self.till.ok("3203", {"data": asked})
        assert {one.clearing_state for one in found} == {"in_clearing"}
        self.lots.append((self.till.hub.world.agency.clearing.lots[-1], month))

    @precondition(lambda self: self.lots)
    @rule(data=st.data())
    def take_back(self, data):
        lot, month = data.draw(st.sampled_from(self.lots))
        self.lots.remove((lot, month))
        back = {"trt_year": month[:4], "trt_month": month[5:], "otransid": lot.msgid}
        asked = (
            ("3262", {"data": back})
            if lot.kind == "confirmation"
            else ("3204", {"data": {"clr_appy_evt_id": lot.number}})
        )
        if self.till.ask(*asked)["infcode"] == 0:
            assert "cleared" not in {one.clearing_state for one in lot.settlements}
        else:
            assert "in_clearing" not in {one.clearing_state for one in lot.settlements}

    @precondition(lambda self: self.originals())
    @rule(data=st.data(), back=st.integers(0, 20))
    def move(self, data, back):
        """The control door moves a settlement to another day, and its month with it."""
        held = self.held(data.draw(st.sampled_from(self.originals())).setl_id)
        if held.clearing_state == "open":
            self.till.hub.world.books.remove(held)
            worldview.change_settlement(held, {"settled_on": f"2026-11-{back + 5:02d}"})
            self.till.hub.world.books.add(held)

    # ---- what must hold

    def of_month(self, month):
        held = (self.held(paper.setl_id) for paper in self.till.papers)
        return [one for one in held if one.clearing_month == month]

    @invariant()
    def the_hospital_is_balanced(self):
        if not hasattr(self, "till"):
            return
        cut = self.cut()
        by_day = {}
        for paper in self.till.papers:
            by_day.setdefault(cut.day_of(self.held(paper.setl_id).time), []).append(paper)
        for day, papers in by_day.items():
            for insutype in ("310", "390"):
                assert self.till.total_verdict(papers=papers, begin=day, insutype=insutype) == "000000"
            found = days.day(self.till.hub.world, day, cut)
            assert sorted(row["setl_id"] for row in found["items"]) == sorted(paper.setl_id for paper in papers)
            assert Decimal(found["psn_cash_pay"]) == sum(paper.cash for paper in papers)
        for day in list(by_day)[-COMPARISONS:]:
            rows = self.till.compare(by_day[day], begin=day)
            assert {row["stmt_rslt"] for row in rows.values()} == {"000000"}

    def cut(self):
        hub = self.till.hub
        return days.cut_of(hub.world, hub.capabilities, hub.clock)

    @invariant()
    def the_months_are_the_papers(self):
        if not hasattr(self, "till"):
            return
        for month in self.months():
            found = months.month(self.till.hub.world, month, self.till.today, self.cut())
            held = self.of_month(month)
            assert found["count"] == len(held)
            for name in SUMS:
                assert Decimal(found[name]) == sum(one.amount(name) for one in held)
            assert sum(state["count"] for state in found["by_state"].values()) == len(held)
            across = [one for one in held if is_across(one)]
            offices = sum(one.amount("medfee_sumamt") - one.amount("psn_cash_pay") for one in across)
            forms = found["forms"]
            assert Decimal(forms["14"]["total"]["total"]) == offices == Decimal(forms["14-7"]["total"]["total"])
            receives, pays = (Decimal(found["notices"][form]["total"]["total"]) for form in ("16", "15"))
            assert receives - pays == offices

    @invariant()
    def the_shelves_are_the_ledger(self):
        if not hasattr(self, "till"):
            return
        books, ledger = self.till.hub.world.books, self.till.hub.world.settlements.values()
        for kind in books.kinds("2026-11-01", "2027-03-01", Cut()):
            mine = [one for one in ledger if not one.reversed and one.visit.insurance.insutype == kind[1]]
            for refunds in (True, False):
                expected = total_of(one for one in mine if refunds or not is_refund(one))
                assert books.totals(kind, "2026-11-01", "2027-03-01", Cut(), refunds=refunds) == expected
            assert sum((total_of([one]) for one in mine), Totals()) == total_of(mine)

    @invariant()
    def the_queries_say_the_same(self):
        if not hasattr(self, "till"):
            return
        for paper in self.till.papers[-3:]:
            data = {"psn_no": paper.psn_no, "setl_id": paper.setl_id, "mdtrt_id": paper.mdtrt_id}
            shown = self.till.ok("5203", {"data": data}, paper.person)["setlinfo"]
            assert (shown["medfee_sumamt"], shown["fund_pay_sumamt"]) == (paper.medfee, paper.fund)
            assert shown["cash_payamt"] == paper.cash


TestTogether = Together.TestCase
TestTogether.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
