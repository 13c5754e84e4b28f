"""Calls of a HIS under an Idempotency-Key."""

from anyio import create_task_group
from contract.samples import request


async def test_a_fresh_key_is_kept(journal):
    opened = await journal.open_request(request())
    assert opened.fresh
    assert not opened.reused
    assert opened.request == request()


async def test_the_same_key_and_body_is_the_same_request(journal):
    await journal.open_request(request(subject="v1"))
    opened = await journal.open_request(request(subject="v2"))
    assert not opened.fresh
    assert not opened.reused
    assert opened.request.subject == "v1"


async def test_the_same_key_with_another_body_is_reused(journal):
    await journal.open_request(request())
    opened = await journal.open_request(request(body_hash="h2"))
    assert opened.reused
    assert opened.request.body_hash == "h1"


async def test_the_same_key_on_another_route_is_reused(journal):
    await journal.open_request(request())
    assert (await journal.open_request(request(route="/v1/elsewhere"))).reused


async def test_the_same_key_of_another_caller_is_another_request(journal):
    await journal.open_request(request())
    assert (await journal.open_request(request(caller="other", body_hash="h2"))).fresh


async def test_a_released_key_is_free(journal):
    await journal.open_request(request())
    await journal.release_request("his", "k1")
    assert (await journal.open_request(request(body_hash="h2"))).fresh


async def test_an_answered_request_is_not_released(journal):
    await journal.open_request(request())
    await journal.answer_request("his", "k1", 200, b"answer")
    await journal.release_request("his", "k1")
    assert (await journal.open_request(request())).request.answer == b"answer"


async def test_the_first_answer_wins(journal):
    await journal.open_request(request())
    assert await journal.answer_request("his", "k1", 200, b"first") == b"first"
    assert await journal.answer_request("his", "k1", 409, b"second") == b"first"
    stands = (await journal.open_request(request())).request
    assert (stands.status, stands.answer) == (200, b"first")


async def test_an_answer_is_byte_equal_after_a_restart(store):
    answer = bytes(range(256)) * 40 + "医保".encode("gb18030")
    await store.journal.open_request(request())
    await store.journal.answer_request("his", "k1", 200, answer)
    journal = await store.reopen()
    assert (await journal.open_request(request())).request.answer == answer


async def test_an_empty_answer_is_an_answer(journal):
    await journal.open_request(request())
    await journal.answer_request("his", "k1", 204, b"")
    assert await journal.answer_request("his", "k1", 200, b"late") == b""


async def test_an_answer_to_a_released_request_is_not_kept(journal):
    await journal.open_request(request())
    await journal.release_request("his", "k1")
    assert await journal.answer_request("his", "k1", 200, b"answer") == b"answer"
    assert (await journal.open_request(request(body_hash="h2"))).fresh


async def test_of_many_at_once_one_is_fresh_and_all_get_one_answer(journal):
    fresh, answers = [], []

    async def call(number):
        fresh.append((await journal.open_request(request(subject=f"v{number}"))).fresh)
        answers.append(await journal.answer_request("his", "k1", 200, f"{number}".encode()))

    async with create_task_group() as group:
        for number in range(50):
            group.start_soon(call, number)
    assert fresh.count(True) == 1
    assert len(set(answers)) == 1
