"""A stay for the tests of its flows, and a platform that keeps its lines."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from yidi_sdk import wire
from yidi_sdk.errors import Refused, TimedOut, YidiError
from yidi_sdk.flows import (
    DiagnosisPlan,
    DischargePlan,
    StayLine,
    StayPlan,
    StaySums,
)
from yidi_sdk.message import AS_GIVEN
from yidi_sdk.transactions import (
    InpatientFeeSplit,
    RevokeInpatientFees,
    UploadInpatientFees,
)

AT = datetime(2026, 12, 28, 9, 30)
ILL = (DiagnosisPlan("S72.000", "股骨颈骨折", main=True), DiagnosisPlan("I10.x00", "高血压"))
STAY = StayPlan(
    psn_no="P1",
    insutype="310",
    cert_type="03",
    cert_no="A12345678",
    card_sn="0102",
    ipt_no="ZY1",
    med_type="24",
    admitted_at=AT,
    department_code="B01",
    department_name="骨科",
    bed="12",
    doctor_code="D1",
    doctor_name="医师",
    diagnoses=ILL,
    certno="530102196001010000",
    psn_cert_type="01",
    flags={"ipt_type": "2", "er_flag": "1", "trum_flag": "1", "rel_ttp_flag": "0"},
)
LEAVING = DischargePlan(datetime(2027, 1, 4, 10), "1", "B01", "骨科", ILL, bed="12")
SUMS = StaySums(*(Decimal(text) for text in ("100.00", "70.00", "10.00", "5.00", "15.00")))
LOST = TimedOut("lost")
REFUSED = Refused("no", err_msg="no", code="PLATFORM_REFUSED", key=None)
NONE_THERE = Refused("none", err_msg="没有需要撤销的费用", code="PLATFORM_REFUSED", key="nothing_to_revoke")


def line(number: int, amount: str = "2.00", origin: str | None = None, name: str = "示例") -> StayLine:
    quantity = Decimal(-1) if amount.startswith("-") else Decimal(1)
    return StayLine(f"L{number}", "XC08", "1", name, quantity, abs(Decimal(amount)), Decimal(amount), AT, origin=origin)


def lines(count: int, begin: int = 0) -> list[StayLine]:
    return [line(number) for number in range(begin, begin + count)]


def split(message: UploadInpatientFees) -> InpatientFeeSplit:
    rows = [
        {
            "feedetl_sn": sent.feedetl_sn,
            "det_item_fee_sumamt": sent.det_item_fee_sumamt,
            "inscp_scp_amt": sent.det_item_fee_sumamt,
            "preselfpay_amt": "0.00",
            "overlmt_amt": "0.00",
            "fulamt_ownpay_amt": "0.00",
        }
        for sent in message.feedetail
    ]
    return InpatientFeeSplit.model_validate({"result": rows}, context=AS_GIVEN)


class Platform:
    """Keeps the lines of a stay by number. `script`: per message an error before or after its effect, or nothing."""

    def __init__(self, *script: tuple[str, YidiError] | None) -> None:
        self.script = list(script)
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
        if isinstance(message, UploadInpatientFees):
            numbers = [sent.feedetl_sn for sent in message.feedetail]
            if set(numbers) & set(self.held):
                raise Refused("twice", err_msg="明细重复", code="PLATFORM_REFUSED", key=None)
            self.held += numbers
            return split(message)
        assert isinstance(message, RevokeInpatientFees)
        named = {row.feedetl_sn for row in message.data}
        if not named & set(self.held):
            raise NONE_THERE
        self.held = [number for number in self.held if number not in named]
        return None

    @property
    def classes(self) -> list[type[Any]]:
        return [type(message) for message in self.sent]


def nodes(message: Any) -> Any:
    return wire.loads(wire.dumps(message.to_wire()))
