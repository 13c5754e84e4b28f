"""Rows of the policy documents that the other side must show: filing at the insured place, scope and standards, places.

Every amount is reckoned by hand from the hub's stated figures (places.json, items.json).
"""

from decimal import Decimal

import pytest
from mocks.conftest import Cashier
from mocks.sale import Pharmacy
from mocks.test_filings import OTHER, day, filed, referral
from mocks.ward import Ward

from yidi_mocks.benefit import places
from yidi_mocks.entitlement import SETTLED_MONTHS, TERM_ELSEWHERE, TERM_MONTHS
from yidi_mocks.filing_desk import FORM, KINDS, PAPERS
from yidi_mocks.plugin import ControlRefused

CHONGQING, SICHUAN = "H50010300001", "H51010400001"
YUNNAN, ZHEJIANG = "530100", "330100"
DISEASES = ["M03900", "M01600", "M00500", "M07801", "M08301"]
"""高血压, 糖尿病, 恶性肿瘤门诊放化疗, 尿毒症透析, 器官移植抗排异 (one organ)."""


class Abroad(Cashier):
    """The envelope names the division of the sender."""

    def envelope(self, infno, nodes, **changes):
        return super().envelope(infno, nodes, **{"mdtrtarea_admvs": self.code[1:7], **changes})


@pytest.fixture
def sichuan(hub):
    about = {"name": "示例成都医院(虚构)", "division": "510104", "open_diseases": DISEASES}
    hub.control(f"/world/institutions/{SICHUAN}", about, "PUT")
    found = Abroad(hub, SICHUAN)
    found.sign_in()
    yield found
    found.connection.close()


def make(hub, persona, division, insutype="310", diseases=(), number=0, **more):
    """An invented person whom the cashier can serve by name; filed for both places of care unless told otherwise."""
    row = {
        "persona": persona,
        "name": "测试策",
        "id_number": f"5301021975{number // 100 + 1:02d}{number % 28 + 1:02d}{number % 1000:03d}X",
        "insurances": [{"insutype": insutype, "division": division, "psn_type": "1101"}],
        "filings": [{"kind": "long_resident", "area": area, "begin": "2020-01-01"} for area in ("500000", "510100")],
        "qualifications": [{"code": code} for code in diseases],
        **more,
    }
    return hub.control("/world/people", row)


def outpatient(cashier, number="MZ1", disease="", count=10, price="100.00"):
    """One drug in a number of boxes, settled; the amounts."""
    visit, batch, kind = cashier.register(number), f"PC-{number}", "14" if disease else "11"
    total = str(Decimal(price) * count)
    cashier.describe(visit, kind, disease)
    row = cashier.line(visit, batch, f"{number}-1", total, cnt=count, pric=Decimal(price), dise_codg=disease)
    cashier.charge(visit, batch, row)
    return cashier.settle(visit, batch, total, kind)


def parts(info):
    names = ("overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt", "act_pay_dedc", "fund_pay_sumamt")
    return tuple(str(info[name]) for name in names)


# 10 × 100.00 of XB01AAA0001. 重庆: 10 % first, 900.00 in scope. 四川: above 80.00 a box is over the limit (200.00), 25 % of
# the rest first (200.00), 600.00 in scope. 云南职工: deductible 100.00, 60 %; chronic 75 %. 浙江职工: 300.00, 65 %; 80 %.
FOUR = {
    (CHONGQING, YUNNAN, ""): ("0.00", "100.00", "900.00", "100.00", "480.00"),
    (CHONGQING, ZHEJIANG, ""): ("0.00", "100.00", "900.00", "300.00", "390.00"),
    (SICHUAN, YUNNAN, ""): ("200.00", "200.00", "600.00", "100.00", "300.00"),
    (SICHUAN, ZHEJIANG, ""): ("200.00", "200.00", "600.00", "300.00", "195.00"),
    (CHONGQING, YUNNAN, "M03900"): ("0.00", "100.00", "900.00", "0.00", "675.00"),
    (CHONGQING, ZHEJIANG, "M03900"): ("0.00", "100.00", "900.00", "0.00", "720.00"),
    (SICHUAN, YUNNAN, "M03900"): ("200.00", "200.00", "600.00", "0.00", "450.00"),
    (SICHUAN, ZHEJIANG, "M03900"): ("200.00", "200.00", "600.00", "0.00", "480.00"),
}


@pytest.mark.requirement("R099", "R159", "R170", "R045", "R027")
def test_the_same_bill_in_two_places_of_care_and_two_insured_places(hub, cashier, sichuan):
    """Scope where care is given, standards where the person is insured; no two of the four are alike."""
    for number, ((code, insured, disease), expected) in enumerate(FOUR.items()):
        make(hub, f"p{number}", insured, diseases=["M03900"], number=number)
        here = cashier if code == CHONGQING else sichuan
        here.serve(f"p{number}")
        answer = outpatient(here, f"MZ{number}", disease)["setlinfo"]
        assert parts(answer) == expected, (code, insured, disease)
        assert answer["psn_part_amt"] == 1000 - Decimal(expected[-1])
        (row,) = hub.ledger(setl_id=answer["setl_id"])  # what went back to the hospital is what the ledger holds
        assert row["fund_pay_sumamt"] == expected[-1]


@pytest.mark.requirement("R159")
def test_the_disease_scope_is_the_insured_places(hub, cashier):
    """Open at the hospital is not enough: the insured place must have qualified the person."""
    make(hub, "without", YUNNAN)
    cashier.serve("without")
    visit, batch = cashier.basket(disease="M03900")
    assert "资格未认定" in cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00", "14")})


# 50 × 100.00. 重庆: 500.00 first, 4500.00 in scope. 四川: 1000.00 over, 1000.00 first, 3000.00 in scope.
# 云南职工 stays: deductible 900.00, 86 %. 浙江职工: 800.00, 88 %.
STAYS = {
    (CHONGQING, YUNNAN): ("0.00", "500.00", "4500.00", "900.00", "3096.00"),
    (CHONGQING, ZHEJIANG): ("0.00", "500.00", "4500.00", "800.00", "3256.00"),
    (SICHUAN, YUNNAN): ("1000.00", "1000.00", "3000.00", "900.00", "1806.00"),
    (SICHUAN, ZHEJIANG): ("1000.00", "1000.00", "3000.00", "800.00", "1936.00"),
}


@pytest.mark.requirement("R099", "R170", "R045")
def test_the_same_stay_in_two_places_of_care_and_two_insured_places(hub, cashier, sichuan):
    for number, ((code, insured), expected) in enumerate(STAYS.items()):
        make(hub, f"p{number}", insured, number=number)
        ward = Ward(cashier if code == CHONGQING else sichuan, f"p{number}")
        ward.admit(f"ZY{number}")
        ward.charge(ward.line(f"ZY{number}-1", "5000.00", cnt=50, pric=Decimal("100.00")))
        (category,) = ward.row()["categories"]  # what leaves the place of care: national categories
        assert (category["med_chrgitm_type"], category["inscp_scp_amt"]) == ("09", expected[2])
        ward.discharge()
        assert parts(ward.settle()["setlinfo"]) == expected, (code, insured)


@pytest.mark.requirement("R172")
def test_the_insured_place_decides_what_several_benefits_are_worth(hub, cashier):
    """10000.00 in scope, first of a year. 贵州: 70 %, ceiling 5000.00 and 1000.00 more with a second disease, 80 % above.
    四川: 75 %, ceiling 6000.00 for all diseases together, 85 % above."""
    fund = {}
    for number, (insured, diseases) in enumerate((i, d) for i in ("520100", "510100") for d in (1, 2)):
        make(
            hub,
            f"p{number}",
            insured,
            diseases=DISEASES[:diseases],
            number=number,
            filings=[{"kind": "long_resident", "area": "500000", "begin": "2020-01-01"}],
        )
        cashier.serve(f"p{number}")
        visit, batch = cashier.register(f"MZ{number}"), "PC1"
        cashier.describe(visit, "14", "M03900")
        cashier.charge(
            visit, batch, cashier.line(visit, batch, "1", "10000.00", dise_codg="M03900", med_list_codg="XA01AAA0001")
        )
        fund[insured, diseases] = str(cashier.settle(visit, batch, "10000.00", "14")["setlinfo"]["fund_pay_sumamt"])
    assert fund == {
        ("520100", 1): "6600.00",
        ("520100", 2): "6800.00",
        ("510100", 1): "7275.00",
        ("510100", 2): "7275.00",
    }


@pytest.mark.requirement("R161", "R169")
def test_five_chronic_kinds_each_settle_directly(hub, cashier):
    make(hub, "five", YUNNAN, diseases=DISEASES)
    cashier.serve("five")
    for number, disease in enumerate(DISEASES):
        visit, batch = cashier.basket(f"MZ{number}", disease)
        answer = cashier.settle(visit, batch, "100.00", "14")["setlinfo"]
        assert str(answer["fund_pay_sumamt"]) == "67.50"  # 100.00, 10 % first, 75 %
        assert answer["clr_way"] == "1"  # by item
    assert sorted(row["dise_codg"] for row in hub.ledger()) == sorted(DISEASES)


@pytest.mark.requirement("R160")
def test_all_four_kinds_of_care_settle_directly_on_one_ledger(hub, cashier):
    make(hub, "all", YUNNAN, diseases=["M03900"])
    ward = Ward(cashier, "all")
    ward.whole("5000.00")
    outpatient(cashier, "MZ1")
    outpatient(cashier, "MZ2", "M03900")
    shop = Pharmacy(cashier, "all")
    shop.sell()
    rows = hub.ledger()
    assert [row["med_type"] for row in rows] == ["21", "11", "14", "41"]
    assert [row["clr_type"] for row in rows] == ["21", "11", "11", "41"]
    assert all(Decimal(row["fund_pay_sumamt"]) >= 0 and row["live"] for row in rows)
    assert {row["psn_no"] for row in rows} == {cashier.psn_no}


# the ledger of institutions


@pytest.mark.requirement("R009", "R156")
def test_institutions_come_in_batches_and_those_to_come_stand_in_a_ledger(hub, cashier):
    """The batch sizes of 渝中医保〔2019〕26号: two of grade three, nine of grade two, fifteen others."""
    opened = len(hub.control("/world/institutions?status=open")["items"])
    batches = {"2019-08-三级": 2, "2019-08-二级": 9, "2019-08-其他": 15}
    codes = {batch: [f"H50010399{n}{k:02d}" for k in range(size)] for n, (batch, size) in enumerate(batches.items())}
    for batch, members in codes.items():
        for code in members:
            about = {"name": f"待接入{code}", "batch": batch, "status": "not_connected"}
            hub.control(f"/world/institutions/{code}", about, "PUT")
    waiting = hub.control("/world/institutions?status=not_connected")["items"]
    assert {batch: sum(row["batch"] == batch for row in waiting) for batch in batches} == batches
    first = codes["2019-08-三级"]
    for code in first:
        for status in ("testing", "open"):
            hub.control(f"/world/institutions/{code}", {"status": status}, "PUT")
    left = hub.control("/world/institutions?status=not_connected,testing")["items"]
    assert len(left) == 24
    assert not {row["code"] for row in left} & set(first)
    now_open = hub.control("/world/institutions?status=open")["items"]
    assert len(now_open) == opened + 2
    (row,) = [row for row in now_open if row["code"] == first[0]]
    today = cashier.today()
    assert row["moves"] == [
        {"day": today, "from": "not_connected", "to": "testing"},
        {"day": today, "from": "testing", "to": "open"},
    ]
    with pytest.raises(ControlRefused, match="status must be one of"):
        hub.control("/world/institutions?status=closed")
    with pytest.raises(ControlRefused, match="status must be one of"):
        hub.control(f"/world/institutions/{first[0]}", {"status": "closed"}, "PUT")


@pytest.mark.requirement("R009", "R156")
def test_an_institution_settles_from_its_batch_on(hub, cashier):
    new = Cashier(hub, "H50010399500")
    sign = {"signIn": {"opter_no": "op001", "mac": "", "ip": ""}}
    assert "不存在" in new.refused("9001", sign, sign_no="")
    hub.control("/world/institutions/H50010399500", {"name": "新", "status": "not_connected"}, "PUT")
    assert "尚未接入" in new.refused("9001", sign, sign_no="")
    hub.control("/world/institutions/H50010399500", {"status": "testing"}, "PUT")
    new.sign_in()
    new.serve("filed_hypertension")  # it may try who is who, and settles nothing
    data = {"psn_no": new.psn_no, "insutype": "310", "begntime": f"{new.today()} 09:00:00", "mdtrt_cert_type": "02"}
    desk = {"atddr_no": "D1", "dr_name": "示例", "dept_code": "A03", "dept_name": "内科", "caty": "A03"}
    told = {"data": {**data, **desk, "mdtrt_cert_no": new.id_number, "ipt_otp_no": "MZ1"}}
    assert "正在联网测试" in new.refused("2201", told)
    hub.control("/world/institutions/H50010399500", {"status": "open"}, "PUT")
    visit, batch = new.basket()
    new.settle(visit, batch, "100.00")
    new.connection.close()


@pytest.mark.requirement("R084")
def test_neither_filed_nor_networked_is_refused_and_left_to_the_local_rule(hub, cashier):
    """The refusal says which it is and nothing is booked: what the patient pays is claimed at home by hand."""
    cashier.serve("not_filed")
    visit, batch = cashier.basket()
    assert "未办理异地就医备案" in cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00")})
    filed(cashier, "2501", referral(cashier))
    cashier.ok("2206", {"data": cashier.trial_data(visit, batch, "100.00")})
    hub.control(f"/world/institutions/{CHONGQING}", {"status": "not_connected"}, "PUT")
    text = cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00")})
    assert "尚未接入" in text
    assert "参保地规定手工报销" in text
    assert hub.ledger() == []


# filing at the insured place's desk


def form(hub, who="desk", **changes):
    person = hub.person(who)
    filled = {
        "name": person["name"],
        "sex": "1" if person["id_number"][16] in "13579" else "2",
        "insurance": "1",
        "person_class": "2",
        "registration": "1",
        "certno": person["id_number"],
        "home_address": "虚构市一路1号",
        "away_address": "虚构市二路2号",
        "tel_1": "00000000000",
        "area": "500000",
        "signed_by": person["name"],
        "filled_on": "2026-11-21",
        **changes,
    }
    return {key: value for key, value in filled.items() if value is not ...}


def file(hub, papers=("residence_proof",), who="desk", credential="id_card", illness="", **changes):
    body = {"form": form(hub, who, **changes), "credential": credential, "papers": list(papers), "illness": illness}
    return hub.control(f"/world/people/{hub.person(who)['psn_no']}/filings", body)


def told_no(hub, *args, **changes):
    with pytest.raises(ControlRefused) as no:
        file(hub, *args, **changes)
    assert no.value.status == 409
    return str(no.value)


@pytest.fixture
def unfiled(hub):
    """Somebody retired from Yunnan whom nothing was filed for."""
    insured = [{"insutype": "310", "division": YUNNAN, "psn_type": "1201"}]
    return make(hub, "desk", YUNNAN, filings=[], insurances=insured)


COMPLETE = {
    "1": ("resettled_retiree", ["household_page", "resident_card"]),
    "2": ("long_resident", ["residence_proof"]),
    "3": ("posted_worker", ["work_contract"]),
    "4": ("referral", ["transfer_proof"]),
    "5": ("temporary_other", []),
}


@pytest.mark.requirement("R075", "R017", "R028")
@pytest.mark.parametrize("kind", COMPLETE)
def test_the_kinds_of_person_who_may_file_do_and_settle(hub, cashier, unfiled, kind):
    assert {KINDS[number] for number in COMPLETE} == set(PAPERS)
    row = file(hub, COMPLETE[kind][1], person_class=kind)
    assert (row["kind"], row["state"], row["insured_division"]) == (COMPLETE[kind][0], "active", YUNNAN)
    cashier.serve("desk")
    outpatient(cashier)


@pytest.mark.requirement("R075")
def test_who_may_not_file(hub, unfiled):
    assert "人员类别(person_class)不正确" in told_no(hub, person_class="6")
    assert "不需要跨省备案" in told_no(hub, area="530100")
    assert "没有该险种的参保" in told_no(hub, insurance="2")
    hub.control(f"/world/people/{unfiled['psn_no']}", {"status": "2"}, "PATCH")
    assert "停保" in told_no(hub)
    make(hub, "young", YUNNAN, number=7, filings=[])
    assert "须已退休" in told_no(hub, COMPLETE["1"][1], "young", person_class="1")


@pytest.mark.requirement("R076")
@pytest.mark.parametrize(
    ("kind", "papers", "wanted"),
    [
        ("1", ["household_page"], "户口簿首页和常住人口登记卡"),
        ("1", ["residence_proof"], "个人承诺书"),
        ("2", [], "居住证明"),
        ("3", ["residence_proof"], "工作合同"),
        ("4", [], "转诊转院证明材料"),
        ("4", ["promise"], "转诊转院证明材料"),
    ],
)
def test_each_kind_of_person_has_its_papers(hub, unfiled, kind, papers, wanted):
    assert wanted in told_no(hub, papers, person_class=kind)
    assert hub.person("desk")["filings"] == []
    assert "社会保障卡之一" in told_no(hub, COMPLETE[kind][1], credential="", person_class=kind)


@pytest.mark.requirement("R076")
@pytest.mark.parametrize("papers", [["posting_proof"], ["employer_proof"], ["work_contract"]])
def test_one_of_three_papers_will_do_for_posted_workers(hub, unfiled, papers):
    assert file(hub, papers, person_class="3")["promise_papers_open"] is False


@pytest.mark.requirement("R076", "R018")
@pytest.mark.parametrize("kind", ["1", "2", "3"])
def test_a_promise_stands_for_the_papers_and_the_benefit_at_home_waits_for_them(hub, cashier, kind):
    """Insured in Chongqing, living in Yunnan by promise: home care settles once the papers are there."""
    insured = [{"insutype": "310", "division": "500103", "psn_type": "1201"}]
    person = make(hub, "desk", "500103", filings=[], insurances=insured)
    assert file(hub, ["promise"], person_class=kind, area="530100")["promise_papers_open"] is True
    cashier.serve("desk")
    visit, batch = cashier.basket()
    asked = {"data": cashier.trial_data(visit, batch, "100.00")}
    assert "承诺制备案的材料未补齐" in cashier.refused("2206", asked)
    path = f"/world/people/{person['psn_no']}/filings/papers"
    with pytest.raises(ControlRefused, match="is not there"):
        hub.control(path, {"papers": ["promise"]})
    assert hub.control(path, {"papers": COMPLETE[kind][1]})["promise_papers_open"] is False
    cashier.ok("2206", asked)


def test_a_promise_settles_where_it_was_filed_for(hub, cashier, unfiled):
    file(hub, ["promise"])
    cashier.serve("desk")
    outpatient(cashier)


@pytest.mark.requirement("R142")
def test_the_filing_form_is_whole_and_hospitals_see_it(hub, cashier, unfiled):
    for name, label in FORM.items():
        assert f"备案表的{label}({name})不正确：不能为空" in told_no(hub, **{name: ...})
    for name, value in {"insurance": "3", "person_class": "9", "registration": "0", "area": "重庆"}.items():
        assert f"备案表的{FORM[name]}({name})不正确" in told_no(hub, **{name: value})
    assert "与参保信息不一致" in told_no(hub, name="测试别人")
    assert "备案表没有这一栏" in told_no(hub, hobby="x")
    file(hub, card_no="K1", tel_2="00000000001")
    cashier.serve("desk")
    asked = {"psn_no": cashier.psn_no, "begntime": day(cashier, -1), "endtime": f"{day(cashier)} 00:00:00"}
    (row,) = cashier.ok("5304", {"data": asked})["refmedin"]
    assert row["exp_content"]["form"] == form(hub, card_no="K1", tel_2="00000000001")
    assert (row["certno"], row["insutype"], row["dcla_souc"]) == (unfiled["id_number"], "310", "04")


# how long, and what changes


@pytest.mark.requirement("R029")
def test_terms_are_within_what_the_policy_allows():
    prefixes = {place.prefix for place in places()}
    assert set(SETTLED_MONTHS) <= prefixes
    assert all(0 < months <= 6 for months in SETTLED_MONTHS.values())
    assert TERM_MONTHS["50"] == 12
    assert all(months >= 6 for months in (TERM_ELSEWHERE, *TERM_MONTHS.values()))


@pytest.mark.requirement("R029")
def test_a_long_stay_is_valid_for_long_and_a_temporary_one_for_six_months(hub, cashier):
    """Yunnan: six months, to the day. A long stay has no end."""
    hub.control("/clock", {"now": "2026-03-15T09:00:00+08:00"})
    make(hub, "long", YUNNAN, filings=[])
    file(hub, who="long")
    make(hub, "short", YUNNAN, number=9, filings=[])
    file(hub, [], "short", person_class="5")
    hub.control("/clock", {"now": "2026-09-15T09:00:00+08:00"})
    cashier.sign_in()
    cashier.serve("short")
    outpatient(cashier, "MZ1")
    outpatient(cashier, "MZ2")  # many visits
    hub.control("/clock", {"now": "2026-09-16T09:00:00+08:00"})
    visit, batch = cashier.basket("MZ3")
    assert "到期" in cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00")})
    hub.control("/clock", {"now": "2036-03-15T09:00:00+08:00"})
    cashier.sign_in()
    cashier.serve("long")
    outpatient(cashier, "MZ4")


@pytest.mark.requirement("R029", "R021")
@pytest.mark.parametrize(("insured", "months"), [(ZHEJIANG, 6), ("510100", 3), (YUNNAN, 0)])
def test_an_insured_place_may_hold_changes_back_for_six_months_at_most(hub, cashier, insured, months):
    hub.control("/clock", {"now": "2026-01-15T09:00:00+08:00"})
    person = make(hub, "desk", insured, filings=[])
    file(hub)
    hub.control("/clock", {"now": f"2026-{months + 1:02d}-14T09:00:00+08:00"} if months else {"advance_s": 60})
    path = f"/world/people/{person['psn_no']}/filings/long_resident"
    if months:
        first = f"2026-{months + 1:02d}-15"
        assert f"在{first}前不能变更或取消" in told_no(hub, area="520100", registration="2")
        with pytest.raises(ControlRefused, match=f"409.*{first}前不能变更或取消"):
            hub.control(path, method="DELETE")
        hub.control("/clock", {"advance_s": 86400})
    changed = file(hub, area="520100", registration="2")
    old, new = hub.person("desk")["filings"]
    assert (old["state"], old["area"], new["area"]) == ("cancelled", "500000", changed["area"])
    cashier.sign_in()
    cashier.serve("desk")
    visit, batch = cashier.basket()
    assert "无有效备案" in cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00")})
    if not months:
        assert hub.control(path, method="DELETE")["state"] == "cancelled"
        with pytest.raises(ControlRefused, match="404"):
            hub.control(path, method="DELETE")


def test_what_an_institution_filed_for_long_is_held_back_too(hub, cashier):
    make(hub, "desk", ZHEJIANG, filings=[])
    cashier.serve("desk")
    data = {"psn_no": cashier.psn_no, "biz_appy_type": "08", "begndate": day(cashier), "fix_srt_no": "1"}
    told = {"data": {**data, "enddate": "", "fixmedins_code": CHONGQING, "fixmedins_name": "示例"}}
    number = filed(cashier, "2505", told)
    asked = {"data": {"trt_dcla_detl_sn": number, "psn_no": cashier.psn_no, "memo": "x"}}
    assert "前不能变更或取消" in cashier.refused("2506", asked)


def test_a_change_needs_something_to_change(hub, unfiled):
    assert "没有可变更" in told_no(hub, registration="2")
    file(hub)
    assert "重复办理" in told_no(hub)


@pytest.mark.requirement("R038")
def test_the_same_illness_again_takes_less(hub, cashier):
    """By message: what the first referral told need not be told again. At the desk: no new transfer papers."""
    cashier.serve("not_filed")
    short = referral(cashier, **dict.fromkeys(("reflin_medins_no", "mdtrtarea_admdvs", "refl_type", "refl_date"), ...))
    assert "不能为空" in cashier.refused("2501A", short)
    filed(cashier, "2501A", referral(cashier, enddate=day(cashier, 1)))
    hub.control("/clock", {"advance_s": 3 * 86400})
    cashier.sign_in()
    visit, batch = cashier.basket()
    asked = {"data": cashier.trial_data(visit, batch, "100.00")}
    assert "到期" in cashier.refused("2206", asked)
    again = short["refmedin"] | {"begndate": day(cashier), "enddate": day(cashier, 90)}
    other = {**again, "diag_code": "C34.900"}
    assert "不能为空" in cashier.refused("2501A", {"refmedin": other})
    filed(cashier, "2501A", {"refmedin": {**again, "diag_code": "K25.901"}})  # the same illness by its category
    cashier.ok("2206", asked)
    data = {"psn_no": cashier.psn_no, "begntime": day(cashier), "endtime": f"{day(cashier)} 00:00:00"}
    row = next(r for r in cashier.ok("5304", {"data": data})["refmedin"] if r["diag_code"] == "K25.901")
    assert (row["reflin_medins_no"], row["exp_content"]["filing_area"]) == (OTHER, "500000")
    make(hub, "desk", YUNNAN, number=11, filings=[])
    assert "转诊转院证明材料" in told_no(hub, [], illness="K25.900", person_class="4")
    file(hub, ["transfer_proof"], illness="K25.900", person_class="4")
    assert "转诊转院证明材料" in told_no(hub, [], illness="C34.900", person_class="4", area="520100")
    file(hub, [], illness="K25.900", person_class="4", area="520100")


# what the control door is told


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"sign_ttl": "soon"}, "sign_ttl must be a number of seconds"),
        ({"sign_ttl": True}, "sign_ttl must be a number of seconds"),
        ({"D_max": [30]}, "D_max must be a number of seconds"),
        ({"D_max": -1}, "D_max must be a number of seconds"),
        ({"filing_delay_s": "1"}, "filing_delay_s must be a number of seconds"),
        ({"filing_delay_s": {}}, "filing_delay_s must be a number of seconds"),
        ({"final_after_s": None}, "final_after_s must be a number of seconds"),
        ({"task_takes_s": float("nan")}, "task_takes_s must be a number of seconds"),
        ({"door_clock_off_s": "5"}, "door_clock_off_s must be a number of seconds"),
        ({"acct_in_fund": "yes"}, "acct_in_fund must be true or false"),
        ({"sign_required": 1}, "sign_required must be true or false"),
        ({"tombstone": None}, "tombstone must be true or false"),
        ({"statement_codes": None}, "statement_codes must be one of long, short"),
        ({"maint_codes": [1]}, "maint_codes must be a list of texts"),
        ({"maint_codes": "1"}, "maint_codes must be a list of texts"),
        ({"reversible": {"2207": "no"}}, "reversible must be an object of true and false"),
        ({"refund_variants": []}, "refund_variants must be an object of true and false"),
        ({"answer": "x"}, "answer must be an object"),
        ({"day_ends_at": 24}, "day_ends_at must be HH:MM"),
        ({"drawn": "x"}, "drawn must be a whole number"),
    ],
)
def test_capabilities_of_the_wrong_kind_change_nothing(hub, change, names):
    before = hub.control("/capabilities")
    with pytest.raises(ControlRefused, match=names) as no:
        hub.control("/capabilities", {"one_live": False, **change}, "PUT")
    assert no.value.status == 400
    assert hub.control("/capabilities") == before


@pytest.mark.parametrize(
    "change",
    [{"sign_ttl": 3600}, {"sign_ttl": None}, {"D_max": 0.5}, {"door_clock_off_s": -400}, {"acct_in_fund": None}],
)
def test_capabilities_of_the_right_kind_are_taken(hub, change):
    assert hub.control("/capabilities", change, "PUT").items() >= change.items()
