"""The repair table and what a difference is, case by case, without a platform."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from yidi_gateway import lifecycle
from yidi_gateway.lifecycle import Event, State
from yidi_gateway.reconciling.differences import UNTOLD, Difference, Held, Kind, Pair, classified, delta, paired
from yidi_gateway.reconciling.lines import Group, Line
from yidi_gateway.reconciling.payments import BadPayments, cash_gaps, read_payments
from yidi_gateway.reconciling.repair import REPAIRS, repair_of
from yidi_gateway.reconciling.totals import verdict_of
from yidi_gateway.submission import Fen, Submission
from yidi_sdk.flows.detail_files import ResultLine

DAY = date(2026, 11, 21)
GROUP = Group("310", "11", "500103")
FEN = Fen(10_000, 6_000, 500, 3_500)
OURS = Line("s1", "S1", "X1", "M1", "P1", DAY, GROUP, FEN, refund=False)
THEIRS = ResultLine("000103", "S1", "M1", "P1", "X1", "0", None, Decimal("100.00"), Decimal("60.00"), Decimal("5.00"))


def row(state: State, **fields: Any) -> Submission:
    from gateway.tiny_platform import START

    base = {"id": "s9", "caller": "his", "key": "k", "infno": "2207", "created_at": START, "msgid": "X1"}
    return Submission(**{**base, "state": state, **fields})


def kind_of(pair: Pair, held: Held = UNTOLD, known: dict[str, Submission] | None = None) -> Kind | None:
    found = classified(pair, held, known or {}, DAY, Counter())
    return None if found is None else found.kind


def difference(kind: Kind, state: State | None, *, acknowledged: bool = False) -> Difference:
    return Difference(kind, "S1", "X1", "M1", "P1", "s1", state, GROUP, FEN, None, acknowledged)


# ---- the table


def test_every_event_of_the_table_is_an_edge_of_the_lifecycle() -> None:
    for (_, state), repair in REPAIRS.items():
        if repair.event is not None:
            assert state is not None
            lifecycle.after(state, repair.event)


EVENTS = {
    (Kind.HOSPITAL_ONLY, State.CONFIRMED): Event.MISSING_AT_HUB,
    (Kind.PLATFORM_ONLY, State.ABSENT): Event.LIVE_AT_HUB,
    (Kind.PLATFORM_ONLY, State.REVERSED): Event.LIVE_AT_HUB,
    (Kind.TWICE, State.CONFIRMED): Event.SECOND_AT_HUB,
}
SILENT = (Kind.NOT_FINAL, Kind.OTHER_DAY)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", [None, *State])
def test_everything_else_ends_with_people(kind: Kind, state: State | None) -> None:
    repair = repair_of(difference(kind, state))
    assert repair.event is EVENTS.get((kind, state))
    assert repair.item is (kind not in SILENT)


@pytest.mark.parametrize("state", [State.ABSENT, State.REVERSED])
def test_what_the_his_has_booked_is_never_undone_by_itself(state: State) -> None:
    assert repair_of(difference(Kind.PLATFORM_ONLY, state, acknowledged=True)).event is None


# ---- kinds


HERE, AWAY = Held("held", DAY, GROUP, FEN), Held("held", date(2026, 11, 22), GROUP, FEN)


@pytest.mark.parametrize(
    ("held", "kind"),
    [
        (Held("absent"), Kind.HOSPITAL_ONLY),
        (UNTOLD, Kind.UNCLEAR),
        (HERE, Kind.NOT_FINAL),
        (AWAY, Kind.OTHER_DAY),
        (replace(HERE, fen=Fen(10_001, 6_000, 500, 0)), Kind.AMOUNT),
        (replace(HERE, fen=Fen(-10_000, -6_000, -500, 0)), Kind.SIGN),
    ],
)
def test_what_only_we_have(held: Held, kind: Kind) -> None:
    assert kind_of(Pair(OURS, replace(THEIRS, stmt_rslt="000102")), held) is kind
    assert kind_of(Pair(OURS, None), held) is kind


@pytest.mark.parametrize(
    ("state", "setl_id", "kind"),
    [
        (State.UNKNOWN, None, Kind.NOT_FINAL),
        (State.REVERSING, "S1", Kind.NOT_FINAL),
        (State.MANUAL, "S1", Kind.NOT_FINAL),
        (State.CONFIRMED, "S1", Kind.OTHER_DAY),
        (State.CONFIRMED, "S2", Kind.TWICE),
        (State.ABSENT, None, Kind.PLATFORM_ONLY),
        (State.REVERSED, "S1", Kind.PLATFORM_ONLY),
        (State.REJECTED, None, Kind.PLATFORM_ONLY),
    ],
)
def test_what_only_the_platform_has(state: State, setl_id: str | None, kind: Kind) -> None:
    theirs = replace(THEIRS, stmt_rslt="000101")
    assert kind_of(Pair(None, theirs), HERE, {"X1": row(state, setl_id=setl_id)}) is kind
    assert kind_of(Pair(None, theirs), HERE) is Kind.PLATFORM_ONLY
    assert kind_of(Pair(None, replace(theirs, stmt_rslt="000777")), HERE) is Kind.UNCLEAR


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"medfee_sumamt": Decimal("100.01")}, Kind.AMOUNT),
        ({"acct_pay": Decimal("0.00")}, Kind.AMOUNT),
        ({"medfee_sumamt": Decimal(-100), "fund_pay_sumamt": Decimal(-60), "acct_pay": Decimal(-5)}, Kind.SIGN),
        ({"psn_no": "P2"}, Kind.IDENTITY),
        ({"mdtrt_id": "M2"}, Kind.IDENTITY),
        ({"refd_setl_flag": "1"}, Kind.IDENTITY),
        ({}, Kind.UNCLEAR),
        ({"stmt_rslt": "000000"}, None),
        ({"stmt_rslt": "0", "refd_setl_flag": "1"}, None),  # a refunded original may carry either mark
        ({"stmt_rslt": "000000", "medfee_sumamt": Decimal("99.99")}, Kind.AMOUNT),
        ({"stmt_rslt": "000000", "psn_no": None, "medfee_sumamt": None}, None),
    ],
)
def test_what_both_have(changes: dict[str, Any], kind: Kind | None) -> None:
    assert kind_of(Pair(OURS, replace(THEIRS, **changes))) is kind


def test_two_records_of_nobodys_message_are_one_too_many() -> None:
    doubles: Counter[str] = Counter()
    theirs = replace(THEIRS, stmt_rslt="000101")
    found = [classified(Pair(None, replace(theirs, setl_id=n)), HERE, {}, DAY, doubles) for n in ("S1", "S2")]
    assert [each.kind for each in found if each] == [Kind.PLATFORM_ONLY, Kind.TWICE]


def test_lines_meet_by_number_and_mark_by_number_and_by_msgid() -> None:
    refund = replace(OURS, submission_id="s2", refund=True)
    nameless = replace(OURS, submission_id="s3", setl_id=None, msgid="X3")
    told = [
        replace(THEIRS, refd_setl_flag="1"),
        replace(THEIRS, refd_setl_flag="0"),
        replace(THEIRS, setl_id="S3", msgid="X3"),
        replace(THEIRS, setl_id="S4", msgid="X4"),
    ]
    pairs = paired([OURS, refund, nameless], told, ["S1"])
    assert [pair.ours and pair.ours.submission_id for pair in pairs] == ["s2", "s1", "s3", None]


@pytest.mark.parametrize(
    ("kind", "ours", "platform", "expected"),
    [
        (Kind.HOSPITAL_ONLY, FEN, None, (-1, -10_000, -6_000, -500)),
        (Kind.NOT_FINAL, FEN, FEN, (-1, -10_000, -6_000, -500)),
        (Kind.NOT_FINAL, None, FEN, (1, 10_000, 6_000, 500)),
        (Kind.PLATFORM_ONLY, None, FEN, (1, 10_000, 6_000, 500)),
        (Kind.AMOUNT, FEN, Fen(10_100, 6_100, 500), (0, 100, 100, 0)),
        (Kind.SIGN, FEN, Fen(-10_000, -6_000, -500), (0, -20_000, -12_000, -1_000)),
        (Kind.UNCLEAR, FEN, None, (0, 0, 0, 0)),
    ],
)
def test_how_much_the_platform_has_more(kind: Kind, ours: Any, platform: Any, expected: Any) -> None:
    assert delta(replace(difference(kind, None), ours=ours, platform=platform)) == expected


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("000000", "balanced"), ("0", "balanced"), ("000101", "platform_more"), ("2", "institution_more"),
     ("000103", "differs"), ("777", "not_told"), ("", "not_told")],
)  # fmt: skip
def test_a_code_that_nobody_has_seen_is_no_agreement(code: str, verdict: str) -> None:
    assert verdict_of(code) == verdict


# ---- payments


HEAD = "settlement_id,amount\n"


def test_payments_are_summed_and_held_against_cash() -> None:
    rows = read_payments(("\ufeff" + HEAD + "S1,30.00\nS1,5\nS2,-1.00\n").encode())
    assert cash_gaps([OURS], rows) == [{"settlement_id": "S2", "cash": "0.00", "paid": "-1.00"}]
    assert cash_gaps([OURS, replace(OURS, setl_id="S3", fen=Fen(1, 1, 0, 0))], rows[:2]) == []


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", HEAD + "S1,x\n", HEAD + "S1,0.001\n", HEAD + ",1\n", HEAD + "S1,1,2\n", HEAD + "S1\n",
     HEAD + "S1,NaN\n", HEAD + '"S1,1\n'],
)  # fmt: skip
def test_a_wrong_payment_file_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(BadPayments, match="第"):
        read_payments(text.encode())
    with pytest.raises(BadPayments):
        read_payments(text.encode() + "医".encode("gb18030"))
