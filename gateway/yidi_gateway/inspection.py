"""What `check` and `doctor` look at: the set-up as it stands, and the line to the platform (联网测试)."""

import socket
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from yidi_gateway import app
from yidi_gateway.access import network
from yidi_gateway.access.callers import read_callers, weaknesses
from yidi_gateway.background import Background, Look, Step
from yidi_gateway.clock import Clock, SystemClock
from yidi_gateway.engine import Engine, Held
from yidi_gateway.journal import JournalDown, open_journal
from yidi_gateway.settings import SQLITE, BadSettings, Settings
from yidi_sdk.catalogue import row_of
from yidi_sdk.errors import NotSent, Refused, Unknown, YidiError
from yidi_sdk.institution import Operator
from yidi_sdk.profile import Profile
from yidi_sdk.transactions import GetPerson, SignIn

NOBODY = "110101190001010009"
"""A credential that no living person has: a platform that works answers that it knows nobody of that number."""


class Mark(StrEnum):
    OK = "ok"
    NOTE = "note"
    NO = "no"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a check list."""

    mark: Mark
    title: str
    text: str


def inspect(settings: Settings) -> Iterable[Item]:
    """The set-up, without sending anything."""
    yield Item(Mark.OK, "configuration", "every setting is known and has a value that can be used")
    yield _judged("callers", lambda: _callers(settings))
    yield from (Item(Mark.NOTE, "callers", text) for text in weaknesses(settings.access.callers))
    yield _judged("bind", lambda: _bind(settings))
    yield _judged("egress", lambda: _egress(settings))
    yield _judged("profile", lambda: f"{app.platform_of(settings).profile.name} loaded")
    try:
        yield from guesses(app.profile_of(settings))
    except BadSettings:
        return


def guesses(profile: Profile) -> Iterable[Item]:
    """Values of the profile that nobody has confirmed: to be compared with the local specification."""
    found = sorted(name for name, evidence in profile.evidence.items() if evidence == "inferred")
    if found:
        text = f"only inferred, compare with the local specification: {', '.join(found)}"
        yield Item(Mark.NOTE, "profile", text)


async def inspect_journal(settings: Settings) -> Item:
    """Whether the journal can be opened; one that is not there yet is not made."""
    url = settings.journal.url
    if url.startswith(SQLITE) and not _is_file(url.removeprefix(SQLITE)):
        return Item(Mark.NOTE, "journal", "not there yet: `migrate` or the first `serve` makes it")
    try:
        journal = await open_journal(url, key_file=settings.journal.key_file)
    except JournalDown as error:
        return Item(Mark.NO, "journal", f"[journal] url: {error}")
    try:
        counts = await journal.count()
    finally:
        await journal.close()
    return Item(Mark.OK, "journal", f"opens; {sum(counts.values())} submissions")


async def connection_test(settings: Settings, clock: Clock | None = None) -> list[Item]:
    """Reach the platform, sign in, ask for nobody. Raises BadSettings or JournalDown."""
    parts = urlsplit(settings.platform.url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    items = [_judged("address", lambda: _egress(settings))]
    if items[0].mark is Mark.OK:
        items.append(_judged("connection", lambda: _connect(host, port, settings.timing.connect_s)))
    if items[-1].mark is not Mark.OK:
        items += [Item(Mark.SKIPPED, title, "no connection") for title in ("sign-in", "question")]
        return items
    async with AsyncExitStack() as stack:
        engine = await _resting_engine(settings, clock or SystemClock(), stack)
        ours = settings.operator
        asking = engine.ask(
            GetPerson(mdtrt_cert_type="02", mdtrt_cert_no=NOBODY), operator=Operator(ours.id, ours.name, ours.kind)
        )
        items += await _answers(asking)
    items += guesses(app.profile_of(settings))
    return items


async def _answers(asking: Awaitable[object]) -> list[Item]:
    """What the sign-in and the question came to."""
    signed_in = Item(Mark.OK, "sign-in", "the platform gave a sign-in number")
    try:
        await asking
    except Refused as error:
        if error.infno == row_of(SignIn).infno:
            return [Item(Mark.NO, "sign-in", f"refused: {error.err_msg}"), Item(Mark.SKIPPED, "question", "no sign-in")]
        return [signed_in, Item(Mark.OK, "question", f"answered, as it should, with a refusal: {error.err_msg}")]
    except Held as error:
        return [Item(Mark.NO, "sign-in", f"{error}; again in {error.retry_after_s} s")]
    except (NotSent, Unknown) as error:
        return [Item(Mark.NO, "sign-in", f"no answer that can be believed: {error}")]
    except YidiError as error:
        return [Item(Mark.NO, "sign-in", str(error))]
    return [signed_in, Item(Mark.NOTE, "question", "the platform knows a person of a number that nobody has")]


def _is_file(name: str) -> bool:
    return Path(name).exists()


class _Resting:
    """Background work that does not begin: a test carries nothing on."""

    async def start(self, step: Step, probe: Look, drain: Look) -> None: ...

    async def stop(self) -> None: ...


async def _resting_engine(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Engine:
    from yidi_sdk.posters.aiohttp import AiohttpPoster  # noqa: PLC0415 - slow to load

    journal = await open_journal(settings.journal.url, key_file=settings.journal.key_file)
    stack.push_async_callback(journal.close)
    poster = AiohttpPoster(guard=app.guard_of(settings))
    stack.push_async_callback(poster.aclose)
    background: Background = _Resting()
    return Engine(
        journal=journal,
        poster=poster,
        platform=app.platform_of(settings),
        clock=clock,
        timing=settings.timing.for_engine(),
        background=background,
    )


def _judged(title: str, look: Callable[[], str]) -> Item:
    try:
        return Item(Mark.OK, title, look())
    except (BadSettings, OSError) as error:
        return Item(Mark.NO, title, str(error))


def _callers(settings: Settings) -> str:
    read_callers(settings.access.callers)
    return ", ".join(f"{entry.id} ({' '.join(entry.scopes)})" for entry in settings.access.callers)


def _bind(settings: Settings) -> str:
    host, access = settings.server.host, settings.access
    objection = network.bind_objection(
        host, app.resolved(host), allow_public=access.allow_public_bind, reason=access.public_bind_reason
    )
    if objection is not None:
        raise BadSettings(f"[server] host: {objection}")
    return f"{host}:{settings.server.port}"


def _egress(settings: Settings) -> str:
    guard = app.guard_of(settings)
    addresses = app.resolved(guard.host)
    if not addresses:
        raise BadSettings(f"[platform] url: {guard.host} does not resolve")
    for ip in addresses:
        objection = network.egress_objection(guard.host, ip, guard.allow)
        if objection is not None:
            raise BadSettings(f"[platform] url: {objection}")
    return f"{guard.host}:{guard.port} is {', '.join(addresses)}"


def _connect(host: str, port: int, within_s: float) -> str:
    socket.create_connection((host, port), timeout=within_s).close()
    return "the port is open"
