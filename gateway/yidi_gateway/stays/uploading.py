"""Fee lines of a stay: kept first, sent in batches, each journaled before it leaves; a batch in doubt is revoked by its
numbers and sent again. Across provinces nobody can ask what arrived.

A message that nobody answered may still arrive until QUIET has passed. After a revocation of that kind nothing is
uploaded until then: it would delete what was sent anew.
"""

from collections.abc import Sequence
from datetime import timedelta

from yidi_gateway.line import Held
from yidi_gateway.problem import Problem
from yidi_gateway.shapes import OutsideServiceIn, StayFeesIn
from yidi_gateway.stays import judging, planning
from yidi_gateway.stays.document import Document, StayFee
from yidi_gateway.stays.standing import Stands
from yidi_gateway.stays.ward import CONFLICT, Pending, Ward, sendable
from yidi_gateway.visits.calls import Call
from yidi_gateway.visits.hospital import unanswered
from yidi_sdk.errors import Misused, NotSent, Refused, Unknown
from yidi_sdk.flows import StayLine, ask, stay_batches, stay_fee_revocation, stay_fees
from yidi_sdk.flows.inpatient import NOTHING_THERE, upload_stay_batch
from yidi_sdk.flows.stays import ALL_LINES
from yidi_sdk.institution import Operator
from yidi_sdk.rules.reasons import Code

REPEATED = "line_repeated"
"""Key of the error catalogue's row for a line number that the platform has already."""


class Uploading:
    """Uploads the fee lines of stays."""

    def __init__(self, ward: Ward) -> None:
        self._ward = ward
        self._hospital = ward.hospital

    async def fees(self, call: Call, document: Document, now: Stands, body: StayFeesIn, until: float) -> Document:
        """Keep the lines of a call, then send what is not there yet. Raises Pending, Held, Problem."""
        key = call.key or ""
        operator = self._ward.operator(document, body.operator)
        if not any(fee.call == key for fee in document.fees):
            self._ward.may_begin(document, now)
            self._ward.open_for_fees(now)
            lines = judging.check_lines(document, body.lines, self._hospital.settings, call.language)
            new = planning.fees(document, lines, body.lines, key)
            sendable(lambda: stay_fees(document.plan, document.mdtrt_id or "", [fee.line for fee in new]))
            document = await self._ward.keep(
                document,
                lambda kept: kept.model_copy(
                    update={
                        "fees": (*kept.fees, *planning.fees(kept, lines, body.lines, key)),
                        "fees_seen": kept.fees_seen + len(lines),
                    }
                ),
            )
        return await self.finish(document, operator, until)

    async def outside(self, document: Document, now: Stands, body: OutsideServiceIn, until: float) -> Document:
        """Link form 12 to lines that wait for it, and send them. Raises as `fees`, and 422 for a form not complete."""
        form = planning.form_12(body)
        named = {fee.line_no: fee for fee in document.fees if fee.line.outside}
        unknown = [line_no for line_no in body.line_nos if line_no not in named]
        if unknown or form is None:
            raise Problem("BAD_REQUEST", fields=[("line_nos", line_no) for line_no in unknown])
        wrong = planning.missing(document, form)
        if wrong:
            raise Problem(Code.OUTSIDE_FORM_MISSING, fields=[(name, "") for name in wrong])
        if any(named[line_no].step == "held" for line_no in body.line_nos):
            self._ward.may_begin(document, now)
            self._ward.open_for_fees(now)
        document = await self._ward.keep(document, lambda kept: _linked(kept, body.line_nos, form))
        return await self.finish(document, self._ward.operator(document, body.operator), until)

    async def finish(self, document: Document, operator: Operator, until: float) -> Document:
        """Send what is planned or in doubt, batch by batch. Raises Pending while one is in doubt, Held, or Problem when
        one is refused: its lines are out of the stay again, those of the other batches stay."""
        if not any(fee.step in ("planned", "sent") for fee in document.fees):
            return document
        document = await self._ward.same_person(document, operator)
        self._demand_quiet(document)
        for batch in _batches(document):
            if self._hospital.engine.clock.monotonic() > until:
                raise Pending
            document = await self._sent(document, batch, operator)
        return document

    def _demand_quiet(self, document: Document) -> None:
        quiet_s = self._hospital.engine.timing.quiet_s
        since = document.quiet_from
        if since is not None and self._hospital.now() <= since + timedelta(seconds=quiet_s):
            raise Pending

    async def _sent(self, document: Document, batch: Sequence[StayLine], operator: Operator) -> Document:
        numbers = [line.number for line in batch]
        doubtful = any(number in document.uploads.doubtful for number in numbers)
        if not doubtful:
            document = await self._mark(document, numbers, "sent")
        try:
            document = await self._upload(document, batch, operator, doubtful=doubtful)
        except (Held, NotSent) as error:
            if not doubtful:
                document = await self._mark(document, numbers, "planned")
            if isinstance(error, Held):
                raise
            raise unanswered(error, begun=True, extra={"stay_id": document.id}) from None
        except Misused as error:
            await self._ward.keep(document, lambda kept: kept.without(numbers))
            raise Problem(
                "BAD_REQUEST",
                fields=[(field.path, field.message) for field in error.fields],
                extra={"stay_id": document.id},
                begun=True,
            ) from None
        except Refused as refused:
            if doubtful and not await self._is_gone(document, numbers, operator, refused):
                raise Pending from None
            told = _by_number(document, numbers)
            document = await self._ward.keep(document, lambda kept: kept.without(numbers))
            raise Problem(
                refused.code,
                http=CONFLICT,
                key=refused.key,
                raw=refused.err_msg,
                fields=[("lines", fee.line_no) for fee in told],
                extra={"stay_id": document.id, "not_taken": [fee.line_no for fee in told]},
                begun=True,
            ) from None
        return document

    async def _upload(
        self, document: Document, batch: Sequence[StayLine], operator: Operator, *, doubtful: bool
    ) -> Document:
        """One batch. One in doubt is revoked by its numbers first; after the first doubt that is done at once."""
        numbers = [line.number for line in batch]
        if doubtful:
            await self.revoke(document, numbers, operator)
        flow = upload_stay_batch(document.plan, document.mdtrt_id or "", batch)
        try:
            parts = await self._ward.drive(document, flow, operator)
        except Unknown:
            if doubtful:
                raise Pending from None
            document = await self._mark(document, numbers, "sent")
            try:
                return await self._upload(document, batch, operator, doubtful=True)
            except (Refused, Held, NotSent, Problem):
                raise Pending from None
        told = {line.number: None for line in batch} | {part.number: part.parts for part in parts}
        return await self._ward.keep(document, lambda kept: kept.taken(told))

    async def _mark(self, document: Document, numbers: Sequence[str], step: str) -> Document:
        """How far these lines are, kept before they leave."""
        doubt = {"doubt_from": self._hospital.now()} if step == "sent" else {"doubt_from": None}
        return await self._ward.keep(
            document,
            lambda kept: kept.with_fees(numbers, lambda fee: fee.model_copy(update={"step": step})).model_copy(
                update=doubt
            ),
        )

    async def _is_gone(self, document: Document, numbers: Sequence[str], operator: Operator, refused: Refused) -> bool:
        """Whether the refusal of a batch in doubt is the last word: nothing sent before can arrive any more, and the
        lines are not there."""
        since, quiet_s = document.doubt_from, self._hospital.engine.timing.quiet_s
        late = since is not None and self._hospital.now() > since + timedelta(seconds=quiet_s)
        if not late or refused.key == REPEATED:
            return False
        try:
            await self.revoke(document, numbers, operator)
        except Pending:
            return False
        return True

    async def take_out(self, document: Document, numbers: Sequence[str], operator: Operator) -> Document:
        """2302 of lines that are there: in doubt from before it leaves, held once it is done. Raises as `revoke`."""
        document = await self._mark(document, numbers, "sent")
        await self.revoke(document, numbers, operator)
        held = {"step": "held", "parts": None}
        return await self._ward.keep(
            document, lambda kept: kept.with_fees(numbers, lambda fee: fee.model_copy(update=held))
        )

    async def empty(self, document: Document, operator: Operator) -> Document:
        """2302 of everything, lines in doubt too, asked for once more after doubt. The lines are out of the stay."""
        there = [fee.line.number for fee in document.fees if fee.step in ("sent", "taken")]
        if there:
            document = await self._mark(document, there, "sent")
            try:
                await self.revoke(document, [ALL_LINES], operator)
            except Pending:
                await self.revoke(document, [ALL_LINES], operator)
        # `revoke` may have stored when nobody answered it: that stays
        gone = {"fees": (), "doubt_from": None, "estimate": None, "failure": None}
        return await self._ward.keep(document, lambda kept: kept.model_copy(update=gone))

    async def revoke(self, document: Document, numbers: Sequence[str], operator: Operator) -> Document:
        """2302 of some lines; gone already is as good. Raises Pending when nobody answers, Problem when refused."""
        plan = document.plan
        message = stay_fee_revocation(plan.psn_no, document.mdtrt_id or "", numbers)
        try:
            await self._ward.drive(document, ask(message), operator)
        except Refused as refused:
            if refused.key != NOTHING_THERE:
                raise unanswered(refused, http=CONFLICT, begun=True, extra={"stay_id": document.id}) from None
        except NotSent as error:
            raise unanswered(error, begun=True, extra={"stay_id": document.id}) from None
        except Unknown:
            await self._ward.keep(document, lambda kept: kept.model_copy(update={"quiet_from": self._hospital.now()}))
            raise Pending from None
        return document


def _batches(document: Document) -> list[tuple[StayLine, ...]]:
    lines = [fee.line for fee in document.sent]
    return stay_batches(document.plan, document.mdtrt_id or "", lines, document.uploads)


def _by_number(document: Document, numbers: Sequence[str]) -> list[StayFee]:
    return [fee for fee in document.fees if fee.line.number in numbers]


def _linked(document: Document, line_nos: Sequence[str], form: object) -> Document:
    """Form 12 at its lines; what waited for it, and what takes that back, goes out."""
    numbers = {fee.line.number for fee in document.fees if fee.line_no in line_nos}

    def linked(fee: StayFee) -> StayFee:
        changes: dict[str, object] = {}
        if fee.line.number in numbers:
            changes["form_12"] = form
        if fee.step == "held" and (fee.line.number in numbers or fee.line.origin in numbers):
            changes["step"] = "planned"
        return fee.model_copy(update=changes)

    return document.model_copy(update={"fees": tuple(linked(fee) for fee in document.fees)})
