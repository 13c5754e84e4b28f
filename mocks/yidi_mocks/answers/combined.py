"""Guangdong's outpatient visit in one message: registration, diagnoses, lines and settlement; one message undoes it.

`setl_flag` 0 tries and 1 settles; without it nothing is done, because money may move. The message names neither total
nor use of the account: the lines are the total, and the account stays untouched.
"""

from collections.abc import Iterable
from sys import intern
from typing import Any, cast

from yidi_mocks import entitlement, splits
from yidi_mocks.answers.booking import Quote, booked, money, quoted, revoked, to_revoke, trial_of
from yidi_mocks.answers.fees import CARRIED, demand_product
from yidi_mocks.answers.matching import demand_matched
from yidi_mocks.answers.people import insurance_of
from yidi_mocks.answers.settling import judged
from yidi_mocks.answers.visits import demand_credential, demand_new_number, keep_diagnoses, visit_for
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import decimal_of, fen_of, same
from yidi_mocks.labels import demand, missing, wrong
from yidi_mocks.refusals import Refusal
from yidi_mocks.world import ZERO, Care, Line, Visit, kept
from yidi_sdk.transactions import RevokeSettlementAtOnce, SettleOutpatientAtOnce

NEEDED = ("setl_flag", "mdtrt_cert_type", "mdtrt_cert_no", "insutype", "med_type", "begntime", "ipt_op_no")
LINE_NEEDED = ("feedetl_sn", "med_list_codg", "det_item_fee_sumamt", "cnt", "pric")
TRY, SETTLE = "0", "1"
NO_NUMBER = "0"
BATCH = "1"
# what this message calls otherwise: its name, ours
LINE_NAMES = {"rx_drord_no": "rxno", "medins_milist_codg": "medins_list_codg", "orders_dept_code": "acord_dept_codg"}
ROW_NAMES = {
    "dise_type": "diag_type",
    "dise_srt_no": "diag_srt_no",
    "dise_codg": "diag_code",
    "dise_name": "diag_name",
    "dise_dept": "diag_dept",
    "dise_time": "diag_time",
}


@answers(SettleOutpatientAtOnce)
def settle(hub: Exchange, call: Call) -> dict[str, Any]:
    """Tried or settled. A trial shows the number 0 for visit and settlement: there is neither."""
    data = call.data
    demand(SettleOutpatientAtOnce, data, *NEEDED)
    if data["setl_flag"] not in (TRY, SETTLE):
        raise wrong(SettleOutpatientAtOnce, "setl_flag", "应为0试算或1结算")
    quote = _quote(hub, call)
    if data["setl_flag"] == TRY:
        numbers = {"mdtrt_id": NO_NUMBER, "setl_id": NO_NUMBER, "medins_setl_id": None}
        return {"setlInfo": {**trial_of(hub, call, quote), **numbers}}
    hub.world.add_visit(quote.visit)
    info, _ = booked(hub, call, quote)
    return {"setlInfo": info}


@answers(RevokeSettlementAtOnce)
def revoke(hub: Exchange, call: Call) -> dict[str, Any]:
    """The mirror settlement; the visit is no more."""
    original = to_revoke(hub, call)
    visit = visit_for(hub, call, RevokeSettlementAtOnce)
    info = revoked(hub, call, visit, original)
    visit.cancelled = True
    return {"setlInfo": info}


def _quote(hub: Exchange, call: Call) -> Quote:
    data, person, institution = call.data, call.who(), call.hospital()
    insurance = insurance_of(person, data["insutype"], call)
    med_type, disease = data["med_type"], data.get("dise_no") or ""
    if med_type not in entitlement.OUTPATIENT_KINDS:
        raise Refusal("med_type_inpatient", value=med_type)
    entitlement.demand_known_disease(med_type, disease)
    demand_credential(person, data)
    demand_new_number(person, institution, data["ipt_op_no"], Care.COMBINED)
    desk = {"dept_code": data.get("adm_dept_code"), "dept_name": data.get("adm_dept_name")}
    visit = Visit(
        mdtrt_id=same(hub.next_id(institution.division)),
        person=person,
        institution=institution,
        insurance=insurance,
        given=hub.world.shared.row(kept({**data, **desk}, ("mdtrt_cert_type", *desk))),
        number=data["ipt_op_no"],
        begun=intern(data["begntime"]),
        encounters=hub.world.shared.row({disease: {"med_type": med_type, "dise_codg": disease}}),
        care=Care.COMBINED,
    )
    keep_diagnoses(hub, visit, disease, _diagnoses(call.node("diseinfo")))
    rows = list(_rows(call.node("feedetail")))
    if not rows:
        raise missing(SettleOutpatientAtOnce, "feedetl_sn")
    visit.lines = tuple(_line(hub, visit, row, disease) for row in rows)
    if len({line.number for line in visit.lines}) < len(visit.lines):
        raise Refusal("line_used", value=visit.lines[-1].number)
    branch, group = judged(hub, visit, disease, visit.lines)
    return quoted(hub, visit, visit.lines, batch=BATCH, branch=branch, group=group, use_account=False)


def _rows(nodes: Any) -> Iterable[dict[str, Any]]:
    """The rows below each of the nodes."""
    for node in nodes or ():
        yield from cast("list[dict[str, Any]]", node.get("rows") or ())


def _diagnoses(nodes: Any) -> Iterable[dict[str, Any]]:
    """Rows below a node, in the names of the other transactions, or the node itself where it is one diagnosis."""
    for node in nodes or ():
        if node.get("diag_code"):
            yield node
    for row in _rows(nodes):
        yield {ROW_NAMES.get(name, name): value for name, value in row.items()}


def _line(hub: Exchange, visit: Visit, given: dict[str, Any], disease: str) -> Line:
    demand(SettleOutpatientAtOnce, given, *LINE_NEEDED)
    if (given.get("dise_no") or "") != disease:
        raise Refusal("disease_differs")
    row = {LINE_NAMES.get(name, name): value for name, value in given.items()}
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
        time=intern(row.get("fee_ocur_date") or ""),
        count=quantity,
        price=price,
        fen=fen_of(amount),
        given=hub.world.shared.row(splits.scoped(kept(row, CARRIED), visit.institution.division)),
    )
