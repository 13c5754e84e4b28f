"""What the rules say of a stay: at admission, of its lines, at its settlement. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from yidi_gateway.problem import of_reasons
from yidi_gateway.shapes import CommitmentIn, LineIn, StayIn, StayLineIn
from yidi_gateway.stays.document import Document, StayAnswers, StayFee
from yidi_gateway.visits import checks
from yidi_sdk.rules import baskets
from yidi_sdk.rules.areas import Institution
from yidi_sdk.rules.baskets import Line
from yidi_sdk.rules.commitment import CommitmentCheck, commitment_state
from yidi_sdk.rules.eligibility import Question
from yidi_sdk.rules.flags import CommitmentState, Labels, Registration, register
from yidi_sdk.rules.identity import Credential, Identified
from yidi_sdk.rules.reasons import Code, Language, Reason, ordered, text, without_notices
from yidi_sdk.rules.settings import RuleSettings
from yidi_sdk.rules.stays import Stay

_PATHS = {
    Code.STAY_KIND_UNANSWERED: "stay_kind",
    Code.TRAUMA_UNANSWERED: "trauma",
    Code.THIRD_PARTY_UNANSWERED: "third_party",
    Code.THIRD_PARTY_LIABLE: "third_party",
    Code.COMMITMENT_MISSING: "commitment",
    Code.FLAGS_CONTRADICT: "stay_kind",
    Code.NO_LINES: "lines",
}


def check_admission(
    body: StayIn, now: datetime, settings: RuleSettings, labels: Labels, language: Language
) -> tuple[Credential, CommitmentCheck]:
    """Everything that can be known without the platform. Raises Problem with every objection, its field named."""
    credential = checks.credential_of(body.credential, now.date())
    form = commitment_state(checks.form_11(body.commitment), body.admitted_at)
    found = list(flags_of(body, form, settings, labels, compared=True, local=False).reasons)
    if isinstance(credential, Reason):
        told = (f"credential.{credential.detail}", text(credential, language)[0])
        raise of_reasons(ordered((credential, *found)), fields=(told, *fields(found, form, language)))
    if found:
        raise of_reasons(ordered(found), fields=fields(found, form, language))
    return credential, form


def fields(found: Iterable[Reason], form: CommitmentCheck, language: Language) -> tuple[tuple[str, str], ...]:
    """Where each objection stands in the body."""
    told: list[tuple[str, str]] = []
    for reason in found:
        message = text(reason, language)[0]
        if reason.code is Code.COMMITMENT_INCOMPLETE:
            told += [(f"commitment.{name}", message) for name in form.wrong]
        else:
            told.append((_PATHS.get(reason.code, reason.detail or ""), message))
    return tuple(told)


def flags_of(
    body: StayIn, form: CommitmentCheck, settings: RuleSettings, labels: Labels, *, compared: bool, local: bool
) -> Registration:
    """Tables 5a and 5b for an admission."""
    return register(
        "inpatient",
        body.stay_kind,
        body.emergency,
        body.trauma,
        body.third_party,
        commitment=form.state,
        name_compared=compared,
        settings=settings,
        labels=labels,
        local=local,
    )


def question_at_admission(body: StayIn, form: CommitmentCheck, met: Identified, now: datetime) -> Question:
    """What is asked of a stay that begins."""
    return Question(
        kind="inpatient",
        on=now.date(),
        emergency=body.emergency,
        trauma=body.trauma,
        third_party=body.third_party,
        commitment=form.state,
        admitted_on=body.admitted_at.astimezone(now.tzinfo).date(),
        stay_kind=body.stay_kind,
        name_compared=met.name_compared,
    )


def question_at_settlement(document: Document, now: datetime) -> Question:
    """The same, just before the settlement: with the answers and form 11 as they are now."""
    answers = document.answers
    return Question(
        kind="inpatient",
        on=now.date(),
        emergency=answers.emergency,
        trauma=answers.trauma,
        third_party=answers.third_party,
        commitment=form_state(answers, document.plan.admitted_at, now),
        admitted_on=document.plan.admitted_at.date(),
        stay_kind=answers.stay_kind,
        name_compared=answers.name_compared,
    )


def form_state(answers: StayAnswers, admitted_at: datetime, now: datetime) -> CommitmentState:
    """Form 11 as it stands now."""
    if answers.form_11 is None:
        return "none"
    form = checks.form_11(CommitmentIn.model_validate(answers.form_11))
    return commitment_state(form, admitted_at, now).state


def check_lines(
    document: Document, given: Sequence[StayLineIn], settings: RuleSettings, language: Language
) -> tuple[Line, ...]:
    """The lines of a call, read. Raises Problem naming every line that the rules refuse (BA9, BA11, ST7)."""
    lines, found = checks.read_lines([_as_line(row) for row in given])
    origins = {row.line_no: row.origin for row in given}
    lines = [_with_origin(line, origins[line.line_no]) for line in lines]
    earlier = [_of_fee(fee, document.fees) for fee in document.fees]
    split = baskets.split(
        "inpatient",
        lines,
        (),
        Institution(""),
        "",
        on=document.plan.admitted_at.date(),
        settings=settings,
        earlier=earlier,
    )
    found += split.reasons if lines or not given else ()
    known = {fee.line_no for fee in document.fees}
    found += [
        Reason(Code.LINE_NO_DUPLICATE, line_no=line.line_no, detail="line_no")
        for line in lines
        if line.line_no in known
    ]
    against = ordered(without_notices(found))
    if against:
        places = {row.line_no: place for place, row in enumerate(given)}
        told = [
            (
                f"lines[{places.get(reason.line_no or '', 0)}].{reason.detail or 'line_no'}",
                f"{reason.line_no}: {text(reason, language)[0]}",
            )
            if reason.line_no
            else ("lines", text(reason, language)[0])
            for reason in against
        ]
        raise of_reasons(against, fields=told)
    return tuple(lines)


def _as_line(row: StayLineIn) -> LineIn:
    return LineIn(
        line_no=row.line_no,
        code=row.code,
        local_code=row.local_code,
        name=row.name,
        quantity=row.quantity,
        unit_price=row.unit_price,
        amount=row.amount,
        prescribed_at=row.prescribed_at,
    )


def _with_origin(line: Line, origin: str | None) -> Line:
    return Line(line.line_no, None, line.quantity, line.unit_price, line.amount, line.code, origin)


def _of_fee(fee: StayFee, fees: Sequence[StayFee]) -> Line:
    by_number = {other.line.number: other.line_no for other in fees}
    line = fee.line
    return Line(
        fee.line_no, None, line.quantity, line.unit_price, line.amount, line.code, by_number.get(line.origin or "")
    )


def stay_of(document: Document, settled_at: datetime) -> Stay:
    """The stay for the rules of section 9; its end None where it has not been told."""
    outside = document.outside
    named = {line.line_no for line in outside}
    inside = [fee.line.amount for fee in document.fees if fee.line_no not in named]
    return Stay(
        admitted_at=document.plan.admitted_at,
        discharged_at=None if document.leaving is None else document.leaving.at,
        settled_at=settled_at,
        lines_total=sum(inside, document.total * 0),
        outside=outside,
    )
