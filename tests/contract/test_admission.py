"""Who is let in: one submission per key, one live one per basket."""

import pytest
from anyio import create_task_group
from contract.samples import move, standing, submission

from yidi_gateway.journal import JournalDown
from yidi_gateway.lifecycle import LIVE, Event, State

FREE = sorted(set(State) - LIVE)


async def test_a_new_one_is_admitted_in_new(journal):
    admitted = await journal.admit(submission())
    assert (admitted.fresh, admitted.busy) == (True, False)
    assert admitted.submission == submission()
    assert await journal.get("s1") == submission()


async def test_whatever_state_is_asked_for_it_begins_new(journal):
    row = (await journal.admit(submission(state=State.CONFIRMED, version=7))).submission
    assert (row.state, row.version) == (State.NEW, 0)


async def test_the_same_key_again_is_the_same_one(journal):
    await journal.admit(submission("s1", key="k"))
    again = await journal.admit(submission("s2", key="k"))
    assert (again.fresh, again.busy, again.submission.id) == (False, False, "s1")
    assert await journal.get("s2") is None


async def test_the_same_key_of_another_caller_is_another_one(journal):
    await journal.admit(submission("s1", key="k"))
    assert (await journal.admit(submission("s2", key="k", caller="other"))).fresh


@pytest.mark.parametrize("state", sorted(LIVE))
async def test_a_basket_with_a_live_one_is_busy(journal, state):
    await standing(journal, state, busy_on="v1/b1/settle")
    other = await journal.admit(submission("s2", busy_on="v1/b1/settle"))
    assert (other.fresh, other.busy, other.submission.id) == (False, True, "s1")
    assert await journal.get("s2") is None


@pytest.mark.parametrize("state", FREE)
async def test_a_basket_is_free_again_when_its_one_is_over(journal, state):
    await standing(journal, state, busy_on="v1/b1/settle")
    assert (await journal.admit(submission("s2", busy_on="v1/b1/settle"))).fresh


async def test_the_same_key_comes_before_the_busy_basket(journal):
    await journal.admit(submission("s1", key="k", busy_on="b"))
    again = await journal.admit(submission("s2", key="k", busy_on="b"))
    assert (again.busy, again.submission.id) == (False, "s1")


async def test_nothing_is_guarded_without_busy_on(journal):
    await journal.admit(submission("s1"))
    assert (await journal.admit(submission("s2"))).fresh


async def test_a_released_key_can_be_used_again(journal):
    await standing(journal, State.ABSENT, key="k", changes={"released": True})
    admitted = await journal.admit(submission("s2", key="k"))
    assert admitted.fresh
    assert (await journal.admit(submission("s3", key="k"))).submission.id == "s2"


async def test_a_key_that_is_not_released_stays_taken(journal):
    await standing(journal, State.ABSENT, key="k")
    assert (await journal.admit(submission("s2", key="k"))).submission.id == "s1"


async def test_a_released_key_that_was_taken_does_not_come_back(journal):
    row = await standing(journal, State.ABSENT, key="k", changes={"released": True})
    await journal.admit(submission("s2", key="k"))
    with pytest.raises(JournalDown):
        await journal.move(move(row, Event.LIVE_AT_HUB, released=False))
    assert await journal.get("s1") == row


async def test_an_id_is_used_once(journal):
    await journal.admit(submission("s1", key="a"))
    with pytest.raises(JournalDown):
        await journal.admit(submission("s1", key="b"))


async def test_of_fifty_at_once_on_one_basket_one_is_admitted(journal):
    admitted = []

    async def call(number):
        admitted.append(await journal.admit(submission(f"s{number}", busy_on="v1/b1/settle")))

    async with create_task_group() as group:
        for number in range(50):
            group.start_soon(call, number)
    assert [one.fresh for one in admitted].count(True) == 1
    assert [one.busy for one in admitted].count(True) == 49
    assert len({one.submission.id for one in admitted}) == 1


async def test_of_fifty_at_once_under_one_key_one_is_admitted(journal):
    admitted = []

    async def call(number):
        admitted.append(await journal.admit(submission(f"s{number}", key="k")))

    async with create_task_group() as group:
        for number in range(50):
            group.start_soon(call, number)
    assert [one.fresh for one in admitted].count(True) == 1
    assert len({one.submission.id for one in admitted}) == 1
    assert sum((await journal.count()).values()) == 1


async def test_admission_has_an_audit_row(journal):
    await journal.admit(submission(psn_no="canary"))
    (row,) = await journal.audit("s1")
    assert (row.event, row.before, row.after) == ("SUBMITTED", "", "new")
    assert "canary" not in repr(row)


async def test_a_stray_that_comes_back_to_life_leaves_the_basket_to_its_holder(journal):
    stray = await standing(journal, State.ABSENT, "s1", busy_on="b")
    await standing(journal, State.CONFIRMED, "s2", busy_on="b")
    back = await journal.move(move(stray, Event.LIVE_AT_HUB))
    assert (back.state, back.busy_on) == (State.REVERSING, None)
    assert (await journal.admit(submission("s3", busy_on="b"))).submission.id == "s2"


async def test_a_stray_that_comes_back_alone_holds_its_basket(journal):
    stray = await standing(journal, State.ABSENT, "s1", busy_on="b")
    assert (await journal.move(move(stray, Event.LIVE_AT_HUB))).busy_on == "b"
    assert (await journal.admit(submission("s2", busy_on="b"))).busy


async def test_a_move_cannot_take_a_busy_place(journal):
    await journal.admit(submission("s1", busy_on="b"))
    row = (await journal.admit(submission("s2", busy_on="c"))).submission
    with pytest.raises(JournalDown):
        await journal.move(move(row, Event.ALLOTTED, busy_on="b"))
    assert await journal.get("s2") == row


async def test_a_move_can_free_its_place(journal):
    row = await standing(journal, State.CONFIRMED, busy_on="b")
    await journal.move(move(row, Event.REFUND_WANTED, busy_on=None))
    assert (await journal.admit(submission("s2", busy_on="b"))).fresh
