"""The desk for stays: every call of a HIS about a stay, as one method each, done once per key.

Calls about one stay are taken one after the other in this process; between processes the journal decides.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from yidi_gateway.line import Held
from yidi_gateway.problem import Problem, window_json
from yidi_gateway.shapes import (
    DischargeIn,
    OutsideServiceIn,
    RefundIn,
    StayCancelIn,
    StayChangeIn,
    StayCommitmentIn,
    StayFeesIn,
    StayIn,
    StaySettleIn,
)
from yidi_gateway.stays import telling
from yidi_gateway.stays.admitting import Admitting
from yidi_gateway.stays.cancelling import Cancelling
from yidi_gateway.stays.changing import Changing
from yidi_gateway.stays.discharging import Discharging
from yidi_gateway.stays.document import Document, stay_id_at
from yidi_gateway.stays.refunding import Refunding
from yidi_gateway.stays.settling import Settling
from yidi_gateway.stays.standing import Stands
from yidi_gateway.stays.uploading import Uploading
from yidi_gateway.stays.ward import Pending, Ward
from yidi_gateway.visits.calls import Answer, Call
from yidi_gateway.visits.desk import Told
from yidi_gateway.visits.hospital import Hospital
from yidi_gateway.visits.once import Once, downtime
from yidi_gateway.visits.opening import Opening

OK, CREATED, ACCEPTED = 200, 201, 202
Work = Callable[[Document, Stands, float], Awaitable[object]]


@dataclass
class _Turn:
    lock: asyncio.Lock
    users: int = 0


class StayDesk:
    """What the REST door calls about stays."""

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital
        self._engine = hospital.engine
        self._once = Once(hospital.engine.journal, hospital.engine.clock)
        self._ward = Ward(hospital, Opening(hospital))
        self._admitting = Admitting(self._ward)
        self._uploading = Uploading(self._ward)
        self._changing = Changing(self._ward)
        self._discharging = Discharging(self._ward, self._uploading)
        self._settling = Settling(self._ward)
        self._refunding = Refunding(self._ward)
        self._cancelling = Cancelling(self._ward, self._uploading, self._refunding)
        self._turns: dict[str, _Turn] = {}

    async def admit(self, call: Call, body: StayIn) -> Answer:
        """201: admitted; 202: carry on with the same key."""

        async def work(stay_id: str) -> Answer:
            async with self._turn(stay_id):
                return await self._admitted(call, body, stay_id)

        return await self._do(call, "POST /v1/stays", stay_id_at(self._engine.clock.now()), work)

    async def _admitted(self, call: Call, body: StayIn, stay_id: str) -> Answer:
        until = self._engine.clock.monotonic() + call.patience_s
        try:
            await self._admitting.admit(call, body, stay_id, until)
        except Pending:
            return await self._told(call, stay_id, ACCEPTED, waits=True)
        except (Held, Problem) as stopped:
            if await self._engine.journal.get_visit(stay_id) is None:
                raise  # nothing of the stay is kept: the key is free
            problem = downtime(stopped) if isinstance(stopped, Held) else stopped
            problem.begun = True
            problem.extra.setdefault("stay_id", stay_id)
            raise problem from None
        return await self._told(call, stay_id, CREATED)

    async def fees(self, call: Call, stay_id: str, body: StayFeesIn) -> Answer:
        """Keep fee lines and send them; 202 while a batch is in doubt, or in a downtime: the same key carries on."""
        return await self._step(
            call,
            stay_id,
            "fees",
            lambda document, now, until: self._uploading.fees(call, document, now, body, until),
            keeps=True,
        )

    async def outside(self, call: Call, stay_id: str, body: OutsideServiceIn) -> Answer:
        """Link form 12 to lines, which then go out."""
        return await self._step(
            call,
            stay_id,
            "outside-services",
            lambda document, now, until: self._uploading.outside(document, now, body, until),
            keeps=True,
        )

    async def change(self, call: Call, stay_id: str, body: StayChangeIn) -> Answer:
        """What has changed; a late answer on the third party."""
        return await self._step(
            call,
            stay_id,
            "changes",
            lambda document, now, until: self._changing.change(call, document, now, body, until),
        )

    async def commitment(self, call: Call, stay_id: str, body: StayCommitmentIn) -> Answer:
        """Link form 11 before the settlement. Nothing is sent."""
        return await self._step(
            call, stay_id, "commitment", lambda document, now, _: self._changing.commitment(document, now, body)
        )

    async def discharge(self, call: Call, stay_id: str, body: DischargeIn) -> Answer:
        """The patient has left."""
        return await self._step(
            call,
            stay_id,
            "discharge",
            lambda document, now, until: self._discharging.discharge(call, document, now, body, until),
        )

    async def presettle(self, call: Call, stay_id: str, body: StaySettleIn) -> Answer:
        """The trial."""
        return await self._step(
            call,
            stay_id,
            "presettle",
            lambda document, now, _: self._settling.presettle(call, document, now, body),
        )

    async def settle(self, call: Call, stay_id: str, body: StaySettleIn) -> Answer:
        """One settlement for the whole stay."""
        return await self._step(
            call,
            stay_id,
            "settle",
            lambda document, now, until: self._settling.settle(call, document, now, body, until),
        )

    async def cancel(self, call: Call, stay_id: str, body: StayCancelIn) -> Answer:
        """Undo the stay from above, as far as asked."""
        return await self._step(
            call,
            stay_id,
            "cancel",
            lambda document, now, until: self._cancelling.cancel(call, document, now, body, until),
        )

    async def stay(self, call: Call, stay_id: str) -> Answer:
        """How a stay stands."""
        async with Told():
            answer = await self._told(call, stay_id, OK)
            return Answer(OK, answer.body)

    async def is_settlement(self, settlement_id: str, caller: str) -> bool:
        """Whether this is the settlement of one of the caller's stays."""
        async with Told():
            row = await self._refunding.settlement(settlement_id, caller)
        return row is not None

    async def refund(self, call: Call, settlement_id: str, body: RefundIn) -> Answer:
        """Take the settlement of a stay back, whole."""

        async def work(_: str) -> Answer:
            row = await self._refunding.settlement(settlement_id, call.caller)
            if row is None:
                raise Problem("NOT_FOUND", detail=settlement_id)
            until = self._engine.clock.monotonic() + call.patience_s
            async with self._turn(row.visit_id or ""):
                return await self._refunding.refund(call, row, body, until)

        return await self._do(call, f"POST /v1/settlements/{settlement_id}/refund", settlement_id, work)

    # ---- what every call has in common

    async def _step(self, call: Call, stay_id: str, name: str, work: Work, *, keeps: bool = False) -> Answer:
        async def done(_: str) -> Answer:
            until = self._engine.clock.monotonic() + call.patience_s
            document, _now = await self._ward.load(stay_id, call.caller)
            async with self._turn(stay_id):
                document, now = await self._ward.load(stay_id, call.caller)
                try:
                    await work(document, now, until)
                except Pending:
                    return await self._told(call, stay_id, ACCEPTED, waits=True)
                except Held as held:
                    if not keeps or held.window is None:
                        raise
                    answer = await self._told(call, stay_id, ACCEPTED, waits=True)
                    return Answer(ACCEPTED, {**answer.body, "maintenance": window_json(held.window)})
                return await self._told(call, stay_id, OK)

        return await self._do(call, f"POST /v1/stays/{stay_id}/{name}", stay_id, done)

    async def _do(self, call: Call, route: str, subject: str, work: Callable[[str], Awaitable[Answer]]) -> Answer:
        async with Told():
            return await self._once(call, route, subject, work)

    async def _told(self, call: Call, stay_id: str, status: int, *, waits: bool = False) -> Answer:
        document, now = await self._ward.load(stay_id, call.caller)
        body = telling.stay_json(
            document,
            now,
            self._engine.output_of,
            call.language,
            self._engine.timing.quiet_s,
            self._hospital.now(),
            waits=waits,
        )
        return Answer(ACCEPTED if body["state"] == "pending" else status, body)

    @asynccontextmanager
    async def _turn(self, stay_id: str) -> AsyncGenerator[None]:
        """One call on a stay at a time."""
        turn = self._turns.setdefault(stay_id, _Turn(asyncio.Lock()))
        turn.users += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.users -= 1
            if not turn.users:
                self._turns.pop(stay_id, None)
