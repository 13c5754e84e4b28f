"""Where hospital and platform do not hold the same: what kind of difference it is. Pure.

The platform's file says which settlements it objects to; a query for each (5203) says what it holds. What cannot be
found out is no difference and no match: it is told as not clear.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from yidi_gateway.amounts import to_fen
from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.reconciling.lines import Group, Line
from yidi_gateway.submission import Fen, Submission
from yidi_sdk.flows.detail_files import ResultLine


class Kind(StrEnum):
    """What kind of difference."""

    PLATFORM_ONLY = "platform_only"
    HOSPITAL_ONLY = "hospital_only"
    AMOUNT = "amount"
    SIGN = "sign"
    TWICE = "twice"
    IDENTITY = "identity"
    """Another visit, person or refund mark."""
    NOT_FINAL = "not_final"
    """One side is not done with it; nobody calls it different."""
    OTHER_DAY = "other_day"
    """Both hold it, for different days."""
    UNCLEAR = "unclear"
    """The platform objects and does not say enough."""


REAL = frozenset({Kind.PLATFORM_ONLY, Kind.HOSPITAL_ONLY, Kind.AMOUNT, Kind.SIGN, Kind.TWICE, Kind.IDENTITY})
"""Kinds that are differences of money or of whose it is."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a query says of one settlement. `absent`: the platform has none of this number. None: it did not say."""

    answer: Literal["held", "absent", "untold"]
    day: date | None = None
    group: Group | None = None
    fen: Fen | None = None


UNTOLD = Held("untold")


@dataclass(frozen=True, slots=True)
class Difference:
    """One settlement on which the sides do not agree. `state`: of our submission, None where we have none."""

    kind: Kind
    setl_id: str | None
    msgid: str
    mdtrt_id: str
    psn_no: str
    submission_id: str | None
    state: State | None
    group: Group | None
    ours: Fen | None
    platform: Fen | None
    acknowledged: bool = False
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of ours, a line of the platform's file, or both about one settlement."""

    ours: Line | None
    theirs: ResultLine | None


def paired(lines: Sequence[Line], objected: Iterable[ResultLine], unanswered: Iterable[str]) -> list[Pair]:
    """The platform's objections beside our lines; `unanswered` are numbers of ours of which its file says nothing.

    By number and refund mark, else by number, else by msgid: a refund may carry the number of what it takes back, a
    wrong sign turns the mark, and a lost answer leaves us without the number."""
    exact = {(line.setl_id, line.refund): line for line in lines if line.setl_id}
    by_number: dict[str, list[Line]] = {}
    for line in lines:
        by_number.setdefault(line.setl_id or "", []).append(line)
    nameless = {line.msgid: line for line in by_number.pop("", [])}
    used: set[str] = set()
    pairs: list[Pair] = []
    for result in objected:
        number = result.setl_id or ""
        found = exact.get((number, result.refd_setl_flag == "1"))
        if found is None or found.submission_id in used:
            free = [each for each in by_number.get(number, []) if each.submission_id not in used]
            found = free[0] if free else nameless.get(result.msgid or "-")
        if found is not None:
            used.add(found.submission_id)
        pairs.append(Pair(found, result))
    silent = set(unanswered)
    pairs += [Pair(line, None) for line in lines if line.setl_id in silent and line.submission_id not in used]
    return pairs


def classified(
    pair: Pair, held: Held, known: Mapping[str, Submission], day: date, doubles: Counter[str]
) -> Difference | None:
    """The difference of a pair; None when it is none. `known`: our submissions by msgid and by settlement number;
    `doubles` counts the msgids of what only the platform has, and is counted on."""
    if pair.theirs is None or (pair.theirs.verdict == "institution_more" and pair.ours is not None):
        return None if pair.ours is None else _lacking(pair.ours, pair.theirs, held, day)
    if pair.ours is None:
        return _more(pair.theirs, held, known, doubles)
    return _unlike(pair.ours, pair.theirs)


def _lacking(ours: Line, theirs: ResultLine | None, held: Held, day: date) -> Difference:
    """We have it, and the platform does not count it."""
    if held.answer == "absent":
        kind = Kind.HOSPITAL_ONLY
    elif held.answer == "untold":
        kind = Kind.UNCLEAR
    elif held.fen is not None and compared_parts(held.fen) != compared_parts(ours.fen):
        kind = _kind_of(compared_parts(ours.fen), compared_parts(held.fen))
    elif held.day is not None and held.day != day:
        kind = Kind.OTHER_DAY
    else:
        kind = Kind.NOT_FINAL
    return _of_line(kind, ours, held.fen, "" if theirs is None else theirs.memo or "")


def _more(theirs: ResultLine, held: Held, known: Mapping[str, Submission], doubles: Counter[str]) -> Difference:
    """The platform counts it, and we do not."""
    row = known.get(theirs.msgid or "-") or known.get(theirs.setl_id or "-")
    kind = Kind.PLATFORM_ONLY
    if theirs.verdict not in ("platform_more", "differs"):
        kind = Kind.UNCLEAR
    elif row is not None and (row.state in OPEN or row.state is State.MANUAL):
        kind = Kind.NOT_FINAL
    elif row is not None and row.state is State.CONFIRMED:
        kind = Kind.OTHER_DAY if row.setl_id in (None, theirs.setl_id) else Kind.TWICE
    elif held.answer == "absent":
        kind = Kind.NOT_FINAL  # gone between its file and our question
    elif theirs.msgid:
        doubles[theirs.msgid] += 1
        kind = Kind.PLATFORM_ONLY if doubles[theirs.msgid] == 1 else Kind.TWICE
    return Difference(
        kind,
        theirs.setl_id,
        theirs.msgid or "",
        theirs.mdtrt_id or "",
        theirs.psn_no or "",
        None if row is None else row.id,
        None if row is None else row.state,
        held.group,
        None,
        told_fen(theirs) or held.fen,
        acknowledged=row is not None and row.acknowledged_at is not None,
        memo=theirs.memo or "",
    )


def _unlike(ours: Line, theirs: ResultLine) -> Difference | None:
    """Both hold it."""
    mine = compared_parts(ours.fen)
    told = (theirs.medfee_sumamt, theirs.fund_pay_sumamt, theirs.acct_pay)
    total, fund, account = (own if part is None else to_fen(part) for own, part in zip(mine, told, strict=True))
    its = (total, fund, account)
    other_person = any(getattr(theirs, name) not in (None, getattr(ours, name)) for name in ("psn_no", "mdtrt_id"))
    if its != mine:
        kind = _kind_of(mine, its)
    elif other_person:
        kind = Kind.IDENTITY
    elif theirs.verdict == "matched" or (theirs.verdict == "platform_more" and ours.setl_id is None):
        return None
    else:
        flagged = theirs.refd_setl_flag is not None and (theirs.refd_setl_flag == "1") != ours.refund
        kind = Kind.IDENTITY if flagged else Kind.UNCLEAR
    return _of_line(kind, ours, Fen(*its), theirs.memo or "")


def _kind_of(mine: tuple[int, ...], its: tuple[int, ...]) -> Kind:
    return Kind.SIGN if any(mine) and tuple(-part for part in mine) == its else Kind.AMOUNT


def _of_line(kind: Kind, ours: Line, platform: Fen | None, memo: str) -> Difference:
    return Difference(
        kind,
        ours.setl_id,
        ours.msgid,
        ours.mdtrt_id,
        ours.psn_no,
        ours.submission_id,
        State.CONFIRMED,
        ours.group,
        ours.fen,
        platform,
        memo=memo,
    )


def compared_parts(fen: Fen) -> tuple[int, int, int]:
    """What a comparison looks at: total, fund, account."""
    return fen.total or 0, fen.fund or 0, fen.account or 0


def told_fen(theirs: ResultLine) -> Fen | None:
    """The platform's amounts, None where its file does not tell the total."""
    if theirs.medfee_sumamt is None:
        return None
    fund, account = theirs.fund_pay_sumamt, theirs.acct_pay
    return Fen(
        to_fen(theirs.medfee_sumamt),
        None if fund is None else to_fen(fund),
        None if account is None else to_fen(account),
    )


def delta(difference: Difference) -> tuple[int, int, int, int]:
    """What the platform has more than we: count, total, fund, account. What is not known is nothing."""
    if difference.platform is None and difference.kind is Kind.UNCLEAR:
        return 0, 0, 0, 0
    ours = compared_parts(difference.ours or Fen(0, 0, 0, 0))
    its = compared_parts(difference.platform or Fen(0, 0, 0, 0))
    if difference.kind in (Kind.HOSPITAL_ONLY, Kind.NOT_FINAL, Kind.OTHER_DAY) and difference.ours is not None:
        return -1, -ours[0], -ours[1], -ours[2]
    count = 1 if difference.ours is None and difference.platform is not None else 0
    return count, its[0] - ours[0], its[1] - ours[1], its[2] - ours[2]
