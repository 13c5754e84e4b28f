"""Every province: loads, has its evidence, and makes a settlement that an independent verifier accepts."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sdk import other_side, scene
from sdk.scene import COMMIT, NOW, answer, request_of, settled

from yidi_sdk.catalogue import row_of
from yidi_sdk.errors import Garbled
from yidi_sdk.flows import BasketPlan, DiagnosisPlan, VisitPlan, encounter
from yidi_sdk.profile import CAPABILITY_NAMES, CHOICES, Profile, from_data, load, names
from yidi_sdk.protocol import decode
from yidi_sdk.signing import HeaderSecret, SoftwareSigner, sm2

ALL = ("chongqing", "guangdong", "hunan", "jilin", "national", "zhejiang")
ACCOUNT = ("DEMOCLIENTID0001", "demo-secret-0001")
VISIT = VisitPlan(
    psn_no=scene.PSN_NO,
    insutype="310",
    cert_type="02",
    cert_no=scene.ID_NUMBER,
    started_at=datetime(2024, 5, 20, 9, 10),
    department_code="A03",
    department_name="急诊科",
    doctor_code="D1",
    doctor_name="示例医师",
    diagnoses=(DiagnosisPlan("I10.x00", "高血压", main=True),),
    flags={"otp_er_refl_flag": "1", "er_flag": "1", "trum_flag": "0"},
)
BASKET = BasketPlan("V1-1", "B1", "13", None, Decimal("10.00"), ())
NODES = {"guangdong": "mdtrtinfo"}
PATHS = {
    "chongqing": "/fsi/api/outpatientSettleService/saveSettletmentV2",
    "guangdong": "/ebus/gdyb_api/prd/hsa/hgs/2207",
    "hunan": "/fsi/api/rsfComIfsService/callService",
    "jilin": "/mbs/fmi/fsi/api/callFsiService/callService",
    "national": "/fsi/api/callService",
    "zhejiang": "/fsi/api/outpatientSettleService/saveSettletmentV2",
}


def secret_for(profile: Profile) -> HeaderSecret:
    signer = None
    if profile.body_scheme != "plain":
        try:
            sm2.choose()
        except sm2.Sm2Missing:
            pytest.skip("no SM2 implementation is installed here")
        signer = SoftwareSigner(
            private_keys={"own": other_side.HOSPITAL.to_bytes(32, "big")},
            public_keys={"platform": other_side.public(other_side.PLATFORM)},
            channels={"own": ACCOUNT},
        )
    return HeaderSecret(*ACCOUNT, bearer=lambda: "demo-bearer-0001", signer=signer)


def test_these_provinces() -> None:
    assert names() == ALL


@pytest.mark.parametrize("name", ALL)
def test_every_value_has_its_evidence_and_is_one_that_the_field_has(name: str) -> None:
    found = load(name)
    fields = set(Profile.__dataclass_fields__) - {"name", "capabilities", "evidence", "based_on"}
    assert found.name == name
    assert fields <= found.evidence.keys() <= fields | CAPABILITY_NAMES
    assert set(found.evidence.values()) <= {"agreed", "single", "inferred"}
    for field in fields:
        kept, default = getattr(found, field), getattr(Profile("x"), field)
        assert type(kept) is type(default) or isinstance(kept, str | tuple)
        assert kept in CHOICES.get(field, (kept,))


@pytest.mark.parametrize("name", set(ALL) - {"national"})
def test_what_a_province_does_not_say_itself_is_inferred(name: str) -> None:
    found, national = load(name), load("national")
    for field, evidence in found.evidence.items():
        kept = found if field not in CAPABILITY_NAMES else found.capabilities
        other = national if field not in CAPABILITY_NAMES else national.capabilities
        if evidence == "inferred" and field not in ("header_scheme", "timestamp_unit", "hex_case"):
            assert getattr(kept, field) == getattr(other, field)


@pytest.mark.requirement("R024", "R055")
@pytest.mark.parametrize("name", ALL)
def test_a_settlement_there_and_back(name: str) -> None:
    profile = load(name)
    secret = secret_for(profile)
    now = NOW + timedelta(milliseconds=365)
    request = request_of(COMMIT, profile=profile, secret=secret, nonce="0123456789abcdef" * 2, now=now)
    assert request.url == f"http://127.0.0.1:8701{PATHS[name]}"
    assert request.headers["content-type"] == profile.content_type
    now_ms = int(now.timestamp() * 1000)
    other_side.check_headers(profile.header_scheme, dict(request.headers), request.body, "2207", ACCOUNT, now_ms)
    opened = other_side.open_body(profile.body_scheme, request.body, ACCOUNT)
    assert (opened["infno"], opened["infver"], opened["recer_sys_code"], opened["msgid"]) == (
        "2207",
        profile.infver,
        profile.recer_sys_code,
        scene.MSGID,
    )
    assert list(opened["input"]) == [NODES.get(name, "data")]
    sent = opened["input"][NODES.get(name, "data")]
    assert (sent["medfee_sumamt"], sent["inscp_scp_amt"], sent["mdtrt_cert_no"]) == (
        "180.00",
        "139.80",
        scene.ID_NUMBER,
    )

    back = other_side.close_answer(profile.body_scheme, answer(settled()), ACCOUNT)
    got = decode(row_of(COMMIT), request, 200, {}, back, profile=profile)
    assert got.setlinfo.fund_pay_sumamt == Decimal("83.88")
    if profile.body_scheme != "plain":
        with pytest.raises(Garbled, match="signature"):
            decode(row_of(COMMIT), request, 200, {}, _unsigned(back), profile=profile)


def _unsigned(body: bytes) -> bytes:
    return json.dumps({**json.loads(body), "cainfo": "", "signData": ""}).encode()


@pytest.mark.parametrize("name", ALL)
def test_other_spellings_are_read(name: str) -> None:
    row = scene.NAMES["RevokeOutpatientSettlement"]
    revoke = row.input.model_validate({"setl_id": "1", "mdtrt_id": scene.MDTRT_ID, "psn_no": scene.PSN_NO})
    profile = load(name)
    secret = secret_for(profile)
    node = settled(psn_cash_pay=None, pdn_cash_pay="-46.12")
    back = other_side.close_answer(profile.body_scheme, answer(node), ACCOUNT)
    request = request_of(revoke, profile=profile, secret=secret, nonce="n" * 32)
    got: Any = decode(row, request, 200, {}, back, profile=profile)
    assert got.setlinfo.psn_cash_pay == Decimal("-46.12")


def test_what_is_known_of_one_province_alone() -> None:
    accounts = {name: (load(name).acct_in_fund, load(name).evidence["acct_in_fund"]) for name in ("hunan", "guangdong")}
    assert accounts == {"hunan": (False, "single"), "guangdong": (True, "single")}
    assert load("hunan").clock_skew_max_s == 1800
    assert load("zhejiang").recer_sys_code == "FSI_LOCAL"
    assert load("chongqing").evidence["header_scheme"] == "inferred"


ER_FLAG = {"guangdong": "mdtrtinfo", "hunan": "mdtrtinfo"}
"""The others have it in exp_content: Chongqing by its documents, the rest because nobody says otherwise."""


@pytest.mark.parametrize("name", ALL)
def test_the_encounter_of_a_province_stands_as_its_file_says(name: str) -> None:
    profile = load(name)
    visit = replace(VISIT, er_flag_place=profile.er_flag_place, encounter=profile.encounter)
    secret = secret_for(profile)
    request = request_of(encounter(visit, BASKET, scene.MDTRT_ID), profile=profile, secret=secret, nonce="n" * 32)
    opened = other_side.open_body(profile.body_scheme, request.body, ACCOUNT)
    assert opened["infno"] == "2203A"
    told = opened["input"]["mdtrtinfo"]
    assert profile.er_flag_place == ER_FLAG.get(name, "exp_content")
    if name in ER_FLAG:
        assert told["er_flag"] == "1"
        assert "exp_content" not in told
    else:
        assert told["exp_content"] == {"er_flag": "1"}
        assert "er_flag" not in told
    assert profile.evidence["er_flag_place"] == ("single" if name in {*ER_FLAG, "chongqing"} else "inferred")


def test_a_profile_knows_what_it_is_made_from() -> None:
    assert load("national").based_on == ()
    assert all(load(name).based_on == ("national",) for name in ALL if name != "national")
    own = from_data({"name": "own", "base": "hunan"})
    assert own.based_on == ("national", "hunan")
    assert [own.is_of(name) for name in ("own", "hunan", "national", "jilin", "")] == [True, True, True, False, False]
    assert not load("hunan").is_of("own")
    assert from_data({"name": "alone"}).based_on == ()
    for wrong in ("based_on", "name", "evidence", "capabilities"):
        with pytest.raises(ValueError, match=f"no profile has {wrong}"):
            from_data({"name": "x", "values": {wrong: {"value": "y", "evidence": "single"}}})


def test_an_own_file_is_based_on_a_province() -> None:
    own = from_data(
        {
            "name": "own",
            "base": "hunan",
            "values": {"infver": {"value": "2.0", "evidence": "single"}},
            "capabilities": {"one_live": {"value": True, "evidence": "agreed"}},
        }
    )
    assert (own.name, own.infver, own.header_scheme, own.capabilities.one_live) == ("own", "2.0", "csb", True)
    assert (own.evidence["infver"], own.evidence["header_scheme"], own.evidence["one_live"]) == (
        "single",
        "inferred",
        "agreed",
    )
    with pytest.raises(ValueError, match="there are: "):
        from_data({"name": "own", "base": "atlantis"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"header_scheme": "cbs"},
        {"hmac_alg": "crc"},
        {"body_scheme": "x"},
        {"kdf": "x"},
        {"nonce_length": 0},
        {"nonce_length": "32"},
        {"clock_skew_max_s": -1},
        {"clock_skew_max_s": True},
    ],
)
def test_wrong_values_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        load("national").with_(**wrong)
    with pytest.raises(ValueError, match="must be"):
        from_data(
            {"name": "x", "values": {key: {"value": value, "evidence": "single"} for key, value in wrong.items()}}
        )


def test_keys_beside_the_national_ones() -> None:
    extra = {"recer_admdvs": "{insured_division}", "fixmedins_soft_fcty": "示例 {division}", "infno": "never"}
    sent = other_side.digits(request_of(COMMIT, profile=scene.PROFILE.with_(envelope_extra=extra)).body)
    assert (sent["recer_admdvs"], sent["fixmedins_soft_fcty"], sent["infno"]) == ("530100", "示例 500103", "2207")
