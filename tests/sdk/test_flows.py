"""Flows driven by hand and by both drivers, without a network."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from yidi_sdk import wire
from yidi_sdk.catalogue import row_of
from yidi_sdk.errors import Misused, Refused, TimedOut
from yidi_sdk.flows import (
    BasketPlan,
    DiagnosisPlan,
    LinePlan,
    VisitPlan,
    ask,
    batches,
    encounter,
    open_basket,
    open_visit,
    run,
    run_async,
    settlement,
    upload,
)
from yidi_sdk.message import AS_GIVEN
from yidi_sdk.rules.money import Amounts
from yidi_sdk.transactions import (
    FeesFound,
    GetPerson,
    OutpatientFeeSplit,
    OutpatientRegistration,
    OutpatientTrial,
    PresettleOutpatient,
    QueryFees,
    RegisterOutpatient,
    UploadOutpatientEncounter,
    UploadOutpatientEncounterFirst,
    UploadOutpatientFees,
)

AT = datetime(2026, 11, 21, 9, 30)
VISIT = VisitPlan(
    psn_no="P1",
    insutype="310",
    cert_type="02",
    cert_no="530102196001010000",
    started_at=AT,
    department_code="A03",
    department_name="内科",
    category="A03",
    doctor_code="D1",
    doctor_name="医师",
    diagnoses=(DiagnosisPlan("I10.x00", "高血压", main=True),),
    flags={"otp_er_refl_flag": "0", "er_flag": "0", "trum_flag": "0"},
)


def basket(count: int = 2, name: str = "示例") -> BasketPlan:
    lines = tuple(
        LinePlan(f"L{place}", "XC08", "1", name, Decimal(1), Decimal("1.00"), Decimal("1.00"), AT)
        for place in range(count)
    )
    return BasketPlan("V1-1", "B1", "14", "M03900", Decimal(count), lines)


class Platform:
    """Answers each message by its class; `faults` are raised instead, one each."""

    def __init__(self, **faults: list[Exception | None]) -> None:
        self.faults = faults
        self.sent: list[Any] = []
        self.lines: list[str] = []

    def send(self, message: Any, **context: Any) -> Any:
        self.sent.append((message, context))
        todo = self.faults.get(type(message).__name__, [])
        error = todo.pop(0) if todo else None
        if error is not None:
            raise error
        return getattr(self, f"on_{type(message).__name__}")(message)

    def on_RegisterOutpatient(self, message: RegisterOutpatient) -> OutpatientRegistration:
        data = {"mdtrt_id": "M1", "psn_no": message.psn_no}
        return OutpatientRegistration.model_validate({"data": data}, context=AS_GIVEN)

    def on_UploadOutpatientEncounter(self, message: Any) -> None:
        return None

    def on_UploadOutpatientEncounterFirst(self, message: Any) -> None:
        return None

    def on_UploadOutpatientFees(self, message: UploadOutpatientFees) -> OutpatientFeeSplit:
        self.lines += [line.feedetl_sn for line in message.feedetail]
        rows = [
            {"feedetl_sn": line.feedetl_sn, "det_item_fee_sumamt": line.det_item_fee_sumamt, "inscp_scp_amt": 1}
            for line in message.feedetail
        ]
        return OutpatientFeeSplit.model_validate({"result": rows}, context=AS_GIVEN)

    def on_QueryFees(self, message: QueryFees) -> FeesFound:
        rows = [{"mdtrt_id": "M1", "feedetl_sn": name, "det_item_fee_sumamt": "1.00"} for name in self.lines]
        return FeesFound.model_validate({"data": rows}, context=AS_GIVEN)

    def on_PresettleOutpatient(self, message: PresettleOutpatient) -> OutpatientTrial:
        names = (
            "medfee_sumamt",
            "inscp_scp_amt",
            "psn_cash_pay",
        )
        zero = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "fund_pay_sumamt", "acct_pay")
        amounts = {**dict.fromkeys(names, message.medfee_sumamt), **dict.fromkeys(zero, "0.00")}
        node = {"mdtrt_id": "M1", "psn_no": "P1", **amounts}
        return OutpatientTrial.model_validate({"setlinfo": node}, context=AS_GIVEN)


def classes(platform: Platform) -> list[str]:
    return [type(message).__name__ for message, _ in platform.sent]


def test_by_hand() -> None:
    flow = ask(GetPerson(mdtrt_cert_type="02", mdtrt_cert_no="x"))
    assert isinstance(next(flow), GetPerson)
    with pytest.raises(StopIteration) as end:
        flow.send("answer")
    assert end.value.value == "answer"


def test_a_basket_in_order() -> None:
    platform = Platform()
    opened = run(platform, open_basket(VISIT, basket()), insured_division="530100")
    assert classes(platform) == [
        "RegisterOutpatient",
        "UploadOutpatientEncounter",
        "UploadOutpatientFees",
        "PresettleOutpatient",
    ]
    assert (opened.mdtrt_id, opened.trial.setlinfo.medfee_sumamt) == ("M1", Decimal("2.00"))
    assert platform.sent[0][1] == {"insured_division": "530100"}


async def test_the_same_text_awaited() -> None:
    inner = Platform()

    class Client:
        async def send(self, message: Any, **context: Any) -> Any:
            return inner.send(message, **context)

    opened = await run_async(Client(), open_visit(VISIT, [basket(), basket()]))
    assert len(opened) == 2
    assert len(inner.sent) == 8


async def test_an_error_reaches_the_flow_when_awaited() -> None:
    inner = Platform(UploadOutpatientEncounter=[TimedOut("lost")])

    class Client:
        async def send(self, message: Any) -> Any:
            return inner.send(message)

    await run_async(Client(), upload(VISIT, basket(), "M1"))
    assert classes(inner).count("UploadOutpatientEncounter") == 2


def test_a_registration_in_doubt_ends_the_flow() -> None:
    platform = Platform(RegisterOutpatient=[TimedOut("lost")])
    with pytest.raises(TimedOut):
        run(platform, open_basket(VISIT, basket()))
    assert len(platform.sent) == 1


def lost_after(platform: Platform, count: int) -> Callable[[Any], Any]:
    def send(message: Any) -> Any:
        if isinstance(message, UploadOutpatientFees) and not platform.lines:
            platform.on_UploadOutpatientFees(UploadOutpatientFees(feedetail=message.feedetail[:count]))
            raise TimedOut("lost")
        return platform.send(message)

    return send


@pytest.mark.parametrize("count", [1, 2, 3])
def test_after_doubt_only_what_is_missing(count: int) -> None:
    platform = Platform()

    class Client:
        send = staticmethod(lost_after(platform, count))

    parts = run(Client(), upload(VISIT, basket(3), "M1"))
    assert platform.lines == ["L0", "L1", "L2"]
    assert sorted(part.number for part in parts) == ["L0", "L1", "L2"]


def test_an_upload_begun_before_asks_first() -> None:
    platform = Platform()
    platform.lines = ["L0"]
    run(platform, upload(VISIT, basket(3), "M1", begun=True))
    assert classes(platform) == ["UploadOutpatientEncounter", "QueryFees", "UploadOutpatientFees"]
    assert platform.lines == ["L0", "L1", "L2"]


def test_a_refusal_is_not_doubt() -> None:
    refused = Refused("no", err_msg="no", code="PLATFORM_REFUSED", key=None)
    platform = Platform(UploadOutpatientFees=[refused])
    with pytest.raises(Refused):
        run(platform, upload(VISIT, basket(), "M1"))
    assert classes(platform)[-1] == "UploadOutpatientFees"


def test_uploads_stay_within_both_limits() -> None:
    assert [len(batch) for batch in batches(VISIT, basket(120), "M1", basket(120).lines)] == [50, 50, 20]
    long = basket(120, name="长" * 100)
    sizes = []
    for batch in batches(VISIT, long, "M1", long.lines):
        lines = len(batch)
        assert lines <= 50
        sizes.append(lines)
    assert sum(sizes) == 120
    assert batches(VISIT, long, "M1", ()) == []


def test_flags_go_where_they_belong() -> None:
    message = encounter(VISIT, basket(), "M1")
    assert isinstance(message, UploadOutpatientEncounter)
    assert message.mdtrtinfo.exp_content == {"er_flag": "0"}
    assert (message.mdtrtinfo.otp_er_refl_flag, message.mdtrtinfo.trum_flag) == ("0", "0")
    assert message.mdtrtinfo.dise_name == "高血压"
    assert message.diseinfo[0].maindiag_flag == "1"


def told(message: Any) -> dict[str, Any]:
    return message.to_wire()["mdtrtinfo"]


def test_er_flag_stands_where_the_profile_has_it() -> None:
    """In exp_content (Chongqing), or as a field of mdtrtinfo (Guangdong, Hunan); never in both."""
    beside = told(encounter(replace(VISIT, er_flag_place="mdtrtinfo"), basket(), "M1"))
    assert beside["er_flag"] == "0"
    assert "exp_content" not in beside
    inside = told(encounter(replace(VISIT, er_flag_place="exp_content"), basket(), "M1"))
    assert inside["exp_content"] == {"er_flag": "0"}
    assert "er_flag" not in inside
    for place in ("mdtrtinfo", "exp_content"):
        unasked = told(encounter(replace(VISIT, er_flag_place=place, flags={}), basket(), "M1"))
        assert not {"er_flag", "exp_content"} & unasked.keys()


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("", UploadOutpatientEncounter),
        ("2203A", UploadOutpatientEncounter),
        ("2203", UploadOutpatientEncounterFirst),
    ],
)
def test_the_encounter_is_the_message_that_the_profile_names(named: str, message: type[Any]) -> None:
    made = encounter(replace(VISIT, encounter=named, er_flag_place="mdtrtinfo"), basket(), "M1")
    assert type(made) is message
    other = encounter(replace(VISIT, er_flag_place="mdtrtinfo"), basket(), "M1")
    assert made.to_wire() == other.to_wire()  # what we fill in stands in both under the same names
    assert row_of(made).infno == (named or "2203A")


@pytest.mark.parametrize("named", ["2204", "2203B", "no"])
def test_an_encounter_that_is_none_is_refused_before_anything_is_sent(named: str) -> None:
    platform = Platform()
    with pytest.raises(Misused, match="encounter"):
        run(platform, upload(replace(VISIT, encounter=named), basket(), "M1"))
    assert platform.sent == []


def test_the_first_encounter_goes_through_the_whole_flow_and_once_more_after_doubt() -> None:
    platform = Platform(UploadOutpatientEncounterFirst=[TimedOut("lost")])
    run(platform, open_basket(replace(VISIT, encounter="2203"), basket()))
    assert classes(platform)[1:3] == ["UploadOutpatientEncounterFirst"] * 2


def test_a_settlement_carries_the_parts_of_its_trial() -> None:
    amounts = Amounts(*(Decimal(figure) for figure in ("2.00", "1.50", "0.30", "0.15", "0.05", "1.00", "0", "1.00")))
    message = settlement(VISIT, basket(), "M1", amounts)
    sent = wire.dumps(message.to_wire())
    assert b'"inscp_scp_amt":1.50' in sent
    assert b'"fulamt_ownpay_amt":0.05' in sent
    assert b'"preselfpay_amt":0.30' in sent
