"""What changes while a stay lasts: bed, doctor, diagnoses, late answers (2403), and form 11."""

from yidi_gateway.problem import Problem, of_reasons
from yidi_gateway.shapes import CommitmentIn, StayChangeIn, StayCommitmentIn
from yidi_gateway.stays import judging, planning
from yidi_gateway.stays.document import ChangeWanted, Document, StayAnswers
from yidi_gateway.stays.standing import Stands
from yidi_gateway.stays.ward import Pending, Ward, sendable
from yidi_gateway.visits import checks
from yidi_gateway.visits.calls import Call
from yidi_sdk.flows import admission_change
from yidi_sdk.institution import Operator
from yidi_sdk.rules.commitment import commitment_state
from yidi_sdk.rules.flags import coded, register, third_party_learnt
from yidi_sdk.rules.reasons import Code, Reason

MOST_TURNS = 5
SHOWN = ("department", "bed", "doctor", "diagnoses", "record_no", "contact", "phone")
"""What of a change a query shows; a change of anything else is sent again when only a query tells of it."""


class Changing:
    """Changes stays."""

    def __init__(self, ward: Ward) -> None:
        self._ward = ward
        self._hospital = ward.hospital

    async def change(self, call: Call, document: Document, now: Stands, body: StayChangeIn, until: float) -> Document:
        """2403: the stay is now as it is said to be. What persons answered is kept before it is sent.

        Raises Pending, Held, or Problem."""
        key = f"{call.key}:change"
        if not body.model_dump(exclude_none=True, exclude={"operator"}):
            raise Problem("BAD_REQUEST", fields=[("", "没有要变更的内容")])
        operator = self._ward.operator(document, body.operator)
        begun = any(row.key.startswith(key) and row.caller == call.caller for row in now.rows)
        if not begun and (document.change is None or document.change.key != key):
            document = await self._wanted(document, now, body, key, operator)
        if document.change is None:
            return document  # done, or nothing to send
        wanted = document.change
        for turn in range(1, MOST_TURNS + 1):
            row = await self._ward.done(
                call,
                document,
                admission_change(wanted.plan, document.mdtrt_id or ""),
                key=key if turn == 1 else f"{key}:{turn}",
                busy_on=f"{document.id}/{key}/{turn}",
                operator=operator,
                until=until,
            )
            if row.outcome is not None or not wanted.hidden:
                return (await self._ward.load(document.id, document.caller))[0]
        raise Pending

    async def _wanted(
        self, document: Document, now: Stands, body: StayChangeIn, key: str, operator: Operator
    ) -> Document:
        """The document with the change that is wanted; with the answers alone where they come too late for the platform
        and block the settlement all the same (TR6)."""
        self._ward.may_begin(document, now)
        answers, flags = self._answered(document, body, operator.id)
        earlier = document.earlier_answers
        if answers != document.answers:
            earlier = (*earlier, document.answers)
        if now.settled is None and now.discharged and _blocks(answers):
            return await self._ward.put(document, answers=answers, earlier_answers=earlier)
        self._ward.open_for_fees(now)
        document = await self._ward.same_person(document, operator)
        hidden = bool(body.model_fields_set - {*SHOWN, "operator"})
        wanted = ChangeWanted(key=key, hidden=hidden, plan=planning.changed(document.plan, body, flags))
        mdtrt_id = document.mdtrt_id or ""
        sendable(lambda: admission_change(wanted.plan, mdtrt_id))
        return await self._ward.put(document, change=wanted, answers=answers, earlier_answers=earlier)

    def _answered(self, document: Document, body: StayChangeIn, who: str) -> tuple[StayAnswers, dict[str, str]]:
        """The answers as they are now, and the flags that go with them. Raises Problem for answers that contradict one
        another; a third party learnt of late is told to the platform and blocks the settlement (TR6)."""
        answers, flags = document.answers, document.plan.flags
        if body.trauma is None and body.third_party is None:
            return answers, flags
        answers = answers.model_copy(
            update={
                "trauma": answers.trauma if body.trauma is None else body.trauma,
                "third_party": answers.third_party if body.third_party is None else body.third_party,
                "answered_at": self._hospital.now(),
                "answered_by": who,
            }
        )
        now, settings = self._hospital.now(), self._hospital.settings
        labels = self._hospital.engine.profile.flag_codes
        learnt = _blocks(answers)
        judged = register(
            "inpatient",
            answers.stay_kind,
            answers.emergency,
            answers.trauma,
            False if learnt else answers.third_party,
            commitment="none" if learnt else judging.form_state(answers, document.plan.admitted_at, now),
            name_compared=answers.name_compared,
            settings=settings,
            labels=labels,
            local=document.local,
        )
        if judged.wire is None:
            raise of_reasons(judged.reasons)
        if document.local:
            return answers, flags
        wire = third_party_learnt(judged.wire)[0] if learnt else judged.wire
        return answers, {**flags, **coded(wire, labels)}

    async def commitment(self, document: Document, now: Stands, body: StayCommitmentIn) -> Document:
        """Form 11, linked before the settlement. Raises Problem 422 for one that is incomplete or not called for."""
        if document.state == "cancelled" or now.settled is not None:
            raise Problem(Code.UNDO_ORDER, detail=document.id)
        answers = document.answers
        if answers.trauma is not True or answers.third_party is True:
            against = Code.THIRD_PARTY_LIABLE if answers.third_party else Code.FLAGS_CONTRADICT
            raise of_reasons((Reason(against),))
        told = {name: value for name, value in body.model_dump(mode="json").items() if name != "operator"}
        judged = checks.form_11(CommitmentIn.model_validate(told))
        form = commitment_state(judged, document.plan.admitted_at, self._hospital.now())
        if form.state != "complete":
            found = (Reason(Code.COMMITMENT_INCOMPLETE),)
            paths = [(path.removeprefix("commitment."), message) for path, message in judging.fields(found, form, "zh")]
            raise of_reasons(found, fields=paths)
        return await self._ward.put(document, answers=answers.model_copy(update={"form_11": told}))


def _blocks(answers: StayAnswers) -> bool:
    return answers.trauma is True and answers.third_party is True
