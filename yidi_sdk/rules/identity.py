"""Who the patient is and which insurance is used: credentials, names, the choice of an insuinfo row (rules 1).

Sources: 22号 三(三), 五(二), 五(三); 规程 3, 14; 转发 三. The check digit is ISO 7064 MOD 11-2 (GB 11643).
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from yidi_sdk.rules.areas import is_cross_province, same_pool
from yidi_sdk.rules.filing import Filing, in_force_here
from yidi_sdk.rules.reasons import Code, Reason, ordered
from yidi_sdk.rules.settings import DEFAULTS, RuleSettings

CredentialKind = Literal["e_credential", "id_card", "social_card"]
Outcome = Literal["known", "refused", "not_direct", "direct_after"]

# ID1: kind -> mdtrt_cert_type
CERT_TYPES: Mapping[str, str] = MappingProxyType({"e_credential": "01", "id_card": "02", "social_card": "03"})
# IN1, in the order of IN5: the employee scheme is the wider one
COVERED = ("310", "390")
# IN2: any other status counts as paused
ACTIVE_STATUS = ("1", "", None)

_LONGEST = 50
_ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_MIDDLE_DOTS = str.maketrans(dict.fromkeys("•・．.‧∙⋅･", "·"))


@dataclass(frozen=True, slots=True)
class Credential:
    """What a patient shows. `card_sn` goes with a social card."""

    kind: CredentialKind
    value: str
    card_sn: str | None = None


@dataclass(frozen=True, slots=True)
class Insurance:
    """One row of insuinfo. `status` is psn_insu_stas, `since` psn_insu_date; `balance` in yuan."""

    insutype: str
    division: str
    status: str | None = None
    paused_from: date | None = None
    since: date | None = None
    psn_type: str | None = None
    balance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person as 1101 returned one."""

    psn_no: str
    name: str
    id_number: str
    insurances: tuple[Insurance, ...]
    cert_type: str | None = None
    sex: str | None = None
    age: str | None = None
    birthday: date | None = None


@dataclass(frozen=True, slots=True)
class HisRecord:
    """What the hospital already knew; None is not compared (ID11)."""

    name: str | None = None
    id_number: str | None = None
    insured_division: str | None = None


@dataclass(frozen=True, slots=True)
class InsuranceChoice:
    """The insurance a person named (IN3); the division only where two active rows share the kind."""

    insutype: str
    division: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The insurance used, or None with the reason; notices may stand beside a row."""

    insurance: Insurance | None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Identified:
    """What a check of the identity came to.

    `cross_province` is None while no insurance is chosen. `name_compared` says that name and ID number were both
    compared (TR8). `rekey` says that number and division of an open visit have to be replaced (ID10).
    """

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    insurance: Insurance | None = None
    cross_province: bool | None = None
    name_compared: bool = False
    rekey: bool = False


def clean(value: str) -> str:
    """ID2 without the check character: half width, no blanks."""
    return "".join(unicodedata.normalize("NFKC", value).split())


def clean_id(value: str) -> str:
    """ID2 for ID numbers: half width, no blanks, x written X."""
    return clean(value).replace("x", "X")


def check_digit(first_seventeen: str) -> str:
    """The eighteenth character of an ID number (ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_seventeen, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def check_credential(credential: Credential, on: date) -> Credential | Reason:
    """The credential cleaned, or CREDENTIAL_FORMAT or ID_CHECK_DIGIT naming the field. Nothing is sent before this.

    Upper case X is for ID numbers only: a scanned e-credential token is passed on letter by letter.
    """
    is_id = credential.kind == "id_card"
    value = clean_id(credential.value) if is_id else clean(credential.value)
    if credential.kind not in CERT_TYPES:
        return Reason(Code.CREDENTIAL_FORMAT, detail="kind")
    if not 1 <= len(value) <= _LONGEST or (is_id and not _possible_id(value, on)):
        return Reason(Code.CREDENTIAL_FORMAT, detail="value")
    if credential.kind == "social_card" and not clean(credential.card_sn or ""):
        return Reason(Code.CREDENTIAL_FORMAT, detail="card_sn")
    if is_id and check_digit(value[:17]) != value[17]:
        return Reason(Code.ID_CHECK_DIGIT, detail="value")
    return replace(credential, value=value, card_sn=clean(credential.card_sn) if credential.card_sn else None)


def _possible_id(value: str, on: date) -> bool:
    """ID3: eighteen characters with a birthday that exists and is not in the future."""
    if not _ID_NUMBER.fullmatch(value):
        return False
    try:
        birthday = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    return birthday <= on


def same_name(a: str, b: str) -> bool:
    """ID8: equal after half width, without blanks, with one kind of middle dot, Latin letters in one case."""
    return _name_key(a) == _name_key(b)


def _name_key(name: str) -> str:
    return clean(name).translate(_MIDDLE_DOTS).casefold()


def same_id(a: str, b: str) -> bool:
    """ID9: equal after cleaning."""
    return clean_id(a) == clean_id(b)


def choose_insurance(
    insurances: Sequence[Insurance],
    on: date,
    our_division: str,
    *,
    choice: InsuranceChoice | None = None,
    filings: Sequence[Filing] | None = None,
    settings: RuleSettings = DEFAULTS,
) -> Chosen:
    """The insuinfo row used on a day (IN1 to IN7; the first rule that decides). `filings` None: not asked."""
    if not insurances:
        return Chosen(None, (Reason(Code.NO_INSURANCE),))
    covered = [row for row in insurances if row.insutype in COVERED]
    if not covered:
        return Chosen(None, (Reason(Code.INSURANCE_KIND_NOT_COVERED),))
    active = [row for row in covered if _is_active(row, on)]
    if not active:
        return Chosen(None, (Reason(Code.ENROLMENT_PAUSED),))
    row = _only(_named(active, choice)) if choice else _decided(active, on, our_division, filings, settings)
    if row is None:
        return Chosen(None, (Reason(Code.INSURANCE_CHOICE_NEEDED),))
    return Chosen(row, () if row.status else (Reason(Code.ENROLMENT_UNCONFIRMED),))


def _is_active(row: Insurance, on: date) -> bool:
    """IN2: a pause that begins later does not stop today."""
    return row.status in ACTIVE_STATUS and (row.paused_from is None or row.paused_from > on)


def _named(rows: Sequence[Insurance], choice: InsuranceChoice) -> list[Insurance]:
    """IN3."""
    return [row for row in rows if row.insutype == choice.insutype and choice.division in (None, "", row.division)]


def _only(rows: Sequence[Insurance]) -> Insurance | None:
    return rows[0] if len(rows) == 1 else None


def _decided(
    rows: Sequence[Insurance],
    on: date,
    our_division: str,
    filings: Sequence[Filing] | None,
    settings: RuleSettings,
) -> Insurance | None:
    """IN4 to IN6; None is IN7."""
    if len({row.division for row in rows}) == 1:
        return _widest(rows)
    here = [row for row in rows if _belongs_here(row, on, our_division, filings or (), settings)]
    return _widest(here) if len({row.division for row in here}) == 1 else None


def _widest(rows: Sequence[Insurance]) -> Insurance:
    """IN5: employee before resident; of one kind the later enrolment."""
    return min(rows, key=lambda row: (COVERED.index(row.insutype), -(row.since or date.min).toordinal()))


def _belongs_here(
    row: Insurance, on: date, our_division: str, filings: Sequence[Filing], settings: RuleSettings
) -> bool:
    """IN6: local, or with a filing in force here on that day."""
    return not is_cross_province(row.division, our_division) or any(
        in_force_here(filing, on, row.division, our_division, settings) for filing in filings
    )


def identify(
    person: Person | None,
    his: HisRecord | None,
    on: date,
    our_division: str,
    *,
    choice: InsuranceChoice | None = None,
    filings: Sequence[Filing] | None = None,
    settings: RuleSettings = DEFAULTS,
    visit_open: bool = False,
) -> Identified:
    """Compare a 1101 answer with the hospital's record and choose the insurance (ID7 to ID12, IN1 to IN7, CP1).

    `person` None: the platform found nobody. `visit_open`: a visit or stay is running, so a changed division is
    re-keyed instead of asked about.
    """
    if person is None:
        return Identified("not_direct", (Reason(Code.PERSON_NOT_FOUND),))
    his = his or HisRecord()
    found = [Reason(Code.IDENTITY_MISMATCH, detail=field) for field in _differing(person, his)]
    chosen = choose_insurance(person.insurances, on, our_division, choice=choice, filings=filings, settings=settings)
    found += chosen.reasons
    moved = bool(
        chosen.insurance and his.insured_division and not same_pool(chosen.insurance.division, his.insured_division)
    )
    if moved and not visit_open:
        found.append(Reason(Code.INSURED_DIVISION_CHANGED))
    cross = is_cross_province(chosen.insurance.division, our_division) if chosen.insurance else None
    if cross is False:
        found.append(Reason(Code.LOCAL_PATIENT))
    reasons = ordered(found)
    return Identified(
        _outcome(reasons), reasons, chosen.insurance, cross, bool(his.name and his.id_number), moved and visit_open
    )


def _differing(person: Person, his: HisRecord) -> list[str]:
    """ID8, ID9, ID11."""
    differing: list[str] = []
    if his.name and not same_name(his.name, person.name):
        differing.append("name")
    if his.id_number and not same_id(his.id_number, person.id_number):
        differing.append("id_number")
    return differing


def _outcome(reasons: Sequence[Reason]) -> Outcome:
    effects = {reason.effect for reason in reasons}
    if "N" in effects:
        return "not_direct"
    return "direct_after" if "A" in effects else "known"
