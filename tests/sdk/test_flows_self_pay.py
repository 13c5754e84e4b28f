"""Uploads for reimbursement by hand, driven by hand; nothing here moves money, and every doubt is asked about."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from yidi_sdk import wire
from yidi_sdk.catalogue import Effect, row_of
from yidi_sdk.errors import Garbled, NotSent, Refused, TimedOut, Unknown, YidiError
from yidi_sdk.flows import (
    DiagnosisPlan,
    DischargePlan,
    SelfPayLine,
    SelfPayPlan,
    Uploads,
    complete_self_pay,
    register_self_pay,
    run,
    upload_self_pay,
    upload_self_pay_lines,
)
from yidi_sdk.flows.self_pay import self_pay_fees, self_pay_stay, self_pay_visit
from yidi_sdk.message import AS_GIVEN
from yidi_sdk.transactions import (
    CompleteSelfPayUpload,
    QuerySelfPayFees,
    QuerySelfPayVisits,
    SelfPayFees,
    SelfPayVisits,
    UploadSelfPayInpatientFees,
    UploadSelfPayOutpatientFees,
    UploadSelfPayStay,
    UploadSelfPayVisit,
)

BEGAN, ENDED = datetime(2026, 12, 28, 9), datetime(2027, 1, 4, 10)
ILL = (DiagnosisPlan("I10.x00", "高血压", main=True),)
LEAVING = DischargePlan(ENDED, "1", "B01", "骨科", ILL)
LOST = TimedOut("lost")
REFUSED = Refused("no", err_msg="no", code="PLATFORM_REFUSED", key=None)


def plan(count: int = 60, *, stay: bool = True) -> SelfPayPlan:
    rows = tuple(
        SelfPayLine(f"L{n}", "XC08", "1", "示例", Decimal(1), Decimal("2.00"), Decimal("2.00"), BEGAN, category="09")
        for n in range(count)
    )
    return SelfPayPlan(
        number="ZF1",
        institution_code="H50010300001",
        institution_name="示例医院",
        cert_type="01",
        certno="530102196001010000",
        name="测试",
        med_type="21" if stay else "11",
        ipt_otp_no="ZY1",
        began=BEGAN,
        ended=ENDED,
        department_code="B01",
        department_name="骨科",
        doctor_code="D1",
        doctor_name="医师",
        diagnoses=ILL,
        lines=rows,
        leaving=LEAVING if stay else None,
        birthday=date(1960, 1, 1),
    )


class Platform:
    """Keeps what is uploaded. `script`: per message an error before or after its effect, or nothing."""

    def __init__(self, *script: tuple[str, YidiError] | None) -> None:
        self.script = list(script)
        self.visit: str | None = None
        self.held: list[str] = []
        self.sent: list[Any] = []

    def send(self, message: Any, **_: Any) -> Any:
        self.sent.append(message)
        place, error = (self.script.pop(0) if self.script else None) or ("", None)
        if error is not None and place == "before":
            raise error
        answer = self.take(message)
        if error is not None:
            raise error
        return answer

    def take(self, message: Any) -> Any:
        if isinstance(message, (UploadSelfPayStay, UploadSelfPayVisit)):
            self.visit = message.fixmedins_mdtrt_id
        elif isinstance(message, UploadSelfPayInpatientFees):
            self.held += [str(row.bkkp_sn) for row in message.fsiOwnpayPatnFeeListDDTO]
        elif isinstance(message, UploadSelfPayOutpatientFees):
            self.held += [str(row.feedetl_sn) for row in message.feedetail or ()]
        elif isinstance(message, QuerySelfPayVisits):
            data = {"data": {"fixmedinsMdtrtId": self.visit}} if self.visit else {}
            return SelfPayVisits.model_validate(data, context=AS_GIVEN)
        elif isinstance(message, QuerySelfPayFees):
            data = {"data": {"recordCounts": len(self.held)}} if self.held else {}
            return SelfPayFees.model_validate(data, context=AS_GIVEN)
        return None

    @property
    def classes(self) -> list[type[Any]]:
        return [type(message) for message in self.sent]


def nodes(message: Any) -> Any:
    return wire.loads(wire.dumps(message.to_wire()))


def test_no_message_of_it_commits() -> None:
    flow = upload_self_pay(plan(1))
    seen = [next(flow), flow.send(None), flow.send(None)]
    assert {row_of(message).effect for message in seen} == {Effect.UPLOAD}


@pytest.mark.parametrize(
    ("stay", "first", "second"),
    [(True, UploadSelfPayStay, UploadSelfPayInpatientFees), (False, UploadSelfPayVisit, UploadSelfPayOutpatientFees)],
)
def test_in_order(stay: bool, first: type[Any], second: type[Any]) -> None:
    platform = Platform()
    done = run(platform, upload_self_pay(plan(stay=stay))).whole()
    assert platform.classes == [first, second, second, CompleteSelfPayUpload]
    assert platform.held == list(done.acknowledged) == [f"L{n}" for n in range(60)]
    assert nodes(platform.sent[-1])["data"]["cplt_flag"] == "1"


def test_a_stay_as_it_is_sent() -> None:
    sent = nodes(self_pay_stay(plan(3), LEAVING))
    told = sent["ownPayPatnMdtrtD"]
    assert (told["fixmedins_mdtrt_id"], told["ipt_days"], str(told["medfee_sumamt"])) == ("ZF1", 7, "6.00")
    assert (told["inhosp_stas"], told["brdy"], told["dscg_way"]) == ("0", "1960-01-01", "1")
    rows = sent["ownPayPatnDiagListD"]
    assert [(row["inout_diag_type"], row["diag_time"][:10]) for row in rows] == [
        ("1", "2026-12-28"),
        ("2", "2027-01-04"),
    ]


@pytest.mark.requirement("R046")
def test_a_visit_and_its_lines_as_they_are_sent() -> None:
    visit = plan(2, stay=False)
    sent = nodes(self_pay_visit(replace(visit, disease=DiagnosisPlan("M03900", "高血压"))))
    assert (sent["mdtrtinfo"]["dise_codg"], sent["diseinfo"][0]["diag_code"]) == ("M03900", "I10.x00")
    assert "feedetail" not in sent
    [first, _] = nodes(self_pay_fees(visit, visit.lines))["feedetail"]
    assert (first["mdtrt_sn"], first["feedetl_sn"], first["chrg_bchno"]) == ("ZF1", "L0", "ZF1")
    assert (first["med_chrgitm_type"], first["certno"]) == ("09", "530102196001010000")


def test_batches_stay_within_the_limit() -> None:
    long = replace(plan(), lines=tuple(replace(line, name="长" * 100) for line in plan(200).lines))
    platform = Platform()
    run(platform, upload_self_pay_lines(long, most_lines=500)).whole()
    sizes = [len(wire.dumps(message.to_wire()).decode()) for message in platform.sent]
    assert len(sizes) > 1
    assert max(sizes) < 40_000


# doubt


@pytest.mark.parametrize("stay", [True, False])
@pytest.mark.parametrize(("place", "again"), [("before", True), ("after", False)])
def test_a_registration_in_doubt_is_asked_about(stay: bool, place: str, again: bool) -> None:
    platform = Platform((place, LOST))
    run(platform, register_self_pay(plan(stay=stay)))
    assert platform.classes[1] is QuerySelfPayVisits
    assert len(platform.sent) == (3 if again else 2)
    assert platform.visit == "ZF1"


def test_another_visit_of_the_person_is_not_ours() -> None:
    platform = Platform(("before", LOST))
    platform.visit = "ZF0"
    run(platform, register_self_pay(plan()))
    assert platform.classes == [UploadSelfPayStay, QuerySelfPayVisits, UploadSelfPayStay]


@pytest.mark.parametrize("script", [[("before", LOST), ("before", LOST)], [("before", LOST), None, ("before", LOST)]])
def test_a_registration_that_stays_in_doubt_is_raised(script: Any) -> None:
    with pytest.raises(TimedOut):
        run(Platform(*script), upload_self_pay(plan()))


@pytest.mark.parametrize("stay", [True, False])
@pytest.mark.parametrize("doubt", [LOST, Garbled("half")])
@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("nth", [0, 1, 2])
def test_a_batch_in_doubt_is_counted(stay: bool, doubt: Unknown, place: str, nth: int) -> None:
    platform = Platform(*[None] * nth, (place, doubt))
    done = run(platform, upload_self_pay_lines(plan(120, stay=stay))).whole()
    assert platform.held == list(done.acknowledged) == [f"L{n}" for n in range(120)]
    assert platform.classes[nth + 1] is QuerySelfPayFees


def test_a_count_that_fits_neither_way_stops() -> None:
    platform = Platform(None, None, ("before", LOST))
    taken = platform.take

    def part(message: Any) -> Any:
        if isinstance(message, QuerySelfPayFees):
            platform.held.append("L50")
        return taken(message)

    platform.take = part  # type: ignore[method-assign]
    broken = run(platform, upload_self_pay(plan()))
    assert isinstance(broken.stopped, Unknown)
    assert broken.doubtful == tuple(f"L{n}" for n in range(50, 60))
    assert CompleteSelfPayUpload not in platform.classes


@pytest.mark.parametrize("script", [[("after", LOST), ("before", LOST)], [("before", LOST), None, ("after", LOST)]])
def test_what_stays_in_doubt_is_settled_by_the_next_run(script: Any) -> None:
    platform = Platform(None, None, *script)
    broken = run(platform, upload_self_pay(plan(70)))
    assert isinstance(broken.stopped, TimedOut)
    assert (len(broken.acknowledged), len(broken.doubtful)) == (50, 20)
    count = len(platform.sent)
    done = run(platform, upload_self_pay(plan(70), broken, registered=True)).whole()
    assert platform.classes[count:] == [QuerySelfPayFees, CompleteSelfPayUpload]
    assert platform.held == list(done.acknowledged)


@pytest.mark.parametrize("error", [REFUSED, NotSent("down")])
def test_what_was_not_taken_is_not_in_doubt(error: YidiError) -> None:
    platform = Platform(None, ("before", error))
    broken = run(platform, upload_self_pay(plan(10)))
    assert (broken.stopped, broken.doubtful, broken.acknowledged) == (error, (), ())


def test_completion_is_said_again() -> None:
    platform = Platform(("after", LOST))
    run(platform, complete_self_pay(plan()))
    assert platform.classes == [CompleteSelfPayUpload] * 2
    with pytest.raises(TimedOut):
        run(Platform(("after", LOST), ("after", LOST)), complete_self_pay(plan()))


def test_everything_acknowledged_sends_no_line() -> None:
    platform = Platform()
    state = Uploads(acknowledged=tuple(line.number for line in plan().lines))
    run(platform, upload_self_pay(plan(), state, registered=True))
    assert platform.classes == [CompleteSelfPayUpload]
