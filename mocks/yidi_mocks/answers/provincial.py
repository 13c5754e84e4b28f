"""What single provinces ask on top: printed statements and benefit applications (Guangdong), approved designations
(Jiangsu). All of it is read from what the hub holds; the answers that hold one row show the newest."""

from typing import Any

from yidi_mocks.answers.booking import amounts_of
from yidi_mocks.answers.list_rules import ITEMS, items_of
from yidi_mocks.answers.people import identity
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.labels import demand, wrong
from yidi_mocks.refusals import Refusal
from yidi_mocks.registry import disease_names
from yidi_mocks.world import Qualification, Settlement, live_of, used_up
from yidi_sdk.codes import InsuranceType, MedType
from yidi_sdk.transactions import (
    QueryApprovedDesignations,
    QueryBenefitApplications,
    QuerySettlementsForStatement,
    QueryStatement,
)

CHRONIC_TRT, CHRONIC_NAME = "01", "门诊慢特病"  # psn_trt_type: the hub's own value
OF_ROW = frozenset(
    {
        "setl_id",
        "mdtrt_id",
        "psn_name",
        "psn_cert_type",
        "certno",
        "gend",
        "naty",
        "brdy",
        "age",
        "insutype",
        "psn_type",
        "insu_optins",
        "emp_name",
        "med_type",
        "ipt_op_no",
        "dise_no",
        "dise_name",
        "invono",
    }
)
SAME = (
    "overlmt_selfpay",
    "preselfpay_amt",
    "inscp_scp_amt",
    "act_pay_dedc",
    "hifp_pay",
    "pool_prop_selfpay",
    "cvlserv_pay",
    "hifes_pay",
    "hifmi_pay",
    "hifob_pay",
    "hifdm_pay",
    "maf_pay",
    "oth_pay",
    "fund_pay_sumamt",
    "acct_pay",
)


@answers(QueryBenefitApplications)
def query_applications(_: Exchange, call: Call) -> dict[str, Any]:
    """The person's qualifications on the day asked, as applications that were granted. Other care needs none."""
    data, person = call.data, call.who()
    rows = person.qualifications if data["med_type"] == MedType.CHRONIC_OUTPATIENT else []
    return {
        "spinfo": [
            {
                "psn_trt_no": f"{person.psn_no[-12:]}{row.code}",
                "psn_trt_type": CHRONIC_TRT,
                "psn_trt_type_name": CHRONIC_NAME,
                "dise_no": row.code,
                "dise_name": row.name,
                "begntime": f"{row.begin} 00:00:00",
                "endtime": f"{row.end} 23:59:59" if row.end else None,
            }
            for row in rows
            if _on(row, data.get("begntime"))
        ]
    }


@answers(QueryApprovedDesignations)
def query_designations(_: Exchange, call: Call) -> dict[str, Any]:
    """The diseases that the person may be treated for, and where: `exp_content` lists the chosen institutions."""
    data, message = call.data, QueryApprovedDesignations
    demand(message, data, "psn_no")
    person = call.who()
    if data.get("psn_name") not in (None, "", person.name):
        raise Refusal("name_differs")
    division = call.envelope.get("insuplc_admdvs")
    insured = [
        i for i in person.insurances if i.division == division and data.get("insutype") in (None, "", i.insutype)
    ]
    if not insured:
        raise Refusal("insutype_not_held")
    return {
        "data": [
            {
                "psn_no": person.psn_no,
                "insutype": insured[0].insutype,
                "med_type": MedType.CHRONIC_OUTPATIENT.value,
                "dise_codg": row.code,
                "dise_name": row.name,
                "begndate": row.begin,
                "enddate": row.end,
                "exp_content": {"fixmedins_codes": list(person.designated or ())},
            }
            for row in person.qualifications
            if _on(row, data.get("begntime"))
        ]
    }


@answers(QueryStatement)
def query_statement(hub: Exchange, call: Call) -> dict[str, Any]:
    """Everything the printed statement shows of one live settlement: head, kinds of fee, funds, sums of the year."""
    data, message = call.data, QueryStatement
    demand(message, data, "psn_no", "setl_id")
    person, settlement = call.who(), hub.world.settlements.get(data["setl_id"])
    if settlement is None or settlement.visit.person is not person or not settlement.live:
        raise Refusal("settlement_unknown")
    if settlement.visit.institution is not call.hospital():
        raise Refusal("settlement_unknown")
    if data.get("mdtrt_id") not in (None, "", settlement.visit.mdtrt_id):
        raise wrong(message, "mdtrt_id", "与结算不符")
    key = {"setl_id": settlement.setl_id, "mdtrt_id": settlement.visit.mdtrt_id}
    return {
        "setlinfo": _head(hub, settlement),
        "setldetail": [{ITEMS[name]: value for name, value in row.items()} for row in items_of(settlement)],
        "funddetail": [
            {**key, **{name: value for name, value in row.items() if name != "fund_pay_type_name"}}
            for row in settlement.funds
        ],
        "cumulative": _sums(settlement),
    }


@answers(QuerySettlementsForStatement)
def query_settlements(hub: Exchange, call: Call) -> dict[str, Any]:
    """The newest live settlement of the person at this hospital in the period."""
    data, message = call.data, QuerySettlementsForStatement
    demand(message, data, "psn_no", "begntime", "endtime")
    if data["endtime"] < data["begntime"]:
        raise wrong(message, "endtime", "不能早于开始时间")
    found = [
        settlement
        for settlement in call.who().settlements
        if settlement.live
        and settlement.visit.institution is call.hospital()
        and data["begntime"] <= settlement.time <= data["endtime"]
    ]
    if not found:
        return {"setlinfo": None}
    settlement, amounts = found[-1], found[-1].amounts
    shown = {name: value for name, value in _head(hub, settlement).items() if name in OF_ROW}
    sums = {name: amounts[name] for name in ("medfee_sumamt", "fund_pay_sumamt")}
    return {"setlinfo": {**shown, **sums, "begntime": settlement.visit.begun, "endtime": _end(settlement)}}


def _on(row: Qualification, moment: Any) -> bool:
    if moment in (None, ""):
        return True
    day = str(moment)[:10]
    return row.begin <= day and (row.end is None or day <= row.end)


def _end(settlement: Settlement) -> str:
    stay = settlement.visit.stay
    return stay.ended if stay is not None and stay.ended else settlement.time


def _head(hub: Exchange, settlement: Settlement) -> dict[str, Any]:
    visit, amounts = settlement.visit, amounts_of(settlement)
    return {
        "setl_id": settlement.setl_id,
        "mdtrt_id": visit.mdtrt_id,
        **identity(visit.person, hub.clock.today()),
        "insutype": visit.insurance.insutype,
        "psn_type": visit.insurance.psn_type,
        "cvlserv_flag": "1" if visit.insurance.civil_servant else "0",
        "insu_optins": visit.insurance.division,
        "emp_name": visit.insurance.emp_name,
        "fixmedins_code": visit.institution.code,
        "fixmedins_name": visit.institution.name,
        "hosp_live": visit.institution.level,
        "setl_time": settlement.time,
        "mdtrt_cert_type": settlement.credential_type,
        "med_type": settlement.med_type,
        "medfee_sumamt": amounts["medfee_sumamt"],
        "ownpay_amt": amounts["fulamt_ownpay_amt"],
        **{name: amounts[name] for name in SAME},
        "psn_pay": amounts["psn_part_amt"],
        "cash_payamt": amounts["psn_cash_pay"],
        "year": settlement.year,
        "clr_optins": visit.institution.division,
        "clr_type": visit.clearing_type,
        "ipt_op_no": visit.number,
        "dise_no": settlement.disease or None,
        "dise_name": disease_names().get(settlement.disease),
        "invono": settlement.invoice or None,
        "begintime": visit.begun,
        "endtime": _end(settlement),
    }


def _sums(settlement: Settlement) -> dict[str, Any]:
    """What the insurance paid this year, up to now."""
    insurance = settlement.visit.insurance
    paid = used_up(live_of(settlement.visit.person, insurance, settlement.year), "fund_pay_sumamt")
    name = "insutype310_pay" if insurance.insutype == InsuranceType.EMPLOYEE else "insutype390_pay"
    return {name: f"{paid:.2f}"}
