"""A sale in a pharmacy: one message makes the visit, its lines and the settlement; one undoes them all.

What the shape lets be left out (one source, and no word on it) is needed here wherever something rests on it.
"""

from sys import intern
from typing import Any

from yidi_mocks import entitlement, splits
from yidi_mocks.answers.booking import Quote, booked, last_rows, money, quoted, revoked, to_revoke, trial_of
from yidi_mocks.answers.fees import CARRIED, demand_product, split_row
from yidi_mocks.answers.matching import demand_matched
from yidi_mocks.answers.people import insurance_of
from yidi_mocks.answers.settling import judged
from yidi_mocks.answers.visits import demand_credential, visit_for
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import decimal_of, fen_of, same
from yidi_mocks.labels import Message, demand
from yidi_mocks.refusals import Refusal
from yidi_mocks.world import ZERO, Care, Line, Visit, kept
from yidi_sdk.codes import Flag, MedType
from yidi_sdk.transactions import PresettlePharmacy, RevokePharmacySettlement, SettlePharmacy

KINDS = frozenset({"41", MedType.CHRONIC_OUTPATIENT})
NEEDED = ("psn_no", "mdtrt_cert_type", "mdtrt_cert_no", "begntime", "medfee_sumamt", "insutype", "med_type")
LINE_NEEDED = ("feedetl_sn", "med_list_codg", "det_item_fee_sumamt", "cnt", "pric")
SOLD = ("mdtrt_cert_type",)
BATCH = "1"


@answers(PresettlePharmacy)
def presettle(hub: Exchange, call: Call) -> dict[str, Any]:
    """The result as it would be; nothing is booked, and the numbers that the answer shows are of nothing."""
    quote = _quote(hub, call, PresettlePharmacy)
    return {
        "setlinfo": trial_of(hub, call, quote),
        "setldetail": quote.payment.funds,
        "detlcutinfo": [split_row(line) for line in quote.lines],
    }


@answers(SettlePharmacy)
def settle(hub: Exchange, call: Call) -> dict[str, Any]:
    """The sale made and settled under the message's msgid."""
    quote = _quote(hub, call, SettlePharmacy)
    hub.world.add_visit(quote.visit)
    info, rows = booked(hub, call, quote)
    return {"setlinfo": info, "setldetail": rows, "detlcutinfo": [split_row(line) for line in quote.lines]}


@answers(RevokePharmacySettlement)
def revoke(hub: Exchange, call: Call) -> dict[str, Any]:
    """The mirror settlement; the sale is no more."""
    original = to_revoke(hub, call)
    visit = visit_for(hub, call, RevokePharmacySettlement)
    info = revoked(hub, call, visit, original)
    visit.cancelled = True
    info["psn_pay"], info["cash_payamt"] = info.pop("psn_part_amt"), info.pop("psn_cash_pay")
    return {"setlinfo": info, "setldetail": last_rows(visit)}


def _quote(hub: Exchange, call: Call, message: Message) -> Quote:
    """A sale that is in nobody's books yet, and what it would cost whom."""
    data, institution = call.data, call.hospital()
    demand(message, data, *NEEDED)
    person = call.who()
    insurance = insurance_of(person, data["insutype"], call)
    if data["med_type"] not in KINDS:
        raise Refusal("med_type_sale", value=data["med_type"])
    disease = data.get("dise_codg") or ""
    entitlement.demand_known_disease(data["med_type"], disease)
    demand_credential(person, data)
    visit = Visit(
        mdtrt_id=same(hub.next_id(institution.division)),
        person=person,
        institution=institution,
        insurance=insurance,
        given=hub.world.shared.row(kept(data, SOLD)),
        begun=intern(data["begntime"]),
        encounters=hub.world.shared.row({disease: {"med_type": data["med_type"], "dise_codg": disease}}),
        care=Care.SALE,
    )
    rows: list[dict[str, Any]] = call.node("drugdetail")
    visit.lines = tuple(_line(hub, visit, message, row, disease) for row in rows)
    if len({line.number for line in visit.lines}) < len(visit.lines):
        raise Refusal("line_used", value=visit.lines[-1].number)
    branch, group = judged(hub, visit, disease, visit.lines)
    used = data.get("acct_used_flag") == Flag.YES
    told = data["medfee_sumamt"]
    return quoted(hub, visit, visit.lines, batch=BATCH, branch=branch, group=group, use_account=used, told=told)


def _line(hub: Exchange, visit: Visit, message: Message, row: dict[str, Any], disease: str) -> Line:
    demand(message, row, *LINE_NEEDED)
    amount, price, quantity = (
        money(row["det_item_fee_sumamt"]),
        decimal_of(str(row["pric"])),
        decimal_of(str(row["cnt"])),
    )
    if amount < ZERO or price < ZERO or quantity < ZERO:
        raise Refusal("line_negative")
    demand_product(amount, price, quantity)
    demand_matched(hub, visit.institution, row, hub.clock.today())
    return Line(
        number=row["feedetl_sn"],
        batch=BATCH,
        disease=intern(disease),
        time=intern(row.get("fee_ocur_time") or ""),
        count=quantity,
        price=price,
        fen=fen_of(amount),
        given=hub.world.shared.row(splits.scoped(kept(row, CARRIED), visit.institution.division)),
    )
