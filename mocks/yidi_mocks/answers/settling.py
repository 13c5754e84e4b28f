"""Trial and settlement: one arithmetic, one set of questions; only the settlement changes the world."""

from dataclasses import dataclass
from decimal import Decimal
from sys import intern
from typing import Any

from yidi_mocks import benefit, entitlement
from yidi_mocks.answers.fees import money
from yidi_mocks.answers.people import identity
from yidi_mocks.answers.visits import demand_credential, visit_for
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import PARTS, decimal_of, packed, same
from yidi_mocks.refusals import Refusal
from yidi_mocks.visit_rules import Message
from yidi_mocks.world import ZERO, Line, Settlement, Visit, balance_left, live_of, used_up
from yidi_sdk.codes import Flag, MedType
from yidi_sdk.elements.element import Element
from yidi_sdk.transactions import PresettleOutpatient, SettleOutpatient

OUTPATIENT_CLEARING, BY_ITEM = "11", "1"


@dataclass(frozen=True, slots=True)
class Quote:
    """What the settlement of a batch would be now."""

    visit: Visit
    batch: str
    disease: str
    lines: list[Line]
    payment: benefit.Payment
    balance: Decimal


@answers(PresettleOutpatient)
def presettle(hub: Exchange, call: Call) -> dict[str, Any]:
    """The result as it would be; nothing is booked."""
    quote = _quote(hub, call, PresettleOutpatient)
    info = {
        **_head(hub, call, quote),
        **quote.payment.amounts,
        "pool_prop_selfpay": quote.payment.ratio,
        "balc": quote.balance - quote.payment.amounts["acct_pay"],
    }
    return {"setlinfo": info, "setldetail": quote.payment.funds, "voladetail": []}


@answers(SettleOutpatient)
def settle(hub: Exchange, call: Call) -> dict[str, Any]:
    """One batch settled under the message's msgid; its lines carry the settlement from now on."""
    quote = _quote(hub, call, SettleOutpatient)
    data, visit = call.data, quote.visit
    _demand_same_parts(data, quote.payment.amounts)
    now = intern(hub.clock.text())
    figures, fund_names = packed(quote.payment.amounts, quote.payment.funds)
    settlement = Settlement(
        setl_id=same(hub.next_id(visit.institution.division)),
        msgid=call.msgid,
        visit=visit,
        batch=same(quote.batch),
        disease=quote.disease,
        med_type=intern(data["med_type"]),
        packed=figures,
        fund_names=fund_names,
        ratio=decimal_of(str(quote.payment.ratio)),
        time=now,
        day=intern(now[:10]),
        year=intern(now[:4]),
        clearing_month=intern(now[:7]),
        invoice=data.get("invono") or "",
        lines=tuple(line.number for line in quote.lines),
        credential_type=intern(data["mdtrt_cert_type"]),
    )
    for line in quote.lines:
        line.setl_id = settlement.setl_id
    hub.world.add_settlement(settlement)
    call.setl_id = settlement.setl_id
    info = {
        **_head(hub, call, quote),
        **settlement_amounts(settlement),
        "setl_id": settlement.setl_id,
        "medins_setl_id": settlement.msgid,
        "balc": quote.balance - settlement.amount("acct_pay"),
    }
    return {"setlinfo": info, "setldetail": _rows(settlement), "voladetail": []}


def settlement_amounts(settlement: Settlement) -> dict[str, Any]:
    """Amounts and ratio as 2207 names them."""
    return {**settlement.amounts, "pool_prop_selfpay": settlement.ratio}


def _rows(settlement: Settlement) -> list[dict[str, Any]]:
    return [{**row, "mdtrt_id": settlement.visit.mdtrt_id, "setl_id": settlement.setl_id} for row in settlement.funds]


def _quote(hub: Exchange, call: Call, message: Message) -> Quote:
    visit, data, person = visit_for(hub, call, message), call.data, call.who()
    batch = data["chrg_bchno"]
    lines = _lines_to_settle(hub, visit, batch)
    disease = lines[0].disease
    encounter = visit.encounters[disease]
    if data["med_type"] != encounter["med_type"]:
        raise Refusal("med_type_differs")
    if data.get("mid_setl_flag") == Flag.YES:
        raise Refusal("mid_settlement")
    if data["insutype"] != visit.insurance.insutype:
        raise Refusal("insutype_not_held")
    demand_credential(person, data)
    day = visit.begun[:10]
    entitlement.demand_enrolment(visit.insurance, hub.clock.today())
    entitlement.demand_institution(visit.institution, encounter["med_type"], disease)
    entitlement.demand_person(person, visit.institution, encounter)
    chronic = encounter["med_type"] == MedType.CHRONIC_OUTPATIENT
    if chronic:
        entitlement.demand_qualification(person, disease, day)
    emergency = entitlement.is_emergency(encounter, [line.given for line in lines])
    group = entitlement.group_of(person, visit.insurance, visit.institution, day, emergency=emergency)
    splits = [benefit.split_of(line) for line in lines]
    parts = zip(*((s.self_paid, s.over_limit, s.class_b_first, s.in_scope) for s in splits), strict=True)
    sums = [sum(part, ZERO) for part in parts]
    if money(data["medfee_sumamt"]) != sum(sums, ZERO):
        raise Refusal("sum_differs")
    payment = _pay(hub, visit, sums, chronic=chronic, group=group, use_account=data["acct_used_flag"] == Flag.YES)
    return Quote(visit, batch, disease, lines, payment, balance_left(person, visit.insurance))


def _lines_to_settle(hub: Exchange, visit: Visit, batch: str) -> list[Line]:
    lines = visit.batch(batch)
    if not lines:
        raise Refusal("not_charged")
    if any(line.setl_id is not None for line in lines) and hub.capabilities.one_live:
        raise Refusal("already_settled")
    return lines


def _pay(
    hub: Exchange, visit: Visit, sums: list[Decimal], *, chronic: bool, group: str, use_account: bool
) -> benefit.Payment:
    person, insurance = visit.person, visit.insurance
    year = hub.clock.today()[:4]
    used = list(live_of(person, insurance, year))
    claim = benefit.Claim(
        self_paid=sums[0],
        over_limit=sums[1],
        class_b_first=sums[2],
        in_scope=sums[3],
        chronic=chronic,
        filing_group=group,
        insutype=insurance.insutype,
        use_account=use_account,
        balance=balance_left(person, insurance),
        civil_servant=insurance.civil_servant,
        deductible_used=used_up(used, "act_pay_dedc"),
        basic_used=used_up(used, "hifp_pay"),
        account_in_fund=hub.capabilities.acct_in_fund,
    )
    place = benefit.place_of(insurance.division)
    if insurance.insutype not in place.schemes:
        raise Refusal("insutype_not_held")
    return benefit.pay(place, claim)


def _demand_same_parts(data: dict[str, Any], amounts: dict[str, Decimal]) -> None:
    for name in PARTS:
        if money(data[name]) != amounts[name]:
            field = SettleOutpatient.model_fields[name]
            label = next(item.label for item in field.metadata if isinstance(item, Element))
            raise Refusal("parts_differ", label=label, name=name)


def _head(hub: Exchange, call: Call, quote: Quote) -> dict[str, Any]:
    visit = quote.visit
    return {
        "mdtrt_id": visit.mdtrt_id,
        **identity(visit.person, hub.clock.today()),
        "insutype": visit.insurance.insutype,
        "psn_type": visit.insurance.psn_type,
        "cvlserv_flag": "1" if visit.insurance.civil_servant else "0",
        "setl_time": hub.clock.text(),
        "mdtrt_cert_type": call.data["mdtrt_cert_type"],
        "med_type": call.data["med_type"],
        "clr_optins": visit.institution.division,
        "clr_way": BY_ITEM,
        "clr_type": OUTPATIENT_CLEARING,
    }
