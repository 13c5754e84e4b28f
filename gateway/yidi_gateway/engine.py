"""What the doors and the visits call. Starting up and carrying on are the same code.

One task at a time works on a submission; a caller that loses patience leaves the task running.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

import structlog

from yidi_gateway import crash, lifecycle
from yidi_gateway.amounts import to_fen
from yidi_gateway.background import Background
from yidi_gateway.clock import Clock, SteadyClock
from yidi_gateway.draining import MOST_KEPT, Drain, says_not_now
from yidi_gateway.ids import incident_of, new_id
from yidi_gateway.journal.port import Admitted, Journal, Search
from yidi_gateway.lifecycle import Event, State
from yidi_gateway.line import PURPOSES, Held, Line
from yidi_gateway.link import Link, LinkStatus
from yidi_gateway.policy import Timing
from yidi_gateway.sending import Heard, Platform
from yidi_gateway.submission import Kept, Purpose, Submission, Window
from yidi_gateway.working import NEVER_SENT, Worker, operator_of, output_of
from yidi_sdk import wire
from yidi_sdk.catalogue import by_infno, row_of
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.message import Input, Output
from yidi_sdk.posters import AsyncPoster
from yidi_sdk.profile import Profile
from yidi_sdk.transactions import RevokeInpatientSettlement, RevokeOutpatientSettlement, SettleInpatient

log = structlog.get_logger("yidi.engine")
STUCK_S = 0.5
LONGEST_WAIT = timedelta(minutes=10)
"""Nothing that is open is ever due, or leased, later than this."""
__all__ = ["Engine", "Held", "Order", "QueueFull"]
OutputT = TypeVar("OutputT", bound=Output)


@dataclass(frozen=True, slots=True)
class Order:
    """A money or registration message that the engine is asked to get done, once."""

    caller: str
    key: str
    message: Input[Any]
    operator: Operator
    insured_division: str
    visit_id: str | None = None
    basket_id: str | None = None
    busy_on: str | None = None
    psn_no: str = ""
    mdtrt_id: str = ""
    expected_total: Decimal | None = None
    refund_of: str | None = None
    msgid: str | None = None
    """The caller's own message number; None: the gateway makes one."""


class QueueFull(Exception):
    """Too many uploads wait for the end of a downtime: this one is not kept."""


class Engine:
    """The memory at work: journal, line and background work put together."""

    def __init__(
        self,
        *,
        journal: Journal,
        poster: AsyncPoster,
        platform: Platform,
        clock: Clock,
        timing: Timing,
        background: Background,
        jitter: random.Random | None = None,
    ) -> None:
        self.journal = journal
        self.clock = clock
        self._steady = SteadyClock(clock)
        self.timing = timing
        self.institution: Institution = platform.institution
        self.profile: Profile = platform.profile
        self.platform = platform
        jitter = jitter or random.Random()  # noqa: S311 - spreads repeats, guards nothing
        self._line = Line(platform, journal, poster, clock, timing, jitter)
        self._worker = Worker(
            self._line, journal, self._steady, timing, jitter, is_waited_for=self._is_waited_for, undo=self._undo
        )
        self._background = background
        self._drain = Drain(journal, clock, timing.upload_rate, self._hand_over)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._waiting: Counter[str] = Counter()

    @property
    def link(self) -> Link:
        """What is known of the line."""
        return self._line.link

    @property
    def status(self) -> LinkStatus:
        return self.link.status(self.clock.now())

    @property
    def outcomes(self) -> Counter[tuple[str, str]]:
        """Envelopes by effect and by what came of them, since the start."""
        return self._line.outcomes

    async def start(self) -> None:
        """Carry on: what a crash left in SENDING is UNKNOWN, what was never sent is ABSENT and its key free."""
        await self._line.start()
        for row in await self.journal.interrupted():
            if row.state is State.SENDING:
                await self._worker.move(
                    row, Event.RESTARTED, {"due_at": self._steady.now() + timedelta(seconds=2), "asked": 0}
                )
            else:
                await self._worker.move(row, Event.ABANDONED, {"released": True, "reason": NEVER_SENT})
        await self._dated_anew()
        await self._background.start(self.step, self._line.probe, self.drain)

    async def _dated_anew(self) -> None:
        """What is due, or leased, later than anything ever is: the clock was set back meanwhile."""
        now = self._steady.now()
        latest = now + LONGEST_WAIT
        search = Search(states=frozenset({State.UNKNOWN, State.REVERSING}), limit=200)
        while True:
            page = await self.journal.search(search)
            for row in page.items:
                if any(at is not None and at > latest for at in (row.due_at, row.lease_until)):
                    event = Event.QUERY_FAILED if row.state is State.UNKNOWN else Event.REVERSAL_UNANSWERED
                    await self._worker.move(row, event, {"due_at": now}, {"clock": "set back"})
            if page.next is None:
                return
            search = replace(search, cursor=page.next)

    async def stop(self) -> None:
        """Stop taking work; what is on the wire gets its answer or is found by the next start."""
        await self._background.stop()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=self.timing.connect_s)
        for task in self._tasks.values():
            task.cancel()
        await self._line.courier.drain()

    async def ask(
        self,
        message: Input[OutputT],
        *,
        operator: Operator,
        insured_division: str = "",
        visit_id: str | None = None,
    ) -> OutputT:
        """See `Line.ask`."""
        return await self._line.ask(message, operator=operator, insured_division=insured_division, visit_id=visit_id)

    async def hear(
        self,
        message: Input[Any],
        *,
        operator: Operator,
        insured_division: str = "",
        msgid: str | None = None,
    ) -> Heard:
        """`ask`, with the answer as it stood on the wire; the first envelope under the caller's own `msgid`."""
        purpose = PURPOSES.get(row_of(message).effect, Purpose.UPLOAD)
        return await self._line.hear(message, operator, insured_division, purpose, msgid=msgid)

    async def announce(self, window: Window) -> None:
        """See `Line.announce`."""
        await self._line.announce(window)

    async def withdraw(self, window_id: str) -> bool:
        """See `Line.withdraw`."""
        return await self._line.withdraw(window_id)

    async def submit(self, order: Order) -> Admitted:
        """Journal a submission in NEW, or find the one that stands under this key or on this basket. Raises Held while
        money is not to be sent: nothing is journaled then and the key stays free."""
        row = row_of(order.message)
        self._line.check(row.effect, Purpose.ACT, order.insured_division, self.timing.commit_s_of(row.infno))
        now = self.clock.now()
        submission_id = new_id(now)
        crash.point("cp1", row.infno)
        return await self.journal.admit(
            Submission(
                id=submission_id,
                caller=order.caller,
                key=order.key,
                infno=row.infno,
                created_at=now,
                state_since=now,
                visit_id=order.visit_id,
                basket_id=order.basket_id,
                busy_on=order.busy_on,
                psn_no=order.psn_no,
                mdtrt_id=order.mdtrt_id,
                insured_division=order.insured_division,
                operator=_written(order.operator),
                input=wire.dumps(order.message.to_wire()),
                expected_fen=None if order.expected_total is None else to_fen(order.expected_total),
                refund_of=order.refund_of,
                msgid=order.msgid,
                incident=incident_of(submission_id),
            )
        )

    async def keep(self, order: Order) -> Kept:
        """Keep an upload that cannot go out now. Raises QueueFull."""
        if await self.journal.count_waiting() >= MOST_KEPT:
            raise QueueFull("too many uploads wait already")
        row, now = row_of(order.message), self.clock.now()
        return await self.journal.keep(
            Kept(
                id=new_id(now),
                caller=order.caller,
                key=order.key,
                infno=row.infno,
                at=now,
                subject=order.mdtrt_id or row.infno,
                insured_division=order.insured_division,
                operator=_written(order.operator),
                input=wire.dumps(order.message.to_wire()),
            )
        )

    async def drain(self) -> int:
        """Let kept uploads out, as many as the platform takes now."""
        if self.status not in (LinkStatus.UP, LinkStatus.DEGRADED):
            return 0
        return await self._drain.step()

    async def _hand_over(self, kept: Kept) -> Submission | None:
        """A kept upload as a submission. One that the platform had no time for, or that proved not to have been sent,
        is a new one under a key of its own."""
        row = by_infno(kept.infno)
        if row is None:
            raise KeyError(kept.infno)
        before = await self.journal.search(Search(caller=kept.caller, key=kept.key))
        turn = 1
        while before.items and says_not_now(before.items[0]):
            turn += 1
            before = await self.journal.search(Search(caller=kept.caller, key=f"{kept.key}:{turn}"))
        order = Order(
            caller=kept.caller,
            key=kept.key if turn == 1 else f"{kept.key}:{turn}",
            message=row.input.from_wire(wire.loads(kept.input)),
            operator=Operator(**wire.loads(kept.operator.encode())),
            insured_division=kept.insured_division,
            mdtrt_id=kept.subject if kept.subject != kept.infno else "",
        )
        try:
            admitted = await self.submit(order)
        except Held:
            return None
        return await self.run(admitted.submission.id, self.timing.upload_s)

    async def run(self, submission_id: str, patience_s: float) -> Submission:
        """Drive a submission until it rests or patience ends; the row as it then stands."""
        until = self.clock.monotonic() + patience_s
        self._waiting[submission_id] += 1
        before = -1
        try:
            while True:
                row = await self._worker.get(submission_id)
                left = until - self.clock.monotonic()
                if row.state not in lifecycle.OPEN or left <= 0:
                    return row
                if row.version == before:  # a step that could keep nothing: the disk may be full
                    await self.clock.sleep(min(STUCK_S, left))
                task = self._tasks.get(submission_id)
                due = 0.0 if row.due_at is None else (row.due_at - self._steady.now()).total_seconds()
                if task is None and due > 0:
                    before = -1
                    await self.clock.sleep(min(due, left))
                    continue
                before = row.version
                await asyncio.wait({task or self._task(submission_id)}, timeout=left)
        finally:
            self._waiting[submission_id] -= 1
            if not self._waiting[submission_id]:
                del self._waiting[submission_id]

    async def step(self, submission_id: str) -> None:
        """One action of a submission; joins the one that is under way."""
        await asyncio.wait({self._task(submission_id)})

    async def give_up(self, submission_id: str) -> Submission:
        """The HIS no longer wants it: found, it is reversed; not found, it ends as not happened."""
        row = await self._worker.get(submission_id)
        if row.state in lifecycle.OPEN and not row.given_up:
            changes: dict[str, Any] = {"given_up": True}
            if row.state is State.NEW:
                changes |= {"released": False, "reason": NEVER_SENT}
            await self._worker.move(row, Event.GIVEN_UP, changes)
        return await self._worker.get(submission_id)

    async def cancel(self, submission_id: str, patience_s: float) -> Submission:
        """Undo a settled one by 2601: same day, not paid, not cleared. The caller has checked that."""
        row = await self._worker.get(submission_id)
        if row.state is State.CONFIRMED:
            await self._worker.move(row, Event.CANCELLED, {"due_at": self._steady.now(), "asked": 0, "given_up": True})
        return await self.run(submission_id, patience_s)

    async def acknowledge(self, row: Submission) -> Submission | None:
        """The HIS has booked a settled one; None when it is not settled any more."""
        now = self.clock.now()
        return await self._worker.move(row, Event.ACKNOWLEDGED, {"acknowledged_at": now})

    async def decide(self, submission_id: str, *, settled: bool, who: dict[str, Any]) -> Submission:
        """A manual one, decided by two persons of two roles; the caller has checked who they are."""
        row = await self._worker.get(submission_id)
        if row.state is State.MANUAL:
            event = Event.DECIDED_SETTLED if settled else Event.DECIDED_REVERSED
            await self._worker.move(row, event, {"reason": {**(row.reason or {}), "decided": True}}, who)
        return await self._worker.get(submission_id)

    def output_of(self, submission: Submission) -> Output | None:
        """The platform's answer of a settled submission, typed; None where none was returned."""
        return output_of(submission)

    def _is_waited_for(self, submission_id: str) -> bool:
        return self._waiting[submission_id] > 0

    def _task(self, submission_id: str) -> asyncio.Task[None]:
        task = self._tasks.get(submission_id)
        if task is None:
            task = asyncio.create_task(self._worker.act(submission_id))
            self._tasks[submission_id] = task
            task.add_done_callback(lambda done: self._done(submission_id, done))
        return task

    def _done(self, submission_id: str, task: asyncio.Task[None]) -> None:
        self._tasks.pop(submission_id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("step", submission=submission_id, outcome="broke", kind=type(error).__name__)

    async def _undo(self, row: Submission) -> Submission:
        """The business undo of a settlement, as a submission of its own."""
        stay = row.infno == row_of(SettleInpatient).infno
        undo = RevokeInpatientSettlement if stay else RevokeOutpatientSettlement
        order = Order(
            caller=row.caller,
            key=f"{row.key}:undo",
            message=undo(setl_id=row.setl_id or "", mdtrt_id=row.mdtrt_id, psn_no=row.psn_no),
            operator=operator_of(row),
            insured_division=row.insured_division,
            visit_id=row.visit_id,
            basket_id=row.basket_id,
            busy_on=f"{row.setl_id}/refund",
            psn_no=row.psn_no,
            mdtrt_id=row.mdtrt_id,
            refund_of=row.id,
        )
        undoing = (await self.submit(order)).submission
        return await self.run(undoing.id, self.timing.commit_s_of(undoing.infno))


def _written(operator: Operator) -> str:
    return wire.dumps({"id": operator.id, "name": operator.name, "kind": operator.kind}).decode()
