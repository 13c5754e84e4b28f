"""Clearing: applied for, confirmed row by row, taken back, cleared; forms and notices; prepayment; refunds across it."""

from datetime import datetime
from decimal import Decimal

import pytest
from mocks.till import HOSPITAL, Till
from mocks.ward import Ward

from yidi_mocks import clearing, days, months, worldview
from yidi_mocks.answers.clearing import paid_by_offices
from yidi_mocks.clock import CHINA
from yidi_mocks.deductions import BadDeduction
from yidi_mocks.prepayment import BadPrepayment, warning_of
from yidi_mocks.workdays import NoCalendar

OCTOBER = datetime(2026, 10, 23, 9, 0, tzinfo=CHINA)
MONTH = "2026-10"


def day(text):
    return datetime.fromisoformat(f"{text}T09:00:00+08:00")


@pytest.fixture
def till():
    """Three settlements of October, two of them of other provinces; it is the tenth of November."""
    till = Till(OCTOBER)
    till.people = [till.make(1), till.make(2, "390", "510100"), till.make(3, division="500103")]
    for number, person in enumerate(till.people):
        till.settle(f"{(number + 1) * 1000}.00", person)
    till.hub.clock.set(day("2026-11-10"))
    return till


def month_of(till, name=MONTH, **about):
    world, hub = till.hub.world, till.hub
    world.agency.clearing.close(till.today)
    return months.month(world, name, till.today, days.cut_of(world, hub.capabilities, hub.clock), **about)


def states(till):
    till.hub.world.agency.clearing.close(till.today)
    return [till.hub.world.settlements[paper.setl_id].clearing_state for paper in till.papers]


APPLY = {"clr_type": "11", "clr_way": "1", "setlym": "202610"}


def apply(till, **changes):
    return till.ok("3203", {"data": {**APPLY, **changes}})["result"]["clr_appy_evt_id"]


def fetch(till, month="10", start="1"):
    return till.ok("3260", {"data": {"trt_year": "2026", "trt_month": month, "startrow": start}})["data"]


def confirmation(rows, flags="1", month="10", **changes):
    names = ("certno", "mdtrt_id", "mdtrt_setl_time", "setl_sn", "medfee_sumamt", "optins_pay_sumamt")
    detail = [{**{name: row[name] for name in names}, "cnfm_flag": flags} for row in rows]
    return {
        "data": {"trt_year": "2026", "trt_month": month, "totalrow": str(len(rows)), **changes},
        "detail": detail,
    }


# ---- applying and confirming


@pytest.mark.requirement("R022", "R051", "R126")
def test_an_application_and_its_withdrawal(till):
    number = apply(till, medfee_sumamt="6000.00", psntime=3)
    assert states(till) == ["in_clearing"] * 3
    assert "没有待清算的结算" in till.refused("3203", {"data": APPLY})
    till.ok("3204", {"data": {"clr_appy_evt_id": number}})
    assert states(till) == ["open"] * 3
    assert "清算申请事件ID(clr_appy_evt_id)不存在" in till.refused("3204", {"data": {"clr_appy_evt_id": number}})
    apply(till)


def test_the_sums_of_an_application_are_the_platforms(till):
    till.refund(till.papers[0])  # of October, because nothing was cleared
    sums = {
        "psntime": 2,
        "medfee_sumamt": Decimal("5000.00"),
        "fund_appy_sum": sum(paper.fund for paper in till.papers),
        "cash_payamt": sum(paper.cash for paper in till.papers),
        "acct_pay": sum(paper.account for paper in till.papers),
        "med_sumfee": Decimal("5000.00"),
    }
    for name, right in sums.items():
        assert f"({name})" in till.refused("3203", {"data": {**APPLY, **sums, name: right + 1}})
    assert states(till) == ["open"] * 4
    apply(till, **sums)
    assert states(till) == ["in_clearing"] * 4


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"setlym": "202611"}, "清算年月2026-11尚未结束"),
        ({"setlym": "202613"}, "清算年月(setlym)"),
        ({"setlym": "2026"}, "清算年月(setlym)"),
        ({"setlym": ""}, "清算年月(setlym)不能为空"),
        ({"setlym": "202607"}, "已超过最迟申报日2026-10-20"),
        ({"setlym": "202609"}, "没有待清算的结算"),
        ({"clr_type": "21"}, "没有待清算的结算"),
        ({"clr_type": "77"}, "没有待清算的结算"),
        ({"clr_way": "2"}, "清算方式(clr_way)"),
        ({"begndate": "2026-10-02"}, "开始日期(begndate)"),
        ({"enddate": "2026-10-30"}, "结束日期(enddate)"),
        ({"setlym": "202610", "begndate": "2026-09-01"}, "开始日期(begndate)"),
    ],
)
def test_applications_refused(till, change, names):
    assert names in till.refused("3203", {"data": {**APPLY, **change}})
    assert states(till) == ["open"] * 3


@pytest.mark.parametrize(
    "named",
    [
        {"setlym": "2026-10"},
        {"setlym": "", "begndate": "2026-10-01", "enddate": "2026-10-31"},
        {"setlym": "202610", "begndate": "2026-10-01"},
    ],
)
def test_a_month_has_several_names(till, named):
    apply(till, **named)


def test_the_split_is_what_other_provinces_pay_for(till):
    rows = fetch(till)
    assert [row["setl_sn"] for row in rows] == [paper.setl_id for paper in till.papers[:2]]
    first = till.papers[0]
    assert rows[0] == {
        "seqno": "1",
        "mdtrtarea": "500103",
        "medins_no": HOSPITAL,
        "certno": till.people[0].id_number,
        "mdtrt_id": first.mdtrt_id,
        "mdtrt_setl_time": "2026-10-23 09:00:00",
        "setl_sn": first.setl_id,
        "fulamt_advpay_flag": "0",
        "medfee_sumamt": Decimal("1000.00"),
        "optins_pay_sumamt": f"{first.fund + first.account:.2f}",
    }
    assert fetch(till, "09") == []


def test_a_page_has_a_hundred_rows(till):
    for number in range(103):
        till.settle(f"{number + 1}.00")
    found = fetch(till, "11")
    assert [row["seqno"] for row in found] == [str(number) for number in range(1, 101)]
    assert len(str(found)) < 40_000
    assert [row["seqno"] for row in fetch(till, "11", "101")] == ["101", "102", "103"]
    assert fetch(till, "11", "0") == found
    assert fetch(till, "11", "104") == []


@pytest.mark.requirement("R126")
@pytest.mark.parametrize("by", ["msgid", "received"])
def test_a_confirmation_and_its_roll_back(till, by):
    till.ok("3261", confirmation(fetch(till)[:1]))
    number = till.msgid if by == "msgid" else till.received_as
    assert states(till) == ["in_clearing", "open", "open"]
    till.ok("3261", confirmation(fetch(till)[1:], flags="0"))
    assert states(till) == ["in_clearing", "open", "open"]
    back = {"trt_year": "2026", "trt_month": "10", "otransid": number}
    assert "原交易流水号(otransid)" in till.refused("3262", {"data": {**back, "otransid": "1"}})
    assert "原交易流水号(otransid)" in till.refused("3262", {"data": {**back, "trt_month": "9"}})
    till.ok("3262", {"data": back})
    assert states(till) == ["open"] * 3
    assert "原交易流水号(otransid)" in till.refused("3262", {"data": back})


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"certno": "530102198001019990"}, "证件号码(certno)"),
        ({"mdtrt_id": "1"}, "就诊ID(mdtrt_id)"),
        ({"mdtrt_setl_time": "2026-10-23 09:00:01"}, "就诊结算时间(mdtrt_setl_time)"),
        ({"setl_sn": "1"}, "结算流水号(setl_sn)"),
        ({"medfee_sumamt": "1000.01"}, "医疗费总额(medfee_sumamt)"),
        ({"optins_pay_sumamt": "1.00"}, "经办机构支付总额(optins_pay_sumamt)"),
        ({"optins_pay_sumamt": "很多"}, "经办机构支付总额(optins_pay_sumamt)"),
        ({"cnfm_flag": "2"}, "确认标志(cnfm_flag)"),
        ({"cnfm_flag": None}, "确认标志(cnfm_flag)不正确：不能为空"),
    ],
)
def test_one_wrong_row_refuses_all(till, change, names):
    nodes = confirmation(fetch(till))
    nodes["detail"][0].update(change)
    assert names in till.refused("3261", nodes)
    assert states(till) == ["open"] * 3


def test_a_roll_back_leaves_what_is_cleared_already(till):
    till.ok("3261", confirmation(fetch(till)))
    till.hub.world.settlements[till.papers[0].setl_id].clearing_state = "cleared"
    till.ok("3262", {"data": {"trt_year": "2026", "trt_month": "10", "otransid": till.msgid}})
    assert states(till) == ["cleared", "open", "open"]


def test_what_may_not_be_confirmed(till):
    rows = fetch(till)
    local = till.papers[2]
    row = {"certno": till.people[2].id_number, "mdtrt_id": local.mdtrt_id, "setl_sn": local.setl_id}
    sums = {"medfee_sumamt": local.medfee, "optins_pay_sumamt": f"{local.fund + local.account:.2f}"}
    nodes = confirmation([{**row, **sums, "mdtrt_setl_time": "2026-10-23 09:00:00"}])
    assert "没有这笔异地结算" in till.refused("3261", nodes)
    assert "重复列出" in till.refused("3261", confirmation([rows[0], rows[0]]))
    assert "总行数(totalrow)" in till.refused("3261", confirmation(rows, totalrow="3"))
    assert "总行数(totalrow)" in till.refused("3261", confirmation(rows * 51, totalrow=""))
    assert "2026-11尚未结束" in till.refused("3261", confirmation(rows, month="11"))
    assert "结算月份(trt_month)" in till.refused("3261", confirmation(rows, month="13"))
    till.ok("3261", confirmation(rows))
    assert "已进入清算" in till.refused("3261", confirmation(rows))


# ---- days of a month


@pytest.mark.requirement("R122", "R126")
@pytest.mark.parametrize("applied_on", ["2026-11-01", "2026-11-20"])
def test_a_round_ends_after_the_25th(till, applied_on):
    till.hub.clock.set(day(applied_on))
    number = apply(till)
    till.hub.clock.set(day("2026-11-25"))
    assert states(till) == ["in_clearing"] * 3
    till.hub.clock.set(day("2026-11-26"))
    assert states(till) == ["cleared"] * 3
    assert "清算已完成" in till.refused("3204", {"data": {"clr_appy_evt_id": number}})
    assert states(till) == ["cleared"] * 3


def test_what_is_applied_for_after_the_20th_goes_into_the_next_round(till):
    till.hub.clock.set(day("2026-11-21"))
    apply(till)
    till.hub.clock.set(day("2026-12-25"))
    assert states(till) == ["in_clearing"] * 3
    till.hub.clock.set(day("2026-12-26"))
    assert states(till) == ["cleared"] * 3


@pytest.mark.requirement("R126")
@pytest.mark.parametrize(
    ("month", "latest"),
    [("2026-10", "2027-01-20"), ("2026-12", "2027-03-20"), ("2026-01", "2026-04-20"), ("2027-02", "2027-05-20")],
)
def test_the_days_of_a_month(month, latest):
    following = {"2026-10": "2026-11", "2026-12": "2027-01", "2026-01": "2026-02", "2027-02": "2027-03"}[month]
    assert clearing.deadlines(month) == {
        "reconciled_by": f"{following}-03",
        "agreed_by": f"{following}-18",
        "applied_by": f"{following}-20",
        "tables_on": f"{following}-21",
        "confirmed_by": f"{following}-25",
        "applied_at_latest_by": latest,
    }


def test_a_month_is_reconciled_by_the_third(till):
    till.hub.clock.set(day("2026-11-03"))
    assert month_of(till)["reconciliation"] == {"by": "2026-11-03", "state": "open", "days_left": ["2026-10-23"]}
    till.hub.clock.set(day("2026-11-04"))
    assert month_of(till)["reconciliation"]["state"] == "overdue"
    for insutype in ("310", "390"):
        assert till.total_verdict(begin="2026-10-23", insutype=insutype) == "000000"
    assert month_of(till)["reconciliation"] == {"by": "2026-11-03", "state": "closed", "days_left": []}
    planted = till.plant("amount", date="2026-10-23")
    assert month_of(till)["reconciliation"]["days_left"] == ["2026-10-23"]
    till.hub.world.agency.differences.remove(till.hub.world, planted.number)
    till.compare(begin="2026-10-23")
    assert month_of(till)["reconciliation"]["state"] == "closed"


# ---- refunds across clearing


YEAR_END = datetime(2026, 12, 30, 9, 0, tzinfo=CHINA)
OTHER_YEAR, NEXT_MONTH, SAME_MONTH = "2027-01-05", "2026-12-05", "2026-11-25"


@pytest.mark.requirement("R118", "R096", "R127")
@pytest.mark.parametrize("state", ["open", "in_clearing", "cleared"])
@pytest.mark.parametrize("later", [False, True], ids=["latest", "not_latest"])
@pytest.mark.parametrize("on", [SAME_MONTH, NEXT_MONTH, OTHER_YEAR])
@pytest.mark.parametrize("disease", ["", "M03900"], ids=["ordinary", "chronic"])
def test_every_refund_of_an_outpatient(state, later, on, disease):
    """规程 39: any variant; what is cleared comes back in the month of the refund, anything else in its own."""
    till = Till(datetime(2026, 11, 23, 9, 0, tzinfo=CHINA))
    till.people[0].qualifications = [worldview.registry.qualification_from({"code": "M03900"}, till.today)]
    original = till.settle("300.00", disease=disease)
    if later:
        till.settle("50.00")
    held = till.hub.world.settlements[original.setl_id]
    held.clearing_state = state
    till.hub.clock.set(day(on))
    negative = till.hub.world.settlements[till.refund(original).setl_id]
    moved = state != "open"
    assert negative.clearing_month == (on[:7] if moved else "2026-11")
    assert (negative.day, negative.year) == (on, "2026")
    assert negative.clearing_state == "open"
    assert held.clearing_month == "2026-11"
    assert {name: -amount for name, amount in held.amounts.items()} == negative.amounts
    month = month_of(till, on[:7])
    assert till.total_verdict(papers=[till.papers[-1]], begin=on) == "000000"
    starred = [row for row in month["forms"]["14-7"]["rows"] if row["region"] == "*云南省"]
    if moved and on[:7] != "2026-11":
        assert [row["total"] for row in starred] == [f"{-(original.fund + original.account):.2f}"]
        (back,) = month["notices"]["15"]["rows"]
        assert (back["region"], back["total"]) == ("*云南省", f"{original.fund + original.account:.2f}")
    else:
        assert starred == []
    text = till.refused(
        "2601", {"data": {"psn_no": original.psn_no, "omsgid": original.msgid, "oinfno": "2207"}}, original.person
    )
    assert "已退费" in text


@pytest.mark.requirement("R118")
@pytest.mark.parametrize("withheld", ["not_latest", "cross_year", "after_clearing", "chronic"])
@pytest.mark.parametrize("present", ["plain", "another_month", "not_latest", "cross_year", "after_clearing"])
@pytest.mark.parametrize("disease", ["", "M03900"], ids=["ordinary", "chronic"])
def test_a_platform_may_withhold_a_variant(withheld, present, disease):
    till = Till(datetime(2026, 11, 23, 9, 0, tzinfo=CHINA) if present == "another_month" else YEAR_END)
    till.people[0].qualifications = [worldview.registry.qualification_from({"code": "M03900"}, till.today)]
    original = till.settle("300.00", disease=disease)
    if present == "not_latest":
        till.settle("50.00")
    elif present == "another_month":
        till.hub.clock.set(day("2026-12-30"))
    elif present == "cross_year":
        till.hub.clock.set(day("2027-01-01"))
    elif present == "after_clearing":
        till.hub.world.settlements[original.setl_id].clearing_state = "cleared"
    till.hub.capabilities.change({"refund_variants": {withheld: False}})
    if withheld == present or (withheld == "chronic" and disease and present not in ("plain", "another_month")):
        words = {"not_latest": "隔笔退费", "cross_year": "跨年退费", "after_clearing": "清算后退费"}[present]
        assert f"不支持{words}" in till.refusal(original)
        assert till.hub.world.settlements[original.setl_id].live
    else:
        till.refund(original)


@pytest.mark.requirement("R118")
@pytest.mark.parametrize("state", ["open", "in_clearing", "cleared"])
@pytest.mark.parametrize("later", [False, True], ids=["latest", "not_latest"])
@pytest.mark.parametrize("on", ["2026-11-23", NEXT_MONTH, OTHER_YEAR])
def test_every_refund_of_a_stay(hub, cashier, state, later, on):
    """规程 39 grants its variants to outpatients: of a stay only the newest, and before it is in clearing."""
    hub.control("/clock", {"now": "2026-11-23T17:00:00"})
    ward = Ward(cashier, "filed_hypertension")
    first = ward.whole()["setlinfo"]
    named = ward.named(setl_id=first["setl_id"])
    if later:
        ward.whole(number="ZY2")
    hub.control(f"/ledger/{first['setl_id']}", {"clearing_state": state}, "PATCH")
    hub.control("/clock", {"now": f"{on}T18:00:00"})
    if later or state != "open":
        text = cashier.refused("2305", named)
        assert ("不能隔笔" if later else "清算") in text
        assert all(row["undoes"] is None for row in hub.ledger())
        return
    cashier.ok("2305", named)
    (negative,) = [row for row in hub.ledger(date=on) if row["undoes"]]
    assert (negative["date"], negative["clearing_month"], negative["year"]) == (on, "2026-11", "2026")
    found = hub.control(f"/day/{on}")
    assert found["refunds"]["count"] == 1
    assert {row["clr_type"] for row in found["totals"]} == {"21"}
    month = hub.control("/clearing/2026-11")
    assert (month["count"], month["medfee_sumamt"]) == (2, "0.00")
    data = Till.totals(cashier, [], clr_type="21", insutype=cashier.insutype, begin=on)
    told = {**data, "fixmedins_setl_cnt": found["count"], "medfee_sumamt": found["medfee_sumamt"]}
    sums = {name: found[name] for name in ("fund_pay_sumamt", "acct_pay")}
    assert cashier.ok("3201", {"data": {**told, **sums}})["stmtinfo"]["stmt_rslt"] == "000000"


# ---- forms


@pytest.mark.requirement("R122", "R151", "R152", "R153", "R155", "R185", "R074")
def test_the_forms_are_sums_of_settlements(till):
    employee, resident, _ = till.papers
    offices = [employee.fund + employee.account, resident.fund + resident.account]
    month = month_of(till)
    assert (month["count"], month["medfee_sumamt"]) == (3, "6000.00")
    assert month["local"]["count"] == 1
    assert month["by_state"]["open"]["count"] == 3
    forms = month["forms"]
    assert list(forms) == ["14", "14-1", "14-2", "14-3", "14-4", "14-5", "14-6", "14-7"]
    assert forms["14"]["columns"] == {"51": "四川省", "53": "云南省", "total": "合计"}
    (row,) = forms["14"]["rows"]
    shown = {"51": f"{offices[1]:.2f}", "53": f"{offices[0]:.2f}", "total": f"{sum(offices):.2f}"}
    assert row == {"region": "重庆市", "division": "500000", **shown}
    receivable = {row["region"]: (row["employee"], row["resident"]) for row in forms["14-7"]["rows"]}
    assert receivable == {"云南省": (f"{offices[0]:.2f}", "0.00"), "四川省": ("0.00", f"{offices[1]:.2f}")}
    assert forms["14-7"]["title"] == "重庆市跨省异地就医应收医疗费用清算表"
    assert forms["14-7"]["total"]["total"] == f"{sum(offices):.2f}"
    assert forms["14-1"]["rows"] == forms["14-2"]["rows"] == []
    of_payer = month_of(till, province="53")["forms"]
    (row,) = of_payer["14-1"]["rows"]
    assert (row["region"], row["employee"], row["total"]) == ("重庆市", f"{offices[0]:.2f}", f"{offices[0]:.2f}")
    (row,) = of_payer["14-2"]["rows"]
    assert (row["pooling"], row["account"]) == (f"{employee.fund:.2f}", f"{employee.account:.2f}")
    assert employee.account > 0
    assert of_payer["14-3"]["rows"] == []
    (row,) = month_of(till, province="51")["forms"]["14-3"]["rows"]
    assert row["basic"] == f"{resident.fund:.2f}"


COLUMNS = {
    "310100": "pooling",
    "310200": "account",
    "330100": "large_amount",
    "370100": "supplementary",
    "320100": "civil_servant",
    "350100": "disabled",
    "610100": "assistance",
    "999997": "other",
    "123456": "other",
    "999996": None,
}
OF_RESIDENT = {"390100": "basic", "390200": "critical_illness", "610104": "assistance", "390400": "other", "7": "other"}


@pytest.mark.requirement("R152", "R153")
@pytest.mark.parametrize(
    ("who", "code", "column"),
    [*((0, *row) for row in COLUMNS.items()), *((1, *row) for row in OF_RESIDENT.items())],
)
def test_every_fund_has_a_column_and_none_is_dropped(till, who, code, column):
    held = till.hub.world.settlements[till.papers[who].setl_id]
    held.fund_names = ((code, "某基金"), *held.fund_names[1:])
    found = month_of(till, province=held.visit.insurance.division[:2])["forms"]
    (row,) = found["14-3" if who else "14-2"]["rows"]
    paid = next(iter(months.funds_of(held)))[1]
    rest = paid_by_offices(held) - paid
    assert Decimal(row["total"]) * 100 == (rest if column is None else paid + rest)
    if column is not None:
        assert Decimal(row[column]) * 100 >= paid > 0


def test_which_states_are_in_the_forms(till):
    till.ok("3261", confirmation(fetch(till)[:1]))
    assert [row["region"] for row in month_of(till, states=["in_clearing"])["forms"]["14-7"]["rows"]] == ["云南省"]
    assert month_of(till, states=["cleared"])["count"] == 0


@pytest.mark.requirement("R126")
def test_how_long_a_month_has_been_open(till):
    assert month_of(till)["open_for_days"] == 10  # the tenth of November
    apply(till)
    assert month_of(till)["open_for_days"] == 0


@pytest.mark.requirement("R067")
def test_a_deduction_names_its_settlement_and_shows_in_the_forms(till):
    world = till.hub.world
    held = world.settlements[till.papers[0].setl_id]
    before = month_of(till, province="53")["forms"]
    made = world.agency.deductions.deduct(held, {"funds": {"310100": "12.34"}, "reason": "重复收费"}, MONTH)
    assert made.as_json()["setl_id"] == held.setl_id
    after = month_of(till, province="53")["forms"]
    assert after["14-1"] == before["14-1"]
    assert [row["employee"] for row in after["14-4"]["rows"]] == ["12.34"]
    assert [row["pooling"] for row in after["14-5"]["rows"]] == ["12.34"]
    assert after["14-6"]["rows"] == []
    gap = Decimal(before["14"]["total"]["53"]) - Decimal(after["14"]["total"]["53"])
    assert gap == Decimal("12.34")
    pays = month_of(till, province="53")["notices"]["15"]["total"]["total"]
    assert Decimal(pays) == Decimal(before["14-1"]["total"]["total"]) - gap
    left = till.papers[0].fund - gap
    for funds in ({"310100": str(left + Decimal("0.01"))}, {"310100": "0"}, {"999": "1"}, {"310100": "0.001"}, {}):
        with pytest.raises(BadDeduction):
            world.agency.deductions.deduct(held, {"funds": funds, "reason": "x"}, MONTH)
    world.agency.deductions.deduct(held, {"funds": {"310100": str(left)}, "reason": "x"}, MONTH)


@pytest.mark.requirement("R123", "R124", "R125", "R154", "R097")
def test_notices_and_their_working_days(till):
    till.hub.world.agency.prepayments.put_account("53", {"name": "甲", "bank": "乙行", "number": "1"}, "2026-01-01")
    notices = month_of(till, "2026-08")["notices"]
    assert notices["15"]["title"] == "重庆市跨省异地就医费用付款通知书"
    assert notices["16"]["title"] == "重庆市跨省异地就医费用收款通知书"
    terms = notices["terms"]
    # 30 September, then 5 working days after the holidays of 1 to 7 October, 10 and 5 more; 10 October is worked
    assert terms["published_by"] == "2026-09-30"
    assert terms["submitted_by"] == terms["up_and_down_by"] == "2026-10-13"
    assert terms["paid_by"] == "2026-10-27"
    assert terms["told_by"] == "2026-11-03"
    assert [row["number"] for row in terms["accounts"]["53"]] == ["1"]
    assert month_of(till, "2026-11")["notices"]["terms"]["submitted_by"] is None  # nobody knows the holidays of 2027


# ---- prepayment


@pytest.mark.requirement("R094", "R095", "R050", "R074")
@pytest.mark.parametrize(
    ("part", "warning"), [("0.6999", None), ("0.70", "yellow"), ("0.8999", "yellow"), ("0.90", "red"), ("1.20", "red")]
)
def test_use_of_prepayment_warns(till, part, warning):
    assert warning_of(Decimal(part)) == warning
    used = (till.papers[0].fund + till.papers[0].account) * 100
    amount = int(used / Decimal(part))  # in fen, rounded so that the rate is at least the part
    till.hub.world.agency.prepayments.put({"year": "2026", "amounts": {"53": f"{Decimal(amount) / 100:.2f}"}})
    row = next(row for row in month_of(till)["prepayment"] if row["division"] == "530000")
    assert Decimal(row["used"]) * 100 == used
    if part in ("0.70", "0.90", "1.20"):
        assert row["warning"] == warning
    assert ("increase" in row) == (row["warning"] == "red")
    if row["warning"] == "red":
        # 3, 5, 10 and 5 working days after Wednesday the 25th
        days = {
            "apply_by": "2026-11-30",
            "submitted_by": "2026-12-07",
            "paid_by": "2026-12-21",
            "told_by": "2026-12-28",
        }
        assert row["increase"] == days


@pytest.mark.requirement("R050")
def test_the_prepayment_of_a_year_is_twice_the_mean_of_the_last_quarter():
    till = Till(datetime(2025, 10, 20, 9, 0, tzinfo=CHINA))
    paid = []
    for moment in ("2025-10-20", "2025-11-20", "2025-12-20"):
        till.hub.clock.set(day(moment))
        paper = till.settle("300.00", till.people[len(paid)])
        paid.append(paper.fund + paper.account)
    till.hub.clock.set(day("2026-03-02"))
    till.settle("100.00")
    (row,) = month_of(till, "2026-03")["prepayment"]
    assert Decimal(row["prepaid"]) == (2 * sum(paid) / 3).quantize(Decimal("0.01"))
    (row,) = month_of(till, "2025-11")["prepayment"]
    assert (row["prepaid"], row["rate"], row["warning"]) == (None, None, None)


@pytest.mark.requirement("R093")
def test_the_notice_of_prepayment_and_its_payment(till):
    prepayments, calendar = till.hub.world.agency.prepayments, till.hub.world.agency.calendar
    prepayments.put({"year": "2026", "amounts": {"53": "1234567.89", "51": "10000.00"}})
    notice = prepayments.notice("2026", calendar)
    assert [(row["division"], row["amount"]) for row in notice["rows"]] == [
        ("510000", "1.000000"),
        ("530000", "123.456789"),
    ]
    assert (notice["unit"], notice["total"]) == ("万元", "124.456789")
    # 31 January is a Saturday; the Spring Festival is from 15 to 23 February, 14 and 28 are worked
    assert notice["terms"] == {
        "published_by": "2026-01-31",
        "submitted_by": "2026-02-06",
        "paid_by": "2026-02-27",
        "told_by": "2026-03-05",
        "done_by": "2026-02-28",
    }
    told = {"bank": "乙行", "serial": "S1", "date": "2026-02-28"}
    prepayments.put_payment("2026", "53", told)
    prepayments.put_payment("2026", "51", {**told, "date": "2026-03-01"})
    assert [(row["paid"]["serial"], row["late"]) for row in prepayments.notice("2026", calendar)["rows"]] == [
        ("S1", True),
        ("S1", False),
    ]
    for year, row in (("2025", told), ("2026", {}), ("2026", {**told, "date": "soon"}), ("2026", {**told, "bank": ""})):
        with pytest.raises(BadPrepayment):
            prepayments.put_payment(year, "53", row)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"year": "26", "amounts": {}},
        {"year": "2026", "amounts": {"530000": "1"}},
        {"year": "2026", "amounts": {"53": "-1"}},
    ],
)
def test_prepayment_that_makes_no_sense(till, row):
    with pytest.raises(BadPrepayment):
        till.hub.world.agency.prepayments.put(row)


def test_an_unknown_year_has_no_working_days(till):
    with pytest.raises(NoCalendar):
        till.hub.world.agency.calendar.after("2026-12-30", 5)


def test_clearing_over_the_control_door(hub, cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(total="1000.00")
    setl_id = cashier.settle(visit, batch, "1000.00")["setlinfo"]["setl_id"]
    month = cashier.today()[:7]
    assert hub.control(f"/clearing/{month}?province=53")["forms"]["14-1"]["rows"][0]["region"] == "重庆市"
    hub.control(f"/ledger/{setl_id}", {"clearing_state": "cleared", "clearing_month": "2026-01"}, "PATCH")
    assert hub.control("/clearing/2026-01?state=cleared")["count"] == 1
    assert hub.control(f"/clearing/{month}")["count"] == 0
    made = hub.control("/deductions", {"setl_id": setl_id, "funds": {"310100": "1.00"}, "reason": "x"})
    assert made["month"] == month
    hub.control("/prepayments", {"year": "2026", "amounts": {"53": "10.00"}}, "PUT")
    shown = hub.control("/prepayments?year=2026")
    assert (shown["years"], shown["notice"]["total"]) == ({"2026": {"53": "10.00"}}, "0.001000")
    paid = {"bank": "乙行", "serial": "S1", "date": "2026-02-01"}
    assert hub.control("/prepayments/2026/53/payment", paid, "PUT")["rows"][0]["paid"] == paid
    hub.control("/accounts/53", {"name": "甲", "bank": "乙行", "number": "1"}, "PUT")
    hub.control(f"/ledger/{setl_id}", {"settled_on": "2026-02-03"}, "PATCH")
    assert hub.control("/day/2026-02-03")["count"] == 1
    assert hub.control(f"/day/{cashier.today()}")["count"] == 0
