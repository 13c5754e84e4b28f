"""Papers in versions and ledger items: once per cause, paged by what is due, sealed on disk."""

from dataclasses import replace

import pytest
from contract.samples import NOON, Store, after, submission

from yidi_gateway.papers import Item, Paper, PaperKind

SECRET = b'{"psn_no":"53000000000000000000009902"}'


def paper(name: str = "2026-11-23", version: int = 1, **fields) -> Paper:
    return Paper(**{"kind": PaperKind.DAY, "name": name, "version": version, "at": NOON, "document": SECRET, **fields})


def item(name: str = "i1", **fields) -> Item:
    base = {"cause": f"cause-{name}", "kind": "unknown", "problem_class": "system", "severity": 2, "opened_at": NOON}
    times = {"due_at": after(days=1), "alarm_at": after(hours=1), "document": SECRET}
    return Item(**{"id": name, **base, **times, **fields})


async def test_only_the_next_version_of_a_paper_is_kept(store: Store) -> None:
    journal = store.journal
    assert await journal.put_paper(paper(version=1))
    assert not await journal.put_paper(paper(version=1, document=b"other"))
    assert not await journal.put_paper(paper(version=3))
    assert await journal.put_paper(paper(version=2, document=b"second"))
    assert await journal.paper(PaperKind.DAY, "2026-11-23") == paper(version=2, document=b"second")
    assert await journal.paper(PaperKind.DAY, "2026-11-23", 1) == paper()
    assert await journal.paper(PaperKind.DAY, "2026-11-23", 3) is None
    assert await journal.paper(PaperKind.RUN, "2026-11-23") is None


async def test_papers_of_a_span_come_by_name_in_their_newest_version(store: Store) -> None:
    for name, version in (("2026-11-03", 1), ("2026-11-01", 1), ("2026-11-01", 2), ("2026-12-01", 1)):
        assert await store.journal.put_paper(paper(name, version))
    assert await store.journal.put_paper(paper("2026-11-02", kind=PaperKind.RUN))
    found = await store.journal.papers(PaperKind.DAY, "2026-11-01", "2026-11-30")
    assert [(each.name, each.version) for each in found] == [("2026-11-01", 2), ("2026-11-03", 1)]


async def test_a_cause_opens_one_item(store: Store) -> None:
    assert await store.journal.put_item(item("i1", cause="c"))
    assert not await store.journal.put_item(item("i2", cause="c"))
    found = await store.journal.item_of("c")
    assert found == item("i1", cause="c")
    assert await store.journal.item("i2") is None


async def test_an_item_changes_only_from_the_version_that_was_read(store: Store) -> None:
    await store.journal.put_item(item())
    assert await store.journal.put_item(item(closed_at=NOON, version=0))
    assert not await store.journal.put_item(item(closed_at=None, version=0))
    stands = await store.journal.item("i1")
    assert stands == item(closed_at=NOON, version=1)


async def test_items_are_paged_by_when_they_are_due(store: Store) -> None:
    for number, name in enumerate(("c", "a", "b", "d")):
        await store.journal.put_item(item(name, due_at=after(days=1 + number % 2)))
    await store.journal.put_item(item("e", closed_at=NOON))
    first = await store.journal.items(is_open=True, limit=3)
    assert [row.id for row in first.items] == ["b", "c", "a"]
    rest = await store.journal.items(is_open=True, limit=3, cursor=first.next)
    assert [row.id for row in rest.items] == ["d"]
    assert rest.next is None
    assert [row.id for row in (await store.journal.items(is_open=False)).items] == ["e"]
    assert len((await store.journal.items()).items) == 5
    with pytest.raises(ValueError, match="cursor"):
        await store.journal.items(cursor="none")


async def test_what_was_made_in_a_span_comes_oldest_first(store: Store) -> None:
    for name, hours, infno in (("s1", 3, "2207"), ("s2", 1, "2208"), ("s3", 2, "2201"), ("s4", 0, "2207")):
        await store.journal.admit(submission(name, created_at=after(hours=hours), infno=infno))
    found = await store.journal.made(("2207", "2208"), after(hours=1), after(hours=3))
    assert [row.id for row in found] == ["s2"]
    found = await store.journal.made(("2207", "2208"), NOON, after(hours=4))
    assert [row.id for row in found] == ["s4", "s2", "s1"]


async def test_it_is_there_after_a_restart(store: Store) -> None:
    await store.journal.put_paper(paper())
    await store.journal.put_item(item())
    journal = await store.reopen()
    assert await journal.paper(PaperKind.DAY, "2026-11-23") == paper()
    assert await journal.item("i1") == item()


async def test_adapters_refuse_the_same(store: Store) -> None:
    with pytest.raises(ValueError, match="zone"):
        await store.journal.put_paper(replace(paper(), at=NOON.replace(tzinfo=None)))
    with pytest.raises(ValueError, match="zone"):
        await store.journal.put_item(item(due_at=NOON.replace(tzinfo=None)))


async def test_no_person_stands_in_the_file(sqlite: Store) -> None:
    await sqlite.journal.put_paper(paper())
    await sqlite.journal.put_item(item())
    await sqlite.journal.close()
    for file in sqlite.path.parent.glob(f"{sqlite.path.name}*"):
        assert b"53000000000000000000009902" not in file.read_bytes()
