"""Before anything is registered: check, identify, choose the insurance, ask for rights, split into baskets."""

from datetime import date

from yidi_gateway.problem import of_reasons
from yidi_gateway.shapes import VisitIn
from yidi_gateway.submission import Visit
from yidi_gateway.visits import checks, planning
from yidi_gateway.visits.calls import Call
from yidi_gateway.visits.checks import Checked
from yidi_gateway.visits.document import Document, write
from yidi_gateway.visits.hospital import Hospital
from yidi_sdk.flows.patient import Rights
from yidi_sdk.institution import Operator
from yidi_sdk.rules import baskets, eligibility
from yidi_sdk.rules.eligibility import Question, registration_objections
from yidi_sdk.rules.flags import Registration
from yidi_sdk.rules.identity import Identified, Insurance, Person
from yidi_sdk.rules.reasons import without_notices


class Admitting:
    """Makes the plan of a visit out of what the HIS sent and the platform told."""

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital
        self._engine = hospital.engine

    async def plan(self, call: Call, body: VisitIn, visit_id: str) -> Document:
        """The document of a new visit, stored. Raises Problem with every objection."""
        hospital = self._hospital
        now = hospital.now()
        labels = self._engine.profile.flag_codes
        checked = checks.check_visit(body, now, hospital.place, hospital.settings, labels, call.language)
        operator = hospital.operator_of(body.operator)
        known = await hospital.who_is(checked.credential, operator)
        if known.person is None or known.reason is not None:
            raise of_reasons((known.reason,) if known.reason else ())
        choice = checks.choice_of(body.insurance_kind, body.insurance_division)
        his = checks.his_record(body.patient, checked.credential)
        met = await hospital.identified(known.person, his, now.date(), operator, choice)
        found = await self._judged(call, body, checked, known.person, met, operator)
        document = planning.plan(
            visit_id,
            body,
            checked,
            found,
            caller=call.caller,
            key=call.key or "",
            operator=operator,
            profile=self._engine.profile,
            now=now,
        )
        visit = Visit(visit_id, call.caller, now, write(document))
        await self._engine.journal.put_visit(visit)  # False: another call under this key was faster
        return await hospital.load(visit_id, call.caller)

    async def _judged(
        self, call: Call, body: VisitIn, checked: Checked, person: Person, met: Identified, operator: Operator
    ) -> planning.Found:
        """Registration is refused for what no later step can cure; filing and qualification act at the settlement."""
        hospital, insurance = self._hospital, met.insurance
        refused = without_notices(met.reasons)
        if refused or insurance is None:
            raise of_reasons(registration_objections(met.reasons) or met.reasons)
        on = body.started_at.astimezone(hospital.now().tzinfo).date()
        local = met.cross_province is False
        flags = self._flags(body, checked, met, local=local)
        wire = flags.wire
        if wire is None:
            raise of_reasons(flags.reasons)
        rights = await self._rights(person, insurance, wire.med_type, checked, on, operator, local=local)
        question = _question(body, checked, met, on)
        world = hospital.world(insurance, rights, met.reasons)
        refused = registration_objections(eligibility.verdict(question, world, hospital.settings).reasons)
        if refused:
            raise of_reasons(refused)
        split = self._split(call, body, checked, rights, insurance.division, on)
        warned = hospital.about_the_visit(question, world)
        return planning.Found(person, insurance, local, met.name_compared, wire, split, warned)

    def _split(
        self, call: Call, body: VisitIn, checked: Checked, rights: Rights, division: str, on: date
    ) -> baskets.Split:
        hospital = self._hospital
        split = baskets.split(
            body.kind,
            checked.lines,
            rights.qualifications,
            hospital.place,
            division,
            on=on,
            settings=hospital.settings,
            emergency=bool(body.emergency),
        )
        if split.outcome == "refused":
            raise of_reasons(split.reasons, fields=checks.line_fields(body, split.reasons, call.language))
        return split

    async def _rights(
        self,
        person: Person,
        insurance: Insurance,
        med_type: str,
        checked: Checked,
        on: date,
        operator: Operator,
        *,
        local: bool,
    ) -> Rights:
        """Benefit, filings and, where a line has a disease code, qualifications. Local rules are not ours (CP2)."""
        if local:
            return Rights(None, (), ())
        return await self._hospital.rights(
            person.psn_no,
            insurance.insutype,
            insurance.division,
            med_type=med_type,
            on=on,
            chronic=bool(_coded(checked)),
            operator=operator,
        )

    def _flags(self, body: VisitIn, checked: Checked, met: Identified, *, local: bool) -> Registration:
        labels = self._engine.profile.flag_codes
        compared = met.name_compared
        return checks.flags_of(body, checked.form, self._hospital.settings, labels, compared=compared, local=local)


def _coded(checked: Checked) -> tuple[str, ...]:
    """The disease codes of the lines, each once."""
    return tuple(dict.fromkeys(line.disease_code for line in checked.lines if line.disease_code))


def _question(body: VisitIn, checked: Checked, met: Identified, on: date) -> Question:
    return Question(
        kind=body.kind,
        on=on,
        disease_codes=_coded(checked),
        emergency=body.emergency,
        trauma=body.trauma,
        third_party=body.third_party,
        commitment=checked.form.state,
        name_compared=met.name_compared,
    )
