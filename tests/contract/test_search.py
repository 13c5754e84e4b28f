"""Pages of submissions."""

import pytest
from contract.samples import NOON, after, move, standing, submission

from yidi_gateway.journal.port import Search
from yidi_gateway.lifecycle import Event, State


async def ids(journal, **filters):
    return [row.id for row in (await journal.search(Search(**filters))).items]


@pytest.fixture
async def filled(journal):
    await standing(
        journal, State.CONFIRMED, "a", visit_id="v1", created_at=NOON, changes={"setl_id": "t1", "msgid": "m1"}
    )
    await standing(journal, State.UNKNOWN, "b", visit_id="v1", created_at=after(seconds=1), infno="2208")
    await standing(journal, State.NEW, "c", caller="other", created_at=after(seconds=2))
    row = await standing(journal, State.SENDING, "d", created_at=after(seconds=3))
    await journal.move(move(row, Event.ACCEPTED, acknowledged_at=after(seconds=9)))
    return journal


@pytest.mark.requirement("R065")
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, "dcba"),
        ({"caller": "his"}, "dba"),
        ({"caller": "nobody"}, ""),
        ({"key": "key-b"}, "b"),
        ({"key": "key-b", "caller": "other"}, ""),
        ({"states": frozenset({State.CONFIRMED})}, "da"),
        ({"states": frozenset({State.NEW, State.UNKNOWN})}, "cb"),
        ({"states": frozenset()}, ""),
        ({"since": after(seconds=2)}, "dc"),
        ({"since": after(seconds=2, microseconds=1)}, "d"),
        ({"visit_id": "v1"}, "ba"),
        ({"setl_id": "t1"}, "a"),
        ({"msgid": "m1"}, "a"),
        ({"infno": "2208"}, "b"),
        ({"acknowledged": True}, "d"),
        ({"acknowledged": False}, "cba"),
        ({"acknowledged": False, "states": frozenset({State.CONFIRMED})}, "a"),
    ],
)
async def test_filters(filled, filters, found):
    assert await ids(filled, **filters) == list(found)


async def test_pages_go_on_without_gap_or_repeat(journal):
    for number in range(11):
        await journal.admit(submission(f"s{number:02}", created_at=after(seconds=number // 3)))
    seen, cursor, pages = [], None, 0
    while pages < 3:
        page = await journal.search(Search(cursor=cursor, limit=4))
        seen += [row.id for row in page.items]
        cursor, pages = page.next, pages + 1
    assert cursor is None
    assert seen == [f"s{number:02}" for number in reversed(range(11))]


async def test_a_full_last_page_has_no_next(journal):
    for number in range(4):
        await journal.admit(submission(f"s{number}"))
    assert (await journal.search(Search(limit=4))).next is None


async def test_a_page_stays_where_it_was_when_newer_ones_come(journal):
    for number in range(4):
        await journal.admit(submission(f"s{number}", created_at=after(seconds=number)))
    first = await journal.search(Search(limit=2))
    await journal.admit(submission("newer", created_at=after(seconds=9)))
    assert await ids(journal, limit=2, cursor=first.next) == ["s1", "s0"]


async def test_a_cursor_of_nowhere_is_an_error(journal):
    with pytest.raises(ValueError, match="cursor"):
        await journal.search(Search(cursor="nowhere"))
