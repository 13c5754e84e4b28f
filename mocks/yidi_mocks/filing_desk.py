"""The insured place's filing desk: who may file, with which papers, on which form; changing and cancelling. Pure.

规程 第五, 第六 and 第八条, forms 附件1 and 附件2 (重庆, 2022), 医保发〔2022〕22号 二(三) and 三(二). An emergency
counts as filed and needs no desk. What an institution files for a person goes by message (`answers/filings`).
"""

from dataclasses import dataclass
from typing import Any

from yidi_mocks import entitlement
from yidi_mocks.refusals import Refusal
from yidi_mocks.world import LONG_TERM, Filing, Insurance, Person
from yidi_sdk.codes import InsuranceType

NEW, CHANGE = "1", "2"
PROMISE = "promise"
KINDS = {
    "1": "resettled_retiree",
    "2": "long_resident",
    "3": "posted_worker",
    "4": "referral",
    "5": "temporary_other",
}
"""人员类别 of the form; the kinds of person who may file (第五条)."""
INSURANCES: dict[str, str] = {"1": InsuranceType.EMPLOYEE.value, "2": InsuranceType.RESIDENT.value}
"""险种 of the form."""
SAME_ILLNESS = 3  # letters of the diagnosis: the category of ICD-10
RETIRED = "12"  # psn_type begins with it


@dataclass(frozen=True, slots=True)
class Papers:
    """What a kind of person hands in besides credential and form: one of the sets, whole."""

    label: str
    sets: tuple[frozenset[str], ...] = ()


PAPERS = {
    "resettled_retiree": Papers(
        "异地安置退休人员", (frozenset({"household_page", "resident_card"}), frozenset({PROMISE}))
    ),
    "long_resident": Papers("异地长期居住人员", (frozenset({"residence_proof"}), frozenset({PROMISE}))),
    "posted_worker": Papers(
        "常驻异地工作人员",
        (
            frozenset({"posting_proof"}),
            frozenset({"employer_proof"}),
            frozenset({"work_contract"}),
            frozenset({PROMISE}),
        ),
    ),
    "referral": Papers("异地转诊人员", (frozenset({"transfer_proof"}),)),
    "temporary_other": Papers("其他跨省临时外出就医人员"),
}
NAMES = {
    "household_page": "户口簿首页",
    "resident_card": "常住人口登记卡",
    "residence_proof": "居住证明",
    "posting_proof": "参保地工作单位派出证明",
    "employer_proof": "异地工作单位证明",
    "work_contract": "工作合同",
    "transfer_proof": "转诊转院证明材料",
    PROMISE: "个人承诺书",
}
CREDENTIALS = {"e_credential": "医保电子凭证", "id_card": "有效身份证件", "social_card": "社会保障卡"}
FORM = {
    "name": "姓名",
    "sex": "性别",
    "insurance": "险种",
    "person_class": "人员类别",
    "registration": "登记类别",
    "certno": "社会保障号码",
    "home_address": "参保地家庭住址",
    "away_address": "异地联系地址",
    "tel_1": "联系电话1",
    "area": "转往地区",
    "signed_by": "本人（被委托人）签名",
    "filled_on": "填表日期",
}
"""Fields of 附件1 that must be filled in, by our names."""
MAY_BE_EMPTY = frozenset({"card_no", "tel_2", "agent_tel"})


def file(person: Person, row: dict[str, Any], today: str) -> Filing:
    """A filing from `form`, `credential` shown, `papers` handed in and, for a referral, the `illness`. Raises Refusal.

    It counts from today, a long stay without end. A change takes the place of the long stay that stood.
    """
    form = _form(person, row.get("form"))
    kind, insurance = KINDS[form["person_class"]], _insurance(person, form)
    entitlement.demand_enrolment(insurance, today)
    if kind == "resettled_retiree" and not insurance.psn_type.startswith(RETIRED):
        raise Refusal("filing_person", why="异地安置退休人员须已退休")
    if form["area"][:2] == insurance.division[:2]:
        raise Refusal("filing_person", why="转往地区在参保省内，不需要跨省备案")
    illness = str(row.get("illness") or "")
    promised = _demand_papers(person, insurance, kind, row, illness)
    standing = [f for f in entitlement.filings_of(person, insurance) if _stands(f, insurance, today)]
    if form["registration"] == CHANGE:
        _end_the_one_before(standing, insurance, kind, today)
    elif any(f.kind == kind and entitlement.same_area(f.area, form["area"]) for f in standing):
        raise Refusal("filing_repeated", label=FORM["area"], name="area", value=form["area"])
    made = Filing(kind, form["area"], today, insured_division=insurance.division, illness=illness, form=form)
    made.promise_papers_open = promised
    person.filings.append(made)
    return made


def cancel(person: Person, kind: str, today: str) -> Filing | None:
    """End the standing filing of a kind from today on; None where there is none. Raises Refusal."""
    for filing in person.filings:
        insured = filing.insured_division or person.insurances[0].division
        insurance = next((one for one in person.insurances if one.division == insured), person.insurances[0])
        if filing.kind == kind and _stands(filing, insurance, today):
            entitlement.demand_changeable(filing, insured, today)
            filing.state, filing.cancelled_on = "cancelled", today
            return filing
    return None


def hand_in(person: Person, papers: frozenset[str]) -> Filing | None:
    """The papers that a promise stood for; None where no promise is open that they fulfil."""
    for filing in person.filings:
        wanted = PAPERS[filing.kind].sets if filing.kind in PAPERS else ()
        if filing.promise_papers_open and any(PROMISE not in one and one <= papers for one in wanted):
            filing.promise_papers_open = False
            return filing
    return None


def known_illness(person: Person, insurance: Insurance, illness: str) -> bool:
    """Whether a referral was filed for the same illness before: then the new one takes less (22号 三(二))."""
    return bool(illness) and any(
        f.kind == "referral" and f.illness[:SAME_ILLNESS] == illness[:SAME_ILLNESS]
        for f in entitlement.filings_of(person, insurance)
    )


def _form(person: Person, given: Any) -> dict[str, str]:
    form: dict[str, Any] = given if isinstance(given, dict) else {}  # pyright: ignore[reportUnknownVariableType] - JSON
    for name, label in FORM.items():
        if not isinstance(form.get(name), str) or not form[name]:
            raise Refusal("filing_form", label=label, name=name, why="不能为空")
    for name in form:
        if name not in FORM and name not in MAY_BE_EMPTY:
            raise Refusal("filing_form", label="栏目", name=name, why="备案表没有这一栏")
    codes = {"person_class": KINDS, "insurance": INSURANCES, "registration": (NEW, CHANGE)}
    for name, known in codes.items():
        if form[name] not in known:
            raise Refusal("filing_form", label=FORM[name], name=name, why=f"应为{'、'.join(known)}之一")
    ours = {"name": person.name, "certno": person.id_number, "sex": person.sex}
    for name, value in ours.items():
        if form[name] != value:
            raise Refusal("filing_form", label=FORM[name], name=name, why="与参保信息不一致")
    if len(form["area"]) != len("500000") or not form["area"].isdigit():
        raise Refusal("filing_form", label=FORM["area"], name="area", why="应为六位行政区划代码")
    return form


def _insurance(person: Person, form: dict[str, str]) -> Insurance:
    insutype = INSURANCES[form["insurance"]]
    found = next((one for one in person.insurances if one.insutype == insutype), None)
    if found is None:
        raise Refusal("filing_form", label=FORM["insurance"], name="insurance", why="没有该险种的参保")
    return found


def _demand_papers(person: Person, insurance: Insurance, kind: str, row: dict[str, Any], illness: str) -> bool:
    """Refuse what is not complete. Whether a promise stands for papers."""
    asked = PAPERS[kind]
    if row.get("credential") not in CREDENTIALS:
        raise Refusal("filing_paper", kind=asked.label, papers="、".join(CREDENTIALS.values()) + "之一")
    handed = frozenset(str(paper) for paper in row.get("papers") or ())
    if not asked.sets or (kind == "referral" and known_illness(person, insurance, illness)):
        return False
    complete = [one for one in asked.sets if one <= handed]
    if not complete:
        wanted = "，或".join("和".join(label for paper, label in NAMES.items() if paper in one) for one in asked.sets)
        raise Refusal("filing_paper", kind=asked.label, papers=wanted)
    return all(PROMISE in one for one in complete)


def _end_the_one_before(standing: list[Filing], insurance: Insurance, kind: str, today: str) -> None:
    before = [f for f in standing if f.kind in LONG_TERM] if kind in LONG_TERM else []
    if not before:
        why = "没有可变更的长期居住备案"
        raise Refusal("filing_form", label=FORM["registration"], name="registration", why=why)
    for filing in before:
        entitlement.demand_changeable(filing, insurance.division, today)
    for filing in before:
        filing.state, filing.cancelled_on = "cancelled", today


def _stands(filing: Filing, insurance: Insurance, today: str) -> bool:
    if filing.state == "cancelled" or (filing.cancelled_on is not None and filing.cancelled_on <= today):
        return False
    last = entitlement.last_day(filing, insurance.division)
    return last is None or today <= last
