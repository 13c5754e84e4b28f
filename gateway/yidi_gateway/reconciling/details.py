"""Settlement by settlement: our file up, the platform's verdicts down, and a question about each it objects to.

A file that came late, cut, doubled, garbled or in another encoding than agreed is set aside and proves nothing.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yidi_gateway.amounts import to_fen, to_yuan
from yidi_gateway.clock import BEIJING
from yidi_gateway.engine import Engine
from yidi_gateway.reconciling.differences import UNTOLD, Held, Pair
from yidi_gateway.reconciling.lines import Group, Line, total_of
from yidi_gateway.submission import Fen
from yidi_sdk import archive
from yidi_sdk.codes import Flag
from yidi_sdk.errors import Garbled, Refused, YidiError
from yidi_sdk.flows import compare_details, run_async
from yidi_sdk.flows.detail_files import Compared, DetailLine, FileFlawed
from yidi_sdk.flows.files import MOST_UNPACKED
from yidi_sdk.institution import Operator
from yidi_sdk.message import Input
from yidi_sdk.transactions import DetailsCompared, DownloadedFile, DownloadFile, QuerySettlement

AT_ONCE = 4
LOOKS, LOOK_S = 40, 0.05
UNKNOWN_NUMBER = "settlement_unknown"
"""The error catalogue's row for a settlement number that the platform does not have."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A file that was not used: in which way it is wrong, and its bytes as far as there are any."""

    flaw: str
    content: bytes
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Details:
    """`compared` None: the platform's answer could not be had or used. `set_aside`: the file, where one came."""

    status: str
    compared: Compared | None = None
    set_aside: SetAside | None = None


@dataclass
class Comparing:
    """The engine as the client of a comparison; what came down is remembered, because a flawed file is kept."""

    engine: Engine
    operator: Operator
    content: bytes = b""
    until: datetime | None = None
    asked_file: bool = False

    async def send(self, message: Input[Any]) -> Any:
        self.asked_file = self.asked_file or isinstance(message, DownloadFile)
        answer = await self.engine.ask(message, operator=self.operator)
        self._note(answer)
        return answer

    def _note(self, answer: object) -> None:
        if isinstance(answer, DetailsCompared):
            self.until = _moment(answer.fileinfo.dld_endtime)
        elif isinstance(answer, DownloadedFile):
            self.content = answer.content


async def compare(engine: Engine, operator: Operator, lines: Sequence[Line], day: date, group: Group) -> Details:
    """All lines of a clearing type and agency against the platform's. Raises Held in a downtime."""
    named = [line for line in lines if line.setl_id is not None]
    if not named:
        return Details("no_lines")
    client = Comparing(engine, operator)
    flow = compare_details(
        [told(line) for line in named],
        institution_code=engine.institution.code,
        setl_optins=group.place,
        first_day=day,
        last_day=day,
        cash_payamt=to_yuan(total_of(named).cash or 0),
        clr_type=group.clr_type,
        refd_setl_flag=Flag.YES,
    )
    try:
        found = await run_async(client, flow)
    except YidiError as error:
        return await _without(client, error)
    flaw = _flaw_of(client)
    return Details("compared", found) if flaw is None else Details("set_aside", None, SetAside(flaw, client.content))


async def _without(client: Comparing, error: YidiError) -> Details:
    """There is no result: the platform did not tell, or what it told is set aside."""
    if not client.asked_file:
        return Details("not_told")
    if isinstance(error, FileFlawed):
        return Details("set_aside", None, SetAside(error.flaw, client.content, error.line))
    if isinstance(error, Garbled):
        return Details("set_aside", None, SetAside("cut", await _kept_answer(client.engine, error.msgid)))
    return Details("set_aside", None, SetAside("missing", b""))


async def _kept_answer(engine: Engine, msgid: str) -> bytes:
    """The bytes of an answer that was no file. The journal keeps what a read came to a moment after it was told."""
    for _ in range(LOOKS if msgid else 0):
        attempt = await engine.journal.attempt(msgid)
        if attempt is not None and attempt.ended_at is not None:
            return attempt.answer or b""
        await engine.clock.sleep(LOOK_S)
    return b""


def _flaw_of(client: Comparing) -> str | None:
    """What is wrong with a file that could be read: it came when it was no longer to be had, or in another encoding."""
    if client.until is not None and client.engine.clock.now() > client.until:
        return "late"
    return None if _is_utf8(client.content) else "gb18030"


async def evidence(
    engine: Engine, operator: Operator, pairs: Iterable[Pair], divisions: Mapping[str, str]
) -> dict[int, Held]:
    """What the platform says of each pair of which only one side told, by place in `pairs`. Raises Held."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def asked(pair: Pair) -> Held:
        number, person, visit = _named(pair)
        if not (number and person and visit):
            return UNTOLD
        async with slots:
            return await look(engine, operator, number, person, visit, divisions.get(visit, ""))

    wanted = {
        place: pair
        for place, pair in enumerate(pairs)
        if pair.theirs is None or pair.ours is None or pair.theirs.verdict == "institution_more"
    }
    found = await asyncio.gather(*(asked(pair) for pair in wanted.values()))
    return dict(zip(wanted, found, strict=True))


async def look(
    engine: Engine, operator: Operator, setl_id: str, psn_no: str, mdtrt_id: str, division: str = ""
) -> Held:
    """5203 of one settlement: the platform's own record of it."""
    question = QuerySettlement(psn_no=psn_no, setl_id=setl_id, mdtrt_id=mdtrt_id)
    try:
        answer = await engine.ask(question, operator=operator, insured_division=division)
    except Refused as refused:
        return Held("absent") if refused.key == UNKNOWN_NUMBER else UNTOLD
    except YidiError:
        return UNTOLD
    node = answer.setlinfo
    if node.setl_id != setl_id:
        return UNTOLD
    fen: Fen | None = None
    with suppress(ValueError):
        parts = (node.medfee_sumamt, node.fund_pay_sumamt, node.acct_pay, node.cash_payamt)
        fen = Fen(*(to_fen(part) for part in parts))
    told = _moment(node.setl_time)
    group = None
    if node.insutype and node.clr_type:
        group = Group(node.insutype, node.clr_type, node.clr_optins or "")
    return Held("held", None if told is None else told.date(), group, fen)


def _named(pair: Pair) -> tuple[str | None, str | None, str | None]:
    if pair.ours is not None:
        return pair.ours.setl_id, pair.ours.psn_no, pair.ours.mdtrt_id
    theirs = pair.theirs
    return (None, None, None) if theirs is None else (theirs.setl_id, theirs.psn_no, theirs.mdtrt_id)


def told(line: Line) -> DetailLine:
    """A line as the file has it, in yuan."""
    fen = line.fen
    return DetailLine(
        setl_id=line.setl_id or "",
        mdtrt_id=line.mdtrt_id,
        psn_no=line.psn_no,
        medfee_sumamt=to_yuan(fen.total or 0),
        fund_pay_sumamt=to_yuan(fen.fund or 0),
        acct_pay=to_yuan(fen.account or 0),
        refd_setl_flag=Flag.YES if line.refund else Flag.NO,
    )


def _is_utf8(content: bytes) -> bool:
    with suppress(archive.NotWhole):
        for text in archive.unpack(content, most=MOST_UNPACKED).values():
            try:
                text.decode("utf-8-sig")
            except UnicodeDecodeError:
                return False
    return True


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=BEIJING) if text else None
    except ValueError:
        return None
