"""What every call about a stay needs: its document, its submissions, the person as the platform knows him today."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from yidi_gateway.engine import Order
from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.problem import Problem, of_reasons
from yidi_gateway.shapes import CredentialIn, OperatorIn
from yidi_gateway.stays.document import Document, is_stay, read, write
from yidi_gateway.stays.standing import Stands, caught_up, stands
from yidi_gateway.submission import Submission, Visit
from yidi_gateway.visits import checks
from yidi_gateway.visits.calls import Call
from yidi_gateway.visits.hospital import Hospital
from yidi_gateway.visits.opening import Opening, busy
from yidi_sdk.errors import Misused
from yidi_sdk.flows import Flow
from yidi_sdk.flows.patient import filings_of
from yidi_sdk.institution import Operator
from yidi_sdk.message import Input
from yidi_sdk.rules.identity import CERT_TYPES, Credential, CredentialKind, HisRecord, InsuranceChoice, identify
from yidi_sdk.rules.reasons import Code, without_notices

T = TypeVar("T")
CONFLICT = 409
_ID_CARD = "01"


class Pending(Exception):
    """The stay cannot go on just now: a step has no outcome yet."""


@dataclass(frozen=True, slots=True)
class Ward:
    """The hospital, and the steps of a stay that are submissions of their own."""

    hospital: Hospital
    opening: Opening

    async def load(self, stay_id: str, caller: str) -> tuple[Document, Stands]:
        """The stay, up to date with what its submissions came to. NOT_FOUND also for another caller's, and a visit."""
        visit = await self.hospital.engine.journal.get_visit(stay_id) if is_stay(stay_id) else None
        if visit is None or visit.caller != caller:
            raise Problem("NOT_FOUND", detail=stay_id)
        document = read(visit.document, visit.version)
        rows = await self.hospital.submissions(stay_id)
        if caught_up(document, rows) != document:
            document = await self.keep(document, lambda kept: caught_up(kept, rows))
        return document, stands(rows)

    async def keep(self, document: Document, change: Callable[[Document], Document]) -> Document:
        """Change the stored document; tried again on what somebody else stored meanwhile."""
        journal = self.hospital.engine.journal
        while True:
            changed = change(document)
            visit = Visit(
                changed.id, changed.caller, changed.opened_at, write(changed), document.version, changed.state
            )
            if await journal.put_visit(visit):
                return changed.model_copy(update={"version": document.version + 1})
            stored = await journal.get_visit(document.id)
            if stored is None:
                raise Problem("NOT_FOUND", detail=document.id)
            document = read(stored.document, stored.version)

    async def put(self, document: Document, **changes: Any) -> Document:
        """The stored document with these fields."""
        if all(getattr(document, name) == value for name, value in changes.items()):
            return document
        return await self.keep(document, lambda kept: kept.model_copy(update=changes))

    def operator(self, document: Document, given: OperatorIn | None) -> Operator:
        """Who a call names, else who opened the stay."""
        if given is not None:
            return self.hospital.operator_of(given)
        kept = document.operator
        return Operator(id=kept.id, name=kept.name, kind=kept.kind)

    async def drive(self, document: Document, flow: Flow[T], operator: Operator) -> T:
        """Run a flow of reads, trials and uploads for the stay."""
        return await self.hospital.drive(flow, operator, document.insurance.division, document.id)

    async def step(
        self,
        call: Call,
        document: Document,
        message: Input[Any],
        *,
        key: str,
        busy_on: str,
        operator: Operator,
        until: float,
        **more: Any,
    ) -> Submission:
        """One message that commits, as a submission of its own, brought as far as patience goes."""
        order = Order(
            caller=call.caller,
            key=key,
            message=message,
            operator=operator,
            insured_division=document.insurance.division,
            visit_id=document.id,
            busy_on=busy_on,
            psn_no=document.plan.psn_no,
            mdtrt_id=document.mdtrt_id or "",
            **more,
        )
        return await self.opening.done(order, until)

    async def done(self, call: Call, document: Document, message: Input[Any], **more: Any) -> Submission:
        """`step` that has to succeed. Raises Pending, or Problem 409 for what was refused or did not happen."""
        row = await self.step(call, document, message, **more)
        if row.state in OPEN:
            raise Pending
        if row.state is not State.CONFIRMED:
            raise refused(document, row)
        return row

    def may_begin(self, document: Document, now: Stands) -> None:
        """Nothing begins on a stay that is cancelled, or while a step of another call has no outcome (I5)."""
        if document.state == "cancelled":
            raise Problem(Code.UNDO_ORDER, http=CONFLICT, detail=document.id)
        pending = now.pending
        if pending is not None:
            raise busy(pending)
        if document.mdtrt_id is None:
            raise Problem("NOT_ADMITTED", detail=document.id)

    def open_for_fees(self, now: Stands) -> None:
        """RE10, I17: what stands above the fee lines is undone first."""
        if now.settled is not None or now.discharged:
            raise Problem(Code.UNDO_ORDER, http=CONFLICT, detail="settlement" if now.settled else "discharge")

    # ---- the person today

    async def same_person(self, document: Document, operator: Operator) -> Document:
        """ID10 before a step: where the platform no longer takes the number or insured place, the person is asked for
        anew and the stay goes on under the new ones."""
        if document.local:
            return document
        asked = await self.drive(document, filings_of(document.plan.psn_no, self.hospital.today()), operator)
        return await self.met_again(document, operator) if asked.refused else document

    async def met_again(
        self, document: Document, operator: Operator, shown: CredentialIn | None = None, language: Any = "zh"
    ) -> Document:
        """1101 anew: number, insured place and enrolment of today. `shown`: a credential of now, used from here on.
        Raises Problem where it is somebody else, or no longer insured."""
        hospital, plan = self.hospital, document.plan
        credential = _credential(document)
        if shown is not None:
            credential = checks.must_be_credential(shown, hospital.today(), language)
        known = await hospital.who_is(credential, operator)
        if known.person is None or known.reason is not None:
            raise of_reasons((known.reason,) if known.reason else ())
        his = HisRecord(document.patient_name, document.id_number, document.insurance.division)
        here, settings, today = hospital.place.division, hospital.settings, hospital.today()
        rows = [row for row in known.person.insurances if row.insutype == plan.insutype]
        same = any(row.division == document.insurance.division for row in rows)
        choice = InsuranceChoice(plan.insutype, document.insurance.division if same else None)
        met = identify(known.person, his, today, here, choice=choice, settings=settings, visit_open=True)
        insurance = met.insurance
        if insurance is None or without_notices(met.reasons):
            raise of_reasons(without_notices(met.reasons))
        plan = replace(plan, psn_no=known.person.psn_no)
        if shown is not None:
            plan = replace(
                plan, cert_type=CERT_TYPES[credential.kind], cert_no=credential.value, card_sn=credential.card_sn
            )
        return await self.put(document, plan=plan, insurance=insurance)


def sendable(build: Callable[[], object]) -> None:
    """Make a message before anything is kept. Raises Problem 422 naming the fields that cannot be sent as they are."""
    try:
        build()
    except ValidationError as error:
        told = error.errors(include_input=False, include_url=False, include_context=False)
        places = [(".".join(str(step) for step in row["loc"]), row["msg"]) for row in told]
        raise Problem("BAD_REQUEST", fields=places) from None
    except Misused as error:
        raise Problem("BAD_REQUEST", fields=[(field.path, field.message) for field in error.fields]) from None


def refused(document: Document, row: Submission) -> Problem:
    """The problem of a step that was refused, did not happen, or is in doubt."""
    reason = row.reason or {}
    code = "IN_DOUBT" if row.state is State.MANUAL else reason.get("code") or "DID_NOT_HAPPEN"
    return Problem(
        code,
        http=CONFLICT,
        key=reason.get("key"),
        raw=reason.get("raw"),
        money="unknown" if row.state is State.MANUAL else "not_moved",
        extra={"stay_id": document.id, "submission_id": row.id},
        incident=row.incident,
        begun=True,
    )


def _credential(document: Document) -> Credential:
    """What the patient showed; a scanned code serves once (ID6), so the number behind it is used later."""
    plan = document.plan
    kind = next(kind for kind, code in CERT_TYPES.items() if code == plan.cert_type)
    if kind == "e_credential" and plan.psn_cert_type in (None, _ID_CARD):
        return Credential("id_card", document.id_number)
    return Credential(cast("CredentialKind", kind), plan.cert_no, plan.card_sn)
