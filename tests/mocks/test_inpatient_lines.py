"""Fee lines of a stay: many batches, negative lines that name their origin, revocation by number."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mocks.ward import DRUG, PARTS, SPLIT, Ward

from yidi_mocks.splits import CategorySum, fold, split_line, taken_back


@pytest.fixture
def ward(cashier):
    found = Ward(cashier, "inpatient_new_year")
    found.admit()
    return found


def parts(row):
    return tuple(row[name] for name in SPLIT)


def held(ward):
    return {row["feedetl_sn"]: row["amount"] for row in ward.row()["lines"]}


def test_fifty_days_of_batches_add_up(ward):
    for day in range(50):
        ward.charge(*(ward.line(f"{day}-{place}", f"{day + 1}.{place}7") for place in range(3)))
    assert len(held(ward)) == 150
    ward.discharge()
    info = ward.settle()["setlinfo"]
    assert info["medfee_sumamt"] == ward.total == sum(Decimal(amount) for amount in held(ward).values())
    assert {name: info[name] for name in PARTS} == ward.parts


def test_a_line_taken_back_whole_leaves_nothing_in_any_part(ward):
    (whole,) = ward.charge(ward.line("L1", "100.07", DRUG, cnt=3, pric="33.3566"))
    pieces = [
        ward.charge(ward.back(f"N{place}", "L1", amount, cnt=-1, pric=amount[1:]))[0]
        for place, amount in enumerate(("-33.36", "-33.35", "-33.36"))
    ]
    assert [sum(cell) for cell in zip(*map(parts, [whole, *pieces]), strict=True)] == [0, 0, 0, 0]
    assert ward.total == 0
    for row in (whole, *pieces):
        assert sum(parts(row)) == row["det_item_fee_sumamt"]


def test_a_negative_line_may_come_in_the_message_of_its_origin(ward):
    ward.charge(ward.line("L1"), ward.back("N1", "L1", "-100.00"))
    assert held(ward) == {"L1": "100.00", "N1": "-100.00"}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"init_feedetl_sn": ""}, "原费用流水号(init_feedetl_sn)"),
        ({"init_feedetl_sn": "NOBODY"}, "原费用流水号(init_feedetl_sn)"),
        ({"init_feedetl_sn": "N0"}, "原费用流水号(init_feedetl_sn)"),
        ({"med_list_codg": "XB02"}, "原费用流水号(init_feedetl_sn)"),
        ({"det_item_fee_sumamt": "-70.01", "pric": "70.01"}, "合计超过"),
        ({"cnt": -2, "pric": "25.00"}, "合计超过"),
        ({"cnt": 1, "pric": "-50.00"}, "单价×数量"),
        ({"det_item_fee_sumamt": "-40.00"}, "单价×数量"),
        ({"med_type": "24"}, "医疗类别(med_type)"),
        ({"mdtrt_id": "1"}, "就诊ID(mdtrt_id)"),
        ({"psn_no": "1"}, "人员编号"),
        ({"feedetl_sn": "L1"}, "费用明细流水号(feedetl_sn)"),
    ],
)
def test_what_a_negative_line_may_not_be(ward, change, text):
    ward.charge(ward.line("L1"), ward.back("N0", "L1", "-30.00", cnt="-0.3", pric="100.00"))
    before = held(ward)
    line = {**ward.back("N1", "L1", "-50.00", cnt=change.get("cnt", -1)), **change}
    if "pric" not in change and "det_item_fee_sumamt" not in change:
        line |= {"cnt": "-0.5", "pric": "100.00"}
    assert text in ward.cashier.refused("2301", {"feedetail": [line]})
    assert held(ward) == before


def test_a_positive_line_has_no_origin(ward):
    ward.charge(ward.line("L1"))
    nodes = {"feedetail": [ward.line("L2", init_feedetl_sn="L1")]}
    assert "不能带原费用流水号" in ward.cashier.refused("2301", nodes)


def test_one_wrong_line_and_none_is_taken(ward):
    nodes = {"feedetail": [ward.line("L1"), ward.line("L1")]}
    assert "费用明细流水号(feedetl_sn)L1重复" in ward.cashier.refused("2301", nodes)
    nodes = {"feedetail": [ward.line("L1"), ward.line("L2", pric="1.00")]}
    assert "单价×数量" in ward.cashier.refused("2301", nodes)
    assert held(ward) == {}


def test_lines_are_revoked_by_number_all_or_none(ward):
    ward.charge(ward.line("L1"), ward.line("L2"), ward.back("N1", "L1", "-100.00"))
    assert "请先撤销费用明细中的负数明细" in ward.cashier.refused("2302", ward.revocation("L1", "L2"))
    assert set(held(ward)) == {"L1", "L2", "N1"}
    ward.cashier.ok("2302", ward.revocation("L1", "N1", "NEVER"))
    assert set(held(ward)) == {"L2"}
    assert "未查询到任何有效相关的记录" in ward.cashier.refused("2302", ward.revocation("L1"))
    ward.charge(ward.line("L1"))  # the number is free again
    ward.cashier.ok("2302", ward.revocation("0000"))
    assert held(ward) == {}


def test_what_was_told_of_negative_lines_stays_true_when_one_is_revoked(ward):
    ward.charge(ward.line("L1", "10.01", cnt=1))
    first = ward.charge(ward.back("N1", "L1", "-5.00", cnt="-0.5", pric="10.00"))[0]
    ward.charge(ward.back("N2", "L1", "-5.01", cnt="-0.5", pric="10.02"))
    ward.cashier.ok("2302", ward.revocation("N1"))
    ward.total -= first["det_item_fee_sumamt"]
    for told, name in zip(SPLIT, PARTS, strict=True):
        ward.parts[name] -= first[told]
    ward.discharge()
    assert ward.settle()["setlinfo"]["medfee_sumamt"] == Decimal("5.00")


def test_a_stay_that_was_taken_back_whole_settles_at_nothing(ward):
    ward.charge(ward.line("L1"), ward.back("N1", "L1", "-100.00"))
    ward.discharge()
    info = ward.settle()["setlinfo"]
    assert info["medfee_sumamt"] == info["fund_pay_sumamt"] == info["psn_cash_pay"] == 0


def test_lines_of_two_stays_do_not_travel_together(ward):
    nodes = {"feedetail": [ward.line("L1"), ward.line("L2", mdtrt_id="2")]}
    assert "就诊ID(mdtrt_id)或人员编号" in ward.cashier.refused("2301", nodes)
    nodes = ward.revocation("L1", "L2")
    nodes["data"][1]["mdtrt_id"] = "2"
    ward.charge(ward.line("L1"))
    assert "就诊ID(mdtrt_id)或人员编号" in ward.cashier.refused("2302", nodes)


def test_a_line_that_the_hospital_did_not_approve_is_self_paid(ward):
    (row,) = ward.charge(ward.line("L1", hosp_appr_flag="2"))
    assert parts(row) == (Decimal("100.00"), 0, 0, 0)


fen = st.integers(0, 10_000)
splits = st.tuples(fen, fen, fen, fen)


@given(splits, st.lists(st.integers(0, 10**6), max_size=8))
def test_negative_lines_never_take_more_than_there_is(whole, wanted):
    left = whole
    for taken in wanted:
        asked = min(taken, sum(left))
        share = taken_back(left, asked)
        assert sum(share) == asked
        assert all(0 <= one <= there for one, there in zip(share, left, strict=True))
        left = tuple(there - one for one, there in zip(share, left, strict=True))
    assert taken_back(left, sum(left)) == left


@given(st.lists(st.tuples(st.sampled_from(["X", "Z", "T", "C", "00", "0033", "001109"]), fen), max_size=20))
def test_what_is_folded_is_what_was_there(rows):
    lines = [split_line(code, Decimal(n).scaleb(-2), Decimal(n).scaleb(-2), Decimal(1)) for code, n in rows]
    folded = fold(lines)
    assert len({row.category for row in folded}) == len(folded)
    for name in ("amount", "self_paid", "over_limit", "class_b_first", "in_scope"):
        assert sum(getattr(row, name) for row in folded) == sum(getattr(line, name) for line in lines)
    assert all(row.amount == row.self_paid + row.over_limit + row.class_b_first + row.in_scope for row in folded)
    assert all(isinstance(row, CategorySum) for row in folded)
