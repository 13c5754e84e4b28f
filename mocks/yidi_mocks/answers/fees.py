"""Fee lines: uploaded batch by batch, split at once, revoked while unsettled."""

from collections import Counter
from decimal import Decimal
from sys import intern
from typing import Any

from yidi_mocks import splits
from yidi_mocks.answers.booking import money
from yidi_mocks.answers.matching import demand_matched
from yidi_mocks.answers.visits import visit_for
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import decimal_of, fen_of, same
from yidi_mocks.refusals import Refusal
from yidi_mocks.world import ZERO, Line, Visit, kept
from yidi_sdk.transactions import RevokeOutpatientFees, UploadOutpatientFees

EVERY_BATCH = "0000"
NOT_SHOWN = ("rxno", "exp_content")
CARRIED = (
    "sin_dos_dscr",
    "used_frqu_dscr",
    "prd_days",
    "medc_way_dscr",
    "med_list_codg",
    "medins_list_codg",
    "medins_list_name",
    "bilg_dept_codg",
    "bilg_dept_name",
    "bilg_dr_codg",
    "bilg_dr_name",
    "acord_dept_codg",
    "acord_dept_name",
    "orders_dr_code",
    "orders_dr_name",
    "hosp_appr_flag",
    "tcmdrug_used_way",
    "etip_flag",
    "etip_hosp_code",
    "dscg_tkdrug_flag",
    "matn_fee_flag",
    *NOT_SHOWN,
)


@answers(UploadOutpatientFees)
def upload_fees(hub: Exchange, call: Call) -> dict[str, Any]:
    """All lines of the message are taken, or none. The answer is the split of each."""
    visit = visit_for(hub, call, UploadOutpatientFees)
    rows: list[dict[str, Any]] = call.node("feedetail")
    made = [_line(hub, visit, call, row) for row in rows]
    numbers = Counter(line.number for line in (*visit.lines, *made))
    for line in made:
        if numbers[line.number] > 1:
            raise Refusal("line_used", value=line.number)
    for batch in {line.batch for line in made}:
        _demand_one_disease(visit, batch, made)
    visit.lines += tuple(made)
    return {"result": [split_row(line) for line in made], "voladetail": []}


@answers(RevokeOutpatientFees)
def revoke_fees(hub: Exchange, call: Call) -> None:
    """The unsettled lines of one batch are gone; batch 0000 means all."""
    visit = visit_for(hub, call, RevokeOutpatientFees)
    wanted = call.data["chrg_bchno"]
    chosen = [line for line in visit.lines if wanted in (EVERY_BATCH, line.batch)]
    if not chosen:
        raise Refusal("no_fees_to_revoke")
    unsettled = {line.number for line in chosen if line.setl_id is None}
    if not unsettled:
        raise Refusal("batch_settled")
    visit.lines = tuple(line for line in visit.lines if line.number not in unsettled)


def _line(hub: Exchange, visit: Visit, call: Call, row: dict[str, Any]) -> Line:
    if row["mdtrt_id"] != visit.mdtrt_id or row["psn_no"] != call.who().psn_no:
        raise Refusal("line_other_visit")
    amount = money(row["det_item_fee_sumamt"])
    price, quantity = decimal_of(str(row["pric"])), decimal_of(str(row["cnt"]))
    if amount < ZERO or price < ZERO or quantity < ZERO:
        raise Refusal("line_negative")
    demand_product(amount, price, quantity)
    demand_matched(hub, visit.institution, row, hub.clock.today())
    disease = row.get("dise_codg") or ""
    if disease not in visit.encounters:
        raise Refusal("disease_differs")
    return Line(
        number=row["feedetl_sn"],
        batch=same(row["chrg_bchno"]),
        disease=intern(disease),
        time=intern(row.get("fee_ocur_time") or ""),
        count=quantity,
        price=price,
        fen=fen_of(amount),
        given=hub.world.shared.row(splits.scoped(kept(row, CARRIED), visit.institution.division)),
    )


def demand_product(amount: Decimal, price: Decimal, quantity: Decimal) -> None:
    """Refuse an amount that is more than a fen off price times quantity."""
    if abs(splits.fen(price * quantity) - amount) > splits.FEN:
        raise Refusal("line_amount")


def _demand_one_disease(visit: Visit, batch: str, made: list[Line]) -> None:
    there = visit.batch(batch)
    if any(line.setl_id is not None for line in there):
        raise Refusal("batch_settled")
    if len({line.disease for line in (*there, *made) if line.batch == batch}) > 1:
        raise Refusal("disease_mixed")


def split_row(line: Line) -> dict[str, Any]:
    """A line's split as the wire names it."""
    split = splits.split_of(line)
    return {
        "feedetl_sn": line.number,
        "det_item_fee_sumamt": split.amount,
        "cnt": line.count,
        "pric": line.price,
        "pric_uplmt_amt": split.limit,
        "selfpay_prop": split.ratio,
        "fulamt_ownpay_amt": split.self_paid,
        "overlmt_amt": split.over_limit,
        "preselfpay_amt": split.class_b_first,
        "inscp_scp_amt": split.in_scope,
        "chrgitm_lv": split.item_class,
        "med_chrgitm_type": split.category,
        "bas_medn_flag": "0",
        "hi_nego_drug_flag": "0",
        "chld_medc_flag": "0",
        "list_sp_item_flag": "0",
        "lmt_used_flag": "0",
        "drt_reim_flag": "0",
        "memo": "",
    }
