"""Uploads that wait: kept once, in their order, handed over once, sealed on disk."""

from contract.samples import NOON, Store, after

from yidi_gateway.submission import Kept

SECRET = b'{"data":{"psn_no":"53000000000000000000009901"}}'


def kept(name: str = "u1", **fields) -> Kept:
    base = {"caller": "his", "key": f"key-{name}", "infno": "2301", "at": NOON, "subject": "M1"}
    return Kept(name, **{**base, "insured_division": "530100", "operator": '{"id":"7"}', "input": SECRET, **fields})


async def test_an_upload_is_kept_once_under_its_key(store: Store) -> None:
    first = await store.journal.keep(kept("u1", key="k"))
    again = await store.journal.keep(kept("u2", key="k"))
    other = await store.journal.keep(kept("u3", key="k", caller="other"))
    assert (first.id, again.id, other.id) == ("u1", "u1", "u3")
    assert await store.journal.count_waiting() == 2
    assert await store.journal.kept("his", "k") == kept("u1", key="k")
    assert await store.journal.kept("his", "none") is None


async def test_the_first_that_came_waits_first(store: Store) -> None:
    for number, name in enumerate(("c", "a", "b")):
        await store.journal.keep(kept(name, at=after(seconds=number)))
    assert [row.id for row in await store.journal.waiting(2)] == ["c", "a"]
    assert [row.id for row in await store.journal.waiting(9)] == ["c", "a", "b"]


async def test_what_was_handed_over_waits_no_longer(store: Store) -> None:
    await store.journal.keep(kept("u1"))
    await store.journal.hand_over("u1", "s9")
    assert await store.journal.waiting(9) == ()
    assert await store.journal.count_waiting() == 0
    stands = await store.journal.kept("his", "key-u1")
    assert stands is not None
    assert stands.submission_id == "s9"
    assert (await store.journal.keep(kept("u2", key="key-u1"))).submission_id == "s9"


async def test_it_is_there_after_a_restart(store: Store) -> None:
    await store.journal.keep(kept("u1"))
    journal = await store.reopen()
    assert [row.input for row in await journal.waiting(9)] == [SECRET]


async def test_no_person_stands_in_the_file(sqlite: Store) -> None:
    await sqlite.journal.keep(kept("u1"))
    await sqlite.journal.close()
    for file in sqlite.path.parent.glob(f"{sqlite.path.name}*"):
        assert b"53000000000000000000009901" not in file.read_bytes()
