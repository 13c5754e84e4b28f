"""The audit chain as the journal keeps it."""

import sqlite3

import pytest
from contract.samples import NOON, Store, after, standing

from yidi_gateway.journal.port import ChainCheck
from yidi_gateway.lifecycle import State


async def test_an_empty_chain_is_whole(journal):
    assert await journal.verify() == ChainCheck(0)


async def test_a_note_is_a_row_of_its_own(journal):
    await journal.note(NOON, "window:w1", "announced", {"scope": "platform"})
    (row,) = await journal.audit("window:w1")
    assert (row.event, row.before, row.after, row.detail) == ("announced", "", "", {"scope": "platform"})
    assert (row.number, row.at) == (1, NOON)


async def test_the_chain_runs_through_the_whole_journal(store):
    await standing(store.journal, State.CONFIRMED, "s1")
    await store.journal.note(after(seconds=1), "window:w1", "announced", {})
    journal = await store.reopen()
    await standing(journal, State.ABSENT, "s2")
    rows = [*await journal.audit("s1"), *await journal.audit("window:w1"), *await journal.audit("s2")]
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row.previous_hash for row in rows[1:]] == [row.hash for row in rows[:-1]]
    assert await journal.verify() == ChainCheck(6)


async def test_long_chains_are_walked_in_parts(journal, monkeypatch):
    monkeypatch.setattr("yidi_gateway.journal.sql.VERIFIED_AT_ONCE", 4)
    for number in range(8):
        await journal.note(NOON, "x", f"{number}", {})
    assert await journal.verify() == ChainCheck(8)


@pytest.fixture
async def five(sqlite):
    for number in range(5):
        await sqlite.journal.note(after(seconds=number), "x", f"event {number}", {"n": f"{number}"})
    return sqlite


@pytest.mark.parametrize("verb", ["UPDATE events SET after = 'x' WHERE number = 2", "DELETE FROM events"])
async def test_audit_rows_are_append_only(five, verb):
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        five.sql(verb)
    assert await five.journal.verify() == ChainCheck(5)


@pytest.mark.parametrize(
    ("what", "broken_at"),
    [
        ("UPDATE events SET event = 'other' WHERE number = 3", 3),
        ("UPDATE events SET at = at + 1 WHERE number = 3", 3),
        ("UPDATE events SET at = 'noon' WHERE number = 3", 3),
        ("""UPDATE events SET detail = '{"n":"9"}' WHERE number = 3""", 3),
        ("UPDATE events SET detail = 'not json' WHERE number = 3", 3),
        ("UPDATE events SET subject = x'00' WHERE number = 3", 3),
        ("UPDATE events SET hash = 'x' WHERE number = 1", 1),
        ("DELETE FROM events WHERE number = 1", 1),
        ("DELETE FROM events WHERE number = 3", 3),
        ("DELETE FROM events WHERE number = 5", 5),
        ("DELETE FROM events", 1),
    ],
)
async def test_verify_shows_where_it_was_changed(five, what, broken_at):
    five.tamper(what)
    assert (await five.journal.verify()).broken_at == broken_at


async def test_verify_shows_swapped_rows(five):
    five.tamper(
        "UPDATE events SET number = 99 WHERE number = 2",
        "UPDATE events SET number = 2 WHERE number = 4",
        "UPDATE events SET number = 4 WHERE number = 99",
    )
    assert (await five.journal.verify()).broken_at == 2


async def test_a_cut_tail_stays_visible_after_more_rows(five):
    five.tamper("DELETE FROM events WHERE number = 5")
    await five.journal.note(NOON, "x", "after the cut", {})
    assert (await five.journal.verify()).broken_at == 5


async def test_a_chain_written_anew_does_not_have_the_head(five, tmp_path):
    forger = await Store.open(f"sqlite:///{tmp_path / 'forged.db'}")
    for number in range(5):
        await forger.journal.note(NOON, "x", f"forged {number}", {})
    assert (await forger.journal.verify()).broken_at is None
    await forger.journal.close()
    five.tamper(
        f"ATTACH '{forger.path}' AS forged",
        "DELETE FROM events",
        "INSERT INTO events SELECT * FROM forged.events",
    )
    assert (await five.journal.verify()).broken_at == 6
