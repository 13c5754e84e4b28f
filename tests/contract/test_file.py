"""What only the database adapter shows: sealing, schema, failures, group commit."""

import sqlite3
import stat
from contextlib import closing
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from anyio import create_task_group
from contract.samples import NOON, Store, attempt, move, request, standing, submission, visit

from yidi_gateway.access.sealing import make_keys, read_keys
from yidi_gateway.journal import JournalDown, open_journal
from yidi_gateway.journal.database import NewerSchema, engine_of, migrate
from yidi_gateway.journal.port import ChainCheck, Finish
from yidi_gateway.journal.schema import metadata
from yidi_gateway.lifecycle import Event, State
from yidi_gateway.submission import SignedSession

CANARY = "CANARY51010419800101"


async def filled(journal):
    row = (await journal.admit(submission(psn_no=CANARY, input=CANARY.encode(), operator=CANARY))).submission
    row = await journal.start(attempt(body=CANARY.encode()), move(row, Event.ALLOTTED))
    await journal.finish(
        Finish("m1", NOON, "ok", 200, CANARY.encode()), move(row, Event.ACCEPTED, outcome=CANARY.encode())
    )
    await journal.put_visit(visit(document=CANARY.encode()))
    await journal.open_request(request())
    await journal.answer_request("his", "k1", 200, CANARY.encode())
    await journal.put_session(SignedSession("H1", "op", CANARY, NOON, NOON))


async def test_no_personal_field_is_on_disk(sqlite):
    await filled(sqlite.journal)
    on_disk = b"".join(path.read_bytes() for path in sqlite.path.parent.iterdir())
    assert b"key-s1" in on_disk
    assert CANARY.encode() not in on_disk
    await sqlite.reopen()
    assert CANARY.encode() not in sqlite.path.read_bytes()
    assert (await sqlite.journal.get("s1")).psn_no == CANARY


async def test_the_key_file_lies_beside_and_is_the_owners(sqlite):
    path = sqlite.path.with_name("yidi.db.key")
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert len(read_keys(path)) == 1


async def test_a_moved_value_does_not_open(sqlite):
    await sqlite.journal.admit(submission("s1", input=b"mine"))
    await sqlite.journal.admit(submission("s2", input=b"yours"))
    sqlite.sql("UPDATE submissions SET input = (SELECT input FROM submissions WHERE id = 's2') WHERE id = 's1'")
    with pytest.raises(JournalDown, match=r"submissions\.input"):
        await sqlite.journal.get("s1")
    assert (await sqlite.journal.get("s2")).input == b"yours"


async def test_the_wrong_key_is_told_at_once(sqlite, tmp_path):
    await sqlite.journal.admit(submission())
    await sqlite.journal.close()
    make_keys(tmp_path / "other.key")
    with pytest.raises(JournalDown, match="another key"):
        await open_journal(sqlite.url, key_file=tmp_path / "other.key")


async def test_a_lost_key_file_is_not_made_anew(sqlite):
    await sqlite.journal.close()
    sqlite.path.with_name("yidi.db.key").unlink()
    with pytest.raises(JournalDown, match="missing"):
        await open_journal(sqlite.url)


async def test_an_empty_key_file_is_refused(tmp_path):
    (tmp_path / "empty.key").touch()
    with pytest.raises(JournalDown, match="key"):
        await open_journal(f"sqlite:///{tmp_path / 'yidi.db'}", key_file=tmp_path / "empty.key")


async def test_a_new_key_goes_in_front_and_the_old_one_still_opens(sqlite):
    await filled(sqlite.journal)
    await sqlite.journal.close()
    key = sqlite.path.with_name("yidi.db.key")
    make_keys(sqlite.path.with_name("fresh"), "k2")
    both = sqlite.path.with_name("fresh").read_text() + key.read_text()
    key.unlink()
    key.write_text(both)
    journal = await sqlite.reopen()
    assert (await journal.get("s1")).psn_no == CANARY
    await journal.admit(submission("s2"))
    newest = sqlite.sql("SELECT substr(input, 3, 2) FROM submissions ORDER BY id")
    assert newest == [(b"k1",), (b"k2",)]


async def test_the_tables_are_those_of_the_migrations(sqlite):
    engine = engine_of(sqlite.url)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    where = {
        name: sql.partition(" WHERE ")[2]
        for name, sql in sqlite.sql("SELECT name, sql FROM sqlite_master WHERE sql LIKE '%UNIQUE INDEX%'")
    }
    for table in metadata.tables.values():
        for index in table.indexes:
            if index.unique:
                assert where.pop(index.name) == str(
                    index.dialect_options["sqlite"]["where"]
                    if index.dialect_options["sqlite"]["where"] is not None
                    else ""
                )
    assert where == {}
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("INSERT INTO submissions SELECT * FROM other", "submissions.caller, submissions.key"),
        ("INSERT INTO submissions SELECT * FROM other WHERE (SELECT 1 FROM other LIMIT 1)", "submissions.caller"),
    ],
)
async def test_the_database_itself_keeps_keys_unique(sqlite, statement, index):
    await sqlite.journal.admit(submission("s1"))
    with pytest.raises(sqlite3.IntegrityError, match=index):
        sqlite.sql(
            "CREATE TEMP TABLE other AS SELECT * FROM submissions",
            "UPDATE other SET id = 's2'",
            statement,
        )


async def test_the_database_itself_keeps_baskets_unique(sqlite):
    await sqlite.journal.admit(submission("s1", busy_on="b"))
    with pytest.raises(sqlite3.IntegrityError, match="busy_on"):
        sqlite.sql(
            "CREATE TEMP TABLE other AS SELECT * FROM submissions",
            "UPDATE other SET id = 's2', key = 'k2'",
            "INSERT INTO submissions SELECT * FROM other",
        )


async def test_migrating_twice_changes_nothing(sqlite):
    before = sqlite.sql("SELECT sql FROM sqlite_master ORDER BY name")
    assert migrate(sqlite.url) == migrate(sqlite.url)
    assert sqlite.sql("SELECT sql FROM sqlite_master ORDER BY name") == before


async def test_an_empty_database_is_migrated_by_opening(tmp_path):
    sqlite3.connect(tmp_path / "yidi.db").close()
    store = await Store.open(f"sqlite:///{tmp_path / 'yidi.db'}")
    assert store.sql("SELECT version_num FROM alembic_version") == [("0005",)]
    await store.journal.close()


async def test_a_newer_schema_is_left_alone(sqlite):
    await sqlite.journal.close()
    sqlite.sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchema, match="9999"):
        await open_journal(sqlite.url)
    with pytest.raises(NewerSchema):
        migrate(sqlite.url)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql://localhost/yidi", "nonsense"])
async def test_other_urls_are_refused_in_words(url):
    with pytest.raises(JournalDown):
        await open_journal(url)


async def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "yidi.db").write_bytes(b"this is no database, and much longer than its head" * 40)
    with pytest.raises(JournalDown):
        await open_journal(f"sqlite:///{tmp_path / 'yidi.db'}")


async def test_what_returned_is_there_for_another_process(sqlite):
    await sqlite.journal.admit(submission())
    assert sqlite.sql("SELECT id, state FROM submissions") == [("s1", "new")]
    assert sqlite.sql("PRAGMA journal_mode") == [("wal",)]


async def test_many_who_wait_share_one_commit(sqlite):
    """Held up by another writer they gather; then one transaction keeps them all."""
    await sqlite.journal.reserve("warm", 0, 1)
    commits = []
    worker = sqlite.journal._writer
    transact = worker._transact
    worker._transact = lambda connection, jobs: (commits.append(len(jobs)), transact(connection, jobs))
    async with create_task_group() as group:
        for number in range(64):
            group.start_soon(sqlite.journal.admit, submission(f"s{number}"))
    assert sum(commits) == 64
    assert len(commits) < 32


async def test_a_failed_commit_is_told_to_every_waiter(tmp_path):
    store = await Store.open(f"sqlite:///{tmp_path / 'yidi.db'}?timeout=0")
    failed = []

    async def call(number):
        try:
            await store.journal.admit(submission(f"s{number}"))
        except JournalDown:
            failed.append(number)

    with closing(sqlite3.connect(tmp_path / "yidi.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with create_task_group() as group:
            for number in range(10):
                group.start_soon(call, number)
        other.execute("ROLLBACK")
    assert sorted(failed) == list(range(10))
    assert (await store.journal.count())[State.NEW] == 0
    assert (await store.journal.admit(submission("s1"))).fresh
    assert (await store.journal.verify()).rows == 1
    await store.journal.close()


async def test_a_full_disk_keeps_nothing_and_passes(sqlite):
    """The database ends the whole transaction by itself then; nobody of it may hear of success."""
    await sqlite.journal.admit(submission("s0"))

    def limit(pages):
        def verb(book):
            book._driver._connection.execute(f"PRAGMA max_page_count = {pages}")

        return verb

    await sqlite.journal._writer.run(limit(1))
    failed, done = [], []

    async def call(number):
        try:
            await sqlite.journal.admit(submission(f"s{number}", input=bytes(50_000)))
            done.append(number)
        except JournalDown:
            failed.append(number)

    async with create_task_group() as group:
        for number in range(1, 9):
            group.start_soon(call, number)
    kept = {row[0] for row in sqlite.sql("SELECT id FROM submissions")}
    assert failed
    assert kept == {"s0"} | {f"s{number}" for number in done}
    await sqlite.journal._writer.run(limit(1_000_000))
    assert (await sqlite.journal.admit(submission("s9"))).fresh
    assert (await sqlite.journal.verify()).broken_at is None


async def test_when_the_database_ends_the_transaction_all_of_it_failed(sqlite):
    def ended(book):
        book._driver._connection.execute("ROLLBACK")
        raise OSError

    failed = []

    async def call(verb):
        try:
            await verb
        except JournalDown:
            failed.append(verb)

    async with create_task_group() as group:
        group.start_soon(call, sqlite.journal._writer.run(lambda book: book.admit(submission("s1"))))
        group.start_soon(call, sqlite.journal._writer.run(ended))
        group.start_soon(call, sqlite.journal._writer.run(lambda book: book.admit(submission("s2"))))
    kept = [row[0] for row in sqlite.sql("SELECT id FROM submissions")]
    assert len(kept) + len(failed) == 3
    assert failed
    assert (await sqlite.journal.admit(submission("s3"))).fresh
    assert (await sqlite.journal.verify()) == ChainCheck(len(kept) + 1)


async def test_a_waiter_who_leaves_harms_nobody(sqlite):
    async with create_task_group() as group:
        for number in range(10):
            group.start_soon(sqlite.journal.admit, submission(f"s{number}"))
        group.cancel_scope.cancel()
    assert (await sqlite.journal.admit(submission("last"))).fresh


async def test_errors_carry_no_values(sqlite):
    await sqlite.journal.admit(submission("s1", key="a", psn_no=CANARY))
    with pytest.raises(JournalDown) as caught:
        await sqlite.journal.admit(submission("s1", key="b", psn_no=CANARY))
    assert CANARY not in repr(caught.value)
    assert CANARY not in str(caught.value.__cause__)


async def test_a_head_that_somebody_took_away_stops_the_journal(sqlite):
    row = await standing(sqlite.journal, State.UNKNOWN)
    sqlite.sql("DELETE FROM heads")
    with pytest.raises(JournalDown, match="head"):
        await sqlite.journal.move(move(row, Event.FOUND))
    assert await sqlite.journal.get("s1") == replace(row, state=State.UNKNOWN)
    await sqlite.journal.close()
    with pytest.raises(JournalDown):
        await open_journal(sqlite.url)
