"""Where visits take place: the engine, what is known of the hospital, and the few things every call does with them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from yidi_gateway.clock import BEIJING
from yidi_gateway.engine import Engine
from yidi_gateway.journal.port import Search
from yidi_gateway.lifecycle import State
from yidi_gateway.problem import Problem
from yidi_gateway.shapes import OperatorIn
from yidi_gateway.submission import Submission, Visit
from yidi_gateway.visits.document import Document, read, write
from yidi_sdk.catalogue import row_of
from yidi_sdk.errors import NotSent, Refused, YidiError
from yidi_sdk.flows import Flow, run_async
from yidi_sdk.flows.patient import Known, Rights, filings_of, rights_of, who_is
from yidi_sdk.institution import Operator
from yidi_sdk.message import Input
from yidi_sdk.rules import eligibility
from yidi_sdk.rules.areas import Institution
from yidi_sdk.rules.eligibility import Question, World
from yidi_sdk.rules.identity import (
    COVERED,
    Credential,
    HisRecord,
    Identified,
    Insurance,
    InsuranceChoice,
    Person,
    identify,
)
from yidi_sdk.rules.reasons import Code, Reason
from yidi_sdk.rules.settings import DEFAULTS, RuleSettings
from yidi_sdk.transactions import RevokeOutpatientSettlement

T = TypeVar("T")
SOON_S = 5
LEAST_S = 0.5
_PAGE = 200
STAY_MARK = "S"
"""First letter of a stay's number. A visit's has digits and small letters only."""
REVOKE = row_of(RevokeOutpatientSettlement).infno
GONE = frozenset({State.REJECTED, State.ABSENT, State.REVERSED})
"""A refund in one of these left the settlement as it was."""


@dataclass(frozen=True, slots=True)
class _Line:
    """The engine as a client of a flow."""

    engine: Engine
    operator: Operator
    division: str
    visit_id: str | None

    async def send(self, message: Input[Any]) -> Any:
        return await self.engine.ask(
            message, operator=self.operator, insured_division=self.division, visit_id=self.visit_id
        )


@dataclass(frozen=True, slots=True)
class Hospital:
    """What every call needs. `place` holds what is known of the hospital: services and open diseases, None: unknown."""

    engine: Engine
    place: Institution
    operator: Operator
    settings: RuleSettings = DEFAULTS

    def now(self) -> datetime:
        return self.engine.clock.now().astimezone(BEIJING)

    def left(self, until: float) -> float:
        """Seconds of the caller's patience that are left; never so few that a submission would not even be begun."""
        return max(LEAST_S, until - self.engine.clock.monotonic())

    def today(self) -> date:
        return self.now().date()

    def operator_of(self, given: OperatorIn | None) -> Operator:
        """The operator a call names, else the configured one."""
        return self.operator if given is None else Operator(id=given.id, name=given.name, kind=given.kind)

    async def drive(self, flow: Flow[T], operator: Operator, division: str = "", visit_id: str | None = None) -> T:
        """Run a flow of reads, trials and uploads."""
        return await run_async(_Line(self.engine, operator, division, visit_id), flow)

    async def who_is(self, credential: Credential, operator: Operator) -> Known:
        """1101. Raises Problem where the platform gives no usable answer."""
        try:
            return await self.drive(who_is(credential), operator)
        except YidiError as error:
            raise unanswered(error) from None

    async def identified(
        self,
        person: Person,
        his: HisRecord,
        on: date,
        operator: Operator,
        choice: InsuranceChoice | None,
        filings: tuple[Any, ...] | None = None,
    ) -> Identified:
        """Compared and an insurance chosen. Filings are asked for only where the choice hangs on them (IN6)."""
        found = self._identify(person, his, on, choice, filings)
        undecided = any(reason.code is Code.INSURANCE_CHOICE_NEEDED for reason in found.reasons)
        if not undecided or choice is not None or filings is not None:
            return found
        division = division_to_ask(person)
        asked = await self.drive(filings_of(person.psn_no, on), operator, division)
        return self._identify(person, his, on, choice, asked.filings)

    def _identify(
        self, person: Person, his: HisRecord, on: date, choice: InsuranceChoice | None, filings: Any
    ) -> Identified:
        return identify(person, his, on, self.place.division, choice=choice, filings=filings, settings=self.settings)

    async def rights(
        self,
        psn_no: str,
        insutype: str,
        division: str,
        *,
        med_type: str,
        on: date,
        chronic: bool,
        operator: Operator,
        visit_id: str | None = None,
    ) -> Rights:
        """2001, 5304, and 5301 for chronic care; what does not answer is None."""
        asking = rights_of(psn_no, insutype, self.engine.institution.code, med_type, on, chronic=chronic)
        return await self.drive(asking, operator, division, visit_id)

    def world(self, insurance: Insurance, rights: Rights, identity: tuple[Reason, ...] = ()) -> World:
        """What is known of a patient whose insurance is chosen."""
        return World(
            institution=self.place,
            insurances=(insurance,),
            filings=rights.filings,
            qualifications=rights.qualifications,
            benefit=rights.benefit,
            identity=identity,
            insurance_on=self.today(),
        )

    def about_the_visit(self, question: Question, world: World) -> tuple[Reason, ...]:
        """What has to be done before the settlement, and notices: of the visit as a whole, diseases apart."""
        kind = "outpatient" if question.kind == "chronic" else question.kind
        plain = replace(question, kind=kind, disease_codes=())
        told = eligibility.verdict(plain, world, self.settings).reasons
        return tuple(reason for reason in told if reason.effect in ("A", "I"))

    async def load(self, visit_id: str, caller: str) -> Document:
        """The document of a visit. NOT_FOUND also for a visit of another caller, and for a stay."""
        visit = await self.engine.journal.get_visit(visit_id)
        if visit is None or visit.caller != caller or visit.id.startswith(STAY_MARK):
            raise Problem("NOT_FOUND", detail=visit_id)
        return read(visit.document, visit.version)

    async def keep(self, document: Document, change: Callable[[Document], Document]) -> Document:
        """Change the stored document; tried again on what somebody else stored meanwhile."""
        while True:
            changed = change(document)
            visit = Visit(
                changed.id, changed.caller, changed.opened_at, write(changed), document.version, changed.state
            )
            if await self.engine.journal.put_visit(visit):
                return changed.model_copy(update={"version": document.version + 1})
            document = await self.load(document.id, document.caller)

    async def submissions(self, visit_id: str) -> tuple[Submission, ...]:
        """All submissions of a visit, newest first, without those that proved not to have been sent."""
        found: list[Submission] = []
        cursor: str | None = None
        while True:
            page = await self.engine.journal.search(Search(visit_id=visit_id, cursor=cursor, limit=_PAGE))
            found += [row for row in page.items if not row.released]
            cursor = page.next
            if cursor is None:
                return tuple(found)

    async def refund_of(self, row: Submission) -> Submission | None:
        """The newest refund of a settlement that took place or may still."""
        page = await self.engine.journal.search(Search(visit_id=row.visit_id, infno=REVOKE, limit=_PAGE))
        made = (found for found in page.items if found.refund_of == row.id and not found.released)
        return next((found for found in made if found.state not in GONE), None)


def division_to_ask(person: Person) -> str:
    """A division of the person's own, for questions before an insurance is chosen."""
    rows = [row for row in person.insurances if row.insutype in COVERED] or list(person.insurances)
    return rows[0].division if rows else ""


def unanswered(error: YidiError, **more: Any) -> Problem:
    """The problem of a read, trial or upload that failed: nothing of money moved."""
    if isinstance(error, Refused):
        return Problem(error.code, key=error.key, raw=error.err_msg, **more)
    code = "NOT_SENT" if isinstance(error, NotSent) else "NO_ANSWER"
    return Problem(code, retry_after_s=SOON_S, **more)
