"""Data of the printed forms: 11, 12, 13 and the receipt (rules 11). Amounts in yuan with two decimals.

Sources: 附件11, 12, 13 with 注1 to 注3; 规程 31 to 33; 4号 三(二). Layout is not ours; names and figures are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from yidi_sdk import diseases
from yidi_sdk.rules.clocks import shanghai
from yidi_sdk.rules.commitment import SELF, Commitment, commitment_state
from yidi_sdk.rules.money import Amounts, Fund, check
from yidi_sdk.rules.reasons import Code, Reason, http_of
from yidi_sdk.rules.stays import days_in_hospital

Value = str | tuple[tuple[str, str], ...]

_FORM_11_BLANKS = ("承诺人签名", "日期")
_FORM_12_BLANKS = ("医师签字", "医保办盖章")


@dataclass(frozen=True, slots=True)
class Form:
    """A form ready to print, or refused.

    `fields` by printed label, in print order; `blanks` are filled by pen or stamp; `missing` had no data and print
    empty.
    """

    outcome: Literal["printed", "refused"]
    fields: Mapping[str, Value] = field(default_factory=dict[str, Value])
    blanks: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    http: int | None = None


@dataclass(frozen=True, slots=True)
class OutsideService:
    """Form 12 住院期间外院检查治疗或定点药店购药单. The last two say that doctor and office have done their part."""

    name: str = ""
    sex: str = ""
    age: str = ""
    department: str = ""
    diagnosis: str = ""
    cert_type: str = ""
    cert_no: str = ""
    provider: str = ""
    item: str = ""
    cause: str = ""
    on: date | None = None
    doctor_signed: bool = False
    office_stamped: bool = False


@dataclass(frozen=True, slots=True)
class InpatientStatement:
    """What form 13 跨省异地就医住院结算单 is printed from: 26 fields and the fund lines."""

    amounts: Amounts
    state: str = "settled"
    acct_in_fund: bool = False
    funds: tuple[Fund, ...] = ()
    name: str = ""
    sex: str = ""
    age: str = ""
    social_security_no: str = ""
    card_no: str = ""
    insured_place: str = ""
    insurance_kind: str = ""
    treated_at: str = ""
    hospital_name: str = ""
    hospital_level: str = ""
    way_of_admission: str = ""
    ipt_no: str = ""
    department: str = ""
    main_diagnosis: str = ""
    other_diagnoses: tuple[str, ...] = ()
    admitted_on: date | None = None
    discharged_on: date | None = None
    act_pay_dedc: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt is printed from (FM5). `refund_of`: the settlement a refund takes back, with both years (RE5)."""

    category: str
    amounts: Amounts
    state: str = "settled"
    acct_in_fund: bool = False
    disease_code: str | None = None
    funds: tuple[Fund, ...] = ()
    institution: str = ""
    visit_no: str = ""
    name: str = ""
    settlement_id: str = ""
    settled_at: datetime | None = None
    refund_of: str | None = None
    settled_year: int | None = None
    original_year: int | None = None


def form_11(
    commitment: Commitment, started_at: datetime, settled_at: datetime | None = None, *, office: str = ""
) -> Form:
    """FM1. `office`: the agency that is authorised and reported to, printed in both places; blank for pen if empty."""
    checked = commitment_state(commitment, started_at, settled_at)
    if checked.state != "complete" or commitment.happened_at is None:
        return _refused(*(Reason(Code.COMMITMENT_INCOMPLETE, detail=name) for name in checked.wrong))
    happened = shanghai(commitment.happened_at)
    relative = commitment.relation != SELF
    values: dict[str, Value] = {
        "承诺人": commitment.signer,
        "联系电话": commitment.phone,
        "证件类型": commitment.cert_type,
        "证件号码": commitment.cert_no,
        "承诺事项": "外伤无第三方责任",
        "授权的医保经办机构": office,
        "年月日时": f"{happened.year}年{happened.month}月{happened.day}日{happened.hour}时",
        "地点": commitment.place,
        "外伤经过": commitment.course,
        "上报的医保经办机构": office,
    }
    if relative:
        values["近亲属关系"] = commitment.relation
        values["近亲属身份证号码"] = commitment.cert_no
        values["近亲属联系方式"] = commitment.phone
    pen = () if office else ("授权的医保经办机构", "上报的医保经办机构")
    blanks = (*pen, "近亲属签名" if relative else _FORM_11_BLANKS[0], _FORM_11_BLANKS[1])
    return Form("printed", values, blanks)


def form_12_missing(form: OutsideService) -> tuple[str, ...]:
    """ST6: the fields without which the line stays out; empty when form 12 is complete, signed and stamped."""
    return tuple(entry.name for entry in fields(form) if not getattr(form, entry.name))


def form_12(form: OutsideService) -> Form:
    """FM2. It is printed before it is signed, so missing data print empty and are named."""
    values: dict[str, Value] = {
        "姓名": form.name,
        "性别": form.sex,
        "年龄": form.age,
        "科别": form.department,
        "诊断": form.diagnosis,
        "证件类型": form.cert_type,
        "证件号码": form.cert_no,
        "外检医院或药店": form.provider,
        "项目或药品": form.item,
        "原因": form.cause,
        "日期": form.on.isoformat() if form.on else "",
    }
    return Form("printed", values, _FORM_12_BLANKS, _empty(values))


def form_13(data: InpatientStatement) -> Form:
    """FM3, FM4. STATEMENT_NOT_PRINTABLE unless the state is settled and M1 and M2 hold."""
    held = check("settlement", data.amounts, data.funds or None, None, data.acct_in_fund)
    printed = held.statement
    if data.state != "settled" or printed is None:
        return _refused(Reason(Code.STATEMENT_NOT_PRINTABLE, detail=data.state))
    values: dict[str, Value] = {
        "患者姓名": data.name,
        "性别": data.sex,
        "年龄": _age(data.age),
        "社会保障号码": data.social_security_no,
        "社会保障卡卡号": data.card_no,
        "参保地": data.insured_place,
        "险种类型": data.insurance_kind,
        "就医地": data.treated_at,
        "医院名称": data.hospital_name,
        "医院等级": data.hospital_level,
        "入院方式": data.way_of_admission,
        "住院号": data.ipt_no,
        "出院科室": data.department,
        "主要诊断": data.main_diagnosis,
        "次要诊断": "；".join(data.other_diagnoses),
        "入院日期": _day(data.admitted_on),
        "出院日期": _day(data.discharged_on),
        "住院天数": _days(data.admitted_on, data.discharged_on),
        **_parts(data.amounts),
        "基金支付合计金额": str(printed.fund),
        "个人现金支付金额": str(printed.cash),
        **({"医院负担": str(printed.hospital)} if printed.hospital else {}),
        "参保地基金": _lines(printed.fund_lines),
        "本次起付标准": "" if data.act_pay_dedc is None else str(data.act_pay_dedc),
    }
    return Form("printed", values, missing=_empty(values, optional=("社会保障卡卡号", "次要诊断", "参保地基金")))


def receipt(data: Receipt) -> Form:
    """FM5: shows the category (4号 三(二)) and, for a chronic basket, the national name of the disease.

    Fund and account stand as returned; where the account is inside the fund the receipt says so.
    """
    held = check("settlement", data.amounts, data.funds or None, None, data.acct_in_fund)
    if data.state not in ("settled", "refunded") or held.statement is None:
        return _refused(Reason(Code.STATEMENT_NOT_PRINTABLE, detail=data.state))
    amounts = data.amounts
    values: dict[str, Value] = {
        "医疗机构": data.institution,
        "就诊号": data.visit_no,
        "姓名": data.name,
        "费用类别": data.category,
        **({"病种编码": data.disease_code, "病种": diseases.name_of(data.disease_code)} if data.disease_code else {}),
        **_parts(amounts),
        "参保地基金": _lines(held.statement.fund_lines),
        "基金": str(amounts.fund),
        "个人账户": str(amounts.account),
        **({"个人账户已含在基金内": "是"} if data.acct_in_fund and amounts.account else {}),
        "现金": str(amounts.cash),
        **({"医院负担": str(amounts.hospital)} if amounts.hospital else {}),
        "结算编号": data.settlement_id,
        "结算时间": shanghai(data.settled_at).strftime("%Y-%m-%d %H:%M:%S") if data.settled_at else "",
        **_refund_mark(data),
    }
    return Form("printed", values, missing=_empty(values, optional=("参保地基金",)))


def _refund_mark(data: Receipt) -> dict[str, Value]:
    if data.refund_of is None:
        return {}
    years = {"结算年度": data.settled_year, "原结算年度": data.original_year}
    return {"退费": "是", "原结算编号": data.refund_of, **{name: str(year) for name, year in years.items() if year}}


def _refused(*reasons: Reason) -> Form:
    # several fields of one form are one refusal: its detail names them all
    named = ", ".join(reason.detail for reason in reasons if reason.detail)
    told = (Reason(reasons[0].code, detail=named),)
    return Form("refused", reasons=told, http=http_of(told))


def _parts(amounts: Amounts) -> dict[str, Value]:
    return {
        "总费用": str(amounts.total),
        "统筹基金支付范围内费用": str(amounts.in_scope),
        "乙类先行自付费用": str(amounts.class_b_first),
        "超限价自付费用": str(amounts.over_limit),
        "自费费用": str(amounts.self_paid),
    }


def _lines(lines: Sequence[tuple[str, Decimal]]) -> Value:
    return tuple((name, str(amount)) for name, amount in lines)


def _age(text: str) -> str:
    """Whole years; below one year as given."""
    try:
        years = Decimal(text)
    except ArithmeticError:
        return text
    return str(int(years)) if years >= 1 else text


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _days(admitted_on: date | None, discharged_on: date | None) -> str:
    return str(days_in_hospital(admitted_on, discharged_on)) if admitted_on and discharged_on else ""


def _empty(values: Mapping[str, Value], optional: Sequence[str] = ()) -> tuple[str, ...]:
    return tuple(name for name, value in values.items() if not value and name not in optional)
