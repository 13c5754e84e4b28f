"""Taking the settlement of a stay back: 2305, or 2601 of the same day (RE1, RE2, RE10 to RE15)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yidi_gateway.clock import BEIJING
from yidi_gateway.engine import Order
from yidi_gateway.journal.port import Search
from yidi_gateway.lifecycle import OPEN, TOLD, State
from yidi_gateway.problem import Problem, of_reasons
from yidi_gateway.reconciling.clearing_state import clearing_of
from yidi_gateway.shapes import RefundIn
from yidi_gateway.stays.document import Document
from yidi_gateway.stays.standing import REVOKE, SETTLE
from yidi_gateway.stays.ward import Ward
from yidi_gateway.submission import Submission
from yidi_gateway.visits.calls import Answer, Call
from yidi_gateway.visits.hospital import GONE
from yidi_gateway.visits.opening import busy
from yidi_gateway.visits.refunding import refund_json
from yidi_gateway.visits.standing import amounts_of_row
from yidi_sdk.codes import Flag
from yidi_sdk.errors import YidiError
from yidi_sdk.flows import ask
from yidi_sdk.institution import Operator
from yidi_sdk.rules import refunds
from yidi_sdk.rules.money import Amounts, Fund
from yidi_sdk.rules.refunds import Clearing, RefundDecision, Settled
from yidi_sdk.transactions import QuerySettlement, RevokeInpatientSettlement

DONE, ACCEPTED = 200, 202
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A settlement as journal and platform know it."""

    amounts: Amounts
    funds: tuple[Fund, ...]
    settled_at: datetime
    clearing: Clearing = "open"
    refunded: bool = False


class Refunding:
    """Takes settlements of stays back; each is a submission of its own."""

    def __init__(self, ward: Ward) -> None:
        self._ward = ward
        self._hospital = ward.hospital
        self._engine = ward.hospital.engine

    async def settlement(self, settlement_id: str, caller: str) -> Submission | None:
        """The stay's settlement of that number; None where it is none of a stay, or another caller's."""
        page = await self._engine.journal.search(Search(setl_id=settlement_id))
        own = (row for row in page.items if row.caller == caller and row.infno == SETTLE and row.visit_id)
        return next(own, None)

    async def refund(self, call: Call, row: Submission, body: RefundIn, until: float) -> Answer:
        """The work of a refund: 200, or 202 while it is pending. Raises Problem 409 for what the rules refuse."""
        if body.keep_lines is not None:
            raise Problem("NOT_BUILT", detail="keep_lines")
        operator = self._hospital.operator_of(body.operator)
        document, _ = await self._ward.load(row.visit_id or "", call.caller)
        told = await self._told(row, operator)
        mine = await self._made(row, call)
        decision = await self.decided(row, operator, mine=mine)
        if decision.outcome == "refused":
            raise of_reasons(decision.reasons)
        if mine is None:
            document = await self._ward.same_person(document, operator)
        done = await self.revoked(call, document, row, operator, until)
        shown = refund_json(
            row.setl_id,
            (told.amounts, told.funds),
            decision,
            done,
            output_of=self._engine.output_of,
            year=self._hospital.now().year,
            language=call.language,
            quiet_s=self._engine.timing.quiet_s,
        )
        return Answer(ACCEPTED if shown["state"] == "pending" else DONE, shown)

    async def decided(self, row: Submission, operator: Operator, *, mine: Submission | None = None) -> RefundDecision:
        """RE10 to RE15 by the rules, with what the platform tells of the settlement. Raises Problem where another
        refund of it is under way."""
        told = await self._told(row, operator)
        made = await self.refund_of(row)
        state = TOLD[row.state]
        if mine is None and made is not None:
            if made.state in OPEN or made.state is State.MANUAL:
                raise busy(made)
            state = "refunded"
        elif mine is None and told.refunded:
            state = "refunded"
        settled = Settled(
            category="住院",
            state=state,
            settled_at=told.settled_at,
            amounts=told.amounts,
            latest=await self._is_latest(row),
            clearing=told.clearing,
        )
        return refunds.refund(settled, self._hospital.now(), settings=self._hospital.settings)

    async def may_reverse(self, row: Submission) -> bool:
        """RE1: the same day, and not booked by the HIS. Whether it is cleared the platform says; then 2305 follows."""
        known = amounts_of_row(row, self._engine.output_of)
        if known is None:
            return False
        settled = Settled(
            category="住院",
            state="settled",
            settled_at=row.state_since or row.created_at,
            amounts=known[0],
            paid=row.acknowledged_at is not None,
        )
        return refunds.refund(settled, self._hospital.now(), "reversal").outcome == "accepted"

    async def revoked(
        self, call: Call, document: Document, row: Submission, operator: Operator, until: float
    ) -> Submission:
        """2305, under this call's key, brought as far as patience goes."""
        order = Order(
            caller=call.caller,
            key=f"{call.key}:refund",
            message=RevokeInpatientSettlement(
                mdtrt_id=row.mdtrt_id, setl_id=row.setl_id or "", psn_no=document.plan.psn_no
            ),
            operator=operator,
            insured_division=document.insurance.division,
            visit_id=document.id,
            busy_on=f"{row.setl_id}/refund",
            psn_no=document.plan.psn_no,
            mdtrt_id=row.mdtrt_id,
            refund_of=row.id,
        )
        return await self._ward.opening.done(order, until)

    async def refund_of(self, row: Submission) -> Submission | None:
        """The newest refund of a settlement that took place or may still."""
        made = [found for found in await self._hospital.submissions(row.visit_id or "") if found.refund_of == row.id]
        return next((found for found in made if found.infno == REVOKE and found.state not in GONE), None)

    async def _made(self, row: Submission, call: Call) -> Submission | None:
        """The refund that this very call is carrying on."""
        made = await self.refund_of(row)
        own = made is not None and made.key == f"{call.key}:refund" and made.caller == call.caller
        return made if own else None

    async def _told(self, row: Submission, operator: Operator) -> Told:
        """The platform's own record first: day, year, clearing and refund mark are its to say."""
        known = amounts_of_row(row, self._engine.output_of)
        if known is None or row.setl_id is None:
            raise Problem("REFUND_NOT_SETTLED")
        at = (row.state_since or row.created_at).astimezone(BEIJING)
        clearing = await clearing_of(self._engine.journal, row.setl_id, self._engine.clock.now())
        query = QuerySettlement(psn_no=row.psn_no, setl_id=row.setl_id, mdtrt_id=row.mdtrt_id)
        try:
            found: Any = await self._hospital.drive(ask(query), operator, row.insured_division, row.visit_id)
        except YidiError:
            return Told(*known, at, clearing)  # the journal knows enough; the platform decides when the refund is sent
        node = found.setlinfo
        return Told(*known, _time(node.setl_time) or at, clearing, node.refd_setl_flag == Flag.YES)

    async def _is_latest(self, row: Submission) -> bool:
        """Whether no later stay of the person is settled (RE11)."""
        cursor: str | None = None
        while True:
            search = Search(
                infno=SETTLE, states=frozenset({State.CONFIRMED}), since=row.created_at, cursor=cursor, limit=_PAGE
            )
            page = await self._engine.journal.search(search)
            for other in page.items:
                later = other.psn_no == row.psn_no and other.visit_id != row.visit_id
                if later and await self.refund_of(other) is None:
                    return False
            cursor = page.next
            if cursor is None:
                return True


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=BEIJING) if text else None
    except ValueError:
        return None
