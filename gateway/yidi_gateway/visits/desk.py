"""The desk: every call of a HIS about patients, visits, settlements and submissions, as one method each.

A method returns an `Answer` or raises `Problem`; downtime is a Problem too. Calls that can move money are done once per
key, whatever happens in between.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from yidi_gateway.engine import Engine
from yidi_gateway.journal.port import JournalDown, Search
from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.line import Held
from yidi_gateway.problem import Problem, window_json
from yidi_gateway.remembering import old_is_welcome
from yidi_gateway.shapes import CancelIn, EligibilityIn, IdentityIn, RefundIn, SettleIn, VisitIn
from yidi_gateway.submission import Submission
from yidi_gateway.visits import telling
from yidi_gateway.visits.calls import Answer, Call
from yidi_gateway.visits.cancelling import Cancelling
from yidi_gateway.visits.hospital import Hospital
from yidi_gateway.visits.once import Once, downtime
from yidi_gateway.visits.opening import Opening
from yidi_gateway.visits.patients import Patients
from yidi_gateway.visits.refunding import Refunding
from yidi_gateway.visits.settling import Settling
from yidi_sdk.institution import Operator
from yidi_sdk.rules.areas import Institution
from yidi_sdk.rules.settings import DEFAULTS, RuleSettings

OK, PENDING = 200, 202
FAILED = frozenset({State.REJECTED, State.ABSENT, State.REVERSED})


class Desk:
    """What the REST door calls. `services` and `open_diseases` None: not known here, the platform decides."""

    def __init__(
        self,
        engine: Engine,
        *,
        operator: Operator,
        settings: RuleSettings = DEFAULTS,
        services: Sequence[str] | None = None,
        open_diseases: Sequence[str] | None = None,
    ) -> None:
        here = engine.institution
        place = Institution(here.division, here.code, services=services, open_diseases=open_diseases)
        settings = replace(settings, acct_in_fund=engine.profile.acct_in_fund)
        self._engine = engine
        self._hospital = Hospital(engine, place, operator, settings)
        self._patients = Patients(self._hospital)
        self._once = Once(engine.journal, engine.clock)
        self._opening = Opening(self._hospital)
        self._settling = Settling(self._hospital, self._opening)
        self._cancelling = Cancelling(self._hospital, self._opening, self._settling)
        self._refunding = Refunding(self._hospital, self._opening, self._settling)

    @property
    def hospital(self) -> Hospital:
        """Where this desk works: for the desks beside it."""
        return self._hospital

    # ---- who, and may they

    async def identity(self, call: Call, body: IdentityIn) -> Answer:
        """The person behind a credential, the insurances, and the one that would be used (ID1 to ID12, IN1 to IN7)."""
        async with Told():
            return await self._old_if_need_be(self._patients.identity(call, body))

    async def eligibility(self, call: Call, body: EligibilityIn) -> Answer:
        """May this patient settle directly, now, here: the verdict with every reason in order."""
        async with Told():
            return await self._old_if_need_be(self._patients.eligibility(call, body))

    async def _old_if_need_be(self, asking: Awaitable[Answer]) -> Answer:
        """In a downtime the last known answers, marked with their age (DT1)."""
        with old_is_welcome() as ages:
            answer = await asking
        if ages:
            window = self._engine.link.window_for(self._engine.clock.now(), None)
            answer.body["stored_at"] = min(ages).isoformat(timespec="seconds")
            answer.body["maintenance"] = window_json(window)
        return answer

    # ---- visits

    async def open_visit(self, call: Call, body: VisitIn) -> Answer:
        """201: registered, uploaded, tried; 202: carry on with the same key."""
        return await self._money(
            call,
            "POST /v1/visits",
            visit_id_at(self._engine.clock.now()),
            lambda visit_id: self._opening.open(call, body, visit_id),
        )

    async def settle(self, call: Call, visit_id: str, body: SettleIn) -> Answer:
        """Settle the named baskets, all by default."""
        return await self._money(
            call, f"POST /v1/visits/{visit_id}/settle", visit_id, lambda _: self._settling.settle(call, visit_id, body)
        )

    async def visit(self, call: Call, visit_id: str) -> Answer:
        """How a visit stands, in the shape of the settle answer."""
        async with Told():
            return await self._settling.told(call, await self._hospital.load(visit_id, call.caller))

    async def cancel(self, call: Call, visit_id: str, body: CancelIn) -> Answer:
        """Undo a visit in the legal order."""
        return await self._money(
            call,
            f"POST /v1/visits/{visit_id}/cancel",
            visit_id,
            lambda _: self._cancelling.cancel(call, visit_id, body),
        )

    async def refund(self, call: Call, settlement_id: str, body: RefundIn) -> Answer:
        """Take one settlement back; with `keep_lines` settle the rest anew."""
        return await self._money(
            call,
            f"POST /v1/settlements/{settlement_id}/refund",
            settlement_id,
            lambda _: self._refunding.refund(call, settlement_id, body),
        )

    async def _money(self, call: Call, route: str, subject: str, work: Callable[[str], Awaitable[Answer]]) -> Answer:
        async with Told():
            return await self._once(call, route, subject, work)

    # ---- submissions

    async def submission(self, call: Call, submission_id: str) -> Answer:
        """One submission with its attempts."""
        async with Told():
            return await self._submission(call, await self._own(call, submission_id))

    async def submissions(self, call: Call, search: Search) -> Answer:
        """A page of the caller's submissions."""
        async with Told():
            try:
                page = await self._engine.journal.search(replace(search, caller=call.caller))
            except ValueError:
                raise Problem("BAD_REQUEST", fields=[("cursor", "no page goes on from it")]) from None
            items = [telling.submission_json(row, self._engine.output_of, call.language) for row in page.items]
            return Answer(OK, {"items": items, "next": page.next})

    async def ack(self, call: Call, submission_id: str) -> Answer:
        """The HIS has booked it. Said again, or of one that failed, it changes nothing."""
        async with Told():
            row = await self._own(call, submission_id)
            while row.acknowledged_at is None and row.state not in FAILED:
                if row.state is not State.CONFIRMED:
                    code = "IN_DOUBT" if row.state is State.MANUAL else "BASKET_BUSY"
                    raise Problem(code, extra={"submission_id": row.id}, incident=row.incident)
                row = await self._engine.acknowledge(row) or await self._own(call, submission_id)
            return await self._submission(call, row)

    async def void(self, call: Call, submission_id: str) -> Answer:
        """The HIS no longer wants a pending one: it ends reversed or failed; 202 until it does."""
        async with Told():
            row = await self._own(call, submission_id)
            if row.state in OPEN:
                await self._engine.give_up(submission_id)
                row = await self._engine.run(submission_id, call.patience_s)
            return await self._submission(call, row)

    async def _own(self, call: Call, submission_id: str) -> Submission:
        row = await self._engine.journal.get(submission_id)
        if row is None or row.caller != call.caller:
            raise Problem("NOT_FOUND", detail=submission_id)
        return row

    async def _submission(self, call: Call, row: Submission) -> Answer:
        body = telling.submission_json(row, self._engine.output_of, call.language)
        made = await self._engine.journal.attempts(submission_id=row.id)
        body["attempts"] = [telling.attempt_json(attempt) for attempt in made]
        return Answer(PENDING if row.state in OPEN else OK, body)


class Told:
    """Turns what the engine and the journal raise into problems."""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Held):
            raise downtime(error) from None
        if isinstance(error, JournalDown):
            raise Problem("JOURNAL_DOWN", retry_after_s=5) from None


def visit_id_at(now: datetime) -> str:
    """19 characters: short enough to be part of the platform's batch and line numbers, which have 30."""
    return f"{int(now.timestamp() * 1000):011x}{secrets.token_hex(4)}"
