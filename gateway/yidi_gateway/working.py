"""One action of a submission: send it, look for it, reverse it. Next step -> journal -> act -> journal.

`lifecycle` says what follows, `policy` when, `outcome` and `resolving` what an answer or a query means; here it is
done.
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import structlog

from yidi_gateway import crash, lifecycle, outcome
from yidi_gateway.clock import Clock
from yidi_gateway.journal.port import Journal, JournalDown, Search
from yidi_gateway.lifecycle import Action, Event, State
from yidi_gateway.line import SIGNED_OUT, Held, Line
from yidi_gateway.policy import POISON_AFTER, Timing, next_query_s, next_reversal_s
from yidi_gateway.renumbering import new_number
from yidi_gateway.resolving import NOTHING, PERSON_UNKNOWN, SEARCHES, Asking, Finding, is_settlement, search_of
from yidi_gateway.sending import Envelope, StaleSend
from yidi_gateway.submission import Move, Purpose, Submission
from yidi_sdk import wire
from yidi_sdk.catalogue import Effect, by_infno
from yidi_sdk.errors import NotSent, Refused, Unknown, YidiError
from yidi_sdk.institution import Operator
from yidi_sdk.message import AS_GIVEN, Input, Output
from yidi_sdk.posters import Reply
from yidi_sdk.transactions import ReverseTransaction

log = structlog.get_logger("yidi.working")
NOT_FOUND, REFUNDED = "reversal_not_found", "reversal_refunded"
NOT_ALLOWED = frozenset({"reversal_cleared", "reversal_other_day", "reversal_not_supported"})
"""Keys of the error catalogue's rows for the answers of a reversal."""
LEASE = timedelta(seconds=30)
"""Beyond the platform's deadline: only then another worker may take a submission that seems to be on the wire."""
DID_NOT_HAPPEN: dict[str, Any] = {"code": "DID_NOT_HAPPEN", "key": None, "raw": None, "money": "not_moved"}
NEVER_SENT: dict[str, Any] = {"code": "NOT_SENT", "key": None, "raw": None, "money": "not_moved"}
NOT_KNOWN: dict[str, Any] = {"code": "OUTCOME_UNKNOWN", "key": None, "raw": None, "money": "unknown"}


class Worker:
    """Acts on submissions, one action at a time. `is_waited_for` tells whether a cashier waits; `undo` gets the
    business undo of a settlement done, as a submission of its own, and returns how it then stands."""

    def __init__(
        self,
        line: Line,
        journal: Journal,
        clock: Clock,
        timing: Timing,
        jitter: random.Random,
        *,
        is_waited_for: Callable[[str], bool],
        undo: Callable[[Submission], Awaitable[Submission]],
    ) -> None:
        self._line = line
        self._journal = journal
        self._clock = clock
        self._timing = timing
        self._jitter = jitter
        self._known_since: dict[str, float] = {}
        """Monotonic seconds since which an open submission is known here: when it was sent, or first seen."""
        self._is_waited_for = is_waited_for
        self._undo = undo
        self._acts: dict[Action, Callable[[Submission], Awaitable[None]]] = {
            Action.SEND: self._send,
            Action.WAIT: self._wait,
            Action.QUERY: self._query,
            Action.REVERSE: self._reverse,
            Action.NONE: self._rest,
        }

    async def act(self, submission_id: str) -> None:
        """Do what the state asks for, if it is due."""
        row = await self.get(submission_id)
        if row.due_at is not None and row.due_at > self._clock.now():
            return
        try:
            await self._acts[lifecycle.ACTIONS[row.state]](row)
        except (Held, YidiError) as error:
            log.warning("step", submission=row.id, outcome=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - one message that breaks the gateway must not stop the others
            await self._broke(row.id, error)

    async def _broke(self, submission_id: str, error: Exception) -> None:
        log.error("step", submission=submission_id, outcome="broke", kind=type(error).__name__)
        row = await self.get(submission_id)
        if row.state is State.NEW:  # nothing was kept, so nothing was sent
            await self.move(row, Event.ABANDONED, {"released": True, "reason": NEVER_SENT})
        elif row.state is State.SENDING:
            await self.move(row, Event.NO_ANSWER, self._doubt())
        elif row.state in (State.UNKNOWN, State.REVERSING):
            is_ours = not isinstance(error, JournalDown)  # a full disk says nothing about a message
            broken = int((row.reason or {}).get("broken", 0)) + is_ours
            reason = {**NOT_KNOWN, "broken": broken}
            if broken >= POISON_AFTER:
                await self.move(row, Event.POISONED, {"reason": reason})
            else:
                event = Event.QUERY_FAILED if row.state is State.UNKNOWN else Event.REVERSAL_UNANSWERED
                await self.move(row, event, {"reason": reason, "due_at": self._in(10)})

    async def _send(self, row: Submission) -> None:
        """NEW: sign in, journal the bytes, write them once."""
        crash.point("cp2", row.infno)
        operator = operator_of(row)
        transaction = by_infno(row.infno)
        effect = Effect.COMMIT if transaction is None else transaction.effect
        purpose = Purpose.UPLOAD if effect is Effect.UPLOAD else Purpose.ACT
        lead_s = self._timing.commit_s_of(row.infno)
        try:
            self._line.check(effect, purpose, row.insured_division, lead_s)
            sign_no = await self._line.sessions.sign_no(operator)
            begun = self._clock.monotonic()
            envelope = await self._line.courier.make(
                _message(row),
                operator=operator,
                purpose=purpose,
                insured_division=row.insured_division,
                sign_no=sign_no,
                submission_id=row.id,
                visit_id=row.visit_id,
                msgid=row.msgid,
            )
        except (Held, YidiError) as error:
            code = "MAINTENANCE" if isinstance(error, Held) and error.window else "NOT_SENT"
            await self.move(row, Event.ABANDONED, {"released": True, "reason": {**NEVER_SENT, "code": code}})
            return
        now = self._clock.now()
        deadline = now + timedelta(seconds=lead_s)
        changes = {"msgid": envelope.request.msgid, "sent_at": now, "deadline": deadline, "due_at": deadline + LEASE}
        sending = await self._journal.start(
            self._line.courier.attempt(envelope), self._step(row, Event.ALLOTTED, changes)
        )
        if sending is None:
            return
        self._known_since[row.id] = begun
        crash.point("cp3", row.infno)
        await self._write(sending, envelope, begun, operator, sign_no)

    async def _write(self, row: Submission, envelope: Envelope, begun: float, operator: Operator, sign_no: str) -> None:
        reply: Reply | None = None
        error: YidiError | None = None
        result: outcome.Outcome
        try:
            reply = await self._line.courier.post(envelope, begun)
            crash.point("cp5", row.infno)
            crash.point("cp6", row.infno)
            output = self._line.courier.read(envelope, reply)
            result = await self._judged(row, output)
        except NotSent as not_sent:
            error = not_sent
            event = Event.STALE if isinstance(not_sent, StaleSend) else Event.NOT_WRITTEN
            result = outcome.Outcome(event, {"released": True, "reason": NEVER_SENT, "due_at": None})
        except Refused as refused:
            error, result = refused, outcome.of_refusal(refused)
            if refused.key == SIGNED_OUT:
                await self._line.sessions.forget(operator, sign_no)
                result = replace(result, changes={**result.changes, "released": True})
        except Unknown as unknown:
            error = unknown
            result = outcome.of_doubt(unknown)
            said = {**NOT_KNOWN, "key": unknown.key, "raw": unknown.err_msg or None}
            result = replace(result, changes={**result.changes, **self._doubt(), "reason": said})
        crash.point("cp7", row.infno)
        moved = await self._journal.finish(
            self._line.courier.finished(envelope, reply, error),
            self._step(row, result.event, {"due_at": None, **result.changes}),
        )
        crash.point("cp8", row.infno)
        if moved is None:
            log.warning("late", submission=row.id, outcome="evidence only")
        elif moved.state not in lifecycle.OPEN:
            self._known_since.pop(row.id, None)

    async def _judged(self, row: Submission, output: Output) -> outcome.Outcome:
        original = None if row.refund_of is None else await self._journal.get(row.refund_of)
        return outcome.of_output(
            row,
            output,
            acct_in_fund=self._line.courier.platform.profile.acct_in_fund,
            original=None if original is None else output_of(original),
        )

    def _doubt(self) -> dict[str, Any]:
        return {"due_at": self._in(next_query_s(0, waiting=True)), "asked": 0, "reason": NOT_KNOWN}

    async def _query(self, row: Submission) -> None:
        """UNKNOWN: ask the platform what it holds; only a question asked after QUIET may answer no."""
        asked_at = self._clock.monotonic()
        if row.infno not in SEARCHES:
            await self._unsearchable(row, asked_at)
            return
        try:
            finding = await self._search(row)
        except (Refused, Unknown, NotSent, Held, KeyError) as error:
            if not (isinstance(error, Refused) and await self._renumbered(row, error, Event.QUERY_FAILED)):
                await self._again(row, Event.QUERY_FAILED, {"query": type(error).__name__})
            return
        crash.point("cp9", row.infno)
        if finding.found:
            await self._adopt(row, finding)
        elif not self._quiet(row, asked_at):
            await self._again(row, Event.NOT_FOUND_EARLY, {})
        elif _reversible(row):
            await self.move(row, Event.NOT_FOUND, {"fenced": True, "asked": 0, "due_at": self._clock.now()})
        else:
            await self.move(row, Event.NOT_FOUND_FINAL, {"reason": _did_not_happen(row), "due_at": None})

    async def _unsearchable(self, row: Submission, asked_at: float) -> None:
        """No query tells: after QUIET the reversal is the fence, and what cannot be reversed is decided by people."""
        if not self._quiet(row, asked_at):
            await self.move(row, Event.QUERY_FAILED, {"due_at": self._quiet_ends(row)})
        elif _reversible(row):
            await self.move(row, Event.NOT_FOUND, {"fenced": True, "asked": 0, "due_at": self._clock.now()})
        else:
            await self.move(row, Event.POISONED, {"reason": NOT_KNOWN, "due_at": None})

    async def _adopt(self, row: Submission, finding: Finding) -> None:
        """Store what was found as if it had been answered, or undo it when the HIS does not want it."""
        transaction = by_infno(row.infno)
        if finding.output is None or transaction is None:
            result = outcome.Outcome(Event.FOUND, {"setl_id": finding.setl_id})
        else:
            output = transaction.output.model_validate(finding.output, context=AS_GIVEN)
            result = await self._judged(row, output)
        fen = result.changes.get("fen")
        other_amount = fen is not None and row.expected_fen is not None and fen.total != row.expected_fen
        if row.given_up or row.fenced or other_amount:
            changes: dict[str, Any] = {"setl_id": finding.setl_id, "asked": 0, "due_at": self._clock.now()}
            await self.move(row, Event.FOUND_UNWANTED if _reversible(row) else Event.FOUND, changes)
            return
        event = Event.FOUND if result.event is Event.ACCEPTED else result.event
        await self.move(row, event, {"reason": None, **result.changes, "due_at": None})

    async def _search(self, row: Submission) -> Finding:
        asking: Asking = search_of(row, self._line.courier.platform.profile.capabilities)
        operator = operator_of(row)
        try:
            message = next(asking)
            while True:
                try:
                    answer = await self._line.put(
                        message, operator, row.insured_division, Purpose.QUERY, submission_id=row.id
                    )
                except Refused as refused:  # a refusal may be an answer to the question
                    message = asking.throw(refused)
                else:
                    message = asking.send(answer)
        except StopIteration as end:
            return cast("Finding", end.value)

    async def _reverse(self, row: Submission) -> None:
        """REVERSING: 2601 by the original msgid, repeated without end; paused in a downtime."""
        operator = operator_of(row)
        asked_at = self._clock.monotonic()
        try:
            self._line.check(Effect.REVERSAL, Purpose.REVERSE, row.insured_division)
        except Held as held:
            # a downtime may end early: look again before its stated end
            wait = min(held.retry_after_s, self._timing.held_recheck_s)
            await self.move(row, Event.REVERSAL_HELD, {"due_at": self._in(wait)})
            return
        crash.point("cp10", row.infno)
        message = ReverseTransaction(psn_no=row.psn_no, omsgid=row.msgid or "", oinfno=row.infno)
        try:
            await self._line.put(message, operator, row.insured_division, Purpose.REVERSE, submission_id=row.id)
        except Refused as refused:
            await self._reversal_refused(row, refused, asked_at)
            return
        except (Unknown, NotSent, Held):
            await self._again(row, Event.REVERSAL_UNANSWERED, {})
            return
        crash.point("cp11", row.infno)
        if self._quiet(row, asked_at) or self._line.courier.platform.profile.capabilities.idem_msgid:
            await self.move(row, Event.REVERSED_LATE, {"due_at": None, "reason": None})
            crash.point("cp12", row.infno)
        else:
            await self.move(row, Event.REVERSED_EARLY, {"asked": row.asked + 1, "due_at": self._quiet_ends(row)})

    async def _reversal_refused(self, row: Submission, refused: Refused, asked_at: float) -> None:
        if refused.key == NOT_FOUND:
            if not self._quiet(row, asked_at):
                await self._again(row, Event.ORIGINAL_NOT_SEEN, {})
            elif await self._is_absent(row):
                await self.move(row, Event.ORIGINAL_ABSENT, {"reason": _did_not_happen(row), "due_at": None})
            else:
                await self._again(row, Event.REVERSAL_UNANSWERED, {"query": "disagrees"})
        elif refused.key in NOT_ALLOWED:
            await self._undo_by_number(row, refused)
        elif refused.key == REFUNDED and await self._is_absent(row) and not await self._is_being_undone(row):
            await self.move(row, Event.UNDONE_BY_NUMBER, {"due_at": None, "reason": None})
        elif not await self._renumbered(row, refused, Event.REVERSAL_UNANSWERED):
            await self._again(row, Event.REVERSAL_UNANSWERED, {"key": refused.key or "unlisted"})

    async def _renumbered(self, row: Submission, refused: Refused, event: Event) -> bool:
        """Whether the person has another number by now: the row then has it too, and is asked about anew at once."""
        if refused.key != PERSON_UNKNOWN:
            return False
        try:
            number = await new_number(row, self._line, self._journal, operator_of(row))
        except (Refused, Unknown, NotSent, Held):
            return False
        if number is None:
            return False
        changes = {"psn_no": number, "due_at": self._clock.now()}
        await self.move(row, event, changes, {"person": "has another number"})
        return True

    async def _is_absent(self, row: Submission) -> bool:
        if row.infno not in SEARCHES:
            return True  # the platform says so, and nothing else can be asked
        try:
            return await self._search(row) == NOTHING
        except (Refused, Unknown, NotSent, Held, KeyError):
            return False

    async def _is_being_undone(self, row: Submission) -> bool:
        """A business undo of the same visit is under way: it ends first."""
        transaction = by_infno(row.infno)
        if transaction is None or transaction.undone_by is None:
            return False
        made = await self._journal.search(
            Search(mdtrt_id=row.mdtrt_id, infno=transaction.undone_by, states=lifecycle.OPEN)
        )
        return bool(made.items)

    async def _undo_by_number(self, row: Submission, refused: Refused) -> None:
        """The reversal is not allowed any more: the business undo, as a submission of its own."""
        reason = {"code": "REVERSAL_NOT_ALLOWED", "key": refused.key, "raw": refused.err_msg, "money": "moved"}
        if row.setl_id is None or by_infno(row.infno) is None or not is_settlement(row.infno):
            await self.move(row, Event.REVERSAL_REFUSED, {"reason": reason, "due_at": None})
            return
        crash.point("cp15", row.infno)
        undo = await self._undo(row)
        if undo.state is State.CONFIRMED:
            await self.move(row, Event.UNDONE_BY_NUMBER, {"due_at": None, "reason": None})
        elif undo.state in lifecycle.OPEN or undo.released:
            await self._again(row, Event.REVERSAL_UNANSWERED, {})
        else:
            await self.move(row, Event.REVERSAL_REFUSED, {"reason": reason, "due_at": None})

    async def _wait(self, row: Submission) -> None:
        """SENDING with nobody working on it: its task died; the outcome is not known."""
        if row.deadline is not None and self._clock.now() >= row.deadline + LEASE:
            await self.move(row, Event.RESTARTED, {"due_at": self._clock.now(), "asked": 0})

    async def _rest(self, row: Submission) -> None:
        """A resting state: nothing to do."""

    async def get(self, submission_id: str) -> Submission:
        """The row as it stands. KeyError where there is none."""
        row = await self._journal.get(submission_id)
        if row is None:
            raise KeyError(submission_id)
        return row

    def _step(
        self, row: Submission, event: Event, changes: dict[str, Any], detail: dict[str, Any] | None = None
    ) -> Move:
        now = self._clock.now()
        if lifecycle.after(row.state, event) is not row.state:
            changes = {**changes, "state_since": now}
        return Move(row.id, row.state, row.version, event, now, {**changes, "lease_until": None}, detail or {})

    async def move(
        self, row: Submission, event: Event, changes: dict[str, Any], detail: dict[str, Any] | None = None
    ) -> Submission | None:
        """One line of the lifecycle, journaled; None when somebody else moved the row first."""
        moved = await self._journal.move(self._step(row, event, changes, detail))
        if moved is not None and moved.state not in lifecycle.OPEN:
            self._known_since.pop(row.id, None)
        return moved

    async def _again(self, row: Submission, event: Event, detail: dict[str, Any]) -> None:
        asked = row.asked + 1
        if row.state is State.UNKNOWN:
            wait = next_query_s(asked, waiting=self._is_waited_for(row.id))
        else:
            wait = next_reversal_s(asked - 1, self._jitter.random())
        await self.move(row, event, {"asked": asked, "due_at": self._in(wait)}, detail)

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)

    def _quiet(self, row: Submission, asked_at: float) -> bool:
        """Whether a question asked at that monotonic second may be believed when it says no. Wall time counts only for
        what took effect for certain: somebody may have set the clock since it was sent."""
        quiet_s = self._timing.quiet_s
        if asked_at > self._since(row) + quiet_s:
            return True
        if row.setl_id is None or row.sent_at is None:
            return False
        asked = self._in(asked_at - self._clock.monotonic())
        return asked > row.sent_at + timedelta(seconds=quiet_s)

    def _quiet_ends(self, row: Submission) -> datetime:
        return self._in(self._since(row) + self._timing.quiet_s + 0.5 - self._clock.monotonic())

    def _since(self, row: Submission) -> float:
        return self._known_since.setdefault(row.id, self._clock.monotonic())


def _message(row: Submission) -> Input[Any]:
    transaction = by_infno(row.infno)
    if transaction is None:
        raise KeyError(row.infno)
    return transaction.input.from_wire(wire.loads(row.input))


def output_of(row: Submission) -> Output | None:
    """The platform's answer of a settled submission, typed; None where none was returned."""
    transaction = by_infno(row.infno)
    if row.outcome is None or transaction is None:
        return None
    nodes = wire.loads(row.outcome)
    return None if nodes is None else transaction.output.model_validate(nodes, context=AS_GIVEN)


def operator_of(row: Submission) -> Operator:
    return Operator(**wire.loads(row.operator.encode()))


def _did_not_happen(row: Submission) -> dict[str, Any]:
    """With the text that the platform may have answered: it was no proof, but people want to read it."""
    return {**DID_NOT_HAPPEN, "raw": (row.reason or {}).get("raw")}


def _reversible(row: Submission) -> bool:
    transaction = by_infno(row.infno)
    return transaction is not None and transaction.reversible
