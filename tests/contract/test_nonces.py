"""A nonce is kept once, for its caller, until its time is over; what is over goes."""

import asyncio

from contract.samples import NOON, Store, after


async def test_once_for_each_caller(store: Store) -> None:
    use = store.journal.use_nonce
    assert await use("his", "n1", NOON, after(seconds=900)) is True
    assert await use("his", "n1", after(seconds=899), after(seconds=1799)) is False
    assert await use("other", "n1", NOON, after(seconds=900)) is True
    assert await use("his", "n2", NOON, after(seconds=900)) is True


async def test_it_is_kept_over_a_restart(store: Store) -> None:
    await store.journal.use_nonce("his", "n1", NOON, after(seconds=900))
    journal = await store.reopen()
    assert await journal.use_nonce("his", "n1", after(seconds=1), after(seconds=901)) is False


async def test_its_time_ends(store: Store) -> None:
    use = store.journal.use_nonce
    await use("his", "n1", NOON, after(seconds=900))
    assert await use("his", "n1", after(seconds=900), after(seconds=1800)) is True
    assert await use("his", "n1", after(seconds=901), after(seconds=1801)) is False


async def test_one_of_many_at_once(store: Store) -> None:
    asked = (store.journal.use_nonce("his", "n1", NOON, after(seconds=900)) for _ in range(50))
    assert sum(await asyncio.gather(*asked)) == 1


async def test_what_is_over_goes(sqlite: Store) -> None:
    use = sqlite.journal.use_nonce
    for number in range(120):
        await use("his", f"old{number}", NOON, after(seconds=900))
    for number in range(3):
        await use("his", f"new{number}", after(seconds=1000), after(seconds=1900))
    assert sqlite.sql("SELECT count(*) FROM nonces") == [(3,)]
