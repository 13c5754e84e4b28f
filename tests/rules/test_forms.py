"""Forms: what is printed, what is left for the pen, what stops them."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from yidi_sdk.rules.clocks import SHANGHAI
from yidi_sdk.rules.commitment import Commitment, commitment_state
from yidi_sdk.rules.forms import (
    InpatientStatement,
    OutsideService,
    Receipt,
    form_11,
    form_12,
    form_12_missing,
    form_13,
    receipt,
)
from yidi_sdk.rules.money import Amounts, Fund
from yidi_sdk.rules.reasons import Code

FELL = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)
STARTED = FELL + timedelta(hours=2)
SETTLED = FELL + timedelta(hours=16)
PROMISE = Commitment(
    "测试丙",
    "本人",
    "00000000000",
    "01",
    "530102198803170002",
    False,
    FELL,
    "家中",
    "楼梯滑倒",
    FELL + timedelta(hours=3),
)
RELATIVE = replace(PROMISE, relation="子女", patient_cannot_sign=True)
ZERO = Decimal("0.00")
AMOUNTS = Amounts(*(Decimal(text) for text in ("10.00", "10.00", "0", "0", "0", "6.00", "1.00", "3.00")))


@pytest.mark.requirement("R107", "R144")
@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, ()),
        ({"signer": " "}, ("signer",)),
        ({"phone": "", "course": ""}, ("phone", "course")),
        ({"relation": ""}, ("relation", "patient_cannot_sign")),
        ({"relation": "子女"}, ("patient_cannot_sign",)),
        ({"relation": "子女", "patient_cannot_sign": True}, ()),
        ({"happened_at": STARTED}, ()),
        ({"happened_at": STARTED + timedelta(seconds=1)}, ("happened_at",)),
        ({"happened_at": None}, ("happened_at",)),
        ({"signed_at": FELL - timedelta(seconds=1)}, ("signed_at",)),
        ({"signed_at": SETTLED + timedelta(seconds=1)}, ("signed_at",)),
        ({"signed_at": None}, ("signed_at",)),
    ],
)
def test_when_form_11_is_complete(change: dict[str, Any], wrong: tuple[str, ...]) -> None:
    found = commitment_state(replace(PROMISE, **change), STARTED, SETTLED)
    assert found.wrong == wrong
    assert found.state == ("incomplete" if wrong else "complete")
    printed = form_11(replace(PROMISE, **change), STARTED, SETTLED)
    assert printed.outcome == ("refused" if wrong else "printed")
    assert [r.detail for r in printed.reasons] == ([", ".join(wrong)] if wrong else [])


def test_no_form_is_none() -> None:
    assert commitment_state(None, STARTED).state == "none"
    assert commitment_state(PROMISE, STARTED).state == "complete"


def test_form_11_for_the_pen() -> None:
    own = form_11(PROMISE, STARTED)
    assert own.blanks == ("授权的医保经办机构", "上报的医保经办机构", "承诺人签名", "日期")
    assert own.fields["年月日时"] == "2026年11月20日18时"
    relative = form_11(RELATIVE, STARTED, office="某区医保中心")
    assert relative.blanks == ("近亲属签名", "日期")
    assert relative.fields["近亲属身份证号码"] == RELATIVE.cert_no
    assert relative.fields["授权的医保经办机构"] == relative.fields["上报的医保经办机构"] == "某区医保中心"


FORM_12 = OutsideService(
    "甲", "男", "40", "内科", "肺炎", "01", "1", "某医院", "CT", "本院无设备", date(2026, 11, 12), True, True
)


@pytest.mark.requirement("R109", "R145")
@pytest.mark.parametrize("name", [entry.name for entry in fields(OutsideService)])
def test_form_12_needs_every_field_the_doctor_and_the_office(name: str) -> None:
    assert form_12_missing(FORM_12) == ()
    assert form_12_missing(replace(FORM_12, **{name: type(getattr(FORM_12, name))() if name != "on" else None})) == (
        name,
    )


def test_form_12_is_printed_before_it_is_signed() -> None:
    found = form_12(replace(FORM_12, item="", doctor_signed=False, office_stamped=False))
    assert (found.outcome, found.blanks, found.missing) == ("printed", ("医师签字", "医保办盖章"), ("项目或药品",))


@pytest.mark.requirement("R146", "R147")
def test_form_13_has_26_fields_and_the_fund_lines() -> None:
    found = form_13(InpatientStatement(AMOUNTS, funds=(Fund("310100", "统筹", Decimal("6.00")),)))
    assert len([name for name in found.fields if name != "参保地基金"]) == 26
    assert found.fields["参保地基金"] == (("统筹", "6.00"), ("个人账户", "1.00"))
    assert "患者姓名" in found.missing
    assert "社会保障卡卡号" not in found.missing


@pytest.mark.requirement("R111", "R148", "R149")
@pytest.mark.parametrize(
    "data",
    [
        InpatientStatement(AMOUNTS, state="manual"),
        InpatientStatement(AMOUNTS, state="pending"),
        InpatientStatement(replace(AMOUNTS, cash=Decimal("3.01"))),
        InpatientStatement(replace(AMOUNTS, self_paid=Decimal("0.01"))),
        InpatientStatement(AMOUNTS, acct_in_fund=True),
    ],
)
def test_a_statement_that_is_not_printable(data: InpatientStatement) -> None:
    found = form_13(data)
    assert (found.outcome, found.http, [r.code for r in found.reasons]) == (
        "refused",
        409,
        [Code.STATEMENT_NOT_PRINTABLE],
    )


def test_the_hospitals_share_is_a_line_of_its_own() -> None:
    shared = replace(AMOUNTS, cash=Decimal("2.00"), hospital=Decimal("1.00"))
    assert form_13(InpatientStatement(shared)).fields["医院负担"] == "1.00"
    assert "医院负担" not in form_13(InpatientStatement(AMOUNTS)).fields


@pytest.mark.parametrize(
    ("age", "printed"), [("45", "45"), ("45.7", "45"), ("0.4", "0.4"), ("1.0", "1"), ("", ""), ("3天", "3天")]
)
def test_ages(age: str, printed: str) -> None:
    assert form_13(InpatientStatement(AMOUNTS, age=age)).fields["年龄"] == printed


@pytest.mark.requirement("R178")
def test_receipts() -> None:
    ordinary = receipt(Receipt("普通门诊", AMOUNTS))
    assert ordinary.fields["费用类别"] == "普通门诊"
    assert "病种" not in ordinary.fields
    inside = replace(AMOUNTS, fund=Decimal("7.00"))
    assert receipt(Receipt("住院", inside, acct_in_fund=True)).fields["个人账户已含在基金内"] == "是"
    assert receipt(Receipt("住院", AMOUNTS, state="manual")).outcome == "refused"


@pytest.mark.requirement("R118")
def test_a_refund_receipt_shows_the_original_and_both_years() -> None:
    told = Receipt("普通门诊", AMOUNTS.mirrored(), refund_of="S1", settled_year=2027, original_year=2026)
    found = receipt(told).fields
    assert (found["原结算编号"], found["结算年度"], found["原结算年度"], found["总费用"]) == (
        "S1",
        "2027",
        "2026",
        "-10.00",
    )
