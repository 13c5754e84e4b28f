"""Every schedule of a small world with at most so many faults, instead of schedules drawn by chance.

One basket, one caller who waits, gives it up or takes it back, one platform. At every choice (what befalls a message,
whether the process dies at a crash point or around a write, whether the journal is down, what the caller does next) all
branches are walked. Depth is the number of choices that are not the plain one. Two moments that agree in everything
that can matter later (`_Run.moment`) are taken for one, and the second is not walked again. One file, though long: the
small world is of no use to anything else.
"""

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from unittest.mock import patch

import structlog

from simulation.day import HOSPITAL, OPERATOR
from simulation.forms import invented
from simulation.hub import Habits, Hub, Json, Visit
from simulation.life import Dangers, Killed, Life, simulated
from simulation.oracle import FINAL, Oracle, Violation
from simulation.timeloop import TimeClock, TimeLoop, run
from simulation.weather import BLOCKED, STRANGE, Weather
from yidi_gateway import crash
from yidi_gateway.background import InProcess
from yidi_gateway.clock import SteadyClock
from yidi_gateway.engine import Engine, Held, Order
from yidi_gateway.journal import Journal
from yidi_gateway.journal.memory import MemoryJournal
from yidi_gateway.journal.port import JournalDown
from yidi_gateway.lifecycle import OPEN, TOLD, State
from yidi_gateway.policy import Timing
from yidi_gateway.sending import Platform
from yidi_gateway.submission import Move, Submission
from yidi_sdk.errors import NotSent, TimedOut
from yidi_sdk.posters import Limits, Reply
from yidi_sdk.profile import load
from yidi_sdk.transactions import SettleOutpatient

TOTAL = Decimal("180.00")
THERE, BACK, HELD_UP = 0.1, 0.1, 100.0
MONEY = ("fine", "answer lost", "lost", "held up", "not sent", "refused", "strange text", "done and strange text")
QUESTION = ("fine", "lost")
REVERSAL = ("fine", "answer lost", "lost", "held up", "not sent")
DYING = ("lives", "dies")
KEEPING = ("kept", "dies", "journal down")
MINUTES = 60 * 60.0
"""A world that has not come to its end by then never will."""
ALL_HABITS = tuple(Habits(*(bool(number & bit) for bit in (1, 2, 4))) for number in range(8))


class _Still(random.Random):
    """No chance at all."""

    def random(self) -> float:
        return 0.0

    def uniform(self, a: float, b: float) -> float:
        return a


@dataclass
class Figures:
    """What was walked."""

    runs: int = 0
    moments: int = 0
    longest: int = 0
    violations: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class _Frontier:
    """Prefixes still to be walked, shortest first, and the moments that were seen with so many faults left."""

    depth: int
    waiting: deque[tuple[int, ...]] = field(default_factory=lambda: deque([()]))
    seen: dict[Any, tuple[int, tuple[int, ...] | None]] = field(default_factory=dict)


def explore(depth: int, habits: Habits, most_runs: int | None = None) -> Figures:
    """Walk all schedules with at most `depth` faults. Stops at the first violation, which has the shortest schedule."""
    frontier, figures, began = _Frontier(depth), Figures(), time.monotonic()
    while frontier.waiting and not figures.violations and (most_runs is None or figures.runs < most_runs):
        walk = _Run(frontier, frontier.waiting.popleft(), habits)
        figures.runs += 1
        try:
            run(walk.live)
        except Violation as violation:
            figures.violations.append((str(violation), walk.told()))
        figures.longest = max(figures.longest, len(walk.taken))
    figures.moments = len(frontier.seen)
    figures.seconds = time.monotonic() - began
    return figures


class _Run:
    """One schedule: the choices of the prefix, then the plain ones."""

    def __init__(self, frontier: _Frontier, prefix: tuple[int, ...], habits: Habits) -> None:
        self.frontier = frontier
        self.prefix = prefix
        self.habits = habits
        self.taken: list[tuple[str, str]] = []
        self._numbers: list[int] = []
        self._pending: list[tuple[float, str, str]] = []
        self._stage = "settling"
        self.engine: Engine | None = None

    def told(self) -> str:
        """The schedule as people read it: the choices that were not plain."""
        return "; ".join(
            f"{where}: {what}" for where, what in self.taken if what not in ("fine", "lives", "kept", "waits")
        )

    # ---- choices

    def choose(self, where: str, options: tuple[str, ...]) -> str:
        """The option of this schedule; every other one is left to be walked, unless this moment was seen before."""
        place = len(self._numbers)
        if place < len(self.prefix):
            number = self.prefix[place]
        else:
            number = 0
            left = self.frontier.depth - sum(1 for taken in self._numbers if taken)
            moment = self.moment(where)
            seen_left, seen_by = self.frontier.seen.get(moment, (-1, None))
            if seen_left >= left and seen_by != self.prefix:
                self._stop()
            self.frontier.seen[moment] = (left, self.prefix)
            if left:
                chosen = tuple(self._numbers)
                self.frontier.waiting.extend((*chosen, other) for other in range(1, len(options)))
        self._numbers.append(number)
        self.taken.append((where, options[number]))
        return options[number]

    def _stop(self) -> None:
        """Walked before: nothing new can follow."""
        if not self.walked_before.done():
            self.walked_before.set_result(None)
        self.life.kill()
        raise Killed

    def moment(self, where: str) -> Any:
        """All that can matter later: where, the durable rows with their ages, the platform's ledger, what is under way,
        the line as the process knows it, and what the caller is about."""
        now = self.clock.now()

        def ago(at: datetime | None) -> int | None:
            return None if at is None else round((at - now).total_seconds())

        def seen(row: Submission) -> tuple[Any, ...]:
            flags = (row.fenced, row.given_up, row.released, row.setl_id is None)
            times = (ago(row.due_at), ago(row.sent_at), ago(row.lease_until), ago(row.deadline))
            return (row.infno, row.state, min(row.asked, 6), flags, times)

        rows = tuple(seen(row) for row in self.journal._submissions.values())
        ledger = tuple((row.infno, row.live, row.msgid in self._reversed) for row in self.hub.rows())
        way = tuple(sorted((infno, round(at - self.loop.seconds)) for at, infno, _ in self._pending))
        known: tuple[Any, ...] = ()
        if self.engine is not None:
            since = self.engine._worker._known_since.values()
            failed = ago(self.engine.link.failed_at)
            known = (self.engine.link.failures, failed, tuple(round(self.loop.seconds - at) for at in since))
        return (where, rows, ledger, len(self.hub.tombs), way, known, self._stage, len(self.hub.signed) > 0)

    # ---- the small world

    async def live(self, loop: TimeLoop) -> None:
        self.loop, self.clock, self.journal = loop, TimeClock(loop), MemoryJournal()
        self.hub = Hub(self.habits, lambda: f"{self.clock.now():%Y-%m-%d %H:%M:%S}", self._did)
        self._reversed: set[str] = set()
        person = invented(1)
        self.hub.people.append(person)
        visit = Visit("M1", person, "V1", inpatient=False, msgid="registered")
        visit.fees["F1"] = ("B1", TOTAL)
        self.hub.visits["M1"] = visit
        self.visit = visit
        self.weather = Weather(loop, self.hub, _Still(), 0.0, (), lambda: "")
        self.oracle = Oracle(loop, self.journal, self.hub, set)
        self.oracle.clock_now = self.clock.now
        self.walked_before: asyncio.Future[None] = loop.create_future()
        structlog.configure(processors=[_silent], wrapper_class=structlog.BoundLogger)
        with simulated(loop, random.Random(1)), self._points():
            work = loop.create_task(self._world())
            ends: set[asyncio.Future[Any]] = {work, self.oracle.broken, self.walked_before}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if self.oracle.broken.done():
                raise self.oracle.broken.result()
            if work.done():
                work.result()

    @contextmanager
    def _points(self) -> Iterator[None]:
        """Dying at a crash point is a choice."""

        def point(name: str, about: str = "") -> None:
            if self.choose(f"{name} {about}", DYING) == "dies":
                self.life.kill()
                raise Killed

        with patch.object(crash, "point", point):
            yield

    async def _world(self) -> None:
        until = self.loop.seconds + MINUTES
        caller = self.loop.create_task(self._caller())
        while not caller.done():
            await self._one_life(caller)
            if self.loop.seconds > until:
                self.oracle.accuse("L1", "the caller still waits after an hour")
                return
        caller.result()
        rows = list(self.journal._submissions.values())
        open_rows = [row for row in rows if row.state in OPEN]
        while open_rows and self.loop.seconds < until:
            await self._one_life(self.loop.create_task(asyncio.sleep(30)))
            open_rows = [row for row in self.journal._submissions.values() if row.state in OPEN]
        for row in open_rows:
            self.oracle.still_open(row)
        while self._pending:
            await asyncio.sleep(1)
        await self.oracle.close([_listed(row, self.engine) for row in self.journal._submissions.values()])

    async def _one_life(self, task: "asyncio.Task[Any]") -> None:
        """The process, until it dies or the task has ended; it dies at the task's end too, only quietly."""
        life = self.life = Life(self.loop, _Still(), Dangers())
        journal = cast("Journal", _ChosenJournal(self, life))
        timing = Timing(sweep_s=2)
        engine = Engine(
            journal=journal,
            poster=_ChosenPoster(self, life),
            platform=Platform("http://127.0.0.1:1", self._profile(), HOSPITAL),
            clock=self.clock,
            timing=timing,
            background=InProcess(journal, SteadyClock(self.clock), timing),
            jitter=_Still(),
        )
        started = life.spawn(engine.start())
        await asyncio.wait({started, life.died}, return_when=asyncio.FIRST_COMPLETED)
        if life.alive:
            self.engine = engine
            await asyncio.wait({task, life.died}, return_when=asyncio.FIRST_COMPLETED)
        life.kill()
        self.engine = None
        await asyncio.sleep(1)

    def _profile(self) -> Any:
        habits = self.habits
        able = {"idem_msgid": habits.idem_msgid, "tombstone": habits.tombstone, "one_live": habits.one_live}
        return load("national").with_(**able)

    # ---- the caller

    async def _caller(self) -> None:
        row = await self._settled()
        if (
            row is not None
            and row.state is State.CONFIRMED
            and self.choose("settled", ("waits", "cancels")) == "cancels"
        ):
            self._stage = "cancelling"
            self.oracle.undo_asked(row.id)
            await self._until_final(row.id, lambda engine: engine.cancel(row.id, 5))

    async def _settled(self) -> Submission | None:
        """The same key until it is told how it ended; after each "pending" it may be given up."""
        given_up = False
        while True:
            admitted = await self._asked(lambda engine: engine.submit(_order()))
            if admitted is None:
                await asyncio.sleep(2)
                continue
            row_id = admitted.submission.id
            row = await self._asked(lambda engine, row_id=row_id: engine.run(row_id, 25))
            if row is None or row.released:
                await asyncio.sleep(2)
                continue
            self.oracle.told(row.id, TOLD[row.state])
            if TOLD[row.state] in (*FINAL, "manual"):
                return cast("Submission", row)
            if not given_up and self.choose("pending", ("waits", "gives up")) == "gives up":
                given_up, self._stage = True, "given up"
                self.oracle.undo_asked(row.id)
                await self._asked(lambda engine, row_id=row_id: engine.give_up(row_id))

    async def _until_final(self, submission_id: str, first: Any) -> None:
        await self._asked(first)
        while True:
            row = await self._asked(lambda engine: engine.run(submission_id, 25))
            if row is not None:
                self.oracle.told(row.id, TOLD[row.state])
                if row.state not in OPEN:
                    return
            await asyncio.sleep(2)

    async def _asked(self, work: Any) -> Any:
        """One call of the gateway; None when it died or could not take it."""
        engine, life = self.engine, None
        if engine is None:
            await asyncio.sleep(0.5)
            return None
        life = self.life
        task = life.spawn(work(engine))
        await asyncio.wait({task, life.died}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() or task.cancelled():
            return None
        error = task.exception()
        if isinstance(error, (Held, JournalDown, Killed)):
            return None
        return task.result()

    # ---- what the oracle sees

    def _did(self, msgid: str, what: str) -> None:
        if what.endswith("reversed"):
            self._reversed.add(msgid)
        self.oracle.done(msgid, what)

    async def carry(self, body: bytes, limits: Limits) -> Reply:
        """One message there and back."""
        message: Json = json.loads(body)
        self.oracle.leaves(body, message)
        infno = message["infno"]
        options = REVERSAL if infno == "2601" else MONEY if infno in ("2207", "2208") else QUESTION
        fate = "fine" if infno == "9001" else self.choose(infno, options)
        if fate == "not sent":
            raise NotSent("connection refused")
        if fate == "lost":
            await asyncio.sleep(limits.read_s)
            raise TimedOut("no answer")
        if fate in ("refused", "strange text"):
            await asyncio.sleep(THERE + BACK)
            return self.weather._said(BLOCKED if fate == "refused" else STRANGE)
        if fate == "held up":
            self._later(message, HELD_UP)
            await asyncio.sleep(limits.read_s)
            raise TimedOut("no answer")
        # the way there belongs to the network: it goes on although the process dies
        answer: asyncio.Future[Any] = self.loop.create_future()
        self._later(message, THERE, answer)
        done = await answer
        if fate == "answer lost":
            await asyncio.sleep(limits.read_s - THERE)
            raise TimedOut("no answer")
        await asyncio.sleep(BACK)
        return self.weather._said(STRANGE if fate == "done and strange text" else done)

    def _later(self, message: Json, seconds: float, answer: "asyncio.Future[Any] | None" = None) -> None:
        pending = (self.loop.seconds + seconds, message["infno"], message["msgid"])
        self._pending.append(pending)

        def arrives() -> None:
            self._pending.remove(pending)
            done = self.hub.perform(message)
            if answer is not None and not answer.done():
                answer.set_result(done)

        self.loop.call_later(seconds, arrives)


class _ChosenJournal:
    """A life's journal: before and after each write that moves a submission it may be the end of the process."""

    def __init__(self, walk: _Run, life: Life) -> None:
        self._walk = walk
        self._life = life

    def __getattr__(self, name: str) -> Any:
        verb, walk, life = getattr(self._walk.journal, name), self._walk, self._life

        async def kept(*given: Any, **named: Any) -> Any:
            if not life.alive:
                raise Killed
            named_move = " ".join((name, *(value.event.name for value in given if isinstance(value, Move))))
            chosen = name in ("admit", "start", "finish", "move") and not _is_question(given)
            if chosen:
                befell = walk.choose(f"before {named_move}", KEEPING)
                if befell == "journal down":
                    raise JournalDown("no space left")
                if befell == "dies":
                    life.kill()
                    raise Killed
            result = await verb(*given, **named)
            walk.oracle.kept(name, (*given, *named.values()), result)
            if chosen and walk.choose(f"after {named_move}", DYING) == "dies":
                life.kill()
                raise Killed
            return result

        setattr(self, name, kept)
        return kept


def _is_question(given: tuple[Any, ...]) -> bool:
    """A write that only keeps a question or its answer decides nothing: no choices there."""
    return bool(given) and len(given) == 1 and type(given[0]).__name__ in ("Attempt", "Finish")


@dataclass
class _ChosenPoster:
    walk: _Run
    life: Life

    async def post(self, url: str, headers: Any, body: bytes, limits: Limits) -> Reply:
        if not self.life.alive:
            raise Killed
        return await self.walk.carry(body, limits)


def _order() -> Order:
    message = SettleOutpatient(
        psn_no=invented(1).psn_no,
        mdtrt_cert_type="02",
        mdtrt_cert_no=invented(1).cert_no,
        med_type="11",
        medfee_sumamt=TOTAL,
        psn_setlway="01",
        mdtrt_id="M1",
        chrg_bchno="B1",
        acct_used_flag="0",
        insutype="310",
        fulamt_ownpay_amt=Decimal("0.00"),
        overlmt_selfpay=Decimal("0.00"),
        preselfpay_amt=Decimal("0.00"),
        inscp_scp_amt=TOTAL,
    )
    return Order(
        caller="his",
        key="k",
        message=message,
        operator=OPERATOR,
        insured_division="530100",
        visit_id="V1",
        basket_id="B1",
        busy_on="V1/B1/settle",
        psn_no=invented(1).psn_no,
        mdtrt_id="M1",
        expected_total=TOTAL,
    )


def _listed(row: Submission, _engine: Engine | None) -> Json:
    """A submission as the list of callers shows it, as far as the oracle looks."""
    amounts = None
    if row.fen.total is not None:
        named = {"total": row.fen.total, "fund": row.fen.fund, "account": row.fen.account, "cash": row.fen.cash}
        amounts = {name: f"{Decimal(value or 0) / 100:.2f}" for name, value in named.items()}
    shown = row.state in (State.CONFIRMED, State.MANUAL, State.REVERSED) and row.setl_id is not None
    return {
        "submission_id": row.id,
        "infno": row.infno,
        "state": TOLD[row.state],
        "msgid": row.msgid,
        "refund_of": row.refund_of,
        "settlement": {"settlement_id": row.setl_id, "amounts": amounts} if shown else None,
    }


def _silent(_log: Any, _method: str, _event: Any) -> Any:
    raise structlog.DropEvent


def tell(depth: int) -> int:
    """Walk for every platform; the number of violations."""
    broken = 0
    for habits in ALL_HABITS:
        figures = explore(depth, habits)
        able = ", ".join(name for name in ("idem_msgid", "tombstone", "one_live") if getattr(habits, name)) or "none"
        print(
            f"up to {depth} faults, platform's habits {able}: {figures.runs} schedules, {figures.moments} moments, "
            f"longest {figures.longest} choices: {len(figures.violations)} violations, {figures.seconds:.0f} s",
            flush=True,
        )
        for text, schedule in figures.violations:
            print(f"  {text}\n  {schedule}")
        broken += len(figures.violations)
    return broken
