"""Settling the baskets of a visit, each alone and in order; stopping at the first that is not settled."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from yidi_gateway.engine import Order
from yidi_gateway.lifecycle import LIVE, State
from yidi_gateway.line import Held
from yidi_gateway.problem import Problem, of_reasons, window_json
from yidi_gateway.shapes import CommitmentIn, SettleIn
from yidi_gateway.submission import Submission
from yidi_gateway.visits import checks, telling
from yidi_gateway.visits.calls import Answer, Call
from yidi_gateway.visits.document import Document, KeptBasket
from yidi_gateway.visits.hospital import Hospital
from yidi_gateway.visits.once import downtime
from yidi_gateway.visits.opening import Opening, Pending, busy, operator_of
from yidi_gateway.visits.standing import SETTLE, Standing, newest, standing
from yidi_sdk.flows import settlement
from yidi_sdk.flows.patient import Rights
from yidi_sdk.rules import eligibility
from yidi_sdk.rules.commitment import commitment_state
from yidi_sdk.rules.eligibility import Question, settlement_objections
from yidi_sdk.rules.flags import CommitmentState
from yidi_sdk.rules.identity import CERT_TYPES, Credential, CredentialKind, HisRecord, InsuranceChoice, identify
from yidi_sdk.rules.reasons import Code, without_notices
from yidi_sdk.rules.settlement import trial_stale

DONE, ACCEPTED, CONFLICT = 200, 202, 409


@dataclass
class Round:
    """One settle call on its way: what it may take, until when, and what stands in the way of the rest."""

    call: Call
    body: SettleIn
    until: float
    wanted: tuple[str, ...] = ()
    stopped: bool = False
    said: dict[str, Standing] = field(default_factory=dict[str, Standing])


class Settling:
    """Settles visits, and tells how they stand."""

    def __init__(self, hospital: Hospital, opening: Opening) -> None:
        self._hospital = hospital
        self._engine = hospital.engine
        self._opening = opening

    async def settle(self, call: Call, visit_id: str, body: SettleIn) -> Answer:
        """The work of settling: 200, or 202 while a basket is pending. Raises Problem when nothing was begun."""
        document = await self._hospital.load(visit_id, call.caller)
        rows = await self._hospital.submissions(visit_id)
        until = self._engine.clock.monotonic() + call.patience_s
        turn = Round(call, body, until, self._wanted(document, body, rows, call))
        fresh = [basket for basket in turn.wanted if not self._own(rows, call, basket)]
        if document.state == "cancelled":
            raise Problem("UNDO_ORDER", detail=visit_id)
        if fresh and len(fresh) == len(turn.wanted):  # a repeat of this call was asked about when it began
            document = await self._ask_again(document, [document.basket(basket) for basket in fresh])
        for basket_id in turn.wanted:
            if turn.stopped:
                turn.said[basket_id] = Standing("not_started", code=Code.BASKET_STOPPED)
                continue
            document = await self._next(turn, document, basket_id)
        return await self.told(call, document, turn.said)

    def _wanted(self, document: Document, body: SettleIn, rows: Sequence[Submission], call: Call) -> tuple[str, ...]:
        """The baskets of this call in their order (BA13). One that another key holds is busy; when none is named, what
        is settled or undone already is left as it is."""
        named = set(body.baskets) if body.baskets is not None else None
        known = {basket.id for basket in document.baskets}
        if named is not None and not named <= known:
            missing = sorted(named - known)
            raise Problem("NOT_FOUND", fields=[("baskets", basket) for basket in missing])
        wanted: list[str] = []
        for basket in document.baskets:
            if named is not None and basket.id not in named:
                continue
            live = newest(row for row in rows if row.basket_id == basket.id and row.infno == SETTLE)
            if live is not None and live.state in LIVE and not _is_of(live, call, basket.id):
                if named is None and live.state is State.CONFIRMED:
                    continue
                raise busy(live)
            wanted.append(basket.id)
        return tuple(wanted)

    def _own(self, rows: Sequence[Submission], call: Call, basket_id: str) -> Submission | None:
        """The submission that this very key made for the basket."""
        return next((row for row in rows if _is_of(row, call, basket_id)), None)

    async def _ask_again(self, document: Document, wanted: Sequence[KeptBasket]) -> Document:
        """FI24, BA5, TR8: filing, qualification, benefit, form 11 as they are now; else 409, nothing moved."""
        if document.local:
            return document
        rights = await self._rights(document, wanted)
        if rights.refused:
            document = await self._met_again(document)
            rights = await self._rights(document, wanted)
        hospital, answers = self._hospital, document.answers
        coded = _coded(wanted)
        question = Question(
            kind="chronic" if coded else "outpatient" if answers.kind == "chronic" else answers.kind,
            on=document.plan.started_at.date(),
            disease_codes=coded,
            emergency=answers.emergency,
            trauma=answers.trauma,
            third_party=answers.third_party,
            commitment=form_state(document, hospital.now()),
            name_compared=answers.name_compared,
        )
        world = hospital.world(document.insurance, rights)
        against = settlement_objections(eligibility.verdict(question, world, hospital.settings).reasons)
        if against:
            raise Problem(str(against[0].code), http=CONFLICT, reasons=against)
        return document

    async def _rights(self, document: Document, wanted: Sequence[KeptBasket]) -> Rights:
        return await self._hospital.rights(
            document.plan.psn_no,
            document.plan.insutype,
            document.insurance.division,
            med_type=wanted[0].plan.med_type,
            on=document.plan.started_at.date(),
            chronic=bool(_coded(wanted)),
            operator=operator_of(document),
            visit_id=document.id,
        )

    async def _met_again(self, document: Document) -> Document:
        """ID10: number or insured place changed during the visit: the same person under the new ones, and go on."""
        hospital, plan = self._hospital, document.plan
        here, settings = hospital.place.division, hospital.settings
        kind = next(kind for kind, code in CERT_TYPES.items() if code == plan.cert_type)
        credential = Credential(cast("CredentialKind", kind), plan.cert_no, plan.card_sn)
        known = await hospital.who_is(credential, operator_of(document))
        if known.person is None or known.reason is not None:
            raise of_reasons((known.reason,) if known.reason else ())
        his = HisRecord(document.patient_name, document.id_number, document.insurance.division)
        choice = InsuranceChoice(plan.insutype)
        met = identify(known.person, his, hospital.today(), here, choice=choice, settings=settings, visit_open=True)
        insurance = met.insurance
        if insurance is None or without_notices(met.reasons):
            raise of_reasons(without_notices(met.reasons))
        changes = {"plan": replace(plan, psn_no=known.person.psn_no), "insurance": insurance}
        return await hospital.keep(document, lambda kept: kept.model_copy(update=changes))

    async def _next(self, turn: Round, document: Document, basket_id: str) -> Document:
        """One basket: bring it up to date, settle it, and say how it stands. Nothing begun yet: the problem goes up."""
        try:
            document, stands = await self._settle_one(turn, document, basket_id)
        except (Held, Pending, Problem) as stopped:
            problem = _problem_of(stopped)
            if not turn.said and problem.code != Code.OUTCOME_UNKNOWN:
                raise problem from None
            stands = _stands(problem)
        turn.said[basket_id] = stands
        turn.stopped = stands.state != "settled"
        return document

    async def _settle_one(self, turn: Round, document: Document, basket_id: str) -> tuple[Document, Standing]:
        rows = await self._hospital.submissions(document.id)
        own = self._own(rows, turn.call, basket_id)
        if own is None:
            document = await self._tried(turn, document, basket_id, rows)
        basket = document.basket(basket_id)
        if own is None and (basket.failure is not None or basket.estimate is None):
            return document, standing(basket, rows, self._engine.output_of)
        row = await self._opening.done(self._order(turn, document, basket), turn.until)
        return document, standing(basket, [row, *rows], self._engine.output_of)

    async def _tried(self, turn: Round, document: Document, basket_id: str, rows: Sequence[Submission]) -> Document:
        """A trial that may be settled: younger than ten minutes, and newer than the last settlement (BA17)."""
        basket = document.basket(basket_id)
        if basket.step != "tried":
            return await self._opening.advance(document, basket_id, turn.until)
        estimate = basket.estimate
        if estimate is not None and basket.failure is None:
            settled = [row.state_since or row.created_at for row in rows if row.infno == SETTLE]
            newest = not any(at >= estimate.at for at in settled)
            if trial_stale(estimate.at, self._hospital.now(), newest=newest) is None:
                return document
        return await self._opening.try_out(document, basket_id)

    def _order(self, turn: Round, document: Document, basket: KeptBasket) -> Order:
        plan = document.plan
        if turn.body.use_account is not None:
            plan = replace(plan, use_account=turn.body.use_account)
        if turn.body.invoice_no is not None:
            plan = replace(plan, invoice_no=turn.body.invoice_no)
        if basket.estimate is None or basket.mdtrt_id is None:
            raise Problem("PRESETTLE_STALE")
        given = turn.body.operator
        return Order(
            caller=document.caller,
            key=f"{turn.call.key}:{basket.id}",
            message=settlement(plan, basket.plan, basket.mdtrt_id, basket.estimate.amounts),
            operator=self._hospital.operator_of(given) if given else operator_of(document),
            insured_division=document.insurance.division,
            visit_id=document.id,
            basket_id=basket.id,
            busy_on=f"{document.id}/{basket.id}/settle",
            psn_no=plan.psn_no,
            mdtrt_id=basket.mdtrt_id,
            expected_total=basket.plan.total,
        )

    async def told(self, call: Call, document: Document, said: dict[str, Standing] | None = None) -> Answer:
        """How the visit stands; `said` overrides what only this call knows."""
        rows = await self._hospital.submissions(document.id)
        document = await self._hospital.load(document.id, document.caller)
        stands: dict[str, Standing] = {}
        for basket in document.baskets:
            found = standing(basket, rows, self._engine.output_of)
            mine = (said or {}).get(basket.id)
            stands[basket.id] = mine if mine is not None and mine.settlement is None else found
        quiet_s = self._engine.timing.quiet_s
        body = telling.visit_json(document, stands, self._engine.output_of, call.language, quiet_s)
        return Answer(ACCEPTED if body["state"] == "pending" else DONE, body)


def form_state(document: Document, now: datetime) -> CommitmentState:
    """Form 11 as it stands at the settlement: signed by then."""
    kept = document.answers.form_11
    if kept is None:
        return document.answers.commitment
    form = checks.form_11(CommitmentIn.model_validate(kept))
    return commitment_state(form, document.plan.started_at, now).state


def _coded(baskets: Sequence[KeptBasket]) -> tuple[str, ...]:
    return tuple(basket.plan.disease_code for basket in baskets if basket.plan.disease_code)


def _is_of(row: Submission, call: Call, basket_id: str) -> bool:
    return row.infno == SETTLE and row.key == f"{call.key}:{basket_id}" and row.caller == call.caller


def _problem_of(stopped: Exception) -> Problem:
    if isinstance(stopped, Problem):
        return stopped
    if isinstance(stopped, Held):
        return downtime(stopped)
    return Problem(Code.OUTCOME_UNKNOWN, http=ACCEPTED, begun=True)


def _stands(problem: Problem) -> Standing:
    """A basket that did not get to its settlement: downtime, or an outcome of its registration that is not known."""
    if problem.code == "MAINTENANCE":
        return Standing("maintenance", code=problem.code, window=window_json(problem.window))
    if problem.code == Code.OUTCOME_UNKNOWN:
        return Standing("pending", code=problem.code)
    return Standing("not_started", code=problem.code, key=problem.key, raw=problem.raw)
