"""The SDK's own stay against the hub: daily batches, answers lost and calls broken off, carried on from what was kept."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from yidi_mocks.plugin import RunningHub
from yidi_sdk.catalogue import Effect
from yidi_sdk.client import Client
from yidi_sdk.envelope import BEIJING
from yidi_sdk.errors import Refused, Unknown
from yidi_sdk.flows import (
    DiagnosisPlan,
    DischargePlan,
    Standing,
    StayLine,
    StayPlan,
    Uploads,
    admit,
    change_stay,
    discharge_and_try,
    run,
    stay_settlement,
    sums_of,
    undo_stay,
    upload_stay,
)
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.posters import Limits
from yidi_sdk.rules.money import Amounts
from yidi_sdk.transactions import (
    CancelDischarge,
    GetPerson,
    QueryEncounters,
    QueryOpenStays,
    QuerySettlement,
    ReverseTransaction,
)

HOSPITAL, CLERK = Institution("H50010300001", "示例市人民医院(虚构)", "500103"), Operator("0001", "示例收费员")
ILL = (DiagnosisPlan("S72.000", "股骨颈骨折", main=True),)
SHORT = dict.fromkeys(Effect, Limits(connect_s=5.0, read_s=5.0))


@pytest.fixture
def client(hub: RunningHub) -> Iterator[Client]:
    with Client(hub.url, institution=HOSPITAL, operator=CLERK, limits=SHORT) as made:
        made.sign_in()
        yield made


class Stay:
    """A persona's stay as the HIS holds it: plan, lines, what the platform acknowledged."""

    def __init__(self, hub: RunningHub, client: Client, name: str, **flags: str) -> None:
        self.hub, self.client = hub, client
        number = hub.person(name)["id_number"]
        told = client.send(GetPerson(mdtrt_cert_type="02", mdtrt_cert_no=number))
        row = told.insuinfo[0]
        self.place = row.insuplc_admdvs
        self.begun = datetime.fromisoformat(hub.control("/health")["clock"]).replace(tzinfo=BEIJING)
        self.plan = StayPlan(
            psn_no=told.baseinfo.psn_no,
            insutype=row.insutype,
            cert_type="02",
            cert_no=number,
            ipt_no="ZY-1",
            med_type=flags.pop("med_type", "21"),
            admitted_at=self.begun,
            department_code="B01",
            department_name="骨科",
            bed="12",
            doctor_code="D500103000001",
            doctor_name="示例医师",
            diagnoses=ILL,
            certno=number,
            psn_cert_type="01",
            flags={"ipt_type": "0", "er_flag": "0", **flags},
        )
        self.lines: list[StayLine] = []
        self.kept = Uploads()
        self.number = ""

    def run(self, flow: Any) -> Any:
        return run(self.client, flow, insured_division=self.place)

    def send(self, message: Any) -> Any:
        return self.client.send(message, insured_division=self.place)

    def day(self, number: int, *amounts: str) -> None:
        """One day's lines, of which a negative one takes back the day's first; as far as they go."""
        first = f"D{number}-0"
        for place, amount in enumerate(amounts):
            negative = amount.startswith("-")
            quantity, price = Decimal(-1 if negative else 1), abs(Decimal(amount))
            at, name = self.begun + timedelta(minutes=number), f"D{number}-{place}"
            line = StayLine(name, "XB01AAA0001", "10023", "示例药", quantity, price, Decimal(amount), at)
            self.lines.append(line if not negative else StayLine(*_fields(line), origin=first))
        self.upload()

    def upload(self) -> None:
        self.kept = self.run(upload_stay(self.plan, self.number, self.lines, self.kept))

    def leaving(self) -> DischargePlan:
        return DischargePlan(self.begun + timedelta(hours=1), "1", "B01", "骨科", ILL)

    def tried(self) -> Any:
        sums = sums_of(self.lines, self.kept.parts)
        return self.run(discharge_and_try(self.plan, self.number, self.leaving(), sums)).setlinfo

    def settled(self, trial: Any) -> Any:
        return self.send(stay_settlement(self.plan, self.number, self.leaving(), amounts_of(trial))).setlinfo


def _fields(line: StayLine) -> tuple[Any, ...]:
    names = ("number", "code", "local_code", "name", "quantity", "unit_price", "amount", "at")
    return tuple(getattr(line, name) for name in names)


def amounts_of(info: Any) -> Amounts:
    parts = (info.medfee_sumamt, info.inscp_scp_amt, info.preselfpay_amt, info.overlmt_selfpay, info.fulamt_ownpay_amt)
    return Amounts(*parts, info.fund_pay_sumamt, info.acct_pay, info.psn_cash_pay)


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("inpatient_new_year", {}),
        ("local_patient", {}),
        ("account_in_fund", {}),
        ("emergency_not_filed", {"ipt_type": "1", "med_type": "24", "er_flag": "1"}),
        ("trauma_no_third_party", {"trum_flag": "1", "rel_ttp_flag": "0"}),
    ],
)
def test_a_stay_of_every_kind_from_admission_to_settlement(hub, client, name, flags):
    stay = Stay(hub, client, name, **flags)
    stay.number = stay.run(admit(stay.plan))
    stay.day(1, "1200.00", "88.08")
    stay.day(2, "2500.00", "-500.00", "640.10")
    stay.run(change_stay(stay.plan, stay.number))
    stay.kept.whole()
    trial = stay.tried()
    info = stay.settled(trial)
    assert info.medfee_sumamt == trial.medfee_sumamt == Decimal("3928.18")
    (row,) = hub.ledger(live="true")
    assert (row["setl_id"], row["clr_type"]) == (info.setl_id, "21")
    undone = stay.run(undo_stay(Standing(stay.plan.psn_no, stay.number, info.setl_id, discharged=True, fees=True)))
    assert undone.whole().next() is None
    assert undone.revocation.setlinfo.medfee_sumamt == -info.medfee_sumamt
    assert hub.ledger(live="true") == []
    assert hub.control("/report")["violations"] == []


def test_a_third_party_is_refused_at_the_trial(hub, client):
    stay = Stay(hub, client, "trauma_third_party", trum_flag="1", rel_ttp_flag="1")
    stay.number = stay.run(admit(stay.plan))
    stay.day(1, "900.00")
    with pytest.raises(Refused) as refused:
        stay.tried()
    assert refused.value.code == "THIRD_PARTY_LIABLE"


@pytest.mark.parametrize(("kind", "where"), [("drop_reply", "after_effect"), ("drop_request", "before_effect")])
def test_a_batch_in_doubt_is_revoked_by_its_numbers_and_sent_again(hub, client, kind, where):
    stay = Stay(hub, client, "inpatient_new_year")
    stay.number = stay.run(admit(stay.plan))
    stay.day(1, "100.00")
    hub.fault(kind, "2301", where=where)
    stay.day(2, "200.00", "-50.00")
    stay.day(3, "300.00")
    assert stay.kept.whole().doubtful == ()
    assert [row["infno"] for row in hub.received(mdtrt_id=stay.number) if row["infno"] in ("2301", "2302")] == [
        "2301",
        "2301",
        "2302",
        "2301",
        "2301",
    ]
    held = hub.control(f"/world?person={stay.plan.psn_no}")["visits"][0]["lines"]
    assert [row["feedetl_sn"] for row in held] == [line.number for line in stay.lines]
    assert stay.settled(stay.tried()).medfee_sumamt == Decimal("550.00")


def test_an_upload_that_broke_off_goes_on_from_what_was_kept(hub, client):
    """The platform is away for a while: the state of the upload is kept by the HIS, and the next day carries on."""
    stay = Stay(hub, client, "inpatient_new_year")
    stay.number = stay.run(admit(stay.plan))
    stay.day(1, "100.00")
    hub.fault("drop_reply", "2301", where="after_effect", when={"times": 1})
    hub.fault("drop_request", "2302", where="before_effect", when={"times": 1})
    stay.day(2, "200.00")
    assert isinstance(stay.kept.stopped, Unknown)
    assert stay.kept.doubtful == ("D2-0",)
    stay.day(3, "300.00", "-20.00")
    assert (stay.kept.stopped, stay.kept.doubtful) == (None, ())
    info = stay.settled(stay.tried())
    assert info.medfee_sumamt == Decimal("580.00")


def test_a_lost_admission_is_found_and_used(hub, client):
    stay = Stay(hub, client, "inpatient_new_year")
    hub.fault("drop_reply", "2401", where="after_effect")
    with pytest.raises(Unknown):
        stay.run(admit(stay.plan))
    now = stay.begun.replace(tzinfo=None)
    period = {"begntime": f"{now:%Y-%m-%d} 00:00:00", "endtime": f"{now:%Y-%m-%d} 23:59:59"}
    psn_no = stay.plan.psn_no
    (found,) = stay.send(QueryOpenStays(psn_no=psn_no, **period)).data
    (same,) = stay.send(QueryEncounters(psn_no=psn_no, med_type="21", **period)).mdtrtinfo
    assert (found.mdtrt_id, found.ipt_otp_no) == (same.mdtrt_id, "ZY-1")
    with pytest.raises(Unknown, match="已经登记过"):
        stay.run(admit(stay.plan))
    stay.number = found.mdtrt_id
    stay.day(1, "700.00")
    assert stay.settled(stay.tried()).medfee_sumamt == Decimal("700.00")


def test_a_lost_admission_is_reversed(hub, client):
    stay = Stay(hub, client, "inpatient_new_year")
    hub.fault("drop_reply", "2401", where="after_effect")
    with pytest.raises(Unknown):
        stay.run(admit(stay.plan))
    msgid = hub.received(infno="2401")[0]["msgid"]
    stay.send(ReverseTransaction(psn_no=stay.plan.psn_no, omsgid=msgid, oinfno="2401"))
    stay.number = stay.run(admit(stay.plan))
    assert len(hub.control(f"/world?person={stay.plan.psn_no}")["visits"]) == 2


def test_a_lost_settlement_is_found_by_its_msgid(hub, client):
    hub.control("/capabilities", {"query_without_setl_id": True}, "PUT")
    stay = Stay(hub, client, "inpatient_new_year")
    stay.number = stay.run(admit(stay.plan))
    stay.day(1, "2000.00")
    trial = stay.tried()
    hub.fault("drop_reply", "2304", where="after_effect")
    with pytest.raises(Unknown):
        stay.settled(trial)
    (row,) = hub.ledger(live="true")
    assert row["medins_setl_id"] == hub.received(infno="2304")[0]["msgid"]
    asked = QuerySettlement.model_construct(psn_no=stay.plan.psn_no, mdtrt_id=stay.number, setl_id="")
    found = stay.send(asked).setlinfo
    assert (found.setl_id, found.medins_setl_id) == (row["setl_id"], row["medins_setl_id"])


def test_undoing_stops_at_doubt_and_goes_on_after_a_question(hub, client):
    stay = Stay(hub, client, "inpatient_new_year")
    stay.number = stay.run(admit(stay.plan))
    stay.day(1, "2000.00")
    info = stay.settled(stay.tried())
    hub.fault("drop_reply", "2405", where="after_effect")
    standing = Standing(stay.plan.psn_no, stay.number, info.setl_id, discharged=True, fees=True)
    left = stay.run(undo_stay(standing))
    assert isinstance(left.stopped, Unknown)
    assert isinstance(left.next(), CancelDischarge)
    now = stay.begun.replace(tzinfo=None)
    period = {"begntime": f"{now:%Y-%m-%d} 00:00:00", "endtime": f"{now:%Y-%m-%d} 23:59:59"}
    (row,) = stay.send(QueryEncounters(psn_no=stay.plan.psn_no, med_type="21", **period)).mdtrtinfo
    assert row.inhosp_stas == "1"  # in hospital again: it was done
    left = stay.run(undo_stay(left.undone(CancelDischarge(mdtrt_id=stay.number, psn_no=stay.plan.psn_no))))
    assert left.whole().next() is None
    assert isinstance(left, Standing)
    assert hub.received(infno="2404")[-1]["verdict"] == "ok"
