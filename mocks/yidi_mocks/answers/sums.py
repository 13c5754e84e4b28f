"""What a person has used up in a year, and which drugs under a chronic disease: sums over live settlements.

5206: the code table of cum_type_code is not public. One hospital system's public code reads C0000 (number of stays),
F0000 (all fees), Q0000 (deductible), D and the fund's code (paid by it); it sees kinds of care behind an underscore,
which is longer than the field is said to be, so they are left out here.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from yidi_mocks.answers.fees import split_row
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.world import ZERO, Insurance, Line, Settlement, Visit, live_of, used_up
from yidi_sdk.codes import MedType
from yidi_sdk.transactions import QueryAccumulations, QueryDrugRecords

STAYS, FEES, DEDUCTIBLE, FUND = "C0000", "F0000", "Q0000", "D"
LIST_TYPES = {"X": "101", "Z": "102", "T": "103"}
"""list_type of a drug by the letter its national code begins with: western, Chinese ready-made, herbs."""


@answers(QueryAccumulations)
def query_accumulations(hub: Exchange, call: Call) -> dict[str, Any]:
    """The year of `cum_ym`, up to that month; this year where it is left out. Settlements count in their own year."""
    wanted = call.data.get("cum_ym") or hub.clock.today()[:7].replace("-", "")
    person, year = call.who(), wanted[:4]
    rows: list[dict[str, Any]] = []
    for insurance in person.insurances:
        counted = [s for s in live_of(person, insurance, year) if len(wanted) == len("yyyy") or _month(s) <= wanted]
        rows += _sums(insurance, year, wanted, counted)
    return {"cuminfo": rows}


@answers(QueryDrugRecords)
def query_drug_records(_: Exchange, call: Call) -> dict[str, Any]:
    """Drugs in live settlements of chronic baskets, at any hospital, whose day lies in the period."""
    person, begin = call.who(), call.data["begntime"]
    end = call.data.get("endtime") or "9999-12-31 23:59:59"
    found = [
        _drug(visit, line)
        for visit in person.visits
        for line in visit.lines
        if line.setl_id is not None and _is_chronic_drug(visit, line) and begin <= (line.time or visit.begun) <= end
    ]
    return {"data": found}


def _month(settlement: Settlement) -> str:
    return settlement.day[:7].replace("-", "")


def _sums(insurance: Insurance, year: str, month: str, counted: Iterable[Settlement]) -> list[dict[str, Any]]:
    rows = list(counted)
    funds: Counter[str] = Counter()
    for settlement in rows:
        for row in settlement.funds:
            funds[FUND + row["fund_pay_type"]] += row["fund_payamt"]
    sums = {
        STAYS: Decimal(sum(one.visit.stay is not None for one in rows)).quantize(ZERO),
        FEES: used_up(rows, "medfee_sumamt"),
        DEDUCTIBLE: used_up(rows, "act_pay_dedc"),
        **{code: Decimal(amount) for code, amount in sorted(funds.items())},
    }
    about = {"insutype": insurance.insutype, "year": year, "cum_ym": month}
    return [{**about, "cum_type_code": code, "cum": amount} for code, amount in sums.items()]


def _is_chronic_drug(visit: Visit, line: Line) -> bool:
    kind = visit.encounters[line.disease]["med_type"]
    return kind == MedType.CHRONIC_OUTPATIENT and line.given["med_list_codg"][0] in LIST_TYPES


def _drug(visit: Visit, line: Line) -> dict[str, Any]:
    split = split_row(line)
    return {
        "feedetl_sn": line.number,
        "rx_drord_no": line.given.get("rxno"),
        "fixmedins_code": visit.institution.code,
        "fixmedins_name": visit.institution.name,
        "psn_no": visit.person.psn_no,
        "med_type": visit.encounters[line.disease]["med_type"],
        "fee_ocur_time": line.time or visit.begun,
        "cnt": line.count,
        "pric": line.price,
        "chrgitm_lv": split["chrgitm_lv"],
        "list_type": LIST_TYPES[line.given["med_list_codg"][0]],
        "med_list_codg": line.given["med_list_codg"],
        "medins_list_codg": line.given.get("medins_list_codg"),
        "medins_list_name": line.given.get("medins_list_name"),
        "med_chrgitm_type": split["med_chrgitm_type"],
    }
