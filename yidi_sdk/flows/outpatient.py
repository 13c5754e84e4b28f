"""One basket of an outpatient visit: registered, uploaded, tried; and the messages it is made of.

One file, though long: the flow and its messages share the plan, and are read beside one another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from yidi_sdk import diseases, wire
from yidi_sdk.catalogue import row_of
from yidi_sdk.codes import Flag, SettlingWay
from yidi_sdk.errors import FieldProblem, Misused, Unknown
from yidi_sdk.flows.driving import Flow, ask
from yidi_sdk.rules.money import Amounts
from yidi_sdk.transactions import (
    FeeLine,
    FeesFound,
    OutpatientTrial,
    PresettleOutpatient,
    QueryFees,
    RegisterOutpatient,
    SettleOutpatient,
    UploadOutpatientEncounter,
    UploadOutpatientEncounterFirst,
    UploadOutpatientFees,
)

MOST_LINES = 50
MOST_CHARACTERS = 40_000
"""Limits of one upload of fee lines; the text is measured as JSON."""
WESTERN_DIAGNOSIS = "1"
_NO_APPROVAL = "0"


@dataclass(frozen=True, slots=True)
class DiagnosisPlan:
    """One diagnosis of the visit."""

    code: str
    name: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class LinePlan:
    """One fee line. `number` is its `feedetl_sn`, unique in the visit."""

    number: str
    code: str
    local_code: str
    name: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """What all baskets of a visit share. `category` is caty. `flags`: wire codes by field name, er_flag too.
    `er_flag_place` and `encounter` are the profile's: where er_flag stands, and the number of the message that uploads
    an encounter ("" for the later of the two)."""

    psn_no: str
    insutype: str
    cert_type: str
    cert_no: str
    started_at: datetime
    department_code: str
    department_name: str
    doctor_code: str
    doctor_name: str
    diagnoses: tuple[DiagnosisPlan, ...]
    category: str = ""
    card_sn: str | None = None
    flags: dict[str, str] = field(default_factory=dict[str, str])
    use_account: bool = True
    invoice_no: str | None = None
    er_flag_place: Literal["exp_content", "mdtrtinfo"] = "exp_content"
    encounter: str = ""


@dataclass(frozen=True, slots=True)
class BasketPlan:
    """What is registered and settled alone. `ipt_otp_no` and `chrg_bchno` are its own numbers."""

    ipt_otp_no: str
    chrg_bchno: str
    med_type: str
    disease_code: str | None
    total: Decimal
    lines: tuple[LinePlan, ...]


@dataclass(frozen=True, slots=True)
class LineParts:
    """How the platform split a line; `parts` are the four amounts, None where it did not tell all of them."""

    number: str
    amount: Decimal
    parts: tuple[Decimal, Decimal, Decimal, Decimal] | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A basket that is ready to be settled: its visit number at the platform, the split lines, the trial."""

    mdtrt_id: str
    lines: tuple[LineParts, ...]
    trial: OutpatientTrial


def open_basket(visit: VisitPlan, basket: BasketPlan) -> Flow[Opened]:
    """Register, upload and try one basket. Unknown from the registration ends the flow: it must not be repeated.
    Misused before anything is sent, where the profile names an encounter that is none."""
    _spoken(visit)
    registered = yield from ask(registration(visit, basket))
    mdtrt_id = registered.data.mdtrt_id
    lines = yield from upload(visit, basket, mdtrt_id)
    trial = yield from ask(trial_of(visit, basket, mdtrt_id))
    return Opened(mdtrt_id, lines, trial)


def open_visit(visit: VisitPlan, baskets: Sequence[BasketPlan]) -> Flow[tuple[Opened, ...]]:
    """All baskets, one after the other; the first error ends it."""
    opened: list[Opened] = []
    for basket in baskets:
        done = yield from open_basket(visit, basket)
        opened.append(done)
    return tuple(opened)


def upload(visit: VisitPlan, basket: BasketPlan, mdtrt_id: str, *, begun: bool = False) -> Flow[tuple[LineParts, ...]]:
    """Upload the encounter and the fee lines. After doubt it asks what arrived and sends only the missing lines.

    `begun`: an earlier upload may have got through in part, so what arrived is asked first. An Unknown that comes out
    of here means: run it again with `begun`.
    """
    yield from _encounter(visit, basket, mdtrt_id)
    told: list[LineParts] = []
    missing: Sequence[LinePlan] = basket.lines
    if begun:
        arrived, missing = yield from _arrived(visit, mdtrt_id, basket.lines)
        told += arrived
    for batch in batches(visit, basket, mdtrt_id, missing):
        told += yield from _lines(visit, basket, mdtrt_id, batch)
    return tuple(told)


def _encounter(visit: VisitPlan, basket: BasketPlan, mdtrt_id: str) -> Flow[None]:
    """The last encounter uploaded counts, so after doubt it is sent once more."""
    message = encounter(visit, basket, mdtrt_id)
    try:
        yield from ask(message)
    except Unknown:
        yield from ask(message)


def _lines(visit: VisitPlan, basket: BasketPlan, mdtrt_id: str, batch: Sequence[LinePlan]) -> Flow[list[LineParts]]:
    try:
        return _split((yield from ask(fees(visit, basket, mdtrt_id, batch))).result)
    except Unknown:
        told, missing = yield from _arrived(visit, mdtrt_id, batch)
    if missing:
        told += _split((yield from ask(fees(visit, basket, mdtrt_id, missing))).result)
    return told


def _arrived(
    visit: VisitPlan, mdtrt_id: str, lines: Sequence[LinePlan]
) -> Flow[tuple[list[LineParts], list[LinePlan]]]:
    """The lines the platform holds, and those it does not."""
    found: FeesFound = yield from ask(QueryFees(psn_no=visit.psn_no, mdtrt_id=mdtrt_id))
    wanted = {line.number: line for line in lines}
    rows = [row for row in found.data if row.feedetl_sn in wanted]
    there = {row.feedetl_sn for row in rows}
    return _split(rows), [line for number, line in wanted.items() if number not in there]


def _split(rows: Iterable[Any]) -> list[LineParts]:
    told: list[LineParts] = []
    for row in rows:
        parts = (row.inscp_scp_amt, row.preselfpay_amt, row.overlmt_amt, row.fulamt_ownpay_amt)
        complete = None if any(part is None for part in parts) else parts
        told.append(LineParts(row.feedetl_sn, row.det_item_fee_sumamt or Decimal("0.00"), complete))
    return told


def batches(
    visit: VisitPlan, basket: BasketPlan, mdtrt_id: str, lines: Iterable[LinePlan]
) -> list[tuple[LinePlan, ...]]:
    """Lines in uploads of at most 50 lines and fewer than 40,000 characters each."""
    made: list[tuple[LinePlan, ...]] = []
    batch: list[LinePlan] = []
    size = 0
    for line in lines:
        length = len(wire.dumps(_fee_line(visit, basket, mdtrt_id, line).model_dump(exclude_none=True)).decode()) + 1
        if batch and (len(batch) == MOST_LINES or size + length >= MOST_CHARACTERS):
            made.append(tuple(batch))
            batch, size = [], 0
        batch.append(line)
        size += length
    return [*made, tuple(batch)] if batch else made


def registration(visit: VisitPlan, basket: BasketPlan) -> RegisterOutpatient:
    """2201 of a basket."""
    return RegisterOutpatient(
        psn_no=visit.psn_no,
        insutype=visit.insutype,
        begntime=moment(visit.started_at),
        mdtrt_cert_type=visit.cert_type,
        mdtrt_cert_no=visit.cert_no,
        card_sn=visit.card_sn,
        ipt_otp_no=basket.ipt_otp_no,
        atddr_no=visit.doctor_code,
        dr_name=visit.doctor_name,
        dept_code=visit.department_code,
        dept_name=visit.department_name,
        caty=visit.category,
    )


def encounter(
    visit: VisitPlan, basket: BasketPlan, mdtrt_id: str
) -> UploadOutpatientEncounter | UploadOutpatientEncounterFirst:
    """Category, disease, flags and diagnoses of a basket, in the message that the visit's profile names. Misused when
    it names none."""
    message = _spoken(visit)
    flags = visit.flags
    er_flag = flags.get("er_flag")
    chronic = basket.disease_code
    at = moment(visit.started_at)
    return message.model_validate(
        {
            "mdtrtinfo": {
                "mdtrt_id": mdtrt_id,
                "psn_no": visit.psn_no,
                "med_type": basket.med_type,
                "begntime": at,
                "dise_codg": chronic,
                "dise_name": diseases.name_of(chronic) if chronic else None,
                "er_flag": er_flag if visit.er_flag_place == "mdtrtinfo" else None,
                "exp_content": {"er_flag": er_flag} if er_flag and visit.er_flag_place == "exp_content" else None,
                "otp_er_refl_flag": flags.get("otp_er_refl_flag"),
                "trum_flag": flags.get("trum_flag"),
                "rel_ttp_flag": flags.get("rel_ttp_flag"),
            },
            "diseinfo": [
                {
                    "diag_type": WESTERN_DIAGNOSIS,
                    "maindiag_flag": Flag.YES if diagnosis.main else Flag.NO,
                    "diag_srt_no": place,
                    "diag_code": diagnosis.code,
                    "diag_name": diagnosis.name,
                    "diag_dept": visit.department_code,
                    "dise_dor_no": visit.doctor_code,
                    "dise_dor_name": visit.doctor_name,
                    "diag_time": at,
                    "vali_flag": Flag.YES,
                }
                for place, diagnosis in enumerate(visit.diagnoses, 1)
            ],
        }
    )


def _spoken(visit: VisitPlan) -> type[UploadOutpatientEncounter] | type[UploadOutpatientEncounterFirst]:
    """The message of the visit's profile. What we fill in is called the same in both."""
    later, first = row_of(UploadOutpatientEncounter).infno, row_of(UploadOutpatientEncounterFirst).infno
    if visit.encounter in ("", later):
        return UploadOutpatientEncounter
    if visit.encounter == first:
        return UploadOutpatientEncounterFirst
    wrong = FieldProblem("encounter", f"no message that uploads an encounter; there are {later} and {first}")
    raise Misused(f"profile value encounter: {wrong.message}", fields=(wrong,))


def fees(visit: VisitPlan, basket: BasketPlan, mdtrt_id: str, lines: Iterable[LinePlan]) -> UploadOutpatientFees:
    """2204 of some lines."""
    return UploadOutpatientFees(feedetail=[_fee_line(visit, basket, mdtrt_id, line) for line in lines])


def _fee_line(visit: VisitPlan, basket: BasketPlan, mdtrt_id: str, line: LinePlan) -> FeeLine:
    return FeeLine(
        feedetl_sn=line.number,
        mdtrt_id=mdtrt_id,
        psn_no=visit.psn_no,
        chrg_bchno=basket.chrg_bchno,
        dise_codg=basket.disease_code,
        rx_circ_flag=Flag.NO,
        fee_ocur_time=moment(line.at),
        med_list_codg=line.code,
        medins_list_codg=line.local_code,
        medins_list_name=line.name or None,
        det_item_fee_sumamt=line.amount,
        cnt=line.quantity,
        pric=line.unit_price,
        bilg_dept_codg=visit.department_code,
        bilg_dept_name=visit.department_name,
        bilg_dr_codg=visit.doctor_code,
        bilg_dr_name=visit.doctor_name,
        hosp_appr_flag=_NO_APPROVAL,
    )


def trial_of(visit: VisitPlan, basket: BasketPlan, mdtrt_id: str) -> PresettleOutpatient:
    """2206 of a basket."""
    return PresettleOutpatient(**_to_settle(visit, basket, mdtrt_id))


def settlement(visit: VisitPlan, basket: BasketPlan, mdtrt_id: str, estimate: Amounts) -> SettleOutpatient:
    """2207 of a basket, with the parts its newest trial returned."""
    return SettleOutpatient(
        **_to_settle(visit, basket, mdtrt_id),
        fulamt_ownpay_amt=estimate.self_paid,
        overlmt_selfpay=estimate.over_limit,
        preselfpay_amt=estimate.class_b_first,
        inscp_scp_amt=estimate.in_scope,
        invono=visit.invoice_no,
    )


def _to_settle(visit: VisitPlan, basket: BasketPlan, mdtrt_id: str) -> dict[str, Any]:
    return {
        "psn_no": visit.psn_no,
        "mdtrt_cert_type": visit.cert_type,
        "mdtrt_cert_no": visit.cert_no,
        "card_sn": visit.card_sn,
        "med_type": basket.med_type,
        "medfee_sumamt": basket.total,
        "psn_setlway": SettlingWay.BY_ITEM,
        "mdtrt_id": mdtrt_id,
        "chrg_bchno": basket.chrg_bchno,
        "acct_used_flag": Flag.YES if visit.use_account else Flag.NO,
        "insutype": visit.insutype,
    }


def moment(at: datetime) -> str:
    """A moment as the wire writes it. Give it in Beijing time: the offset is not written."""
    return f"{at:%Y-%m-%d %H:%M:%S}"
