"""Next step -> journal -> act -> journal. Starting up and carrying on are the same code.

The engine decides nothing that a table decides: `lifecycle` says what follows, `policy` when, `link` whether, `outcome`
and `resolving` what an answer or a query means. One task at a time works on a submission; a caller that loses patience
leaves the task running.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar, cast

import structlog
from yidi_sdk import wire
from yidi_sdk.catalogue import Effect, by_infno, row_of
from yidi_sdk.errors import NotSent, Refused, Unknown, YidiError
from yidi_sdk.explain.errors import parse_window
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.message import AS_GIVEN, Input, Output
from yidi_sdk.posters import AsyncPoster, Reply
from yidi_sdk.profile import Profile
from yidi_sdk.transactions import ReverseTransaction, RevokeOutpatientSettlement, SignedIn, SignIn

from yidi_gateway import crash, lifecycle, outcome
from yidi_gateway.amounts import to_fen
from yidi_gateway.background import Background
from yidi_gateway.clock import Clock
from yidi_gateway.ids import incident_of, new_id
from yidi_gateway.journal.port import Admitted, Journal
from yidi_gateway.lifecycle import Action, Event, State
from yidi_gateway.link import Hold, Link, LinkStatus, seconds_left
from yidi_gateway.policy import POISON_AFTER, REPEATS, Timing, next_query_s, next_reversal_s
from yidi_gateway.resolving import NOTHING, SEARCHES, Asking, Finding
from yidi_gateway.sending import Courier, Envelope, Platform, downtime_text, is_repeatable
from yidi_gateway.session import Sessions
from yidi_gateway.submission import Move, Purpose, Submission, Window

log = structlog.get_logger("yidi.engine")
OutputT = TypeVar("OutputT", bound=Output)
SIGNED_OUT = "sign_in_expired"
"""Key of the error catalogue's row for a sign-in number that the platform no longer knows."""
NOT_FOUND, CLEARED, OTHER_DAY = "reversal_not_found", "reversal_cleared", "reversal_other_day"
LEASE = timedelta(seconds=30)
"""Beyond the platform's deadline: only then another worker may take a submission that seems to be on the wire."""
DID_NOT_HAPPEN: dict[str, Any] = {"code": "DID_NOT_HAPPEN", "key": None, "raw": None, "money": "not_moved"}
NEVER_SENT: dict[str, Any] = {"code": "NOT_SENT", "key": None, "raw": None, "money": "not_moved"}


class Held(Exception):
    """Not sent and not begun: the platform is down. `window` None means it cannot be reached."""

    def __init__(self, hold: Hold) -> None:
        super().__init__("platform under maintenance" if hold.window else "platform cannot be reached")
        self.window = hold.window
        self.retry_after_s = hold.retry_after_s


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


class Engine:
    """What the doors and the visits call. See each method for what it promises."""

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
        self.timing = timing
        self.link = Link()
        self.outcomes: Counter[str] = Counter()
        self._courier = Courier(platform, journal, poster, clock, timing, self._heard)
        self._sessions = Sessions(journal, platform.institution, clock, timing, self._sign_in)
        self._background = background
        self._jitter = jitter or random.Random()  # noqa: S311 - spreads repeats, guards nothing
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._waiting: Counter[str] = Counter()
        self._keeping: set[asyncio.Task[None]] = set()

    @property
    def institution(self) -> Institution:
        return self._courier.platform.institution

    @property
    def profile(self) -> Profile:
        return self._courier.platform.profile

    # ---- start, stop

    async def start(self) -> None:
        """Carry on: what a crash left in SENDING is UNKNOWN, what was never sent is ABSENT and its key free."""
        self.link = self.link.with_windows(tuple(await self.journal.windows()))
        for row in await self.journal.interrupted():
            if row.state is State.SENDING:
                await self._move(row, Event.RESTARTED, {"due_at": self._in(2), "asked": 0})
            else:
                await self._move(row, Event.ABANDONED, {"released": True, "reason": NEVER_SENT})
        await self._background.start(self.step, self._probe)

    async def stop(self) -> None:
        """Stop taking work; what is on the wire gets its answer or is found by the next start."""
        await self._background.stop()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=self.timing.connect_s)
        for task in self._tasks.values():
            task.cancel()

    # ---- reads, trials, uploads

    async def ask(
        self,
        message: Input[OutputT],
        *,
        operator: Operator,
        insured_division: str = "",
        visit_id: str | None = None,
    ) -> OutputT:
        """Send a query, trial or upload. Queries and trials are repeated after doubt, each under a new msgid; an upload
        only when proven not sent. Raises Refused, Unknown, NotSent, or Held."""
        purpose = PURPOSES[row_of(message).effect]
        answer = await self._ask(message, operator, insured_division, purpose, visit_id=visit_id)
        return cast("OutputT", answer)

    async def _ask(
        self,
        message: Input[Any],
        operator: Operator,
        division: str,
        purpose: Purpose,
        *,
        submission_id: str | None = None,
        visit_id: str | None = None,
    ) -> Output:
        effect = row_of(message).effect
        left = REPEATS[effect]
        renewed = False
        while True:
            self._check(effect, purpose, division)
            sign_no = "" if purpose is Purpose.SESSION else await self._sessions.sign_no(operator)
            envelope = await self._courier.make(
                message,
                operator=operator,
                purpose=purpose,
                insured_division=division,
                sign_no=sign_no,
                submission_id=submission_id,
                visit_id=visit_id,
            )
            left -= 1
            try:
                return await self._courier.exchange(envelope)
            except Refused as error:
                if downtime_text(error) is not None:
                    self._check(effect, purpose, division)
                if error.key != SIGNED_OUT or renewed or purpose is Purpose.SESSION:
                    raise
                renewed, left = True, left + 1
                await self._sessions.forget(operator, sign_no)
            except NotSent:
                if left <= 0:
                    raise
            except Unknown as error:
                if downtime_text(error) is not None:
                    self._check(effect, purpose, division)
                if left <= 0 or not is_repeatable(effect):
                    raise
            await self.clock.sleep(self._jitter.uniform(0.0, 0.5))

    async def _sign_in(self, message: SignIn, operator: Operator) -> SignedIn:
        return cast("SignedIn", await self._ask(message, operator, "", Purpose.SESSION))

    # ---- submissions

    async def submit(self, order: Order) -> Admitted:
        """Journal a submission in NEW, or find the one that stands under this key or on this basket. Raises Held while
        money is not to be sent: nothing is journaled then and the key stays free."""
        row = row_of(order.message)
        self._check(row.effect, Purpose.ACT, order.insured_division)
        now = self.clock.now()
        operator = {"id": order.operator.id, "name": order.operator.name, "kind": order.operator.kind}
        submission_id = new_id(now)
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
                operator=wire.dumps(operator).decode(),
                input=wire.dumps(order.message.to_wire()),
                expected_fen=None if order.expected_total is None else to_fen(order.expected_total),
                refund_of=order.refund_of,
                incident=incident_of(submission_id),
            )
        )

    async def run(self, submission_id: str, patience_s: float) -> Submission:
        """Drive a submission until it rests or patience ends; the row as it then stands."""
        until = self.clock.monotonic() + patience_s
        self._waiting[submission_id] += 1
        try:
            while True:
                row = await self._get(submission_id)
                left = until - self.clock.monotonic()
                if row.state not in lifecycle.OPEN or left <= 0:
                    return row
                task = self._tasks.get(submission_id)
                due = 0.0 if row.due_at is None else (row.due_at - self.clock.now()).total_seconds()
                if task is None and due > 0:
                    await self.clock.sleep(min(due, left))
                    continue
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
        row = await self._get(submission_id)
        if row.state in lifecycle.OPEN and not row.given_up:
            changes: dict[str, Any] = {"given_up": True}
            if row.state is State.NEW:
                changes |= {"released": False, "reason": NEVER_SENT}
            await self._move(row, Event.GIVEN_UP, changes)
        return await self._get(submission_id)

    async def cancel(self, submission_id: str, patience_s: float) -> Submission:
        """Undo a settled one by 2601: same day, not paid, not cleared. The caller has checked that."""
        row = await self._get(submission_id)
        if row.state is State.CONFIRMED:
            await self._move(row, Event.CANCELLED, {"due_at": self.clock.now(), "asked": 0, "given_up": True})
        return await self.run(submission_id, patience_s)

    async def decide(self, submission_id: str, *, settled: bool, who: dict[str, Any]) -> Submission:
        """A manual one, decided by two persons of two roles; the caller has checked who they are."""
        row = await self._get(submission_id)
        if row.state is State.MANUAL:
            event = Event.DECIDED_SETTLED if settled else Event.DECIDED_REVERSED
            await self._move(row, event, {"reason": {**(row.reason or {}), "decided": True}}, who)
        return await self._get(submission_id)

    def output_of(self, submission: Submission) -> Output | None:
        """The platform's answer of a settled submission, typed; None where none was returned."""
        row = by_infno(submission.infno)
        if submission.outcome is None or row is None:
            return None
        nodes = wire.loads(submission.outcome)
        return None if nodes is None else row.output.model_validate(nodes, context=AS_GIVEN)

    # ---- downtime

    async def announce(self, window: Window) -> None:
        """Keep a downtime window that a person entered or the platform announced."""
        await self.journal.put_window(window)
        await self.journal.note(self.clock.now(), f"window:{window.id}", "announced", {"scope": window.scope})
        self.link = self.link.with_windows(tuple(await self.journal.windows()))

    async def withdraw(self, window_id: str) -> bool:
        """Close a window; False when there is none of that name."""
        for window in await self.journal.windows():
            if window.id == window_id:
                await self.journal.put_window(replace(window, closed_at=self.clock.now()))
                await self.journal.note(self.clock.now(), f"window:{window_id}", "closed", {})
                self.link = self.link.with_windows(tuple(await self.journal.windows()))
                return True
        return False

    def _heard(self, error: YidiError | None) -> None:
        """Every answer and failure passes here: the breaker, and windows that the platform's own answer teaches."""
        kind = "ok" if error is None else type(error).__name__
        self.outcomes[kind] += 1
        if isinstance(error, NotSent):
            self.link = self.link.unreachable(self.clock.now())
            return
        if error is None or isinstance(error, Refused):
            self.link = self.link.answered()
        text = downtime_text(error)
        if text is not None:
            self._learn(text)

    def _learn(self, text: str) -> None:
        now = self.clock.now()
        if self.link.window_for(now, None) is not None:
            return
        span = parse_window(text)
        begins, ends = span if span is not None else (now, None)
        if ends is not None and ends <= now:
            ends = None  # over by its own words, and still answered: the end is not known
        window = Window(id=new_id(now), begins=min(begins, now), ends=ends, text=text, announced=False)
        self.link = self.link.with_windows((*self.link.windows, window))
        keeping = asyncio.ensure_future(self.announce(window))
        self._keeping.add(keeping)
        keeping.add_done_callback(self._keeping.discard)

    async def _probe(self) -> None:
        """Look whether a downtime of unknown end is over: by a sign-in, which changes nothing for anybody."""
        now = self.clock.now()
        window = self.link.window_for(now, None)
        if window is None or window.ends is not None:
            return
        since = (now - window.begins).total_seconds()
        if int(since) % self.timing.unknown_end_retry_s > self.timing.sweep_s:
            return
        operator = Operator(id="probe", name="probe", kind="1")
        try:
            await self._ask(SignIn(opter_no=operator.id), operator, "", Purpose.SESSION)
        except (YidiError, Held):
            return
        await self.withdraw(window.id)

    def _check(self, effect: Effect, purpose: Purpose, division: str) -> None:
        hold = self.link.hold(
            self.clock.now(),
            effect=effect,
            purpose=purpose,
            division=division or None,
            lead_s=self.timing.commit_s,
            retry_s=self.timing.unknown_end_retry_s,
        )
        if hold is not None:
            raise Held(hold)

    # ---- one action

    def _task(self, submission_id: str) -> asyncio.Task[None]:
        task = self._tasks.get(submission_id)
        if task is None:
            task = asyncio.create_task(self._act(submission_id))
            self._tasks[submission_id] = task
            task.add_done_callback(lambda _done: self._tasks.pop(submission_id, None))
        return task

    async def _act(self, submission_id: str) -> None:
        row = await self._get(submission_id)
        if row.due_at is not None and row.due_at > self.clock.now():
            return
        try:
            await ACTS[lifecycle.ACTIONS[row.state]](self, row)
        except (Held, YidiError) as error:
            log.warning("step", submission=row.id, outcome=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - one message that breaks the gateway must not stop the others
            await self._broke(row.id, error)

    async def _broke(self, submission_id: str, error: Exception) -> None:
        log.error("step", submission=submission_id, outcome="broke", kind=type(error).__name__)
        row = await self._get(submission_id)
        if row.state is State.SENDING:
            await self._move(row, Event.NO_ANSWER, self._doubt())
        elif row.state in (State.UNKNOWN, State.REVERSING):
            broken = int((row.reason or {}).get("broken", 0)) + 1
            reason = {"code": "OUTCOME_UNKNOWN", "key": None, "raw": None, "money": "unknown", "broken": broken}
            if broken >= POISON_AFTER:
                await self._move(row, Event.POISONED, {"reason": reason})
            else:
                event = Event.QUERY_FAILED if row.state is State.UNKNOWN else Event.REVERSAL_UNANSWERED
                await self._move(row, event, {"reason": reason, "due_at": self._in(10)})

    async def _send(self, row: Submission) -> None:
        """NEW: sign in, journal the bytes, write them once."""
        operator = _operator(row)
        try:
            self._check(Effect.COMMIT, Purpose.ACT, row.insured_division)
            sign_no = await self._sessions.sign_no(operator)
        except (Held, YidiError) as error:
            code = "MAINTENANCE" if isinstance(error, Held) and error.window else "NOT_SENT"
            await self._move(row, Event.ABANDONED, {"released": True, "reason": {**NEVER_SENT, "code": code}})
            return
        message = _message(row)
        begun = self.clock.monotonic()
        envelope = await self._courier.make(
            message,
            operator=operator,
            purpose=Purpose.ACT,
            insured_division=row.insured_division,
            sign_no=sign_no,
            submission_id=row.id,
            visit_id=row.visit_id,
        )
        now = self.clock.now()
        deadline = now + timedelta(seconds=self.timing.commit_s)
        changes = {"msgid": envelope.request.msgid, "sent_at": now, "deadline": deadline, "due_at": deadline + LEASE}
        sending = await self.journal.start(self._courier.attempt(envelope), self._line(row, Event.ALLOTTED, changes))
        if sending is None:
            return
        crash.point("cp3")
        await self._write(sending, envelope, begun, operator, sign_no)

    async def _write(
        self, row: Submission, envelope: Envelope, begun: float, operator: Operator, sign_no: str
    ) -> None:
        reply: Reply | None = None
        error: YidiError | None = None
        result: outcome.Outcome
        try:
            reply = await self._courier.post(envelope, begun)
            crash.point("cp5")
            crash.point("cp6")
            output = self._courier.read(envelope, reply)
            result = outcome.of_output(row, output, acct_in_fund=self.profile.acct_in_fund)
        except NotSent as not_sent:
            error = not_sent
            event = Event.STALE if self._is_stale(not_sent) else Event.NOT_WRITTEN
            result = outcome.Outcome(event, {"released": True, "reason": NEVER_SENT, "due_at": None})
        except Refused as refused:
            error, result = refused, outcome.of_refusal(refused)
            if refused.key == SIGNED_OUT:
                await self._sessions.forget(operator, sign_no)
                result = replace(result, changes={**result.changes, "released": True})
        except Unknown as unknown:
            error = unknown
            result = outcome.of_doubt(unknown)
            result = replace(result, changes={**result.changes, **self._doubt()})
        crash.point("cp7")
        moved = await self.journal.finish(
            self._courier.finished(envelope, reply, error),
            self._line(row, result.event, {"due_at": None, **result.changes}),
        )
        crash.point("cp8")
        if moved is None:
            log.warning("late", submission=row.id, outcome="evidence only")

    def _is_stale(self, error: NotSent) -> bool:
        return type(error).__name__ == "StaleSend"

    def _doubt(self) -> dict[str, Any]:
        reason = {"code": "OUTCOME_UNKNOWN", "key": None, "raw": None, "money": "unknown"}
        return {"due_at": self._in(next_query_s(0, waiting=True)), "asked": 0, "reason": reason}

    async def _query(self, row: Submission) -> None:
        """UNKNOWN: ask the platform what it holds; only a question asked after QUIET may answer no."""
        asked_at = self.clock.now()
        try:
            finding = await self._search(row)
        except (Refused, Unknown, NotSent, Held, KeyError) as error:
            await self._again(row, Event.QUERY_FAILED, {"query": type(error).__name__})
            return
        crash.point("cp9")
        if finding.found:
            await self._adopt(row, finding)
        elif not self._quiet(row, asked_at):
            await self._again(row, Event.NOT_FOUND_EARLY, {})
        elif _reversible(row):
            await self._move(row, Event.NOT_FOUND, {"fenced": True, "asked": 0, "due_at": self.clock.now()})
        else:
            await self._move(row, Event.NOT_FOUND_FINAL, {"reason": DID_NOT_HAPPEN, "due_at": None})

    async def _adopt(self, row: Submission, finding: Finding) -> None:
        """Store what was found as if it had been answered, or undo it when the HIS does not want it."""
        transaction = by_infno(row.infno)
        if finding.output is None or transaction is None:
            result = outcome.Outcome(Event.FOUND, {"setl_id": finding.setl_id})
        else:
            output = transaction.output.model_validate(finding.output, context=AS_GIVEN)
            result = outcome.of_output(row, output, acct_in_fund=self.profile.acct_in_fund)
        fen = result.changes.get("fen")
        other_amount = fen is not None and row.expected_fen is not None and fen.total != row.expected_fen
        if row.given_up or row.fenced or other_amount:
            changes: dict[str, Any] = {"setl_id": finding.setl_id, "asked": 0, "due_at": self.clock.now()}
            await self._move(row, Event.FOUND_UNWANTED if _reversible(row) else Event.FOUND, changes)
            return
        event = Event.FOUND if result.event is Event.ACCEPTED else result.event
        await self._move(row, event, {"reason": None, **result.changes, "due_at": None})

    async def _search(self, row: Submission) -> Finding:
        asking: Asking = SEARCHES[row.infno](row)
        operator = _operator(row)
        try:
            message = next(asking)
            while True:
                answer = await self._ask(message, operator, row.insured_division, Purpose.QUERY, submission_id=row.id)
                message = asking.send(answer)
        except StopIteration as end:
            return cast("Finding", end.value)

    async def _reverse(self, row: Submission) -> None:
        """REVERSING: 2601 by the original msgid, repeated without end; paused in a downtime."""
        operator = _operator(row)
        asked_at = self.clock.now()
        try:
            self._check(Effect.REVERSAL, Purpose.REVERSE, row.insured_division)
        except Held as held:
            await self._move(row, Event.REVERSAL_HELD, {"due_at": self._in(held.retry_after_s)})
            return
        crash.point("cp10")
        message = ReverseTransaction(psn_no=row.psn_no, omsgid=row.msgid or "", oinfno=row.infno)
        try:
            await self._ask(message, operator, row.insured_division, Purpose.REVERSE, submission_id=row.id)
        except Refused as refused:
            await self._reversal_refused(row, refused, asked_at)
            return
        except (Unknown, NotSent, Held):
            await self._again(row, Event.REVERSAL_UNANSWERED, {})
            return
        crash.point("cp11")
        if self._quiet(row, asked_at) or self.profile.capabilities.idem_msgid:
            await self._move(row, Event.REVERSED_LATE, {"due_at": None, "reason": None})
            crash.point("cp12")
        else:
            await self._move(row, Event.REVERSED_EARLY, {"asked": row.asked + 1, "due_at": self._quiet_ends(row)})

    async def _reversal_refused(self, row: Submission, refused: Refused, asked_at: datetime) -> None:
        if refused.key == NOT_FOUND:
            if not self._quiet(row, asked_at):
                await self._again(row, Event.ORIGINAL_NOT_SEEN, {})
            elif await self._is_absent(row):
                await self._move(row, Event.ORIGINAL_ABSENT, {"reason": DID_NOT_HAPPEN, "due_at": None})
            else:
                await self._again(row, Event.REVERSAL_UNANSWERED, {"query": "disagrees"})
        elif refused.key in (CLEARED, OTHER_DAY):
            await self._undo_by_number(row, refused)
        else:
            await self._again(row, Event.REVERSAL_UNANSWERED, {"key": refused.key or "unlisted"})

    async def _is_absent(self, row: Submission) -> bool:
        try:
            return await self._search(row) == NOTHING
        except (Refused, Unknown, NotSent, Held, KeyError):
            return False

    async def _undo_by_number(self, row: Submission, refused: Refused) -> None:
        """The reversal is not allowed any more: the business undo, as a submission of its own."""
        reason = {"code": "REVERSAL_NOT_ALLOWED", "key": refused.key, "raw": refused.err_msg, "money": "moved"}
        if row.setl_id is None or by_infno(row.infno) is None or not outcome.is_settlement(row.infno):
            await self._move(row, Event.REVERSAL_REFUSED, {"reason": reason, "due_at": None})
            return
        order = Order(
            caller=row.caller,
            key=f"{row.key}:undo",
            message=RevokeOutpatientSettlement(setl_id=row.setl_id, mdtrt_id=row.mdtrt_id, psn_no=row.psn_no),
            operator=_operator(row),
            insured_division=row.insured_division,
            visit_id=row.visit_id,
            basket_id=row.basket_id,
            busy_on=f"{row.setl_id}/refund",
            psn_no=row.psn_no,
            mdtrt_id=row.mdtrt_id,
            refund_of=row.id,
        )
        undo = await self.run((await self.submit(order)).submission.id, self.timing.commit_s)
        if undo.state is State.CONFIRMED:
            await self._move(row, Event.UNDONE_BY_NUMBER, {"due_at": None, "reason": None})
        elif undo.state in lifecycle.OPEN:
            await self._again(row, Event.REVERSAL_UNANSWERED, {})
        else:
            await self._move(row, Event.REVERSAL_REFUSED, {"reason": reason, "due_at": None})

    async def _wait(self, row: Submission) -> None:
        """SENDING with nobody working on it: its task died; the outcome is not known."""
        if row.deadline is not None and self.clock.now() >= row.deadline + LEASE:
            await self._move(row, Event.RESTARTED, {"due_at": self.clock.now(), "asked": 0})

    async def _rest(self, row: Submission) -> None:
        """A resting state: nothing to do."""

    # ---- small parts

    async def _get(self, submission_id: str) -> Submission:
        row = await self.journal.get(submission_id)
        if row is None:
            raise KeyError(submission_id)
        return row

    def _line(
        self, row: Submission, event: Event, changes: dict[str, Any], detail: dict[str, Any] | None = None
    ) -> Move:
        now = self.clock.now()
        if lifecycle.after(row.state, event) is not row.state:
            changes = {**changes, "state_since": now}
        return Move(row.id, row.state, row.version, event, now, {**changes, "lease_until": None}, detail or {})

    async def _move(
        self, row: Submission, event: Event, changes: dict[str, Any], detail: dict[str, Any] | None = None
    ) -> Submission | None:
        return await self.journal.move(self._line(row, event, changes, detail))

    async def _again(self, row: Submission, event: Event, detail: dict[str, Any]) -> None:
        asked = row.asked + 1
        if row.state is State.UNKNOWN:
            wait = next_query_s(asked, waiting=self._waiting[row.id] > 0)
        else:
            wait = next_reversal_s(asked - 1, self._jitter.random())
        await self._move(row, event, {"asked": asked, "due_at": self._in(wait)}, detail)

    def _in(self, seconds: float) -> datetime:
        return self.clock.now() + timedelta(seconds=seconds)

    def _quiet(self, row: Submission, asked_at: datetime) -> bool:
        return row.sent_at is not None and asked_at > row.sent_at + timedelta(seconds=self.timing.quiet_s)

    def _quiet_ends(self, row: Submission) -> datetime:
        return (row.sent_at or self.clock.now()) + timedelta(seconds=self.timing.quiet_s + 0.5)

    @property
    def status(self) -> LinkStatus:
        return self.link.status(self.clock.now())

    def retry_after(self, window: Window) -> int:
        """Seconds until a window is over."""
        return seconds_left(window, self.clock.now(), self.timing.unknown_end_retry_s)


ACTS = {
    Action.SEND: Engine._send,  # noqa: SLF001 - the engine's own table of actions
    Action.WAIT: Engine._wait,  # noqa: SLF001
    Action.QUERY: Engine._query,  # noqa: SLF001
    Action.REVERSE: Engine._reverse,  # noqa: SLF001
    Action.NONE: Engine._rest,  # noqa: SLF001
}
PURPOSES = {
    Effect.QUERY: Purpose.READ,
    Effect.TRIAL: Purpose.TRIAL,
    Effect.UPLOAD: Purpose.UPLOAD,
}


def _message(row: Submission) -> Input[Any]:
    transaction = by_infno(row.infno)
    if transaction is None:
        raise KeyError(row.infno)
    return cast("Input[Any]", transaction.input.from_wire(wire.loads(row.input)))


def _operator(row: Submission) -> Operator:
    return Operator(**wire.loads(row.operator.encode()))


def _reversible(row: Submission) -> bool:
    transaction = by_infno(row.infno)
    return transaction is not None and transaction.reversible
