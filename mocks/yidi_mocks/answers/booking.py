"""What every settlement has in common, of whatever visit: the quote, the booking, the mirror, the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from sys import intern
from typing import Any

from yidi_mocks import benefit, entitlement, splits
from yidi_mocks.answers.people import identity
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange
from yidi_mocks.figures import decimal_of, mirrored, packed, same
from yidi_mocks.refusals import Refusal
from yidi_mocks.shapes import plain_number
from yidi_mocks.world import ZERO, Line, Settlement, Visit, balance_left, live_of, used_up

BY_ITEM = "1"
FourParts = tuple[Decimal, Decimal, Decimal, Decimal]
"""self_paid, over_limit, class_b_first, in_scope: the order of `figures.PARTS`."""
CLEARED = frozenset({"in_clearing", "cleared"})


@dataclass(frozen=True, slots=True)
class Quote:
    """What the settlement of some lines would be now."""

    visit: Visit
    batch: str
    disease: str
    med_type: str
    lines: Sequence[Line]
    payment: benefit.Payment
    balance: Decimal


def money(value: Any) -> Decimal:
    """An amount that was checked, with two places; nothing sent is zero."""
    text = plain_number(value)
    return ZERO if text is None else Decimal(text).quantize(splits.FEN)


def quoted(
    hub: Exchange,
    visit: Visit,
    lines: Sequence[Line],
    *,
    batch: str,
    branch: benefit.Branch,
    group: str,
    use_account: bool,
    told: Any = None,
) -> Quote:
    """The quote. `told`: the total that the message names, None where it names none; Refusal where it differs."""
    disease = lines[0].disease
    parts = ((s.self_paid, s.over_limit, s.class_b_first, s.in_scope) for s in map(splits.split_of, lines))
    sums = [sum(part, ZERO) for part in zip(*parts, strict=True)]
    if told is not None and money(told) != sum(sums, ZERO):
        raise Refusal("sum_differs")
    payment = _paid(hub, visit, (sums[0], sums[1], sums[2], sums[3]), branch, group, use_account=use_account)
    left = balance_left(visit.person, visit.insurance)
    return Quote(visit, batch, disease, visit.encounters[disease]["med_type"], lines, payment, left)


def _paid(
    hub: Exchange, visit: Visit, sums: FourParts, branch: benefit.Branch, group: str, *, use_account: bool
) -> benefit.Payment:
    person, insurance = visit.person, visit.insurance
    place = benefit.place_of(insurance.division)
    if insurance.insutype not in place.schemes:
        raise Refusal("insutype_not_held")
    stay = branch is benefit.Branch.STAY
    used = [s for s in live_of(person, insurance, hub.clock.today()[:4]) if (s.visit.stay is not None) is stay]
    claim = benefit.Claim(
        *sums,
        branch,
        group,
        insurance.insutype,
        use_account,
        balance=balance_left(person, insurance),
        civil_servant=insurance.civil_servant,
        deductible_used=ZERO if stay else used_up(used, "act_pay_dedc"),
        basic_used=used_up(used, "hifp_pay"),
        account_in_fund=hub.capabilities.acct_in_fund,
        stays_before=len(used) if stay else 0,
        diseases=len(entitlement.diseases_of(person, visit.begun[:10])) if branch is benefit.Branch.CHRONIC else 1,
    )
    return benefit.pay(place, claim)


def trial_of(hub: Exchange, call: Call, quote: Quote) -> dict[str, Any]:
    """The amounts as they would be; nothing is booked."""
    return {
        **_head(hub, call, quote),
        **quote.payment.amounts,
        "pool_prop_selfpay": quote.payment.ratio,
        "balc": quote.balance - quote.payment.amounts["acct_pay"],
    }


def booked(hub: Exchange, call: Call, quote: Quote) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Settle under the message's msgid: amounts and fund rows. The lines carry the settlement from now on."""
    settlement = _settlement(hub, call, quote)
    for line in quote.lines:
        line.setl_id = settlement.setl_id
    hub.world.add_settlement(settlement)
    call.setl_id = settlement.setl_id
    info = {
        **_head(hub, call, quote),
        **amounts_of(settlement),
        "setl_id": settlement.setl_id,
        "medins_setl_id": settlement.msgid,
        "balc": quote.balance - settlement.amount("acct_pay"),
    }
    return info, rows_of(settlement)


def _settlement(hub: Exchange, call: Call, quote: Quote) -> Settlement:
    now, visit = intern(hub.clock.text()), quote.visit
    figures, fund_names = packed(quote.payment.amounts, quote.payment.funds)
    return Settlement(
        setl_id=same(hub.next_id(visit.institution.division)),
        msgid=call.msgid,
        visit=visit,
        batch=same(quote.batch),
        disease=quote.disease,
        med_type=intern(quote.med_type),
        packed=figures,
        fund_names=fund_names,
        ratio=decimal_of(str(quote.payment.ratio)),
        time=now,
        day=intern(now[:10]),
        year=intern(now[:4]),
        clearing_month=intern(now[:7]),
        invoice=call.data.get("invono") or "",
        lines=tuple([line.number for line in quote.lines]),
        credential_type=intern(call.data["mdtrt_cert_type"]),
        infno=intern(call.infno),
    )


def amounts_of(settlement: Settlement) -> dict[str, Any]:
    """Amounts and ratio as 2207 names them."""
    return {**settlement.amounts, "pool_prop_selfpay": settlement.ratio}


def rows_of(settlement: Settlement) -> list[dict[str, Any]]:
    """The fund rows of an answer."""
    return [{**row, "mdtrt_id": settlement.visit.mdtrt_id, "setl_id": settlement.setl_id} for row in settlement.funds]


def to_revoke(hub: Exchange, call: Call) -> Settlement | None:
    """The settlement that the message names, where it is this person's and visit's. Refuses one that is revoked."""
    original = hub.world.settlements.get(call.data["setl_id"])
    if original is None or original.visit.mdtrt_id != call.data["mdtrt_id"]:
        return None
    if original.visit.person is call.who() and original.refunded:
        raise Refusal("already_revoked")
    return original


def revoked(hub: Exchange, call: Call, visit: Visit, original: Settlement | None) -> dict[str, Any]:
    """Undo a live settlement by its mirror, under a new number: the amounts of the answer. Raises Refusal."""
    if original is None or original.visit is not visit or not original.live:
        raise Refusal("settlement_unknown")
    negative = _mirror(hub, call, original)
    original.live, original.refunded = False, True
    free_lines(original)
    hub.world.add_settlement(negative)
    call.setl_id = negative.setl_id
    return {
        "mdtrt_id": visit.mdtrt_id,
        "setl_id": negative.setl_id,
        **_about(hub, visit),
        "setl_time": negative.time,
        "mdtrt_cert_type": negative.credential_type,
        "med_type": negative.med_type,
        "medins_setl_id": negative.msgid,
        **amounts_of(negative),
        "balc": balance_left(visit.person, visit.insurance),
    }


def last_rows(visit: Visit) -> list[dict[str, Any]]:
    """The fund rows of the visit's last settlement."""
    return rows_of(visit.settlements[-1])


def free_lines(settlement: Settlement) -> None:
    """The lines are in no settlement any more."""
    for line in settlement.visit.lines:
        if line.setl_id == settlement.setl_id:
            line.setl_id = None


def _mirror(hub: Exchange, call: Call, original: Settlement) -> Settlement:
    now = intern(hub.clock.text())
    cleared = original.clearing_state in CLEARED
    return Settlement(
        setl_id=same(hub.next_id(original.visit.institution.division)),
        msgid=call.msgid,
        visit=original.visit,
        batch=original.batch,
        disease=original.disease,
        med_type=original.med_type,
        packed=mirrored(original.packed, original.fund_names),
        fund_names=original.fund_names,
        ratio=original.ratio,
        time=now,
        day=intern(now[:10]),
        year=original.year,
        clearing_month=intern(now[:7]) if cleared else original.clearing_month,
        invoice=original.invoice,
        live=False,
        undoes=original,
        credential_type=original.credential_type,
        infno=intern(call.infno),
    )


def _head(hub: Exchange, call: Call, quote: Quote) -> dict[str, Any]:
    return {
        "mdtrt_id": quote.visit.mdtrt_id,
        **_about(hub, quote.visit),
        "setl_time": hub.clock.text(),
        "mdtrt_cert_type": call.data["mdtrt_cert_type"],
        "med_type": quote.med_type,
    }


def _about(hub: Exchange, visit: Visit) -> dict[str, Any]:
    return {
        **identity(visit.person, hub.clock.today()),
        "insutype": visit.insurance.insutype,
        "psn_type": visit.insurance.psn_type,
        "cvlserv_flag": "1" if visit.insurance.civil_servant else "0",
        "clr_optins": visit.institution.division,
        "clr_way": BY_ITEM,
        "clr_type": visit.clearing_type,
    }
