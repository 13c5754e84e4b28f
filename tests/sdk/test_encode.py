"""A message into bytes: the envelope, the address, the headers, and every misuse named at once."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdk import scene
from sdk.scene import COMMIT, MSGID, NOW, PROFILE, QUERY, REVERSAL, request_of

from yidi_sdk import wire
from yidi_sdk.catalogue import CATALOGUE, Effect, by_infno
from yidi_sdk.client import Client
from yidi_sdk.envelope import Answered, unwrap
from yidi_sdk.errors import Misused
from yidi_sdk.explain.refusals import said
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.profile import from_data
from yidi_sdk.protocol import make_msgid, read_input
from yidi_sdk.signing import HeaderSecret, verify
from yidi_sdk.transactions import (
    Diagnosis,
    Encounter,
    QueryStatement,
    Raw,
    SettleOutpatient,
    UploadOutpatientEncounter,
)


def test_the_request_says_what_its_answer_must_be_about() -> None:
    request = request_of(COMMIT)
    assert (request.psn_no, request.mdtrt_id) == (scene.PSN_NO, scene.MDTRT_ID)
    assert (request.effect, request.msgid) == (Effect.COMMIT, MSGID)
    assert (request_of(QUERY).psn_no, request_of(REVERSAL).mdtrt_id) == (None, None)


def test_the_person_is_found_in_any_node() -> None:
    doctor = {"diag_dept": "内科", "dise_dor_no": "D1", "dise_dor_name": "示例医师", "diag_time": "2024-05-20 09:20:00"}
    diagnosis = {
        "diag_type": "1",
        "maindiag_flag": "1",
        "diag_srt_no": 1,
        "diag_code": "E11.900",
        "diag_name": "糖尿病",
    }
    encounter = {
        "mdtrt_id": scene.MDTRT_ID,
        "psn_no": scene.PSN_NO,
        "med_type": "14",
        "begntime": "2024-05-20 09:10:00",
    }
    message = UploadOutpatientEncounter(
        mdtrtinfo=Encounter.model_validate(encounter),
        diseinfo=[Diagnosis.model_validate({**diagnosis, **doctor, "vali_flag": "1"})],
    )
    request = request_of(message)
    assert (request.psn_no, request.mdtrt_id) == (scene.PSN_NO, scene.MDTRT_ID)
    with pytest.raises(Misused):
        request_of(message, insured_division="")


def test_paths() -> None:
    base = "http://127.0.0.1:8701/"
    assert request_of(COMMIT, url=base).url == "http://127.0.0.1:8701/fsi/api/callService"
    per = PROFILE.with_(path="per_infno")
    assert request_of(COMMIT, url=base, profile=per).url.endswith("/fsi/api/outpatientSettleService/saveSettletmentV2")
    nowhere = next(row for row in CATALOGUE if not row.path)
    assert per.path_of(nowhere.infno, nowhere.path) == "/fsi/api/callService"
    assert PROFILE.with_(single_path="/hgs/{infno}").path_of("9999", "") == "/hgs/9999"


def test_headers_follow_the_profile() -> None:
    secret = HeaderSecret(paasid="demo", token="demo-secret-0001")
    profile = PROFILE.with_(header_scheme="tif", content_type="text/plain; charset=utf-8")
    request = request_of(COMMIT, profile=profile, secret=secret, nonce="n1")
    assert request.headers["content-type"] == "text/plain; charset=utf-8"
    assert verify("tif", request.headers, now_s=int(NOW.timestamp()), secret=secret)
    with pytest.raises(Misused, match="secret"):
        request_of(COMMIT, profile=profile)
    assert set(request_of(COMMIT).headers) == {"content-type"}


def test_time_is_told_in_beijing() -> None:
    utc = datetime(2024, 5, 20, 1, 40, tzinfo=UTC)
    assert wire.loads(request_of(QUERY, now=utc).body)["inf_time"] == "2024-05-20 09:40:00"


def test_every_misuse_is_named_at_once() -> None:
    with pytest.raises(Misused) as caught:
        request_of(
            COMMIT,
            url="ftp://x",
            msgid="",
            institution=Institution(code="", name="", division="5"),
            operator=Operator(id="", name=""),
            now=NOW.replace(tzinfo=None),
            insured_division="",
        )
    assert {problem.path for problem in caught.value.fields} == {
        "url",
        "msgid",
        "institution",
        "operator",
        "now",
        "insuplc_admdvs",
    }


@pytest.mark.parametrize(
    "wrong", [{"insured_division": "53"}, {"insured_division": "云南省昆明市"}, {"msgid": "x" * 31}]
)
def test_misused(wrong: dict[str, Any]) -> None:
    if wrong.get("insured_division") == "云南省昆明市":
        assert len(wrong["insured_division"]) == 6
    with pytest.raises(Misused):
        request_of(COMMIT, **wrong)


def test_a_float_in_an_extension_is_refused_before_sending() -> None:
    message = SettleOutpatient.model_validate({**scene.SETTLING, **scene.PARTS, "exp_content": {"x": 0.1}})
    with pytest.raises(Misused, match="binary float"):
        request_of(message)


def test_read_input_names_every_wrong_field_and_quotes_none() -> None:
    row = scene.NAMES["GetPerson"]
    with pytest.raises(Misused) as caught:
        read_input(row, {"data": {"mdtrt_cert_type": "77", "certno": scene.ID_NUMBER * 3, "what": 1}})
    assert {problem.path for problem in caught.value.fields} == {"mdtrt_cert_type", "mdtrt_cert_no", "certno", "what"}
    assert scene.ID_NUMBER not in str(caught.value) + repr(caught.value.fields)


def test_reading_back_what_was_made_gives_the_same_message() -> None:
    nodes = wire.loads(request_of(COMMIT).body)["input"]
    assert read_input(scene.NAMES["SettleOutpatient"], nodes) == COMMIT


@given(st.decimals(places=2, min_value=0, max_value=10**13), st.decimals(places=2, min_value=0, max_value=10**13))
def test_no_digit_of_an_amount_changes_on_its_way(total: Decimal, part: Decimal) -> None:
    message = COMMIT.model_copy(update={"medfee_sumamt": total, "inscp_scp_amt": part})
    sent = wire.loads(request_of(message).body)["input"]["data"]
    assert (str(sent["medfee_sumamt"]), str(sent["inscp_scp_amt"])) == (f"{total:f}", f"{part:f}")


def test_msgid_has_thirty_characters() -> None:
    assert make_msgid(PROFILE, "H50010399901", NOW, 7) == MSGID
    assert make_msgid(PROFILE, "H1", NOW, 7) == "H10000000000202405200940000007"
    assert make_msgid(PROFILE, "H50010399901999", NOW, 7) == MSGID
    for serial in (-1, 10_000):
        with pytest.raises(ValueError, match="30 characters"):
            make_msgid(PROFILE, "H50010399901", NOW, serial)


@given(st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 86_399), st.integers(0, 86_399))
def test_other_second_or_serial_is_another_msgid(a: int, b: int, s: int, t: int) -> None:
    first = make_msgid(PROFILE, "H50010399901", datetime.fromtimestamp(s, tz=UTC), a)
    second = make_msgid(PROFILE, "H50010399901", datetime.fromtimestamp(t, tz=UTC), b)
    assert (first == second) is ((a, s) == (b, t))


ANSWERS = {
    '{"infcode":0,"output":null}': Answered(0, output={}),
    '{"infcode":"0","output":"","err_msg":null}': Answered(0, output={}),
    '{"infcode":-1,"err_msg":5,"output":{"a":1}}': Answered(-1, err_msg="5", output={"a": 1}),
    '{"infcode":"-1","warn_msg":"w"}': Answered(-1, warn_msg="w", output={}),
    '{"infcode":0,"output":"{\\"a\\":1.10}"}': Answered(0, output={"a": Decimal("1.10")}),
    '{"type":"error","infcode":-1,"err_msg":"x"}': Answered(-1, err_msg="x", output={}),
    '{"code":500159,"success":false,"message":"x"}': Answered(-1, err_msg="x", output={}),
    '{"code":401,"type":"e","message":"x","data":null}': Answered(-1, err_msg="x", output={}),
    '{"code":0,"message":"ok","data":{}}': Answered(None),
    '{"code":200,"message":"ok"}': Answered(None),
    '{"success":true,"code":9,"message":"ok"}': Answered(None),
    '{"success":false,"message":null}': Answered(None),
    "[]": Answered(None),
    "5": Answered(None),
    "null": Answered(None),
    '{"infcode":"1.0","output":[]}': Answered(1, output=[]),
    '{"infcode":[],"output":[]}': Answered(None, output=[]),
}


@pytest.mark.parametrize("text", ANSWERS)
def test_unwrap(text: str) -> None:
    assert unwrap(wire.loads(text.encode())) == ANSWERS[text]


def test_the_operator_of_the_call_is_in_the_envelope() -> None:
    kiosk = replace(scene.OPERATOR, id="k9", kind="2")
    sent = wire.loads(request_of(QUERY, operator=kiosk).body)
    assert (sent["opter"], sent["opter_type"]) == ("k9", "2")


LOCAL: dict[str, tuple[str, dict[str, Any]]] = {
    "2261": ("guangdong", {"mdtrtinfo": {"setl_id": "S1", "mdtrt_id": scene.MDTRT_ID, "psn_no": scene.PSN_NO}}),
    "1160": ("guangdong", {"data": {"psn_no": scene.PSN_NO, "med_type": "14"}}),
    "5260": ("guangdong", {"data": {"psn_no": scene.PSN_NO, "setl_id": "S1"}}),
    "3212": ("chongqing", {"data": {"task_key": "T1"}}),
    "3209A": ("jilin", {"data": {"begndate": "2024-05-01", "enddate": "2024-05-31"}}),
}
each_local = pytest.mark.parametrize("infno", LOCAL)


@each_local
@pytest.mark.parametrize("name", ["national", "hunan", "zhejiang"])
def test_what_belongs_to_another_province_is_refused_in_one_sentence(infno: str, name: str) -> None:
    province, nodes = LOCAL[infno]
    row = by_infno(infno)
    assert row is not None
    message = read_input(row, nodes)
    with pytest.raises(Misused) as caught:
        request_of(message, profile=PROFILE.with_(name=name))
    sentence = f"this transaction is of {province} alone, not of {name}"
    assert [(problem.path, problem.message) for problem in caught.value.fields] == [("profile", sentence)]
    assert (str(caught.value), caught.value.infno) == (f"{infno}: profile: {sentence}", infno)
    explained = said(str(caught.value))
    assert explained is not None
    assert "另一省份" in explained.cause_zh


@each_local
def test_at_home_and_in_profiles_made_from_home_it_leaves(infno: str) -> None:
    province, nodes = LOCAL[infno]
    row = by_infno(infno)
    assert row is not None
    message = read_input(row, nodes)
    city = from_data({"name": "city", "base": province})
    district = replace(PROFILE, name="district", based_on=(*city.based_on, city.name))
    for own in (PROFILE.with_(name=province), replace(PROFILE, name="city", based_on=city.based_on), district):
        assert wire.loads(request_of(message, profile=own).body)["infno"] == infno
    raw = Raw(infno, nodes)
    assert wire.loads(request_of(raw, profile=PROFILE).body)["input"] == nodes  # who names a number means it


def test_a_row_without_a_province_leaves_everywhere() -> None:
    for name in ("national", "hunan", "elsewhere"):
        assert request_of(COMMIT, profile=PROFILE.with_(name=name)).infno == "2207"


def test_a_client_of_another_province_posts_nothing() -> None:
    class Nowhere:
        def post(self, *_given: Any) -> Any:
            raise AssertionError("nothing may leave")

    client = Client(
        "http://127.0.0.1:1",
        institution=scene.INSTITUTION,
        operator=scene.OPERATOR,
        profile="national",
        poster=Nowhere(),
    )
    with pytest.raises(Misused, match="of guangdong alone"):
        client.send(QueryStatement(psn_no=scene.PSN_NO, setl_id="S1"), insured_division=scene.DIVISION)
