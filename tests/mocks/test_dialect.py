"""How answers are written, by profile and by capability; both are read from the raw bytes, without the SDK."""

import json

import pytest

from yidi_mocks.plugin import ControlRefused

SIGN_IN = {"signIn": {"opter_no": "op001", "mac": "", "ip": ""}}


def raw(cashier, infno, nodes, path="/fsi/api/callService"):
    body = json.dumps(cashier.envelope(infno, nodes), default=str, ensure_ascii=False).encode()
    return json.loads(cashier.post(body, path)[1])


@pytest.fixture
def speaking(hub, cashier):
    """Without headers and seals, which are tested elsewhere: only how the profile writes."""

    def become(profile):
        hub.reset(profile=profile)
        hub.control("/capabilities", {"header_scheme": "none", "body_scheme": "plain"}, "PUT")
        cashier.sign_no = raw(cashier, "9001", SIGN_IN)["output"]["signinoutb"]["sign_no"]
        cashier.insuplc, cashier.id_number = "", hub.person("filed_hypertension")["id_number"]
        return raw(cashier, "1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": cashier.id_number}})

    return become


@pytest.mark.parametrize(
    ("profile", "infcode", "err_msg", "balance"),
    [
        ("national", 0, None, 400.0),
        ("guangdong", "0", "", 400.0),
        ("hunan", 0, None, "400.00"),
        ("zhejiang", 0, "success", 400.0),
        ("jilin", 0, "成功", 400.0),
        ("chongqing", 0, None, 400.0),
    ],
)
def test_a_success(speaking, profile, infcode, err_msg, balance):
    answer = speaking(profile)
    assert (answer["infcode"], answer["err_msg"]) == (infcode, err_msg)
    assert answer["output"]["insuinfo"][0]["balc"] == balance
    assert isinstance(answer["infcode"], type(infcode))


@pytest.mark.parametrize(("profile", "infcode"), [("national", -1), ("guangdong", "-1"), ("zhejiang", -1)])
def test_a_refusal_keeps_the_words(speaking, cashier, profile, infcode):
    speaking(profile)
    answer = raw(cashier, "1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "1"}})
    assert answer["infcode"] == infcode
    assert "该参保人的基本信息为空" in answer["err_msg"]
    assert answer["output"] is None


@pytest.mark.parametrize(
    ("profile", "keys"),
    [
        ("national", {"type", "infcode", "err_msg"}),
        ("zhejiang", {"type", "infcode", "err_msg"}),
        ("guangdong", {"code", "success", "message"}),
        ("chongqing", {"code", "success", "message"}),
    ],
)
def test_failures_outside_the_envelope(speaking, cashier, profile, keys):
    speaking(profile)
    answer = raw(cashier, "9999", {"data": {}})
    assert set(answer) == keys
    assert "未知交易编号" in json.dumps(answer, ensure_ascii=False)
    assert answer.get("infcode", -1) == -1
    assert answer.get("success") in (None, False)


@pytest.mark.parametrize(("profile", "nothing"), [("national", None), ("zhejiang", {})])
def test_a_transaction_without_output(speaking, cashier, hub, profile, nothing):
    speaking(profile)
    hub.control("/capabilities", {"answer": {}}, "PUT")
    cashier.psn_no, cashier.insuplc = hub.person("filed_hypertension")["psn_no"], "530100"
    visit = cashier.register()
    cancel = {"data": {"mdtrt_id": visit, "psn_no": cashier.psn_no, "ipt_otp_no": "MZ1"}}
    answer = raw(cashier, "2202", cancel)
    assert (answer["infcode"], answer["output"]) == (0, nothing)


@pytest.mark.parametrize(
    ("profile", "undone", "settled"),
    [("chongqing", "pdn_cash_pay", "psn_cash_pay"), ("guangdong", "psn_cash_pay", "psn_cash_pay")],
)
def test_spellings(hub, cashier, speaking, profile, undone, settled):
    speaking(profile)
    changes = {"answer": {"infcode": "number"}}
    hub.control("/capabilities", changes, "PUT")
    cashier.psn_no, cashier.insuplc, cashier.insutype = hub.person("filed_hypertension")["psn_no"], "530100", "310"
    visit, batch = cashier.basket(disease="M03900")
    info = raw(cashier, "2207", {"data": cashier.settle_data(visit, batch, "100.00", "14")})["output"]["setlinfo"]
    assert settled in info
    assert ("psn_part_am" in info) == (profile == "guangdong")
    assert ("psn_part_amt" in info) != (profile == "guangdong")
    data = {"setl_id": info["setl_id"], "mdtrt_id": visit, "psn_no": cashier.psn_no}
    back = raw(cashier, "2208", {"data": data})["output"]["setlinfo"]
    assert undone in back


def test_guangzhou_names_of_nodes_are_taken_beside_the_national_ones(speaking, cashier, hub):
    speaking("guangdong")
    hub.control("/capabilities", {"answer": {"infcode": "number"}}, "PUT")
    cashier.psn_no, cashier.insuplc, cashier.insutype = hub.person("filed_hypertension")["psn_no"], "530100", "310"
    visit, batch = cashier.basket(disease="M03900")
    data = cashier.trial_data(visit, batch, "100.00", "14")
    assert raw(cashier, "2206", {"mdtrtinfo": data})["infcode"] == 0
    assert raw(cashier, "2206", {"data": data})["infcode"] == 0
    assert raw(cashier, "2206", {"mdtrtinfo": data, "data": data})["infcode"] == -1
    hub.reset()
    cashier.sign_in()
    assert "mdtrtinfo" in cashier.refused("2206", {"mdtrtinfo": data})


def test_a_capability_goes_before_the_profile(hub, cashier):
    changes = {"infcode": "string", "numbers": "string", "success_text": "success", "nothing": "text"}
    hub.control("/capabilities", {"answer": changes}, "PUT")
    cashier.id_number = hub.person("filed_hypertension")["id_number"]
    answer = raw(cashier, "1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": cashier.id_number}})
    assert (answer["infcode"], answer["err_msg"]) == ("0", "success")
    assert answer["output"]["insuinfo"][0]["balc"] == "400.00"
    assert isinstance(answer["output"]["baseinfo"]["age"], str)
    hub.control("/capabilities", {"answer": {"spellings": {"*": {"psn_no": "psnNo"}}}}, "PUT")
    answer = raw(cashier, "1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": cashier.id_number}})
    assert "psnNo" in answer["output"]["baseinfo"]


@pytest.mark.parametrize(
    "flags",
    [
        {"answer": {"infcode": "roman"}},
        {"answer": {"odd": 1}},
        {"answer": []},
        {"header_scheme": "odd"},
        {"body_scheme": 1},
        {"idem_msgid": 1},
        {"odd": True},
    ],
)
def test_capabilities_that_make_no_sense(hub, flags):
    before = hub.control("/capabilities")
    with pytest.raises(ControlRefused) as refused:
        hub.control("/capabilities", {**flags, "tombstone": True}, "PUT")
    assert refused.value.status == 400
    assert hub.control("/capabilities") == before


def test_flags_in_doubt_are_drawn_by_seed(hub):
    first = [hub.control("/capabilities", {"drawn": seed}, "PUT") for seed in range(8)]
    assert first == [hub.control("/capabilities", {"drawn": seed}, "PUT") for seed in range(8)]
    for name in ("idem_msgid", "tombstone", "one_live", "query_without_setl_id", "query_shows_msgid"):
        assert {flags[name] for flags in first} == {True, False}, name
    assert {flags["acct_in_fund"] for flags in first} > {True}


@pytest.mark.parametrize("profile", ["guangdong", "hunan", "jilin"])
def test_the_profiles_own_paths(hub, cashier, profile):
    own = {
        "guangdong": "/ebus/gdyb_api/prd/hsa/hgs/9001",
        "hunan": "/fsi/api/rsfComIfsService/callService",
        "jilin": "/mbs/fmi/fsi/api/callFsiService/callService",
    }
    assert cashier.post(b"{}", own[profile])[0] == 404
    hub.reset(profile=profile)
    hub.control("/capabilities", {"header_scheme": "none", "body_scheme": "plain"}, "PUT")
    assert raw(cashier, "9001", SIGN_IN, own[profile])["infcode"] in (0, "0")
    if profile == "guangdong":
        answer = raw(cashier, "1101", {"data": {}}, own[profile])
        assert "请求地址" in answer["err_msg"]
