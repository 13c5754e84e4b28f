"""What the background takes, and what a start finds."""

import pytest
from anyio import create_task_group
from contract.samples import NOON, after, move, standing, submission

from yidi_gateway.lifecycle import OPEN, Event, State

LEASE = after(seconds=60)


async def test_only_what_is_due_is_claimed(journal):
    await standing(journal, State.UNKNOWN, "past", changes={"due_at": after(seconds=-1)})
    await standing(journal, State.UNKNOWN, "now", changes={"due_at": NOON})
    await standing(journal, State.UNKNOWN, "later", changes={"due_at": after(microseconds=1)})
    await standing(journal, State.UNKNOWN, "never")
    assert {row.id for row in await journal.claim_due(NOON, LEASE, 10)} == {"past", "now"}


@pytest.mark.parametrize("state", sorted(set(State) - {State.NEW}))
async def test_only_open_ones_are_claimed(journal, state):
    await standing(journal, state, changes={"due_at": NOON})
    claimed = await journal.claim_due(NOON, LEASE, 10)
    assert len(claimed) == (1 if state in OPEN else 0)


async def test_a_claim_is_a_lease(journal):
    await standing(journal, State.UNKNOWN, changes={"due_at": NOON})
    (row,) = await journal.claim_due(NOON, LEASE, 10)
    assert row.lease_until == LEASE
    assert await journal.get("s1") == row
    assert await journal.claim_due(after(seconds=59), after(seconds=119), 10) == ()
    assert len(await journal.claim_due(LEASE, after(seconds=120), 10)) == 1


async def test_a_claim_does_not_spoil_the_move_of_who_works_on_it(journal):
    row = await standing(journal, State.UNKNOWN, changes={"due_at": NOON})
    await journal.claim_due(NOON, LEASE, 10)
    moved = await journal.move(move(row, Event.FOUND, lease_until=None, due_at=None))
    assert moved.state is State.CONFIRMED
    assert moved.lease_until is None


async def test_oldest_money_comes_first(journal):
    for name, age, due in (("b", 2, 0), ("a", 3, -1), ("d", 1, -9), ("c", 1, -5)):
        await standing(
            journal, State.UNKNOWN, name, created_at=after(hours=-age), changes={"due_at": after(seconds=due)}
        )
    claimed = [row.id for row in await journal.claim_due(NOON, LEASE, 3)]
    assert claimed == ["a", "b", "c"]
    assert [row.id for row in await journal.claim_due(NOON, LEASE, 3)] == ["d"]


async def test_nothing_is_claimed_twice_at_once(journal):
    for number in range(40):
        await standing(journal, State.UNKNOWN, f"s{number}", changes={"due_at": NOON})
    claimed = []

    async def sweep():
        claimed.extend(await journal.claim_due(NOON, LEASE, 7))

    async with create_task_group() as group:
        for _ in range(10):
            group.start_soon(sweep)
    assert len(claimed) == 40
    assert len({row.id for row in claimed}) == 40


async def test_a_row_that_somebody_changed_stops_no_other(sqlite):
    journal = sqlite.journal
    for number, name in enumerate("abc"):
        await standing(journal, State.UNKNOWN, name, {"due_at": NOON}, created_at=after(seconds=number))
    sqlite.sql("UPDATE submissions SET input = (SELECT input FROM submissions WHERE id = 'b') WHERE id = 'a'")
    assert [row.id for row in await journal.claim_due(NOON, LEASE, 10)] == ["b", "c"]
    assert [row.event for row in await journal.audit("a")][-1] == "unreadable"
    assert await journal.claim_due(after(seconds=30), LEASE, 10) == ()
    assert (await journal.verify()).broken_at is None


async def test_a_start_finds_new_and_sending(store):
    for number, state in enumerate(State):
        await standing(store.journal, state, f"s{number}", created_at=after(seconds=-number))
    journal = await store.reopen()
    assert [row.state for row in await journal.interrupted()] == [State.SENDING, State.NEW]


async def test_count_names_every_state(journal):
    assert await journal.count() == dict.fromkeys(State, 0)
    await journal.admit(submission("s1"))
    await standing(journal, State.CONFIRMED, "s2")
    await standing(journal, State.CONFIRMED, "s3")
    counted = await journal.count()
    assert counted == dict.fromkeys(State, 0) | {State.NEW: 1, State.CONFIRMED: 2}
