"""The national door: what a HIS that only changed its URL sees, and what the platform then holds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.door_world import KEY, gateway_at, visit_body
from gateway.national_world import PATH, Program, msgid

from yidi_gateway.journal.port import Search
from yidi_gateway.settings import BadSettings
from yidi_mocks.plugin import RunningHub


@asynccontextmanager
async def program_at(hub: RunningHub, folder: Path, who: dict[str, Any], **more: Any) -> AsyncIterator[Program]:
    async with gateway_at(hub.url, folder, **more) as client:
        del client.headers["Authorization"]
        yield Program(client, who)


@pytest.fixture
def who(persona: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return persona("filed_hypertension")


@pytest.fixture
async def program(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> AsyncIterator[Program]:
    async with program_at(hub, tmp_path, who) as program:
        yield program


def received(hub: RunningHub, infno: str) -> list[dict[str, Any]]:
    return [row for row in hub.received(infno=infno) if row["infno"] == infno]


async def test_a_whole_visit(program: Program, hub: RunningHub) -> None:
    signed = await program.ok("9001", {"signIn": {"opter_no": "0007", "mac": "", "ip": ""}})
    assert signed["output"]["signinoutb"]["sign_no"]
    person = await program.ok(
        "1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": program.who["credential"]["value"]}}
    )
    assert person["output"]["baseinfo"]["psn_no"] == program.who["psn_no"]
    assert person["inf_refmsgid"]
    number = msgid()
    settled = await program.ok("2207", {"data": await program.charged()}, msgid=number)
    assert settled["output"]["setlinfo"]["medins_setl_id"] == number
    assert settled["yidi"]["state"] == "settled"
    (row,) = hub.ledger(live="true")
    assert (row["medins_setl_id"], row["medfee_sumamt"]) == (number, "24.60")
    assert settled["output"]["setlinfo"]["setl_id"] == row["setl_id"]
    journal = program.door.gateway.journal  # type: ignore[attr-defined]
    (kept,) = (await journal.search(Search(setl_id=row["setl_id"]))).items
    assert kept.acknowledged_at is not None


async def test_said_again_it_is_answered_and_not_sent(program: Program, hub: RunningHub) -> None:
    envelope = program.envelope("2207", {"data": await program.charged()})
    first = await program.raw(envelope)
    again = await program.raw({**envelope, "inf_time": "2026-01-01 00:00:00"})
    assert first.content == again.content
    assert len(received(hub, "2207")) == 1


async def test_a_number_is_for_one_message(program: Program, hub: RunningHub) -> None:
    envelope = program.envelope("2207", {"data": await program.charged()})
    await program.raw(envelope)
    envelope["input"]["data"]["acct_used_flag"] = "0"
    other = (await program.raw(envelope)).json()
    assert other["infcode"] == -1
    assert other["yidi"]["code"] == "KEY_REUSED"
    assert len(received(hub, "2207")) == 1


async def test_a_question_may_be_asked_again(program: Program, hub: RunningHub) -> None:
    data = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": program.who["credential"]["value"]}}
    number = msgid()
    first = await program.ok("1101", data, msgid=number)
    again = await program.ok("1101", data, msgid=number)
    assert first["output"] == again["output"]
    numbers = [row["msgid"] for row in received(hub, "1101")]
    assert numbers[0] == number
    assert len(set(numbers)) == 2


async def test_a_lost_answer_is_pending_and_then_found(program: Program, hub: RunningHub) -> None:
    envelope = program.envelope("2207", {"data": await program.charged()})
    hub.fault("drop_reply", "2207", where="after_effect", when={"nth": 1})
    program.door.headers["X-Yidi-Patience"] = "0.2"
    told = (await program.raw(envelope)).json()
    assert told["infcode"] == -1
    assert told["err_msg"].startswith("结果确认中，请勿重复收费")
    assert told["yidi"]["state"] == "pending"
    program.door.headers["X-Yidi-Patience"] = "20"
    settled = (await program.raw(envelope)).json()
    assert settled["infcode"] == 0, settled
    (row,) = hub.ledger(live="true")
    assert settled["output"]["setlinfo"]["setl_id"] == row["setl_id"]
    assert "查询确认" in settled["warn_msg"]
    assert len(received(hub, "2207")) == 1


async def test_downtime(program: Program, hub: RunningHub) -> None:
    data = await program.charged()
    program.door.headers["Authorization"] = f"Bearer {KEY}"
    window = {"from": "2020-01-01T00:00:00+08:00", "to": "2099-01-01T06:00:00+08:00", "text": "系统升级维护"}
    made = await program.door.post("/v1/maintenance", json=window)
    assert made.status_code in (200, 201), made.text
    envelope = program.envelope("2207", {"data": data})
    held = (await program.raw(envelope)).json()
    assert held["infcode"] == -1
    assert "系统升级维护" in held["err_msg"]
    assert "2099-01-01 06:00" in held["err_msg"]
    assert not received(hub, "2207")
    await program.door.delete(f"/v1/maintenance/{made.json()['id']}")
    assert (await program.raw(envelope)).json()["infcode"] == 0


async def test_a_refusal_is_the_platforms_own(program: Program, hub: RunningHub) -> None:
    data = await program.charged()
    hub.fault("refuse", "2207", err_msg="参保人医保待遇暂停", when={"nth": 1})
    envelope = program.envelope("2207", {"data": data})
    refused = (await program.raw(envelope)).json()
    assert refused["infcode"] == -1
    assert refused["yidi"]["state"] in ("failed", "pending")


async def test_what_the_platform_refuses_in_its_words(program: Program) -> None:
    data = await program.charged()
    refused = await program.send("2207", {"data": {**data, "medfee_sumamt": "24.61"}})
    assert refused["infcode"] == -1
    assert "medfee_sumamt" in refused["err_msg"]
    assert refused["inf_refmsgid"]
    assert refused["yidi"]["state"] == "failed"


async def test_the_his_reverses(program: Program, hub: RunningHub) -> None:
    number = msgid()
    await program.ok("2207", {"data": await program.charged()}, msgid=number)
    undo = {"data": {"psn_no": program.who["psn_no"], "omsgid": number, "oinfno": "2207"}}
    program.door.headers["X-Yidi-Patience"] = "20"
    assert (await program.ok("2601", undo))["yidi"]["state"] == "done"
    assert not hub.ledger(live="true")
    again = await program.send("2601", undo)
    assert (again["infcode"], again["err_msg"]) == (-1, "原交易已冲正")
    unknown = await program.send("2601", {"data": {**undo["data"], "omsgid": msgid()}})
    assert unknown["infcode"] == -1
    assert "未找到原交易" in unknown["err_msg"]


async def test_the_his_reverses_what_is_pending(program: Program, hub: RunningHub) -> None:
    envelope = program.envelope("2207", {"data": await program.charged()})
    hub.fault("drop_reply", "2207", where="after_effect", when={"nth": 1})
    program.door.headers["X-Yidi-Patience"] = "0.1"
    assert (await program.raw(envelope)).json()["yidi"]["state"] == "pending"
    program.door.headers["X-Yidi-Patience"] = "20"
    undo = {"data": {"psn_no": program.who["psn_no"], "omsgid": envelope["msgid"], "oinfno": "2207"}}
    undone = await program.send("2601", undo)
    assert undone["infcode"] == 0, undone
    assert not hub.ledger(live="true")
    told = (await program.raw(envelope)).json()
    assert (told["infcode"], told["yidi"]["state"]) == (-1, "reversed")


async def test_a_registration_may_follow_its_cancellation(program: Program) -> None:
    for _ in range(3):
        made = await program.ok("2201", program.registration("AGAIN-1"))
        visit = made["output"]["data"]["mdtrt_id"]
        who = {"psn_no": program.who["psn_no"], "mdtrt_id": visit, "ipt_otp_no": "AGAIN-1"}
        await program.ok("2202", {"data": who})


async def test_an_upload_in_doubt_is_not_sent_again(program: Program, hub: RunningHub) -> None:
    data = await program.charged()
    who = {"psn_no": data["psn_no"], "mdtrt_id": data["mdtrt_id"], "chrg_bchno": data["chrg_bchno"]}
    hub.fault("drop_reply", "2205", where="after_effect", when={"nth": 1})
    envelope = program.envelope("2205", {"data": who})
    first = (await program.raw(envelope)).json()
    assert first["err_msg"].startswith("结果确认中，请勿重复发送")
    again = (await program.raw(envelope)).json()
    assert again["yidi"]["state"] == "unknown"
    assert len(received(hub, "2205")) == 1


async def test_an_upload_said_again_is_answered(program: Program, hub: RunningHub) -> None:
    data = await program.charged()
    who = {"psn_no": data["psn_no"], "mdtrt_id": data["mdtrt_id"], "chrg_bchno": data["chrg_bchno"]}
    envelope = program.envelope("2205", {"data": who})
    first, again = await program.raw(envelope), await program.raw(envelope)
    assert first.json()["infcode"] == 0
    assert first.content == again.content
    assert len(received(hub, "2205")) == 1


async def test_without_a_number_the_gateway_makes_one(program: Program, hub: RunningHub) -> None:
    await program.ok("2207", {"data": await program.charged()}, msgid="")
    (row,) = hub.ledger(live="true")
    assert row["medins_setl_id"].startswith("H50010300001")


async def test_a_path_for_each_number(program: Program) -> None:
    data = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": program.who["credential"]["value"]}}
    path = "/fsi/api/fsiPsnInfoService/queryPsnInfo"
    assert (await program.send("1101", data, path=path))["infcode"] == 0
    wrong = await program.send("2001", data, path=path)
    assert wrong["infcode"] == -1
    assert "infno" in wrong["err_msg"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"msgid": "123"}, "msgid"),
        ({"msgid": "H50010300002202611210940000001"}, "msgid"),
        ({"infno": ""}, "infno"),
        ({"infno": 2207}, "infno"),
        ({"infno": "22O7"}, "infno"),
        ({"input": "x"}, "input"),
        ({"input": []}, "input"),
        ({"fixmedins_code": "H50010300002"}, "fixmedins_code"),
        ({"insuplc_admdvs": "50"}, "insuplc_admdvs"),
        ({"opter": 7}, "opter"),
        ({"input": {"data": {"psn_no": "1"}}}, "input.data.mdtrt_id"),
        ({"input": {"data": {}, "x": {}}}, "input"),
    ],
)
async def test_bad_input_is_named(program: Program, hub: RunningHub, changes: dict[str, Any], named: str) -> None:
    answer = (await program.raw({**program.envelope("2207", {"data": {}}), **changes})).json()
    assert answer["infcode"] == -1
    assert named in answer["err_msg"]
    assert not received(hub, "2207")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"infno":"1101","infno":"2207"}', b"\xff\xfe", b'{"a":1e5}'])
async def test_what_is_no_message(program: Program, raw: bytes) -> None:
    answer = await program.door.post(PATH, content=raw)
    assert answer.status_code == 200
    assert answer.json()["infcode"] == -1
    assert "报文" in answer.json()["err_msg"]


async def test_the_gateways_own_visit_is_left_alone(program: Program, hub: RunningHub) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "v"}
    opened = await program.door.post("/v1/visits", json=visit_body(program.who["credential"]), headers=headers)
    assert opened.status_code == 201, opened.text
    visit = hub.control(f"/world?person={program.who['psn_no']}")["visits"][0]["mdtrt_id"]
    who = {"psn_no": program.who["psn_no"], "mdtrt_id": visit, "ipt_otp_no": "HIS-0007-1"}
    refused = await program.send("2202", {"data": who})
    assert refused["yidi"]["code"] == "OWNED_BY_VISIT"


async def test_who_may_call(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    data = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": who["credential"]["value"]}}
    async with program_at(hub, tmp_path, who, peer="192.168.10.7") as elsewhere:
        refused = await elsewhere.send("1101", data)
        assert (refused["infcode"], refused["yidi"]["code"]) == (-1, "UNAUTHORISED")
    known = {
        "callers": [{"network": "192.168.10.0/24", "caller": "his"}, {"network": "192.168.11.0/24", "caller": "other"}]
    }
    hub.reset()  # a gateway without its journal would use the message numbers of this second again
    async with program_at(hub, tmp_path, who, peer="192.168.10.7", national=known) as named:
        assert (await named.send("1101", data))["infcode"] == 0
        named.door.headers["X-Forwarded-For"] = "192.168.10.7"
        assert (await named.send("1101", data))["yidi"]["code"] == "UNAUTHORISED"
    hub.reset()
    async with program_at(hub, tmp_path, who, peer="192.168.11.7", national=known) as reader:
        assert (await reader.send("1101", data))["infcode"] == 0
        assert (await reader.send("2201", reader.registration("X-1")))["yidi"]["code"] == "FORBIDDEN"
    async with program_at(hub, tmp_path, who, national=known) as loopback:
        assert (await loopback.send("1101", data))["yidi"]["code"] == "UNAUTHORISED"
    async with program_at(hub, tmp_path, who, national={"enabled": False}) as closed:
        assert (await closed.door.post(PATH, json={})).status_code == 404


@pytest.mark.parametrize(
    "entry",
    [
        {"network": "0.0.0.0/0", "caller": "his"},
        {"network": "203.0.113.0/24x", "caller": "his"},
        {"network": "8.8.8.0/24", "caller": "his"},
        {"network": "10.0.0.0/8", "caller": "nobody"},
    ],
)
async def test_who_cannot_be_configured(hub: RunningHub, tmp_path: Path, entry: dict[str, str]) -> None:
    with pytest.raises(BadSettings, match=r"\[national\] callers"):
        async with gateway_at(hub.url, tmp_path, national={"callers": [entry]}):
            pass


async def test_two_at_once_under_one_number(program: Program, hub: RunningHub) -> None:
    envelope = program.envelope("2207", {"data": await program.charged()})
    first, second = await asyncio.gather(program.raw(envelope), program.raw(envelope))
    assert first.content == second.content
    assert len(received(hub, "2207")) == 1


async def test_the_number_is_anothers(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    """A number that went out for somebody else's message is not the key to its answer."""
    async with program_at(hub, tmp_path, who) as program:
        number = msgid()
        await program.ok("2207", {"data": await program.charged()}, msgid=number)
        other = Program(httpx.AsyncClient(transport=program.door._transport, base_url="http://gateway"), who)
        other.door.headers["Authorization"] = "Bearer another-key-for-tests-0123"
        refused = await other.send("2207", {"data": {}}, msgid=number)
        assert refused["yidi"]["code"] == "FORBIDDEN"
        await other.door.aclose()
