"""What is asked about a step of a stay whose answer was lost, and what the answers mean; written from the wire facts."""

from datetime import datetime
from typing import Any

import pytest

from yidi_gateway.clock import BEIJING
from yidi_gateway.resolving import NOTHING, Finding, search_of
from yidi_gateway.submission import Submission
from yidi_sdk import wire
from yidi_sdk.catalogue import row_of
from yidi_sdk.errors import Refused
from yidi_sdk.message import AS_GIVEN
from yidi_sdk.profile import Capabilities

AT = datetime(2026, 11, 21, 9, 0, tzinfo=BEIJING)
ADMISSION = {"mdtrtinfo": {"begntime": "2026-11-20 08:00:00", "ipt_no": "ZY1", "med_type": "21"}}
CHANGE = {"adminfo": {"begntime": "2026-11-20 08:00:00", "med_type": "21", "adm_bed": "33", "atddr_no": "D1"}}
AMOUNTS = {
    "medfee_sumamt": "100.00",
    "fulamt_ownpay_amt": "0.00",
    "overlmt_selfpay": "0.00",
    "preselfpay_amt": "0.00",
    "inscp_scp_amt": "100.00",
    "fund_pay_sumamt": "80.00",
    "acct_pay": "0.00",
    "cash_payamt": "20.00",
    "psn_pay": "20.00",
}


def submission(infno: str, nodes: dict[str, Any]) -> Submission:
    return Submission(
        id="s1", caller="his", key="k", infno=infno, created_at=AT, psn_no="P1", mdtrt_id="M1", msgid="MSG1",
        input=wire.dumps(nodes),
    )  # fmt: skip


def ask(row: Submission, *answers: Any, **able: bool) -> tuple[Finding, list[Any]]:
    """Drive the questions with these answers: nodes of an output, or an error. The finding, and what was asked."""
    asking = search_of(row, Capabilities(**able))
    asked: list[Any] = []
    left = list(answers)
    try:
        message = next(asking)
        while True:
            asked.append(message)
            answer = left.pop(0)
            if isinstance(answer, Exception):
                message = asking.throw(answer)
            else:
                message = asking.send(row_of(message).output.model_validate(answer, context=AS_GIVEN))
    except StopIteration as end:
        assert not left
        return end.value, asked


def open_stay(**changes: Any) -> dict[str, Any]:
    return {"mdtrt_id": "M1", "psn_no": "P1", "begndate": "2026-11-20", "ipt_otp_no": "ZY1", **changes}


def settled(**changes: Any) -> dict[str, Any]:
    about = {"setl_id": "SETL9", "mdtrt_id": "M1", "psn_no": "P1", "medins_setl_id": "MSG1", "refd_setl_flag": "0"}
    return {"setlinfo": {**about, **AMOUNTS, **changes}, "setldetail": []}


NOT_THERE = Refused("no", err_msg="未查询到结算信息", code="PLATFORM_REFUSED", key="settlement_unknown")
NOT_SERVED = Refused("no", err_msg="不支持费用明细查询", code="PLATFORM_REFUSED", key="query_not_served")


def test_an_admission_is_found_by_our_own_number() -> None:
    found, asked = ask(submission("2401", ADMISSION), {"data": [open_stay(mdtrt_id="M7")]})
    assert found == Finding(found=True, output={"result": {"mdtrt_id": "M7"}})
    assert [row_of(message).infno for message in asked] == ["5303"]
    assert (asked[0].psn_no, asked[0].begntime) == ("P1", "2026-11-19 00:00:00")


@pytest.mark.parametrize("other", [{"ipt_otp_no": "ZY2"}, {"begndate": "2026-11-18"}])
def test_another_admission_is_not_ours(other: dict[str, str]) -> None:
    assert ask(submission("2401", ADMISSION), {"data": [open_stay(**other)]})[0] == NOTHING
    assert ask(submission("2401", ADMISSION), {"data": []})[0] == NOTHING


@pytest.mark.parametrize(("number", "is_ours"), [("ZY1", True), ("ZY2", False)])
def test_a_number_that_5303_leaves_out_is_told_by_5201(number: str, is_ours: bool) -> None:
    rows = {"data": [open_stay(mdtrt_id="M7", ipt_otp_no=None)]}
    told = {"mdtrtinfo": [{"mdtrt_id": "M7", "psn_no": "P1", "ipt_otp_no": number}]}
    found, asked = ask(submission("2401", ADMISSION), rows, told)
    assert found.found is is_ours
    assert [row_of(message).infno for message in asked] == ["5303", "5201"]
    assert (asked[1].mdtrt_id, asked[1].med_type) == ("M7", "21")


@pytest.mark.parametrize(
    ("infno", "open_again", "is_found"),
    [("2402", True, False), ("2402", False, True), ("2404", True, False), ("2404", False, True), ("2405", True, True), ("2405", False, False)],
)  # fmt: skip
def test_whether_the_stay_is_open(infno: str, open_again: bool, is_found: bool) -> None:
    rows = [open_stay(mdtrt_id="M2")] + ([open_stay()] if open_again else [])
    found, asked = ask(submission(infno, {"data": {"mdtrt_id": "M1"}}), {"data": rows})
    assert found == (Finding(found=True) if is_found else NOTHING)
    assert [row_of(message).infno for message in asked] == ["5303"]


@pytest.mark.parametrize(("bed", "is_found"), [("33", True), ("12", False), (None, True)])
def test_a_change_is_found_by_what_is_shown(bed: str | None, is_found: bool) -> None:
    row = {"mdtrt_id": "M1", "psn_no": "P1", "adm_bed": bed, "atddr_no": "D1"}
    other = {"mdtrt_id": "M2", "psn_no": "P1", "adm_bed": "33", "atddr_no": "D1"}
    found, _ = ask(submission("2403", CHANGE), {"mdtrtinfo": [other, row]})
    assert found.found is is_found
    assert ask(submission("2403", CHANGE), {"mdtrtinfo": [other]})[0] == NOTHING


def test_a_settlement_is_asked_for_by_the_stay_alone_where_that_is_taken() -> None:
    row = submission("2304", {"data": {"mdtrt_id": "M1"}})
    found, asked = ask(row, settled(), query_without_setl_id=True)
    assert (found.found, found.setl_id) == (True, "SETL9")
    assert found.output is not None
    node = found.output["setlinfo"]
    assert [str(node[name]) for name in ("psn_cash_pay", "psn_part_amt", "fund_pay_sumamt")] == [
        "20.00",
        "20.00",
        "80.00",
    ]
    assert (asked[0].setl_id, asked[0].mdtrt_id) == ("", "M1")


@pytest.mark.parametrize("answer", [settled(medins_setl_id="OTHER"), settled(refd_setl_flag="1"), NOT_THERE])
def test_a_settlement_that_is_not_ours_is_not_found(answer: Any) -> None:
    row = submission("2304", {"data": {"mdtrt_id": "M1"}})
    assert ask(row, answer, query_without_setl_id=True)[0] == NOTHING


def test_a_question_that_fails_proves_nothing() -> None:
    row = submission("2304", {"data": {"mdtrt_id": "M1"}})
    busy = Refused("no", err_msg="请求过于频繁", code="PLATFORM_REFUSED", key="rate_limited")
    with pytest.raises(Refused):
        ask(row, busy, query_without_setl_id=True)


def test_elsewhere_the_fee_lines_tell_or_nothing_does() -> None:
    row = submission("2304", {"data": {"mdtrt_id": "M1"}})
    assert ask(row, NOT_SERVED)[0] == NOTHING
    lines = {"data": [{"mdtrt_id": "M1", "feedetl_sn": "F1", "setl_id": "SETL9"}]}
    found, asked = ask(row, lines, settled())
    assert (found.found, [row_of(message).infno for message in asked]) == (True, ["5204", "5203"])


@pytest.mark.parametrize(("mark", "is_found"), [("1", True), ("0", False)])
def test_a_refund_is_found_by_the_mark_on_its_original(mark: str, is_found: bool) -> None:
    row = submission("2305", {"data": {"mdtrt_id": "M1", "setl_id": "SETL9", "psn_no": "P1"}})
    found, asked = ask(row, settled(refd_setl_flag=mark))
    assert found.found is is_found
    assert asked[0].setl_id == "SETL9"
