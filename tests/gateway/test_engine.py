"""The engine against a tiny platform: what a cashier is told, what the platform holds, and how often money was sent.

One file, though long: every test is a few lines over the same order, platform and clock.
"""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from gateway.tiny_platform import JumpingClock, TinyPlatform

from yidi_gateway.engine import Engine, Held, Order
from yidi_gateway.journal.memory import MemoryJournal
from yidi_gateway.lifecycle import State
from yidi_gateway.policy import Timing
from yidi_gateway.sending import Platform
from yidi_gateway.submission import Submission, Window
from yidi_sdk.errors import Refused, TimedOut
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.profile import load
from yidi_sdk.transactions import GetPerson, SettleOutpatient

pytestmark = pytest.mark.anyio
OPERATOR = Operator(id="0001", name="收费员", kind="1")
HOSPITAL = Institution(code="H50010300001", name="示例医院", division="500103", level="3")


class NoBackground:
    async def start(self, *_: Any) -> None: ...

    async def stop(self) -> None: ...


def message(mdtrt_id: str = "M1") -> SettleOutpatient:
    return SettleOutpatient(
        psn_no="P1",
        mdtrt_cert_type="02",
        mdtrt_cert_no="530102198803150001",
        med_type="14",
        medfee_sumamt=Decimal("180.00"),
        psn_setlway="01",
        mdtrt_id=mdtrt_id,
        chrg_bchno="B1",
        acct_used_flag="0",
        insutype="310",
        fulamt_ownpay_amt=Decimal("0.00"),
        overlmt_selfpay=Decimal("0.00"),
        preselfpay_amt=Decimal("0.00"),
        inscp_scp_amt=Decimal("180.00"),
    )


def order(key: str = "k1", total: str = "180.00", busy_on: str = "V1/B1/settle") -> Order:
    return Order(
        caller="his",
        key=key,
        message=message(),
        operator=OPERATOR,
        insured_division="530100",
        visit_id="V1",
        basket_id="B1",
        busy_on=busy_on,
        psn_no="P1",
        mdtrt_id="M1",
        expected_total=Decimal(total),
    )


@pytest.fixture
def clock() -> JumpingClock:
    return JumpingClock()


@pytest.fixture
def platform(clock: JumpingClock) -> TinyPlatform:
    return TinyPlatform(clock)


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


def engine_over(journal: MemoryJournal, platform: TinyPlatform, clock: JumpingClock) -> Engine:
    return Engine(
        journal=journal,
        poster=platform,
        platform=Platform("http://127.0.0.1:1", load("national"), HOSPITAL),
        clock=clock,
        timing=Timing(),
        background=NoBackground(),
    )


@pytest.fixture
async def engine(journal: MemoryJournal, platform: TinyPlatform, clock: JumpingClock) -> AsyncIterator[Engine]:
    engine = engine_over(journal, platform, clock)
    await engine.start()
    yield engine
    await engine.stop()


async def settle(engine: Engine, patience_s: float = 25, **changes: Any) -> Submission:
    admitted = await engine.submit(order(**changes))
    return await engine.run(admitted.submission.id, patience_s)


async def test_a_settlement(engine: Engine, platform: TinyPlatform) -> None:
    row = await settle(engine)
    assert row.state is State.CONFIRMED
    assert row.setl_id == "SETL1"
    assert row.fen.total == 18000
    assert row.fen.cash == 9612
    assert len(platform.sent("2207")) == 1
    assert platform.sent("2207")[0]["sign_no"] == "S1"


LOST = ["lost", "hang", "html", "http_502", "cut", "empty", "somebody_elses", "without_node", "unlisted"]


@pytest.mark.parametrize("fault", LOST)
async def test_done_but_the_answer_is_lost_is_adopted(engine: Engine, platform: TinyPlatform, fault: str) -> None:
    platform.after["2207"] = [getattr(platform, fault)]
    row = await settle(engine, patience_s=60)
    assert row.state is State.CONFIRMED
    assert row.setl_id == "SETL1"
    assert row.fen.cash == 9612
    assert len(platform.sent("2207")) == 1
    assert not platform.sent("2601")


@pytest.mark.parametrize("fault", LOST)
async def test_never_happened_is_said_only_after_quiet_and_behind_the_fence(
    engine: Engine, platform: TinyPlatform, clock: JumpingClock, fault: str
) -> None:
    platform.before["2207"] = [getattr(platform, fault)]
    row = await settle(engine, patience_s=20)
    assert row.state is State.UNKNOWN
    row = await engine.run(row.id, 400)
    assert row.state is State.ABSENT
    assert row.reason is not None
    assert row.reason["code"] == "DID_NOT_HAPPEN"
    assert row.reason["raw"] == ("平台甲乙丙丁，从未见过的一句话" if fault == "unlisted" else None)
    assert clock.seconds > 150
    assert len(platform.sent("2207")) == 1
    assert platform.sent("2601")[0]["input"]["data"]["omsgid"] == row.msgid


async def test_a_commit_that_arrives_after_the_fence_is_undone(engine: Engine, platform: TinyPlatform) -> None:
    """The original lands between the last query and the reversal: reversed, never both told as failed and settled."""
    platform.before["2207"] = [platform.lost]
    row = await settle(engine, patience_s=5)
    original = platform.sent("2207")[0]

    def lands_late() -> None:
        platform.on_2207(original)

    platform.before["2601"] = [lands_late]
    row = await engine.run(row.id, 600)
    assert row.state is State.REVERSED
    assert platform.live() == []


async def test_proven_not_sent_frees_the_key(engine: Engine, platform: TinyPlatform) -> None:
    platform.before["2207"] = [platform.refused_connection]
    row = await settle(engine)
    assert row.state is State.ABSENT
    assert row.released
    assert row.reason is not None
    assert row.reason["code"] == "NOT_SENT"
    again = await settle(engine)
    assert again.state is State.CONFIRMED
    assert again.id != row.id
    assert len(platform.settled) == 1


async def test_a_final_refusal(engine: Engine, platform: TinyPlatform) -> None:
    platform.before["2207"] = [platform.refused]
    row = await settle(engine)
    assert row.state is State.REJECTED
    assert row.reason is not None
    assert row.reason["code"] == "BENEFIT_SUSPENDED"
    assert row.reason["money"] == "not_moved"


async def test_broken_equation_is_manual_and_not_reversed(engine: Engine, platform: TinyPlatform) -> None:
    platform.cash = "96.11"
    row = await settle(engine)
    assert row.state is State.MANUAL
    assert row.reason is not None
    assert row.reason["code"] == "AMOUNTS_M2"
    assert row.reason["money"] == "moved"
    assert not platform.sent("2601")


async def test_found_with_another_amount_is_reversed(engine: Engine, platform: TinyPlatform) -> None:
    platform.total, platform.cash = "181.00", "97.12"
    platform.after["2207"] = [platform.lost]
    row = await settle(engine, patience_s=400)
    assert row.state is State.REVERSED
    assert platform.live() == []


async def test_same_key_is_the_same_submission(engine: Engine, platform: TinyPlatform) -> None:
    first = await settle(engine)
    second = await engine.submit(order())
    assert (second.fresh, second.busy, second.submission.id) == (False, False, first.id)
    assert len(platform.sent("2207")) == 1


async def test_another_key_on_a_busy_basket(engine: Engine, platform: TinyPlatform) -> None:
    first = await settle(engine)
    second = await engine.submit(order(key="k2"))
    assert second.busy
    assert second.submission.id == first.id
    assert len(platform.sent("2207")) == 1


async def test_maintenance_answer_to_money_is_doubt_and_resolved_after_the_window(
    engine: Engine, platform: TinyPlatform
) -> None:
    platform.after["2207"] = [platform.maintenance]
    row = await settle(engine, patience_s=20)
    assert row.state in (State.UNKNOWN, State.CONFIRMED)
    with pytest.raises(Held) as held:
        await engine.submit(order(key="k2", busy_on="V2/B1/settle"))
    assert held.value.window is not None
    assert "例行升级" in held.value.window.text
    assert (await engine.run(row.id, 400)).state is State.CONFIRMED
    assert len(platform.sent("2207")) == 1


async def test_no_money_and_no_reads_in_an_announced_window(
    engine: Engine, platform: TinyPlatform, clock: JumpingClock
) -> None:
    from datetime import timedelta

    begins = clock.now() + timedelta(seconds=60)
    await engine.announce(Window("w1", begins, begins + timedelta(hours=1), "升级"))
    clock.seconds += 31
    with pytest.raises(Held):
        await engine.submit(order())
    clock.seconds += 30
    with pytest.raises(Held) as held:
        await engine.ask(GetPerson(mdtrt_cert_type="02", mdtrt_cert_no="1"), operator=OPERATOR)
    assert held.value.retry_after_s == 3599
    assert platform.received == []
    clock.seconds += 3600
    assert (await settle(engine)).state is State.CONFIRMED


async def test_reversal_waits_for_the_end_of_the_window(
    engine: Engine, platform: TinyPlatform, clock: JumpingClock
) -> None:
    from datetime import timedelta

    row = await settle(engine)
    await engine.announce(Window("w1", clock.now(), clock.now() + timedelta(minutes=30), "升级"))
    row = await engine.cancel(row.id, 60)
    assert row.state is State.REVERSING
    assert not platform.sent("2601")
    row = await engine.run(row.id, 4000)
    assert row.state is State.REVERSED
    assert platform.live() == []


async def test_a_reversal_without_an_answer_is_repeated_until_it_says_already_reversed(
    engine: Engine, platform: TinyPlatform
) -> None:
    row = await settle(engine)
    platform.after["2601"] = [platform.lost, platform.http_502, platform.hang]
    row = await engine.cancel(row.id, 1000)
    assert row.state is State.REVERSED
    assert len(platform.sent("2601")) >= 4
    assert len(platform.reversed) == 1


async def test_cancel_is_final_only_after_quiet(engine: Engine, platform: TinyPlatform, clock: JumpingClock) -> None:
    row = await settle(engine)
    sent = clock.seconds
    row = await engine.cancel(row.id, 20)
    assert row.state is State.REVERSING
    row = await engine.run(row.id, 400)
    assert row.state is State.REVERSED
    assert clock.seconds - sent > 149


async def test_given_up_and_found_is_reversed(engine: Engine, platform: TinyPlatform) -> None:
    platform.after["2207"] = [platform.lost]
    row = await settle(engine, patience_s=1)
    assert row.state is State.UNKNOWN
    await engine.give_up(row.id)
    row = await engine.run(row.id, 400)
    assert row.state is State.REVERSED
    assert platform.live() == []


async def test_expired_sign_in_is_renewed_and_the_key_goes_on(engine: Engine, platform: TinyPlatform) -> None:
    await settle(engine, busy_on="V0/B0/settle", key="k0")
    platform.settled.clear()
    platform.before["2207"] = [platform.signed_out]
    row = await settle(engine)
    assert row.state is State.REJECTED
    assert row.released
    row = await settle(engine)
    assert row.state is State.CONFIRMED
    assert len(platform.sent("9001")) == 2


async def test_queries_are_repeated_under_new_msgids(engine: Engine, platform: TinyPlatform) -> None:
    platform.before["1101"] = [platform.lost, platform.http_502]
    answer = await engine.ask(GetPerson(mdtrt_cert_type="02", mdtrt_cert_no="1"), operator=OPERATOR)
    assert answer.baseinfo.psn_no == "P1"
    assert len({m["msgid"] for m in platform.sent("1101")}) == 3
    platform.before["1101"] = [platform.lost] * 3
    with pytest.raises(TimedOut):
        await engine.ask(GetPerson(mdtrt_cert_type="02", mdtrt_cert_no="1"), operator=OPERATOR)
    platform.before["1101"] = [lambda: platform.reply("该参保人的基本信息为空")]
    with pytest.raises(Refused) as refused:
        await engine.ask(GetPerson(mdtrt_cert_type="02", mdtrt_cert_no="1"), operator=OPERATOR)
    assert refused.value.code == "PERSON_NOT_FOUND"


@pytest.mark.parametrize("done", [True, False])
async def test_a_start_finds_what_was_on_the_wire(
    journal: MemoryJournal, platform: TinyPlatform, clock: JumpingClock, done: bool
) -> None:
    """Crash points 3 to 7: SENDING on disk, the platform settled or not; the next start asks, never sends again."""

    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    (platform.after if done else platform.before)["2207"] = [kill]
    engine = engine_over(journal, platform, clock)
    admitted = await engine.submit(order())
    with pytest.raises(Killed):
        await engine._worker.act(admitted.submission.id)
    row = await journal.get(admitted.submission.id)
    assert row is not None
    assert row.state is State.SENDING
    later = engine_over(journal, platform, clock)
    await later.start()
    row = await later.run(row.id, 400)
    assert row.state is (State.CONFIRMED if done else State.ABSENT)
    assert len(platform.sent("2207")) == 1


async def test_a_start_voids_what_was_never_sent(
    journal: MemoryJournal, platform: TinyPlatform, clock: JumpingClock
) -> None:
    engine = engine_over(journal, platform, clock)
    admitted = await engine.submit(order())
    later = engine_over(journal, platform, clock)
    await later.start()
    row = await later.run(admitted.submission.id, 10)
    assert row.state is State.ABSENT
    assert row.released
    assert platform.received == []


async def test_a_stopped_process_does_not_write_late(
    engine: Engine, platform: TinyPlatform, clock: JumpingClock, journal: MemoryJournal
) -> None:
    keep = journal.start

    async def slow(attempt: Any, move: Any = None) -> Any:
        row = await keep(attempt, move)
        if move is not None:
            clock.seconds += 6
        return row

    journal.start = slow  # type: ignore[method-assign]
    row = await settle(engine)
    assert row.state is State.ABSENT
    assert row.released
    assert platform.sent("2207") == []


async def test_reversal_refused_because_cleared_is_undone_by_number_or_shown_to_a_person(
    engine: Engine, platform: TinyPlatform
) -> None:
    row = await settle(engine)
    platform.reversal_texts = ["原交易已清算，不能冲正"] * 20
    platform.always["2208"] = lambda: platform.reply("从未见过的一句话")
    row = await engine.cancel(row.id, 4000)
    assert row.state is State.MANUAL
    assert row.reason is not None
    assert row.reason["code"] == "REVERSAL_NOT_ALLOWED"
    assert len(platform.live()) == 1
    assert len(platform.sent("2208")) == 1


async def test_reversal_of_what_was_refunded_meanwhile_is_done(engine: Engine, platform: TinyPlatform) -> None:
    row = await settle(engine)
    platform.settled[row.msgid or ""]["refd_setl_flag"] = "1"
    platform.reversal_texts = ["FSI-冲正失败: 该结算已退费, 不能冲正"]
    row = await engine.cancel(row.id, 600)
    assert row.state is State.REVERSED
    assert len(platform.sent("2601")) == 1


async def test_msgids_never_repeat_when_the_clock_is_set_back(engine: Engine, clock: JumpingClock) -> None:
    seen = {(await engine._line.courier._msgids.next()) for _ in range(50)}
    clock.seconds -= 3600
    seen |= {(await engine._line.courier._msgids.next()) for _ in range(50)}
    assert len(seen) == 100
    assert all(len(m) == 30 for m in seen)


async def test_a_signer_that_fails_leaves_nothing_behind(engine: Engine, platform: TinyPlatform) -> None:
    """The bytes could not be made: proven not sent, the key free, the basket not busy."""
    from yidi_sdk.errors import NotSent

    make = engine._line.courier.make

    async def failing(message: Any, **more: Any) -> Any:
        if isinstance(message, SettleOutpatient):
            raise NotSent("the signer does not answer")
        return await make(message, **more)

    engine._line.courier.make = failing  # type: ignore[method-assign]
    row = await settle(engine)
    assert row.state is State.ABSENT
    assert row.released
    engine._line.courier.make = make  # type: ignore[method-assign]
    assert (await settle(engine)).state is State.CONFIRMED
    assert len(platform.sent("2207")) == 1
