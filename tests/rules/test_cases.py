"""The worked cases of the decision tables: each is asked of the rules and every key it expects is held against the answer.

The adapters below turn the cases' words into arguments and the answers back into words; they decide nothing.
One file, though long: eleven kinds of question, an adapter each, share the words of one schema.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from yidi_sdk.rules import baskets, clocks, downtime, eligibility, flags, forms, identity, money, refunds, settlement
from yidi_sdk.rules.areas import Institution
from yidi_sdk.rules.chronic import Qualification
from yidi_sdk.rules.commitment import Commitment
from yidi_sdk.rules.filing import Filing
from yidi_sdk.rules.identity import Credential, HisRecord, Insurance, InsuranceChoice, Person
from yidi_sdk.rules.reasons import Reason
from yidi_sdk.rules.settings import RuleSettings
from yidi_sdk.rules.stays import OutsideLine, Stay, settle_stay

BOOK = yaml.safe_load((Path(__file__).parents[1] / "data" / "rules_cases.yaml").read_text(encoding="utf-8"))
FIXTURES = BOOK["fixtures"]

# rule row -> the obligations that a case of this row shows
SHOWS = {
    "ID2": (40, 87),
    "ID3": (40, 63),
    "ID8": (40,),
    "ID9": (40,),
    "IN1": (87,),
    "FI2": (20, 29, 79),
    "FI3": (20,),
    "FI8": (80,),
    "FI9": (80,),
    "FI14": (81,),
    "FI15": (21, 81),
    "FI16": (30, 90),
    "FI20": (77, 105),
    "FI23": (41,),
    "CP2": (18,),
    "CH1": (157, 162),
    "CH2": (1,),
    "CH4": (85,),
    "CH5": (83, 163),
    "CH7": (180,),
    "CH14": (100,),
    "TR6": (32, 108),
    "TR7b": (107,),
    "TR8": (106,),
    "FL2": (104,),
    "FL5": (105,),
    "FL7": (104,),
    "FL9": (104,),
    "FL11": (104, 108),
    "TR1": (108,),
    "BA1": (174, 177),
    "BA3": (177,),
    "BA12": (44, 103),
    "BA15": (174, 177),
    "BA18": (72,),
    "M1": (148,),
    "M2": (149,),
    "M3": (68, 149),
    "M5": (118,),
    "RE4": (118,),
    "RE5": (118,),
    "RE6": (118,),
    "RE9": (118,),
    "ST1": (117,),
    "ST2": (117,),
    "ST4": (133,),
    "ST5": (19, 109),
    "ST6": (19, 109),
    "K3": (115,),
    "K6": (126,),
    "K7": (134, 135),
    "K9": (136,),
    "ST9": (115,),
    "FM1": (107, 144),
    "FM3": (111, 146, 147, 150),
    "FM5": (178,),
    "DT1": (138, 182),
    "DT4": (183,),
    "DT11": (58, 183),
}


def _marks(case: Mapping[str, Any]) -> list[pytest.MarkDecorator]:
    numbers = sorted({number for row in case["basis"] for number in SHOWS.get(row, ())})
    return [pytest.mark.requirement(*(f"R{number:03d}" for number in numbers))] if numbers else []


CASES = [pytest.param(case, id=case["id"], marks=_marks(case)) for case in BOOK["cases"]]


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def the_day(text: str) -> date:
    return date.fromisoformat(text)


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def codes(reasons: Any) -> list[str]:
    return [str(getattr(reason, "code", reason)) for reason in reasons]


def settings_of(case: Mapping[str, Any]) -> RuleSettings:
    told = {**FIXTURES["settings"], **case["given"].get("settings", {})}
    return RuleSettings(
        filing_term_months=told["filing_term_months"],
        province_level_areas=tuple(told["province_level_areas"]),
        pilot_areas=tuple(told["pilot_areas"]),
        chronic_closed_areas=tuple(told["chronic_closed_areas"]),
        outpatient_choice=told["outpatient_choice"],
        emergency_deemed_filed=told["emergency_deemed_filed"],
        commitment_required=told["commitment_required"],
        acct_in_fund=told["acct_in_fund"],
    )


def labels_of(case: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    unset = {**FIXTURES["settings"], **case["given"].get("settings", {})}["unset_labels"]
    known = {label: wire for label, wire in (("ORD", "1"), ("EMG", "2")) if label not in unset}
    return {"otp_er_refl_flag": known, "ipt_type": known}


def institution_of(given: Mapping[str, Any]) -> Institution:
    told = {**FIXTURES["institution"], **given.get("institution", {})}
    return Institution(
        division=told["division"],
        code=told["code"],
        status=told["status"],
        services=told["services"],
        open_diseases=told["open_diseases"],
        no_local_scope=told.get("no_local_scope", ()),
    )


def insurances_of(told: Mapping[str, Any]) -> tuple[Insurance, ...]:
    rows = told.get("insurances", [{"insutype": "310", "division": "530100", "status": "1"}])
    return tuple(
        Insurance(
            row["insutype"], row["division"], row.get("status"), day(row.get("paused_from")), day(row.get("since"))
        )
        for row in rows
    )


def filings_of(given: Mapping[str, Any]) -> list[Filing]:
    return [
        Filing(
            kind=row["kind"],
            area=row["area"],
            begin=day(row.get("begin")),
            end=day(row.get("end")),
            state=row.get("state", "active"),
            cancelled_on=day(row.get("cancelled_on")),
            insured_division=row.get("insured_division"),
            promise_papers_open=row.get("promise_papers_open", False),
        )
        for row in given.get("filings", [])
    ]


def qualifications_of(given: Mapping[str, Any]) -> list[Qualification] | None:
    told = given.get("chronic", [])
    if told == "failed":
        return None
    return [Qualification(row["code"], begin=day(row.get("from")), end=day(row.get("to"))) for row in told]


def amounts_of(told: Mapping[str, str]) -> money.Amounts:
    return money.Amounts(**{name: Decimal(text) for name, text in told.items()})


def funds_of(rows: list[Mapping[str, str]] | None) -> tuple[money.Fund, ...] | None:
    return None if rows is None else tuple(money.Fund(r["type"], r["name"], Decimal(r["amount"])) for r in rows)


def texts(record: Any, names: Any) -> dict[str, str]:
    return {name: str(getattr(record, name)) for name in names}


def ask_identity(case: Mapping[str, Any]) -> dict[str, Any]:
    given, put = case["given"], case["input"]
    shown = identity.check_credential(Credential(**put["credential"]), the_day(put["on"]))
    if isinstance(shown, Reason):
        return {"outcome": "refused", "codes": codes([shown]), "http": shown.row.http, "sent": False}
    told = given.get("answer_1101", {"found": True, "name": "", "id_number": ""})
    person = Person("1", told["name"], told["id_number"], insurances_of(told)) if told["found"] else None
    choice = InsuranceChoice(**put["choice"]) if put.get("choice") else None
    found = identity.identify(
        person,
        HisRecord(**put["his"]) if put["his"] else None,
        the_day(put["on"]),
        FIXTURES["institution"]["division"],
        choice=choice,
        filings=filings_of(given),
        settings=settings_of(case),
        visit_open=given.get("visit_open", False),
    )
    insurance = found.insurance
    return {
        "outcome": found.outcome,
        "codes": codes(found.reasons),
        "sent": True,
        "cross_province": found.cross_province,
        "insurance": insurance and {"insutype": insurance.insutype, "division": insurance.division},
    }


def verdict_of(case: Mapping[str, Any], question: eligibility.Question) -> eligibility.Verdict:
    given = case["given"]
    world = eligibility.World(
        institution=institution_of(given),
        insurances=insurances_of(given),
        filings=filings_of(given),
        qualifications=qualifications_of(given),
        benefit=given.get("benefit", "enjoyed"),
        in_stay=given.get("in_stay", False),
    )
    return eligibility.verdict(question, world, settings_of(case))


def ask_eligibility(case: Mapping[str, Any]) -> dict[str, Any]:
    put = case["input"]
    question = eligibility.Question(
        kind=put["kind"],
        on=the_day(put["on"]),
        disease_codes=tuple(put.get("disease_codes", ())),
        emergency=put.get("emergency"),
        trauma=put.get("trauma"),
        third_party=put.get("third_party"),
        commitment=put.get("commitment", "none"),
        admitted_on=day(put.get("admitted_on")),
        self_paid=put.get("self_paid", False),
        name_compared=case["given"].get("name_compared", True),
    )
    found = verdict_of(case, question)
    return {
        "outcome": found.verdict,
        "codes": codes(found.reasons),
        "http": found.http,
        "who": found.who,
        "usable": list(found.usable),
    }


def ask_register(case: Mapping[str, Any]) -> dict[str, Any]:
    put = case["input"]
    found = flags.register(
        put["kind"],
        put["stay_kind"],
        put["emergency"],
        put["trauma"],
        put["third_party"],
        commitment=put["commitment"],
        name_compared=case["given"].get("name_compared", True),
        settings=settings_of(case),
        labels=labels_of(case),
    )
    names = ("med_type", "otp_er_refl_flag", "ipt_type", "er_flag", "trum_flag", "rel_ttp_flag")
    return {
        "outcome": found.outcome,
        "codes": codes(found.reasons),
        "http": found.http,
        "wire": found.wire and {name: getattr(found.wire, name) for name in names},
        "settle_blocked_by": codes(found.settle_blocked_by),
    }


def ask_visit(case: Mapping[str, Any]) -> dict[str, Any]:
    given, put = case["given"], case["input"]
    read = [
        baskets.Line(
            row["line_no"],
            row["disease_code"],
            Decimal(row["quantity"]),
            Decimal(row["unit_price"]),
            Decimal(row["amount"]),
            row.get("code", ""),
            row.get("origin"),
        )
        for row in put["lines"]
    ]
    found = baskets.split(
        put["kind"],
        read,
        qualifications_of(given),
        institution_of(given),
        insurances_of(given)[0].division,
        on=the_day(put["on"]),
        settings=settings_of(case),
    )
    return {
        "outcome": found.outcome,
        "codes": codes(found.reasons),
        "http": found.http,
        "baskets": [
            {
                "disease_code": basket.disease_code,
                "category": basket.category,
                "med_type": basket.med_type,
                "total": str(basket.total),
                "lines": [line.line_no for line in basket.lines],
            }
            for basket in found.baskets
        ],
        "not_sent": list(found.not_sent),
        "total": str(found.total),
    }


REPLIES: dict[str, tuple[settlement.Reply, tuple[str, ...]]] = {
    "trial_m1_broken": ("trial_broken", ("AMOUNTS_M1",)),
    "trial_m2_broken": ("trial_broken", ("AMOUNTS_M2",)),
}


def ask_settle(case: Mapping[str, Any]) -> dict[str, Any]:
    outcomes = []
    for row in case["input"]["baskets"]:
        reply, broken = REPLIES.get(row["reply"], (row["reply"], ()))
        outcomes.append(
            settlement.BasketOutcome(
                row["disease_code"],
                Decimal(row["total"]),
                reply,
                amounts_of(row["amounts"]) if "amounts" in row else None,
                estimate_cash=Decimal(row["estimate_cash"]) if "estimate_cash" in row else None,
                codes=tuple(settlement.Code(code) for code in broken),
            )
        )
    found = settlement.sequence(outcomes, settings_of(case))
    return {
        "outcome": found.outcome,
        "codes": codes(found.reasons),
        "states": list(found.states),
        "sums": texts(found.sums, ("total", "fund", "account", "cash")),
    }


def ask_money(case: Mapping[str, Any]) -> dict[str, Any]:
    put = case["input"]
    found = money.check(
        put["stage"],
        amounts_of(put["amounts"]),
        funds_of(put["funds"]),
        Decimal(put["lines_total"]) if "lines_total" in put else None,
        put["acct_in_fund"],
        original=amounts_of(put["original"]) if "original" in put else None,
        original_funds=funds_of(put.get("original_funds")),
    )
    printed = found.statement and texts(found.statement, ("fund", "cash"))
    if printed and found.statement and found.statement.hospital is not None:
        printed["hospital"] = str(found.statement.hospital)
    return {
        "outcome": found.outcome,
        "codes": codes(found.reasons),
        "breaks": list(found.breaks),
        "statement": printed,
    }


def ask_refund(case: Mapping[str, Any]) -> dict[str, Any]:
    put = case["input"]
    settled = refunds.Settled(
        put["category"],
        put["state"],
        datetime.fromisoformat(put["settled_at"]),
        amounts_of(put["amounts"]),
        paid=put["paid"],
        latest=put["latest"],
        clearing=put["clearing"],
        undone=tuple(put.get("undone", ())),
    )
    found = refunds.refund(
        settled,
        datetime.fromisoformat(put["refund_at"]),
        put["way"],
        partial=bool(put.get("partial")),
        step=put.get("step"),
        settings=settings_of(case),
    )
    return {
        "outcome": found.outcome,
        "codes": codes(found.reasons),
        "http": found.http,
        "transaction": found.transaction,
        "year": found.year,
        "clearing_month": found.clearing_month,
        "amounts": found.amounts and texts(found.amounts, [n for n in money.AMOUNT_NAMES if n in put["amounts"]]),
    }


def ask_stay(case: Mapping[str, Any]) -> dict[str, Any]:
    put = case["input"]
    stay = Stay(
        admitted_at=datetime.fromisoformat(put["admitted_at"]),
        discharged_at=moment(put["discharged_at"]),
        settled_at=datetime.fromisoformat(put["settled_at"]),
        lines_total=Decimal(put["lines_total"]),
        outside=tuple(
            OutsideLine(row["line_no"], Decimal(row["amount"]), the_day(row["on"]), row["form12"])
            for row in put["outside"]
        ),
        interim=put["interim"],
    )
    question = eligibility.Question(
        "inpatient",
        stay.settled_at.date(),
        emergency=case["given"].get("emergency", False),
        trauma=False,
        admitted_on=stay.admitted_at.date(),
    )
    found = settle_stay(stay, verdict_of(case, question).reasons)
    return {
        "outcome": found.outcome,
        "codes": codes(found.reasons),
        "http": found.http,
        "total": str(found.total),
        "year": found.year,
        "days": found.days,
        "fee_check": found.fee_check,
        "details_due": found.details_due and found.details_due.isoformat(),
        "refused_lines": list(found.refused_lines),
    }


def ask_clock(case: Mapping[str, Any]) -> dict[str, Any]:
    put, told = case["input"], {**FIXTURES["calendar"], **case["given"].get("calendar", {})}
    calendar = clocks.Calendar(
        tuple(told["years"]),
        frozenset(the_day(text) for text in told["holidays"]),
        frozenset(the_day(text) for text in told["make_up_days"]),
    )
    found = clocks.due(put["clock"], clocks.read_start(put["start"]), calendar)
    return {
        "outcome": found.outcome,
        "codes": [],
        "due": found.due and found.due.isoformat(),
        "alarm": found.red and f"{found.red:%Y-%m-%d %H:%M}",
        "listed_on": found.listed_on and found.listed_on.isoformat(),
    }


def form_11(data: Mapping[str, Any]) -> forms.Form:
    told = dict(data)
    started, settled = moment(told.pop("started_at")), moment(told.pop("settled_at", None))
    times = {name: moment(told.pop(name, None)) for name in ("happened_at", "signed_at")}
    assert started is not None
    return forms.form_11(Commitment(**told, **times), started, settled)


def form_13(data: Mapping[str, Any]) -> forms.Form:
    return forms.form_13(
        forms.InpatientStatement(
            amounts=amounts_of(data["amounts"]),
            state=data["state"],
            acct_in_fund=data["acct_in_fund"],
            funds=funds_of(data["funds"]) or (),
            age=data["age"],
            other_diagnoses=tuple(data["other_diagnoses"]),
            admitted_on=day(data["admitted_at"]),
            discharged_on=day(data["discharged_at"]),
            act_pay_dedc=Decimal(data["act_pay_dedc"]),
        )
    )


def receipt(data: Mapping[str, Any]) -> forms.Form:
    return forms.receipt(forms.Receipt(**{**data, "amounts": amounts_of(data["amounts"])}))


FORMS: dict[str, Callable[[Mapping[str, Any]], forms.Form]] = {"11": form_11, "13": form_13, "receipt": receipt}


def ask_form(case: Mapping[str, Any]) -> dict[str, Any]:
    found = FORMS[case["input"]["form"]](case["input"]["data"])
    wanted = case["expect"].get("fields", {})
    named = {name: found.fields.get(name) for name in wanted}
    return {
        "outcome": found.outcome,
        "codes": codes(found.reasons),
        "http": found.http,
        "fields": {name: [list(pair) for pair in v] if isinstance(v, tuple) else v for name, v in named.items()},
        "blanks": list(found.blanks),
    }


def ask_downtime(case: Mapping[str, Any]) -> dict[str, Any]:
    put = case["input"]
    window = downtime.Window(
        datetime.fromisoformat(put["window"]["from"]), moment(put["window"]["to"]), put["window"]["scope"]
    )
    found = downtime.handle(
        put["call"],
        datetime.fromisoformat(put["now"]),
        window,
        put["patient_division"],
        stored_at=moment(put.get("stored_at")),
        link=downtime.Link(still_maintenance=put.get("answer") == "still_maintenance"),
    )
    return {
        "outcome": found.outcome,
        "codes": codes(found.reasons),
        "http": found.http,
        "retry_after_s": found.retry_after_s,
    }


ASK: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "identity": ask_identity,
    "eligibility": ask_eligibility,
    "register": ask_register,
    "visit": ask_visit,
    "settle": ask_settle,
    "money": ask_money,
    "refund": ask_refund,
    "stay": ask_stay,
    "clock": ask_clock,
    "form": ask_form,
    "downtime": ask_downtime,
}


@pytest.mark.parametrize("case", CASES)
def test_case(case: Mapping[str, Any]) -> None:
    answer = ASK[case["ask"]](case)
    unread = set(case["expect"]) - set(answer)
    assert not unread, f"the case expects keys that nobody compares: {unread}"
    assert {name: answer[name] for name in case["expect"]} == case["expect"]


def test_all_cases_are_here() -> None:
    assert BOOK["schema"] == "yidi-rules-cases/1"
    assert len(CASES) == 60
    assert len({case["id"] for case in BOOK["cases"]}) == 60
