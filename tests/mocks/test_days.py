"""Reconciliation: totals, settlement by settlement, planted differences, the ends of days, tasks, three sides."""

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mocks.till import AGENCY, START, Till, rows_of

from yidi_mocks import days
from yidi_mocks.books import Cut
from yidi_mocks.differences import BadDifference
from yidi_sdk import wire

FEN = Decimal("0.01")
LONG = {"balanced": "000000", "platform": "000101", "hospital": "000102", "differs": "000103"}
SHORT = {"balanced": "0", "platform": "1", "hospital": "2", "differs": "3"}
TODAY = "2026-11-23"


@pytest.fixture
def till():
    return Till()


@pytest.fixture
def busy(till):
    """Six settlements of two people and two insurances, one refunded, one reversed."""
    till.people.append(till.make(7, "390"))
    for number, person in enumerate([till.people[0], till.people[1], till.people[3]] * 2):
        till.settle(f"{100 + number}.50", person)
    till.refund(till.papers[0])
    till.reverse(till.papers[1])
    return till


def day_of(till, date=TODAY, **about):
    world, hub = till.hub.world, till.hub
    return days.day(world, date, days.cut_of(world, hub.capabilities, hub.clock), **about)


def other(verdicts):
    return {setl_id: row for setl_id, row in verdicts.items() if row["stmt_rslt"] != LONG["balanced"]}


# ---- totals


@pytest.mark.requirement("R112")
@pytest.mark.parametrize("insutype", ["310", "390"])
def test_a_hospital_with_the_same_books_is_balanced(busy, insutype):
    output = busy.ok("3201", {"data": busy.totals(insutype=insutype)})["stmtinfo"]
    assert output == {
        "setl_optins": AGENCY,
        "stmt_rslt": "000000",
        "stmt_rslt_dscr": "平",
        "clr_optins": AGENCY,
        "clr_way": "1",
        "clr_type": "11",
        "stmt_begndate": TODAY,
        "stmt_enddate": TODAY,
    }


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"medfee_sumamt": -FEN, "fixmedins_setl_cnt": -1}, "platform"),
        ({"medfee_sumamt": FEN, "fixmedins_setl_cnt": 1}, "hospital"),
        ({"medfee_sumamt": FEN}, "differs"),
        ({"medfee_sumamt": -FEN}, "differs"),
        ({"fund_pay_sumamt": FEN}, "differs"),
        ({"acct_pay": FEN}, "differs"),
        ({"fixmedins_setl_cnt": 1}, "hospital"),
        ({"fixmedins_setl_cnt": -1}, "platform"),
        ({"fixmedins_setl_cnt": 1, "medfee_sumamt": -FEN}, "differs"),
        ({"fixmedins_setl_cnt": -1, "medfee_sumamt": FEN}, "differs"),
    ],
)
@pytest.mark.parametrize(("style", "codes"), [("long", LONG), ("short", SHORT)])
def test_verdicts_on_totals(busy, change, verdict, style, codes):
    busy.hub.capabilities.statement_codes = style
    data = busy.totals()
    changed = {**data, **{name: data[name] + gap for name, gap in change.items()}}
    info = busy.ok("3201", {"data": changed})["stmtinfo"]
    assert info["stmt_rslt"] == codes[verdict]
    words = {"platform": "中心多", "hospital": "机构多", "differs": "数据不一致"}[verdict]
    assert info["stmt_rslt_dscr"].startswith(words)
    assert f"中心{data['fixmedins_setl_cnt']}笔{data['medfee_sumamt']}元" in info["stmt_rslt_dscr"]


def test_cash_counts_where_it_is_told(busy):
    cash = sum(paper.cash for paper in busy.papers if paper.insutype == "310")
    assert busy.total_verdict(cash_payamt=cash) == LONG["balanced"]
    assert busy.total_verdict(cash_payamt=cash + FEN) == LONG["differs"]


def test_whether_refunds_count_is_told_or_the_provinces_habit(busy):
    positive = [paper for paper in busy.papers if paper.flag == "0"]
    assert busy.total_verdict(papers=positive, refd_setl_flag="0") == LONG["balanced"]
    assert busy.total_verdict(refd_setl_flag="1") == LONG["balanced"]
    assert busy.total_verdict(papers=positive) != LONG["balanced"]
    busy.hub.capabilities.refunds_counted = False
    assert busy.total_verdict(papers=positive) == LONG["balanced"]
    assert busy.total_verdict(refd_setl_flag="1") == LONG["balanced"]


def test_a_reversed_refund_counts_nowhere(busy):
    refund = next(paper for paper in busy.papers if paper.flag == "1")
    busy.total_verdict()
    busy.reverse(refund, "2208")
    positive = [paper for paper in busy.papers if paper.flag == "0"]
    assert len(positive) == len(busy.papers)
    for flag in ("0", "1"):
        assert busy.total_verdict(refd_setl_flag=flag) == LONG["balanced"]
    assert other(busy.compare()) == {}


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"setl_optins": "530100"}, "结算经办机构(setl_optins)"),
        ({"clr_optins": "530100"}, "清算经办机构(clr_optins)"),
        ({"stmt_enddate": "2026-11-22"}, "对账结束日期(stmt_enddate)"),
        ({"stmt_begndate": "2025-11-22"}, "对账结束日期(stmt_enddate)"),
        ({"stmt_begndate": "2026-11-31"}, "对账开始日期(stmt_begndate)"),
        ({"fixmedins_setl_cnt": "1.5"}, "定点医药机构结算笔数(fixmedins_setl_cnt)"),
        ({"medfee_sumamt": "1.005"}, "医疗费总额(medfee_sumamt)"),
        ({"acct_pay": ""}, "个人账户支出(acct_pay)"),
    ],
)
def test_totals_refused(till, change, names):
    assert names in till.refused("3201", {"data": {**till.totals([]), **change}})


@pytest.mark.parametrize("ends_at", ["24:00", "23:30"])
@pytest.mark.parametrize("year", ["0001", "9999"])
def test_the_ends_of_time(till, year, ends_at):
    till.hub.capabilities.day_ends_at = ends_at
    period = {"stmt_begndate": f"{year}-01-01", "stmt_enddate": f"{year}-12-31"}
    assert till.ok("3201", {"data": {**till.totals([]), **period}})["stmtinfo"]["stmt_rslt"] == LONG["balanced"]


def test_days_and_periods(till):
    first = till.settle("10.00")
    till.hub.clock.advance(86400)
    second = till.settle("20.00")
    refund = till.refund(first)
    assert till.total_verdict(papers=[first], begin=TODAY) == LONG["balanced"]
    assert till.total_verdict(papers=[second, refund], begin="2026-11-24") == LONG["balanced"]
    assert till.total_verdict(begin=TODAY, end="2026-11-24") == LONG["balanced"]
    assert till.total_verdict(papers=[], begin="2026-11-25") == LONG["balanced"]


# ---- settlement by settlement


@pytest.mark.requirement("R112")
def test_every_settlement_has_its_line(busy):
    rows = busy.compare()
    assert set(rows) == {paper.setl_id for paper in busy.papers}
    for paper in busy.papers:
        row = rows[paper.setl_id]
        assert row == {
            "psn_no": paper.psn_no,
            "mdtrt_id": paper.mdtrt_id,
            "setl_id": paper.setl_id,
            "msgid": paper.msgid,
            "stmt_rslt": "000000",
            "refd_setl_flag": paper.flag,
            "memo": "null",
            "medfee_sumamt": f"{paper.medfee:.2f}",
            "fund_pay_sumamt": f"{paper.fund:.2f}",
            "acct_pay": f"{paper.account:.2f}",
        }


def test_only_differences_where_the_province_lists_no_more(busy):
    busy.hub.capabilities.statement_lists = "differences"
    assert busy.compare() == {}
    left_out = busy.papers.pop()
    assert set(busy.compare()) == {left_out.setl_id}


def test_a_refunded_original_may_carry_either_flag(busy):
    busy.papers[0].flag = "1"
    assert other(busy.compare()) == {}
    busy.papers[1].flag = "1"
    assert other(busy.compare())[busy.papers[1].setl_id]["memo"] == "退费结算标志不一致"


CHANGES = {
    "medfee": lambda paper: setattr(paper, "medfee", paper.medfee + FEN),
    "fund": lambda paper: setattr(paper, "fund", paper.fund - FEN),
    "account": lambda paper: setattr(paper, "account", paper.account + FEN),
    "visit": lambda paper: setattr(paper, "mdtrt_id", "1"),
    "person": lambda paper: setattr(paper, "psn_no", "1"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_the_hospital_holds_otherwise_differs(busy, what):
    paper = busy.papers[-2]
    CHANGES[what](paper)
    words = {"medfee": "医疗费总额", "fund": "基金支付总额", "account": "个人账户支付", "visit": "就诊ID"}
    (row,) = other(busy.compare()).values()
    assert (row["setl_id"], row["stmt_rslt"]) == (paper.setl_id, LONG["differs"])
    assert words.get(what, "人员编号") in row["memo"]


def test_a_sign_that_is_wrong_in_the_hospital(busy):
    paper = busy.papers[-2]
    paper.medfee, paper.fund, paper.account = -paper.medfee, -paper.fund, -paper.account
    (row,) = other(busy.compare()).values()
    assert (row["stmt_rslt"], row["memo"]) == (LONG["differs"], "金额正负号相反")


def test_what_only_one_side_has(busy):
    missing, twice = busy.papers.pop(), busy.papers[-1]
    stranger = replace(twice, setl_id="5001032026112399999999", medfee=Decimal("77.00"))
    rows = other(busy.compare([*busy.papers, twice, stranger]))
    assert rows[missing.setl_id]["stmt_rslt"] == LONG["platform"]
    assert rows[twice.setl_id]["stmt_rslt"] == LONG["hospital"]
    assert "重复列出2次" in rows[twice.setl_id]["memo"]
    assert rows[stranger.setl_id]["stmt_rslt"] == LONG["hospital"]
    assert rows[stranger.setl_id]["memo"] == "平台没有这笔结算"
    assert set(rows) == {missing.setl_id, twice.setl_id, stranger.setl_id}


def test_why_a_settlement_does_not_count(till):
    yesterday = till.settle("10.00")
    till.hub.clock.advance(86400)
    reversed_one = till.settle("20.00")
    till.reverse(reversed_one)
    till.papers.append(reversed_one)
    rows = till.compare()
    assert "该结算属于2026-11-23" in rows[yesterday.setl_id]["memo"]
    assert "已冲正" in rows[reversed_one.setl_id]["memo"]
    assert {row["stmt_rslt"] for row in rows.values()} == {LONG["hospital"]}


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"file_qury_no": ""}, "文件查询号(file_qury_no)不能为空"),
        ({"file_qury_no": "1"}, "文件查询号(file_qury_no)不存在"),
        ({"medfee_sumamt": "0.01"}, "医疗费总额(medfee_sumamt)"),
        ({"fund_pay_sumamt": "0.01"}, "基金支付总额(fund_pay_sumamt)"),
        ({"fixmedins_setl_cnt": 9}, "定点医药机构结算笔数(fixmedins_setl_cnt)"),
        ({"setl_optins": "530100"}, "结算经办机构(setl_optins)"),
        ({"fixmedins_code": "H50010399901"}, "定点医药机构编号(fixmedins_code)"),
        ({"stmt_enddate": "2026-11-22"}, "对账结束日期(stmt_enddate)"),
    ],
)
def test_details_refused(busy, change, names):
    assert names in busy.refused("3202", {"data": {**busy.details(), **change}})


def test_the_result_of_another_clearing_type(busy):
    rows = busy.compare(clr_type="21")
    assert {row["stmt_rslt"] for row in rows.values()} == {LONG["hospital"]}
    assert "清算类别11" in rows[busy.papers[0].setl_id]["memo"]


# ---- planted differences


WANTED = {
    "only_platform": LONG["platform"],
    "twice": LONG["platform"],
    "only_hospital": LONG["hospital"],
    "amount": LONG["differs"],
    "sign": LONG["differs"],
    "not_final": LONG["hospital"],
}
EACH = 100


@pytest.fixture(scope="module")
def full():
    """A day with more settlements than are planted at, of several people, some refunded."""
    till = Till(people=12)
    for number in range(EACH + 20):
        till.settle(Decimal(5000 + number * 37) / 100, till.people[number % 12])
    for paper in till.papers[:10]:
        till.refund(paper)
    return till


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(sorted(WANTED)), st.integers(0, 10**6), st.sampled_from(["long", "short"]))
def test_any_seed_plants_what_is_found(full, kind, seed, style):
    found_exactly(full, kind, 17, seed, style)


@pytest.mark.requirement("R112")
@pytest.mark.parametrize("kind", WANTED)
def test_a_hundred_of_each_kind_are_found_and_nothing_else(full, kind):
    found_exactly(full, kind, EACH, seed=4)


def found_exactly(till, kind, count, seed, style="long"):
    """Recall and precision, of details and totals; and all is as before once they are removed."""
    till.hub.capabilities.statement_codes = style
    world, before = till.hub.world, day_of(till)
    planted = till.plant(kind, count=count, seed=seed)
    try:
        assert len(planted.setl_ids) == len(set(planted.setl_ids)) == count
        rows = till.compare()
        verdict = WANTED[kind] if style == "long" else {LONG[name]: SHORT[name] for name in LONG}[WANTED[kind]]
        odd = {key: row for key, row in rows.items() if row["stmt_rslt"] not in ("0", "000000")}
        assert set(odd) == set(planted.setl_ids)
        assert {row["stmt_rslt"] for row in odd.values()} == {verdict}
        assert till.total_verdict() not in ("0", "000000")
        memos = {row["memo"] for row in odd.values()}
        if kind == "twice":
            assert {memo[-24:] for memo in memos} == set(planted.of)
        if kind == "not_final":
            assert memos == {"平台尚未日终，2026-11-24 00:00:00后再对账"}
        if kind == "sign":
            assert memos == {"金额正负号相反"}
    finally:
        world.agency.differences.remove(world, planted.number)
    after = day_of(till)
    assert {row["setl_id"]: row for row in after["items"]} == {row["setl_id"]: row for row in before["items"]}
    assert {**after, "items": 0, "reconciled": 0} == {**before, "items": 0, "reconciled": 0}
    assert other(till.compare()) == {} or style == "short"


def test_one_seed_plants_one_thing(full):
    world = full.hub.world
    chosen = []
    for seed in (1, 1, 2):
        planted = full.plant("amount", count=5, seed=seed)
        chosen.append((planted.of, [full.hub.world.settlements[key].amounts for key in planted.setl_ids]))
        world.agency.differences.remove(world, planted.number)
    assert chosen[0] == chosen[1] != chosen[2]


def test_a_planted_amount_keeps_the_money_equations(full):
    planted = full.plant("amount", count=EACH, seed=9)
    for key in planted.setl_ids:
        one = full.hub.world.settlements[key]
        amounts = one.amounts
        parts = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
        assert amounts["medfee_sumamt"] == sum(amounts[name] for name in parts)
        assert amounts["medfee_sumamt"] == amounts["fund_pay_sumamt"] + amounts["psn_part_amt"]
        assert amounts["psn_part_amt"] == amounts["acct_pay"] + amounts["psn_cash_pay"]
        funds = sum(row["fund_payamt"] for row in one.funds if not row["fund_pay_type"].startswith("3102"))
        assert funds == amounts["fund_pay_sumamt"]
        assert amounts["psn_cash_pay"] >= 0
    full.hub.world.agency.differences.remove(full.hub.world, planted.number)


def test_what_is_planted_twice_is_never_the_same(full):
    differences = full.hub.world.agency.differences
    first, second = full.plant("amount", count=50), full.plant("sign", count=50)
    assert not set(first.of) & set(second.of)
    with pytest.raises(BadDifference, match="50 are wanted"):
        full.plant("amount", count=50)
    for planted in (second, first):
        differences.remove(full.hub.world, planted.number)


def ask_5203(till, paper, **changes):
    data = {"psn_no": paper.psn_no, "setl_id": paper.setl_id, "mdtrt_id": paper.mdtrt_id, **changes}
    return till.ask("5203", {"data": data}, paper.person)


def test_a_settlement_too_many_is_repaired_by_its_number(till):
    """It is in no file of ours; the platform's file names it, a query shows it, a refund undoes it."""
    paper = till.settle()
    planted = till.plant("only_platform")
    (row,) = other(till.compare()).values()
    assert row["setl_id"] == planted.setl_ids[0]
    shown = ask_5203(till, paper, setl_id=row["setl_id"])["output"]["setlinfo"]
    assert shown["medins_setl_id"] == row["msgid"] != paper.msgid
    data = {"setl_id": row["setl_id"], "mdtrt_id": row["mdtrt_id"], "psn_no": row["psn_no"]}
    till.ok("2208", {"data": data}, paper.person)
    rows = other(till.compare())
    assert sum(Decimal(one["medfee_sumamt"]) for one in rows.values()) == 0
    till.hub.world.agency.differences.remove(till.hub.world, planted.number)
    assert other(till.compare()) == {}


def test_a_second_settlement_under_one_msgid_leaves_the_first_to_the_reversal(till):
    paper = till.settle()
    planted = till.plant("twice")
    till.reverse(paper)
    (row,) = till.compare([]).values()
    assert row["setl_id"] == planted.setl_ids[0]
    assert row["msgid"] == paper.msgid


def test_a_lost_settlement_is_lost_to_every_question(till):
    paper = till.settle()
    planted = till.plant("only_hospital")
    assert "不存在" in ask_5203(till, paper)["err_msg"]
    data = {"psn_no": paper.psn_no, "omsgid": paper.msgid, "oinfno": "2207"}
    assert till.refused("2601", {"data": data}, paper.person) == "未找到原交易"
    lines = till.ok("5204", {"data": {"psn_no": paper.psn_no, "mdtrt_id": paper.mdtrt_id}}, paper.person)["data"]
    assert [line["setl_id"] for line in lines] == [None]
    till.hub.world.agency.differences.remove(till.hub.world, planted.number)
    assert ask_5203(till, paper)["infcode"] == 0
    assert till.total_verdict() == LONG["balanced"]


def test_what_is_not_final_becomes_so(till):
    till.settle("10.00")
    late = till.settle("20.00")
    till.plant("not_final", count=2, until="2026-11-23T09:30:00")
    assert till.total_verdict(papers=[]) == LONG["balanced"]
    assert [row["setl_id"] for row in day_of(till)["not_final"]] == [paper.setl_id for paper in till.papers]
    assert ask_5203(till, late)["infcode"] == 0
    till.hub.clock.advance(1801)
    assert till.total_verdict() == LONG["balanced"]
    assert day_of(till)["not_final"] == []


# ---- the ends of days


def at(till, moment):
    till.hub.clock.set(moment)
    return till.settle("10.00")


def test_the_platforms_day_may_end_before_midnight(till):
    till.hub.capabilities.day_ends_at = "23:30"
    today = START.replace(hour=23, minute=29, second=59)
    before, after = at(till, today), at(till, today + timedelta(seconds=1))
    night = at(till, today + timedelta(hours=8))
    assert till.total_verdict(papers=[before], begin=TODAY) == LONG["balanced"]
    assert till.total_verdict(papers=[after, night], begin="2026-11-24") == LONG["balanced"]
    rows = till.compare(begin=TODAY)
    assert "该结算属于2026-11-24" in rows[after.setl_id]["memo"]
    assert [row["setl_id"] for row in day_of(till, "2026-11-24")["items"]] == [after.setl_id, night.setl_id]
    assert day_of(till)["count"] == 1


def test_a_settlement_is_final_after_a_while(till):
    till.hub.capabilities.final_after_s = 60
    paper = till.settle()
    assert till.total_verdict(papers=[]) == LONG["balanced"]
    assert other(till.compare())[paper.setl_id]["memo"] == "平台尚未日终，稍后再对账"
    till.hub.clock.advance(60)
    assert till.total_verdict() == LONG["balanced"]


# ---- tasks, three sides


def submit(till):
    number = till.upload("\n".join(paper.line() for paper in till.papers))
    data = {"clr_begin_ymd": TODAY, "clr_end_ymd": TODAY, "file_qury_no": number}
    return till.ok("3211", {"data": data})["fileinfo"]["task_key"]


def test_a_task_is_done_after_a_while(busy):
    busy.hub.capabilities.task_takes_s = 30
    key = submit(busy)
    assert busy.ok("3212", {"data": {"task_key": key}})["fileinfo"] == {"check_state": None, "task_status": "0"}
    busy.hub.clock.advance(30)
    info = busy.ok("3212", {"data": {"task_key": key}})["fileinfo"]
    assert (info["check_state"], info["task_status"]) == ("1", "1")
    name = "result_20261123.zip"
    assert all(rows_of(busy.download(info[f"file_qury_no{n}"], name)) == {} for n in (1, 2, 3))


def test_the_three_files_of_a_task(busy):
    planted = {kind: busy.plant(kind) for kind in ("only_platform", "only_hospital", "amount")}
    info = busy.ok("3212", {"data": {"task_key": submit(busy)}})["fileinfo"]
    assert info["check_state"] == "0"
    for place, kind in enumerate(planted, start=1):
        rows = rows_of(busy.download(info[f"file_qury_no{place}"], "result_20261123.zip"))
        assert list(rows) == planted[kind].setl_ids


def test_a_task_of_nobody(busy):
    assert "对账任务查询号(task_key)" in busy.refused("3212", {"data": {"task_key": "1"}})
    data = {"clr_begin_ymd": TODAY, "clr_end_ymd": "2026-11-22", "file_qury_no": "1"}
    assert "清算结束日期(clr_end_ymd)" in busy.refused("3211", {"data": data})


def unsettled(till, **data):
    return {row["setlId"]: row["insuAdmdvs"] for row in till.ok("3209A", {"data": data})["data"]}


@pytest.mark.requirement("R112")
def test_three_sides(busy):
    local = busy.make(9, division="500103")
    busy.people.append(local)
    busy.settle("66.00", local)
    assert unsettled(busy) == {}
    planted = {kind: busy.plant(kind, seed=3) for kind in ("insured_place", "not_final")}
    known = {key for one in planted.values() for key in one.setl_ids}
    across = {key for key in known if busy.hub.world.settlements[key].visit.person is not local}
    assert unsettled(busy) == dict.fromkeys(across, "530100")
    wrong = next(paper for paper in busy.papers if paper.setl_id not in known and paper.person is not local)
    wrong.medfee += FEN
    busy.papers[-1].medfee += FEN  # the local patient's: no other province has a word in it
    busy.compare()
    assert set(unsettled(busy)) == across | {wrong.setl_id}
    wrong.medfee -= FEN
    busy.papers[-1].medfee -= FEN
    busy.compare()
    assert set(unsettled(busy)) == across
    assert unsettled(busy, begndate="2026-11-24") == unsettled(busy, clr_type="21") == {}
    text = busy.refused("3209A", {"data": {"begndate": "2026-11-24", "enddate": TODAY}})
    assert "结束日期(enddate)" in text


# ---- the control door


def test_differences_over_the_control_door(hub, cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket()
    setl_id = cashier.settle(visit, batch, "100.00")["setlinfo"]["setl_id"]
    planted = hub.control("/ledger/differences", {"kind": "amount", "count": 1, "seed": 5})
    assert planted["of"] == planted["setl_ids"] == [setl_id]
    assert hub.control("/ledger/differences")["items"] == [planted]
    today = cashier.today()
    assert [row.get("planted") for row in hub.control(f"/day/{today}")["items"]] == [None]
    assert [row["planted"] for row in hub.control(f"/day/{today}?marked=1")["items"]] == ["amount"]
    assert hub.control(f"/day/{today}")["fund_pay_sumamt"] == hub.ledger()[0]["fund_pay_sumamt"]
    hub.control(f"/ledger/differences/{planted['id']}", method="DELETE")
    assert hub.control("/ledger/differences")["items"] == []
    assert hub.ledger()[0]["medfee_sumamt"] == "100.00"
    hub.control("/ledger/differences", {"kind": "sign"})
    hub.control("/ledger/differences", method="DELETE")
    assert hub.ledger()[0]["medfee_sumamt"] == "100.00"


def test_the_day_tells_what_was_reconciled(busy):
    busy.ok("3201", {"data": busy.totals()})
    busy.ok("3201", {"data": busy.totals(insutype="390", fixmedins_setl_cnt=9)})
    said = [(row["insutype"], row["verdict"]) for row in day_of(busy)["reconciled"]]
    assert said == [("310", "balanced"), ("390", "institution_more")]


def test_sums_of_a_day_hold_for_every_cut(busy):
    """What the shelves say is what a sum over the items says."""
    for ends_at, final in itertools.product(["24:00", "08:30", "10:00"], [0, 5]):
        busy.hub.capabilities.day_ends_at, busy.hub.capabilities.final_after_s = ends_at, final
        for date in (TODAY, "2026-11-24"):
            day = day_of(busy, date)
            assert sum(row["count"] for row in day["totals"]) == day["count"] == len(day["items"])
            for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay"):
                total = sum(Decimal(row[name]) for row in day["items"])
                assert Decimal(day[name]) == total == sum(Decimal(row[name]) for row in day["totals"])


def test_a_cut_says_what_day_it_is():
    assert Cut("23:30").day_of("2026-12-31 23:29:59") == "2026-12-31"
    assert Cut("23:30").day_of("2026-12-31 23:30:00") == "2027-01-01"
    assert Cut().day_of("2026-12-31 23:59:59") == "2026-12-31"


def test_the_answer_is_what_the_wire_says(busy):
    raw = busy.send("3202", {"data": busy.details()})
    assert wire.loads(raw)["output"].keys() == {"fileinfo"}
