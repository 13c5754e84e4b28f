"""Deliberately wrong rules: small patches to the gateway's own code, each a mistake that is seen in the wild. One file,
though long: a list.

The simulation must catch them within its first 2,000 seeds; one that survives is explained (`SURVIVES`).
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any
from unittest.mock import patch

from simulation.day import Day
from simulation.oracle import Violation
from simulation.swarm import Plan, drawn
from yidi_gateway import lifecycle, msgids, outcome, sending, working
from yidi_gateway.journal import memory, records
from yidi_gateway.journal.memory import MemoryJournal
from yidi_gateway.journal.port import Admitted, Opened
from yidi_gateway.lifecycle import Event, State
from yidi_gateway.line import Line
from yidi_gateway.link import Link
from yidi_gateway.sending import Courier
from yidi_gateway.submission import Purpose, Request, Submission
from yidi_gateway.working import Worker
from yidi_sdk.errors import Refused, TimedOut, Unknown
from yidi_sdk.message import Nothing
from yidi_sdk.posters import Reply

Patch = AbstractContextManager[Any]


@dataclass(frozen=True)
class Wrong:
    """One mistake: what it says, and the patches that make it."""

    says: str
    patches: Callable[[], list[Patch]]


# ---- sending


def _new_msgid() -> list[Patch]:
    """In doubt, send it again: a new message with the same content."""
    return [
        patch.dict(lifecycle.EDGES, {(State.SENDING, Event.NO_ANSWER): State.NEW}),
        patch.dict(lifecycle.EDGES, {(State.SENDING, Event.UNLISTED): State.NEW}),
    ]


def _same_bytes() -> list[Patch]:
    """What HTTP libraries do when they are told to retry."""
    post = Courier.post

    async def twice(self: Courier, envelope: Any, begun: float) -> Reply:
        try:
            return await post(self, envelope, begun)
        except TimedOut:
            request = envelope.request
            limits = sending.Limits(connect_s=5, read_s=self._timing.read_s(envelope.row.effect))
            return await self._poster.post(request.url, request.headers, request.body, limits)

    return [patch.object(Courier, "post", twice)]


def _after_send() -> list[Patch]:
    """Write it down when there is something to write down."""
    start, post = MemoryJournal.start, Courier.post
    held: dict[str, Any] = {}

    async def later(self: MemoryJournal, attempt: Any, move: Any = None) -> Any:
        if attempt.purpose is not Purpose.ACT:
            return await start(self, attempt, move)
        held[attempt.msgid] = attempt
        return None if move is None else await self.move(move)

    async def first(self: Courier, envelope: Any, begun: float) -> Reply:
        try:
            return await post(self, envelope, begun)
        finally:
            attempt = held.pop(envelope.request.msgid, None)
            if attempt is not None:
                await self._journal.start(replace(attempt, purpose=Purpose.READ))

    return [patch.object(MemoryJournal, "start", later), patch.object(Courier, "post", first)]


def _no_stale_guard() -> list[Patch]:
    post = Courier.post

    async def whenever(self: Courier, envelope: Any, begun: float) -> Reply:
        return await post(self, envelope, self._clock.monotonic())

    return [patch.object(Courier, "post", whenever)]


def _random_msgid() -> list[Patch]:
    """The second, and four digits by chance, as it is seen in the wild; here chance has few digits to choose from."""

    async def by_chance(self: msgids.Msgids) -> str:
        second = self._clock.now()
        serial = int(sending.secrets.token_hex(4), 16) % 3
        return msgids.make_msgid(self._profile, self._institution, second, serial)

    return [patch.object(msgids.Msgids, "next", by_chance)]


# ---- judging


def _timeout_failed() -> list[Patch]:
    return [patch.object(outcome, "of_doubt", lambda _error: outcome.Outcome(Event.REFUSED))]


def _not_found_failed() -> list[Patch]:
    return [patch.object(Worker, "_quiet", lambda *_: True)]


def _unlisted_failed() -> list[Patch]:
    """Whatever the platform says beside success is a refusal."""
    doubt = outcome.of_doubt

    def judged(error: Unknown) -> Any:
        found = doubt(error)
        return outcome.Outcome(Event.REFUSED) if found.event is Event.UNLISTED else found

    return [patch.object(outcome, "of_doubt", judged)]


def _amounts_believed() -> list[Patch]:
    """An answer that does not add up is taken as it is."""
    return [patch.dict(lifecycle.EDGES, {(State.SENDING, Event.ACCEPTED_IN_DOUBT): State.CONFIRMED})]


def _reversal_believed() -> list[Patch]:
    """A reversal that timed out will have worked."""
    put = Line.put

    async def believing(self: Line, message: Any, operator: Any, division: str, purpose: Purpose, **more: Any) -> Any:
        try:
            return await put(self, message, operator, division, purpose, **more)
        except Unknown:
            if purpose is Purpose.REVERSE:
                return Nothing()
            raise

    return [patch.object(Line, "put", believing)]


def _late_answer() -> list[Patch]:
    """The answer of the original counts, whenever it comes."""
    post = Courier.post

    async def patient(self: Courier, envelope: Any, begun: float) -> Reply:
        if envelope.purpose is not Purpose.ACT:
            return await post(self, envelope, begun)
        asking = asyncio.ensure_future(_for_long(self, envelope, begun))
        done, _ = await asyncio.wait({asking}, timeout=self._timing.read_s(envelope.row.effect))
        if done:
            return asking.result()
        asking.add_done_callback(lambda task: _overrides(self, envelope, task))
        raise TimedOut("no answer in time")

    async def _for_long(self: Courier, envelope: Any, begun: float) -> Reply:
        timing, self._timing = self._timing, replace(self._timing, commit_s=600, commit_inpatient_s=600)
        try:
            asking = post(self, envelope, begun)
            return await asking
        finally:
            self._timing = timing

    def _overrides(self: Courier, envelope: Any, task: "asyncio.Future[Reply]") -> None:
        if task.cancelled() or task.exception() is not None:
            return
        late = asyncio.ensure_future(_believed(self, envelope, task.result()))
        self._keeping.add(late)

    async def _believed(self: Courier, envelope: Any, reply: Reply) -> None:
        output = self.read(envelope, reply)
        row = await self._journal.get(envelope.submission_id or "")
        if row is None or row.state in (State.CONFIRMED, State.REVERSED, State.MANUAL):
            return
        changes = outcome.of_output(row, output, acct_in_fund=False).changes
        move = working.Move(row.id, row.state, row.version, Event.ACCEPTED, self._clock.now(), changes)
        await self._journal.move(move)

    states = (State.UNKNOWN, State.REVERSING, State.ABSENT, State.REJECTED)
    edges = {(state, Event.ACCEPTED): State.CONFIRMED for state in states}
    return [patch.object(Courier, "post", patient), patch.dict(lifecycle.EDGES, edges)]


# ---- keeping


def _no_key() -> list[Patch]:
    """Every call is a new one."""

    async def fresh(self: MemoryJournal, request: Request) -> Opened:
        self._requests[request.caller, request.key] = request
        return Opened(request, fresh=True)

    admit = MemoryJournal.admit

    async def admitted(self: MemoryJournal, submission: Submission) -> Admitted:
        return await admit(self, replace(submission, key=f"{submission.key}#{submission.id}"))

    return [patch.object(MemoryJournal, "open_request", fresh), patch.object(MemoryJournal, "admit", admitted)]


def _no_basket_guard() -> list[Patch]:
    admit = MemoryJournal.admit

    async def unguarded(self: MemoryJournal, submission: Submission) -> Admitted:
        return await admit(self, replace(submission, busy_on=None))

    from yidi_gateway.visits import settling

    return [
        patch.object(MemoryJournal, "admit", unguarded),
        patch.object(settling, "LIVE", frozenset()),
    ]


def _no_compare_and_set() -> list[Patch]:
    """The last one to write is right."""

    def written(row: Submission | None, move: Any, is_busy: Any) -> Submission | None:
        if row is None:
            return None
        to = lifecycle.EDGES.get((move.state, move.event), row.state)
        return replace(row, **move.changes, state=to, version=row.version + 1)

    return [patch.object(records, "moved", written), patch.object(memory.records, "moved", written)]


def _restart_sends_again() -> list[Patch]:
    return [patch.dict(lifecycle.EDGES, {(State.SENDING, Event.RESTARTED): State.NEW})]


# ---- waiting


def _maintenance_ignored() -> list[Patch]:
    return [patch.object(Link, "window_for", lambda *_: None)]


def _not_found_not_understood() -> list[Patch]:
    """The fence of what never happened then repeats for ever."""
    return [patch.object(working, "NOT_FOUND", "no such key")]


def _refused_is_final() -> list[Patch]:
    """A reversal that is refused is dropped, and nobody hears of it."""
    refused = Worker._reversal_refused

    async def dropped(self: Worker, row: Submission, error: Refused, asked_at: Any) -> None:
        if error.key in working.NOT_ALLOWED:
            await self.move(row, Event.REVERSED_LATE, {"due_at": None, "reason": None})
            return
        await refused(self, row, error, asked_at)

    return [patch.object(Worker, "_reversal_refused", dropped)]


RULES: dict[str, Wrong] = {
    "retry_under_a_new_msgid": Wrong("after a timeout it is sent again under a new msgid", _new_msgid),
    "retry_the_same_bytes": Wrong("after a timeout the same bytes are sent again", _same_bytes),
    "timeout_is_failed": Wrong("a timeout is told as failed", _timeout_failed),
    "not_found_is_failed": Wrong("a query that finds nothing is told as failed, QUIET or not", _not_found_failed),
    "reversal_timeout_is_reversed": Wrong("a reversal that timed out is told as reversed", _reversal_believed),
    "journal_after_send": Wrong("the bytes are kept after they were sent", _after_send),
    "no_idempotency_key": Wrong("the caller's key is not looked at", _no_key),
    "no_basket_guard": Wrong("a basket may be settled twice at once", _no_basket_guard),
    "late_answer_overrides": Wrong("a late answer settles whatever was decided meanwhile", _late_answer),
    "random_msgid": Wrong("message numbers are drawn by chance", _random_msgid),
    "no_compare_and_set": Wrong("the last writer wins", _no_compare_and_set),
    "no_stale_guard": Wrong("what waited long between journal and wire is sent all the same", _no_stale_guard),
    "restart_sends_again": Wrong("a restart sends what it finds on the wire again", _restart_sends_again),
    "unlisted_is_failed": Wrong("a text that nobody knows is told as failed", _unlisted_failed),
    "amounts_are_believed": Wrong("a settlement that does not add up is told as settled", _amounts_believed),
    "maintenance_is_ignored": Wrong("a downtime stops nothing", _maintenance_ignored),
    "reversal_not_found_unknown": Wrong("the fence's not-found is not understood", _not_found_not_understood),
    "refused_reversal_is_dropped": Wrong("a refused reversal is told as reversed", _refused_is_final),
}
"""The twelve of the design come first."""


CAUGHT_BY: dict[str, tuple[int, ...]] = {
    "timeout_is_failed": (6,),
    "not_found_is_failed": (48,),
    "reversal_timeout_is_reversed": (53,),
    "late_answer_overrides": (168,),
    "no_compare_and_set": (457,),
    "no_stale_guard": (108,),
    "refused_reversal_is_dropped": (30,),
}
"""Seeds that caught a rule last time; the ordinary run tries them first, so that it is short."""
SURVIVES = {
    "random_msgid": "The journal takes a message number once: the second use is refused before anything leaves, so a "
    "collision costs an answer of 503 and never money. What is left is a msgid that another system uses too."
}
"""Wrong rules that the simulation does not catch, and why that is so."""


@dataclass(frozen=True)
class Caught:
    """The day that caught a rule, and the invariant that it broke."""

    plan: Plan
    rule: str


@contextmanager
def wrong(name: str) -> Iterator[None]:
    """The gateway with this rule, inside the block."""
    with ExitStack() as stack:
        for made in RULES[name].patches():
            stack.enter_context(made)
        yield


def first_caught(name: str | None, seeds: Iterable[int]) -> Caught | None:
    """The first of these seeds that catches the rule (None: the gateway as it is); None when none does."""
    for seed in seeds:
        plan = drawn(seed)
        with nullcontext() if name is None else wrong(name):
            try:
                Day(plan).live()
            except Violation as violation:
                return Caught(plan, violation.rule)
    return None


def tell(seeds: int, workers: int) -> int:
    """Every wrong rule with the first seed that catches it; the number that survived and are not explained."""
    caught_all, unexplained = 0, 0
    with ProcessPoolExecutor(workers) as pool:
        for name, caught, took in pool.map(_timed, RULES, repeat(range(seeds))):
            told = f"seed {caught.plan.seed} by {caught.rule}" if caught else f"survived {seeds} seeds"
            print(f"{name:30} {told:24} {took:6.1f} s  {RULES[name].says}", flush=True)
            caught_all += caught is not None
            if caught is None and name in SURVIVES:
                print(f"{'':30} {SURVIVES[name]}")
            elif caught is None:
                unexplained += 1
                print(f"{'':30} NOT EXPLAINED")
    print(f"{caught_all} of {len(RULES)} caught; of the design's twelve, which come first, see above")
    return unexplained


def _timed(name: str, seeds: range) -> tuple[str, Caught | None, float]:
    began = time.monotonic()
    return name, first_caught(name, seeds), time.monotonic() - began
