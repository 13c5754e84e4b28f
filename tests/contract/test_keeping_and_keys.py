"""What is forgotten and what never is; a change of keys, under work and to the end."""

from datetime import timedelta

import pytest
from contract.samples import NOON, Store, after, attempt, request, standing, submission, visit
from contract.test_kept import kept

from yidi_gateway import retention
from yidi_gateway.access.sealing import Unsealable, add_key, drop_keys, read_keys
from yidi_gateway.journal import open_journal
from yidi_gateway.journal.port import Finish, JournalDown, Search
from yidi_gateway.lifecycle import State
from yidi_gateway.submission import Purpose, SignedSession
from yidi_gateway.tidying import reseal, tidy

DAY = timedelta(days=1)


class Later:
    """A clock some days after noon."""

    def __init__(self, days: float) -> None:
        self.at = NOON + days * DAY

    def now(self):
        return self.at

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        del seconds


async def everything(store: Store) -> None:
    journal = store.journal
    for purpose in Purpose:
        await journal.start(attempt(f"m-{purpose}", purpose=purpose, submission_id=None))
        await journal.finish(Finish(f"m-{purpose}", NOON, "ok", 200, b"{}"))
    await journal.start(attempt("m-open", purpose=Purpose.READ, submission_id=None))
    await journal.open_request(request("answered"))
    await journal.answer_request("his", "answered", 200, b"{}")
    await journal.open_request(request("open"))
    await journal.keep(kept("gone"))
    await journal.hand_over("gone", "s1")
    await journal.keep(kept("waits"))
    await journal.put_visit(visit())
    await standing(journal, State.CONFIRMED)


async def left(store: Store) -> set[str]:
    journal = store.journal
    found = {row.msgid for row in await journal.attempts()}
    for key in ("answered", "open"):
        if not (await journal.open_request(request(key))).fresh:
            found.add(key)
    return found | {row.key for name in ("gone", "waits") if (row := await journal.kept("his", f"key-{name}"))}


ALWAYS = {"m-act", "m-reverse", "m-open", "open", "key-waits"}


@pytest.mark.parametrize(
    ("days", "kept_too"),
    [
        (189, {"m-read", "m-trial", "m-query", "m-session", "m-upload", "answered", "key-gone"}),
        (191, {"m-upload", "answered", "key-gone"}),
        (399, {"m-upload", "answered", "key-gone"}),
        (401, set()),
        (4000, set()),
    ],
)
async def test_what_is_kept_and_for_how_long(store: Store, days: int, kept_too: set[str]) -> None:
    await everything(store)
    await tidy(store.journal, Later(days))
    assert await left(store) == ALWAYS | kept_too
    assert (await store.journal.get_visit("v1")) is not None
    assert len((await store.journal.search(Search())).items) == 1
    assert (await store.journal.verify()).broken_at is None


async def test_many_are_forgotten_in_small_steps(store: Store) -> None:
    for number in range(12):
        await store.journal.open_request(request(f"k{number}"))
        await store.journal.answer_request("his", f"k{number}", 200, b"{}")
    assert await store.journal.expire("keys", NOON + DAY, 5) == 5
    assert (await tidy(store.journal, Later(500)))["keys"] == 7


def test_every_purpose_of_an_attempt_is_decided() -> None:
    forgotten = {purpose for row in retention.CLASSES for purpose in row.purposes}
    assert forgotten == {str(purpose) for purpose in Purpose} - {"act", "reverse"}


# ---- keys


async def filled(store: Store) -> None:
    journal = store.journal
    await journal.admit(submission("s1", psn_no="53000000000000000000009901", operator='{"id":"7"}', input=b"in"))
    await journal.start(attempt("m1", body=b"body"))
    await journal.finish(Finish("m1", NOON, "ok", 200, b"answer"))
    await journal.open_request(request("k"))
    await journal.answer_request("his", "k", 200, b"told")
    await journal.put_visit(visit(document=b"document"))
    await journal.put_session(SignedSession("H1", "7", "sign", NOON, after(hours=1)))
    await journal.keep(kept("u1"))


async def read(store: Store) -> list[object]:
    journal = store.journal
    row, sent = await journal.get("s1"), await journal.attempt("m1")
    seen, session = await journal.get_visit("v1"), await journal.get_session("H1", "7")
    assert row is not None
    assert sent is not None
    assert seen is not None
    assert session is not None
    told = (await journal.open_request(request("k"))).request.answer
    waiting = [each.input for each in await journal.waiting(9)]
    return [row.psn_no, row.operator, row.input, sent.body, sent.answer, told, seen.document, session.sign_no, waiting]


async def test_keys_change_and_everything_opens(sqlite: Store) -> None:
    await filled(sqlite)
    before = await read(sqlite)
    path = sqlite.path.with_name(f"{sqlite.path.name}.key")
    add_key(path, "k2")
    await sqlite.reopen()
    assert await read(sqlite) == before
    assert await reseal(sqlite.journal, Later(0)) == 6
    assert await reseal(sqlite.journal, Later(0)) == 0
    assert drop_keys(path) == 1
    await sqlite.reopen()
    assert await read(sqlite) == before
    assert [key.id for key in read_keys(path)] == ["k2"]
    assert (await sqlite.journal.verify()).broken_at is None


async def test_a_key_that_is_gone_too_early_is_told(sqlite: Store) -> None:
    await filled(sqlite)
    path = sqlite.path.with_name(f"{sqlite.path.name}.key")
    add_key(path, "k2")
    drop_keys(path)
    await sqlite.journal.close()
    with pytest.raises(JournalDown):
        await open_journal(sqlite.url)
    with pytest.raises(Unsealable, match="cannot be read"):
        drop_keys(path.with_name("none"))


async def test_values_are_written_with_the_newest_key_at_once(sqlite: Store) -> None:
    path = sqlite.path.with_name(f"{sqlite.path.name}.key")
    add_key(path, "k2")
    await sqlite.reopen()
    await filled(sqlite)
    assert await reseal(sqlite.journal, Later(0)) == 0
