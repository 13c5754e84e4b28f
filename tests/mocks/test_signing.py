"""Every scheme at the hub's front door. Three hands are held against one another: vectors typed from the sources, the
SDK's client, and `sdk.other_side`, which is written from the specification alone."""

import base64
import json
import time
import urllib.request
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sdk import other_side

from yidi_mocks import keys, seals
from yidi_mocks.gate import Gate
from yidi_mocks.keys import Keyring, Keys
from yidi_mocks.provinces import provinces
from yidi_mocks.seals import Unproven
from yidi_sdk import Client, Institution, Operator, profile, wire
from yidi_sdk.envelope import BEIJING
from yidi_sdk.errors import Refused, Unknown, YidiError
from yidi_sdk.signing import HeaderSecret, SoftwareSigner, sm2
from yidi_sdk.transactions import GetPerson, QueryReferrals, SignIn

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "signing_vectors.json").read_text("utf-8"))
ACCOUNT = ("DEMOCLIENTID0001", "demo-secret-0001")
HOSPITAL = Institution("H50010300001", "示例市人民医院(虚构)", "500103")
SIGNED = ("guangdong", "hunan", "zhejiang", "jilin", "chongqing", "channel")
CHANNEL = profile.load("national").with_(name="channel", body_scheme="enc-data")


def gate(name, now_s, account=ACCOUNT, **changes):
    province = provinces()[name]
    ring = Keyring()
    ring.own["H"] = Keys(account[0], account[1], "demo-bearer-0001", keys.of_any().public_key)
    made = Gate(province, ring, changes.get("headers", province.headers), province.body, now_s)
    return made, ring.own["H"]


def refusal(made, told, raw, infno, known):
    with pytest.raises(Unproven) as caught:
        made.check_headers({name.lower(): value for name, value in told.items()}, raw, infno, known)
    return caught.value.text


@pytest.mark.parametrize("vector", VECTORS["tif"], ids=lambda vector: vector["name"])
def test_tif_vectors(vector):
    made, known = gate("guangdong", vector["now_s"], (vector["paasid"], vector["token"]))
    made.check_headers(vector["headers"], b"", "1101", known)
    for name, value in vector["headers"].items():
        assert "鉴权参数不完整" in refusal(made, {**vector["headers"], name: ""}, b"", "1101", known)
        worse = value[:-1] + ("0" if value[-1] != "0" else "1")
        assert refusal(made, {**vector["headers"], name: worse}, b"", "1101", known)
    for off in (-301, 301):
        late, known = gate("guangdong", vector["now_s"] + off, (vector["paasid"], vector["token"]))
        assert "签名时间戳超时" in refusal(late, vector["headers"], b"", "1101", known)


def test_csb_vector():
    [vector] = [one for one in VECTORS["csb"] if one["name"] == "JSON body"]
    made, known = gate("hunan", 1592225468, ("ak123", "sk456"))
    told = {
        "_api_name": "http2http1",
        "_api_version": "1.0.0",
        "_api_timestamp": "1592225468715",
        "_api_access_key": "ak123",
        "_api_signature": vector["signature"],
    }
    made.check_headers(told, b"{}", "http2http1", known)
    assert refusal(made, {**told, "_api_access_key": "ak124"}, b"", "http2http1", known) == "非法用户!"
    assert refusal(made, {**told, "_api_name": "1101"}, b"", "1101", known) == "签名不一致!"
    assert refusal(made, told, b"", "1101", known) == "签名不一致!"  # signed for another transaction
    assert refusal(made, {**told, "_api_signature": ""}, b"", "http2http1", known) == "缺少服务网关的请求头!"
    assert refusal(made, {**told, "_api_timestamp": "1592225468"}, b"", "http2http1", known) == "签名时间戳超时!"
    late, known = gate("hunan", 1592225468 + 1801, ("ak123", "sk456"))
    assert refusal(late, told, b"", "http2http1", known) == "签名时间戳超时!"


@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_hmac_sm3_vector(case):
    [vector] = VECTORS["hmac_sm3"]
    made, known = gate("zhejiang", 1700000000, ("demo", vector["secret"]))
    told = {"x-ca-key": "demo", "x-ca-signature": case(vector["signature"])}
    raw = vector["body"].encode()
    made.check_headers(told, raw, "1101", known)
    assert "x-ca-signature验签失败" in refusal(made, told, raw + b" ", "1101", known)


def test_sm4_vectors():
    for vector in VECTORS["sm4"]:
        account = Keys(vector["client_id"], vector["secret"], "", "")
        if vector["kdf"] == "clientid16":
            key = account.name.encode()[:16]
        else:
            key = seals.channel_key(account)
            assert key.decode() == vector["key"]
        sealed = seals.sm4(key, vector["plain"].encode())
        assert vector.get("base64") in (None, base64.b64encode(sealed).decode())
        assert vector.get("hex") in (None, sealed.hex().upper())


@pytest.mark.parametrize("sort", ["ordinal", "ordinal_then_ci", "ci"])
def test_the_text_of_a_channel(sort):
    """Typed from signing.md section 4: sorted, without empties, scalars inside data as texts, the secret at the end."""
    channel = {
        "version": "1.0.0",
        "appId": "A",
        "signData": "x",
        "encData": "y",
        "extra": {},
        "timestamp": "1",
        "no": None,
    }
    data = {"b": 1, "a": {"z": Decimal("1.20"), "e": "", "t": True}, "l": [{"q": None, "p": "汉"}], "n": []}
    want = 'appId=A&data={"a":{"t":"true","z":"1.20"},"b":"1","l":[{"p":"汉"}]}&timestamp=1&version=1.0.0&key=s'
    assert seals.channel_text({**channel, "data": data}, "s", sort).decode() == want


def test_sorting_of_names_that_differ_in_case():
    text = {
        sort: seals.channel_text({"appId": "1", "B": "2", "a_c": "3"}, "s", sort).decode() for sort in ("ordinal", "ci")
    }
    assert text == {"ordinal": "B=2&a_c=3&appId=1&key=s", "ci": "a_c=3&appId=1&B=2&key=s"}


def secret(account=ACCOUNT, bearer="demo-bearer-0001", private=other_side.HOSPITAL):
    signer = SoftwareSigner(
        private_keys={"own": private.to_bytes(32, "big")},
        public_keys={"platform": other_side.public(other_side.PLATFORM)},
        channels={"own": account},
    )
    return HeaderSecret(*account, bearer=lambda: bearer, signer=signer)


def client(hub, name, *, now=None, known=None, institution=HOSPITAL):
    chosen = CHANNEL if name == "channel" else profile.load(name)
    clock = (lambda: now) if now else None
    return Client(
        hub.url,
        institution=institution,
        operator=Operator("0001", "示例收费员"),
        profile=chosen,
        secret=known or secret(),
        clock=clock,
        sleep=lambda _: None,
    )


def ask(hub):
    return GetPerson(mdtrt_cert_type="02", mdtrt_cert_no=hub.person("filed_hypertension")["id_number"])


@pytest.fixture
def at(hub):
    """The hub as the platform of a profile."""

    def become(name):
        hub.reset(profile=name)
        return hub

    return become


@pytest.mark.parametrize("name", SIGNED)
def test_the_sdk_is_understood_under_every_profile(at, name):
    hub = at(name)
    with client(hub, name) as ours:
        ours.sign_in()
        person = ours.send(ask(hub))
        assert person.insuinfo[0].insuplc_admdvs == "530100"
        assert person.insuinfo[0].balc == Decimal("400.00")
        with pytest.raises(Refused) as refused:
            ours.send(GetPerson(mdtrt_cert_type="02", mdtrt_cert_no="530102190001010001"))
    assert "该参保人的基本信息为空" in refused.value.err_msg


@pytest.mark.parametrize("name", SIGNED)
def test_a_wrong_secret_is_refused_in_the_platforms_words(at, name):
    hub = at(name)
    account = (ACCOUNT[0], "another-secret-1")
    stranger = (
        secret(account, bearer="another", private=4711) if name in ("jilin", "channel") else secret(account, "another")
    )
    with client(hub, name, known=stranger) as ours, pytest.raises(YidiError) as caught:
        ours.sign_in()
    words = {"hunan": "签名不一致!", "jilin": "令牌无效", "channel": "解密失败"}
    row = hub.received()[0]
    assert (row["verdict"], row["cause"]) == ("refused", "signature")
    assert words.get(name, "签名不一致") in row["err_msg"]
    if name != "channel":  # a failure of the channel is not signed, and so is not quoted
        assert words.get(name, "签名不一致") in caught.value.err_msg


@pytest.mark.parametrize("name", ["guangdong", "hunan", "zhejiang", "chongqing", "channel"])
def test_a_wrong_clock_is_refused_in_the_platforms_words(at, name):
    hub = at(name)
    with client(hub, name, now=datetime.now(BEIJING) - timedelta(hours=1)) as ours, pytest.raises(YidiError):
        ours.sign_in()
    assert "签名时间戳超时" in hub.received()[0]["err_msg"]
    hub.control("/capabilities", {"door_clock_off_s": -3600}, "PUT")
    with client(hub, name, now=datetime.now(BEIJING) - timedelta(hours=1)) as ours:
        ours.sign_in()


def test_moving_the_hubs_clock_does_not_lock_callers_out(at):
    hub = at("guangdong")
    hub.control("/clock", {"advance_s": 86400 * 30})
    with client(hub, "guangdong") as ours:
        ours.sign_in()


@pytest.mark.parametrize("name", ["guangdong", "hunan", "zhejiang", "jilin"])
def test_without_headers_nobody_comes_in(at, cashier, name):
    hub = at(name)
    envelope = cashier.envelope("9001", {"signIn": {"opter_no": "op001", "mac": "", "ip": ""}})
    status, body = cashier.post(wire.dumps(envelope))
    assert status == (401 if name in ("hunan", "jilin") else 200)
    answer = wire.loads(body)
    assert answer.get("infcode", -1) == -1
    assert hub.received()[0]["cause"] == "signature"
    said = {"hunan": "缺少服务网关的请求头!", "jilin": "缺少令牌"}.get(name, "鉴权参数不完整，请求不合法。")
    assert said in (answer.get("err_msg") or answer["message"])


def test_an_institution_has_its_own_account(at):
    hub = at("guangdong")
    hub.control("/keys/H50010300002", {"name": "second", "secret": "its-own"}, "PUT")
    other = Institution("H50010300002", "示例区医院(虚构)", "500103")
    with client(hub, "guangdong", institution=other) as ours, pytest.raises(YidiError):
        ours.sign_in()
    assert "非法用户" in hub.received()[0]["err_msg"]
    known = secret(("second", "its-own"))
    with client(hub, "guangdong", institution=other, known=known) as ours, pytest.raises(YidiError):
        ours.sign_in()  # the account is right; the institution itself is not of this world
    assert "fixmedins_code" in hub.received()[-1]["err_msg"]
    shown = hub.control("/keys")
    assert shown["own"]["H50010300002"]["name"] == "second"
    assert "its-own" not in json.dumps(shown)
    assert shown["platform_public_key"].lower() == other_side.public(other_side.PLATFORM).hex()


@pytest.mark.parametrize(
    "row", [{"name": 1}, {"odd": "x"}, {"public_key": "00"}, {"public_key": "g" * 128}], ids=lambda row: str(row)[:20]
)
def test_accounts_that_make_no_sense(hub, row):
    from yidi_mocks.plugin import ControlRefused

    with pytest.raises(ControlRefused) as refused:
        hub.control("/keys/H50010300001", row, "PUT")
    assert refused.value.status == 400


def token(hub, account, form):
    basic = base64.b64encode(":".join(account).encode()).decode()
    request = urllib.request.Request(  # noqa: S310 - our own http address
        f"{hub.url}/auth/oauth/token", data=form.encode(), headers={"authorization": f"Basic {basic}"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - our own http address
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_the_token_address(at):
    hub = at("jilin")
    form = "username=u&password=p&scope=server&grant_type=password"
    assert token(hub, (ACCOUNT[0], "wrong"), form)[0] == 401
    assert token(hub, ACCOUNT, "username=u")[0] == 400
    status, given = token(hub, ACCOUNT, form)
    assert status == 200
    with client(hub, "jilin", known=secret(bearer=given["access_token"])) as ours:
        ours.sign_in()
    with client(hub, "jilin", known=secret(bearer="not-given-out")) as ours, pytest.raises(YidiError):
        ours.sign_in()
    hub.reset()
    assert token(hub, ACCOUNT, form)[0] == 404


class Jilin:
    """Another hand than the SDK's: `sdk.other_side` closes and opens."""

    def __init__(self, cashier):
        self.cashier = cashier

    def post(self, infno, nodes, **changes):
        envelope = self.cashier.envelope(infno, nodes)
        text = json.dumps(nodes, ensure_ascii=False).encode()
        sealed = {
            "input": base64.b64encode(other_side.sm4(ACCOUNT[0].encode(), text)).decode(),
            "cainfo": base64.b64encode(other_side.sign(other_side.HOSPITAL, text)).decode(),
            "signtype": "SM2",
            "enc_type": "SM4",
            **changes,
        }
        body = json.dumps({**envelope, **sealed}, ensure_ascii=False).encode()
        self.cashier.connection.request(
            "POST", "/mbs/fmi/fsi/api/callFsiService/callService", body, {"Authorization": "Bearer demo-bearer-0001"}
        )
        return json.loads(self.cashier.connection.getresponse().read())

    @staticmethod
    def opened(answer):
        text = other_side.sm4(ACCOUNT[0].encode(), base64.b64decode(answer["output"]), back=True)
        assert other_side.is_signed(other_side.public(other_side.PLATFORM), text, base64.b64decode(answer["cainfo"]))
        return json.loads(text)


SIGN_IN = {"signIn": {"opter_no": "op001", "mac": "", "ip": ""}}


def test_another_hand_speaks_the_sealed_scheme(at, cashier):
    at("jilin")
    ours = Jilin(cashier)
    answer = ours.post("9001", SIGN_IN)
    assert (answer["infcode"], answer["err_msg"], answer["signtype"]) == (0, "成功", "SM2")
    assert len(base64.b64decode(answer["cainfo"])) == 64
    assert ours.opened(answer)["signinoutb"]["sign_no"]
    refused = ours.post("9001", {"signIn": {"opter_no": ""}})
    assert refused["infcode"] == -1
    assert ours.opened(refused) == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cainfo": base64.b64encode(b"0" * 64).decode()}, "数字签名信息(cainfo)验签失败"),
        ({"cainfo": "AAAA"}, "验签失败"),
        ({"cainfo": "$"}, "验签失败"),
        ({"cainfo": ""}, "cainfo不能为空"),
        ({"signtype": "SM3"}, "验签失败"),
        ({"enc_type": ""}, "enc_type不能为空"),
        ({"input": "AAAA"}, "解密失败"),
        ({"input": "%"}, "解密失败"),
        ({"input": {"data": {}}}, "input不能为空"),
    ],
)
def test_sealed_messages_that_prove_nothing(at, cashier, changes, words):
    hub = at("jilin")
    answer = Jilin(cashier).post("9001", SIGN_IN, **changes)
    assert answer["infcode"] == -1
    assert words in answer["err_msg"]
    assert hub.received()[0]["verdict"] == "refused"


def channel_post(cashier, envelope, **changes):
    plain = json.dumps(envelope, ensure_ascii=False).encode()
    channel = {
        "appId": ACCOUNT[0],
        "version": "1.0.0",
        "encType": "SM4",
        "signType": "SM2",
        "timestamp": str(int(time.time())),
    }
    channel["transType"] = envelope["infno"]
    signature = other_side.sign(
        other_side.HOSPITAL, other_side.channel_text({**channel, "data": other_side.digits(plain)}, ACCOUNT[1])
    )
    sealed = {
        "encData": other_side.sm4(other_side.channel_key(ACCOUNT), plain).hex().upper(),
        "signData": base64.b64encode(signature).decode(),
    }
    body = {name: value for name, value in {**channel, **sealed, **changes}.items() if value is not None}
    return json.loads(cashier.post(json.dumps(body).encode())[1])


def test_another_hand_speaks_the_channel(at, cashier):
    at("channel")
    answer = channel_post(cashier, cashier.envelope("9001", SIGN_IN))
    text = other_side.sm4(other_side.channel_key(ACCOUNT), bytes.fromhex(answer["encData"]), back=True)
    signed = other_side.channel_text({**answer, "data": other_side.digits(text)}, ACCOUNT[1])
    key = other_side.public(other_side.PLATFORM)
    assert other_side.is_signed(key, signed, base64.b64decode(answer["signData"]))
    assert json.loads(text)["infcode"] == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"signData": base64.b64encode(b"1" * 64).decode()}, "signData验签失败"),
        ({"appId": None}, "缺少appId"),
        ({"appId": "SOMEBODYELSE0001"}, "appId未登记"),
        ({"encData": "00"}, "解密失败"),
        ({"encData": "zz"}, "解密失败"),
        ({"transType": "1101"}, "signData验签失败"),
        ({"signType": "RSA"}, "signData验签失败"),
        ({"version": None}, "缺少version"),
    ],
)
def test_channels_that_prove_nothing(at, cashier, changes, words):
    at("channel")
    answer = channel_post(cashier, cashier.envelope("9001", SIGN_IN), **changes)
    assert answer["infcode"] == -1
    assert words in answer["err_msg"]


@pytest.mark.parametrize("name", ["jilin", "channel"])
@pytest.mark.parametrize("infno", ["5304", "9001"])
def test_wrongly_signed_answers(at, name, infno):
    hub = at(name)
    with client(hub, name) as ours:
        ours.sign_in()
        person = ours.send(ask(hub)).baseinfo.psn_no
        hub.fault("wrong_sign", infno, when={"always": True})
        day = hub.control("/health")["clock"][:10]
        asked = QueryReferrals(psn_no=person, begntime=f"{day} 00:00:00", endtime=f"{day} 23:59:59")
        again, place = (SignIn(opter_no="0001"), "") if infno == "9001" else (asked, "530100")
        with pytest.raises(Unknown) as caught:
            ours.send(again, insured_division=place)
    assert "signature is wrong" in str(caught.value)


def test_the_platform_key_is_the_one_shown():
    assert sm2.pair_of(keys.platform_key()).public == other_side.public(other_side.PLATFORM)
    assert keys.of_any().public_key.lower() == other_side.public(other_side.HOSPITAL).hex()


@pytest.mark.parametrize("scheme", ["tif", "csb", "hmac-sm3", "bearer"])
def test_a_capability_puts_a_scheme_before_any_profile(hub, cashier, scheme):
    hub.control("/capabilities", {"header_scheme": scheme}, "PUT")
    answer = wire.loads(cashier.post(wire.dumps(cashier.envelope("9001", SIGN_IN)))[1])
    assert answer["infcode"] == -1
    hub.control("/capabilities", {"header_scheme": "none"}, "PUT")
    assert cashier.send("9001", SIGN_IN)["infcode"] == 0


def test_a_sign_in_of_another_hospital_is_none(hub, cashier):
    """Its number is taken from the hospital that signed in, and from nobody else."""
    hub.control("/world/institutions/H50010300002", {"name": "示例区医院(虚构)", "division": "500103"}, "PUT")
    data = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": hub.person("filed_hypertension")["id_number"]}}
    cashier.ok("1101", data)
    assert "签到失效" in cashier.refused("1101", data, fixmedins_code="H50010300002")
