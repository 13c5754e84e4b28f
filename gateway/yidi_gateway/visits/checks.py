"""What is checked of a call before anything is sent: credential, answers, form 11, lines; all at once. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from yidi_gateway.problem import of_reasons
from yidi_gateway.shapes import CommitmentIn, CredentialIn, LineIn, PatientIn, VisitIn
from yidi_sdk.rules import baskets
from yidi_sdk.rules.areas import Institution
from yidi_sdk.rules.baskets import Line, check_amount_text
from yidi_sdk.rules.commitment import Commitment, CommitmentCheck, commitment_state
from yidi_sdk.rules.flags import Labels, Registration, register
from yidi_sdk.rules.identity import Credential, HisRecord, InsuranceChoice, check_credential, clean_id
from yidi_sdk.rules.reasons import Code, Language, Reason, ordered, text, without_notices
from yidi_sdk.rules.settings import RuleSettings

_QUANTITY_PLACES = 4
_PRICE_PLACES = 6


@dataclass(frozen=True, slots=True)
class Checked:
    """A visit that may be asked about: cleaned credential, parsed lines, state of form 11."""

    credential: Credential
    lines: tuple[Line, ...]
    form: CommitmentCheck


def credential_of(given: CredentialIn, on: date) -> Credential | Reason:
    """ID2 to ID5."""
    return check_credential(Credential(given.kind, given.value, given.card_sn), on)


def must_be_credential(given: CredentialIn, on: date, language: Language) -> Credential:
    """The cleaned credential; Problem naming the field otherwise."""
    found = credential_of(given, on)
    if isinstance(found, Reason):
        raise of_reasons((found,), fields=((f"credential.{found.detail}", text(found, language)[0]),))
    return found


def his_record(patient: PatientIn | None, credential: Credential) -> HisRecord:
    """What the hospital knows. The number on a card that was read counts as known (ID9)."""
    known = HisRecord() if patient is None else HisRecord(patient.name, patient.id_number, patient.insured_division)
    if known.id_number is None and credential.kind == "id_card":
        return replace(known, id_number=clean_id(credential.value))
    return known


def choice_of(kind: str | None, division: str | None) -> InsuranceChoice | None:
    """IN3."""
    return InsuranceChoice(kind, division) if kind else None


def form_11(given: CommitmentIn | None) -> Commitment | None:
    """Form 11 as the rules know it."""
    return None if given is None else Commitment(**given.model_dump())


def flags_of(
    body: VisitIn, form: CommitmentCheck, settings: RuleSettings, labels: Labels, *, compared: bool, local: bool
) -> Registration:
    """Tables 5a and 5b for a registration."""
    return register(
        body.kind,
        None,
        body.emergency,
        body.trauma,
        body.third_party,
        commitment=form.state,
        name_compared=compared,
        settings=settings,
        labels=labels,
        local=local,
    )


def check_visit(
    body: VisitIn,
    now: datetime,
    place: Institution,
    settings: RuleSettings,
    labels: Labels,
    language: Language,
) -> Checked:
    """Everything that can be known without the platform. Raises Problem with every objection, line and field named."""
    credential = credential_of(body.credential, now.date())
    form = commitment_state(form_11(body.commitment), body.started_at)
    lines, found = read_lines(body.lines)
    if isinstance(credential, Reason):
        found.append(replace(credential, detail=f"credential.{credential.detail}"))
    registration = flags_of(body, form, settings, labels, compared=True, local=False)
    if lines or not body.lines:
        # codes, numbers and amounts of the lines; qualifications are asked for later
        found += baskets.split(body.kind, lines, (), place, place.division, on=now.date(), settings=settings).reasons
    # an unanswered emergency is a notice before a visit and an objection to one
    unanswered = registration.reasons if registration.outcome == "refused" else ()
    objections = ordered((*without_notices(found), *unanswered))
    if objections or isinstance(credential, Reason):
        raise of_reasons(objections, fields=tuple(_fields(body, objections, form, language)))
    return Checked(credential, tuple(lines), form)


def read_lines(given: Sequence[LineIn]) -> tuple[list[Line], list[Reason]]:
    """The lines whose figures can be read, and what is wrong with the others (M6)."""
    lines: list[Line] = []
    wrong: list[Reason] = []
    for row in given:
        amount = check_amount_text(row.amount, row.line_no)
        quantity = _figure(row.quantity, row.line_no, "quantity", _QUANTITY_PLACES)
        price = _figure(row.unit_price, row.line_no, "unit_price", _PRICE_PLACES)
        read = [value for value in (amount, quantity, price) if isinstance(value, Decimal)]
        if len(read) == 3:  # noqa: PLR2004 - all three
            lines.append(Line(row.line_no, row.disease_code, read[1], read[2], read[0], row.code))
        wrong += [value for value in (amount, quantity, price) if isinstance(value, Reason)]
    return lines, wrong


def _figure(value: str, line_no: str, field: str, places: int) -> Decimal | Reason:
    wrong = Reason(Code.AMOUNT_FORMAT, line_no=line_no, detail=field)
    if not value.isascii() or set(value) - set("-.0123456789"):
        return wrong
    try:
        number = Decimal(value)
    except InvalidOperation:
        return wrong
    exponent = number.as_tuple().exponent
    return number if isinstance(exponent, int) and -exponent <= places else wrong


def _fields(
    body: VisitIn, objections: Iterable[Reason], form: CommitmentCheck, language: Language
) -> Iterable[tuple[str, str]]:
    """Where each objection stands in the body."""
    places = {row.line_no: place for place, row in enumerate(body.lines)}
    for reason in objections:
        message = text(reason, language)[0]
        if reason.code is Code.COMMITMENT_INCOMPLETE:
            yield from ((f"commitment.{name}", message) for name in form.wrong)
        elif reason.line_no is not None:
            yield f"lines[{places.get(reason.line_no, 0)}].{reason.detail or 'line_no'}", f"{reason.line_no}: {message}"
        else:
            yield reason.detail or _PATHS.get(reason.code, ""), message


_PATHS = {
    Code.EMERGENCY_UNANSWERED: "emergency",
    Code.TRAUMA_UNANSWERED: "trauma",
    Code.THIRD_PARTY_UNANSWERED: "third_party",
    Code.THIRD_PARTY_LIABLE: "third_party",
    Code.COMMITMENT_MISSING: "commitment",
    Code.FLAGS_CONTRADICT: "kind",
    Code.NO_LINES: "lines",
}


def line_fields(body: VisitIn, objections: Iterable[Reason], language: Language) -> tuple[tuple[str, str], ...]:
    """The same for objections found after the platform was asked."""
    named = [reason for reason in objections if reason.line_no is not None]
    return tuple(_fields(body, named, CommitmentCheck("none"), language))
