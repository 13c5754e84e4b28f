"""Form 11 外伤无第三方责任承诺书: its data, and when it is complete (rules 5, FM1). Source: 规程 32, 附件11."""

from dataclasses import dataclass, fields
from datetime import datetime

from yidi_sdk.rules.clocks import shanghai
from yidi_sdk.rules.flags import CommitmentState

SELF = "本人"


@dataclass(frozen=True, slots=True)
class Commitment:
    """Form 11 外伤无第三方责任承诺书. `relation`: 本人, or the label of agnter_rlts for a close relative."""

    signer: str = ""
    relation: str = ""
    phone: str = ""
    cert_type: str = ""
    cert_no: str = ""
    patient_cannot_sign: bool = False
    happened_at: datetime | None = None
    place: str = ""
    course: str = ""
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CommitmentCheck:
    """How complete form 11 is, and the fields that are missing or impossible."""

    state: CommitmentState
    wrong: tuple[str, ...] = ()


def commitment_state(
    commitment: Commitment | None, started_at: datetime, settled_at: datetime | None = None
) -> CommitmentCheck:
    """FM1, section 5: none, complete or incomplete, with the fields that are wrong.

    `started_at`: start of the visit or admission. `settled_at` None: not settled yet.
    """
    if commitment is None:
        return CommitmentCheck("none")
    wrong = [
        entry.name
        for entry in fields(commitment)
        if isinstance(value := getattr(commitment, entry.name), str) and not value.strip()
    ]
    if commitment.relation != SELF and not commitment.patient_cannot_sign:
        wrong.append("patient_cannot_sign")
    happened, signed = commitment.happened_at, commitment.signed_at
    if happened is None or shanghai(happened) > shanghai(started_at):
        wrong.append("happened_at")
    if signed is None or not _between(happened, signed, settled_at):
        wrong.append("signed_at")
    return CommitmentCheck("incomplete" if wrong else "complete", tuple(wrong))


def _between(first: datetime | None, moment: datetime, last: datetime | None) -> bool:
    after = first is None or shanghai(first) <= shanghai(moment)
    return after and (last is None or shanghai(moment) <= shanghai(last))
