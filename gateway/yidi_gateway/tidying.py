"""Once a day the journal forgets what it need not keep, and, after a change of keys, seals old values anew."""

import structlog

from yidi_gateway import retention
from yidi_gateway.clock import Clock
from yidi_gateway.journal.port import SEALED_TABLES, Journal

log = structlog.get_logger("yidi.tidying")
PAUSE_S = 0.05


async def tidy(journal: Journal, clock: Clock) -> dict[str, int]:
    """Forget what is old; how many rows of each class went. Raises JournalDown."""
    gone: dict[str, int] = {}
    for row in retention.CLASSES:
        limit = retention.before(row, clock.now())
        gone[row.name] = 0
        while count := await journal.expire(row.name, limit, retention.BATCH):
            gone[row.name] += count
            await clock.sleep(PAUSE_S)
    if any(gone.values()):
        await journal.note(clock.now(), "journal", "expired", {name: str(count) for name, count in gone.items()})
    log.info("tidy", outcome="done", rows=sum(gone.values()))
    return gone


async def reseal(journal: Journal, clock: Clock) -> int:
    """Seal with the newest key what an older one sealed; how many rows changed. Raises JournalDown."""
    changed = 0
    for table in SEALED_TABLES:
        cursor: tuple[str, ...] | None = ()
        while cursor is not None:
            count, cursor = await journal.reseal(table, cursor, retention.BATCH)
            changed += count
            await clock.sleep(PAUSE_S)
    if changed:
        await journal.note(clock.now(), "journal", "resealed", {"rows": str(changed)})
    return changed
