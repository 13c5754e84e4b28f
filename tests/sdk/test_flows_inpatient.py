"""The stay, driven by hand: its messages, and that nothing that commits is yielded twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sdk.stay import ILL, LEAVING, LOST, NONE_THERE, REFUSED, STAY, SUMS, line, nodes

from yidi_sdk.catalogue import Effect, row_of
from yidi_sdk.errors import Garbled, Misused, NotSent, TimedOut, YidiError
from yidi_sdk.flows import (
    UNDO_ORDER,
    DiagnosisPlan,
    Standing,
    admission,
    admission_change,
    admit,
    change_stay,
    discharge,
    discharge_and_try,
    run,
    stay_fees,
    stay_settlement,
    stay_trial,
    undo_stay,
)
from yidi_sdk.message import AS_GIVEN
from yidi_sdk.rules.money import Amounts
from yidi_sdk.rules.refunds import INPATIENT_STEPS
from yidi_sdk.transactions import (
    Admission,
    AdmitInpatient,
    CancelAdmission,
    CancelDischarge,
    ChangeAdmission,
    DischargeInpatient,
    PresettleInpatient,
    RevokeInpatientFees,
    RevokeInpatientSettlement,
)


def test_an_admission_carries_the_flags() -> None:
    sent = nodes(admission(STAY))
    told = sent["mdtrtinfo"]
    assert (told["ipt_type"], told["trum_flag"], told["rel_ttp_flag"], told["med_type"]) == ("2", "1", "0", "24")
    assert told["exp_content"] == {"er_flag": "1"}
    assert "er_flag" not in told
    assert (told["dscg_maindiag_code"], told["adm_diag_dscr"]) == ("S72.000", "股骨颈骨折")
    assert (told["card_sn"], told["certno"]) == ("0102", "530102196001010000")
    assert [row["maindiag_flag"] for row in sent["diseinfo"]] == ["1", "0"]
    assert [row["diag_srt_no"] for row in sent["diseinfo"]] == [1, 2]


def test_the_emergency_flag_stands_where_the_profile_has_it() -> None:
    told = nodes(admission(replace(STAY, er_flag_place="mdtrtinfo")))["mdtrtinfo"]
    assert told["er_flag"] == "1"
    assert "exp_content" not in told


def test_what_is_not_answered_is_not_sent() -> None:
    told = nodes(admission(replace(STAY, flags={})))["mdtrtinfo"]
    assert not {"ipt_type", "trum_flag", "rel_ttp_flag", "er_flag", "exp_content"} & told.keys()


@pytest.mark.parametrize("diagnoses", [(), (DiagnosisPlan("A", "a"),), (ILL[0], ILL[0])])
def test_one_main_diagnosis(diagnoses: tuple[DiagnosisPlan, ...]) -> None:
    with pytest.raises(Misused, match="maindiag_flag"):
        admission(replace(STAY, diagnoses=diagnoses))


def test_a_third_party_learnt_of_travels_with_the_change() -> None:
    changed = replace(STAY, flags={**STAY.flags, "rel_ttp_flag": "1"})
    sent = nodes(admission_change(changed, "M1"))
    told = sent["adminfo"]
    assert (told["mdtrt_id"], told["ipt_otp_no"], told["trum_flag"], told["rel_ttp_flag"]) == ("M1", "ZY1", "1", "1")
    assert "ipt_type" not in told
    assert {row["mdtrt_id"] for row in sent["diseinfo"]} == {"M1"}


def test_a_discharge() -> None:
    sent = nodes(discharge(STAY, "M1", replace(LEAVING, way="5", died_on=date(2027, 1, 4))))
    told = sent["dscginfo"]
    assert (told["endtime"], told["dscg_way"], told["die_date"]) == ("2027-01-04 10:00:00", "5", "2027-01-04")
    assert {row["mdtrt_id"] for row in sent["diseinfo"]} == {"M1"}


def test_a_negative_line_names_what_it_takes_back() -> None:
    outside = replace(line(3), outside=True, outside_hospital="H1", doctor=("D9", "他"), department=("C1", "检验"))
    sent = nodes(stay_fees(STAY, "M1", [line(1), line(2, "-2.00", "L1"), outside]))["feedetail"]
    assert "init_feedetl_sn" not in sent[0]
    assert (sent[1]["init_feedetl_sn"], sent[1]["cnt"], str(sent[1]["det_item_fee_sumamt"])) == ("L1", -1, "-2.00")
    assert (sent[2]["etip_flag"], sent[2]["etip_hosp_code"], sent[2]["bilg_dr_codg"]) == ("1", "H1", "D9")
    assert (sent[0]["bilg_dept_codg"], sent[2]["bilg_dept_codg"]) == ("B01", "C1")


def test_a_stay_is_settled_whole_with_the_parts_of_its_trial() -> None:
    amounts = Amounts(*map(Decimal, ("100.00", "71.00", "10.00", "4.00", "15.00", "50.00", "0", "50.00")))
    tried = nodes(stay_trial(STAY, "M1", LEAVING, SUMS))["data"]
    settled = nodes(stay_settlement(STAY, "M1", LEAVING, amounts))["data"]
    assert tried["mid_setl_flag"] == settled["mid_setl_flag"] == "0"
    assert (str(tried["inscp_scp_amt"]), str(settled["inscp_scp_amt"])) == ("70.00", "71.00")
    assert (str(settled["medfee_sumamt"]), settled["dscgTime"]) == ("100.00", "2027-01-04")


ADMITTED = Admission.model_validate({"result": {"mdtrt_id": "M1"}}, context=AS_GIVEN)
WHOLE = Standing("P1", "M1", setl_id="S1", discharged=True, fees=True)
COMMITS: list[tuple[Callable[[], Any], type[Any]]] = [
    (lambda: admit(STAY), AdmitInpatient),
    (lambda: change_stay(STAY, "M1"), ChangeAdmission),
    (lambda: discharge_and_try(STAY, "M1", LEAVING, SUMS), DischargeInpatient),
    (lambda: undo_stay(WHOLE), RevokeInpatientSettlement),
    (lambda: undo_stay(replace(WHOLE, setl_id=None)), CancelDischarge),
    (lambda: undo_stay(Standing("P1", "M1")), CancelAdmission),
]


@pytest.mark.parametrize("error", [LOST, Garbled("half"), REFUSED, NotSent("down")], ids=lambda e: type(e).__name__)
@pytest.mark.parametrize(("flow", "first"), COMMITS, ids=lambda made: getattr(made, "__name__", ""))
def test_what_commits_is_yielded_once(flow: Callable[[], Any], first: type[Any], error: YidiError) -> None:
    started = flow()
    message = next(started)
    assert type(message) is first
    assert row_of(message).effect is Effect.COMMIT
    with pytest.raises((StopIteration, YidiError)) as end:
        started.throw(error)
    if isinstance(end.value, StopIteration):
        assert end.value.value.stopped is error
    else:
        assert end.value is error


def test_an_admission() -> None:
    flow = admit(STAY)
    assert isinstance(next(flow), AdmitInpatient)
    with pytest.raises(StopIteration) as end:
        flow.send(ADMITTED)
    assert end.value.value == "M1"


def test_a_discharge_then_the_trial() -> None:
    flow = discharge_and_try(STAY, "M1", LEAVING, SUMS)
    assert isinstance(next(flow), DischargeInpatient)
    assert isinstance(flow.send(None), PresettleInpatient)
    with pytest.raises(TimedOut):
        flow.throw(LOST)


def test_a_discharge_that_is_known_to_be_done_is_not_sent() -> None:
    flow = discharge_and_try(STAY, "M1", LEAVING, SUMS, discharged=True)
    assert isinstance(next(flow), PresettleInpatient)
    with pytest.raises(StopIteration) as end:
        flow.send("trial")
    assert end.value.value == "trial"


def undone(standing: Standing, until: type[Any], *errors: YidiError | None) -> tuple[list[type[Any]], Standing]:
    sent: list[type[Any]] = []
    answers = list(errors)

    class Sender:
        def send(self, message: Any) -> Any:
            sent.append(type(message))
            error = answers.pop(0) if answers else None
            if error is not None:
                raise error

    return sent, run(Sender(), undo_stay(standing, until))


def test_the_order_is_that_of_the_rules() -> None:
    assert tuple(row_of(step).infno for step in UNDO_ORDER) == INPATIENT_STEPS


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_undone_as_far_as_wanted(count: int) -> None:
    sent, left = undone(WHOLE, UNDO_ORDER[count - 1])
    assert sent == list(UNDO_ORDER[:count])
    stands = (left.setl_id is not None, left.discharged, left.fees, left.admitted)
    assert stands == tuple(place >= count for place in range(4))
    sent, left = undone(left, CancelAdmission)
    assert sent == list(UNDO_ORDER[count:])
    assert left.next() is None


def test_only_what_stands_is_undone() -> None:
    assert undone(Standing("P1", "M1", fees=True), CancelAdmission)[0] == [RevokeInpatientFees, CancelAdmission]
    assert undone(Standing("P1", "M1", fees=True), CancelDischarge)[0] == []


def test_all_lines_are_named_at_once() -> None:
    step = Standing("P1", "M1", fees=True).next()
    assert isinstance(step, RevokeInpatientFees)
    assert [row.feedetl_sn for row in step.data] == ["0000"]


@pytest.mark.parametrize("at", [0, 1, 3])
@pytest.mark.parametrize("error", [LOST, REFUSED, NotSent("down")], ids=lambda e: type(e).__name__)
def test_an_undo_that_stops_says_what_still_stands(at: int, error: YidiError) -> None:
    sent, left = undone(WHOLE, CancelAdmission, *[None] * at, error)
    assert sent == list(UNDO_ORDER[: at + 1])
    assert left.stopped is error
    assert isinstance(left.next(), UNDO_ORDER[at])
    with pytest.raises(type(error)):
        left.whole()


@pytest.mark.parametrize("second", [None, NONE_THERE])
def test_deleting_the_lines_is_asked_for_once_more(second: YidiError | None) -> None:
    sent, left = undone(Standing("P1", "M1", fees=True), CancelAdmission, LOST, second)
    assert sent == [RevokeInpatientFees, RevokeInpatientFees, CancelAdmission]
    assert left.whole().admitted is False
    sent, left = undone(Standing("P1", "M1", fees=True), CancelAdmission, LOST, LOST)
    assert sent == [RevokeInpatientFees, RevokeInpatientFees]
    assert left.fees
    sent, left = undone(Standing("P1", "M1", fees=True), CancelAdmission, REFUSED)
    assert (sent, left.stopped) == ([RevokeInpatientFees], REFUSED)


def test_the_negative_settlement_is_handed_over() -> None:
    flow = undo_stay(WHOLE, RevokeInpatientSettlement)
    next(flow)
    with pytest.raises(StopIteration) as end:
        flow.send("negative")
    assert end.value.value.revocation == "negative"
