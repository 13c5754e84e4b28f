"""Opening a visit: check, identify, split, then register, upload and try each basket; carried on under the same key."""

from datetime import datetime
from functools import partial
from typing import Any

from yidi_gateway.amounts import amounts_of, funds_of
from yidi_gateway.engine import Order
from yidi_gateway.journal.port import Admitted, Search
from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.line import Held
from yidi_gateway.link import seconds_left
from yidi_gateway.problem import Problem
from yidi_gateway.shapes import VisitIn
from yidi_gateway.submission import Submission
from yidi_gateway.visits import telling
from yidi_gateway.visits.admitting import Admitting
from yidi_gateway.visits.calls import Answer, Call
from yidi_gateway.visits.document import Document, Estimate, Failure, KeptBasket, read
from yidi_gateway.visits.hospital import SOON_S, Hospital, unanswered
from yidi_gateway.visits.once import downtime
from yidi_gateway.visits.standing import standing
from yidi_sdk.errors import Refused, Unknown, YidiError
from yidi_sdk.flows import LineParts, ask, registration, trial_of, upload
from yidi_sdk.institution import Operator
from yidi_sdk.rules.money import check, check_line_parts
from yidi_sdk.rules.reasons import Reason

CREATED, ACCEPTED, CONFLICT = 201, 202, 409


class Pending(Exception):
    """A basket cannot go on just now: its registration or upload has no outcome yet."""


class Opening:
    """Opens visits, and brings single baskets to the point where they can be settled."""

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital
        self._engine = hospital.engine
        self._admitting = Admitting(hospital)

    async def open(self, call: Call, body: VisitIn, visit_id: str) -> Answer:
        """The work of `POST /v1/visits`: 201 when every basket was tried, 202 while one is pending.

        Raises Problem 409 with `visit_id` when the platform refuses; what was registered stays until it is cancelled.
        """
        stored = await self._engine.journal.get_visit(visit_id)
        begun = stored is not None
        document = read(stored.document, stored.version) if stored else await self._admitting.plan(call, body, visit_id)
        until = self._engine.clock.monotonic() + call.patience_s
        try:
            for basket in document.baskets:
                if basket.step != "tried" and not (begun and basket.failure):
                    document = await self.advance(document, basket.id, until)
                _stop_at_refusal(document, basket.id)
        except Pending:
            return await self._told(call, visit_id, ACCEPTED)
        except (Held, Problem) as stopped:
            problem = downtime(stopped) if isinstance(stopped, Held) else stopped
            problem.begun = True
            problem.extra.setdefault("visit_id", visit_id)
            raise problem from None
        return await self._told(call, visit_id, CREATED)

    async def _told(self, call: Call, visit_id: str, status: int) -> Answer:
        document = await self._hospital.load(visit_id, call.caller)
        rows = await self._hospital.submissions(visit_id)
        quiet_s = self._engine.timing.quiet_s
        stands = {basket.id: standing(basket, rows, self._engine.output_of) for basket in document.baskets}
        body = telling.opened_json(document, call.language, stands, quiet_s)
        if status == ACCEPTED:
            text = telling.PENDING[call.language].format(seconds=int(quiet_s))
            body |= {"state": "pending", "retry_after_s": telling.RETRY_S, "text": text}
        return Answer(status, body)

    # ---- one basket

    async def advance(self, document: Document, basket_id: str, until: float) -> Document:
        """Register, upload and try one basket as far as it is not done. A refusal is kept as its failure.

        Raises Pending, Held, or Problem 503 when the platform cannot be reached or does not answer.
        """
        document = await self._set(document, basket_id, failure=None)
        document = await self._register(document, basket_id, until)
        if document.basket(basket_id).failure is None:
            document = await self._upload(document, basket_id)
        if document.basket(basket_id).failure is None:
            document = await self.try_out(document, basket_id)
        return document

    async def _register(self, document: Document, basket_id: str, until: float) -> Document:
        basket = document.basket(basket_id)
        if basket.mdtrt_id is not None:
            return document
        shared = self._shared_number(document)
        if shared is not None:
            return await self._set(document, basket_id, mdtrt_id=shared, step="registered")
        row = await self._registered(document, basket, until)
        if row.state is State.CONFIRMED:
            output: Any = self._engine.output_of(row)
            return await self._set(document, basket_id, mdtrt_id=output.data.mdtrt_id, step="registered")
        return await self._fail(document, basket_id, row.reason or {"code": "DID_NOT_HAPPEN"})

    async def _registered(self, document: Document, basket: KeptBasket, until: float) -> Submission:
        """2201 brought to rest. One that proved not to have been sent is tried once more under the same key."""
        order = Order(
            caller=document.caller,
            key=f"{document.key}:{basket.id}:register",
            message=registration(document.plan, basket.plan),
            operator=operator_of(document),
            insured_division=document.insurance.division,
            visit_id=document.id,
            basket_id=basket.id,
            busy_on=f"{document.id}/{basket.id}/register",
            psn_no=document.plan.psn_no,
        )
        row = await self.done(order, until)
        if row.state in OPEN:
            raise Pending
        return row

    async def done(self, order: Order, until: float) -> Submission:
        """Submit and run. Raises Problem BASKET_BUSY when another key stands in the way, 503 when proven not sent."""
        row = await self._once(order, until)
        if row.released and row.state is State.REJECTED:
            row = await self._once(order, until)  # the sign-in number had expired: proven not executed, sent anew
        if not row.released:
            return row
        now, unknown_end_s = self._hospital.now(), self._engine.timing.unknown_end_retry_s
        window = self._engine.link.window_for(now, order.insured_division, self._engine.timing.commit_s)
        if window is None:
            raise Problem("NOT_SENT", retry_after_s=SOON_S)
        raise Problem("MAINTENANCE", window=window, retry_after_s=seconds_left(window, now, unknown_end_s))

    async def _once(self, order: Order, until: float) -> Submission:
        try:
            admitted = await self._engine.submit(order)
        except Held:
            page = await self._engine.journal.search(Search(caller=order.caller, key=order.key, limit=1))
            begun = [row for row in page.items if not row.released]
            if not begun:
                raise
            admitted = Admitted(begun[0], fresh=False)  # sent before the downtime: it is still told how it stands
        if admitted.busy:
            raise busy(admitted.submission)
        left = self._hospital.left(until)
        return await self._engine.run(admitted.submission.id, left)

    def _shared_number(self, document: Document) -> str | None:
        """One registration per visit, where the profile says so."""
        if self._engine.profile.visit_shape != "per_visit":
            return None
        return next((basket.mdtrt_id for basket in document.baskets if basket.mdtrt_id), None)

    async def _upload(self, document: Document, basket_id: str) -> Document:
        basket = document.basket(basket_id)
        if basket.step not in ("registered", "uploading") or basket.mdtrt_id is None:
            return document
        begun = basket.step == "uploading"
        document = await self._set(document, basket_id, step="uploading")
        flow = upload(document.plan, basket.plan, basket.mdtrt_id, begun=begun)
        try:
            parts = await self._hospital.drive(flow, operator_of(document), document.insurance.division, document.id)
        except Refused as refused:
            return await self._fail(document, basket_id, _reason(refused))
        except Unknown:
            raise Pending from None
        except YidiError as error:
            raise unanswered(error) from None
        broken = _broken_lines(parts)
        if broken:
            return await self._fail(document, basket_id, {"code": str(broken[0].code)})
        return await self._set(document, basket_id, step="uploaded")

    async def try_out(self, document: Document, basket_id: str) -> Document:
        """2206 with M1, M2, M4. A refusal or a broken equation is kept as the basket's failure: nothing moved."""
        basket = document.basket(basket_id)
        mdtrt_id = basket.mdtrt_id or ""
        division, operator = document.insurance.division, operator_of(document)
        drive = partial(self._hospital.drive, operator=operator, division=division, visit_id=document.id)
        at = self._hospital.now()
        try:
            if basket.step == "tried" and self._engine.profile.visit_shape == "per_visit":
                # one number for all baskets: the encounter uploaded last is another basket's
                await drive(upload(document.plan, basket.plan, mdtrt_id, begun=True))
            trial = await drive(ask(trial_of(document.plan, basket.plan, mdtrt_id)))
        except Refused as refused:
            return await self._fail(document, basket_id, _reason(refused))
        except YidiError as error:
            raise unanswered(error) from None
        try:
            amounts, funds = amounts_of(trial), funds_of(trial)
        except (ValueError, TypeError):
            return await self._fail(document, basket_id, {"code": "AMOUNTS_M2"})
        held = check("trial", amounts, funds, basket.plan.total, self._engine.profile.acct_in_fund)
        if held.outcome != "holds":
            return await self._fail(document, basket_id, {"code": str(held.reasons[0].code)})
        estimate = Estimate(amounts=amounts, funds=funds, at=at)
        return await self._set(document, basket_id, step="tried", estimate=estimate, failure=None)

    async def _set(self, document: Document, basket_id: str, **changes: Any) -> Document:
        basket = document.basket(basket_id)
        if all(getattr(basket, name) == value for name, value in changes.items()):
            return document
        return await self._hospital.keep(
            document, lambda kept: kept.changed(basket_id, lambda old: old.model_copy(update=changes))
        )

    async def _fail(self, document: Document, basket_id: str, reason: dict[str, Any]) -> Document:
        at: datetime = self._hospital.now()
        failure = Failure(code=reason["code"], key=reason.get("key"), raw=reason.get("raw"), at=at)
        return await self._set(document, basket_id, failure=failure)


def operator_of(document: Document) -> Operator:
    """Who opened the visit."""
    kept = document.operator
    return Operator(id=kept.id, name=kept.name, kind=kept.kind)


def busy(other: Submission) -> Problem:
    """Another key holds what this call needs."""
    return Problem("BASKET_BUSY", extra={"submission_id": other.id}, incident=other.incident)


def _stop_at_refusal(document: Document, basket_id: str) -> None:
    """A refusal of the platform ends the opening; a broken equation only its basket."""
    failure = document.basket(basket_id).failure
    if failure is not None and not failure.code.startswith("AMOUNTS_"):
        about = {"visit_id": document.id, "basket_id": basket_id}
        raise Problem(failure.code, http=CONFLICT, key=failure.key, raw=failure.raw, extra=about)


def _reason(refused: Refused) -> dict[str, Any]:
    return {"code": refused.code, "key": refused.key, "raw": refused.err_msg}


def _broken_lines(parts: tuple[LineParts, ...]) -> list[Reason]:
    """M4 for each line whose four parts were told."""
    found = (check_line_parts(line.number, line.amount, line.parts) for line in parts if line.parts is not None)
    return [reason for reason in found if reason is not None]
