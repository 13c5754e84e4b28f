"""What older programs send and want back, each shape as it was seen: the figures are the national door's own."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.door_world import KEY, gateway_at
from gateway.national_world import PATH, Program, msgid

from yidi_gateway.doors import dialects
from yidi_gateway.doors.dialects import Dialect
from yidi_gateway.doors.envelopes import Said
from yidi_gateway.settings import BadSettings
from yidi_mocks.plugin import RunningHub

RARE = "龘𠮷-1"
"""The second character has no bytes in GBK."""


@asynccontextmanager
async def program_of(
    hub: RunningHub, folder: Path, who: dict[str, Any], *, peer: str = "127.0.0.1", **legacy: Any
) -> AsyncIterator[Program]:
    section = {name: legacy.pop(name) for name in ("dll_call", "ask_by_get", "origins") if name in legacy}
    section["callers"] = [{"caller": "his", **legacy}]
    async with gateway_at(hub.url, folder, peer=peer, legacy=section) as client:
        del client.headers["Authorization"]
        yield Program(client, who)


@pytest.fixture
def who(persona: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return persona("filed_hypertension")


def person_asked(who: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": who["credential"]["value"]}}


def written(envelope: Any, charset: str = "utf-8") -> bytes:
    return json.dumps(envelope, ensure_ascii=False).encode(charset)


async def post(program: Program, content: bytes, path: str = PATH, **headers: str) -> httpx.Response:
    answer = await program.door.post(path, content=content, headers=headers)
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    return answer


def numbers(hub: RunningHub, who: dict[str, Any]) -> list[str]:
    """Visit numbers as the platform got them."""
    return [visit["ipt_otp_no"] for visit in hub.control(f"/world?person={who['psn_no']}")["visits"]]


# ---- JSON text in GBK, NUL-padded, a buffer of one megabyte (DLL style)


async def test_gbk_both_ways(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    async with program_of(hub, tmp_path, who, charset="gb18030") as program:
        nodes = program.registration(RARE)
        answer = await post(program, written(program.envelope("2201", nodes), "gb18030"))
        assert answer.headers["content-type"] == "application/json; charset=GB18030"
        told = json.loads(answer.content.decode("gb18030"))
        assert told["infcode"] == 0, told
        wrong = await post(program, written(program.envelope("2201", {"data": {}}), "gb18030"))
        assert "input.data." in json.loads(wrong.content.decode("gb18030"))["err_msg"]
        with pytest.raises(UnicodeDecodeError):
            wrong.content.decode("utf-8")
    assert numbers(hub, who) == [RARE]


async def test_a_pinned_charset_is_never_guessed(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    """These GBK bytes are good UTF-8 too and would read as another name."""
    twice = "聛脗".encode("gb18030")
    assert twice.decode("utf-8") != "聛脗"
    async with program_of(hub, tmp_path, who, charset="gb18030") as program:
        nodes = program.registration("聛脗")
        await post(program, written(program.envelope("2201", nodes), "gb18030"))
    assert numbers(hub, who) == ["聛脗"]


async def test_gbk_of_a_caller_that_is_not_pinned_is_refused(
    hub: RunningHub, who: dict[str, Any], tmp_path: Path
) -> None:
    async with program_of(hub, tmp_path, who) as program:
        nodes = program.registration("测试医生")
        told = (await post(program, written(program.envelope("2201", nodes), "gb18030"))).json()
        assert told["infcode"] == -1
        assert "JSON" in told["err_msg"]
    async with program_of(hub, tmp_path, who, charset="gb18030") as program:
        broken = await post(program, b'{"infno":"2201","x":"\xff\xff"}')
        assert "GB18030" in json.loads(broken.content.decode("gb18030"))["err_msg"]
    assert not numbers(hub, who)


@pytest.mark.parametrize("label", ["GBK", "gb2312", '"gb18030"', "GB18030"])
async def test_the_header_wins(hub: RunningHub, who: dict[str, Any], tmp_path: Path, label: str) -> None:
    async with program_of(hub, tmp_path, who) as program:
        nodes = program.registration("测试医生")
        envelope = written(program.envelope("2201", nodes), "gb18030")
        answer = await post(program, envelope, **{"Content-Type": f"text/plain; charset={label}"})
        assert json.loads(answer.content.decode("gb18030"))["infcode"] == 0
    assert numbers(hub, who) == ["测试医生"]
    hub.reset()  # a gateway without its journal would use the message numbers of this second again
    async with program_of(hub, tmp_path, who, charset="gb18030") as program:
        answer = await post(
            program, written(program.envelope("2201", nodes)), **{"Content-Type": "application/json;charset=UTF-8"}
        )
        assert answer.json()["infcode"] == 0
    assert numbers(hub, who) == ["测试医生"]


async def test_a_charset_that_nobody_speaks(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    async with program_of(hub, tmp_path, who) as program:
        envelope = written(program.envelope("1101", person_asked(who)))
        told = (await post(program, envelope, **{"Content-Type": "application/json; charset=big5"})).json()
        assert "Content-Type" in told["err_msg"]


async def test_padding_mark_and_no_content_type(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    async with program_of(hub, tmp_path, who, charset="gb18030") as program:
        envelope = program.envelope("1101", person_asked(who), msgid="")
        for content in (
            written(envelope, "gb18030") + b"\x00" * 1000,
            b"\xef\xbb\xbf" + written(envelope),
            b"\xef\xbb\xbf" + written(envelope) + b"\x00",
        ):
            request = program.door.build_request("POST", PATH, content=content)
            request.headers.pop("content-type", None)
            answer = await program.door.send(request)
            assert json.loads(answer.content.decode("gb18030"))["infcode"] == 0


async def test_an_answer_too_large_is_told(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    async with program_of(hub, tmp_path, who, longest_answer=500) as program:
        answer = await post(program, written(program.envelope("1101", person_asked(who))))
        told = answer.json()
        assert len(answer.content) <= 500
        assert told["infcode"] == -1
        assert "500字节" in told["err_msg"]


async def test_a_settlement_too_large_to_tell_is_not_called_failed(
    hub: RunningHub, who: dict[str, Any], tmp_path: Path
) -> None:
    async with program_of(hub, tmp_path, who) as program:
        data = await program.charged()
        envelope = program.envelope("2207", {"data": data})
        door = program.door.gateway.app.routes  # type: ignore[attr-defined]
        national = next(route.endpoint.__self__ for route in door if route.path == PATH)
        national._dialects["his"] = Dialect(longest_answer=500)
        told = (await post(program, written(envelope))).json()
        assert told["err_msg"].startswith("结果确认中，请勿重复收费：已办成")
        assert told["yidi"]["state"] == "settled"
        assert told["yidi"]["query"].startswith("/v1/submissions/")
        del national._dialects["his"]
        whole = (await post(program, written(envelope))).json()
        assert whole["infcode"] == 0
    assert len(hub.ledger(live="true")) == 1


# ---- JSON inside a JSON text; infcode; amounts; envelopes


async def test_doubly_encoded(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    async with program_of(hub, tmp_path, who, charset="gb18030") as program:
        nodes = program.registration(RARE)
        inner = program.envelope("2201", json.dumps(nodes, ensure_ascii=False))  # type: ignore[arg-type]
        answer = await post(program, written(inner, "gb18030"))
        assert json.loads(answer.content.decode("gb18030"))["infcode"] == 0
        whole = json.dumps(program.envelope("1101", person_asked(who)), ensure_ascii=False)
        answer = await post(program, written(whole, "gb18030"))
        assert json.loads(answer.content.decode("gb18030"))["infcode"] == 0
        for wrong in ('"{"', '"text"', '"\\"{}\\""', "7"):
            told = json.loads((await post(program, wrong.encode())).content.decode("gb18030"))
            assert told["infcode"] == -1
            assert "报文" in told["err_msg"]
    assert numbers(hub, who) == [RARE]


@pytest.mark.parametrize(("kept", "ok", "refused"), [("text", "0", "-1"), ("number", 0, -1), ("as_given", 0, -1)])
async def test_infcode_as_the_program_compares_it(
    hub: RunningHub, who: dict[str, Any], tmp_path: Path, kept: str, ok: Any, refused: Any
) -> None:
    async with program_of(hub, tmp_path, who, infcode=kept) as program:
        good = await program.send("1101", person_asked(who))
        assert (good["infcode"], type(good["infcode"])) == (ok, type(ok))
        bad = await program.send("1101", {"data": {}})
        assert (bad["infcode"], type(bad["infcode"])) == (refused, type(refused))


async def test_amounts_as_text_or_number(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    async with program_of(hub, tmp_path, who) as program:
        data = await program.charged()
        envelope = program.envelope("2207", {"data": data})
        door = program.door.gateway.app.routes  # type: ignore[attr-defined]
        national = next(route.endpoint.__self__ for route in door if route.path == PATH)
        given = json.loads((await post(program, written(envelope))).content, parse_float=Decimal)
        amounts = {}
        for kept in ("text", "number"):
            national._dialects["his"] = Dialect(amounts=kept)  # type: ignore[arg-type]
            answer = await post(program, written(envelope))
            amounts[kept] = json.loads(answer.content, parse_float=Decimal)["output"]["setlinfo"]
    for name in ("medfee_sumamt", "fund_pay_sumamt", "psn_cash_pay", "acct_pay"):
        assert isinstance(amounts["text"][name], str)
        assert amounts["text"][name][-3] == "."
        assert isinstance(amounts["number"][name], Decimal | int)
        assert (
            Decimal(amounts["text"][name]) == amounts["number"][name] == Decimal(str(given["output"]["setlinfo"][name]))
        )
    for name in ("setl_id", "psn_no", "mdtrt_id", "certno"):
        assert amounts["text"][name] == amounts["number"][name] == given["output"]["setlinfo"][name]


@pytest.mark.parametrize(
    ("raw", "kept", "made"),
    [
        ('{"fund_pay_sumamt":12.1}', "text", '{"fund_pay_sumamt":"12.10"}'),
        ('{"fund_pay_sumamt":5}', "text", '{"fund_pay_sumamt":"5.00"}'),
        ('{"fund_pay_sumamt":-0.05}', "text", '{"fund_pay_sumamt":"-0.05"}'),
        ('{"fund_pay_sumamt":12345678901234.56}', "text", '{"fund_pay_sumamt":"12345678901234.56"}'),
        ('{"fund_pay_sumamt":1.005}', "text", '{"fund_pay_sumamt":"1.005"}'),
        ('{"fund_pay_sumamt":"12.10"}', "number", '{"fund_pay_sumamt":12.10}'),
        ('{"fund_pay_sumamt":"1e2"}', "number", '{"fund_pay_sumamt":"1e2"}'),
        ('{"fund_pay_sumamt":"１２"}', "number", '{"fund_pay_sumamt":"１２"}'),
        ('{"fund_pay_sumamt":""}', "number", '{"fund_pay_sumamt":""}'),
        ('{"fund_pay_sumamt":null}', "text", '{"fund_pay_sumamt":null}'),
        ('{"setl_id":12,"psn_no":"0012"}', "text", '{"setl_id":12,"psn_no":"0012"}'),
        ('{"setl_id":"12","psn_no":"0012"}', "number", '{"setl_id":"12","psn_no":"0012"}'),
        ('{"a":[{"fund_pay_sumamt":1}]}', "text", '{"a":[{"fund_pay_sumamt":"1.00"}]}'),
    ],
)
def test_every_amount_and_nothing_else(raw: str, kept: Any, made: str) -> None:
    said = Said("done", f'{{"infcode":0,"output":{raw}}}'.encode())
    content = dialects.written(said, Dialect(amounts=kept), "utf-8")
    assert content.decode() == f'{{"infcode":0,"output":{made}}}'


async def test_code_msg_data(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    async with program_of(hub, tmp_path, who, answer="code_data") as program:
        good = await program.send("1101", person_asked(who))
        assert set(good) == {"Code", "ErrorMsg", "Data", "yidi"}
        assert good["Code"] == "1"
        assert good["Data"]["baseinfo"]["psn_no"] == who["psn_no"]
        bad = await program.send("1101", {"data": {}})
        assert (bad["Code"], bad["Data"]) == ("-1", None)
        assert "input.data" in bad["ErrorMsg"]


async def test_a_route_for_each_transaction_needs_no_infno(
    hub: RunningHub, who: dict[str, Any], tmp_path: Path
) -> None:
    async with program_of(hub, tmp_path, who, answer="code_data") as program:
        path = "/fsi/api/fsiPsnInfoService/queryPsnInfo"
        envelope = program.envelope("1101", person_asked(who))
        del envelope["infno"]
        assert (await post(program, written(envelope), path=path)).json()["Code"] == "1"
        assert (await post(program, written(envelope))).json()["Code"] == "-1"


async def test_a_lost_answer_in_every_dialect(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    """HTTP 200 with the state inside; the msgid is the key, and money moves once."""
    async with program_of(
        hub, tmp_path, who, charset="gb18030", answer="code_data", amounts="text", longest_answer=1_000_000
    ) as program:

        async def send(infno: str, nodes: dict[str, Any], number: str = "") -> dict[str, Any]:
            envelope = program.envelope(infno, nodes, msgid=number)
            answer = await post(program, written(json.dumps(envelope, ensure_ascii=False), "gb18030") + b"\x00")
            told: dict[str, Any] = json.loads(answer.content.decode("gb18030"))
            return told

        async def ok(infno: str, nodes: dict[str, Any], **_: Any) -> dict[str, Any]:
            told = await send(infno, nodes)
            assert told["Code"] == "1", told
            return {"output": told["Data"]}

        program.ok = ok  # type: ignore[method-assign]
        data = await program.charged()
        hub.fault("drop_reply", "2207", where="after_effect", when={"nth": 1})
        number = msgid()
        program.door.headers["X-Yidi-Patience"] = "0.1"
        pending = await send("2207", {"data": data}, number)
        assert pending["Code"] == "-1"
        assert pending["ErrorMsg"].startswith("结果确认中，请勿重复收费")
        assert pending["yidi"]["state"] == "pending"
        program.door.headers["X-Yidi-Patience"] = "20"
        settled = await send("2207", {"data": data}, number)
        assert settled["Code"] == "1", settled
        again = await send("2207", {"data": data}, number)
        assert again == settled
    (row,) = hub.ledger(live="true")
    assert settled["Data"]["setlinfo"]["setl_id"] == row["setl_id"]
    assert settled["Data"]["setlinfo"]["medfee_sumamt"] == row["medfee_sumamt"] == "24.60"
    assert len([each for each in hub.received(infno="2207") if each["infno"] == "2207"]) == 1


# ---- the local bridge


def bridged(message: Any, method: str = "BUSINESS_HANDLE") -> bytes:
    return written({"serviceId": "1", "method": method, "parameters": {"in": message}})


async def test_dll_call(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    async with program_of(hub, tmp_path, who, dll_call=True) as program:
        envelope = program.envelope("1101", person_asked(who), msgid="")
        once = json.dumps(envelope, ensure_ascii=False)
        for message in (envelope, once, json.dumps(once), once + "\x00\x00"):
            answer = (await post(program, bridged(message), path="/dll/call")).json()
            assert list(answer) == ["body"]
            ((text,),) = answer["body"]
            assert isinstance(text, str)
            assert json.loads(text)["output"]["baseinfo"]["psn_no"] == who["psn_no"]
        ready = (await post(program, bridged("", "INIT"), path="/dll/call")).json()
        assert json.loads(ready["body"][0][0])["infcode"] == 0
        for wrong, named in (
            (bridged(envelope, "OTHER"), "method"),
            (bridged("text"), "parameters.in"),
            (bridged(None), "parameters.in"),
            (written({"method": "BUSINESS_HANDLE", "parameters": 1}), "parameters.in"),
            (b"[]", "报文"),
        ):
            told = json.loads((await post(program, wrong, path="/dll/call")).json()["body"][0][0])
            assert told["infcode"] == -1
            assert named in told["err_msg"]


async def test_dll_call_moves_money_once(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    async with program_of(hub, tmp_path, who, dll_call=True, infcode="text") as program:

        async def ok(infno: str, nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
            content = bridged(program.envelope(infno, nodes, **more))
            told = json.loads((await post(program, content, path="/dll/call")).json()["body"][0][0])
            assert told["infcode"] == "0", told
            return told  # type: ignore[no-any-return]

        program.ok = ok  # type: ignore[method-assign]
        data, number = await program.charged(), msgid()
        first = await ok("2207", {"data": data}, msgid=number)
        assert await ok("2207", {"data": data}, msgid=number) == first
    assert len(hub.ledger(live="true")) == 1


async def test_dll_call_is_for_this_machine(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    async with program_of(hub, tmp_path, who) as off:
        assert (await off.door.post("/dll/call", content=bridged({}))).status_code == 404
    content = bridged(Program(httpx.AsyncClient(), who).envelope("1101", person_asked(who)))
    async with program_of(hub, tmp_path, who, dll_call=True, peer="192.168.10.7") as elsewhere:
        from gateway.test_replays import signed

        for headers in ({}, {"Authorization": f"Bearer {KEY}"}, signed(KEY, "POST", "/dll/call", content)):
            told = json.loads((await post(elsewhere, content, path="/dll/call", **headers)).json()["body"][0][0])
            assert told["yidi"]["code"] == "UNAUTHORISED"
    async with program_of(hub, tmp_path, who, dll_call=True) as proxied:
        answer = await post(proxied, content, path="/dll/call", **{"X-Forwarded-For": "127.0.0.1"})
        assert json.loads(answer.json()["body"][0][0])["yidi"]["code"] == "UNAUTHORISED"
    assert not [row for row in hub.received(infno="1101") if row["infno"] == "1101"]


# ---- reads by GET


async def test_questions_by_get(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    async with program_of(hub, tmp_path, who, ask_by_get=True) as program:
        query = {"type": "insutype", "date": "2026-11-21", "parentValue": "", "admdvs": "500103", "valiFlag": "1"}
        told = (await program.door.get("/fsi/api/ask/1901", params=query)).json()
        assert told["infcode"] == 0, told
        assert told["output"]
        for infno in ("1101", "2207", "2601", "9001", "1901X", "5203"):
            refused = await program.door.get(f"/fsi/api/ask/{infno}", params=query)
            assert (refused.status_code, refused.json()["infcode"]) == (200, -1)
        assert not [row for row in hub.received() if row["infno"] in ("1101", "2207", "2601", "5203")]
    async with program_of(hub, tmp_path, who) as off:
        assert (await off.door.get("/fsi/api/ask/1901")).status_code == 404


async def test_what_became_of_it_by_get(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    async with program_of(hub, tmp_path, who, ask_by_get=True) as program:
        number = msgid()
        before = (await program.door.get(f"/fsi/api/result/2207/{number}")).json()
        assert (before["infcode"], before["yidi"]["state"], before["yidi"]["code"]) == (-1, "unknown", "NOT_FOUND")
        data = await program.charged()
        hub.fault("drop_reply", "2207", where="after_effect", when={"nth": 1})
        program.door.headers["X-Yidi-Patience"] = "0.1"
        await program.send("2207", {"data": data}, msgid=number)
        pending = (await program.door.get(f"/fsi/api/result/2207/{number}")).json()
        assert pending["yidi"]["state"] == "pending"
        program.door.headers["X-Yidi-Patience"] = "20"
        settled = await program.send("2207", {"data": data}, msgid=number)
        told = (await program.door.get(f"/fsi/api/result/2207/{number}")).json()
        assert told["output"] == settled["output"]
        others = {"Authorization": "Bearer another-key-for-tests-0123"}
        hidden = (await program.door.get(f"/fsi/api/result/2207/{number}", headers=others)).json()
        assert hidden["yidi"]["code"] == "NOT_FOUND"
    assert len([row for row in hub.received(infno="2207") if row["infno"] == "2207"]) == 1


# ---- pages in a browser

PAGE = "http://his.hospital.internal"


async def test_a_page_of_the_his(hub: RunningHub, who: dict[str, Any], tmp_path: Path) -> None:
    async with program_of(hub, tmp_path, who, origins=[PAGE], dll_call=True) as program:
        asks = {
            "Origin": PAGE,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Private-Network": "true",
        }
        for path in (PATH, "/dll/call"):
            may = await program.door.options(path, headers=asks)
            assert may.status_code == 204
            assert may.headers["access-control-allow-origin"] == PAGE
            assert may.headers["access-control-allow-private-network"] == "true"
            no = await program.door.options(path, headers={**asks, "Origin": "http://elsewhere.example"})
            assert "access-control-allow-origin" not in no.headers
        content = written(program.envelope("1101", person_asked(who)))
        answer = await post(program, content, Origin=PAGE)
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert answer.json()["infcode"] == 0


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", f"{PAGE}.elsewhere.example", "file://"])
async def test_any_other_page_is_nobody(hub: RunningHub, who: dict[str, Any], tmp_path: Path, origin: str) -> None:
    """A browser lets every page send a plain POST to this machine; the address alone must not settle for it."""
    for more in ({}, {"origins": [PAGE]}):
        async with program_of(hub, tmp_path, who, **more) as program:
            envelope = program.envelope("2201", program.registration("N-1"))
            answer = await post(program, written(envelope), Origin=origin, **{"Content-Type": "text/plain"})
            assert answer.json()["yidi"]["code"] == "UNAUTHORISED"
            assert "access-control-allow-origin" not in answer.headers
    assert not numbers(hub, who)


# ---- set-up


@pytest.mark.parametrize(
    "entries",
    [
        [{"caller": "nobody"}],
        [{"caller": "his"}, {"caller": "his"}],
        [{"caller": "his", "charset": "big5"}],
        [{"caller": "his", "longest_answer": 10}],
        [{"caller": "his", "reply": "x"}],
    ],
)
async def test_what_cannot_be_configured(hub: RunningHub, tmp_path: Path, entries: list[dict[str, Any]]) -> None:
    with pytest.raises(BadSettings, match=r"\[legacy\]"):
        async with gateway_at(hub.url, tmp_path, legacy={"callers": entries}):
            pass


async def test_a_fault_of_our_own_is_never_called_failed(
    hub: RunningHub, who: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError(who["credential"]["value"])

    async with program_of(hub, tmp_path, who) as program:
        data = await program.charged()
        monkeypatch.setattr("yidi_gateway.doors.national.carried", broken)
        told = await program.send("2207", {"data": data})
        assert told["yidi"]["state"] == "unknown"
        assert told["err_msg"].startswith("结果确认中，请勿重复收费")
        assert who["credential"]["value"] not in json.dumps(told)
